// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Command lists of `strata bench nand`: operations for the flash device as they stand, with no
// translation layer and no scheduler in between. What breaks a rule is refused with the rule, is
// counted and changes nothing. In a case `commands` stands in place of `traffic`:
//
//   commands:
//     - PROGRAM 0/0/0/0/0/0 0/0/0/1/0/0    # channel/chip/die/plane/block/page, one per plane
//     - READ 0/0/0/0/0/0
//     - DATA_OUT 0/0/0/0/0/0 64B           # the whole page unless said
//     - at 900us SUSPEND 0/0/0/0/0/0
//
// Names: those of flash_trace.h but DATA_OUT_KEEP. A line with `at` is tried at that time and then
// taken or refused. Any other waits, as long as something is under way in the device, for what time
// can cure (a busy array or bus, a register in use).

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "models/memory/nand/flash_config.h"
#include "models/memory/nand/flash_trace.h"

namespace strata::platform {

struct NandCase;
struct NandBenchOptions;

struct NandCommandLine {
    std::string text;
    std::optional<core::Ps> at;
    std::uint8_t kind = 0;                  ///< as in models::FlashTraceRecord
    std::vector<models::PageNumber> pages;  ///< -1: beyond the device
    core::Bytes bytes = 0;                  ///< of DATA_OUT
};

/// Reads `commands` of a case; errors name the line of the list, from 1.
std::vector<NandCommandLine> parse_nand_commands(core::Section& s,
                                                 const models::FlashConfig& device);

/// Result: `operations` (one per line: `command`, `issued_ns`, then `bus_end_ns` and
/// `array_end_ns`, or `fault`, `address` and `rule`), `taken`, `refused`, `faults` by name, counts
/// and energy as in a bench with traffic.
nlohmann::ordered_json run_nand_commands(const NandCase& config, const NandBenchOptions& options);

/// Such a result for reading.
std::string nand_commands_text(const nlohmann::ordered_json& result);

}  // namespace strata::platform
