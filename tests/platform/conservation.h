// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The balance of bytes of a run that came to its end.

#include "tests/platform/run_result.h"

namespace strata::test {

/// What PEs asked for (with page walks of `walk_bytes`) is what memories and TCMs of other PEs
/// served, and what entered the network left it.
void expect_bytes_conserved(const Json& summary, const Json& stats, int walk_bytes);

}  // namespace strata::test
