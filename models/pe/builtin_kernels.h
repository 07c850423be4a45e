// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Kernels that need no code: timing models found by name.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/cpu/message.h"

namespace strata::models {

/// Cycles a built-in kernel occupies the PE; empty when the arguments do not fit it.
using BuiltinKernel = std::optional<std::int64_t> (*)(const std::vector<KernelArg>& args);

/// The kernel of that name; null when there is none. `noop` returns at once; `spin` takes one
/// ScalarArg, the cycles to pass.
BuiltinKernel find_builtin_kernel(const std::string& name);

}  // namespace strata::models
