// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// `strata bench nand CASE`: one full NAND controller alone, with all channels of its device, under
// generated traffic. Case file: sections `nand` (full_nand_config.h), `traffic` (nand_traffic.h)
// and `temperature`; or `commands` for the device alone (nand_commands.h).

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config.h"
#include "models/memory/nand/full_nand_config.h"
#include "platform/bench/nand_commands.h"
#include "platform/bench/nand_traffic.h"

namespace strata::platform {

struct NandCase {
    std::string name;  ///< the file's name without extension
    models::FullNandConfig nand;
    NandTraffic traffic;
    std::vector<NandCommandLine> commands;  ///< if any: no traffic
    double celsius = 45.0;

    static NandCase parse(core::Section root);
};

struct NandBenchOptions {
    bool check_trace = false;  ///< FlashTraceChecker behind the device; slower
    /// Directory that exists, for `config.resolved.yaml`, `blocks.csv`, `utilisation.csv` and
    /// `commands.csv`; empty: none of them.
    std::string out;
    bool write_commands = false;  ///< with `out`: every operation of the device
    bool waveform = false;        ///< needs `out`: `trace.vcd` with `trace.gtkw`
};

/// Runs a case; throws core::UserError for a bad one. Keys of the result: docs/nand.md; `wall_s`,
/// `cpu_s` and `peak_rss_mb` are the caller's. With check_trace also `trace_commands`,
/// `trace_violations` and `trace_messages`.
nlohmann::ordered_json run_nand_bench(const std::string& file,
                                      const std::vector<std::string>& overrides,
                                      const NandBenchOptions& options);

/// The result for reading.
std::string nand_text(const nlohmann::ordered_json& result);

}  // namespace strata::platform
