// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What lowering decides once for all PEs: where values and buffers lie in the TCM, which exchanges
// there are, how weights are tiled. All PEs use the same TCM addresses, so that a PE knows where
// its peers' mailboxes are.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "runtime/compiler/exchange.h"
#include "runtime/compiler/kv_layout.h"
#include "runtime/compiler/machine.h"
#include "runtime/compiler/tcm_layout.h"
#include "runtime/compiler/tiling.h"
#include "runtime/program/mapping.h"
#include "runtime/program/program.h"

namespace strata::runtime {

/// Exchanges, by stage and by group: PEs of a cube, PEs of the same index in all cubes, PEs of a
/// kv-head group.
enum class Channel : std::uint8_t {
    kReduceLocal,
    kReduceCubes,
    kGatherCubes,
    kGatherLocal,
    kReduceKv,
    kGatherKv,
};
constexpr int kChannels = 6;
constexpr bool is_of_heads(Channel channel) {
    return channel == Channel::kReduceKv || channel == Channel::kGatherKv;
}

struct ChannelPlan {
    Transport transport = Transport::kUnicast;
    core::Bytes half = 0;  ///< bytes of half a mailbox; 0: not used
    std::uint64_t mailbox = 0;
    std::int32_t semaphore = 0;
};

struct LoweringPlan {
    std::vector<Shape> shapes;                           ///< per instruction
    std::vector<std::int32_t> slot;                      ///< of the instruction's value; -1: none
    std::vector<std::vector<std::int32_t>> temporaries;  ///< slots in use during the instruction
    std::vector<Tiling> tiling;                          ///< of matmuls
    std::vector<const MappedTensor*> tensor;             ///< of the instruction; null: none
    std::map<std::string, std::int32_t> prefetched;      ///< tensor → its prefetch instruction

    std::vector<core::Bytes> slot_size;
    std::vector<std::uint64_t> slot_address;
    std::array<ChannelPlan, kChannels> channels;
    core::Bytes mailbox_bytes = 0;
    std::int64_t kv_heads = 0;  ///< of kv-head groups; 0: the program has none
    core::Bytes weight_bytes = 0, kv_bytes = 0, constant_bytes = 0;  ///< of one of two buffers
    std::array<std::uint64_t, 2> weight_buffer{}, kv_buffer{}, constant_buffer{};
    core::Bytes sram_slot_bytes = 0;
    std::int64_t sram_slots = 0;
    std::string tcm_table;
};

/// With a null mapping only what does not need one is planned: shapes, slots, channels,
/// mailbox_bytes.
LoweringPlan plan_lowering(const Program& program, const Mapping* mapping, const Machine& machine,
                           core::Diagnostics& diagnostics);

/// Bytes of a prefetch slot for tiles of `tile` bytes.
core::Bytes prefetch_slot_bytes(core::Bytes tile);
/// Where weight tiles may start in a memory.
core::Bytes tile_alignment(core::Region memory, const Machine& machine);
/// A PE's share of a matmul's weight, k × n.
struct WeightShare {
    std::int64_t k = 0;
    std::int64_t n = 0;
};
WeightShare weight_share(const Instruction& matmul, std::int64_t pes);

}  // namespace strata::runtime
