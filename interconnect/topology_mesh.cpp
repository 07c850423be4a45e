// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostics.h"
#include "interconnect/mesh_shape.h"
#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "interconnect/topology_family.h"

namespace strata::interconnect {
namespace {

GroupId build_mesh(Topology& topology, const std::string& prefix, const NocConfig& noc,
                   const std::string& block) {
    const GroupId group =
        topology.add_mesh(prefix, noc.dims[0], noc.dims[1], noc.link(block), noc.router(block));
    attach_tiles(topology, group, noc.concentration);
    return group;
}

TopologyFamily family(const char* name, int concentration) {
    return {name,          "[columns, rows]", routing_names(GroupKind::kMesh),
            concentration, &check_grid,       &fit_grid,
            &build_mesh};
}

}  // namespace

TopologyFamily mesh_family() {
    return family("mesh", 1);
}

TopologyFamily cmesh_family() {
    return family("cmesh", 4);  // Balfour & Dally, ICS 2006
}

GroupId Topology::add_mesh(const std::string& prefix, int nx, int ny, const LinkConfig& link,
                           const RouterConfig& config) {
    const GroupId group = add_group(prefix, GroupKind::kMesh, nx, ny);
    add_grid(*this, group, config);
    for (int y = 0; y < ny; ++y) {
        for (int x = 0; x < nx; ++x) {
            const RouterId here = mesh_router(group, x, y);
            if (x + 1 < nx) {
                connect(here, mesh_router(group, x + 1, y), link);
            }
            if (y + 1 < ny) {
                connect(here, mesh_router(group, x, y + 1), link);
            }
        }
    }
    attach_tiles(*this, group, 1);
    return group;
}

}  // namespace strata::interconnect
