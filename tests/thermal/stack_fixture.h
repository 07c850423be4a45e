// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small stacks and what the heat tests do with them.

#include <memory>
#include <string>
#include <vector>

#include "models/thermal/stack_model.h"

namespace strata::test {

constexpr double kAmbient = 45.0;

models::StackLayer layer_of(const std::string& name, double thickness, double k, double rho_c,
                            std::size_t cells = 1);
/// Die-sized layers on an adiabatic bottom under h on top.
models::StackConfig stack_of(double width, double height, std::vector<models::StackLayer> layers,
                             double h);
/// Five layers of two materials, 12 mm x 9 mm; blocks `a`, `b` in layer 1, `c` in layer 3.
models::StackConfig five_layers(double h = 2e4);
/// The same with a TSV field and a mould region, so that no layer is uniform.
models::StackConfig with_regions();
models::FloorplanBlock block_of(const std::string& name, const std::string& layer, double x_mm,
                                double y_mm, double w_mm, double h_mm, double power_w);

/// Watts per cell that differ everywhere, from a seed.
std::vector<double> scattered_watts(const models::StackGrid& grid, std::uint64_t seed);
std::vector<double> rise_of(models::ThermalSolver& solver, const models::StackGrid& grid);
double largest_difference(const std::vector<double>& a, const std::vector<double>& b);
double total(const std::vector<double>& values);

}  // namespace strata::test
