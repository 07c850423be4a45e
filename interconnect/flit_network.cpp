// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/flit_network.h"

#include <algorithm>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

const FlitConfig& checked(const FlitConfig& config, const RoutingTable& routing) {
    config.check(routing.vc_classes());
    return config;
}

std::size_t most_ports(const FlitLayout& layout) {
    std::int32_t most = 1;
    for (const FlitLayout::RouterPorts& ports : layout.routers) {
        most = std::max({most, ports.inputs, ports.outputs});
    }
    return static_cast<std::size_t>(most);
}

template <typename Pool, typename Free>
auto take_place(Pool& pool, Free& free_places) {
    if (free_places.empty()) {
        pool.emplace_back();
        return static_cast<typename Free::value_type>(pool.size() - 1);
    }
    const auto place = free_places.back();
    free_places.pop_back();
    pool[static_cast<std::size_t>(place)] = {};
    return place;
}

}  // namespace

FlitNetwork::FlitNetwork(const Topology& topology, const RoutingTable& routing,
                         const NetworkOptions& options, const FlitConfig& config,
                         std::shared_ptr<FlitLinks> shared_links, int number)
    : NetworkBase(topology, routing, options),
      config_(checked(config, routing)),
      layout_(topology, routing, config),
      ordered_(config.keep_order && routing.keeps_order()),
      output_first_(config.allocator == FlitConfig::Allocator::kIslip),
      in_(layout_.inputs.size() << layout_.shift),
      out_(layout_.outputs.size() << layout_.shift),
      free_(layout_.outputs.size(),
            layout_.vcs == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << layout_.vcs) - 1),
      waiting_(index(layout_.words)),
      ready_(index(layout_.words)),
      accept_(layout_.inputs.size()),
      next_vc_(layout_.inputs.size()),
      grant_(layout_.outputs.size()),
      sources_(topology.ports().size() * index(config.classes)),
      last_class_(topology.ports().size()),
      busy_ports_(topology.ports().size()),
      vc_matcher_(most_ports(layout_) << layout_.shift),
      switch_matcher_(most_ports(layout_)),
      input_taken_(most_ports(layout_)),
      output_taken_(most_ports(layout_)),
      inner_free_(free_),
      inner_(out_.size()),
      claims_(topology.routers().size()),
      own_links_(topology.links().size()),
      shared_links_(std::move(shared_links)),
      number_(number),
      last_of_flow_(topology.ports().size()),
      crossings_(topology.links().size()),
      gated_time_(topology.links().size()),
      residence_(topology.routers().size()),
      held_(topology.routers().size()) {
    make_domains();
    std::int32_t place = 0;
    for (std::size_t i = 0; i < in_.size(); ++i) {
        const FlitLayout::Input& input = layout_.inputs[i >> layout_.shift];
        in_[i].buffer = place;
        place += input.depth;
    }
    flits_.resize(index(place));
    for (std::size_t i = 0; i < out_.size(); ++i) {
        const FlitLayout::Output& output = layout_.outputs[i >> layout_.shift];
        out_[i].credits =
            output.input < 0 ? config.buffer_flits : layout_.inputs[index(output.input)].depth;
    }
}

void FlitNetwork::make_domains() {
    std::vector<Domain*> by_clock(topology_.clocks().size());
    for (const Router& router : topology_.routers()) {
        Domain*& domain = by_clock[index(router.clock)];
        if (domain == nullptr) {
            domains_.push_back(std::make_unique<Domain>(router.clock, topology_.routers().size(),
                                                        topology_.ports().size()));
            domain = domains_.back().get();
        }
        router_domain_.push_back(domain);
    }
}

Cycle FlitNetwork::Domain::due() const {
    if (!routers.empty() || !sources.empty()) {
        return next;
    }
    return std::min({credits.next(), arrivals.next(), wakes.next(), departures.next()});
}

