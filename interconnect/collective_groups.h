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
#include "interconnect/fifo.h"

namespace strata::interconnect {

using CollectiveId = std::int32_t;

struct CollectiveGroup {
    CollectiveTree tree;
    bool reduces = false;
    PortId root = -1;              ///< source of a multicast, root of a reduction
    std::vector<PortId> members;   ///< targets or sources
    std::vector<std::int32_t> at;  ///< by router: node of the tree, -1: none
    /// By node: number of its first branch among those of all nodes.
    std::vector<std::int32_t> first_branch;
    std::int32_t branches = 0;
};

/// The partial sums of one round, by branch and node of the tree.
struct ReductionRound {
    std::int32_t flits = 0;  ///< of its packets
    bool done = false;
    std::vector<std::int64_t> come;   ///< by branch: flits or packets that have come
    std::vector<std::int64_t> tail;   ///< by node: latest tail
    std::vector<std::uint64_t> ends;  ///< transfers that end with this round
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

    /// Number of the round that the next packet of `source` belongs to. ModelError when its flits
    /// are not those of the others.
    std::int64_t join(CollectiveId id, PortId source, std::int32_t flits);
    ReductionRound& round(CollectiveId id, std::int64_t number);
    /// The sum of a round has reached the root.
    void finish(CollectiveId id, std::int64_t number);

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
