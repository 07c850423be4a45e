// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the compiler knows of a platform: plain data, filled by the platform builder. PEs of the
// whole system are numbered cube by cube ("flat" index); cubes of all SIPs likewise.

#include <cstdint>
#include <vector>

#include "core/address.h"
#include "core/units.h"
#include "models/pe/command.h"

namespace strata::runtime {

struct Machine {
    std::int64_t sips = 1;
    std::int64_t cubes_per_sip = 1;
    std::int64_t pes_per_cube = 1;

    // Bytes behind each region of a cube; 0 = the cube has none. SRAM bank i belongs to PE i:
    // its region offset is i · sram_bank_bytes.
    core::Bytes sram_bank_bytes = 0;
    core::Bytes dram_bytes = 0;
    core::Bytes nand_bytes = 0;
    core::Bytes tcm_bytes = 0;      ///< per PE
    core::Bytes dram_reserved = 0;  ///< first bytes of each cube's DRAM: the MMUs' page tables

    core::Bytes page_bytes = 4096;       ///< of the MMU; every mapped range is a multiple of it
    core::Bytes nand_page_bytes = 4096;  ///< weight tiles start on a NAND page
    core::Bytes nand_interleave = 4096;  ///< run of bytes behind one NAND channel
    core::Bytes dma_bulk = 32 * core::kKiB;

    std::int64_t matrix_rows = 64;
    std::int64_t matrix_columns = 64;
    std::int64_t vector_lanes = 64;
    std::int64_t semaphores = 64;     ///< per PE, the engines' own included
    bool native_collectives = false;  ///< the network forks and adds up for collectives
    std::vector<models::DataType> types = {models::DataType::kInt8, models::DataType::kBf16};

    // For the roofline only: peak rates of one cube's memories and of one PE.
    core::Bandwidth nand_bandwidth{1};
    core::Bandwidth dram_bandwidth{1};
    core::Bandwidth sram_bandwidth{1};
    core::Frequency pe_clock{1'000'000'000};

    std::int64_t cubes() const { return sips * cubes_per_sip; }
    std::int64_t pes() const { return cubes() * pes_per_cube; }
    bool has_nand() const { return nand_bytes > 0; }
    core::Bytes page_up(core::Bytes bytes) const {
        return core::ceil_div(bytes, page_bytes) * page_bytes;
    }
    /// Place of a flat PE index.
    core::Place place(std::int64_t pe) const {
        const std::int64_t cube = pe / pes_per_cube;
        return {static_cast<std::int16_t>(cube / cubes_per_sip),
                static_cast<std::int16_t>(cube % cubes_per_sip),
                static_cast<std::int16_t>(pe % pes_per_cube)};
    }
    std::int64_t flat(const core::Place& p) const {
        return (p.sip * cubes_per_sip + p.cube) * pes_per_cube + p.pe;
    }
    /// Bytes of a region one cube offers (TCM: one PE).
    core::Bytes capacity(core::Region region) const;
};

}  // namespace strata::runtime
