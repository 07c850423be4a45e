// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/cg_solver.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/diagnostics.h"

namespace strata::models {

namespace {

// Of the residual, relative to the right-hand side. The balance is closed apart, so this bounds
// where heat sits, not how much: in time the right-hand side holds the stored heat, and a step is
// off by less than this share of the rise.
constexpr double kSteadyTolerance = 1e-11;
constexpr double kStepTolerance = 1e-8;
constexpr int kMostIterations = 2000;

/// `values` after a plane of zeros.
std::vector<double> padded(const std::vector<double>& values, std::size_t plane) {
    std::vector<double> result(plane, 0.0);
    result.insert(result.end(), values.begin(), values.end());
    return result;
}

}  // namespace

CgSolver::CgSolver(const StackGrid& grid, const std::string& scheme)
    : ImplicitSolver(grid, scheme),
      mean_(grid),
      spectrum_(grid.nz, std::vector<float>(grid.plane())),
      diagonal_(grid.cells()),
      gx_(padded(grid.gx, grid.plane())),
      gy_(padded(grid.gy, grid.plane())),
      gz_(padded(grid.gz, grid.plane())),
      direction_(grid.cells() + 2 * grid.plane(), 0.0),
      residual_(grid.cells()),
      image_(grid.cells()),
      corrected_(grid.cells()) {}

/// The diagonal of shift·C + G.
void CgSolver::set_shift(double shift) {
    if (shift == shift_) {
        return;
    }
    shift_ = shift;
    const StackGrid& g = grid();
    taken_w_per_k_ = 0.0;
    for (std::size_t i = 0; i < diagonal_.size(); ++i) {
        diagonal_[i] = shift * g.capacity[i] + g.gout[i];
        taken_w_per_k_ += diagonal_[i];
    }
    const auto couple = [&](const std::vector<double>& conductance, std::size_t step) {
        for (std::size_t i = 0; i + step < diagonal_.size(); ++i) {
            diagonal_[i] += conductance[i];
            diagonal_[i + step] += conductance[i];
        }
    };
    couple(g.gx, 1);
    couple(g.gy, g.nx);
    couple(g.gz, g.plane());
}

SevenBands CgSolver::matrix() const {
    const std::size_t plane = grid().plane();
    return {diagonal_.data(),   gx_.data() + plane, gy_.data() + plane,
            gz_.data() + plane, grid().nx,          plane,
            diagonal_.size()};
}

/// residual = b − A·guess. Returns its Σ r².
double CgSolver::reset_residual(const std::vector<double>& b, const std::vector<double>& guess) {
    double* x = direction_.data() + grid().plane();
    std::copy(guess.begin(), guess.end(), x);
    apply(matrix(), x, image_.data());
    for (std::size_t i = 0; i < b.size(); ++i) {
        residual_[i] = b[i] - image_[i];
    }
    return dot(residual_.data(), residual_.data(), b.size());
}

/// corrected = scale · M⁻¹ · residual for the mean stack M.
void CgSolver::precondition(double shift, double scale) {
    const std::size_t plane = grid().plane();
    for (std::size_t k = 0; k < grid().nz; ++k) {
        float* field = corrected_.data() + k * plane;
        narrow(scale, residual_.data() + k * plane, field, plane);
        mean_.transform().forward(field, spectrum_[k].data());
    }
    mean_.solve(shift, spectrum_);
    for (std::size_t k = 0; k < grid().nz; ++k) {
        mean_.transform().inverse(spectrum_[k].data(), corrected_.data() + k * plane);
    }
}

// Void cells: their rows and columns are 0, so they have no residual; what the directions leave
// there is wiped at the end.
void CgSolver::solve(double shift, const std::vector<double>& b, std::vector<double>& guess) {
    const std::size_t cells = b.size();
    const double tolerance = shift > 0.0 ? kStepTolerance : kSteadyTolerance;
    const double goal = tolerance * tolerance * dot(b.data(), b.data(), cells);
    set_shift(shift);
    double* direction = direction_.data() + grid().plane();
    double square = reset_residual(b, guess);
    double alignment = 0.0;
    for (iterations_ = 0; square > goal; ++iterations_) {
        if (iterations_ == kMostIterations) {
            throw core::ModelError("thermal: conjugate gradients did not converge");
        }
        const double norm = std::sqrt(square);  // floats see a residual of length 1
        precondition(shift, 1.0 / norm);
        const double next = norm * dot(residual_.data(), corrected_.data(), cells);
        const double keep = iterations_ > 0 ? next / alignment : 0.0;
        alignment = next;
        renew(norm, corrected_.data(), keep, direction, cells);
        const double length = alignment / apply(matrix(), direction, image_.data());
        square =
            move_along(length, direction, image_.data(), guess.data(), residual_.data(), cells);
    }
    close_balance(guess);
}

/// A residual whose sum is 0 leaves no energy over: all cells move by what that takes.
void CgSolver::close_balance(std::vector<double>& guess) const {
    const double missing = std::accumulate(residual_.begin(), residual_.end(), 0.0);
    const double move = missing / taken_w_per_k_;
    for (std::size_t i = 0; i < guess.size(); ++i) {
        guess[i] = grid().is_void(i) ? 0.0 : guess[i] + move;
    }
}

}  // namespace strata::models
