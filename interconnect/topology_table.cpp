// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "interconnect/topology_family.h"

namespace strata::interconnect {
namespace {

std::string check(const NocConfig& /*noc*/) {
    return "";
}

std::vector<int> fit(const NocConfig& noc, int columns, int rows) {
    const auto endpoints = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
    return noc.graph.endpoints.size() == endpoints ? std::vector<int>{columns, rows}
                                                   : std::vector<int>{};
}

/// The first link of `from` that leads to `to`.
LinkId link_between(const Topology& topology, RouterId from, RouterId to) {
    const std::vector<LinkId>& outputs = topology.router(from).outputs;
    return *std::find_if(outputs.begin(), outputs.end(),
                         [&](LinkId id) { return topology.link(id).to == to; });
}

GroupId build(Topology& topology, const std::string& prefix, const NocConfig& noc,
              const std::string& block) {
    const GraphConfig& graph = noc.graph;
    const GroupId group =
        topology.add_group(prefix, GroupKind::kGraph, static_cast<int>(graph.routers.size()), 1);
    std::vector<RouterId> routers;
    for (const std::string& name : graph.routers) {
        routers.push_back(topology.add_router(
            prefix + "." + name, group, static_cast<int>(routers.size()), 0, noc.router(block)));
    }
    const auto router = [&](int index) { return routers[static_cast<std::size_t>(index)]; };
    for (const GraphConfig::Link& link : graph.links) {
        LinkConfig config = link.config;
        config.block = block;
        config.clock_domain = noc.link(block).clock_domain;
        topology.connect_one_way(router(link.from), router(link.to), config);
        if (!link.one_way) {
            topology.connect_one_way(router(link.to), router(link.from), config);
        }
    }
    std::vector<RouterId> endpoints;
    for (const int endpoint : graph.endpoints) {
        endpoints.push_back(router(endpoint));
    }
    const int columns = noc.dims.empty() ? static_cast<int>(endpoints.size()) : noc.dims.front();
    topology.set_endpoints(group, std::move(endpoints), columns);
    for (const GraphConfig::Route& route : graph.routes) {
        const RouterId at = router(route.at);
        topology.add_route(group,
                           {at, router(route.to), link_between(topology, at, router(route.via))});
    }
    return group;
}

}  // namespace

TopologyFamily table_family() {
    return {"table", "", routing_names(GroupKind::kGraph), 1, &check, &fit, &build};
}

}  // namespace strata::interconnect
