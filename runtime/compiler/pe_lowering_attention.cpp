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
    Buffer* scores = nullptr;
    Buffer* weights = nullptr;
    Buffer* loaded = nullptr;

    /// Number of the sequence and head on this PE.
    std::int64_t unit(const KvLayout& kv) const { return sequence * kv.heads + head; }
};

std::int64_t PeLowering::queries_per_head() const {
    return in().get(Attr::kHeads) / in().get(Attr::kKvHeads);
}

// The operand holds, sequence by sequence and kv head by kv head, the q rows, the k and the v row.
// The member of the group whose slice holds the newest token appends it.
void PeLowering::kv_append() {
    const auto kv = KvLayout::of(in(), machine_.pes(), program_.tile);
    const std::int64_t newest = in().get(Attr::kContext) - 1;
    if (!kv_active_ || newest / kv.slice != kv_group_.member(pe_)) {
        return;
    }
    const std::int64_t queries = queries_per_head();
    const std::int64_t position = newest % kv.slice;
    const Bytes record = (queries + 2) * kv.row_bytes;
    for (std::int64_t s = 0; s < input_shape().rows; ++s) {
        for (std::int64_t h = 0; h < kv.heads; ++h) {
            DmaCopy copy;
            copy.source_in_tcm = true;
            copy.source = input().address + static_cast<std::uint64_t>((s * kv.heads + h) * record +
                                                                       queries * kv.row_bytes);
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
    copy.source = tensor_address() +
                  static_cast<std::uint64_t>(kv.block_offset(step.sequence, step.head, step.block));
    copy.target = target.address;
    const bool full = step.tokens == kv.tokens;
    copy.row_bytes = full ? kv.block_bytes : step.tokens * kv.row_bytes;
    copy.rows = full ? 1 : 2;
    copy.source_stride = copy.target_stride = kv.half_bytes;
    Buffer* appended = step.newest ? &written_tensors_[&tensor()] : nullptr;
    builder_.emit(Engine::kLoad, copy, {appended}, {&target});
    return target;
}

std::vector<PeLowering::AttentionStep> PeLowering::attention_steps(const KvLayout& kv) {
    const std::int64_t context = in().get(Attr::kContext);
    const std::int64_t own = kv.tokens_of(kv_group_.member(pe_), context);
    const bool has_newest = (context - 1) / kv.slice == kv_group_.member(pe_);
    const std::int64_t blocks = core::ceil_div(own, kv.tokens);
    std::vector<AttentionStep> steps;
    for (std::int64_t s = 0; s < input_shape().rows; ++s) {
        for (std::int64_t h = 0; h < kv.heads; ++h) {
            for (std::int64_t b = 0; b < blocks; ++b) {
                steps.push_back({s, h, b, std::min(kv.tokens, own - b * kv.tokens),
                                 has_newest && b == blocks - 1, nullptr, nullptr, nullptr});
            }
        }
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].scores = &temporary(i % 2);
        steps[i].weights = &temporary(2 + i % 2);
    }
    return steps;
}

// Flash attention over the PE's slice of the context. While the vector engine works on the softmax
// of block j, the matrix engine computes the scores of block j+1, then the output of block j, and
// the load queue fills the buffer of block j+2.
void PeLowering::flash_attention() {
    if (!kv_active_) {
        return;
    }
    const auto kv = KvLayout::of(in(), machine_.pes(), program_.tile);
    auto steps = attention_steps(kv);
    const auto load = [&](std::size_t i) {
        if (i < steps.size()) {
            steps[i].loaded = &load_kv(kv, steps[i]);
        }
    };
    load(0);
    load(1);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (i == 0) {
            attention_scores(kv, steps[i]);
        }
        if (i + 1 < steps.size()) {
            attention_scores(kv, steps[i + 1]);
        }
        attention_output(kv, steps[i]);
        load(i + 2);
    }
    pack_attention(kv, steps.empty() ? input() : temporary(4));
}

void PeLowering::attention_scores(const KvLayout& kv, const AttentionStep& step) {
    const std::int64_t queries = queries_per_head();
    Gemm qk;
    qk.m = queries;
    qk.k = in().get(Attr::kHeadDim);
    qk.n = step.tokens;
    qk.type = in().type();
    qk.a =
        input().address + static_cast<std::uint64_t>(step.unit(kv) * (queries + 2) * kv.row_bytes);
    qk.b = step.loaded->address;
    qk.c = step.scores->address;
    builder_.emit(Engine::kMatrix, qk, {&input(), step.loaded}, {step.scores});
}

void PeLowering::attention_output(const KvLayout& kv, const AttentionStep& step) {
    const std::int64_t queries = queries_per_head();
    const std::int64_t head_dim = in().get(Attr::kHeadDim);
    Buffer& output = temporary(4);
    const Bytes sums_bytes = bytes_of(queries * head_dim, DataType::kFp32);
    const std::uint64_t sums =
        output.address + static_cast<std::uint64_t>(step.unit(kv) * sums_bytes);
    builder_.emit(Engine::kVector,
                  vector_op(VectorKind::kSoftmax, queries * step.tokens, in().type(),
                            step.scores->address, step.weights->address),
                  {step.scores}, {step.weights});
    if (step.block > 0) {  // what was summed so far, to the new maximum
        builder_.emit(Engine::kVector,
                      vector_op(VectorKind::kMul, queries * head_dim, DataType::kFp32, sums, sums),
                      {&output}, {&output});
    }
    Gemm sv;
    sv.m = queries;
    sv.k = step.tokens;
    sv.n = head_dim;
    sv.type = in().type();
    sv.accumulate = step.block > 0;
    sv.a = step.weights->address;
    sv.b = step.loaded->address + static_cast<std::uint64_t>(kv.half_bytes);
    sv.c = sums;
    builder_.emit(Engine::kMatrix, sv, {step.weights, step.loaded}, {&output});
}

// Writes the output as records of a slice and the softmax statistics, one for each member of the
// group, as reduce_scatter sends them. A PE whose slice of the context is empty writes zeros (a
// product of its queries).
void PeLowering::pack_attention(const KvLayout& kv, Buffer& output) {
    const std::int64_t elements =
        shape().rows * kv.heads * queries_per_head() * in().get(Attr::kHeadDim);
    builder_.emit(
        Engine::kVector,
        vector_op(VectorKind::kMul, elements, DataType::kFp32, output.address, result().address),
        {&output}, {&result()});
}

}  // namespace strata::runtime
