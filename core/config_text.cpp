// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Text of config files: checks that the YAML parser leaves out, words for messages, and scalars
// written back as YAML.

#include <algorithm>
#include <cctype>
#include <cstring>
#include <sstream>

#include "core/config_internal.h"

namespace strata::core::config {

namespace {

constexpr std::size_t kMaxShown = 60;

/// Length of the UTF-8 character at `pos`, or 0 when it is none.
std::size_t utf8_length(const std::string& text, std::size_t pos) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const unsigned lead = byte(pos);
    const std::size_t length = lead < 0x80                    ? 1
                               : lead >= 0xC2 && lead <= 0xDF ? 2
                               : lead >= 0xE0 && lead <= 0xEF ? 3
                               : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                              : 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(pos + i) & 0xC0u) != 0x80u) {
            return 0;
        }
    }
    const unsigned second = byte(pos + 1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return overlong || beyond ? 0 : length;
}

bool is_unprintable(char c) {
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7F;
}

bool is_control(char c) {
    return is_unprintable(c) && c != '\t' && c != '\n' && c != '\r';
}

}  // namespace

std::optional<Garbage> find_garbage(const std::string& text, SourceLocation place) {
    for (std::size_t pos = 0; pos < text.size();) {
        const std::size_t length = utf8_length(text, pos);
        if (length == 0) {
            return Garbage{place, "not a text file (invalid UTF-8)"};
        }
        if (is_control(text[pos])) {
            return Garbage{place, "not a text file (control character)"};
        }
        const bool line_end = text[pos] == '\n';
        place.line += line_end ? 1 : 0;
        place.column = line_end ? 1 : place.column + static_cast<int>(length);
        pos += length;
    }
    return {};
}

bool quote_closes(const std::string& text, std::size_t pos) {
    while (pos < text.size() && (text[pos] == '&' || text[pos] == '!')) {
        pos = text.find_first_of(" \t\r\n", pos);
        pos = pos == std::string::npos ? pos : text.find_first_not_of(" \t\r\n", pos);
    }
    if (pos >= text.size() || (text[pos] != '"' && text[pos] != '\'')) {
        return true;  // a block scalar
    }
    const char quote = text[pos];
    for (++pos; pos < text.size(); ++pos) {
        const bool backslash = quote == '"' && text[pos] == '\\';
        const bool doubled = quote == '\'' && text.compare(pos, 2, "''") == 0;
        if (backslash || doubled) {
            ++pos;
        } else if (text[pos] == quote) {
            return true;
        }
    }
    return false;
}

bool tab_indents(const std::string& text, int line) {
    std::istringstream in(text);
    std::string current;
    for (int number = 1; number <= line && std::getline(in, current); ++number) {
        const std::size_t content = current.find_first_not_of(' ');
        if (number + 1 >= line && content != std::string::npos && current[content] == '\t') {
            return true;
        }
    }
    return false;
}

bool is_single_line(const std::string& text) {
    return !text.empty() && std::none_of(text.begin(), text.end(), is_unprintable);
}

std::string shown(const std::string& text) {
    std::string result;
    for (std::size_t pos = 0; pos < text.size() && result.size() < kMaxShown;) {
        const std::size_t length = std::max<std::size_t>(1, utf8_length(text, pos));
        result += is_unprintable(text[pos]) ? "?" : text.substr(pos, length);
        pos += length;
        if (result.size() >= kMaxShown && pos < text.size()) {
            result += "...";
        }
    }
    return result.empty() ? "\"\"" : result;
}

std::string describe(const Value& value) {
    switch (value.kind) {
        case Value::Kind::kNull:
            return "nothing";
        case Value::Kind::kList:
            return "a list";
        case Value::Kind::kMapping:
            return "a mapping";
        case Value::Kind::kScalar:
            break;
    }
    return value.quoted && !value.text.empty() ? "\"" + shown(value.text) + "\""
                                               : shown(value.text);
}

namespace {

bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Characters that mean nothing to YAML, after a first one that cannot start an indicator.
bool is_plain(const std::string& text) {
    const auto inner = [](char c) { return is_alnum(c) || std::strchr("_./+-", c) != nullptr; };
    return !text.empty() && (is_alnum(text[0]) || text[0] == '_' || text[0] == '/') &&
           text.find('\0') == std::string::npos && std::all_of(text.begin(), text.end(), inner);
}

/// Words that YAML 1.1 or 1.2 readers turn into something other than a string.
bool is_keyword(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const char* word : {"null", "true", "false", "yes", "no", "on", "off"}) {
        if (text == word) {
            return true;
        }
    }
    return false;
}

std::string quote(const std::string& text) {
    static const char kHex[] = "0123456789ABCDEF";
    std::string result = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += {'\\', c};
        } else if (is_unprintable(c)) {
            result += {'\\', 'x', kHex[code / 16], kHex[code % 16]};
        } else {
            result += c;
        }
    }
    return result + "\"";
}

}  // namespace

std::string yaml_text(const std::string& text) {
    return is_plain(text) && (!is_keyword(text) || text == "true" || text == "false") ? text
                                                                                      : quote(text);
}

std::string yaml_string(const std::string& text) {
    const bool number_like = !text.empty() && text[0] >= '0' && text[0] <= '9';
    return is_plain(text) && !is_keyword(text) && !number_like ? text : quote(text);
}

}  // namespace strata::core::config
