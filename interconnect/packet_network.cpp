// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/packet_network.h"

#include <algorithm>

#include "interconnect/flit_config.h"

namespace strata::interconnect {
namespace {

core::Ps shortest_period(const Topology& topology) {
    core::Ps period = core::kSecond;
    for (const CycleClock& clock : topology.clocks()) {
        period = std::min(period, std::max<core::Ps>(1, clock.span(1)));
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
        shortest = std::min(shortest, topology.clock(router.clock).span(cycles) - kRounding);
    }
    return std::max<core::Ps>(shortest, 0);
}

/// As wide as the routers at its ends and in step with them, for one network alone.
bool is_native(const Topology& topology, const Link& link) {
    const auto in_step = [&](RouterId router) {
        return router < 0 || topology.router(router).clock == link.clock;
    };
    return link.width == topology.flit() && link.latency == 0 && link.flit_cycles == 1 &&
           !link.shared && in_step(link.from) && in_step(link.to);
}

}  // namespace

std::vector<std::string> packet_level_warnings(const PacketLimits& run) {
    // A mesh whose busiest link is taken so much is about 0.8 of the way to saturation.
    constexpr double kBusiest = 0.7;
    std::vector<std::string> warnings;
    const std::string level = "packet level: ";
    if (run.vcs == 1) {
        warnings.push_back(level + "one VC; head-of-line blocking is not modelled");
    }
    if (run.buffer_flits > 0 && run.packet_flits > run.buffer_flits) {
        warnings.push_back(level + "packets of up to " + std::to_string(run.packet_flits) +
                           " flits do not fit a buffer of " + std::to_string(run.buffer_flits) +
                           "; backpressure is not modelled");
    }
    if (run.saturated || run.busiest_link > kBusiest) {
        warnings.push_back(level + "load near or beyond saturation; latency is too low there");
    }
    return warnings;
}

PacketNetwork::PacketNetwork(const Topology& topology, const RoutingTable& routing,
                             const NetworkOptions& options,
                             std::shared_ptr<LinkCalendars> shared_links)
    : NetworkBase(topology, routing, options),
      servers_(topology.links().size()),
      own_links_(topology.links().size()),
      shared_links_(std::move(shared_links)),
      traced_until_(topology.links().size()),
      injection_free_(topology.ports().size()),
      vcs_(std::max(1, options.vcs)),
      class_vcs_(std::max(1, options.vcs / routing.vc_classes())),
      hops_(shortest_period(topology), topology.links().size()),
      leaves_(shortest_period(topology), topology.links().size()),
      last_hop_(shortest_last_hop(topology)) {
    for (std::size_t i = 0; i < own_links_.size(); ++i) {
        const Link& link = topology.links()[i];
        const bool share = shared_links_ != nullptr && link.shared;
        calendars_.push_back(share ? &(*shared_links_)[i] : &own_links_[i]);
        Way way;
        way.native = is_native(topology, link);
        way.delay = link.flit_cycles + link.extra_cycles;
        way.input = link.input;
        way.from = link.from;
        way.to = link.to;
        way.clock = link.to >= 0 ? topology.router(link.to).clock : link.clock;
        way.pipeline = link.to >= 0 ? topology.router(link.to).pipeline : 0;
        way.first_pair = static_cast<std::uint32_t>(pairs_.size());
        if (link.from >= 0) {
            pairs_.resize(pairs_.size() + topology.router(link.from).inputs.size());
        }
        ways_.push_back(way);
    }
}

core::Ps PacketNetwork::send(core::Ps now, const Transfer& transfer) {
    check(now, transfer);
    const LinkId injection_id = topology_.port(transfer.source).injection;
    const Link& injection = topology_.link(injection_id);
    const CycleClock& clock = topology_.clock(injection.clock);
    Cycle& free = injection_free_[index(transfer.source)];
    free = std::max(free, clock.at_or_after(now));
    core::Bytes offset = 0;
    do {
        const std::uint32_t number = new_packet();
        Packet& packet = make_packet(number, transfer, offset);
        offset += packet.data;
        packet.flight = arrival(injection, free, free + packet.flits);
        if (observer_ != nullptr) {
            records_.resize(packets_.size());
            records_[number] = {transfer, packet.flits, 0, now, clock.time(free), 0,
                                0,        packet.last};
        }
        trace_busy(injection_id, free, free + packet.flits, false);
        free += packet.flits;
        hops_.push(
            {clock.time(packet.flight.head), static_cast<std::uint32_t>(injection_id), number});
    } while (offset < transfer.bytes);
    ++in_flight_;
    return clock.time(free);
}

PacketNetwork::Packet& PacketNetwork::make_packet(std::uint32_t number, const Transfer& transfer,
                                                  core::Bytes offset) {
    const Port& target = topology_.port(transfer.target);
    Packet& packet = packets_[number];
    packet.id = transfer.id;
    packet.data = packet_bytes(transfer, offset);
    packet.flits = static_cast<std::int32_t>(flits(packet.data));
    packet.router = target.router;
    packet.ejection = target.ejection;
    packet.passed = 0;
    packet.routers = 0;
    packet.last = offset + packet.data == transfer.bytes;
    packet.collective = transfer.group >= 0;
    if (packet.collective) {
        join_group(number, transfer);
    }
    if (routing_.planes() > 1) {
        packet.plane =
            static_cast<std::uint8_t>(FlitConfig{}.plane(packets_made_++, routing_.planes()));
    }
    return packet;
}

void PacketNetwork::advance(core::Ps now, Progress& progress) {
    std::vector<Delivery>& delivered = progress.delivered;
    const auto first = static_cast<std::ptrdiff_t>(delivered.size());
    while (!hops_.empty() && hops_.top().time <= now) {
        const PacketEvent event = hops_.top();
        now_ = event.time;
        expect(hops_.second());
        hop(event);
    }
    while (!leaves_.empty() && leaves_.top().time <= now) {
        const PacketEvent event = leaves_.top();
        leave(event, delivered);
    }
    now_ = std::max(now_, now);
    std::sort(delivered.begin() + first, delivered.end(), [](const Delivery& a, const Delivery& b) {
        return a.time != b.time ? a.time < b.time : a.id != b.id ? a.id < b.id : a.port < b.port;
    });
}

/// Fetches what the hop after this one needs, as it lies anywhere in memory.
void PacketNetwork::expect(const PacketEvent& event) const {
    __builtin_prefetch(&packets_[event.packet]);
    __builtin_prefetch(&ways_[event.link]);
}

void PacketNetwork::hop(const PacketEvent& event) {
    Packet& packet = packets_[event.packet];
    if (packet.collective) {
        collective_hop(event);
        return;
    }
    const RouterId at = ways_[event.link].to;
    const Hop out = at == packet.router ? Hop{packet.ejection, 0} : choose(at, event, packet);
    packet.vc_class = out.vc_class;
    if (ways_[index(out.link)].native) {
        share_link(event, out);
    } else {
        send_whole(event, out.link);
    }
    hops_.pop();
    go_on(event.packet, out.link);
}

/// Of the hops that the routing allows, the one whose link is free first.
Hop PacketNetwork::choose(RouterId at, const PacketEvent& event, const Packet& packet) const {
    const Hop in{static_cast<LinkId>(event.link), packet.vc_class};
    if (!routing_.adaptive()) {
        return routing_.next(at, in, packet.router, packet.plane);
    }
    Hop hops[RoutingTable::kMaxChoices];
    const int count = routing_.choices(at, in, packet.router, packet.plane, hops);
    const Cycle soon = packet.flight.head + ways_[event.link].pipeline;
    Hop best = hops[0];
    for (int i = 1; i < count; ++i) {
        if (std::max(soon, busy_until(hops[i].link)) < std::max(soon, busy_until(best.link))) {
            best = hops[i];
        }
    }
    return best;
}

Cycle PacketNetwork::busy_until(LinkId link) const {
    return ways_[index(link)].native ? servers_[index(link)].busy_until()
                                     : calendars_[index(link)]->busy_until();
}

void PacketNetwork::share_link(const PacketEvent& event, const Hop& out) {
    Packet& packet = packets_[event.packet];
    const Way& in = ways_[event.link];
    const Way& way = ways_[index(out.link)];
    Pair& pair = pairs_[way.first_pair + static_cast<std::uint32_t>(in.input)];
    const Cycle ready = packet.flight.head + in.pipeline;
    packet.passed += in.pipeline + way.delay;

    const LinkServer::Request request{ready, packet.flight.tail + in.pipeline + 1, packet.flits,
                                      way.to < 0 ? vcs_ : class_vcs_};
    const LinkServer::Customer customer{event.packet, packet.epoch, in.input, out.vc_class,
                                        packet.passed};
    const LinkServer::Grant grant = servers_[index(out.link)].reserve(
        request, customer,
        [&](const LinkServer::Customer& moved, Cycle end) { end_moved(moved, end, way); });
    // An earlier packet of this pair may have left the server and still go on (its tail is late).
    pair.head = std::max(grant.start, pair.head + 1);
    pair.end = std::max({grant.end, pair.end + 1, pair.head + packet.flits});
    packet.flight = {pair.head + way.delay, pair.end + way.delay - 1};
    account(way.from, flit_, out.link, packet.flits, packet.flits);
    if (traced()) {
        Cycle& until = traced_until_[index(out.link)];
        until = std::max(until, ready) + packet.flits;
        trace_busy(out.link, until - packet.flits, until, false);
    }
}

/// Others have joined: the tail of a packet in service comes later, wherever its head is by now.
void PacketNetwork::end_moved(const LinkServer::Customer& customer, Cycle end, const Way& way) {
    Pair& pair = pairs_[way.first_pair + static_cast<std::uint32_t>(customer.input)];
    pair.end = std::max(pair.end, end);
    Packet& packet = packets_[customer.packet];
    if (packet.epoch == customer.epoch) {
        const Cycle tail = end + way.delay - 1 + (packet.passed - customer.passed);
        packet.flight.tail = std::max(packet.flight.tail, tail);
    }
}

void PacketNetwork::send_whole(const PacketEvent& event, LinkId out) {
    Packet& packet = packets_[event.packet];
    const Way& in = ways_[event.link];
    const Link& link = topology_.link(out);
    const Cycle cycles = length(link, packet.data, packet.flits);
    const Departure ready = departure(topology_.router(in.to), link, packet.flight, cycles);
    Cycle& pair_free =
        pairs_[ways_[index(out)].first_pair + static_cast<std::uint32_t>(in.input)].end;
    // All requests for a link come from one router, in the order of `ready.head`.
    const LinkCalendar::Reservation taken =
        calendars_[index(out)]->reserve(std::max(ready.earliest, pair_free), cycles, ready.head);
    const Cycle end = taken.start + cycles;
    packet.flight = arrival(link, head_start(ready, taken.start, pair_free), end);
    pair_free = end;
    ++packet.epoch;
    packet.passed = 0;
    account(link, out, cycles, packet.flits);
    trace_busy(out, taken.start, end, taken.joins_next);
}

/// To the router, or the port, at the far end of the link that it has just taken.
void PacketNetwork::go_on(std::uint32_t number, LinkId id) {
    Packet& packet = packets_[number];
    const Way& way = ways_[index(id)];
    const CycleClock& clock = topology_.clock(way.clock);
    const auto event_link = static_cast<std::uint32_t>(id);
    ++packet.routers;
    if (way.to >= 0) {
        routing_.prefetch(way.to, packet.router, packet.plane);
        hops_.push({clock.time(packet.flight.head), event_link, number});
    } else if (packet.last || observer_ != nullptr || packet.collective) {
        leaves_.push({clock.time(packet.flight.tail), event_link, number});
    } else {
        free_packet(number);
    }
}

void PacketNetwork::leave(const PacketEvent& event, std::vector<Delivery>& delivered) {
    const Packet& packet = packets_[event.packet];
    const Link& link = topology_.link(static_cast<LinkId>(event.link));
    const CycleClock& clock = topology_.clock(link.clock);
    leaves_.pop();
    if (const core::Ps tail = clock.time(packet.flight.tail); tail > event.time) {
        leaves_.push({tail, event.link, event.packet});
        return;
    }
    if (packet.collective) {
        collective_leave(event, delivered);
        return;
    }
    if (observer_ != nullptr) {
        PacketRecord& record = records_[event.packet];
        record.routers = packet.routers;
        record.head_arrived = clock.time(packet.flight.head);
        record.tail_arrived = event.time;
        observer_->delivered(record);
    }
    if (packet.last) {
        delivered.push_back({packet.id, event.time, link.port});
        --in_flight_;
    }
    free_packet(event.packet);
}

std::uint32_t PacketNetwork::new_packet() {
    if (free_packets_.empty()) {
        packets_.emplace_back();
        return static_cast<std::uint32_t>(packets_.size() - 1);
    }
    const std::uint32_t number = free_packets_.back();
    free_packets_.pop_back();
    return number;
}

void PacketNetwork::free_packet(std::uint32_t number) {
    ++packets_[number].epoch;
    free_packets_.push_back(number);
}

void PacketNetwork::clock_changed(const ClockChange& change) {
    NetworkBase::clock_changed(change);
    hops_ = retimed(std::move(hops_), change);
    leaves_ = retimed(std::move(leaves_), change);
    last_hop_ = shortest_last_hop(topology_);
}

/// Events at cycles of the clock follow it.
EventQueue PacketNetwork::retimed(EventQueue events, const ClockChange& change) {
    EventQueue moved(shortest_period(topology_), topology_.links().size());
    for (; !events.empty(); events.pop()) {
        PacketEvent event = events.top();
        const Way& way = ways_[event.link];
        if (way.clock == change.clock) {
            Flight& flight = packets_[event.packet].flight;
            if (is_timed(topology_.link(static_cast<LinkId>(event.link)))) {
                flight = {keep_time(change, flight.head), keep_time(change, flight.tail)};
            }
            event.time = topology_.clock(way.clock).time(way.to >= 0 ? flight.head : flight.tail);
        }
        moved.push(event);
    }
    return moved;
}

std::string PacketNetwork::describe_state() const {
    return std::to_string(in_flight_) + " transfers in flight, " +
           std::to_string(packets_.size() - free_packets_.size()) + " packets";
}

}  // namespace strata::interconnect
