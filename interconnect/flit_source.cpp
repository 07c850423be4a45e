// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The sending side of the interfaces: one flit per cycle and port. The classes take turns flit by
// flit, packets of one class go one after the other, each on the next free VC.

#include <algorithm>

#include "interconnect/flit_network.h"

namespace strata::interconnect {

void FlitNetwork::inject(Domain& domain, PortId port, Cycle cycle, Progress& progress) {
    const std::int32_t output = static_cast<std::int32_t>(layout_.outputs.size()) -
                                static_cast<std::int32_t>(topology_.ports().size()) + port;
    int best = kNone;
    std::uint32_t best_rank = 0;
    for (int i = 1; i <= config_.classes; ++i) {
        const int c = (last_class_[index(port)] + i) % config_.classes;
        const Source& source = sources_[index(port * config_.classes + c)];
        if (!can_send(source, cycle, output)) {
            continue;
        }
        InputVc bidder;
        bidder.since = source.since;
        bidder.qos = packets_[source.packets.front()].qos;
        const std::uint32_t its_rank = rank(bidder, cycle);
        if (best == kNone || its_rank < best_rank) {
            best = c;
            best_rank = its_rank;
        }
    }
    if (best == kNone) {
        domain.sources.erase(port);  // until a credit, or until the first packet may start
    } else {
        last_class_[index(port)] = best;
        send_flit(domain, port, best, cycle, progress);
    }
}

bool FlitNetwork::can_send(const Source& source, Cycle cycle, std::int32_t output) const {
    if (source.packets.empty()) {
        return false;
    }
    if (source.vc != kNone) {
        return out_[index(source.vc)].credits > 0;
    }
    const Packet& packet = packets_[source.packets.front()];
    return packet.start <= cycle && free_source_vc(source, packet.traffic_class, output) != kNone;
}

/// The next VC after the last one used that is free and has a credit.
std::int32_t FlitNetwork::free_source_vc(const Source& source, int traffic_class,
                                         std::int32_t output) const {
    const int first = traffic_class * config_.vcs;
    for (int i = 1; i <= config_.vcs; ++i) {
        const int v = first + (source.last_vc + i) % config_.vcs;
        const std::int32_t vc = layout_.vc(output, v);
        if ((free_[index(output)] >> v & 1) != 0 && out_[index(vc)].credits > 0) {
            return vc;
        }
    }
    return kNone;
}

void FlitNetwork::send_flit(Domain& domain, PortId port, int traffic_class, Cycle cycle,
                            Progress& progress) {
    const std::int32_t output = static_cast<std::int32_t>(layout_.outputs.size()) -
                                static_cast<std::int32_t>(topology_.ports().size()) + port;
    const FlitLayout::Output& end = layout_.outputs[index(output)];
    Source& source = sources_[index(port * config_.classes + traffic_class)];
    const std::uint32_t id = source.packets.front();
    Packet& packet = packets_[id];
    const bool head = source.vc == kNone;
    if (head) {
        source.vc = free_source_vc(source, traffic_class, output);
        source.last_vc = layout_.vc_at_end(source.vc) - traffic_class * config_.vcs;
        packet.injected = topology_.clock(domain.clock).time(cycle);
    }
    const std::int32_t v = layout_.vc_at_end(source.vc);
    const bool tail = ++source.sent == packet.flits;
    --out_[index(source.vc)].credits;
    ++flits_injected_;
    source.since = cycle + 1;
    domain.arrivals.push(
        cycle + end.flit_delay,
        {layout_.vc(end.input, v), id << 2 | (tail ? kTail : 0) | (head ? kHead : 0)});
    if (traced()) {
        trace_busy(end.link, cycle, cycle + 1, false);
    }
    if (!tail) {
        free_[index(output)] &= ~(std::uint64_t{1} << v);
        return;
    }
    free_[index(output)] |= std::uint64_t{1} << v;
    source.vc = kNone;
    source.sent = 0;
    if (packet.last) {
        progress.injected.push_back(
            {journeys_[index(packet.journey)].transfer.id, end_of(domain, cycle)});
    }
    source.packets.pop();
    const auto first = sources_.begin() + port * config_.classes;
    if (std::all_of(first, first + config_.classes,
                    [](const Source& one) { return one.packets.empty(); })) {
        busy_ports_.erase(port);
        domain.sources.erase(port);
    }
}

/// No transfer leaves its interface in fewer cycles.
Cycle FlitNetwork::shortest_injection() const {
    Cycle shortest = kNoCycle;
    busy_ports_.for_each([&](PortId port) {
        for (int c = 0; c < config_.classes; ++c) {
            const Source& source = sources_[index(port * config_.classes + c)];
            if (!source.packets.empty()) {
                shortest =
                    std::min<Cycle>(shortest, packets_[source.packets.front()].flits - source.sent);
            }
        }
    });
    return shortest;
}

}  // namespace strata::interconnect
