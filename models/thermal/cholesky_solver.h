// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Direct solver for any stack: one factorisation per step length (and one for steady states), kept
// as long as the length does not change; a step is then two pairs of substitutions.

#include <memory>

#include "models/thermal/grid_cholesky.h"
#include "models/thermal/implicit_solver.h"

namespace strata::models {

class CholeskySolver : public ImplicitSolver {
   public:
    using ImplicitSolver::ImplicitSolver;
    std::string name() const override { return "cholesky"; }

   private:
    void solve(double shift, const std::vector<double>& b, std::vector<double>& guess) override;

    std::unique_ptr<GridCholesky> steady_;  // shift 0
    std::unique_ptr<GridCholesky> step_;
    double step_shift_ = 0.0;
};

}  // namespace strata::models
