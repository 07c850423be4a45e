// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/packet_network.h"

#include <algorithm>

namespace strata::interconnect {
namespace {

core::Ps shortest_period(const Topology& topology) {
    core::Ps period = core::kSecond;
    for (const CycleClock& clock : topology.clocks()) {
        period = std::min(period, std::max<core::Ps>(1, clock.time(1)));
    }
    return period;
}

/// Shortest time from a head's arrival at its last router to its tail's at the port. Two cycle
/// counts are rounded to ps on the way.
core::Ps shortest_last_hop(const Topology& topology) {
    constexpr core::Ps kRounding = 2;
    core::Ps shortest = core::kSecond;
    for (const Port& port : topology.ports()) {
        const Router& router = topology.router(port.router);
        const Cycle cycles = router.pipeline + 1 + topology.link(port.ejection).extra_cycles;
        shortest = std::min(shortest, topology.clock(router.clock).time(cycles) - kRounding);
    }
    return std::max<core::Ps>(shortest, 0);
}

}  // namespace

PacketNetwork::PacketNetwork(const Topology& topology, const RoutingTable& routing,
                             const NetworkOptions& options,
                             std::shared_ptr<LinkCalendars> shared_links)
    : NetworkBase(topology, routing, options),
      own_links_(topology.links().size()),
      shared_links_(std::move(shared_links)),
      pair_base_(topology.links().size()),
      injection_free_(topology.ports().size()),
      hops_(shortest_period(topology)),
      leaves_(shortest_period(topology)),
      last_hop_(shortest_last_hop(topology)) {
    for (std::size_t i = 0; i < own_links_.size(); ++i) {
        const bool share = shared_links_ != nullptr && topology.links()[i].shared;
        calendars_.push_back(share ? &(*shared_links_)[i] : &own_links_[i]);
        if (const RouterId from = topology.links()[i].from; from >= 0) {
            pair_base_[i] = static_cast<std::int32_t>(pair_free_.size());
            pair_free_.resize(pair_free_.size() + topology.router(from).inputs.size());
        }
    }
}

core::Ps PacketNetwork::send(core::Ps now, const Transfer& transfer) {
    check(now, transfer);
    const LinkId injection_id = topology_.port(transfer.source).injection;
    const Link& injection = topology_.link(injection_id);
    const CycleClock& clock = topology_.clock(injection.clock);
    const Port& target = topology_.port(transfer.target);
    Cycle& free = injection_free_[static_cast<std::size_t>(transfer.source)];
    free = std::max(free, clock.at_or_after(now));
    core::Bytes offset = 0;
    do {
        const std::uint32_t index = new_packet();
        Packet& packet = packets_[index];
        packet.id = transfer.id;
        packet.data = packet_bytes(transfer, offset);
        packet.flits = static_cast<std::int32_t>(flits(packet.data));
        packet.router = target.router;
        packet.ejection = target.ejection;
        offset += packet.data;
        packet.last = offset == transfer.bytes;
        packet.flight = arrival(injection, free, free + packet.flits);
        trace_busy(injection_id, free, free + packet.flits, false);
        free += packet.flits;
        hops_.push(
            {clock.time(packet.flight.head), 0, static_cast<std::uint32_t>(injection_id), index});
    } while (offset < transfer.bytes);
    ++in_flight_;
    return clock.time(free);
}

void PacketNetwork::advance(core::Ps now, std::vector<Delivery>& delivered) {
    const auto first = static_cast<std::ptrdiff_t>(delivered.size());
    while (!hops_.empty() && hops_.top().time <= now) {
        const PacketEvent event = hops_.top();
        now_ = event.time;
        hop(event);
    }
    while (!leaves_.empty() && leaves_.top().time <= now) {
        const PacketEvent event = leaves_.top();
        leave(event, delivered);
    }
    now_ = std::max(now_, now);
    std::sort(delivered.begin() + first, delivered.end(), [](const Delivery& a, const Delivery& b) {
        return a.time != b.time ? a.time < b.time : a.id < b.id;
    });
}

void PacketNetwork::hop(const PacketEvent& event) {
    Packet& packet = packets_[event.packet];
    const Link& in = topology_.link(static_cast<LinkId>(event.link));
    const Router& router = topology_.router(in.to);
    const LinkId out_id =
        in.to == packet.router ? packet.ejection : routing_.next(in.to, packet.router);
    const Link& out = topology_.link(out_id);
    const Cycle cycles = length(out, packet.data, packet.flits);
    const Departure ready = departure(router, out, packet.flight, cycles);

    Cycle& pair_free = pair_free_[static_cast<std::size_t>(
        pair_base_[static_cast<std::size_t>(out_id)] + in.input)];
    // All requests for a link come from one router, in the order of `ready.head`.
    const LinkCalendar::Reservation taken = calendars_[static_cast<std::size_t>(out_id)]->reserve(
        std::max(ready.earliest, pair_free), cycles, ready.head);
    const Cycle end = taken.start + cycles;
    packet.flight = arrival(out, head_start(ready, taken.start, pair_free), end);
    pair_free = end;
    account(out, out_id, cycles, packet.flits);
    trace_busy(out_id, taken.start, end, taken.joins_next);

    hops_.pop();
    const auto link = static_cast<std::uint32_t>(out_id);
    if (out.to >= 0) {
        const CycleClock& clock = topology_.clock(topology_.router(out.to).clock);
        hops_.push({clock.time(packet.flight.head), 0, link, event.packet});
    } else if (packet.last) {
        const CycleClock& clock = topology_.clock(out.clock);
        leaves_.push({clock.time(packet.flight.tail), 0, link, event.packet});
    } else {
        free_packets_.push_back(event.packet);
    }
}

void PacketNetwork::leave(const PacketEvent& event, std::vector<Delivery>& delivered) {
    delivered.push_back({packets_[event.packet].id, event.time});
    free_packets_.push_back(event.packet);
    leaves_.pop();
    --in_flight_;
}

std::uint32_t PacketNetwork::new_packet() {
    if (free_packets_.empty()) {
        packets_.emplace_back();
        return static_cast<std::uint32_t>(packets_.size() - 1);
    }
    const std::uint32_t index = free_packets_.back();
    free_packets_.pop_back();
    return index;
}

std::string PacketNetwork::describe_state() const {
    return std::to_string(in_flight_) + " transfers in flight, " +
           std::to_string(packets_.size() - free_packets_.size()) + " packets";
}

}  // namespace strata::interconnect
