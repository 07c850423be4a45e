// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a compiled workload moves and computes, and the shortest time each resource alone would
// need: counted from the commands themselves.

#include <cstdint>
#include <string>
#include <vector>

#include "core/units.h"
#include "models/pe/command.h"
#include "runtime/compiler/machine.h"
#include "runtime/program/mapping.h"

namespace strata::runtime {

/// One run of a code image over all PEs.
struct Traffic {
    core::Bytes nand_read = 0;
    core::Bytes dram_read = 0;
    core::Bytes dram_write = 0;
    core::Bytes sram_read = 0;
    core::Bytes sram_write = 0;
    core::Bytes peer_write = 0;  ///< into other PEs' TCM
    std::int64_t macs = 0;
    std::int64_t vector_elements = 0;
    std::int64_t commands = 0;
};
Traffic count_traffic(const models::CodeImage& code, const Mapping& mapping);

struct Roofline {
    Traffic traffic;
    core::Ps nand = 0, dram = 0, sram = 0, matrix = 0, vector = 0;  ///< time alone at peak rate
    core::Ps bound = 0;                                             ///< the longest of these
    std::string limiter;                                            ///< and its name
    std::string str() const;                                        ///< a few lines
};
Roofline roofline(const models::CodeImage& code, const Mapping& mapping, const Machine& machine);

}  // namespace strata::runtime
