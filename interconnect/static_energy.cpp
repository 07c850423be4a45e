// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/static_energy.h"

#include <algorithm>

namespace strata::interconnect {

StaticEnergy::StaticEnergy(const Topology& topology, core::EnergyLedger& ledger, int networks)
    : ledger_(ledger) {
    for (const Router& router : topology.routers()) {
        if (router.config.static_w > 0.0) {
            part(router.config.block, "router_on", router.config.static_w).copies += networks;
        }
    }
    for (std::size_t i = 0; i < topology.links().size(); ++i) {
        const Link& link = topology.links()[i];
        if (link.static_w > 0.0) {
            Part& links = part(link.block, "link_on", link.static_w);
            links.copies += link.shared ? 1 : networks;
            links.links.push_back(static_cast<LinkId>(i));
        }
    }
}

StaticEnergy::Part& StaticEnergy::part(const std::string& block, const std::string& name,
                                       double watts) {
    const auto known = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
        return part.block == block && part.name == name && part.watts == watts;
    });
    if (known != parts_.end()) {
        return *known;
    }
    Part made;
    made.block = block;
    made.name = name;
    made.watts = watts;
    made.event = ledger_.event(ledger_.block(block), core::EnergyCategory::kNoc, name, watts);
    parts_.push_back(std::move(made));
    return parts_.back();
}

void StaticEnergy::settle(core::Ps now, const std::vector<const FlitNetwork*>& gated) {
    for (Part& part : parts_) {
        core::Ps off = 0;
        for (const FlitNetwork* network : gated) {
            for (const LinkId link : part.links) {
                off += network->gated_time(link, now);
            }
        }
        ledger_.count(part.event, part.copies * (now - settled_) - (off - part.gated));
        part.gated = off;
    }
    settled_ = now;
}

}  // namespace strata::interconnect
