// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/pe_lowering.h"
#include "runtime/compiler/sharding.h"

// Collectives over all PEs go in stages: reduce-scatter within the cube, then among the PEs of the
// same index of all cubes; all-gather the other way round. So the slow links between cubes carry
// each byte of a slice once per cube. Slice c·… of PE i of cube c is number i·cubes + c; as a
// reduce-scatter and the all-gather after it agree on this, the order of elements is kept.

namespace strata::runtime {

using core::Bytes;
using models::DataType;
using models::Engine;
using models::VectorKind;
using models::VectorOp;

namespace {

std::uint64_t offset(std::int64_t index, Bytes bytes) {
    return static_cast<std::uint64_t>(index * bytes);
}

/// Other types are for timing only, in the network as in the vector engine.
core::Sum sum_of(DataType type) {
    switch (type) {
        case DataType::kInt32:
            return core::Sum::kInt32;
        case DataType::kFp32:
            return core::Sum::kFp32;
        default:
            return core::Sum::kNone;
    }
}

}  // namespace

void PeLowering::all_reduce() {
    if (keeps_slot()) {
        return;
    }
    const Shape& s = input_shape();
    const std::int64_t elements = slice_elements(s, machine_.pes());
    const Bytes slice = bytes_of(elements, s.type);
    if (s.kv_heads == 0) {
        reduce_all(input(), temporary(3), slice, elements);
        gather_all(temporary(3), temporary(2), result(), slice);
    } else if (kv_active_) {
        reduce_kv(input(), temporary(3));
        gather_stage(channel(Channel::kGatherKv), temporary(3), result(), slice);
    }
}

void PeLowering::reduce_scatter() {
    if (keeps_slot()) {
        return;
    }
    const Shape& s = input_shape();
    if (s.kv_heads == 0) {
        const std::int64_t elements = slice_elements(s, machine_.pes());
        reduce_all(input(), result(), bytes_of(elements, s.type), elements);
    } else if (kv_active_) {
        reduce_kv(input(), result());
    }
}

void PeLowering::all_gather() {
    if (keeps_slot()) {
        return;
    }
    const Shape& s = input_shape();
    const Bytes slice = bytes_of(slice_elements(s, machine_.pes()), s.type);
    if (s.kv_heads == 0) {
        gather_all(input(), temporary(0), result(), slice);
    } else if (kv_active_) {
        gather_stage(channel(Channel::kGatherKv), input(), result(), slice);
    }
}

void PeLowering::reduce_all(Buffer& value, Buffer& result, Bytes slice, std::int64_t elements) {
    Buffer* sums = &value;
    const std::int64_t cubes = machine_.cubes();
    if (machine_.pes_per_cube > 1) {
        Buffer& target = cubes > 1 ? temporary(0) : result;
        reduce_stage(Channel::kReduceLocal, value, temporary(1), target, cubes * slice,
                     cubes * elements);
        sums = &target;
    }
    if (cubes > 1) {
        reduce_stage(Channel::kReduceCubes, *sums, temporary(1), result, slice, elements);
    }
}

// Sends slice j to member j and adds what came, which the network may have added up, to the own
// slice.
void PeLowering::reduce_stage(Channel c, Buffer& value, Buffer& sums, Buffer& result, Bytes bytes,
                              std::int64_t elements) {
    Exchange& exchange = channel(c);
    const DataType type = input_shape().type;
    exchange.send(builder_, {&value, value.address, bytes, bytes, sum_of(type)});
    Buffer& box = exchange.mailbox();
    VectorOp add = vector_op(VectorKind::kAdd, elements, type,
                             value.address + offset(exchange.self(), bytes), result.address);
    if (exchange.arrivals() == 1) {
        add.source2 = box.address;
        builder_.emit(Engine::kVector, add, {&value, &box}, {&result}, {exchange.arrival()});
        return;
    }
    VectorOp reduce = vector_op(VectorKind::kReduceAdd, elements, type, box.address, sums.address);
    reduce.inputs = exchange.arrivals();
    builder_.emit(Engine::kVector, reduce, {&box}, {&sums}, {exchange.arrival()});
    add.source2 = sums.address;
    builder_.emit(Engine::kVector, add, {&value, &sums}, {&result});
}

// Partial attention results: the records of all members are rescaled to the common maximum before
// they are added.
void PeLowering::reduce_kv(Buffer& value, Buffer& result) {
    Exchange& exchange = channel(Channel::kReduceKv);
    const Shape& s = input_shape();
    const std::int64_t slice = slice_elements(s, machine_.pes());
    const std::int64_t stats = stat_elements(s, machine_.pes());
    const Bytes record = bytes_of(slice + stats, s.type);
    const std::int64_t peers = exchange.members() - 1;
    exchange.send(builder_, {&value, value.address, record, record});
    Buffer& box = exchange.mailbox();
    Buffer& scaled = temporary(0);
    Buffer& sums = temporary(1);
    std::vector<models::Wait> waits{exchange.arrival()};
    Buffer* received = &box;
    if (stats > 0) {
        VectorOp scale =
            vector_op(VectorKind::kSoftmax, peers * stats, s.type, box.address, scaled.address);
        builder_.emit(Engine::kVector, scale, {&box}, {&scaled}, waits);
        scale = vector_op(VectorKind::kMul, peers * (slice + stats), s.type, box.address,
                          scaled.address);
        builder_.emit(Engine::kVector, scale, {&box}, {&scaled});
        received = &scaled;
        waits.clear();
    }
    VectorOp add = vector_op(VectorKind::kAdd, slice, s.type,
                             value.address + offset(exchange.self(), record), result.address);
    if (peers > 1) {
        VectorOp reduce = vector_op(VectorKind::kReduceAdd, slice + stats, s.type,
                                    received->address, sums.address);
        reduce.inputs = peers;
        builder_.emit(Engine::kVector, reduce, {received}, {&sums}, waits);
        received = &sums;
        waits.clear();
    }
    add.source2 = received->address;
    builder_.emit(Engine::kVector, add, {&value, received}, {&result}, waits);
}

void PeLowering::gather_all(Buffer& slice, Buffer& cubes, Buffer& result, Bytes bytes,
                            const EngineCounts& extra) {
    Buffer* own = &slice;
    const std::int64_t n = machine_.cubes();
    const bool local = machine_.pes_per_cube > 1;
    if (n > 1) {
        Buffer& target = local ? cubes : result;
        gather_stage(channel(Channel::kGatherCubes), slice, target, bytes, extra);
        own = &target;
    }
    if (local) {
        gather_stage(channel(Channel::kGatherLocal), *own, result, n * bytes, extra);
    }
}

// Sends the own slice to all members and copies all slices out of the mailbox, so that it is free
// for the next use.
void PeLowering::gather_stage(Exchange& exchange, Buffer& slice, Buffer& result, Bytes bytes,
                              const EngineCounts& extra) {
    const std::int64_t self = exchange.self();
    const std::int64_t behind = exchange.members() - 1 - self;
    exchange.send(builder_, {&slice, slice.address, 0, bytes}, extra);
    copy_in_tcm(slice.address, slice, result.address + offset(self, bytes), result, bytes);
    Buffer& box = exchange.mailbox();
    if (self > 0) {
        copy_in_tcm(box.address, box, result.address, result, self * bytes, {exchange.arrival()});
    }
    if (behind > 0) {
        copy_in_tcm(box.address + offset(exchange.slot(self + 1), bytes), box,
                    result.address + offset(self + 1, bytes), result, behind * bytes,
                    {exchange.arrival()});
    }
}

// Each PE finds the largest of its share, all gather these, each finds the largest of all. A
// comparison costs as much as an addition.
void PeLowering::argmax() {
    const std::int64_t rows = shape().rows;
    const DataType type = DataType::kFp32;
    Buffer& own = temporary(0);
    builder_.emit(Engine::kVector,
                  vector_op(VectorKind::kAdd, local_elements(input_shape(), machine_.pes()), type,
                            input().address, own.address),
                  {&input()}, {&own});
    Buffer* all = &own;
    if (machine_.pes() > 1) {
        gather_all(own, temporary(1), temporary(2), bytes_of(2 * rows, type));
        all = &temporary(2);
    }
    VectorOp largest =
        vector_op(VectorKind::kReduceAdd, 2 * rows, type, all->address, result().address);
    largest.inputs = machine_.pes();
    builder_.emit(Engine::kVector, largest, {all}, {&result()});
}

}  // namespace strata::runtime
