// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every host message once, with what it must answer, and the bad ones with the code that must come
// back. The state afterwards is as before.

#include "runtime/compiler/machine.h"
#include "runtime/workload/driver.h"

namespace strata::runtime {

/// Answers that differ from what is expected go to `result.errors`.
void message_tour(Host& host, const Machine& machine, WorkloadResult& result);

}  // namespace strata::runtime
