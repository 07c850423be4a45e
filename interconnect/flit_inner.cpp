// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Packets of collectives in the routers, and the inner inputs in which the copies of a fork
// (flit_fork.cpp) and the sums of a joint (flit_join.cpp) begin. A copy or a sum takes a VC of the
// inner input that feeds its output, first come, first served among those of its VC class; from
// there on it is a packet like any other one, in VC allocation and in switch allocation. Where a
// tree neither forks nor joins, its packets pass as unicasts do.
//
// Inner inputs add nothing to what waits for what: their VCs are divided into the classes of the
// output's VCs, so who waits for one waits for packets that themselves wait for VCs of that class
// behind that output, as a unicast does.
// Not modelled: the input port of the switch that copies of one flit would share (each has that of
// its inner input: a buffer with a read port per copy), memory of the inner inputs (copies are read
// from the buffer in which the packet waits).

#include <algorithm>

#include "interconnect/flit_network.h"

namespace strata::interconnect {

/// The packet in front of a VC follows its tree. True when it goes on by one output.
bool FlitNetwork::follow_tree(Domain& domain, std::int32_t id, Cycle cycle) {
    InputVc& vc = in_[index(id)];
    const FlitLayout::Input& input = layout_.inputs[index(layout_.end_of_vc(id))];
    const Packet& packet = packets_[flits_[index(vc.buffer + vc.head)] >> 2];
    const CollectiveGroup& group = groups_[packet.group];
    const CollectiveTree::Node& node = group.tree.nodes()[index(group.at[index(input.router)])];
    if (node.branches.size() == 1) {
        const CollectiveTree::Branch& way = group.reduces ? node.trunk : node.branches.front();
        vc.output = layout_.output_of_link[index(way.link)];
        vc.mask = mask_of(packet, way);
        return true;
    }
    group.reduces ? join(domain, id, cycle) : fork(domain, id, cycle);
    return false;
}

std::uint64_t FlitNetwork::mask_of(const Packet& packet,
                                   const CollectiveTree::Branch& branch) const {
    return topology_.link(branch.link).to < 0 ? layout_.any(packet.traffic_class)
                                              : layout_.mask(packet.traffic_class, branch.vc_class);
}

std::int32_t FlitNetwork::begin_visit(std::int32_t id) {
    if (free_visits_.empty()) {
        free_visits_.push_back(static_cast<std::int32_t>(visits_.size()));
        visits_.emplace_back();
    }
    InputVc& vc = in_[index(id)];
    vc.visit = free_visits_.back();
    free_visits_.pop_back();
    Visit& visit = visits_[index(vc.visit)];
    visit.vc = id;
    visit.packet = flits_[index(vc.buffer + vc.head)] >> 2;
    visit.come = std::min(vc.count, packets_[visit.packet].flits);
    visit.gone = 0;
    visit.copies.clear();
    return vc.visit;
}

/// A flit has come to a VC whose front packet forks or joins here.
void FlitNetwork::visit_flit(Domain& domain, std::int32_t id, Flit flit, Cycle cycle) {
    Visit& visit = visits_[index(in_[index(id)].visit)];
    if (visit.packet != flit >> 2) {
        return;  // of a packet behind
    }
    ++visit.come;
    if (visit.copies.empty()) {
        if (visit.come - visit.gone == 1) {
            schedule_part(domain, id, std::max(cycle, in_[index(id)].since));
        }
        return;
    }
    for (const Visit::Copy& copy : visit.copies) {
        if (copy.vc != kNone) {
            push_inner(copy.vc, flit, cycle);
        }
    }
}

/// The last flit of the packet has left the VC.
void FlitNetwork::end_visit(std::int32_t id) {
    free_visits_.push_back(in_[index(id)].visit);
    in_[index(id)].visit = kNone;
}

// Inner inputs.

void FlitNetwork::add_claim(Domain& domain, Claim claim, const CollectiveTree::Branch& branch,
                            const Packet& packet) {
    claim.output = layout_.output_of_link[index(branch.link)];
    claim.mask = mask_of(packet, branch);
    const RouterId router = layout_.outputs[index(claim.output)].router;
    std::vector<Claim>& waiting = claims_[index(router)];
    const auto place =
        std::upper_bound(waiting.begin(), waiting.end(), claim, [](const Claim& a, const Claim& b) {
            return a.since != b.since ? a.since < b.since : a.turn < b.turn;
        });
    waiting.insert(place, claim);
    domain.routers.insert(router);
}

/// At the beginning of a cycle of the router.
void FlitNetwork::serve_claims(Domain& domain, RouterId router, Cycle cycle) {
    std::vector<Claim>& waiting = claims_[index(router)];
    std::size_t left = 0;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const Claim claim = waiting[i];
        const std::uint64_t free = inner_free_[index(claim.output)] & claim.mask;
        if (free != 0) {
            start_inner(domain, __builtin_ctzll(free), claim, cycle);
        } else {
            waiting[left++] = claim;
        }
    }
    waiting.resize(left);
}

