// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Temperature maps of a stack as CSV (a row per line of cells, smallest y first) and as one SVG
// picture: every layer to scale, all on one colour scale in °C, block outlines on top.

#include <string>

#include "models/thermal/stack_model.h"

namespace strata::models {

/// One plane: nx columns, ny rows, °C with six decimals; void cells are empty.
std::string map_csv(StackModel& model, std::size_t plane);

/// The middle plane of every layer.
std::string map_svg(StackModel& model, const std::string& title);

}  // namespace strata::models