core::Ps FlitNetwork::send(core::Ps now, const Transfer& transfer) {
    check(now, transfer);
    if (transfer.traffic_class >= config_.classes) {
        throw core::ModelError("network: no message class " +
                               std::to_string(transfer.traffic_class));
    }
    if (transfer.group >= 0) {
        check_group(transfer);
    }
    const Port& source = topology_.port(transfer.source);
    Domain& domain = domain_of(source.router);
    const Cycle start = topology_.clock(domain.clock).at_or_after(now);
    const std::int32_t journey = take_place(journeys_, free_journeys_);
    journeys_[index(journey)].transfer = transfer;
    journeys_[index(journey)].sent = now;
    if (transfer.group < 0) {
        chain(journey);
    } else {
        join_group(journey);
    }
    queue_packets(journey, start);
    ++in_flight_;
    open_source(transfer.source, start);
    return core::kNever;
}

/// The port's interface looks at its packets from cycle `start` on.
void FlitNetwork::open_source(PortId port, Cycle start) {
    Domain& domain = domain_of(topology_.port(port).router);
    busy_ports_.insert(port);
    if (start <= domain.next) {
        domain.sources.insert(port);
    } else {
        domain.wakes.push(start, {Wake::Kind::kSource, port});
    }
}

/// Cuts a transfer into packets, which may be injected from cycle `start` on.
void FlitNetwork::queue_packets(std::int32_t journey, Cycle start) {
    const Transfer& transfer = journeys_[index(journey)].transfer;
    const Port& target =
        topology_.port(transfer.group < 0 ? transfer.target : groups_[transfer.group].root);
    Source& queue = sources_[index(transfer.source * config_.classes + transfer.traffic_class)];
    if (queue.packets.empty()) {
        queue.since = start;
    }
    core::Bytes offset = 0;
    do {
        const std::uint32_t id = take_place(packets_, free_packets_);
        Packet& packet = packets_[id];
        packet.journey = journey;
        packet.data = packet_bytes(transfer, offset);
        packet.flits = static_cast<std::int32_t>(flits(packet.data));
        packet.router = target.router;
        packet.ejection = layout_.output_of_link[index(target.ejection)];
        packet.start = start;
        packet.plane = static_cast<std::uint8_t>(config_.plane(packets_made_++, routing_.planes()));
        packet.traffic_class = transfer.traffic_class;
        packet.qos = transfer.qos;
        packet.group = transfer.group;
        offset += packet.data;
        packet.last = offset == transfer.bytes;
        ++journeys_[index(journey)].packets_left;
        if (packet.group == kNone || enter_group(id)) {
            queue.packets.push(id);
        }
    } while (offset < transfer.bytes);
}

core::Ps FlitNetwork::next_event() const {
    core::Ps next = core::kNever;
    for (const auto& domain : domains_) {
        if (const Cycle due = domain->due(); due != kNoCycle) {
            next = std::min(next, end_of(*domain, due));
        }
    }
    return next;
}

core::Ps FlitNetwork::next_delivery() const {
    core::Ps next = core::kNever;
    const Cycle injection = shortest_injection();
    for (const auto& domain : domains_) {
        const Cycle due = domain->due();
        if (due == kNoCycle) {
            continue;
        }
        const Cycle inside = due + std::min(layout_.shortest_ejection, injection - 1);
        next = std::min(next, end_of(*domain, std::min(inside, domain->departures.next())));
    }
    return next;
}

void FlitNetwork::advance(core::Ps now, Progress& progress) {
    trace_from_ = now_;  // a cycle that had begun then is evaluated only now
    while (true) {
        Domain* first_due = nullptr;
        core::Ps end = now;
        for (const auto& domain : domains_) {
            const Cycle due = domain->due();
            if (due == kNoCycle) {
                continue;
            }
            const core::Ps domain_end = end_of(*domain, due);
            if (domain_end < end || (domain_end == end && first_due == nullptr)) {
                end = domain_end;
                first_due = domain.get();
            }
        }
        if (first_due == nullptr) {
            break;
        }
        now_ = end;
        evaluate(*first_due, first_due->due(), progress);
    }
    now_ = std::max(now_, now);
    for (const auto& domain : domains_) {  // cycles that are over without anything to do
        const Cycle begun = topology_.clock(domain->clock).at_or_after(now);
        domain->next = std::max(domain->next, begun - 1 + (end_of(*domain, begun - 1) <= now));
    }
}

