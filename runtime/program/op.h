// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The macro operations of a program and their attributes, as tables: parser, printer and checker
// all read these, so a new operation is a row here, a shape rule and a lowering.

#include <cstdint>
#include <string>
#include <vector>

namespace strata::runtime {

enum class Op : std::uint8_t {
    kEmbed,
    kLoad,
    kStore,
    kMatmul,
    kKvAppend,
    kFlashAttention,
    kRmsNorm,
    kSiluMul,
    kRope,
    kSoftmax,
    kAdd,
    kMul,
    kConvert,
    kArgmax,
    kAllReduce,
    kAllGather,
    kReduceScatter,
    kPrefetch,
    kBarrier,
};

enum class Attr : std::uint8_t {
    kM,
    kK,
    kN,
    kElements,
    kHeads,
    kKvHeads,
    kHeadDim,
    kContext,
    kRow,
    kType,
    kSplit,
    kGroup,
};
constexpr int kAttrs = 12;

enum class Split : std::uint8_t { kN, kK };     ///< matmul: columns or rows of the weight
enum class Group : std::uint8_t { kAll, kKv };  ///< who takes part in a collective

enum class AttrKind : std::uint8_t { kCount, kIndex, kType, kSplit, kGroup };

struct AttrInfo {
    Attr attr;
    const char* name;
    AttrKind kind;
};
const AttrInfo& info(Attr attr);
const AttrInfo* find_attr(const std::string& name);

struct OpInfo {
    Op op;
    const char* name;
    int values;  ///< handles it takes
    int min_tensors;
    int max_tensors;
    bool result;  ///< defines a value; others define a handle for `after` only
    std::vector<Attr> required;
    std::vector<Attr> optional;

    bool takes(Attr attr) const;
};
const OpInfo& info(Op op);
const OpInfo* find_op(const std::string& name);
std::vector<std::string> op_names();

/// Text of an attribute's value and back; false when it is not one. Numbers are decimal.
std::string format_attr(Attr attr, std::int64_t value);
bool parse_attr(Attr attr, const std::string& text, std::int64_t& value);
/// What the attribute takes, for messages: `a number from 1`, `one of n, k`.
std::string expected(Attr attr);
std::vector<std::string> choices(Attr attr);

}  // namespace strata::runtime
