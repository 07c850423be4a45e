// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "interconnect/topology_family.h"

namespace strata::interconnect {
namespace {

constexpr int kMaxEndpoints = 1024;

int endpoints_of(const NocConfig& noc) {
    return noc.dims.size() == 1 ? noc.dims[0] : noc.dims[0] * noc.dims[1];
}

std::string check(const NocConfig& noc) {
    if (noc.dims.empty() || noc.dims.size() > 2 || endpoints_of(noc) > kMaxEndpoints) {
        return "expected [endpoints] or [columns, rows], at most " + std::to_string(kMaxEndpoints) +
               " endpoints";
    }
    return noc.concentration == 1 ? "" : "a crossbar has no concentration";
}

std::vector<int> fit(const NocConfig& /*noc*/, int columns, int rows) {
    return {columns, rows};
}

GroupId build(Topology& topology, const std::string& prefix, const NocConfig& noc,
              const std::string& block) {
    const GroupId group = topology.add_group(prefix, GroupKind::kRouter, 1, 1);
    const RouterId router = topology.add_router(prefix + ".xbar", group, 0, 0, noc.router(block));
    topology.set_endpoints(
        group, std::vector<RouterId>(static_cast<std::size_t>(endpoints_of(noc)), router),
        noc.dims[0]);
    return group;
}

}  // namespace

TopologyFamily crossbar_family() {
    return {"crossbar", "[endpoints]", routing_names(GroupKind::kRouter), 1, &check, &fit, &build};
}

}  // namespace strata::interconnect
