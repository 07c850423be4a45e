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

class DependencyGraph {
   public:
    /// Of all ways between routers with a port.
    DependencyGraph(const Topology& topology, const RoutingTable& routing);

    /// Whoever arrives at a router may have to wait for whoever departs there.
    void add_responses();
    /// One more dependency; true when it was not there.
    bool add(const Channel& from, const Channel& to) { return add(node(from), node(to)); }
    /// Empty: there is none. Depth-first; the first edge back to the current way closes the circle.
    std::vector<Channel> find_circle() const;

   private:
    struct Step {
        std::size_t node = 0;
        std::size_t edge = 0;  // next one to look at
    };

    std::size_t node(const Channel& channel) const {
        return static_cast<std::size_t>(channel.link) * classes_ +
               static_cast<std::size_t>(channel.vc_class);
    }
    std::size_t node(const Hop& hop) const { return node(Channel{hop.link, hop.vc_class}); }
    Channel channel(std::size_t node) const {
        return {static_cast<LinkId>(node / classes_), static_cast<int>(node % classes_)};
    }
    bool add(std::size_t from, std::size_t to);
    void follow(RouterId to, int plane);
    void reach(std::size_t node);
    std::vector<Channel> circle(const std::vector<Step>& way, std::size_t first) const;

    const Topology& topology_;
    const RoutingTable& routing_;
    std::size_t classes_;
    std::vector<RouterId> ends_;                    // routers with a port
    std::vector<std::vector<std::uint32_t>> next_;  // by channel
    std::vector<std::uint32_t> seen_;               // visit that reached the channel last
    std::vector<char> first_;                       // of some way
    std::vector<char> last_;
    std::uint32_t visit_ = 0;
    std::vector<std::size_t> frontier_;
};

/// Channels that wait for each other, each for the next one and the last for the first; empty: the
/// routing is free of deadlock. `responses_share_vcs`: requests and responses in the same VCs.
std::vector<Channel> find_deadlock(const Topology& topology, const RoutingTable& routing,
                                   bool responses_share_vcs = false);

/// "a_to_b waits for b_to_c, …", for error messages.
std::string describe(const Topology& topology, const std::vector<Channel>& circle);

}  // namespace strata::interconnect
