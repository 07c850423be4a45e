// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/network_base.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/diagnostics.h"

namespace strata::interconnect {

NetworkEnergy::NetworkEnergy(const Topology& topology, core::EnergyLedger& ledger)
    : ledger_(ledger) {
    std::map<std::tuple<std::string, std::string, double>, core::EnergyLedger::EventId> known;
    const auto event = [&](const std::string& block, const std::string& name, double pj) {
        const auto key = std::make_tuple(block, name, pj);
        const auto found = known.find(key);
        if (found != known.end()) {
            return found->second;
        }
        const auto id = ledger.event(ledger.block(block), core::EnergyCategory::kNoc, name, pj);
        known.emplace(key, id);
        return id;
    };
    for (const Router& router : topology.routers()) {
        routers_.push_back(event(router.config.block, "router_flit", router.config.pj_per_flit));
    }
    for (const Link& link : topology.links()) {
        links_.push_back(event(link.block, "link_bit", link.pj_per_bit));
    }
}

NetworkBase::NetworkBase(const Topology& topology, const RoutingTable& routing,
                         const NetworkOptions& options)
    : topology_(topology),
      routing_(routing),
      flit_(topology.flit()),
      max_packet_(options.max_packet),
      max_group_packet_(options.max_group_packet > 0 ? options.max_group_packet
                                                     : options.max_packet),
      energy_(options.energy),
      observer_(options.observer),
      reduce_cycles_(options.reduce_cycles),
      reduce_rounds_(options.reduce_rounds),
      link_flits_(topology.links().size()),
      busy_before_(topology.links().size()),
      router_flits_(topology.routers().size()) {
    if (options.trace != nullptr) {
        for (const Link& link : topology.links()) {
            std::string signal = link.name;
            std::replace(signal.begin(), signal.end(), '.', '_');  // a dot would open a scope
            busy_.push_back(core::trace_integer(options.trace, options.scope, signal, 1));
        }
    }
}

core::Ps NetworkBase::zero_load_latency(const Transfer& transfer) const {
    core::Ps start = 0;
    for (const CycleClock& clock : topology_.clocks()) {
        start = std::max(start, clock.since());
    }
    return walk(start, 0, transfer).delivered - start;
}

void NetworkBase::clock_changed(const ClockChange& change) {
    for (std::size_t i = 0; i < link_flits_.size(); ++i) {
        if (topology_.links()[i].clock == change.clock) {
            Busy& busy = busy_before_[i];
            busy.time += change.before.span(link_flits_[i] - busy.flits);
            busy.flits = link_flits_[i];
        }
    }
}

NetworkBase::Walk NetworkBase::walk(core::Ps start, Cycle injection_free,
                                    const Transfer& transfer) const {
    routing_.path(topology_, transfer.source, transfer.target, path_);
    const Link& injection = topology_.link(path_.front());
    const CycleClock& clock = topology_.clock(injection.clock);
    free_.assign(path_.size(), 0);
    free_.front() = std::max(injection_free, clock.at_or_after(start));
    Flight flight;
    core::Bytes offset = 0;
    do {
        const core::Bytes data = packet_bytes(transfer, offset);
        const Cycle packet_flits = flits(data);
        const Cycle begin = free_.front();
        free_.front() += packet_flits;
        flight = arrival(injection, begin, free_.front());
        for (std::size_t i = 1; i < path_.size(); ++i) {
            const Link& link = topology_.link(path_[i]);
            const Cycle cycles = length(link, data, packet_flits);
            const Departure out = departure(topology_.router(link.from), link, flight, cycles);
            const Cycle from = std::max(out.earliest, free_[i]);
            flight = arrival(link, head_start(out, from, free_[i]), from + cycles);
            free_[i] = from + cycles;
        }
        offset += data;
    } while (offset < transfer.bytes);
    const Link& ejection = topology_.link(path_.back());
    return {free_.front(), topology_.clock(ejection.clock).time(flight.tail)};
}

CollectiveId NetworkBase::add_group(bool reduces, PortId root, const std::vector<PortId>& members) {
    if (!supports_collectives()) {
        throw core::ModelError("network: no native collectives at this level or with this routing");
    }
    const CollectiveId id = groups_.add(topology_, routing_, reduces, root, members);
    group_added(id);
    return id;
}

void NetworkBase::check(core::Ps now, const Transfer& transfer) const {
    const auto ports = static_cast<PortId>(topology_.ports().size());
    if (now < now_ || transfer.bytes < 0 || transfer.source < 0 || transfer.source >= ports ||
        transfer.target < 0 || transfer.target >= ports) {
        throw core::ModelError("network: bad transfer " + std::to_string(transfer.id) + " from " +
                               std::to_string(transfer.source) + " to " +
                               std::to_string(transfer.target) + " at " + std::to_string(now) +
                               " ps");
    }
    if (transfer.group >= 0) {
        groups_.check(transfer.group, transfer.source);
    }
}

void NetworkBase::trace_busy(LinkId id, Cycle start, Cycle end, bool joins_next) const {
    if (busy_.empty()) {
        return;
    }
    // Where two reservations touch, the later write of a time wins: the signal stays up.
    const CycleClock& clock = topology_.clock(topology_.link(id).clock);
    const core::TraceSignal& signal = busy_[static_cast<std::size_t>(id)];
    signal.set(std::max(clock.time(start), trace_from_), 1);
    if (!joins_next) {
        signal.set(clock.time(end), 0);
    }
}

}  // namespace strata::interconnect
