// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Collectives at the flit level: the transfers of groups from `send` to their deliveries; what
// becomes of their packets in the routers is in flit_inner.cpp.
//
// Transfers of one multicast are handed on in order at each target, and so are the sums of one
// reduction at its root. No order is kept between transfers of different groups or unicasts.

#include <algorithm>

#include "core/diagnostics.h"
#include "interconnect/flit_network.h"

namespace strata::interconnect {

void FlitNetwork::group_added(CollectiveId id) {
    const CollectiveGroup& group = groups_[id];
    group_flows_.resize(static_cast<std::size_t>(id) + 1);
    if (group.reduces) {
        group_flows_.back().parked.resize(group.members.size());
        return;  // its ways are those of unicasts
    }
    group_flows_.back().next.assign(group.members.size(), kNone);
    if (dependencies_ == nullptr) {
        dependencies_ = std::make_unique<DependencyGraph>(topology_, routing_);
    }
    bool more = false;
    for (const CollectiveTree::Node& node : group.tree.nodes()) {
        for (const CollectiveTree::Branch& branch : node.branches) {
            if (node.trunk.node >= 0 && branch.node >= 0) {
                more |= dependencies_->add({node.trunk.link, node.trunk.vc_class},
                                           {branch.link, branch.vc_class});
            }
        }
    }
    const std::vector<Channel> circle =
        more ? dependencies_->find_circle() : std::vector<Channel>{};
    if (!circle.empty()) {
        throw core::ModelError("network: multicasts could wait for each other for ever: " +
                               describe(topology_, circle));
    }
}

void FlitNetwork::check_group(const Transfer& transfer) const {
    const Cycle longest = flits(packet_bytes(transfer, 0));
    if (longest > config_.buffer_flits) {
        throw core::ModelError("network: packets of collectives must fit a buffer of " +
                               std::to_string(config_.buffer_flits) + " flits, one has " +
                               std::to_string(longest));
    }
}

void FlitNetwork::join_group(std::int32_t id) {
    const CollectiveId group = journeys_[index(id)].transfer.group;
    if (groups_[group].reduces) {
        return;
    }
    if (free_spreads_.empty()) {
        free_spreads_.push_back(static_cast<std::int32_t>(spreads_.size()));
        spreads_.emplace_back();
    }
    const std::int32_t place = free_spreads_.back();
    free_spreads_.pop_back();
    Spread& spread = spreads_[index(place)];
    spread.packets_left.assign(groups_[group].members.size(), 0);
    spread.targets_left = static_cast<std::int32_t>(groups_[group].members.size());
    journeys_[index(id)].spread = place;
    GroupFlow& flow = group_flows_[index(group)];
    if (flow.last != kNone) {
        journeys_[index(flow.last)].next = id;
    }
    flow.last = id;
    std::replace(flow.next.begin(), flow.next.end(), kNone, id);
}

/// False when the packet has to wait for earlier rounds, outside the port's queue.
bool FlitNetwork::enter_group(std::uint32_t id) {
    const Packet& packet = packets_[id];
    const Journey& journey = journeys_[index(packet.journey)];
    const CollectiveGroup& group = groups_[packet.group];
    shares_.resize(packets_.size());
    if (!group.reduces) {
        Spread& spread = spreads_[index(journey.spread)];
        std::for_each(spread.packets_left.begin(), spread.packets_left.end(),
                      [](std::int32_t& left) { ++left; });
        shares_[id].targets_left = spread.targets_left;
        return true;
    }
    const std::int64_t round = groups_.join(journey.transfer, packet.flits, packet.last);
    shares_[id].round = round;
    if (round < groups_.base(packet.group) + reduce_rounds_) {
        return true;
    }
    const std::int32_t member = group.member_at[index(journey.transfer.source)];
    group_flows_[index(packet.group)].parked[index(member)].push(id);
    return false;
}

/// The parts of rounds that have come within reach go to their ports' queues.
void FlitNetwork::release(CollectiveId id, core::Ps time) {
    const CollectiveGroup& group = groups_[id];
    const std::int64_t limit = groups_.base(id) + reduce_rounds_;
    for (std::size_t i = 0; i < group.members.size(); ++i) {
        Fifo<std::uint32_t>& parked = group_flows_[index(id)].parked[i];
        const PortId port = group.members[i];
        const std::int32_t clock = topology_.router(topology_.port(port).router).clock;
        const Cycle start = topology_.clock(clock).at_or_after(time);
        bool any = false;
        for (; !parked.empty() && shares_[parked.front()].round < limit; any = true) {
            const std::uint32_t part = parked.pop();
            Packet& packet = packets_[part];
            packet.start = std::max(packet.start, start);
            Source& queue = sources_[index(port * config_.classes + packet.traffic_class)];
            if (queue.packets.empty()) {
                queue.since = start;
            }
            queue.packets.push(part);
        }
        if (any) {
            open_source(port, start);
        }
    }
}

void FlitNetwork::depart_collective(const Departure& departure, core::Ps time, Progress& progress) {
    if (groups_[packets_[departure.packet].group].reduces) {
        depart_sum(departure, time, progress);
    } else {
        depart_copy(departure, time, progress);
    }
}

void FlitNetwork::depart_copy(const Departure& departure, core::Ps time, Progress& progress) {
    const Packet& packet = packets_[departure.packet];
    const CollectiveGroup& group = groups_[packet.group];
    const std::int32_t target = group.member_at[index(departure.port)];
    --spreads_[index(journeys_[index(packet.journey)].spread)].packets_left[index(target)];
    if (--shares_[departure.packet].targets_left == 0) {
        std::int32_t routers = 0;
        std::int32_t node = group.at[index(topology_.port(departure.port).router)];
        for (; node >= 0; node = group.tree.nodes()[index(node)].trunk.node) {
            ++routers;
        }
        record(departure, routers, time);
        free_packets_.push_back(departure.packet);
    }
    hand_on(packet.group, target, departure.port, time, progress);
}

/// The transfers that are complete at a target, in order.
void FlitNetwork::hand_on(CollectiveId id, std::int32_t target, PortId port, core::Ps time,
                          Progress& progress) {
    GroupFlow& flow = group_flows_[index(id)];
    std::int32_t& next = flow.next[index(target)];
    while (next != kNone) {
        const std::int32_t done = next;
        const Journey& journey = journeys_[index(done)];
        Spread& spread = spreads_[index(journey.spread)];
        if (spread.packets_left[index(target)] > 0) {
            return;
        }
        progress.delivered.push_back({journey.transfer.id, time, port});
        next = journey.next;
        if (--spread.targets_left == 0) {
            --in_flight_;
            free_spreads_.push_back(journey.spread);
            free_journeys_.push_back(done);
            flow.last = flow.last == done ? kNone : flow.last;
        }
    }
}

void FlitNetwork::depart_sum(const Departure& departure, core::Ps time, Progress& progress) {
    const CollectiveId id = packets_[departure.packet].group;
    record(departure, packets_[departure.packet].routers, time);
    finish_packet(departure.packet);
    groups_.finish(id, shares_[departure.packet].round, [&](const ReductionRound& round) {
        if (round.last) {
            progress.delivered.push_back({round.id, time, departure.port});
            in_flight_ -= static_cast<std::int64_t>(groups_[id].members.size());
        }
    });
    release(id, time);
}

/// A packet of a reduction has been added to another one, or has reached the root.
void FlitNetwork::finish_packet(std::uint32_t id) {
    const std::int32_t journey = packets_[id].journey;
    free_packets_.push_back(id);
    if (--journeys_[index(journey)].packets_left == 0) {
        free_journeys_.push_back(journey);
    }
}

}  // namespace strata::interconnect
