// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Routing algorithms: the function from (router, incoming link, destination) to the links that a
// packet may take, inside one group. Used at elaboration only; RoutingTable holds the result.
//
// xy, yx               dimension order; on a torus or ring the shorter way round (half way: by
//                      parity of the position), in VC class 0 when that crosses the wrap link and
//                      else in class 1, all along the ring (dateline, Dally & Seitz 1987, fixed at
//                      the turn into the ring)
// adaptive_west_first  minimal; west before anything else (turn model, Glass & Ni 1992)
// adaptive_odd_even    minimal; no east-north and east-south turn in even columns, no north-west
//                      and south-west turn in odd ones (Chiu 2000)
// o1turn               xy or yx by packet, each with VCs of its own (Seo et al. 2005)
// nca                  fat tree: up to the nearest common ancestor, by the destination's digits
// shortest             any: fewest hops, then the lowest link number; may well deadlock
// up_down              any: up towards the root (the router with the most links), then down only,
//                      over links that work both ways; never deadlocks (Autonet, Schroeder et al.
//                      1991)
// table                a graph's own next hops, `shortest` where it says nothing
//
// `shortest`, `up_down` and `table` go round links that are down.

#include <memory>
#include <string>
#include <vector>

#include "interconnect/routing.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

/// Hops that a packet may take, the preferred one first.
struct HopSet {
    Hop hops[RoutingTable::kMaxChoices];
    int count = 0;
    void add(LinkId link, int vc_class = 0) {
        hops[count++] = {link, static_cast<std::uint8_t>(vc_class)};
    }
};

class LocalRouting {
   public:
    virtual ~LocalRouting() = default;
    virtual int planes() const { return 1; }
    virtual int vc_classes() const { return 1; }
    virtual bool adaptive() const { return false; }
    /// The turn that a packet may take next depends on this link, by which it came.
    virtual bool restricts(LinkId /*in*/) const { return false; }
    /// A packet keeps its VC class from a link to the next one with the same number; 0: of no
    /// ring. Rings between which packets turn have different numbers.
    virtual int ring(LinkId /*link*/) const { return 0; }
    /// Hops from router to router of the group; kUnreached when there is no way.
    virtual int distance(RouterId from, RouterId to) const = 0;
    /// The hops allowed at `at` ≠ `to`, both in the group, `to` reachable; `restricted`: the packet
    /// came by a link that `restricts`.
    virtual HopSet hops(RouterId at, RouterId to, int plane, bool restricted) const = 0;

    static constexpr int kUnreached = 1 << 28;
};

/// Throws UserError when the algorithm does not fit the group.
std::unique_ptr<LocalRouting> make_local_routing(const std::string& algorithm,
                                                 const Topology& topology, GroupId group,
                                                 const std::vector<char>& down);

// One per family of algorithms, `name` among those that fit.
std::unique_ptr<LocalRouting> make_mesh_routing(const std::string& name, const Topology& topology,
                                                GroupId group);
std::unique_ptr<LocalRouting> make_torus_routing(const std::string& name, const Topology& topology,
                                                 GroupId group);
std::unique_ptr<LocalRouting> make_tree_routing(const Topology& topology, GroupId group);
std::unique_ptr<LocalRouting> make_graph_routing(const std::string& name, const Topology& topology,
                                                 GroupId group, const std::vector<char>& down);

/// Links of a mesh or torus router by direction; -1: none.
struct Compass {
    LinkId east = -1;
    LinkId west = -1;
    LinkId north = -1;  ///< towards higher y
    LinkId south = -1;
};
/// By position y * nx + x.
std::vector<Compass> compass_of(const Topology& topology, GroupId group);

}  // namespace strata::interconnect
