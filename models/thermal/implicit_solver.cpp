// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/implicit_solver.h"

#include <cmath>

namespace strata::models {

ImplicitSolver::ImplicitSolver(const StackGrid& grid, const std::string& scheme)
    : grid_(grid),
      is_euler_(scheme == "euler"),
      rise_(grid.cells(), 0.0),
      stage_(grid.cells(), 0.0),
      right_side_(grid.cells(), 0.0) {}

void ImplicitSolver::steady(const std::vector<double>& watts) {
    solve(0.0, watts, rise_);
    heat_out_j_ = 0.0;
}

std::vector<double> ImplicitSolver::steady_rise(const std::vector<double>& watts) {
    std::vector<double> rise(grid_.cells(), 0.0);
    solve(0.0, watts, rise);
    return rise;
}

void ImplicitSolver::step(double seconds, const std::vector<double>& watts) {
    const double gamma = is_euler_ ? 1.0 : 1.0 - std::sqrt(0.5);
    const double shift = 1.0 / (gamma * seconds);
    for (std::size_t i = 0; i < rise_.size(); ++i) {
        right_side_[i] = shift * grid_.capacity[i] * rise_[i] + watts[i];
    }
    stage_ = rise_;
    solve(shift, right_side_, stage_);
    if (is_euler_) {
        rise_.swap(stage_);
        heat_out_j_ = seconds * grid_.heat_out_w(rise_);
        return;
    }
    // The slope of the first stage is (stage − rise)/(γ dt): no product with G is needed.
    const double weight = (1.0 - gamma) / gamma;
    for (std::size_t i = 0; i < rise_.size(); ++i) {
        const double moved = rise_[i] + weight * (stage_[i] - rise_[i]);
        right_side_[i] = shift * grid_.capacity[i] * moved + watts[i];
    }
    const double out_of_stage = grid_.heat_out_w(stage_);
    rise_ = stage_;
    solve(shift, right_side_, rise_);
    heat_out_j_ = seconds * ((1.0 - gamma) * out_of_stage + gamma * grid_.heat_out_w(rise_));
}

}  // namespace strata::models
