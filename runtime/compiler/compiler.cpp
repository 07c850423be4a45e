// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/compiler.h"

#include <algorithm>

#include "runtime/compiler/allocation.h"
#include "runtime/compiler/kv_layout.h"
#include "runtime/compiler/lowering_plan.h"
#include "runtime/compiler/sharding.h"

namespace strata::runtime {
namespace {

using core::Bytes;
using core::Region;
using models::DataType;

DataType accumulator(DataType type) {
    const bool integer = type == DataType::kInt4 || type == DataType::kInt8;
    return integer ? DataType::kInt32 : DataType::kFp32;
}

/// Appends instructions; handles are numbered.
class ProgramBuilder {
   public:
    explicit ProgramBuilder(Program& program) : program_(program) {}

    std::int32_t add(Op op, std::vector<std::int32_t> inputs, std::vector<std::string> tensors,
                     std::initializer_list<std::pair<Attr, std::int64_t>> attributes = {}) {
        Instruction in;
        in.op = op;
        in.inputs = std::move(inputs);
        in.tensors = std::move(tensors);
        for (const auto& [attr, value] : attributes) {
            in.set(attr, value);
        }
        if (info(op).result) {
            in.handle = std::to_string(++handles_);
        }
        in.location = {program_.name, static_cast<int>(program_.instructions.size()) + 2, 1};
        program_.instructions.push_back(std::move(in));
        return static_cast<std::int32_t>(program_.instructions.size()) - 1;
    }

   private:
    Program& program_;
    int handles_ = 0;
};

std::int64_t number(DataType t) {
    return static_cast<std::int64_t>(t);
}
constexpr auto kSplitN = static_cast<std::int64_t>(Split::kN);
constexpr auto kSplitK = static_cast<std::int64_t>(Split::kK);
constexpr auto kAll = static_cast<std::int64_t>(Group::kAll);
constexpr auto kKv = static_cast<std::int64_t>(Group::kKv);

class DecodeCompiler {
   public:
    DecodeCompiler(const ModelCard& card, const DecodeWorkload& workload, const Machine& machine,
                   core::Diagnostics& diagnostics)
        : card_(card),
          workload_(workload),
          machine_(machine),
          diagnostics_(diagnostics),
          build_(compiled_.program) {}

    CompiledProgram run() {
        check();
        if (!diagnostics_.ok()) {
            return std::move(compiled_);
        }
        compiled_.program.name = card_.name + "_decode";
        compiled_.program.tile = workload_.tile;
        build_program();
        build_mapping();
        build_notes();
        return std::move(compiled_);
    }

   private:
    void fail(const std::string& message) {
        diagnostics_.error({"decode workload", 0, 0}, "", message);
    }

    void check() {
        if (machine_.dram_bytes == 0) {
            fail("the platform has no dram; the KV cache and norm weights need it");
        }
        if (workload_.weight_memory == WeightMemory::kNand && !machine_.has_nand()) {
            fail("weight_memory is nand, but the platform has no nand");
        }
        if (workload_.prefetch && machine_.sram_bank_bytes == 0) {
            fail("prefetch needs sram, which the platform has not; set prefetch: false");
        }
        if (workload_.token_id >= card_.vocab) {
            fail("token_id " + std::to_string(workload_.token_id) +
                 " is beyond the vocabulary of " + std::to_string(card_.vocab));
        }
        for (const DataType type : {workload_.weights, workload_.kv}) {
            if (std::count(machine_.types.begin(), machine_.types.end(), type) == 0) {
                fail(std::string("the matrix engine has no ") + models::to_string(type));
            }
        }
    }

    // Program

