// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a program and its mapping to the commands of every PE.

#include <memory>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "models/pe/command.h"
#include "runtime/compiler/machine.h"
#include "runtime/program/mapping.h"
#include "runtime/program/program.h"

namespace strata::runtime {

struct Lowered {
    std::shared_ptr<const models::CodeImage> code;
    std::vector<std::vector<std::int64_t>> peers;  ///< per PE: whose TCM it writes, sorted
    /// Per PE: windows of the collective groups it writes to.
    std::vector<std::vector<models::MmuMap::Entry>> windows;
    std::vector<models::CollectiveMap> groups;  ///< a message per root
    std::string tcm_table;                      ///< how a PE's TCM is used
};

/// Lowers for all PEs. Errors (a tensor missing or too small, TCM or semaphores too few) go to
/// `diagnostics`; the result is empty then.
Lowered lower(const Program& program, const Mapping& mapping, const Machine& machine,
              core::Diagnostics& diagnostics);

/// The micro view: a kernel's commands, a line each, by engine.
std::string print(const models::Kernel& kernel);

}  // namespace strata::runtime
