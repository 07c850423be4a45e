// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/pe_lowering.h"

#include <algorithm>

#include "runtime/compiler/group_plan.h"
#include "runtime/compiler/sharding.h"

namespace strata::runtime {

using core::Bytes;
using models::DataType;
using models::DmaCopy;
using models::Engine;
using models::VectorKind;
using models::VectorOp;

namespace {

DataType narrower(DataType a, DataType b) {
    return models::bits(a) < models::bits(b) ? a : b;
}

VectorKind vector_kind(Op op) {
    switch (op) {
        case Op::kSoftmax:
            return VectorKind::kSoftmax;
        case Op::kRope:
            return VectorKind::kRope;
        case Op::kMul:
            return VectorKind::kMul;
        case Op::kAdd:
            return VectorKind::kAdd;
        default:
            return VectorKind::kConvert;
    }
}

}  // namespace

PeLowering::PeLowering(const Program& program, const Mapping& mapping, const Machine& machine,
                       const LoweringPlan& plan, std::int64_t pe)
    : program_(program),
      machine_(machine),
      plan_(plan),
      pe_(pe),
      kv_group_(Grouping::of(machine.pes(), plan.kv_heads)),
      kv_active_(kv_group_.active(pe)),
      builder_(program.name, machine.semaphores),
      done_(program.instructions.size()) {
    for (std::size_t i = 0; i < plan.slot_address.size(); ++i) {
        slots_.push_back({plan.slot_address[i], plan.slot_size[i], {}, {}});
    }
    for (std::size_t i = 0; i < 2; ++i) {
        weight_.buffers[i] = {plan.weight_buffer[i], plan.weight_bytes, {}, {}};
        kv_.buffers[i] = {plan.kv_buffer[i], plan.kv_bytes, {}, {}};
        constant_.buffers[i] = {plan.constant_buffer[i], plan.constant_bytes, {}, {}};
    }
    if (plan.sram_slots > 0) {
        sram_.resize(static_cast<std::size_t>(plan.sram_slots));
        sram_address_ = virtual_address(*mapping.find(kPrefetchBuffer), pe);
    }
    make_exchanges(mapping);
}

void PeLowering::make_exchanges(const Mapping& mapping) {
    for (int c = 0; c < kChannels; ++c) {
        const auto channel = static_cast<Channel>(c);
        if (takes_part(plan_, machine_, channel, pe_)) {
            make_exchange(channel, exchange_members(channel, pe_, machine_, plan_.kv_heads),
                          *mapping.find(kMailboxes));
        }
    }
}

void PeLowering::make_exchange(Channel channel, const std::vector<std::int64_t>& members,
                               const MappedTensor& mailboxes) {
    const auto c = static_cast<std::size_t>(channel);
    Exchange::Layout layout;
    layout.members = members;
    layout.self = std::find(members.begin(), members.end(), pe_) - members.begin();
    layout.mailbox = plan_.channels[c].mailbox;
    layout.half = plan_.channels[c].half;
    layout.semaphore = plan_.channels[c].semaphore;
    layout.transport = plan_.channels[c].transport;
    for (const auto member : members) {
        layout.windows.push_back(virtual_address(mailboxes, member) -
                                 static_cast<std::uint64_t>(mailboxes.placements[0].offset));
    }
    for (const GroupWindow& window : group_windows(plan_, mailboxes, machine_, pe_)) {
        if (window.channel == channel) {
            const auto root = std::find(members.begin(), members.end(), window.root);
            layout.windows[static_cast<std::size_t>(root - members.begin())] = window.va;
        }
    }
    exchanges_[c].emplace(std::move(layout));
}

models::Kernel PeLowering::run() {
    for (at_ = 0; at_ < program_.instructions.size(); ++at_) {
        lower();
    }
    return builder_.take();
}

void PeLowering::lower() {
    builder_.set_origin(static_cast<std::int32_t>(at_));
    apply_after();
    const EngineCounts before = builder_.counts();
    lower_operation();
    builder_.drop_waits();
    for (std::size_t e = 0; e < before.size(); ++e) {
        const std::int64_t now = builder_.counts()[e];
        done_[at_][e] = now > before[e] ? now : 0;
    }
}

// All engines but prefetch, which runs ahead: a tile waits for its tensor's `prefetch`.
void PeLowering::apply_after() {
    for (const auto instruction : in().after) {
        for (const Engine e : {Engine::kLoad, Engine::kStore, Engine::kMatrix, Engine::kVector}) {
            builder_.wait_before(e, done_[static_cast<std::size_t>(instruction)]);
        }
    }
}

void PeLowering::lower_operation() {
    switch (in().op) {
        case Op::kEmbed:
            return embed();
        case Op::kLoad:
            return load();
        case Op::kStore:
            return store();
        case Op::kMatmul:
            return matmul();
        case Op::kKvAppend:
            return kv_append();
        case Op::kFlashAttention:
            return flash_attention();
        case Op::kRmsNorm:
            return rms_norm();
        case Op::kSiluMul:
            return silu_mul();
        case Op::kRope:
        case Op::kSoftmax:
        case Op::kConvert:
            return unary(vector_kind(in().op));
        case Op::kAdd:
        case Op::kMul:
            return binary(vector_kind(in().op));
        case Op::kArgmax:
            return argmax();
        case Op::kAllReduce:
            return all_reduce();
        case Op::kAllGather:
            return all_gather();
        case Op::kReduceScatter:
            return reduce_scatter();
        case Op::kPrefetch:
            return;  // says which tensors are prefetched: plan_.prefetched
        case Op::kBarrier:
            return barrier();
    }
}

VectorOp PeLowering::vector_op(VectorKind kind, std::int64_t elements, DataType type,
                               std::uint64_t source, std::uint64_t target) {
    VectorOp op;
    op.kind = kind;
    op.elements = elements;
    op.type = type;
    op.source = source;
    op.source2 = source;
    op.target = target;
    return op;
}

void PeLowering::copy_in_tcm(std::uint64_t source, Buffer& from, std::uint64_t target, Buffer& to,
                             Bytes bytes, const std::vector<models::Wait>& waits) {
    DmaCopy copy;
    copy.source_in_tcm = true;
    copy.target_in_tcm = true;
    copy.source = source;
    copy.target = target;
    copy.row_bytes = bytes;
    builder_.emit(Engine::kStore, copy, {&from}, {&to}, waits);
}

// The table lies split by columns: every PE reads its part of the row.
void PeLowering::embed() {
    const std::int64_t columns = slice_elements(shape(), machine_.pes()) / shape().rows;
    DmaCopy copy;
    copy.target_in_tcm = true;
    copy.row_bytes = bytes_of(columns, shape().type);
    copy.rows = shape().rows;
    copy.source_stride = copy.target_stride = copy.row_bytes;
    copy.source =
        tensor_address() + static_cast<std::uint64_t>(in().get(Attr::kRow) * copy.row_bytes);
    copy.target = result().address;
    builder_.emit(Engine::kLoad, copy, {}, {&result()});
}

void PeLowering::load() {
    DmaCopy copy;
    copy.target_in_tcm = true;
    copy.source = tensor_address();
    copy.target = result().address;
    copy.row_bytes = bytes_of(local_elements(shape(), machine_.pes()), shape().type);
    builder_.emit(Engine::kLoad, copy, {&written_tensors_[&tensor()]}, {&result()});
}

void PeLowering::store() {
    DmaCopy copy;
    copy.source_in_tcm = true;
    copy.source = input().address;
    copy.target = tensor_address();
    copy.row_bytes = bytes_of(local_elements(input_shape(), machine_.pes()), input_shape().type);
    builder_.emit(Engine::kStore, copy, {&input()}, {&written_tensors_[&tensor()]});
}

void PeLowering::rms_norm() {
    if (shape().kv_heads > 0 && !kv_active_) {
        return;
    }
    Buffer* weights = nullptr;
    if (plan_.tensor[at_] != nullptr) {
        weights = &constant_.next();
        DmaCopy copy;
        copy.target_in_tcm = true;
        copy.source = tensor_address();
        copy.target = weights->address;
        copy.row_bytes = tensor().bytes;
        builder_.emit(Engine::kLoad, copy, {}, {weights});
    }
    // The covered part of the local elements; all of them without a kv grouping.
    const Shape& s = input_shape();
    const std::int64_t local =
        core::ceil_div(in().get(Attr::kElements) * local_elements(s, machine_.pes()), s.elements());
    VectorOp op = vector_op(VectorKind::kRmsNorm, local, narrower(s.type, shape().type),
                            input().address, result().address);
    op.source2 = weights == nullptr ? op.source : weights->address;
    builder_.emit(Engine::kVector, op, {&input(), weights}, {&result()});
}

void PeLowering::unary(VectorKind kind) {
    const Shape& s = input_shape();
    if (s.kv_heads > 0 && !kv_active_) {
        return;
    }
    const std::int64_t local =
        core::ceil_div(in().get(Attr::kElements) * local_elements(s, machine_.pes()), s.elements());
    const DataType type = kind == VectorKind::kConvert ? s.type : narrower(s.type, shape().type);
    builder_.emit(Engine::kVector, vector_op(kind, local, type, input().address, result().address),
                  {&input()}, {&result()});
}

// Gate and up halves of the operand.
void PeLowering::silu_mul() {
    if (shape().kv_heads > 0 && !kv_active_) {
        return;
    }
    const std::int64_t local = local_elements(shape(), machine_.pes());
    VectorOp op = vector_op(VectorKind::kSiluMul, local, narrower(input_shape().type, shape().type),
                            input().address, result().address);
    op.source2 = op.source + static_cast<std::uint64_t>(bytes_of(local, input_shape().type));
    builder_.emit(Engine::kVector, op, {&input()}, {&result()});
}

void PeLowering::binary(VectorKind kind) {
    if (shape().kv_heads > 0 && !kv_active_) {
        return;
    }
    const DataType type =
        narrower(narrower(input_shape(0).type, input_shape(1).type), shape().type);
    VectorOp op = vector_op(kind, local_elements(shape(), machine_.pes()), type, input(0).address,
                            result().address);
    op.source2 = input(1).address;
    builder_.emit(Engine::kVector, op, {&input(0), &input(1)}, {&result()});
}

// A gather of empty messages: it starts when everything before has finished, and everything after
// (but prefetch) starts when it has ended. A PE alone has only the waits.
void PeLowering::barrier() {
    EngineCounts all = builder_.counts();
    all[static_cast<std::size_t>(Engine::kPrefetch)] = 0;
    constexpr Bytes kToken = 4;
    gather_all(temporary(0), temporary(1), temporary(2), kToken, all);
    all = builder_.counts();
    all[static_cast<std::size_t>(Engine::kPrefetch)] = 0;
    builder_.hold(all);
}

}  // namespace strata::runtime
