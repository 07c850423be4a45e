// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/thermal_solver.h"

#include "core/diagnostics.h"
#include "models/thermal/cg_solver.h"
#include "models/thermal/cholesky_solver.h"
#include "models/thermal/dct_solver.h"

namespace strata::models {

namespace {

// A factor of more cells takes seconds and hundreds of megabytes; see docs/thermal.md.
constexpr std::size_t kMostDirectCells = 120'000;

}  // namespace

std::unique_ptr<ThermalSolver> make_thermal_solver(const std::string& name,
                                                   const std::string& scheme,
                                                   const StackGrid& grid) {
    std::string choice = name;
    if (name == "auto") {
        choice = grid.uniform ? "dct" : grid.cells() <= kMostDirectCells ? "cholesky" : "cg";
    }
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
