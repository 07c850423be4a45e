// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a config file says about a network on chip: its level, topology, routing, router and energy.
//
// A platform makes one such network per cube, its endpoints the PEs; a bench case makes one alone.
// Not modelled: routers of different pipelines in one network.

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/units.h"
#include "interconnect/flit_config.h"
#include "interconnect/graph_config.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

/// How links behave when they fail. Flit errors are corrected by resending over the link.
struct LinkFaults {
    std::vector<std::string> down;  ///< links that carry nothing, by name
    double error_rate = 0.0;        ///< of a flit on a link between routers
    int retry_cycles = 0;           ///< link cycles from a bad flit's end to its resending
};

/// Power gating of links between routers, at flit level.
struct LinkGating {
    int idle_cycles = 0;    ///< link cycles until an idle link is switched off; 0: never
    int wakeup_cycles = 8;  ///< link cycles until it carries flits again
};

/// Priorities at flit level.
struct QosConfig {
    int levels = 1;               ///< `Transfer::qos` from 0 to levels - 1
    int starvation_cycles = 256;  ///< a packet that has waited so long goes first
};

struct NocConfig {
    std::string model = "packet";  ///< ideal | packet | flit
    std::string topology = "mesh";
    std::vector<int> dims;  ///< routers, see topology_family.h; empty: not yet known
    int concentration = 1;  ///< endpoints per router
    GraphConfig graph;      ///< topology: table
    std::string routing = "xy";
    core::Bytes flit = 32;
    core::Frequency clock{1'000'000'000};
    bool dvfs = false;  ///< each network has a clock domain, named as its block
    int routing_cycles = 0;
    int vc_alloc_cycles = 1;
    int switch_alloc_cycles = 1;
    int traversal_cycles = 1;
    int link_cycles = 1;
    int injection_cycles = 1;
    int ejection_cycles = 1;
    core::Bytes max_packet = 4 * core::kKiB;
    int injection_queue = 4;          ///< messages per port and direction
    int receive_slots = 16;           ///< requests on their way to, or waiting at, a target
    bool native_collectives = false;  ///< programs use the network's own; in a platform
    int group_entries = 256;          ///< collective groups a router knows; in a platform

    // Flit level.
    int vcs = 4;                      ///< per input, all message and routing classes together
    int buffer_flits = 8;             ///< per VC
    int credit_cycles = 1;            ///< on the wire
    int credit_processing = 2;        ///< in a router, until the credit counts
    bool speculative = false;         ///< switch allocation in the cycle of VC allocation
    std::string allocator = "islip";  ///< islip | separable
    int message_classes = 1;          ///< kinds of messages that wait for one another
    int classes = 1;                  ///< VC sets for them
    QosConfig qos;

    LinkFaults faults;
    LinkGating gating;
    double router_pj_per_bit = 0.015;
    double wire_pj_per_bit_mm = 0.035;
    double hop_length_m = 1e-3;
    double router_static_w = 0.0;
    double link_static_w = 0.0;  ///< per direction

    /// Reads the `noc:` mapping of a platform and closes it: requests and responses are two message
    /// classes; `dims` may be left to `fit`.
    static NocConfig parse(core::Section section);
    /// A network alone, with the message classes that its traffic needs. Does not close, for a
    /// caller that keeps keys of its own in the mapping. Errors of the network as a whole (no
    /// route, a deadlock, VCs that cannot be divided) are reported as well.
    static NocConfig read_alone(core::Section& section, int message_classes = 1);

    /// Sets `dims` for a grid of endpoints, or checks them against it; errors at `section`.
    void fit(core::Section section, int columns, int rows);

    /// A router and a link between two routers, charged to `block`.
    RouterConfig router(const std::string& block) const;
    LinkConfig link(const std::string& block) const;
    FlitConfig flit_level() const;
};

/// The network alone, its routers `noc.…`, with port i at endpoint i.
Topology make_topology(const NocConfig& noc);

}  // namespace strata::interconnect
