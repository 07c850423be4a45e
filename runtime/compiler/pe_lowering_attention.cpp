// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "runtime/compiler/pe_lowering.h"
#include "runtime/compiler/sharding.h"

namespace strata::runtime {

using core::Bytes;
using models::DataType;
using models::DmaCopy;
using models::Engine;
using models::Gemm;
using models::VectorKind;

/// One block of keys and values of one head of one sequence.
struct PeLowering::AttentionStep {
    std::int64_t sequence = 0;
    std::int64_t head = 0;
    std::int64_t block = 0;
    std::int64_t tokens = 0;
    bool newest = false;  ///< holds the token that kv_append has just written
};

// The operand holds, sequence by sequence and kv head by kv head, the q rows, the k and the v row.
// The member of the group whose slice holds the newest token appends it.
void PeLowering::kv_append() {
    const auto kv = KvLayout::of(in(), machine_.pes(), program_.tile);
    const std::int64_t newest = in().get(Attr::kContext) - 1;
    if (!kv_active_ || newest / kv.slice != kv_group_.member(pe_)) {
        return;
    }
    const std::int64_t queries = in().get(Attr::kHeads) / in().get(Attr::kKvHeads);
    const std::int64_t position = newest % kv.slice;
    const Bytes record = (queries + 2) * kv.row_bytes;
    for (std::int64_t s = 0; s < input_shape().rows; ++s) {
        for (std::int64_t h = 0; h < kv.heads; ++h) {
            DmaCopy copy;
            copy.source_in_tcm = true;
            copy.source = input().address + static_cast<std::uint64_t>(
                                                (s * kv.heads + h) * record + queries * kv.row_bytes);
            copy.target = tensor_address() +
                          static_cast<std::uint64_t>(kv.block_offset(s, h, position / kv.tokens) +
                                                     position % kv.tokens * kv.row_bytes);
            copy.row_bytes = kv.row_bytes;
            copy.rows = 2;
            copy.source_stride = kv.row_bytes;
            copy.target_stride = kv.half_bytes;
            builder_.emit(Engine::kStore, copy, {&input()}, {&written_tensors_[&tensor()]});
        }
    }
}

Buffer& PeLowering::load_kv(const KvLayout& kv, const AttentionStep& step) {
    Buffer& target = kv_.next();
    DmaCopy copy;
    copy.target_in_tcm = true;
    copy.source = tensor_address() + static_cast<std::uint64_t>(
                                         kv.block_offset(step.sequence, step.head, step.block));
    copy.target = target.address;
    const bool full = step.tokens == kv.tokens;
    copy.row_bytes = full ? kv.block_bytes : step.tokens * kv.row_bytes;
    copy.rows = full ? 1 : 2;
    copy.source_stride = copy.target_stride = kv.half_bytes;
    Buffer* appended = step.newest ? &written_tensors_[&tensor()] : nullptr;
    builder_.emit(Engine::kLoad, copy, {appended}, {&target});
    return target;
}

// Flash attention over the PE's slice of the context. While the vector engine works on the softmax
// of block j, the matrix engine computes the scores of block j+1, then the output of block j, and
// the load queue fills the buffer of block j+2.
void PeLowering::flash_attention() {
    if (!kv_active_) {
        return;
    }
    const auto kv = KvLayout::of(in(), machine_.pes(), program_.tile);
    const std::int64_t context = in().get(Attr::kContext);
    const std::int64_t own = kv.tokens_of(kv_group_.member(pe_), context);
    const bool has_newest = (context - 1) / kv.slice == kv_group_.member(pe_);
    const std::int64_t blocks = core::ceil_div(own, kv.tokens);
    std::vector<AttentionStep> steps;
    for (std::int64_t s = 0; s < input_shape().rows; ++s) {
        for (std::int64_t h = 0; h < kv.heads; ++h) {
            for (std::int64_t b = 0; b < blocks; ++b) {
                steps.push_back({s, h, b, std::min(kv.tokens, own - b * kv.tokens),
                                 has_newest && b == blocks - 1});
            }
        }
    }
    const std::int64_t queries = in().get(Attr::kHeads) / in().get(Attr::kKvHeads);
    const std::int64_t head_dim = in().get(Attr::kHeadDim);
    Buffer& output = temporary(4);
    std::array<Buffer*, 2> loaded{};
    const auto scores = [&](std::size_t i) {
        const AttentionStep& step = steps[i];
        const std::int64_t unit = step.sequence * kv.heads + step.head;
        Gemm qk;
        qk.m = queries;
        qk.k = head_dim;
        qk.n = step.tokens;
        qk.type = in().type();
        qk.a = input().address + static_cast<std::uint64_t>(unit * (queries + 2) * kv.row_bytes);
        qk.b = loaded[i % 2]->address;
        qk.c = temporary(i % 2).address;
        builder_.emit(Engine::kMatrix, qk, {&input(), loaded[i % 2]}, {&temporary(i % 2)});
    };
    const auto weigh = [&](std::size_t i) {
        const AttentionStep& step = steps[i];
        Buffer& weights = temporary(2 + i % 2);
        builder_.emit(Engine::kVector,
                      vector_op(VectorKind::kSoftmax, queries * step.tokens, in().type(),
                                temporary(i % 2).address, weights.address),
                      {&temporary(i % 2)}, {&weights});
        const std::int64_t unit = step.sequence * kv.heads + step.head;
        const std::uint64_t sums =
            output.address +
            static_cast<std::uint64_t>(bytes_of(unit * queries * head_dim, DataType::kFp32));
        if (step.block > 0) {  // to the new maximum
            builder_.emit(Engine::kVector,
                          vector_op(VectorKind::kMul, queries * head_dim, DataType::kFp32, sums,
                                    sums),
                          {&output}, {&output});
        }
        Gemm sv;
        sv.m = queries;
        sv.k = step.tokens;
        sv.n = head_dim;
        sv.type = in().type();
        sv.accumulate = step.block > 0;
        sv.a = weights.address;
        sv.b = loaded[i % 2]->address + static_cast<std::uint64_t>(kv.half_bytes);
        sv.c = sums;
        builder_.emit(Engine::kMatrix, sv, {&weights, loaded[i % 2]}, {&output});
    };
    for (std::size_t i = 0; i < std::min<std::size_t>(steps.size(), 2); ++i) {
        loaded[i] = &load_kv(kv, steps[i]);
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (i == 0) {
            scores(i);
        }
        if (i + 1 < steps.size()) {
            scores(i + 1);
        }
        weigh(i);
        if (i + 2 < steps.size()) {
            loaded[i % 2] = &load_kv(kv, steps[i + 2]);
        }
    }
    pack_attention(kv, steps.empty() ? input() : output);
}

// Writes the output as records of a slice and the softmax statistics, one for each member of the
// group, as reduce_scatter sends them. A PE whose slice of the context is empty writes zeros (a
// product of its queries).
void PeLowering::pack_attention(const KvLayout& kv, Buffer& output) {
    const std::int64_t queries = in().get(Attr::kHeads) / in().get(Attr::kKvHeads);
    const std::int64_t elements = shape().rows * kv.heads * queries * in().get(Attr::kHeadDim);
    builder_.emit(Engine::kVector,
                  vector_op(VectorKind::kMul, elements, DataType::kFp32, output.address,
                            result().address),
                  {&output}, {&result()});
}

}  // namespace strata::runtime
