// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How fine the grid should be, and what error is left: the peak temperature of the steady state on
// a grid and on one half as fine. The method is of second order, so a third of their difference is
// what the finer one is still off (Richardson).

#include <optional>
#include <vector>

#include "models/thermal/stack_config.h"

namespace strata::models {

struct GridChoice {
    std::size_t nx = 0, ny = 0;
    std::optional<double>
        estimate_k;  ///< of the peak; none without a steady state or a coarser grid
    struct Level {
        std::size_t nx, ny;
        double max_c;
    };
    std::vector<Level> levels;  ///< that were solved, coarse to fine
};

/// `grid: auto` refines from 32 cells along the longer side to at most 128, until the estimate is
/// below the tolerance; a given grid is kept. Leakage is left out.
GridChoice choose_grid(const StackConfig& config);

}  // namespace strata::models