    void build_program() {
        const DataType w = workload_.weights;
        const DataType a = workload_.activations;
        const std::int64_t m = workload_.batch;
        const std::int64_t hidden = m * card_.hidden;
        const DataType table = w == DataType::kInt4 ? DataType::kInt8 : w;
        std::int32_t x = build_.add(Op::kEmbed, {}, {"embed"},
                                    {{Attr::kM, m},
                                     {Attr::kElements, hidden},
                                     {Attr::kRow, workload_.token_id},
                                     {Attr::kType, number(table)}});
        x = build_.add(
            Op::kAllGather, {x}, {},
            {{Attr::kElements, hidden}, {Attr::kType, number(table)}, {Attr::kGroup, kAll}});
        x = build_.add(Op::kConvert, {x}, {},
                       {{Attr::kElements, hidden}, {Attr::kType, number(a)}});
        for (std::int64_t layer = 0; layer < card_.layers; ++layer) {
            x = build_layer(x, "l" + std::to_string(layer) + ".");
        }
        prefetch("head");
        x = norm(x, "final_norm");
        x = matmul(x, "head", card_.hidden, card_.vocab, kSplitN, 0);
        x = build_.add(Op::kArgmax, {x}, {}, {{Attr::kElements, m * card_.vocab}});
        build_.add(Op::kStore, {x}, {"output"});
    }

    void prefetch(const std::string& tensor) {
        if (workload_.prefetch) {
            build_.add(Op::kPrefetch, {}, {tensor});
        }
    }
    /// Type a matmul's operand has: weights of 4 bits multiply with activations of 8.
    DataType operand_type() const {
        return workload_.weights == DataType::kInt4 ? DataType::kInt8 : workload_.weights;
    }
    std::int32_t norm(std::int32_t x, const std::string& weights) {
        return build_.add(Op::kRmsNorm, {x}, {weights},
                          {{Attr::kElements, workload_.batch * card_.hidden},
                           {Attr::kType, number(operand_type())}});
    }
    std::int32_t matmul(std::int32_t x, const std::string& weights, std::int64_t k, std::int64_t n,
                        std::int64_t split, std::int64_t kv_heads) {
        const auto i = build_.add(Op::kMatmul, {x}, {weights},
                                  {{Attr::kM, workload_.batch},
                                   {Attr::kK, k},
                                   {Attr::kN, n},
                                   {Attr::kType, number(workload_.weights)},
                                   {Attr::kSplit, split}});
        if (kv_heads > 0) {
            compiled_.program.instructions.back().set(Attr::kKvHeads, kv_heads);
        }
        return i;
    }
    /// Sums partial results over all PEs and adds them to the residual `x`.
    std::int32_t add_to_residual(std::int32_t x, std::int32_t partial) {
        const std::int64_t elements = workload_.batch * card_.hidden;
        const auto sum = build_.add(Op::kAllReduce, {partial}, {},
                                    {{Attr::kElements, elements},
                                     {Attr::kType, number(accumulator(workload_.weights))},
                                     {Attr::kGroup, kAll}});
        return build_.add(
            Op::kAdd, {x, sum}, {},
            {{Attr::kElements, elements}, {Attr::kType, number(workload_.activations)}});
    }

    std::int32_t build_layer(std::int32_t x, const std::string& prefix) {
        for (const char* weights : {"qkv", "o", "gate_up", "down"}) {
            prefetch(prefix + weights);
        }
        std::int32_t h = attention(norm(x, prefix + "norm1"), prefix);
        h = matmul(h, prefix + "o", card_.query_columns(), card_.hidden, kSplitK, card_.kv_heads);
        x = add_to_residual(x, h);
        h = norm(x, prefix + "norm2");
        h = matmul(h, prefix + "gate_up", card_.hidden, 2 * card_.intermediate, kSplitN, 0);
        h = build_.add(Op::kSiluMul, {h}, {},
                       {{Attr::kElements, workload_.batch * card_.intermediate},
                        {Attr::kType, number(operand_type())}});
        h = matmul(h, prefix + "down", card_.intermediate, card_.hidden, kSplitK, 0);
        return add_to_residual(x, h);
    }