void FlitNetwork::evaluate(Domain& domain, Cycle cycle, Progress& progress) {
    domain.next = cycle;
    for (const std::int32_t vc : domain.credits.take(cycle)) {
        take_credit(vc);
    }
    for (const Wake& wake : domain.wakes.take(cycle)) {
        take_wake(domain, wake, cycle);
    }
    for (const Arrival& arrival : domain.arrivals.take(cycle)) {
        receive(arrival, cycle);
    }
    domain.sources.for_each([&](PortId port) { inject(domain, port, cycle, progress); });
    domain.routers.for_each([&](RouterId router) { evaluate_router(domain, router, cycle); });
    for (const Departure& departure : domain.departures.take(cycle)) {
        depart(departure, end_of(domain, cycle), progress);
    }
    domain.next = cycle + 1;
}

void FlitNetwork::depart(const Departure& departure, core::Ps time, Progress& progress) {
    const Packet& packet = packets_[departure.packet];
    flits_ejected_ += packet.flits;
    if (packet.group != kNone) {
        depart_collective(departure, time, progress);
        return;
    }
    record(departure, packet.routers, time);
    free_packets_.push_back(departure.packet);
    if (--journeys_[index(packet.journey)].packets_left == 0) {
        arrive_in_order(packet.journey, time, progress);
    }
}

void FlitNetwork::record(const Departure& departure, std::int32_t routers, core::Ps time) {
    if (observer_ == nullptr) {
        return;
    }
    const Packet& packet = packets_[departure.packet];
    const Journey& journey = journeys_[index(packet.journey)];
    PacketRecord record{journey.transfer, packet.flits,        routers, journey.sent,
                        packet.injected,  packet.head_arrived, time,    packet.last};
    record.transfer.target = departure.port;
    observer_->delivered(record);
}

/// Appends the transfer to those of its flow that are under way.
void FlitNetwork::chain(std::int32_t id) {
    if (!ordered_) {
        return;
    }
    Journey& journey = journeys_[index(id)];
    std::vector<std::int32_t>& row = last_of_flow_[index(journey.transfer.source)];
    row.resize(topology_.ports().size() * index(config_.classes), kNone);
    std::int32_t& last =
        row[index(journey.transfer.target * config_.classes + journey.transfer.traffic_class)];
    if (last != kNone) {
        journeys_[index(last)].next = id;
        journey.behind = true;
    }
    last = id;
}

/// The transfer is complete; the interface hands it on when those before it have been.
void FlitNetwork::arrive_in_order(std::int32_t id, core::Ps time, Progress& progress) {
    journeys_[index(id)].arrived = true;
    while (id != kNone && journeys_[index(id)].arrived && !journeys_[index(id)].behind) {
        const Journey& journey = journeys_[index(id)];
        progress.delivered.push_back({journey.transfer.id, time, journey.transfer.target});
        --in_flight_;
        free_journeys_.push_back(id);
        const std::int32_t next = journey.next;
        if (next != kNone) {
            journeys_[index(next)].behind = false;
        } else if (ordered_) {
            last_of_flow_[index(journey.transfer.source)][index(
                journey.transfer.target * config_.classes + journey.transfer.traffic_class)] =
                kNone;
        }
        id = next;
    }
}

double FlitNetwork::mean_occupancy(RouterId router) const {
    const Domain& domain = *router_domain_[index(router)];
    const std::int64_t area = residence_[index(router)] + held_[index(router)] * domain.next;
    return domain.next == 0 ? 0.0 : static_cast<double>(area) / static_cast<double>(domain.next);
}

std::string FlitNetwork::describe_state() const {
    std::int64_t buffered = 0;
    for (const std::int32_t flits : held_) {
        buffered += flits;
    }
    std::size_t parked = 0;
    for (const GroupFlow& flow : group_flows_) {
        for (const Fifo<std::uint32_t>& parts : flow.parked) {
            parked += parts.size();
        }
    }
    return std::to_string(in_flight_) + " transfers in flight, " + std::to_string(buffered) +
           " flits in router buffers, " + std::to_string(sums_.size() - free_sums_.size()) +
           " sums under way, " + std::to_string(parked) + " parts of later rounds";
}

}  // namespace strata::interconnect
