// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What mesh and torus share: a rectangle of routers, each with a tile of endpoints.

#include <string>
#include <utility>
#include <vector>

#include "interconnect/topology.h"

namespace strata::interconnect {

struct NocConfig;

constexpr int kMaxSide = 64;  ///< routers per dimension

/// Columns and rows of the tile of endpoints at one router: as square as can be, columns ≥ rows.
std::pair<int, int> tile_of(int concentration);

/// Adds nx × ny routers `<group>.r<x>_<y>`, in the order of y, then x.
void add_grid(Topology& topology, GroupId group, const RouterConfig& config);

/// Endpoints in the order of their own grid, row by row; each router takes a tile of it.
void attach_tiles(Topology& topology, GroupId group, int concentration);

// Of TopologyFamily, for `dims: [columns, rows]`.
std::string check_grid(const NocConfig& noc);
std::vector<int> fit_grid(const NocConfig& noc, int columns, int rows);

}  // namespace strata::interconnect