    /// From the normed input to the attention result, split over the kv-head groups.
    std::int32_t attention(std::int32_t x, const std::string& prefix) {
        const std::int64_t m = workload_.batch;
        const std::int64_t all = m * card_.qkv_columns();
        const std::int64_t rotated = m * (card_.query_columns() + card_.kv_columns());
        const auto kv = number(workload_.kv);
        x = matmul(x, prefix + "qkv", card_.hidden, card_.qkv_columns(), kSplitN, card_.kv_heads);
        x = build_.add(Op::kAllGather, {x}, {},
                       {{Attr::kElements, all},
                        {Attr::kType, number(accumulator(workload_.weights))},
                        {Attr::kGroup, kKv}});
        x = build_.add(Op::kConvert, {x}, {}, {{Attr::kElements, all}, {Attr::kType, kv}});
        if (card_.qk_norm) {
            x = build_.add(Op::kRmsNorm, {x}, {prefix + "qk_norm"},
                           {{Attr::kElements, rotated}, {Attr::kType, kv}});
        }
        x = build_.add(Op::kRope, {x}, {}, {{Attr::kElements, rotated}, {Attr::kType, kv}});
        for (const Op op : {Op::kKvAppend, Op::kFlashAttention}) {
            const auto i = build_.add(op, {x}, {prefix + "kv"},
                                      {{Attr::kHeads, card_.heads},
                                       {Attr::kKvHeads, card_.kv_heads},
                                       {Attr::kHeadDim, card_.head_dim},
                                       {Attr::kContext, workload_.context},
                                       {Attr::kType, kv}});
            x = op == Op::kFlashAttention ? i : x;
        }
        const std::int64_t queries = m * card_.query_columns();
        x = build_.add(Op::kReduceScatter, {x}, {},
                       {{Attr::kElements, queries},
                        {Attr::kType, number(DataType::kFp32)},
                        {Attr::kGroup, kKv}});
        return build_.add(Op::kConvert, {x}, {},
                          {{Attr::kElements, queries}, {Attr::kType, number(operand_type())}});
    }

    // Mapping: tensors in the order of their first use

    Region weight_memory() const {
        const bool nand = workload_.weight_memory == WeightMemory::kNand ||
                          (workload_.weight_memory == WeightMemory::kAuto && machine_.has_nand());
        return nand ? Region::kNand : Region::kDram;
    }

    void build_mapping() {
        Allocation allocation(machine_, compiled_.mapping);
        compiled_.mapping.program = compiled_.program.name;
        const LoweringPlan plan = plan_lowering(compiled_.program, nullptr, machine_, diagnostics_);
        if (!diagnostics_.ok()) {
            return;
        }
        if (plan.mailbox_bytes > 0) {
            allocation.add(kMailboxes, Region::kTcm, Policy::kShard,
                           machine_.pes() * plan.mailbox_bytes, plan.mailbox_bytes, true);
        }
        if (workload_.prefetch) {
            add_prefetch_buffer(allocation);
        }
        for (std::size_t i = 0; i < compiled_.program.instructions.size(); ++i) {
            add_tensor(allocation, i, plan);
        }
        compiled_.mapping.check(machine_, diagnostics_);
    }

    void add_prefetch_buffer(Allocation& allocation) {
        const Bytes slot = prefetch_slot_bytes(workload_.tile);
        const auto share = static_cast<Bytes>(static_cast<double>(machine_.sram_bank_bytes) *
                                              workload_.sram_share);
        const Bytes bytes = share / machine_.page_bytes * machine_.page_bytes;
        if (bytes < 2 * slot) {
            fail("prefetch needs 2 tiles of " + core::format_size(slot) + " in sram; " +
                 core::format_size(bytes) + " of a PE's bank of " +
                 core::format_size(machine_.sram_bank_bytes) + " are given to it");
            return;
        }
        allocation.add(kPrefetchBuffer, Region::kSram, Policy::kShard, machine_.pes() * bytes,
                       bytes, true);
    }

