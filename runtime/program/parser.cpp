// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <fstream>
#include <map>
#include <sstream>

#include "runtime/program/program.h"

namespace strata::runtime {
namespace {

constexpr core::Bytes kLeastTile = 256;
constexpr core::Bytes kMostTile = core::kGiB;

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

// Reads line by line; a line with an error is dropped after its first error, except that wrong
// attributes of one line are all reported. A handle of a dropped line still counts as defined, so
// that its uses do not raise errors of their own.
class Parser {
   public:
    Parser(const std::string& file, core::Diagnostics& diagnostics)
        : file_(file), diagnostics_(diagnostics) {}

    Program parse(const std::string& text) {
        std::istringstream lines(text);
        bool header = false;
        while (std::getline(lines, line_)) {
            ++number_;
            if (const auto comment = line_.find('#'); comment != std::string::npos) {
                line_.erase(comment);
            }
            at_ = 0;
            skip_blanks();
            if (at_ == line_.size()) {
                continue;
            }
            if (!header) {
                header = true;
                parse_header();
            } else {
                parse_instruction();
            }
        }
        if (!header) {
            number_ = 1;
            fail(0, "expected 'program NAME' in the first line, the file is empty");
        }
        return std::move(program_);
    }

   private:
    struct Word {
        std::size_t at = 0;
        std::string text;
    };

    core::SourceLocation place(std::size_t at) const {
        return {file_, number_, static_cast<int>(at) + 1};
    }
    bool fail(std::size_t at, const std::string& message) {
        diagnostics_.error(place(at), "", message);
        return false;
    }
    void skip_blanks() {
        while (at_ < line_.size() && std::isspace(static_cast<unsigned char>(line_[at_])) != 0) {
            ++at_;
        }
    }
    char peek() {
        skip_blanks();
        return at_ < line_.size() ? line_[at_] : '\0';
    }
    Word word() {
        skip_blanks();
        Word w{at_, {}};
        while (at_ < line_.size() && is_word(line_[at_])) {
            w.text += line_[at_++];
        }
        return w;
    }
    /// The name after a sigil; empty (and reported) when there is none.
    Word name(const char* what) {
        const std::size_t sigil = at_++;
        Word w{sigil, {}};
        while (at_ < line_.size() && is_word(line_[at_])) {
            w.text += line_[at_++];
        }
        if (w.text.empty()) {
            fail(sigil, std::string("expected ") + what + " after '" + line_[sigil] + "'");
        }
        return w;
    }

    void parse_header() {
        const Word keyword = word();
        if (keyword.text != "program") {
            fail(keyword.at, "expected 'program NAME' in the first line");
            return;
        }
        const Word title = word();
        if (title.text.empty()) {
            fail(title.at, "expected the program's name");
            return;
        }
        program_.name = title.text;
        while (peek() != '\0') {
            const Word key = word();
            if (key.text != "tile" || at_ >= line_.size() || line_[at_] != '=') {
                fail(key.at, "expected 'tile=BYTES' or the end of the line");
                return;
            }
            ++at_;
            const Word value = word();
            std::int64_t tile = 0;
            if (!parse_attr(Attr::kElements, value.text, tile) || tile < kLeastTile ||
                tile > kMostTile) {
                fail(value.at, "tile: expected a whole number from 256 to 1073741824, got '" +
                                   value.text + "'");
                return;
            }
            program_.tile = tile;
        }
    }

    void parse_instruction() {
        Instruction in;
        in.location = place(at_);
        Word handle;
        if (peek() == '%') {
            handle = name("a handle name");
            if (handle.text.empty()) {
                return;
            }
            if (peek() != '=') {
                fail(at_, "expected '=' after %" + handle.text);
                define(handle, -1);
                return;
            }
            ++at_;
        }
        const bool sound = parse_body(in, handle);
        if (!handle.text.empty()) {
            in.handle = handle.text;
            define(handle, sound ? static_cast<std::int32_t>(program_.instructions.size()) : -1);
        }
        if (sound) {
            program_.instructions.push_back(std::move(in));
        }
    }

    void define(const Word& handle, std::int32_t instruction) {
        const auto [it, fresh] = handles_.emplace(handle.text, Definition{instruction, number_});
        if (!fresh) {
            fail(handle.at, "%" + handle.text + " is already defined in line " +
                                std::to_string(it->second.line));
        }
    }

    bool parse_body(Instruction& in, const Word& handle) {
        const Word op_word = word();
        if (op_word.text.empty()) {
            return fail(op_word.at, "expected an operation");
        }
        const OpInfo* op = find_op(op_word.text);
        if (op == nullptr) {
            const auto guess = core::closest(op_word.text, op_names());
            return fail(op_word.at, "unknown operation '" + op_word.text + "'" +
                                        (guess.empty() ? "" : "; did you mean '" + guess + "'?"));
        }
        in.op = op->op;
        bool sound = parse_operands(in, *op, op_word) && parse_attributes(in, *op);
        if (sound && op->result && handle.text.empty()) {
            sound = fail(op_word.at, std::string(op->name) + ": its result needs a handle");
        }
        for (const Attr attr : op->required) {
            if (sound && !in.has(attr)) {
                sound = fail(op_word.at, std::string(op->name) + ": missing attribute '" +
                                             info(attr).name + "'");
            }
        }
        return sound;
    }

