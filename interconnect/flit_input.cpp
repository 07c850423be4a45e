// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The flit level at a router's inputs: what arrives, which hop a head takes, who bids.

#include "interconnect/flit_network.h"

namespace strata::interconnect {

void FlitNetwork::take_credit(std::int32_t vc) {
    OutputVc& out = out_[index(vc)];
    ++out.credits;
    const FlitLayout::Output& output = layout_.outputs[index(layout_.end_of_vc(vc))];
    if (output.router < 0) {
        domain_of(layout_.inputs[index(output.input)].router).sources.insert(output.port);
    } else if (out.owner != kNone && in_[index(out.owner)].count > 0) {
        bid(out.owner);
    }
}

void FlitNetwork::take_wake(Domain& domain, const Wake& wake, Cycle cycle) {
    switch (wake.kind) {
        case Wake::Kind::kFront:
            begin_head(domain, wake.what, cycle);
            break;
        case Wake::Kind::kPart:
            absorb(domain, wake.what, cycle);
            break;
        case Wake::Kind::kSum:
            make_sum_flit(domain, wake.what, cycle);
            break;
        case Wake::Kind::kHead:
            bid(wake.what);
            break;
        case Wake::Kind::kSource:
            domain_of(topology_.port(wake.what).router).sources.insert(wake.what);
            break;
        case Wake::Kind::kOutput:
            for (std::int32_t v = 0; v < layout_.vcs; ++v) {
                const OutputVc& out = out_[index(layout_.vc(wake.what, v))];
                if (out.owner != kNone && out.credits > 0 && in_[index(out.owner)].count > 0) {
                    bid(out.owner);
                }
            }
            break;
    }
}

/// The VC takes part in the router's next allocation.
void FlitNetwork::bid(std::int32_t vc) {
    const FlitLayout::Input& input = layout_.inputs[index(layout_.end_of_vc(vc))];
    const FlitLayout::RouterPorts& ports = layout_.routers[index(input.router)];
    const std::int32_t bit = vc - layout_.vc(ports.first_input, 0);
    std::vector<std::uint64_t>& bits = in_[index(vc)].out == kNone ? waiting_ : ready_;
    bits[index(ports.first_word + (bit >> 6))] |= std::uint64_t{1} << (bit & 63);
    router_domain_[index(input.router)]->routers.insert(input.router);
}

void FlitNetwork::receive(const Arrival& arrival, Cycle cycle) {
    InputVc& vc = in_[index(arrival.vc)];
    const FlitLayout::Input& input = layout_.inputs[index(layout_.end_of_vc(arrival.vc))];
    std::int32_t place = vc.head + vc.count;
    place = place >= input.depth ? place - input.depth : place;
    flits_[index(vc.buffer + place)] = arrival.flit;
    ++held_[index(input.router)];
    residence_[index(input.router)] -= cycle;
    ++vc.count;
    if (vc.visit != kNone) {
        visit_flit(domain_of(input.router), arrival.vc, arrival.flit, cycle);
        return;
    }
    if (vc.count > 1) {
        return;
    }
    if (vc.out == kNone) {
        Domain& domain = domain_of(input.router);
        if (vc.since <= cycle) {
            begin_head(domain, arrival.vc, cycle);
        } else {  // the tail before it was absorbed in this cycle
            domain.wakes.push(vc.since, {Wake::Kind::kFront, arrival.vc});
        }
        return;
    }
    vc.since = cycle;
    if (out_[index(vc.out)].credits > 0) {
        bid(arrival.vc);
    }
}

/// A head has come to the front of its VC; it can bid from `cycle` on, or after the routing stage.
void FlitNetwork::begin_head(Domain& domain, std::int32_t id, Cycle cycle) {
    InputVc& vc = in_[index(id)];
    const Packet& packet = packets_[flits_[index(vc.buffer + vc.head)] >> 2];
    vc.qos = packet.qos;
    vc.since = cycle + layout_.head_delay;
    if (packet.group != kNone) {
        if (!follow_tree(domain, id, cycle)) {
            return;
        }
    } else if (!routing_.adaptive()) {
        route(id, packet);
    }
    if (layout_.head_delay == 0) {
        bid(id);
    } else {
        domain.wakes.push(cycle + layout_.head_delay, {Wake::Kind::kHead, id});
    }
}

void FlitNetwork::route(std::int32_t id, const Packet& packet) {
    InputVc& vc = in_[index(id)];
    const FlitLayout::Input& input = layout_.inputs[index(layout_.end_of_vc(id))];
    if (input.router == packet.router) {
        vc.output = packet.ejection;
        vc.mask = layout_.any(packet.traffic_class);
        return;
    }
    const Hop in{layout_.outputs[index(input.output)].link, layout_.vc_class(id)};
    if (!routing_.adaptive()) {
        const Hop hop = routing_.next(input.router, in, packet.router, packet.plane);
        vc.output = layout_.output_of_link[index(hop.link)];
        vc.mask = layout_.mask(packet.traffic_class, hop.vc_class);
        return;
    }
    Hop hops[RoutingTable::kMaxChoices];
    const int count = routing_.choices(input.router, in, packet.router, packet.plane, hops);
    int best_vcs = -1;
    std::int32_t best_credits = -1;
    for (int i = 0; i < count; ++i) {
        const std::int32_t output = layout_.output_of_link[index(hops[i].link)];
        const std::uint64_t mask = layout_.mask(packet.traffic_class, hops[i].vc_class);
        const int vcs = __builtin_popcountll(free_[index(output)] & mask);
        const std::int32_t credits = free_credits(output, mask);
        if (vcs > best_vcs || (vcs == best_vcs && credits > best_credits)) {
            best_vcs = vcs;
            best_credits = credits;
            vc.output = output;
            vc.mask = mask;
        }
    }
}

std::int32_t FlitNetwork::free_credits(std::int32_t output, std::uint64_t mask) const {
    std::int32_t sum = 0;
    for_each_bit(mask, [&](std::int32_t v) { sum += out_[index(layout_.vc(output, v))].credits; });
    return sum;
}

}  // namespace strata::interconnect
