// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Static routing: one table [router][destination router] → link, computed at elaboration.
//
// Inside a mesh the named algorithm decides. Between groups (cubes, IO dies, host) a packet follows
// the fewest inter-group links; of several it takes the one with the shortest way to its gateway
// (and from there to the destination, when that lies in the next group), then the one with the
// lowest number. Every step lowers that cost, so no route has a loop.

#include <cstdint>
#include <string>
#include <vector>

#include "interconnect/topology.h"

namespace strata::interconnect {

/// Names for `noc.routing`.
std::vector<std::string> routing_names();

class RoutingTable {
   public:
    /// Throws UserError when the algorithm is unknown or a router cannot reach another one.
    RoutingTable(const Topology& topology, const std::string& algorithm);

    /// The link to take at `at` on the way to `to`; at ≠ to.
    LinkId next(RouterId at, RouterId to) const {
        return table_[static_cast<std::size_t>(at) * routers_ + static_cast<std::size_t>(to)];
    }

    /// Fills `links` with all links from port to port, injection and ejection included.
    void path(const Topology& topology, PortId source, PortId target,
              std::vector<LinkId>& links) const;

   private:
    std::size_t routers_;
    std::vector<std::uint16_t> table_;
};

}  // namespace strata::interconnect
