// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lowers a program for one PE: the commands of its kernel, instruction by instruction. Private to
// the compiler; runtime/compiler/lowering.h is the way in.

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "models/pe/command.h"
#include "runtime/compiler/exchange.h"
#include "runtime/compiler/kernel_builder.h"
#include "runtime/compiler/lowering_plan.h"
#include "runtime/compiler/machine.h"
#include "runtime/program/mapping.h"
#include "runtime/program/program.h"

namespace strata::runtime {

class PeLowering {
   public:
    /// The references outlive the object.
    PeLowering(const Program& program, const Mapping& mapping, const Machine& machine,
               const LoweringPlan& plan, std::int64_t pe);

    models::Kernel run();

   private:
    /// Two buffers that are filled in turns.
    struct DoubleBuffer {
        std::array<Buffer, 2> buffers;
        std::int64_t uses = 0;
        Buffer& next() { return buffers[static_cast<std::size_t>(uses++ % 2)]; }
    };

    // pe_lowering.cpp
    void make_exchanges(const Mapping& mapping);
    void make_exchange(Channel channel, const std::vector<std::int64_t>& members,
                       const MappedTensor& mailboxes);
    void lower();
    void lower_operation();
    void apply_after();
    void embed();
    void load();
    void store();
    void rms_norm();
    void unary(models::VectorKind kind);
    void silu_mul();
    void binary(models::VectorKind kind);
    void barrier();

    // pe_lowering_matmul.cpp
    void matmul();
    Buffer& load_tile(const WeightTile& tile, bool first);
    Buffer& prefetch_tile(std::uint64_t source, core::Bytes bytes, bool first);

    // pe_lowering_attention.cpp
    struct AttentionStep;
    void kv_append();
    void flash_attention();
    std::int64_t queries_per_head() const;
    std::vector<AttentionStep> attention_steps(const KvLayout& kv);
    void attention_scores(const KvLayout& kv, const AttentionStep& step);
    void attention_output(const KvLayout& kv, const AttentionStep& step);
    void pack_attention(const KvLayout& kv, Buffer& output);
    Buffer& load_kv(const KvLayout& kv, const AttentionStep& step);

    // pe_lowering_collectives.cpp
    void all_reduce();
    void reduce_scatter();
    void all_gather();
    void argmax();
    void reduce_all(Buffer& value, Buffer& result, core::Bytes slice, std::int64_t elements);
    void reduce_stage(Channel channel, Buffer& value, Buffer& sums, Buffer& result,
                      core::Bytes bytes, std::int64_t elements);
    void reduce_kv(Buffer& value, Buffer& result);
    void gather_all(Buffer& slice, Buffer& cubes, Buffer& result, core::Bytes bytes,
                    const EngineCounts& extra = {});
    void gather_stage(Exchange& exchange, Buffer& slice, Buffer& result, core::Bytes bytes,
                      const EngineCounts& extra = {});

    // Helpers
    const Instruction& in() const { return program_.instructions[at_]; }
    const Shape& shape() const { return plan_.shapes[at_]; }
    const Shape& input_shape(std::size_t i = 0) const {
        return plan_.shapes[static_cast<std::size_t>(in().inputs[i])];
    }
    const MappedTensor& tensor() const { return *plan_.tensor[at_]; }
    std::uint64_t tensor_address() const { return virtual_address(tensor(), pe_); }
    Buffer& input(std::size_t i = 0) {
        return slots_[static_cast<std::size_t>(
            plan_.slot[static_cast<std::size_t>(in().inputs[i])])];
    }
    Buffer& result() { return slots_[static_cast<std::size_t>(plan_.slot[at_])]; }
    Buffer& temporary(std::size_t i) {
        return slots_[static_cast<std::size_t>(plan_.temporaries[at_][i])];
    }
    Exchange& channel(Channel c) { return *exchanges_[static_cast<std::size_t>(c)]; }
    bool keeps_slot() const {
        return plan_.slot[at_] == plan_.slot[static_cast<std::size_t>(in().inputs[0])];
    }
    /// Copy between addresses of the own TCM, on the store queue.
    void copy_in_tcm(std::uint64_t source, Buffer& from, std::uint64_t target, Buffer& to,
                     core::Bytes bytes, const std::vector<models::Wait>& waits = {});
    /// A vector operation that reads the narrower and writes the wider of two types only as far as
    /// the time goes: data is computed for the kinds that models::VectorOp names.
    static models::VectorOp vector_op(models::VectorKind kind, std::int64_t elements,
                                      models::DataType type, std::uint64_t source,
                                      std::uint64_t target);

    const Program& program_;
    const Machine& machine_;
    const LoweringPlan& plan_;
    std::int64_t pe_;
    Grouping kv_group_;
    bool kv_active_;  ///< takes part in kv-head groups

    KernelBuilder builder_;
    std::size_t at_ = 0;  ///< current instruction
    std::vector<Buffer> slots_;
    DoubleBuffer weight_, kv_, constant_;
    std::vector<Buffer> sram_;
    std::uint64_t sram_address_ = 0;
    std::int64_t sram_uses_ = 0;
    std::map<const MappedTensor*, Buffer> written_tensors_;  ///< order of writes and later reads
    std::array<std::optional<Exchange>, kChannels> exchanges_;
    std::vector<EngineCounts> done_;  ///< per instruction: commands up to its last, per engine
};

}  // namespace strata::runtime
