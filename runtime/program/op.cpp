// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/program/op.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/diagnostics.h"
#include "models/pe/command.h"

namespace strata::runtime {
namespace {

using A = Attr;

const std::array<AttrInfo, kAttrs> kAttrTable{{
    {A::kM, "m", AttrKind::kCount},
    {A::kK, "k", AttrKind::kCount},
    {A::kN, "n", AttrKind::kCount},
    {A::kElements, "elements", AttrKind::kCount},
    {A::kHeads, "heads", AttrKind::kCount},
    {A::kKvHeads, "kv_heads", AttrKind::kCount},
    {A::kHeadDim, "head_dim", AttrKind::kCount},
    {A::kContext, "context", AttrKind::kCount},
    {A::kRow, "row", AttrKind::kIndex},
    {A::kType, "type", AttrKind::kType},
    {A::kSplit, "split", AttrKind::kSplit},
    {A::kGroup, "group", AttrKind::kGroup},
}};

// name, values, tensors (least, most), result, required, optional
const std::vector<OpInfo> kOpTable{
    {Op::kEmbed, "embed", 0, 1, 1, true, {A::kElements, A::kType}, {A::kM, A::kRow}},
    {Op::kLoad, "load", 0, 1, 1, true, {A::kElements, A::kType}, {A::kM, A::kGroup}},
    {Op::kStore, "store", 1, 1, 1, false, {}, {}},
    {Op::kMatmul,
     "matmul",
     1,
     1,
     1,
     true,
     {A::kM, A::kK, A::kN, A::kType, A::kSplit},
     {A::kKvHeads}},
    {Op::kKvAppend,
     "kv_append",
     1,
     1,
     1,
     false,
     {A::kHeads, A::kKvHeads, A::kHeadDim, A::kContext, A::kType},
     {}},
    {Op::kFlashAttention,
     "flash_attn",
     1,
     1,
     1,
     true,
     {A::kHeads, A::kKvHeads, A::kHeadDim, A::kContext, A::kType},
     {}},
    {Op::kRmsNorm, "rms_norm", 1, 0, 1, true, {A::kElements, A::kType}, {}},
    {Op::kSiluMul, "silu_mul", 1, 0, 0, true, {A::kElements, A::kType}, {}},
    {Op::kRope, "rope", 1, 0, 0, true, {A::kElements, A::kType}, {}},
    {Op::kSoftmax, "softmax", 1, 0, 0, true, {A::kElements, A::kType}, {}},
    {Op::kAdd, "add", 2, 0, 0, true, {A::kElements, A::kType}, {}},
    {Op::kMul, "mul", 2, 0, 0, true, {A::kElements, A::kType}, {}},
    {Op::kConvert, "convert", 1, 0, 0, true, {A::kElements, A::kType}, {}},
    {Op::kArgmax, "argmax", 1, 0, 0, true, {A::kElements}, {}},
    {Op::kAllReduce, "all_reduce", 1, 0, 0, true, {A::kElements, A::kType, A::kGroup}, {}},
    {Op::kAllGather, "all_gather", 1, 0, 0, true, {A::kElements, A::kType, A::kGroup}, {}},
    {Op::kReduceScatter, "reduce_scatter", 1, 0, 0, true, {A::kElements, A::kType, A::kGroup}, {}},
    {Op::kPrefetch, "prefetch", 0, 1, 1, false, {}, {}},
    {Op::kBarrier, "barrier", 0, 0, 0, false, {}, {}},
};

constexpr models::DataType kTypes[] = {
    models::DataType::kInt4, models::DataType::kInt8, models::DataType::kFp8,
    models::DataType::kBf16, models::DataType::kFp16, models::DataType::kInt32,
    models::DataType::kFp32,
};

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

}  // namespace

const AttrInfo& info(Attr attr) {
    return kAttrTable[static_cast<std::size_t>(attr)];
}

const AttrInfo* find_attr(const std::string& name) {
    const auto it = std::find_if(kAttrTable.begin(), kAttrTable.end(),
                                 [&](const AttrInfo& a) { return name == a.name; });
    return it == kAttrTable.end() ? nullptr : &*it;
}

bool OpInfo::takes(Attr attr) const {
    return std::count(required.begin(), required.end(), attr) > 0 ||
           std::count(optional.begin(), optional.end(), attr) > 0;
}

const OpInfo& info(Op op) {
    return kOpTable[static_cast<std::size_t>(op)];
}

const OpInfo* find_op(const std::string& name) {
    const auto it = std::find_if(kOpTable.begin(), kOpTable.end(),
                                 [&](const OpInfo& o) { return name == o.name; });
    return it == kOpTable.end() ? nullptr : &*it;
}

std::vector<std::string> op_names() {
    std::vector<std::string> names;
    for (const auto& op : kOpTable) {
        names.emplace_back(op.name);
    }
    return names;
}

std::vector<std::string> choices(Attr attr) {
    switch (info(attr).kind) {
        case AttrKind::kType: {
            std::vector<std::string> names;
            for (const auto type : kTypes) {
                names.emplace_back(models::to_string(type));
            }
            return names;
        }
        case AttrKind::kSplit:
            return {"n", "k"};
        case AttrKind::kGroup:
            return {"all", "kv"};
        default:
            return {};
    }
}

std::string expected(Attr attr) {
    switch (info(attr).kind) {
        case AttrKind::kCount:
            return "a whole number from 1";
        case AttrKind::kIndex:
            return "a whole number from 0";
        default:
            return "one of " + join(choices(attr));
    }
}

std::string format_attr(Attr attr, std::int64_t value) {
    const auto words = choices(attr);
    return words.empty() ? std::to_string(value) : words[static_cast<std::size_t>(value)];
}

bool parse_attr(Attr attr, const std::string& text, std::int64_t& value) {
    const auto words = choices(attr);
    if (!words.empty()) {
        const auto it = std::find(words.begin(), words.end(), text);
        value = it - words.begin();
        return it != words.end();
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::int64_t least = info(attr).kind == AttrKind::kCount ? 1 : 0;
    constexpr std::int64_t kMost = std::int64_t{1} << 40;  // products of two stay in 64 bits
    return error == std::errc{} && end == text.data() + text.size() && value >= least &&
           value <= kMost;
}

}  // namespace strata::runtime
