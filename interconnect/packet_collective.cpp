// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Multicast and reduction at the packet level. A fork takes all its links in the cycle in which the
// packet could take one of them; each copy goes its own way. A router that joins k branches sends
// their sum `reduce_cycles` after the last head has come, no faster than the last tail comes.
// Not modelled: that a part's tail is delayed further after its router has counted it; bounded
// reduce buffers.

#include "core/diagnostics.h"
#include "interconnect/packet_network.h"

namespace strata::interconnect {

void PacketNetwork::join_group(std::uint32_t number, const Transfer& transfer) {
    const Packet& packet = packets_[number];
    parts_.resize(packets_.size());
    Part& part = parts_[number];
    part = {transfer.group, false, 0};
    const CollectiveGroup& group = groups_[part.group];
    if (group.reduces) {
        part.round = groups_.join(transfer, packet.flits, packet.last);
        return;
    }
    if (free_targets_left_.empty()) {
        free_targets_left_.push_back(static_cast<std::int32_t>(targets_left_.size()));
        targets_left_.emplace_back();
    }
    part.round = free_targets_left_.back();
    free_targets_left_.pop_back();
    targets_left_[static_cast<std::size_t>(part.round)] =
        static_cast<std::int32_t>(group.members.size());
}

void PacketNetwork::collective_hop(const PacketEvent& top) {
    const PacketEvent event = top;
    hops_.pop();
    Part& part = parts_[event.packet];
    const CollectiveGroup& group = groups_[part.group];
    const std::int32_t place = group.at[index(ways_[event.link].to)];
    const CollectiveTree::Node& node = group.tree.nodes()[index(place)];
    if (!group.reduces) {
        fork(event, node);
    } else if (node.branches.size() > 1 && !part.combined) {
        combine(event, group, place);
    } else {
        part.combined = false;
        send_branch(event, node.trunk);
    }
}

void PacketNetwork::fork(const PacketEvent& event, const CollectiveTree::Node& node) {
    for (std::size_t i = 1; i < node.branches.size(); ++i) {
        const std::uint32_t copy = new_packet();
        const std::uint32_t epoch = packets_[copy].epoch;
        packets_[copy] = packets_[event.packet];
        packets_[copy].epoch = epoch;
        parts_.resize(packets_.size());
        parts_[copy] = parts_[event.packet];
        if (observer_ != nullptr) {
            records_.resize(packets_.size());
            records_[copy] = records_[event.packet];
        }
        send_branch({event.time, event.link, copy}, node.branches[i]);
    }
    send_branch(event, node.branches.front());
}

void PacketNetwork::send_branch(const PacketEvent& event, const CollectiveTree::Branch& branch) {
    if (ways_[index(branch.link)].native) {
        share_link(event, {branch.link, branch.vc_class});
    } else {
        send_whole(event, branch.link);
    }
    go_on(event.packet, branch.link);
}

/// The last part to come becomes the sum.
void PacketNetwork::combine(const PacketEvent& event, const CollectiveGroup& group,
                            std::int32_t node) {
    Packet& packet = packets_[event.packet];
    Part& part = parts_[event.packet];
    ReductionRound& round = groups_.round(part.group, part.round);
    Cycle& tail = round.tail[index(node)];
    tail = std::max(tail, packet.flight.tail);
    std::int64_t& come = round.come[index(group.first_branch[index(node)])];
    if (++come < static_cast<std::int64_t>(group.tree.nodes()[index(node)].branches.size())) {
        free_packet(event.packet);
        return;
    }
    packet.flight = {packet.flight.head + reduce_cycles_, tail + reduce_cycles_};
    packet.passed += reduce_cycles_;
    part.combined = true;
    const CycleClock& clock = topology_.clock(ways_[event.link].clock);
    hops_.push({clock.time(packet.flight.head), event.link, event.packet});
}

void PacketNetwork::collective_leave(const PacketEvent& event, std::vector<Delivery>& delivered) {
    const Packet packet = packets_[event.packet];
    const Part part = parts_[event.packet];
    const CollectiveGroup& group = groups_[part.group];
    const Link& link = topology_.link(static_cast<LinkId>(event.link));
    free_packet(event.packet);
    if (group.reduces) {
        groups_.finish(part.group, part.round, [&](const ReductionRound& round) {
            if (round.last) {
                delivered.push_back({round.id, event.time, link.port});
                in_flight_ -= static_cast<std::int64_t>(group.members.size());
            }
        });
    } else {
        if (packet.last) {
            delivered.push_back({packet.id, event.time, link.port});
        }
        if (--targets_left_[static_cast<std::size_t>(part.round)] > 0) {
            return;
        }
        free_targets_left_.push_back(static_cast<std::int32_t>(part.round));
        in_flight_ -= packet.last ? 1 : 0;
    }
    if (observer_ != nullptr) {
        PacketRecord& record = records_[event.packet];
        record.transfer.target = link.port;
        record.routers = packet.routers;
        record.head_arrived = topology_.clock(link.clock).time(packet.flight.head);
        record.tail_arrived = event.time;
        observer_->delivered(record);
    }
}

}  // namespace strata::interconnect
