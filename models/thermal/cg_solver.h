// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Iterative solver for stacks with many cells: conjugate gradients, preconditioned by the stack of
// the layers' mean conductances, which the cosine basis inverts directly; in float, as only its
// direction counts. The iterations needed grow with the contrast within layers, hardly with the
// number of cells; the first guess moves on as the last step did. A step's energy balance is exact
// however early it stops.

#include "models/thermal/implicit_solver.h"
#include "models/thermal/spectral_stack.h"
#include "models/thermal/vector_kernels.h"

namespace strata::models {

class CgSolver : public ImplicitSolver {
   public:
    CgSolver(const StackGrid& grid, const std::string& scheme);
    std::string name() const override { return "cg"; }
    /// Of the last solve.
    int iterations() const { return iterations_; }

   private:
    void solve(double shift, const std::vector<double>& b, std::vector<double>& guess) override;
    void set_shift(double shift);
    SevenBands matrix() const;
    double reset_residual(const std::vector<double>& b, const std::vector<double>& guess);
    void precondition(double shift, double scale);
    void close_balance(std::vector<double>& guess) const;

    SpectralStack<float> mean_;
    std::vector<std::vector<float>> spectrum_;
    double shift_ = -1.0;  // of the diagonal
    std::vector<double> diagonal_;
    std::vector<double> gx_, gy_, gz_;  // with a plane of zeros in front
    std::vector<double> direction_;     // with a plane of zeros on either side
    std::vector<double> residual_, image_;
    std::vector<float> corrected_;
    double taken_w_per_k_ = 0.0;  // Σ (shift·C + gout)
    int iterations_ = 0;
};

}  // namespace strata::models
