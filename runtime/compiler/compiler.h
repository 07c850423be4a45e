// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a model card and a workload to a program and its mapping: one decode step of a dense
// decoder, tensor-parallel over all PEs.

#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "runtime/compiler/machine.h"
#include "runtime/program/mapping.h"
#include "runtime/program/program.h"
#include "runtime/workload/workload.h"

namespace strata::runtime {

struct CompiledProgram {
    Program program;
    Mapping mapping;
    std::vector<std::string> notes;  ///< padding, idle PEs, assumptions
};

/// What does not fit the machine is an error in `diagnostics`.
CompiledProgram compile_decode(const ModelCard& card, const DecodeWorkload& workload,
                               const Machine& machine, core::Diagnostics& diagnostics);

}  // namespace strata::runtime
