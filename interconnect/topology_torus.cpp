// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/mesh_shape.h"
#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "interconnect/topology_family.h"

namespace strata::interconnect {
namespace {

constexpr int kMaxRing = 1024;

/// The next position of a closed dimension; with 2 positions their one link serves both ways.
bool has_link(int position, int length) {
    return length > 2 || position + 1 < length;
}

GroupId add_torus(Topology& topology, const std::string& prefix, int nx, int ny,
                  const NocConfig& noc, const std::string& block) {
    const GroupId group = topology.add_group(prefix, GroupKind::kTorus, nx, ny);
    add_grid(topology, group, noc.router(block));
    LinkConfig folded = noc.link(block);
    folded.pj_per_bit *= 2;
    const LinkConfig straight = noc.link(block);
    for (int y = 0; y < ny; ++y) {
        for (int x = 0; x < nx; ++x) {
            const RouterId here = topology.mesh_router(group, x, y);
            if (has_link(x, nx)) {
                topology.connect(here, topology.mesh_router(group, (x + 1) % nx, y),
                                 nx > 2 ? folded : straight);
            }
            if (has_link(y, ny)) {
                topology.connect(here, topology.mesh_router(group, x, (y + 1) % ny),
                                 ny > 2 ? folded : straight);
            }
        }
    }
    attach_tiles(topology, group, noc.concentration);
    return group;
}

GroupId build_torus(Topology& topology, const std::string& prefix, const NocConfig& noc,
                    const std::string& block) {
    return add_torus(topology, prefix, noc.dims[0], noc.dims[1], noc, block);
}

GroupId build_ring(Topology& topology, const std::string& prefix, const NocConfig& noc,
                   const std::string& block) {
    return add_torus(topology, prefix, noc.dims[0], 1, noc, block);
}

std::string check_ring(const NocConfig& noc) {
    return noc.dims.size() == 1 && noc.dims[0] <= kMaxRing
               ? ""
               : "expected [routers], 1.." + std::to_string(kMaxRing);
}

std::vector<int> fit_ring(const NocConfig& noc, int columns, int rows) {
    const int endpoints = columns * rows;
    return endpoints % noc.concentration == 0 ? std::vector<int>{endpoints / noc.concentration}
                                              : std::vector<int>{};
}

}  // namespace

TopologyFamily torus_family() {
    return {"torus",   "[columns, rows]", routing_names(GroupKind::kTorus), 1, &check_grid,
            &fit_grid, &build_torus};
}

TopologyFamily ring_family() {
    return {"ring",    "[routers]", routing_names(GroupKind::kTorus), 1, &check_ring,
            &fit_ring, &build_ring};
}

}  // namespace strata::interconnect
