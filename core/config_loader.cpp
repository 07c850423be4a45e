// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Files with their bases and includes → one tree.

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/config_internal.h"

namespace strata::core::config {

namespace {

namespace fs = std::filesystem;

/// The text of `file`, or the reason why not in `error`.
std::optional<std::string> read_file(const std::string& file, std::string& error) {
    std::error_code code;
    if (fs::is_directory(file, code)) {
        error = "is a directory, not a file";
        return {};
    }
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.is_open() || in.bad()) {
        error = errno != 0 ? std::strerror(errno) : "cannot be read";
        return {};
    }
    return text;
}

/// One name per file, however it is spelled.
std::string identity(const std::string& file) {
    std::error_code code;
    const fs::path canonical = fs::weakly_canonical(file, code);
    return code ? file : canonical.string();
}

ValuePtr overlay(const ValuePtr& below, const ValuePtr& above);

Mapping overlay(const Mapping& below, const Mapping& above) {
    Mapping result = below;
    for (const Entry& entry : above.entries()) {
        const Entry* under = below.find(entry.key);
        result.set(under == nullptr
                       ? entry
                       : Entry{entry.key, entry.location, overlay(under->value, entry.value)});
    }
    return result;
}

/// Mappings merge key by key; anything else is replaced whole.
ValuePtr overlay(const ValuePtr& below, const ValuePtr& above) {
    if (below->kind != Value::Kind::kMapping || above->kind != Value::Kind::kMapping) {
        return above;
    }
    auto result = std::make_shared<Value>(*above);
    result->mapping = overlay(below->mapping, above->mapping);
    return result;
}

}  // namespace

void Loader::fail(const SourceLocation& location, const std::string& path,
                  const std::string& message) {
    incomplete_ = true;
    diagnostics_.error(location, path, message);
}

ValuePtr Loader::load(const std::string& file) {
    std::string error;
    const auto text = read_file(file, error);
    if (!text) {
        fail({file, 0, 0}, "", error);
        return nullptr;
    }
    return parse(*text, file);
}

ValuePtr Loader::parse(const std::string& text, const std::string& name) {
    open_.push_back(name);
    const ValuePtr root = run(text, {name, 1, 1}, false);
    open_.pop_back();
    if (root == nullptr) {
        return nullptr;
    }
    if (root->kind == Value::Kind::kNull) {
        fail({name, 0, 0}, "", "expected a mapping, the file is empty");
        return nullptr;
    }
    if (root->kind != Value::Kind::kMapping) {
        fail(root->location, "", "expected a mapping, got " + describe(*root));
        return nullptr;
    }
    return root;
}

ValuePtr Loader::parse_override(const std::string& text, const SourceLocation& location) {
    return run(text, location, true);
}

Mapping Loader::resolve(const Mapping& mapping, const SourceLocation& location,
                        const std::string& path) {
    const Entry* base = mapping.find("base");
    const Entry* include = mapping.find("include");
    if (base == nullptr && include == nullptr) {
        return mapping;
    }
    Mapping result;
    if (base != nullptr) {
        for (const ValuePtr& file : referred(*base, location, path)) {
            result = overlay(result, file->mapping);
        }
    }
    Mapping own;
    for (const Entry& entry : mapping.entries()) {
        if (&entry != base && &entry != include) {
            own.set(entry);
        }
    }
    result = overlay(result, own);
    if (include != nullptr) {
        for (const ValuePtr& file : referred(*include, location, path)) {
            for (const Entry& entry : file->mapping.entries()) {
                if (result.find(entry.key) == nullptr) {
                    result.set(entry);
                }
            }
        }
    }
    return result;
}

std::vector<ValuePtr> Loader::referred(const Entry& entry, const SourceLocation& from,
                                       const std::string& path) {
    const std::string key = path.empty() ? entry.key : path + "." + entry.key;
    if (from.line == 0) {
        fail(from, key, "'" + entry.key + "' belongs in a file, not in an override");
        return {};
    }
    std::vector<ValuePtr> files{entry.value};
    if (entry.value->kind == Value::Kind::kList) {
        files = entry.value->items;
    }
    std::vector<ValuePtr> mappings;
    for (const ValuePtr& file : files) {
        if (file->kind != Value::Kind::kScalar || file->text.empty()) {
            fail(file->location, key,
                 "expected a file name or a list of file names, got " + describe(*file));
        } else if (ValuePtr mapping = refer(file->text, file->location, key)) {
            mappings.push_back(std::move(mapping));
        }
    }
    return mappings;
}

ValuePtr Loader::refer(const std::string& file, const SourceLocation& place,
                       const std::string& path) {
    const fs::path directory = fs::path(place.file).parent_path();
    const std::string name = (directory / file).lexically_normal().string();
    const std::string id = identity(name);
    const auto same = [&](const std::string& open) { return identity(open) == id; };
    const auto first = std::find_if(open_.begin(), open_.end(), same);
    if (first != open_.end()) {
        std::string chain;
        for (auto it = first; it != open_.end(); ++it) {
            chain += *it + " -> ";
        }
        fail(place, path, "files refer to each other in a circle: " + chain + name);
        return nullptr;
    }
    if (const auto known = done_.find(id); known != done_.end()) {
        return known->second;
    }
    std::string error;
    const auto text = read_file(name, error);
    if (!text) {
        fail(place, path, "cannot read " + shown(name) + ": " + error);
        return nullptr;
    }
    return done_[id] = parse(*text, name);
}

}  // namespace strata::core::config
