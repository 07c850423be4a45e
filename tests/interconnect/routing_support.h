// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Networks by name, and an independent reading of routes: distances by breadth-first search, the
// channels of every single way, acyclicity by Kahn's algorithm.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "interconnect/topology_family.h"

namespace strata::test {

inline interconnect::Topology network(const std::string& family, std::vector<int> dims,
                                      int concentration = 1) {
    interconnect::NocConfig noc;
    noc.topology = family;
    noc.dims = std::move(dims);
    noc.concentration = concentration;
    return interconnect::make_topology(noc);
}

/// Fewest links from every router to `to`.
inline std::vector<int> distances_to(const interconnect::Topology& topology,
                                     interconnect::RouterId to) {
    std::vector<int> distance(topology.routers().size(), -1);
    std::vector<interconnect::RouterId> frontier{to};
    distance[static_cast<std::size_t>(to)] = 0;
    for (std::size_t i = 0; i < frontier.size(); ++i) {
        for (const auto id : topology.router(frontier[i]).inputs) {
            const auto from = topology.link(id).from;
            if (from >= 0 && distance[static_cast<std::size_t>(from)] < 0) {
                distance[static_cast<std::size_t>(from)] =
                    distance[static_cast<std::size_t>(frontier[i])] + 1;
                frontier.push_back(from);
            }
        }
    }
    return distance;
}

/// Calls `visit(at, in, hop, next in)` for every hop that any packet from port to port may take.
template <class Visit>
void for_each_hop(const interconnect::Topology& topology, const interconnect::RoutingTable& routing,
                  Visit visit) {
    using interconnect::Hop;
    using interconnect::LinkId;
    std::set<interconnect::RouterId> ends;
    for (const auto& port : topology.ports()) {
        ends.insert(port.router);
    }
    for (const auto to : ends) {
        for (int plane = 0; plane < routing.planes(); ++plane) {
            std::set<std::pair<LinkId, int>> seen;  // channels, routers at which ways begin
            std::vector<std::pair<interconnect::RouterId, Hop>> open;
            for (const auto from : ends) {
                open.push_back({from, Hop{-1, 0}});
            }
            while (!open.empty()) {
                const auto [at, in] = open.back();
                open.pop_back();
                const LinkId came = in.link >= 0 ? in.link : -1 - at;
                if (at == to || !seen.insert({came, in.vc_class}).second) {
                    continue;
                }
                Hop hops[interconnect::RoutingTable::kMaxChoices];
                const int count = routing.choices(at, in, to, plane, hops);
                for (int i = 0; i < count; ++i) {
                    visit(at, in, to, hops[i]);
                    open.push_back({topology.link(hops[i].link).to, hops[i]});
                }
            }
        }
    }
}

using ChannelKey = std::pair<interconnect::LinkId, int>;
using Dependencies = std::set<std::pair<ChannelKey, ChannelKey>>;

/// Whether the edges can be taken away one source at a time.
inline bool acyclic(const Dependencies& edges) {
    std::map<ChannelKey, int> incoming;
    std::map<ChannelKey, std::vector<ChannelKey>> out;
    for (const auto& [from, to] : edges) {
        incoming[from] += 0;
        ++incoming[to];
        out[from].push_back(to);
    }
    std::vector<ChannelKey> free;
    for (const auto& [node, count] : incoming) {
        if (count == 0) {
            free.push_back(node);
        }
    }
    std::size_t removed = 0;
    while (!free.empty()) {
        const ChannelKey node = free.back();
        free.pop_back();
        ++removed;
        for (const ChannelKey& next : out[node]) {
            if (--incoming[next] == 0) {
                free.push_back(next);
            }
        }
    }
    return removed == incoming.size();
}

inline bool acyclic(const interconnect::Topology& topology,
                    const interconnect::RoutingTable& routing) {
    Dependencies edges;
    for_each_hop(topology, routing, [&](auto, const auto& in, auto, const auto& hop) {
        if (in.link >= 0) {
            edges.insert({{in.link, in.vc_class}, {hop.link, hop.vc_class}});
        }
    });
    return acyclic(edges);
}

}  // namespace strata::test
