// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What routers and links draw without traffic, as events in the energy ledger: one unit per ps and
// router or link that is switched on.
//
// Modelled: constant power per router and per link and direction, each network with its own but
// for shared links; a gated link (flit level) draws nothing while it is off.
// Not modelled: temperature; energy of the switching itself. At another voltage the power scales
// as all events of the block do, with (V/V0)². Units: W, ps; 1 W = 1 pJ/ps.

#include <cstdint>
#include <string>
#include <vector>

#include "core/energy.h"
#include "interconnect/flit_network.h"

namespace strata::interconnect {

class StaticEnergy {
   public:
    /// `networks`: how many use the topology, 1 or 2.
    StaticEnergy(const Topology& topology, core::EnergyLedger& ledger, int networks);

    /// Counts up to `now`. `gated`: the networks whose links sleep; empty below the flit level.
    void settle(core::Ps now, const std::vector<const FlitNetwork*>& gated);

   private:
    /// Routers or links of one block and power.
    struct Part {
        std::string block;
        std::string name;
        double watts = 0.0;
        core::EnergyLedger::EventId event = 0;
        std::int64_t copies = 0;    // in all networks
        std::vector<LinkId> links;  // that may be switched off
        core::Ps gated = 0;         // they were off so far, summed
    };
    Part& part(const std::string& block, const std::string& name, double watts);

    core::EnergyLedger& ledger_;
    std::vector<Part> parts_;
    core::Ps settled_ = 0;
};

}  // namespace strata::interconnect
