// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One network under one load: warm-up, measured window, drain.
//
// Packets generated in the window are measured, from generation to the ejection of the tail; the
// source goes on while they drain, as in BookSim 2. Source queues are infinite. Accepted and
// offered rates count flits of the window.
// Units: cycles of the network's clock.

#include <cstdint>
#include <string>
#include <vector>

#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "platform/bench/noc_distribution.h"
#include "platform/bench/noc_traffic.h"

namespace strata::platform {

struct NocLinkLoad {
    std::string name;
    double utilisation = 0.0;
    std::int64_t flits = 0;
};

struct NocRouterLoad {
    std::string name;
    int x = 0;
    int y = 0;
    double utilisation = 0.0;  ///< flits that left it per cycle and output
    double occupancy = 0.0;    ///< mean flits in its buffers; flit level only
    std::int64_t flits = 0;
};

struct NocMeasurement {
    double rate = 0.0;
    LatencySummary packet_latency;   ///< with the source queue
    LatencySummary network_latency;  ///< from injection
    // Means that add up to the packet latency's: source queue, the head's way and the body behind
    // it in an empty network, and what waiting adds.
    double source_queue = 0.0;
    double head = 0.0;
    double serialisation = 0.0;
    double contention = 0.0;
    double hops_mean = 0.0;
    double offered_rate = 0.0;
    double accepted_rate = 0.0;
    bool saturated = false;
    std::int64_t packets = 0;      ///< measured
    std::int64_t all_packets = 0;  ///< delivered in the whole run
    std::int64_t round_trips = 0;  ///< closed loop: of the window
    double round_trip_mean = 0.0;
    std::int64_t flit_hops = 0;  ///< flits that left a router, whole run
    NocCycle cycles = 0;         ///< of the whole run
    double router_pj = 0.0;
    double link_pj = 0.0;
    double run_cpu_s = 0.0;
    std::vector<NocLinkLoad> links;  ///< between routers
    std::vector<NocRouterLoad> routers;

    const NocLinkLoad* busiest() const;
};

/// `rate` replaces that of `traffic`. Throws core::UserError for a bad line of a trace,
/// core::ModelError for a network that stands still.
NocMeasurement run_noc(const interconnect::NocConfig& noc, const interconnect::Topology& topology,
                       const interconnect::RoutingTable& routing, const NocTraffic& traffic,
                       const NocGrid& grid, double rate);

}  // namespace strata::platform
