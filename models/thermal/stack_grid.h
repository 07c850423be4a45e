// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stack cut into cells: finite volumes, temperatures at cell centres.
//
//   C   = ρc·dx·dy·dz
//   G_x = dy·dz / (dx₁/2k₁ + dx₂/2k₂)
//   G_z = A / (dz₁/2k₁ + r + dz₂/2k₂)
//   G_boundary = A / (1/h + r + dz/2k); sides are adiabatic
//
// with the interface resistance r. Temperatures are rises over the ambient; a boundary at another
// temperature T_b appears as the constant inflow G_boundary (T_b − ambient). Cells of layers
// smaller than the spreader are void outside the die: no capacity, no conductance, rise 0.

#include <cstddef>
#include <vector>

#include "models/thermal/stack_config.h"

namespace strata::models {

struct StackGrid {
    std::size_t nx = 0, ny = 0, nz = 0;
    std::vector<double> x, y;        ///< cell edges in m
    std::vector<std::size_t> layer;  ///< of every z
    std::vector<double> capacity;    ///< J/K
    std::vector<double> gx, gy, gz;  ///< W/K to the next cell along x, y, z; 0 at the end
    std::vector<double> gout;        ///< W/K to the boundaries
    std::vector<double> inflow;      ///< W from boundaries that are not at the ambient
    bool uniform = false;            ///< every z has one value of each: diagonal in cosines

    std::size_t plane() const { return nx * ny; }
    std::size_t cells() const { return nx * ny * nz; }
    std::size_t index(std::size_t ix, std::size_t iy, std::size_t iz) const {
        return (iz * ny + iy) * nx + ix;
    }
    bool is_void(std::size_t cell) const { return capacity[cell] == 0.0; }
    /// Σ gout · rise: heat that leaves, in W, over what `inflow` brings.
    double heat_out_w(const std::vector<double>& rise) const;
    /// Σ capacity · rise, in J.
    double heat_j(const std::vector<double>& rise) const;
};

/// `nx`, `ny` cells over the die; around it, under a larger spreader or sink, cells that grow.
StackGrid discretise(const StackConfig& config, std::size_t nx, std::size_t ny);

/// Cells under a rectangle, with the share of its area that each covers; shares add up to 1.
struct CellShare {
    std::size_t cell;  ///< iy · nx + ix
    double share;
};
std::vector<CellShare> cells_under(const StackGrid& grid, const Rectangle& area);

}  // namespace strata::models
