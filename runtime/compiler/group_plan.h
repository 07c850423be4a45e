// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The collective groups of a program whose exchanges the network does by itself: a multicast per
// sender, a reduction per receiver, and the windows each PE writes to.
//
// A group has its number in the cube of its root: PE · native channels + position of the channel.
// A PE sees the windows it writes to one after the other, each as long as a mailbox tensor's shard.

#include <cstdint>
#include <vector>

#include "models/cpu/message.h"
#include "runtime/compiler/lowering_plan.h"
#include "runtime/compiler/machine.h"
#include "runtime/program/mapping.h"

namespace strata::runtime {

/// The members of a PE's exchange, sorted; flat indices.
std::vector<std::int64_t> exchange_members(Channel channel, std::int64_t pe, const Machine& machine,
                                           std::int64_t kv_heads);
/// Whether a PE takes part in a channel that the program uses.
bool takes_part(const LoweringPlan& plan, const Machine& machine, Channel channel, std::int64_t pe);

/// A group that a PE writes to.
struct GroupWindow {
    Channel channel = Channel::kReduceLocal;
    std::int64_t root = 0;  ///< flat
    std::uint64_t va = 0;   ///< of TCM address 0 behind the window; only the mailbox is mapped
};
std::vector<GroupWindow> group_windows(const LoweringPlan& plan, const MappedTensor& mailboxes,
                                       const Machine& machine, std::int64_t pe);

/// Translations of the windows a PE writes to.
std::vector<models::MmuMap::Entry> group_entries(const LoweringPlan& plan,
                                                 const MappedTensor& mailboxes,
                                                 const Machine& machine, std::int64_t pe);
/// The message that sets up the groups of which a PE is the root; without entries when there are
/// none.
models::CollectiveMap group_map(const LoweringPlan& plan, const Machine& machine, std::int64_t pe);
/// Groups of a cube.
std::int64_t groups_per_cube(const LoweringPlan& plan, const Machine& machine);

}  // namespace strata::runtime
