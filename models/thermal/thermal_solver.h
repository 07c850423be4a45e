// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every solver of a discretised stack offers.
//
//   dct       layers uniform: exact in time, diagonal in the cosine basis
//   cholesky  anything: sparse direct, implicit in time
//   cg        anything, for many cells: conjugate gradients, preconditioned by cosines
//   auto      dct where it applies; else cg where cells of a plane differ mildly or are many, else
//             cholesky
//
// Fields hold a value per cell of the grid. Temperatures are rises over the ambient in K, powers in
// W per cell (boundary inflow included), times in s.

#include <memory>
#include <string>
#include <vector>

#include "models/thermal/stack_grid.h"

namespace strata::models {

class ThermalSolver {
   public:
    virtual ~ThermalSolver() = default;
    virtual std::string name() const = 0;

    /// Moves to the steady state under `watts`. The grid must have a way to the ambient.
    virtual void steady(const std::vector<double>& watts) = 0;
    /// Advances by `seconds` under constant `watts`.
    virtual void step(double seconds, const std::vector<double>& watts) = 0;
    virtual void set_rise(const std::vector<double>& rise) = 0;
    /// The steady rise under `watts`; the state stays as it is.
    virtual std::vector<double> steady_rise(const std::vector<double>& watts) = 0;

    /// The rise in plane z, nx·ny values; valid until the next call of steady, step or set_rise.
    virtual const double* plane_rise(std::size_t z) = 0;
    /// ∫ Σ gout·rise dt over the last step, in J.
    virtual double heat_out_j() const = 0;
};

/// `name` is a solver or auto; `scheme` is the implicit solvers' way in time: sdirk2 | euler.
/// `grid` outlives the solver. Throws ModelError for dct on a grid that is not uniform.
std::unique_ptr<ThermalSolver> make_thermal_solver(const std::string& name,
                                                   const std::string& scheme,
                                                   const StackGrid& grid);

}  // namespace strata::models