    bool parse_operands(Instruction& in, const OpInfo& op, const Word& op_word) {
        int values = 0;
        bool more = peek() == '%' || peek() == '@';
        bool sound = true;
        while (more) {
            if (peek() == '%') {
                ++values;
                sound = use(name("a handle name"), in.inputs, true) && sound;
            } else if (peek() == '@') {
                const Word tensor = name("a tensor name");
                sound = !tensor.text.empty() && sound;
                in.tensors.push_back(tensor.text);
            } else {
                return fail(at_, "expected %handle or @tensor after ','");
            }
            more = peek() == ',';
            at_ += more ? 1 : 0;
        }
        if (values != op.values) {
            return fail(op_word.at, std::string(op.name) + ": expected " +
                                        std::to_string(op.values) + " handles, got " +
                                        std::to_string(values));
        }
        const int tensors = static_cast<int>(in.tensors.size());
        if (tensors < op.min_tensors || tensors > op.max_tensors) {
            return fail(op_word.at, std::string(op.name) + ": expected " +
                                        (op.min_tensors == op.max_tensors ? "" : "at most ") +
                                        std::to_string(op.max_tensors) + " tensors, got " +
                                        std::to_string(tensors));
        }
        return sound;
    }

    /// Resolves a use of a handle. False also for a handle whose own line was wrong.
    bool use(const Word& handle, std::vector<std::int32_t>& list, bool as_value) {
        if (handle.text.empty()) {
            return false;
        }
        const auto it = handles_.find(handle.text);
        if (it == handles_.end()) {
            std::vector<std::string> known;
            for (const auto& entry : handles_) {
                known.push_back(entry.first);
            }
            const auto guess = core::closest(handle.text, known);
            return fail(handle.at, "%" + handle.text + " is not defined before this line" +
                                       (guess.empty() ? "" : "; did you mean %" + guess + "?"));
        }
        if (it->second.instruction < 0) {
            return false;
        }
        const auto& source =
            program_.instructions[static_cast<std::size_t>(it->second.instruction)];
        if (as_value && !info(source.op).result) {
            return fail(handle.at, "%" + handle.text + " holds no value (" + info(source.op).name +
                                       "); it can only follow 'after='");
        }
        list.push_back(it->second.instruction);
        return true;
    }

    bool parse_attributes(Instruction& in, const OpInfo& op) {
        bool sound = true;
        while (peek() != '\0') {
            const Word key = word();
            if (key.text.empty() || at_ >= line_.size() || line_[at_] != '=') {
                return fail(key.at, "expected 'attribute=value'");
            }
            ++at_;
            sound = (key.text == "after" ? parse_after(in) : parse_attribute(in, op, key)) && sound;
        }
        return sound;
    }

    bool parse_after(Instruction& in) {
        bool sound = true;
        do {
            if (peek() != '%') {
                return fail(word().at, "after: expected %handle");
            }
            sound = use(name("a handle name"), in.after, false) && sound;
        } while (at_ < line_.size() && line_[at_] == ',' && ++at_ > 0);
        return sound;
    }

    bool parse_attribute(Instruction& in, const OpInfo& op, const Word& key) {
        const Word value = word();
        const AttrInfo* attr = find_attr(key.text);
        if (attr == nullptr || !op.takes(attr->attr)) {
            std::vector<std::string> known{"after"};
            for (const auto* list : {&op.required, &op.optional}) {
                for (const Attr a : *list) {
                    known.emplace_back(info(a).name);
                }
            }
            const auto guess = core::closest(key.text, known);
            return fail(key.at, std::string(op.name) + ": unknown attribute '" + key.text + "'" +
                                    (guess.empty() ? "" : "; did you mean '" + guess + "'?"));
        }
        if (in.has(attr->attr)) {
            return fail(key.at, std::string(op.name) + ": attribute '" + key.text + "' twice");
        }
        std::int64_t number = 0;
        if (!parse_attr(attr->attr, value.text, number)) {
            const auto guess = core::closest(value.text, choices(attr->attr));
            return fail(value.at, key.text + ": expected " + expected(attr->attr) + ", got '" +
                                      value.text + "'" +
                                      (guess.empty() ? "" : "; did you mean '" + guess + "'?"));
        }
        in.set(attr->attr, number);
        return true;
    }

    struct Definition {
        std::int32_t instruction = -1;  ///< -1: its line has an error
        int line = 0;
    };

    const std::string& file_;
    core::Diagnostics& diagnostics_;
    Program program_;
    std::string line_;
    int number_ = 0;
    std::size_t at_ = 0;
    std::map<std::string, Definition> handles_;
};

}  // namespace

Program parse_program(const std::string& text, const std::string& file,
                      core::Diagnostics& diagnostics) {
    const std::size_t before = diagnostics.messages().size();
    Program program = Parser(file, diagnostics).parse(text);
    if (diagnostics.messages().size() == before) {
        infer_shapes(program, diagnostics);
    }
    return program;
}

Program load_program(const std::string& file, core::Diagnostics& diagnostics) {
    std::ifstream in(file);
    if (!in) {
        diagnostics.error({file, 0, 0}, "", "cannot read the program file");
        return {};
    }
    std::ostringstream text;
    text << in.rdbuf();
    return parse_program(text.str(), file, diagnostics);
}

}  // namespace strata::runtime
