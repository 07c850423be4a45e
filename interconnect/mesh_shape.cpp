// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/mesh_shape.h"

#include "interconnect/noc_config.h"

namespace strata::interconnect {

std::pair<int, int> tile_of(int concentration) {
    int rows = 1;
    for (int side = 2; side * side <= concentration; ++side) {
        rows = concentration % side == 0 ? side : rows;
    }
    return {concentration / rows, rows};
}

void add_grid(Topology& topology, GroupId group, const RouterConfig& config) {
    const Group shape = topology.group(group);
    for (int y = 0; y < shape.ny; ++y) {
        for (int x = 0; x < shape.nx; ++x) {
            const std::string place = std::to_string(x) + "_" + std::to_string(y);
            topology.add_router(shape.name + ".r" + place, group, x, y, config);
        }
    }
}

void attach_tiles(Topology& topology, GroupId group, int concentration) {
    const Group shape = topology.group(group);
    const auto [width, height] = tile_of(concentration);
    std::vector<RouterId> endpoints;
    for (int y = 0; y < shape.ny * height; ++y) {
        for (int x = 0; x < shape.nx * width; ++x) {
            endpoints.push_back(topology.mesh_router(group, x / width, y / height));
        }
    }
    topology.set_endpoints(group, std::move(endpoints), shape.nx * width);
}

std::string check_grid(const NocConfig& noc) {
    if (noc.dims.size() != 2 || noc.dims[0] > kMaxSide || noc.dims[1] > kMaxSide) {
        return "expected [columns, rows], each 1.." + std::to_string(kMaxSide);
    }
    return "";
}

std::vector<int> fit_grid(const NocConfig& noc, int columns, int rows) {
    const auto [width, height] = tile_of(noc.concentration);
    if (columns % width != 0 || rows % height != 0) {
        return {};
    }
    return {columns / width, rows / height};
}

}  // namespace strata::interconnect
