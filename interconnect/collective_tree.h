// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The ways of a multicast or a reduction inside the network, from the routing table (plane 0,
// preferred hops), worked out once per collective.
//
// A multicast follows its routes from the source and forks where they part; where two routes from
// the source meet again, the later one joins the tree at the last router they share, so that every
// router gets one copy. A link takes the VC class of the target with farthest to go. A reduction is
// the union of the routes to its root, which is a tree because routes depend on the destination
// alone; a router sends on when all its branches have arrived.
// Not modelled: adaptive choices.

#include <cstdint>
#include <vector>

#include "interconnect/routing.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

class CollectiveTree {
   public:
    struct Branch {
        LinkId link = -1;           ///< injection or ejection link at a port
        std::uint8_t vc_class = 0;  ///< of the buffer at the link's far end
        std::int32_t node = -1;     ///< at the other end; -1: a port
    };
    /// A router of the tree.
    struct Node {
        RouterId router = -1;
        Branch trunk;                  ///< multicast: it comes by; reduction: the sum leaves by
        std::vector<Branch> branches;  ///< multicast: copies leave by; reduction: parts come by
    };

    /// From `source` to each of `targets`, which may include `source`. ModelError when there is
    /// none, or one twice.
    static CollectiveTree multicast(const Topology& topology, const RoutingTable& routing,
                                    PortId source, const std::vector<PortId>& targets);
    /// From each of `sources` to `root`, which may be one of them.
    static CollectiveTree reduction(const Topology& topology, const RoutingTable& routing,
                                    const std::vector<PortId>& sources, PortId root);

    /// The first is the router of the source or root; a node's trunk leads to an earlier one.
    const std::vector<Node>& nodes() const { return nodes_; }
    /// Links between routers, that is hops of one packet through the whole tree.
    std::int64_t hops() const { return static_cast<std::int64_t>(nodes_.size()) - 1; }

   private:
    CollectiveTree(const Topology& topology, RouterId root, LinkId port_link);
    std::int32_t find(RouterId router) const { return index_[static_cast<std::size_t>(router)]; }
    /// Appends the node of `router`, joined to node `parent` by `hop`.
    std::int32_t grow(std::int32_t parent, RouterId router, const Hop& hop);
    void share(std::int32_t node, const Hop& hop, const RoutingTable& routing);
    void attach(std::int32_t node, LinkId port_link);

    std::vector<Node> nodes_;
    std::vector<std::int32_t> index_;  // router → node; -1: not in the tree
};

}  // namespace strata::interconnect