/// VC `v` of the inner input begins with the flits that are there.
void FlitNetwork::start_inner(Domain& domain, std::int32_t v, const Claim& claim, Cycle cycle) {
    const std::int32_t id = layout_.vc(layout_.outputs[index(claim.output)].inner, v);
    inner_free_[index(claim.output)] &= ~(std::uint64_t{1} << v);
    inner_[index(layout_.vc(claim.output, v))] = claim;
    std::uint32_t packet = 0;
    std::int32_t flits = 0;
    Cycle ready = 0;
    if (claim.visit != kNone) {
        Visit& visit = visits_[index(claim.visit)];
        visit.copies[index(claim.branch)].vc = id;
        packet = visit.packet;
        flits = visit.come;
        ready = visit.ready;
    } else {
        Sum& sum = sums_[index(claim.sum)];
        sum.vc = id;
        packet = sum.packet;
        flits = sum.made;
        ready = sum.ready;
    }
    InputVc& vc = in_[index(id)];
    vc.output = claim.output;
    vc.mask = claim.mask;
    vc.qos = packets_[packet].qos;
    for (std::int32_t i = 0; i < flits; ++i) {
        push_inner(id, flit_of(packet, i), cycle);
    }
    vc.since = std::max(ready, cycle);
    if (ready <= cycle) {
        bid(id);
    } else {
        domain.wakes.push(ready, {Wake::Kind::kHead, id});
    }
}

FlitNetwork::Flit FlitNetwork::flit_of(std::uint32_t packet, std::int32_t number) const {
    const bool tail = number + 1 == packets_[packet].flits;
    return packet << 2 | (tail ? kTail : 0) | (number == 0 ? kHead : 0);
}

void FlitNetwork::push_inner(std::int32_t id, Flit flit, Cycle cycle) {
    InputVc& vc = in_[index(id)];
    const std::int32_t depth = layout_.inputs[index(layout_.end_of_vc(id))].depth;
    const std::int32_t place = vc.head + vc.count;
    flits_[index(vc.buffer + (place >= depth ? place - depth : place))] = flit;
    if (++vc.count == 1 && vc.out != kNone) {
        vc.since = cycle;
        if (out_[index(vc.out)].credits > 0) {
            bid(id);
        }
    }
}

void FlitNetwork::inner_sent(Domain& domain, std::int32_t id, bool tail, Cycle cycle) {
    const std::int32_t output = in_[index(id)].output;
    const std::int32_t v = layout_.vc_at_end(id);
    const Claim claim = inner_[index(layout_.vc(output, v))];
    if (claim.visit != kNone) {
        copy_sent(domain, claim, cycle);
    }
    if (tail) {
        if (claim.sum != kNone) {
            free_sums_.push_back(claim.sum);
        }
        inner_free_[index(output)] |= std::uint64_t{1} << v;
    }
}

}  // namespace strata::interconnect
