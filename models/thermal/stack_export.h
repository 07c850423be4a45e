// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stack as input files of two public simulators, for cross-checks.
//
// HotSpot (grid model): `stack.lcf`, `<layer>.flp`, `power.ptrace`, `hotspot.config`. Its layers
// need floorplans that tile the die: gaps are filled with blocks named `_gap<n>` that get no power.
// Its spreader and sink are square, so the die should be. Run in the directory:
//   hotspot -c hotspot.config -f <layer>.flp -p power.ptrace -grid_layer_file stack.lcf
//           -steady_file out.steady -grid_steady_file out.grid
// 3D-ICE: `stack.stk`, `<layer>.3dice.flp`, a steady run on the same cells.
// Not exported: regions, spreader, sink, interface resistances, a bottom that is not adiabatic.

#include <string>
#include <utility>
#include <vector>

#include "models/thermal/stack_config.h"

namespace strata::models {

/// Name and content of each file. `rows`: power of the blocks per interval of `step_s`.
using ExportedFiles = std::vector<std::pair<std::string, std::string>>;
ExportedFiles export_hotspot(const StackConfig& config,
                             const std::vector<std::vector<double>>& rows, double step_s,
                             std::size_t nx, std::size_t ny);
ExportedFiles export_3dice(const StackConfig& config, const std::vector<std::vector<double>>& rows,
                           double step_s, std::size_t nx, std::size_t ny);

/// Why the stack cannot be exported faithfully; empty when it can.
std::string not_exportable(const StackConfig& config);

}  // namespace strata::models
