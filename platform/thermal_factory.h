// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The heat model that a platform's config asks for, with a node or floorplan block per power block.

#include <memory>
#include <vector>

#include "models/thermal/thermal_model.h"
#include "platform/platform.h"

namespace strata::platform {

/// Throws UserError when a floorplan file lacks a block of the platform.
std::unique_ptr<models::ThermalModel> make_thermal(const PlatformConfig& config,
                                                   const std::vector<PowerBlock>& blocks);

}  // namespace strata::platform
