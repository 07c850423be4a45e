// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/pe_lowering.h"
#include "runtime/compiler/sharding.h"

namespace strata::runtime {

using core::Bytes;
using models::DmaCopy;
using models::Engine;
using models::Gemm;
using models::VectorKind;

// Tile by tile: load into one of two buffers, multiply. Column blocks of the result lie one after
// the other; blocks of k accumulate. For m > 1 the operand counts as stored in blocks of k.
void PeLowering::matmul() {
    const auto kv_heads = in().get(Attr::kKvHeads);
    const bool partial = shape().form == Form::kPartial;
    if (kv_heads > 0 && !kv_active_) {
        if (partial) {  // the all-reduce sums over all PEs: one without a share adds zeros
            builder_.emit(Engine::kVector,
                          vector_op(VectorKind::kMul, local_elements(shape(), machine_.pes()),
                                    shape().type, result().address, result().address),
                          {}, {&result()});
        }
        return;
    }
    const std::int64_t m = shape().rows;
    bool first = true;
    for (const WeightTile& tile : plan_.tiling[at_].tiles) {
        Buffer& weights = load_tile(tile, first);
        first = false;
        Gemm gemm;
        gemm.m = m;
        gemm.n = tile.n;
        gemm.k = tile.k;
        gemm.type = in().type();
        gemm.accumulate = tile.k0 > 0;
        gemm.a =
            input().address + static_cast<std::uint64_t>(bytes_of(m * tile.k0, input_shape().type));
        gemm.b = weights.address;
        gemm.c = result().address + static_cast<std::uint64_t>(bytes_of(m * tile.n0, shape().type));
        builder_.emit(Engine::kMatrix, gemm, {&input(), &weights}, {&result()});
    }
}

// Without prefetch the first tile is read when the operand is ready, the others follow as the two
// buffers allow. With prefetch the tile comes from the SRAM slot that the prefetch stream fills.
Buffer& PeLowering::load_tile(const WeightTile& tile, bool first) {
    Buffer& target = weight_.next();
    const std::uint64_t stored = tensor_address() + static_cast<std::uint64_t>(tile.offset);
    DmaCopy copy;
    copy.target_in_tcm = true;
    copy.target = target.address;
    copy.row_bytes = tile.bytes;
    if (plan_.prefetched.count(in().tensors[0]) == 0) {
        copy.source = stored;
        builder_.emit(Engine::kLoad, copy, {&input()}, {&target});
        return target;
    }
    Buffer& slot = prefetch_tile(stored, tile.bytes, first);
    copy.source = slot.address;
    builder_.emit(Engine::kLoad, copy, {&slot}, {&target});
    return target;
}

// The prefetch stream holds nothing but these copies, so it runs ahead over operations and layers
// until all slots are full: slot t mod slots is free when its previous tile has been loaded.
Buffer& PeLowering::prefetch_tile(std::uint64_t source, Bytes bytes, bool first) {
    const std::int64_t index = sram_uses_++ % plan_.sram_slots;
    Buffer& slot = sram_[static_cast<std::size_t>(index)];
    slot.address = sram_address_ + static_cast<std::uint64_t>(index * plan_.sram_slot_bytes);
    slot.bytes = plan_.sram_slot_bytes;
    if (first) {
        const auto prefetch = plan_.prefetched.at(in().tensors[0]);
        for (const auto after : program_.instructions[static_cast<std::size_t>(prefetch)].after) {
            builder_.wait_before(Engine::kPrefetch, done_[static_cast<std::size_t>(after)]);
        }
    }
    DmaCopy copy;
    copy.source = source;
    copy.target = slot.address;
    copy.row_bytes = bytes;
    builder_.emit(Engine::kPrefetch, copy, {}, {&slot});
    return slot;
}

}  // namespace strata::runtime
