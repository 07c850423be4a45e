// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Iterative solver for stacks with many cells: conjugate gradients, preconditioned by the stack of
// the layers' mean conductances, which the cosine basis inverts directly. The iterations needed
// grow with the contrast within layers, hardly with the number of cells; the last state is the
// first guess.

#include "models/thermal/implicit_solver.h"
#include "models/thermal/spectral_stack.h"

namespace strata::models {

class CgSolver : public ImplicitSolver {
   public:
    CgSolver(const StackGrid& grid, const std::string& scheme);
    std::string name() const override { return "cg"; }
    /// Of the last solve.
    int iterations() const { return iterations_; }

   private:
    void solve(double shift, const std::vector<double>& b, std::vector<double>& guess) override;
    void multiply(double shift, const std::vector<double>& x, std::vector<double>& y) const;
    void precondition(double shift, const std::vector<double>& residual, std::vector<double>& z);

    SpectralStack mean_;
    std::vector<std::vector<double>> spectrum_;
    std::vector<double> residual_, direction_, image_, corrected_;
    int iterations_ = 0;
};

}  // namespace strata::models
