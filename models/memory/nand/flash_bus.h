// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bus of a flash channel: how long commands and data hold it.
//
// Modelled: command, address and data cycles of the ONFI data interfaces from SDR to NV-LPDDR4 with
// the waits of the standard, as sums; or overheads given per number of pages; a bus of its own for
// commands where the device has one (HBF).
// Not modelled: signal training, ODT, chip enable, data that pause.
//
// Sums of FlashBusTiming for a command of n pages, with A address cycles, R of them for the row:
//   READ, READ CACHE RANDOM, COPYBACK  n (2 + A) tWC + (n - 1) tDBSY
//   PROGRAM (and its data)             n ((2 + A) tWC + tADL + write preamble) + (n - 1) tDBSY
//   ERASE                              n (2 + R) tWC + (n - 1) tDBSY
//   READ CACHE SEQUENTIAL, END         tWC
//   SUSPEND, RESUME, RESET             (1 + R) tWC
//   STATUS                             (1 + R) tWC + tWHR + a byte
//   SET FEATURE                        7 tWC + tADL
//   before a data-out                  (2 + A) tWC + tCCS + read preamble; after it tRHW
// After a command tWB passes before the array starts, and at least tRR between its end and the
// first byte; the bus is free in both.
//
// Units: ps, bytes. Data times are rounded up to a ps per transfer.

#include <array>
#include <cstdint>
#include <vector>

#include "core/units.h"
#include "models/memory/nand/flash.h"

namespace strata::models {

/// ONFI data interfaces, slow to fast; kDirect: wires inside a stack, any rate.
enum class FlashInterface : std::uint8_t { kSdr, kNvDdr, kNvDdr2, kNvDdr3, kNvLpddr4, kDirect };

struct FlashBusTiming {
    core::Ps t_wc = 0;  ///< one command or address cycle
    core::Ps t_wb = 0;
    core::Ps t_rr = 0;
    core::Ps t_adl = 0;
    core::Ps t_ccs = 0;
    core::Ps t_rhw = 0;
    core::Ps t_whr = 0;
    core::Ps t_dbsy = 0;
    core::Ps write_preamble = 0;  ///< with postamble, per page
    core::Ps read_preamble = 0;   ///< with postamble, per data-out
    std::int64_t address_cycles = 5;
    std::int64_t row_cycles = 3;
};

/// The waits that ONFI gives an interface. Sources: the .cpp.
FlashBusTiming onfi_timing(FlashInterface interface);
/// Highest rate of an interface; 0: no limit.
core::Frequency onfi_limit(FlashInterface interface);

struct FlashBus {
    core::Bandwidth rate{1'000'000'000};  ///< data, one channel
    /// Two bytes take 2 floor(1000 / MT/s) ns, as in the simulator of that name; else exact.
    bool mqsim_rounding = false;
    bool split_command = false;  ///< commands have a bus of their own
    bool spare_on_bus = true;    ///< spare bytes travel with their page
    core::Ps t_wb = 0;
    core::Ps t_rr = 0;
    core::Ps out_setup = 0;  ///< before the data of one plane
    core::Ps out_tail = 0;   ///< after them
    /// Bus time of a command for 1, 2 … pages, data not counted: overhead[command][pages - 1].
    std::array<std::vector<core::Ps>, kFlashCommands> overhead;

    /// Sets waits and overheads to the sums above, for commands of up to `pages` pages.
    void set_timing(const FlashBusTiming& timing, std::int32_t pages);

    core::Ps command(FlashCommand command, std::int32_t pages) const {
        return overhead[static_cast<std::size_t>(command)][static_cast<std::size_t>(pages - 1)];
    }
    /// Pages that every command has an overhead for.
    std::size_t command_limit() const;
    core::Ps transfer(core::Bytes bytes) const;
    /// Bus time of the data-out of one plane.
    core::Ps data_out(core::Bytes bytes) const { return out_setup + transfer(bytes) + out_tail; }
};

}  // namespace strata::models
