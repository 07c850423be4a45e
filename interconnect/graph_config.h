// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network given link by link: `noc.topology: table`.
//
//   table:
//     routers: [a, b, c]
//     links:
//       - {from: a, to: b, length: 2mm}                   # both ways
//       - {from: b, to: c, width: 16B, clock: 2GHz, latency: 3ns, one_way: true}
//     endpoints: [a, a, c]                                # router of endpoint 0, 1, 2
//     routes:                                             # for `routing: table`
//       - {at: a, to: c, via: b}
//
// All routers have the pipeline and clock of `noc`. A link's keys default to a mesh link's.

#include <string>
#include <vector>

#include "core/config.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

struct GraphConfig {
    struct Link {
        int from = 0;  ///< indices into `routers`
        int to = 0;
        bool one_way = false;
        LinkConfig config;
    };
    /// At router `at`, packets for router `to` go on to its neighbour `via`.
    struct Route {
        int at = 0;
        int to = 0;
        int via = 0;
    };
    std::vector<std::string> routers;
    std::vector<Link> links;
    std::vector<int> endpoints;
    std::vector<Route> routes;

    /// `wire_pj_per_bit_mm` prices a link that gives its `length`.
    static GraphConfig parse(core::Section section, const LinkConfig& defaults,
                             double wire_pj_per_bit_mm);
};

}  // namespace strata::interconnect
