// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/thermal_solver.h"

#include <algorithm>
#include <limits>

#include "core/diagnostics.h"
#include "models/thermal/cg_solver.h"
#include "models/thermal/cholesky_solver.h"
#include "models/thermal/dct_solver.h"

namespace strata::models {

namespace {

// A factor of more cells takes seconds and hundreds of megabytes; see docs/thermal.md.
constexpr std::size_t kMostDirectCells = 120'000;
// Up to here the iterations cost less than the substitutions, and no factor is needed.
constexpr double kMildContrast = 4.0;

/// The largest ratio of two conductances or capacities that lie in one plane; infinite with voids.
double contrast(const StackGrid& grid) {
    double worst = 1.0;
    const auto look = [&](const std::vector<double>& values, std::size_t z, bool has_ends) {
        double least = std::numeric_limits<double>::infinity();
        double most = 0.0;
        for (std::size_t i = z * grid.plane(); i < (z + 1) * grid.plane(); ++i) {
            if (values[i] > 0.0 || !has_ends) {
                least = std::min(least, values[i]);
                most = std::max(most, values[i]);
            }
        }
        worst = most > 0.0 ? std::max(worst, most / least) : worst;
    };
    for (std::size_t z = 0; z < grid.nz; ++z) {
        look(grid.capacity, z, false);
        look(grid.gx, z, true);
        look(grid.gy, z, true);
        look(grid.gz, z, true);
    }
    return worst;
}

std::string choose(const StackGrid& grid) {
    if (grid.uniform) {
        return "dct";
    }
    return grid.cells() > kMostDirectCells || contrast(grid) <= kMildContrast ? "cg" : "cholesky";
}

}  // namespace

std::unique_ptr<ThermalSolver> make_thermal_solver(const std::string& name,
                                                   const std::string& scheme,
                                                   const StackGrid& grid) {
    const std::string choice = name == "auto" ? choose(grid) : name;
    if (choice == "dct") {
        return std::make_unique<DctSolver>(grid);
    }
    if (choice == "cholesky") {
        return std::make_unique<CholeskySolver>(grid, scheme);
    }
    if (choice == "cg") {
        return std::make_unique<CgSolver>(grid, scheme);
    }
    throw core::ModelError("thermal: no solver '" + name + "'");
}

}  // namespace strata::models
