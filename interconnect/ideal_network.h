// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The analytic level: every transfer takes its zero-load time.
//
// Modelled: pipeline and link latencies, serialisation on every link of the route, the injection
// link of the source (one flit per cycle), order per (source, target), flit-hops and energy.
// Not modelled: any contention between transfers of different sources, ejection included.
// Timings and units: interconnect/network_base.h.

#include <vector>

#include "interconnect/network_base.h"

namespace strata::interconnect {

class IdealNetwork : public NetworkBase {
   public:
    IdealNetwork(const Topology& topology, const RoutingTable& routing,
                 const NetworkOptions& options);

    core::Ps send(core::Ps now, const Transfer& transfer) override;
    core::Ps next_event() const override;
    void advance(core::Ps now, Progress& progress) override;
    std::string describe_state() const override;

   private:
    struct Pending {
        Delivery delivery;
        std::uint32_t record = 0;  // of records_
    };
    static bool later(const Pending& a, const Pending& b);
    void account_route(const Transfer& transfer);
    std::uint32_t new_record(core::Ps now, core::Ps injected, const Transfer& transfer);

    std::vector<Cycle> injection_free_;                // by port
    std::vector<std::vector<core::Ps>> last_arrival_;  // [source][target]; rows made on first use
    std::vector<Pending> pending_;                     // heap by (time, id)
    std::vector<PacketRecord> records_;                // for an observer: a transfer as one packet
    std::vector<std::uint32_t> free_records_;
};

}  // namespace strata::interconnect
