// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// `strata bench probe`: latency and bandwidth from PEs to every memory of a platform, by PeDma,
// one transfer at a time on the otherwise idle platform.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/units.h"
#include "models/cpu/dma_probe.h"
#include "platform/platform.h"

namespace strata::platform {

struct ProbePoint {
    core::Place pe;
    std::string memory;  ///< `sip0.cube0.dram`
    models::PeDma transfer;
    models::ProbeResult result;  ///< filled by run_probes

    double bandwidth_gbps() const;
};

/// The points to measure: PEs near and far × memories of cube 0 × read and write × 64 B, 4 KiB,
/// 1 MiB. NAND is only read: its pages are programmed in order, which a probe cannot promise.
std::vector<ProbePoint> probe_points(const PlatformConfig& config);

/// Measures all points on a platform that has not run yet. Returns the simulated end time.
core::Ps run_probes(Platform& platform, std::vector<ProbePoint>& points);

nlohmann::ordered_json to_json(const std::vector<ProbePoint>& points);
/// A table of the result of `strata bench probe`.
std::string probe_text(const nlohmann::ordered_json& result);

}  // namespace strata::platform
