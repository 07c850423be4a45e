// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A workload file with the files it names.

#include "core/config.h"
#include "runtime/workload/workload.h"

namespace strata::platform {

/// Reads a workload. A model card is looked for beside the workload, then by name in
/// configs/models; a file that is not there is an error at the key that names it.
runtime::WorkloadConfig read_workload(core::Section root);

}  // namespace strata::platform
