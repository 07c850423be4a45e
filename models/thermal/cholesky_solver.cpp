// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/cholesky_solver.h"

namespace strata::models {

void CholeskySolver::solve(double shift, const std::vector<double>& b, std::vector<double>& guess) {
    const bool is_steady = shift == 0.0;
    std::unique_ptr<GridCholesky>& factor = is_steady ? steady_ : step_;
    if (factor == nullptr || (!is_steady && shift != step_shift_)) {
        factor.reset();  // the old one's memory first
        factor = std::make_unique<GridCholesky>(grid(), shift);
        step_shift_ = is_steady ? step_shift_ : shift;
    }
    guess = b;
    factor->solve(guess);
}

}  // namespace strata::models
