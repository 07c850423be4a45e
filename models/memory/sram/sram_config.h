// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Settings of the shared SRAM banks of a cube. Energies are pJ per bit.

#include <string>

#include "core/config.h"
#include "core/units.h"

namespace strata::models {

struct SramConfig {
    std::string model = "bank";  ///< name in the registry (factory.h)
    std::int64_t banks = 16;     ///< banks of a cube, each a network port
    core::Bytes bank_capacity = core::kMiB;
    core::Bytes interleave = 4 * core::kKiB;  ///< consecutive bytes of one bank
    core::Bytes width = 64;                   ///< bytes moved per cycle
    core::Frequency clock{2'000'000'000};
    std::int64_t latency_cycles = 4;  ///< from the request to its first word
    std::int64_t queue_depth = 16;    ///< requests; a bulk request is one
    double read_pj_per_bit = 0.22;
    double write_pj_per_bit = 0.22;

    core::Bytes capacity() const { return banks * bank_capacity; }
    static SramConfig parse(core::Section s);
};

}  // namespace strata::models
