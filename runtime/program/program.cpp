// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/program/program.h"

namespace strata::runtime {
namespace {

std::string print(const Program& program, const Instruction& in) {
    const OpInfo& op = info(in.op);
    std::string text = in.handle.empty() ? "" : "%" + in.handle + " = ";
    text += op.name;
    const char* separator = " ";
    for (const auto input : in.inputs) {
        text += separator + ("%" + program.instructions[static_cast<std::size_t>(input)].handle);
        separator = ", ";
    }
    for (const auto& tensor : in.tensors) {
        text += separator + ("@" + tensor);
        separator = ", ";
    }
    for (int a = 0; a < kAttrs; ++a) {
        const auto attr = static_cast<Attr>(a);
        if (in.has(attr)) {
            text += std::string(" ") + info(attr).name + "=" + format_attr(attr, in.get(attr));
        }
    }
    separator = " after=";
    for (const auto before : in.after) {
        text += separator + ("%" + program.instructions[static_cast<std::size_t>(before)].handle);
        separator = ",";
    }
    return text + "\n";
}

}  // namespace

std::string Program::print() const {
    std::string text = "program " + name + " tile=" + std::to_string(tile) + "\n";
    for (const auto& instruction : instructions) {
        text += runtime::print(*this, instruction);
    }
    return text;
}

bool operator==(const Instruction& a, const Instruction& b) {
    return a.op == b.op && a.handle == b.handle && a.inputs == b.inputs && a.tensors == b.tensors &&
           a.after == b.after && a.present_ == b.present_ && a.values_ == b.values_;
}

bool operator==(const Program& a, const Program& b) {
    return a.name == b.name && a.tile == b.tile && a.instructions == b.instructions;
}

}  // namespace strata::runtime
