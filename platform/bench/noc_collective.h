// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One collective on an otherwise empty network: `traffic.pattern: broadcast | all_reduce |
// all_gather`.
//
// Modelled: `unicast`, a packet per pair of endpoints, or `native`, forks and sums in the routers;
// the first participant is the root of a broadcast and of an all-reduce, which gathers to the root
// and spreads from there, packet by packet. All data is ready at cycle 0. Not modelled: the time of
// an endpoint's own sums, rings and other algorithms over unicast, static energy.
// Units: cycles of the network's clock.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config.h"
#include "interconnect/noc_config.h"
#include "interconnect/routing.h"

namespace strata::platform {

struct NocCollective {
    enum class Kind : std::uint8_t { kNone, kBroadcast, kAllReduce, kAllGather };
    Kind kind = Kind::kNone;  ///< kNone: the pattern is no collective
    bool native = true;
    core::Bytes bytes = 4 * core::kKiB;  ///< of each participant's data
    std::int64_t packet_flits = 4;       ///< header included
    std::int64_t reduce_cycles = 1;      ///< `noc.reduce_cycles`, of a router's sum (assumption)
    std::int64_t reduce_rounds = 64;     ///< `noc.reduce_rounds` that a router holds (assumption)
    std::vector<std::int64_t> participants;  ///< empty: all endpoints

    /// Of the patterns that are collectives.
    static std::vector<std::string> names();
    /// Reads nothing but `pattern` when that is no collective.
    static NocCollective parse(core::Section& section);
    /// Reports what the network does not allow; names all endpoints when none is named.
    void check(core::Section& section, const interconnect::NocConfig& noc);
};

/// Keys of the result: docs/noc.md.
nlohmann::ordered_json run_collective(const NocCollective& collective,
                                      const interconnect::NocConfig& noc,
                                      const interconnect::Topology& topology,
                                      const interconnect::RoutingTable& routing);

std::string collective_text(const nlohmann::ordered_json& result);

}  // namespace strata::platform
