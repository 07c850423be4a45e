// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Implicit time steps for any grid; how (shift·C + G) θ = b is solved is the derived class's
// matter.
//
// Schemes:
//   sdirk2  Alexander's two-stage method, γ = 1 − 1/√2: second order, L-stable, so that stiff thin
//           layers do not ring after a power step; two solves with one matrix. A cell far from a
//           sudden hot spot may undershoot the ambient by millionths of the peak.
//   euler   backward Euler: first order, never undershoots.
// Either closes the energy balance exactly: what leaves is weighted as the stages are.

#include "models/thermal/thermal_solver.h"

namespace strata::models {

class ImplicitSolver : public ThermalSolver {
   public:
    ImplicitSolver(const StackGrid& grid, const std::string& scheme);

    void steady(const std::vector<double>& watts) override;
    void step(double seconds, const std::vector<double>& watts) override;
    void set_rise(const std::vector<double>& rise) override;
    std::vector<double> steady_rise(const std::vector<double>& watts) override;
    const double* plane_rise(std::size_t z) override { return rise_.data() + z * grid_.plane(); }
    double heat_out_j() const override { return heat_out_j_; }

   protected:
    const StackGrid& grid() const { return grid_; }

   private:
    /// (shift·C + G) θ = b; `guess` holds a first guess and then θ. Void cells get 0.
    virtual void solve(double shift, const std::vector<double>& b, std::vector<double>& guess) = 0;

    void forget_moves();

    const StackGrid& grid_;
    bool is_euler_;
    std::vector<double> rise_, stage_, right_side_;
    std::vector<double> to_stage_, to_end_;  // moves of the last step, for the next one's guesses
    double heat_out_j_ = 0.0;
};

}  // namespace strata::models
