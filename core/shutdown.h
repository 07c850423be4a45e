// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diagnostics.h"

namespace strata::core {

/// The hardware would switch itself off or break (too hot): a result, not a fault. A run that meets
/// it ends there and writes its results, with exit code 3.
class Shutdown : public ModelError {
   public:
    using ModelError::ModelError;
};

}  // namespace strata::core
