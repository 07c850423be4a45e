// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures of NoC measurements as SVG, and their data as CSV.

#include <string>
#include <vector>

#include "interconnect/topology.h"
#include "platform/bench/noc_run.h"

namespace strata::platform {

/// One row per point of a load sweep.
std::string noc_sweep_csv(const std::vector<NocMeasurement>& points);
/// Latency over offered load, and accepted over offered load.
std::string noc_sweep_svg(const std::string& title, const std::vector<NocMeasurement>& points);

std::string noc_links_csv(const NocMeasurement& m);
std::string noc_routers_csv(const NocMeasurement& m);
/// Routers as squares at their places and links as bars between them, coloured by utilisation.
std::string noc_heat_map_svg(const std::string& title, const interconnect::Topology& topology,
                             const NocMeasurement& m);

}  // namespace strata::platform
