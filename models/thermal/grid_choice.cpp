// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/grid_choice.h"

#include <algorithm>
#include <cmath>

#include "models/thermal/stack_model.h"

namespace strata::models {

namespace {

constexpr std::size_t kCoarsest = 32;
constexpr std::size_t kFinest = 128;
constexpr std::size_t kFewest = 8;  // along the shorter side

GridChoice::Level solve(const StackConfig& config, std::size_t nx, std::size_t ny) {
    StackConfig quick = config;
    quick.solver = "auto";
    std::vector<double> power_w;
    for (FloorplanBlock& block : quick.blocks) {
        block.leakage_w = 0.0;
        power_w.push_back(block.power_w);
    }
    StackModel model(quick, nx, ny);
    model.steady(power_w);
    double peak = -1e300;
    for (std::size_t layer = 0; layer < config.layers.size(); ++layer) {
        peak = std::max(peak, model.layer(layer).max_c);
    }
    return {nx, ny, peak};
}

void estimate(GridChoice& choice) {
    const std::size_t count = choice.levels.size();
    if (count >= 2) {
        const double change = choice.levels[count - 1].max_c - choice.levels[count - 2].max_c;
        choice.estimate_k = std::abs(change) / 3.0;
    }
}

}  // namespace

GridChoice choose_grid(const StackConfig& config) {
    GridChoice choice;
    if (!config.grid_auto) {
        choice.nx = config.nx;
        choice.ny = config.ny;
        const bool halves = config.nx % 2 == 0 && config.ny % 2 == 0;
        if (halves && config.has_path_to_ambient()) {
            choice.levels = {solve(config, config.nx / 2, config.ny / 2),
                             solve(config, config.nx, config.ny)};
            estimate(choice);
        }
        return choice;
    }
    const double longer = std::max(config.die.width, config.die.height);
    const auto cells = [&](std::size_t finest, double side) {
        const double exact = static_cast<double>(finest) * side / longer;
        // A power of two times the coarsest count, so that every level halves the one after it.
        const auto base = static_cast<std::size_t>(
            std::lround(exact * static_cast<double>(kCoarsest) / static_cast<double>(finest)));
        return std::max(kFewest, base) * (finest / kCoarsest);
    };
    for (std::size_t finest = kCoarsest; finest <= kFinest; finest *= 2) {
        choice.nx = cells(finest, config.die.width);
        choice.ny = cells(finest, config.die.height);
        if (!config.has_path_to_ambient()) {
            continue;
        }
        choice.levels.push_back(solve(config, choice.nx, choice.ny));
        estimate(choice);
        if (choice.estimate_k && *choice.estimate_k <= config.grid_tolerance_k) {
            break;
        }
    }
    return choice;
}

}  // namespace strata::models
