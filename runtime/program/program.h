// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A program: macro operations on handles that are defined once (SSA). One text for all PEs.
//
//   program qwen3_8b_decode tile=65536
//   prefetch @l0.qkv
//   %7 = matmul %6, @l0.qkv m=1 k=4096 n=6144 type=int8 split=n kv_heads=8
//   %8 = all_gather %7 elements=6144 type=int32 group=kv
//   # comment
//
// `%x` is a handle, `@x` a tensor of the mapping file, `after=%a,%b` adds dependencies beside those
// of the operands.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "core/units.h"
#include "models/pe/command.h"
#include "runtime/program/op.h"

namespace strata::runtime {

struct Instruction {
    Op op = Op::kBarrier;
    std::string handle;                ///< without %; empty: none
    std::vector<std::int32_t> inputs;  ///< instructions that define the value operands
    std::vector<std::string> tensors;
    std::vector<std::int32_t> after;
    core::SourceLocation location;

    bool has(Attr a) const { return (present_ >> static_cast<int>(a) & 1U) != 0; }
    std::int64_t get(Attr a, std::int64_t fallback = 0) const {
        return has(a) ? values_[static_cast<std::size_t>(a)] : fallback;
    }
    Instruction& set(Attr a, std::int64_t value) {
        present_ |= 1U << static_cast<int>(a);
        values_[static_cast<std::size_t>(a)] = value;
        return *this;
    }
    models::DataType type() const { return static_cast<models::DataType>(get(Attr::kType)); }
    friend bool operator==(const Instruction& a, const Instruction& b);

   private:
    std::uint32_t present_ = 0;
    std::array<std::int64_t, kAttrs> values_{};
};

struct Program {
    std::string name;
    core::Bytes tile = 64 * core::kKiB;  ///< largest weight or KV tile
    std::vector<Instruction> instructions;

    /// Text that parses back to an equal program.
    std::string print() const;
    friend bool operator==(const Program& a, const Program& b);
};

/// Reads a program; all errors go to `diagnostics` with file:line:col. Shapes are checked too
/// (infer_shapes) when the text is otherwise sound.
Program parse_program(const std::string& text, const std::string& file,
                      core::Diagnostics& diagnostics);
/// The same from a file.
Program load_program(const std::string& file, core::Diagnostics& diagnostics);

/// How a value lies on the PEs.
enum class Form : std::uint8_t {
    kNone,     ///< no value (store, prefetch, barrier)
    kFull,     ///< every PE of the group holds all of it
    kSplit,    ///< the PEs of the group hold a slice each
    kPartial,  ///< every PE of the group holds an addend of all of it
};

struct Shape {
    Form form = Form::kNone;
    std::int64_t kv_heads = 0;  ///< 0: one group of all PEs; else a group per kv head
    std::int64_t rows = 1;      ///< tokens
    std::int64_t columns = 0;
    models::DataType type = models::DataType::kBf16;
    std::int64_t stats = 0;  ///< rows of softmax maximum and sum that go with a partial value

    std::int64_t elements() const { return rows * columns; }
};

/// Shape of each instruction's value. Mismatches are errors at the instruction.
std::vector<Shape> infer_shapes(const Program& program, core::Diagnostics& diagnostics);

}  // namespace strata::runtime
