// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a config file says about the network on chip; the topology is the builder's business.

#include <string>

#include "core/config.h"
#include "core/units.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

struct NocConfig {
    std::string model = "packet";  ///< ideal | packet
    std::string routing = "xy";
    core::Bytes flit = 32;
    core::Frequency clock{1'000'000'000};
    int routing_cycles = 0;
    int vc_alloc_cycles = 1;
    int switch_alloc_cycles = 1;
    int traversal_cycles = 1;
    int link_cycles = 1;
    int injection_cycles = 1;
    int ejection_cycles = 1;
    core::Bytes max_packet = 4 * core::kKiB;
    int injection_queue = 4;  ///< messages per port and direction
    int receive_slots = 16;   ///< requests on their way to, or waiting at, a target
    double router_pj_per_bit = 0.015;
    double wire_pj_per_bit_mm = 0.035;
    double hop_length_m = 1e-3;

    /// Reads the keys of a `noc:` mapping and closes it.
    static NocConfig parse(core::Section section);
    /// The same without closing, for a caller that keeps keys of its own in the mapping.
    static NocConfig read(core::Section& section);

    /// A router and a mesh link of this network, charged to `block`.
    RouterConfig router(const std::string& block) const;
    LinkConfig link(const std::string& block) const;
};

}  // namespace strata::interconnect
