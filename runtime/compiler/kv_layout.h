// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the KV cache of a layer lies in a PE's shard. The members of a kv-head group share the
// context in consecutive slices. A slice is stored in blocks of `tokens` tokens, one after the
// other for each sequence and head; a block holds the K rows, then the V rows.

#include <algorithm>
#include <cstdint>

#include "runtime/compiler/sharding.h"
#include "runtime/program/program.h"

namespace strata::runtime {

struct KvLayout {
    std::int64_t heads = 0;      ///< kv heads on this PE
    std::int64_t slice = 0;      ///< tokens of a member at most
    std::int64_t tokens = 0;     ///< of a block; 0: not even one token fits
    std::int64_t blocks = 0;     ///< of a slice
    core::Bytes row_bytes = 0;   ///< K or V of one token
    core::Bytes half_bytes = 0;  ///< the K rows of a block
    core::Bytes block_bytes = 0;

    /// From a kv_append or flash_attn; blocks fit into `tile` bytes.
    static KvLayout of(const Instruction& in, std::int64_t pes, core::Bytes tile) {
        KvLayout l;
        const Grouping g = Grouping::of(pes, in.get(Attr::kKvHeads));
        l.heads = g.heads_per_group;
        l.slice = core::ceil_div(in.get(Attr::kContext), g.members);
        l.row_bytes = bytes_of(in.get(Attr::kHeadDim), in.type());
        l.tokens = std::min(l.slice, tile / (2 * l.row_bytes));
        l.blocks = l.tokens == 0 ? 0 : core::ceil_div(l.slice, l.tokens);
        l.half_bytes = l.tokens * l.row_bytes;
        l.block_bytes = 2 * l.half_bytes;
        return l;
    }
    /// Bytes of a PE's shard for `sequences` sequences.
    core::Bytes shard_bytes(std::int64_t sequences) const {
        return sequences * heads * blocks * block_bytes;
    }
    core::Bytes block_offset(std::int64_t sequence, std::int64_t head, std::int64_t block) const {
        return ((sequence * heads + head) * blocks + block) * block_bytes;
    }
    /// Tokens of a context that member `member` of the group holds.
    std::int64_t tokens_of(std::int64_t member, std::int64_t context) const {
        return std::clamp<std::int64_t>(context - member * slice, 0, slice);
    }
};

}  // namespace strata::runtime
