// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random DMA traffic of all PEs: loads, stores, prefetches in the PE's own memories and writes into
// the TCM of neighbours with signals, some of which are waited for. Every wait is for something
// that comes earlier in one common order of all commands, so a run always ends.

#include <cstdint>

#include "core/diagnostics.h"
#include "runtime/compiler/lowering.h"
#include "runtime/compiler/machine.h"
#include "runtime/program/mapping.h"
#include "runtime/workload/workload.h"

namespace strata::runtime {

Mapping map_random(const RandomWorkload& random, const Machine& machine,
                   core::Diagnostics& diagnostics);
/// `seed` alone decides what is drawn.
Lowered lower_random(const RandomWorkload& random, std::uint64_t seed, const Mapping& mapping,
                     const Machine& machine, core::Diagnostics& diagnostics);

}  // namespace strata::runtime