    void add_tensor(Allocation& allocation, std::size_t i, const LoweringPlan& plan) {
        const Instruction& in = compiled_.program.instructions[i];
        if (in.tensors.empty() || compiled_.mapping.find(in.tensors[0]) != nullptr ||
            in.op == Op::kPrefetch) {
            return;
        }
        const std::string& name = in.tensors[0];
        const std::int64_t pes = machine_.pes();
        switch (in.op) {
            case Op::kMatmul: {
                const WeightShare share = weight_share(in, pes);
                const Tiling tiling = tile_weights(share.k, share.n, in.type(), workload_.tile,
                                                   machine_.matrix_columns,
                                                   tile_alignment(weight_memory(), machine_));
                if (tiling.tiles.empty()) {
                    fail("tile=" + core::format_size(workload_.tile) + " holds no row of " +
                         std::to_string(machine_.matrix_columns) +
                         " weights; make the tile larger");
                    return;
                }
                allocation.add(name, weight_memory(), Policy::kShard,
                               bytes_of(in.get(Attr::kK) * in.get(Attr::kN), in.type()),
                               std::max<Bytes>(tiling.bytes, 1), false);
                break;
            }
            case Op::kEmbed: {
                const Bytes row = bytes_of(core::ceil_div(card_.hidden, pes), in.type());
                allocation.add(name, weight_memory(), Policy::kShard,
                               bytes_of(card_.hidden * card_.vocab, in.type()), row * card_.vocab,
                               false);
                break;
            }
            case Op::kKvAppend: {
                const auto kv = KvLayout::of(in, pes, workload_.tile);
                if (kv.tokens == 0) {
                    fail("tile=" + core::format_size(workload_.tile) +
                         " holds no K and V of a token; make the tile larger");
                    return;
                }
                const Bytes shard = std::max<Bytes>(kv.shard_bytes(workload_.batch), 1);
                allocation.add(name, Region::kDram, Policy::kShard,
                               workload_.batch * workload_.context * 2 * card_.kv_heads *
                                   bytes_of(card_.head_dim, workload_.kv),
                               shard, true);
                break;
            }
            case Op::kRmsNorm: {
                const bool heads = plan.shapes[i].kv_heads > 0;
                const Bytes bytes =
                    bytes_of(heads ? 2 * card_.head_dim : card_.hidden, workload_.activations);
                allocation.add(name, Region::kDram, Policy::kReplicate, bytes, bytes, false);
                break;
            }
            default: {  // the chosen tokens
                const Bytes bytes = bytes_of(2 * workload_.batch, DataType::kFp32);
                allocation.add(name, Region::kDram, Policy::kShard, pes * bytes, bytes, true);
            }
        }
    }

    // Notes

    void build_notes() {
        auto& notes = compiled_.notes;
        const Grouping g = Grouping::of(machine_.pes(), card_.kv_heads);
        notes.push_back("tensor-parallel over " + std::to_string(machine_.pes()) +
                        " PEs in kv-head groups of PEs: " + std::to_string(g.members) +
                        ", kv heads: " + std::to_string(g.heads_per_group));
        if (g.active_pes() < machine_.pes()) {
            notes.push_back(std::to_string(machine_.pes() - g.active_pes()) +
                            " PEs are idle in the attention: kv heads and PEs do not divide");
        }
        const std::int64_t padded = padded_weights();
        if (padded > 0) {
            notes.push_back(std::to_string(padded) +
                            " weights are padding: shapes and PEs do not divide");
        }
        if (card_.tied_embedding) {
            notes.push_back("the tied embedding is stored twice: as table and as LM head");
        }
        notes.push_back("weights, norms and the earlier context count as already in place");
        if (workload_.tokens > 1) {
            notes.push_back("every token is decoded at the same context length");
        }
    }

    /// Weights read per step beyond those of the model.
    std::int64_t padded_weights() const {
        std::int64_t held = 0;
        for (const auto& in : compiled_.program.instructions) {
            if (in.op == Op::kMatmul) {
                const WeightShare share = weight_share(in, machine_.pes());
                held += share.k * share.n *
                        Grouping::of(machine_.pes(), in.get(Attr::kKvHeads)).active_pes();
            }
        }
        return held - card_.decode_weights();
    }

    const ModelCard& card_;
    const DecodeWorkload& workload_;
    const Machine& machine_;
    core::Diagnostics& diagnostics_;
    CompiledProgram compiled_;
    ProgramBuilder build_;
};

}  // namespace

CompiledProgram compile_decode(const ModelCard& card, const DecodeWorkload& workload,
                               const Machine& machine, core::Diagnostics& diagnostics) {
    return DecodeCompiler(card, workload, machine, diagnostics).run();
}

}  // namespace strata::runtime
