// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// `strata bench dram CASE`: the cycle-level DRAM controller alone, under generated traffic or a
// trace. Case file: sections `dram` (dram_preset.h; beside that `channels`, 1 unless said, and
// `interleave` between them), `traffic` (dram_traffic.h) and `temperature`.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config.h"
#include "models/memory/dram/dram_timing.h"
#include "platform/bench/dram_traffic.h"

namespace strata::platform {

struct DramCase {
    std::string name;  ///< the file's name without extension
    models::DramDevice device;
    std::int64_t channels = 1;
    core::Bytes interleave = 256;  ///< consecutive bytes of one channel
    double celsius = 45.0;
    DramTraffic traffic;

    core::Bytes capacity() const { return channels * device.organisation.channel_capacity(); }
    static DramCase parse(core::Section root);
};

struct DramBenchOptions {
    bool check_trace = false;  ///< DramTraceChecker on every channel; slower
    /// Directory that exists, for `config.resolved.yaml` and `commands.csv`; empty: neither.
    std::string out;
    bool write_commands = false;  ///< with `out`: every command of every channel
};

/// Runs a case; throws core::UserError for a bad one. Keys of the result: docs/dram.md; `wall_s`,
/// `cpu_s` and `peak_rss_mb` are the caller's. With check_trace also `trace_commands`,
/// `trace_violations` and `trace_messages`.
nlohmann::ordered_json run_dram_bench(const std::string& file,
                                      const std::vector<std::string>& overrides,
                                      const DramBenchOptions& options);

/// The result for reading.
std::string dram_text(const nlohmann::ordered_json& result);

}  // namespace strata::platform
