// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/implicit_solver.h"

#include <algorithm>
#include <cmath>

namespace strata::models {

ImplicitSolver::ImplicitSolver(const StackGrid& grid, const std::string& scheme)
    : grid_(grid),
      is_euler_(scheme == "euler"),
      rise_(grid.cells(), 0.0),
      stage_(grid.cells(), 0.0),
      right_side_(grid.cells(), 0.0),
      to_stage_(grid.cells(), 0.0),
      to_end_(grid.cells(), 0.0) {}

void ImplicitSolver::forget_moves() {
    std::fill(to_stage_.begin(), to_stage_.end(), 0.0);
    std::fill(to_end_.begin(), to_end_.end(), 0.0);
}

void ImplicitSolver::set_rise(const std::vector<double>& rise) {
    rise_ = rise;
    forget_moves();
}

void ImplicitSolver::steady(const std::vector<double>& watts) {
    solve(0.0, watts, rise_);
    forget_moves();
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
        stage_[i] = rise_[i] + to_stage_[i];
    }
    solve(shift, right_side_, stage_);
    for (std::size_t i = 0; i < rise_.size(); ++i) {
        to_stage_[i] = stage_[i] - rise_[i];
    }
    if (is_euler_) {
        rise_.swap(stage_);
        heat_out_j_ = seconds * grid_.heat_out_w(rise_);
        return;
    }
    // The slope of the first stage is (stage − rise)/(γ dt): no product with G is needed.
    const double weight = (1.0 - gamma) / gamma;
    for (std::size_t i = 0; i < rise_.size(); ++i) {
        const double moved = rise_[i] + weight * to_stage_[i];
        right_side_[i] = shift * grid_.capacity[i] * moved + watts[i];
        rise_[i] = stage_[i] + to_end_[i];
    }
    const double out_of_stage = grid_.heat_out_w(stage_);
    solve(shift, right_side_, rise_);
    for (std::size_t i = 0; i < rise_.size(); ++i) {
        to_end_[i] = rise_[i] - stage_[i];
    }
    heat_out_j_ = seconds * ((1.0 - gamma) * out_of_stage + gamma * grid_.heat_out_w(rise_));
}

}  // namespace strata::models
