// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The groups of a network's collectives, and what is under way in them.
//
// A multicast is one packet that forks in the routers of its tree; a reduction is a packet per
// source, combined where the tree joins. The n-th packets of all sources of a reduction belong
// together: a round. A router of the tree keeps a partial sum per round of its group.
// Not modelled: different sizes within a round (ModelError), groups that change.

#include <cstdint>
#include <vector>

#include "interconnect/collective_tree.h"
#include "interconnect/network.h"

namespace strata::interconnect {

using CollectiveId = std::int32_t;

struct CollectiveGroup {
    CollectiveTree tree;
    bool reduces = false;
    PortId root = -1;                     ///< source of a multicast, root of a reduction
    std::vector<PortId> members;          ///< targets or sources
    std::vector<std::int32_t> at;         ///< by router: node of the tree, -1: none
    std::vector<std::int32_t> member_at;  ///< by port: its place in `members`, -1: none
    /// By node: number of its first branch among those of all nodes.
    std::vector<std::int32_t> first_branch;
    std::int32_t branches = 0;
};

/// The partial sums of one round, by branch and node of the tree.
struct ReductionRound {
    std::int32_t flits = 0;  ///< of its packets
    bool last = false;       ///< of their transfers
    bool done = false;
    std::uint64_t id = 0;            ///< transfer of the part that was sent first
    std::vector<std::int64_t> come;  ///< by branch: flits or packets that have come
    std::vector<std::int64_t> tail;  ///< by node: latest tail; packet level
    std::vector<std::int32_t> sum;   ///< by node: the sum's place, -1: none; flit level
};

class CollectiveGroups {
   public:
    bool empty() const { return groups_.empty(); }
    const CollectiveGroup& operator[](CollectiveId id) const {
        return groups_[static_cast<std::size_t>(id)];
    }
    /// ModelError when a port does not exist or is named twice, or when there is no member.
    CollectiveId add(const Topology& topology, const RoutingTable& routing, bool reduces,
                     PortId root, const std::vector<PortId>& members);

    /// ModelError when the port may not send to the group.
    void check(CollectiveId id, PortId source) const;

    /// Number of the round that the next packet of `transfer` belongs to. ModelError when its flits
    /// are not those of the others, or when it is not the last one of its transfer as theirs are.
    std::int64_t join(const Transfer& transfer, std::int32_t flits, bool last);
    ReductionRound& round(CollectiveId id, std::int64_t number);
    /// First round whose sum has not reached the root, or waits there for one before it.
    std::int64_t base(CollectiveId id) const { return states_[static_cast<std::size_t>(id)].base; }
    /// The sum of a round has reached the root. Calls `hand_on(round)` for each that is the next.
    template <typename HandOn>
    void finish(CollectiveId id, std::int64_t number, HandOn hand_on) {
        State& state = states_[static_cast<std::size_t>(id)];
        round(id, number).done = true;
        while (round(id, state.base).done) {
            hand_on(round(id, state.base));
            clear(id, round(id, state.base));
            ++state.base;
        }
    }

   private:
    struct State {
        std::vector<std::int64_t> joined;    // by port: rounds so far
        std::vector<ReductionRound> rounds;  // ring: round n at n modulo its size
        std::int64_t base = 0;               // first round that is not done
    };
    void clear(CollectiveId id, ReductionRound& round) const;

    std::vector<CollectiveGroup> groups_;
    std::vector<State> states_;
};

}  // namespace strata::interconnect
