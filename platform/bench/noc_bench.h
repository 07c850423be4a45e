// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// `strata bench noc CASE`: one network alone, at any of the three levels, under generated traffic
// or a trace. Case file: sections `noc` (interconnect/noc_config.h) and `traffic` (noc_traffic.h).

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config.h"
#include "interconnect/noc_config.h"
#include "platform/bench/noc_collective.h"
#include "platform/bench/noc_traffic.h"

namespace strata::platform {

struct NocCase {
    std::string name;  ///< the file's name without extension
    interconnect::NocConfig noc;
    NocTraffic traffic;
    NocCollective collective;  ///< instead of `traffic`, if it is one

    static NocCase parse(core::Section root);
};

/// Runs a case; throws core::UserError for a bad one. Keys of the result: docs/noc.md; `wall_s`,
/// `cpu_s` and `peak_rss_mb` are the caller's. With `out`, a directory that exists, also writes
/// `config.resolved.yaml`, `links.csv`, `routers.csv`, `heat_map.svg` and, for a load sweep,
/// `sweep.csv` and `sweep.svg`.
nlohmann::ordered_json run_noc_bench(const std::string& file,
                                     const std::vector<std::string>& overrides,
                                     const std::string& out);

/// The result for reading.
std::string noc_text(const nlohmann::ordered_json& result);

}  // namespace strata::platform
