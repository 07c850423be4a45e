// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/cg_solver.h"

#include <cmath>

#include "core/diagnostics.h"

namespace strata::models {

namespace {

constexpr double kTolerance = 1e-12;  // of the residual, relative to the right-hand side
constexpr int kMostIterations = 2000;

double product(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

}  // namespace

CgSolver::CgSolver(const StackGrid& grid, const std::string& scheme)
    : ImplicitSolver(grid, scheme),
      mean_(grid),
      spectrum_(grid.nz, std::vector<double>(grid.plane())),
      residual_(grid.cells()),
      direction_(grid.cells()),
      image_(grid.cells()),
      corrected_(grid.cells()) {}

void CgSolver::multiply(double shift, const std::vector<double>& x, std::vector<double>& y) const {
    const StackGrid& g = grid();
    for (std::size_t i = 0; i < x.size(); ++i) {
        y[i] = (shift * g.capacity[i] + g.gout[i]) * x[i];
    }
    const auto couple = [&](const std::vector<double>& conductance, std::size_t step) {
        for (std::size_t i = 0; i + step < x.size(); ++i) {
            const double flow = conductance[i] * (x[i] - x[i + step]);
            y[i] += flow;
            y[i + step] -= flow;
        }
    };
    couple(g.gx, 1);
    couple(g.gy, g.nx);
    couple(g.gz, g.plane());
}

void CgSolver::precondition(double shift, const std::vector<double>& residual,
                            std::vector<double>& z) {
    const std::size_t plane = grid().plane();
    for (std::size_t k = 0; k < grid().nz; ++k) {
        mean_.transform().forward(residual.data() + k * plane, spectrum_[k].data());
    }
    mean_.solve(shift, spectrum_);
    for (std::size_t k = 0; k < grid().nz; ++k) {
        mean_.transform().inverse(spectrum_[k].data(), z.data() + k * plane);
    }
    for (std::size_t i = 0; i < z.size(); ++i) {
        z[i] = grid().is_void(i) ? 0.0 : z[i];
    }
}

void CgSolver::solve(double shift, const std::vector<double>& b, std::vector<double>& guess) {
    const double goal = kTolerance * kTolerance * product(b, b);
    multiply(shift, guess, image_);
    for (std::size_t i = 0; i < b.size(); ++i) {
        residual_[i] = b[i] - image_[i];
    }
    double alignment = 0.0;
    for (iterations_ = 0; product(residual_, residual_) > goal; ++iterations_) {
        if (iterations_ == kMostIterations) {
            throw core::ModelError("thermal: conjugate gradients did not converge");
        }
        precondition(shift, residual_, corrected_);
        const double next = product(residual_, corrected_);
        const double keep = iterations_ > 0 ? next / alignment : 0.0;
        alignment = next;
        for (std::size_t i = 0; i < b.size(); ++i) {
            direction_[i] = corrected_[i] + keep * direction_[i];
        }
        multiply(shift, direction_, image_);
        const double length = alignment / product(direction_, image_);
        for (std::size_t i = 0; i < b.size(); ++i) {
            guess[i] += length * direction_[i];
            residual_[i] -= length * image_[i];
        }
    }
}

}  // namespace strata::models
