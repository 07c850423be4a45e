// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Deadlock freedom of a routing function: the channel dependency graph (Dally & Seitz 1987).
//
// A channel is the buffers of one VC class at the far end of a link. One depends on another when a
// packet may hold the first and ask for the second, on the way from a router with a port to another
// one; of adaptive hops every one counts, so an accepted function needs no escape channels. A
// circle means that packets may wait for each other for ever. With messages that wait for others (a
// memory that has to send a response before it takes the next request) in the same VCs, the last
// channel of a way also depends on the first of every way from there.
// Cost: O(routers² · choices).

#include <cstdint>
#include <string>
#include <vector>

#include "interconnect/routing.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

struct Channel {
    LinkId link = -1;
    int vc_class = 0;
};

/// Channels that wait for each other, each for the next one and the last for the first; empty: the
/// routing is free of deadlock. `responses_share_vcs`: requests and responses in the same VCs.
std::vector<Channel> find_deadlock(const Topology& topology, const RoutingTable& routing,
                                   bool responses_share_vcs = false);

/// "a_to_b waits for b_to_c, …", for error messages.
std::string describe(const Topology& topology, const std::vector<Channel>& circle);

}  // namespace strata::interconnect
