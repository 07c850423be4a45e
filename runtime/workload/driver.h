// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Workloads as host programs: everything a run does to the device goes through host messages.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "core/units.h"
#include "runtime/compiler/compiler.h"
#include "runtime/compiler/lowering.h"
#include "runtime/compiler/machine.h"
#include "runtime/workload/workload.h"

namespace strata::runtime {

class Host;

struct FunctionalResult {
    std::int64_t compared = 0;
    std::int64_t mismatches = 0;
    double max_abs_error = 0.0;
};

struct WorkloadResult {
    std::string workload;
    bool completed = false;           ///< the host program reached its end
    bool ok = true;                   ///< nothing failed, no result differs
    std::int64_t tokens = 0;          ///< kernel launches answered so far
    core::Ps setup = 0;               ///< time before the first launch
    std::vector<core::Ps> per_token;  ///< from the launch to its response
    bool functional = false;
    FunctionalResult comparison;
    std::vector<std::string> errors;
    std::vector<std::string> notes;

    double ns_per_token() const;  ///< mean; 0 without tokens
};

/// A workload, compiled for a machine and ready to run.
struct PreparedWorkload {
    WorkloadConfig config;
    Machine machine;
    CompiledProgram compiled;
    Lowered lowered;              ///< no code for `kind: messages`
    core::Bytes code_offset = 0;  ///< of the code in each cube's DRAM
    std::int64_t launches = 1;
};

/// Compiles; errors go to `diagnostics`.
PreparedWorkload prepare(const WorkloadConfig& config, const Machine& machine,
                         core::Diagnostics& diagnostics);

/// The host program: runs in a host thread and fills `result` as it goes, so that an interrupted
/// run still has partial figures.
std::function<void(Host&)> host_program(std::shared_ptr<const PreparedWorkload> workload,
                                        std::shared_ptr<WorkloadResult> result);

}  // namespace strata::runtime
