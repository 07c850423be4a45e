// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Multicast and reduction in the per-cycle simulator: every cycle, every VC of every router is
// asked what it has.

#include <algorithm>

#include "tests/interconnect/oracle_router.h"

namespace strata::test {

using interconnect::CollectiveTree;
using interconnect::RouterId;

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

const OracleNetwork::Group& OracleNetwork::group_of(const Packet& packet) const {
    return groups_[at(packet.transfer.group)];
}

const CollectiveTree::Node& OracleNetwork::node_of(RouterId id, const Packet& packet) const {
    const auto& nodes = group_of(packet).tree.nodes();
    return *std::find_if(nodes.begin(), nodes.end(),
                         [id](const CollectiveTree::Node& node) { return node.router == id; });
}

/// A packet that does not fork or join at the router, a copy or a sum: where it goes.
CollectiveTree::Branch OracleNetwork::way_of(RouterId id, const Packet& head, int input) const {
    const CollectiveTree::Node& node = node_of(id, head);
    if (group_of(head).reduces) {
        return node.trunk;
    }
    return *std::find_if(node.branches.begin(), node.branches.end(),
                         [&](const CollectiveTree::Branch& branch) {
                             return !inner(input) || inner_of(branch.link) == input;
                         });
}

/// False when its round is too far ahead.
bool OracleNetwork::enter(int id) {
    Packet& one = packets_[at(id)];
    Group& group = groups_[at(one.transfer.group)];
    if (!group.reduces) {
        targets_left_[id] = group.members;
        return true;
    }
    one.round = group.joined[one.transfer.source]++;
    group.first.emplace(one.round, id);
    if (one.round < group.base + reduce_rounds) {
        return true;
    }
    parked_[{one.transfer.group, one.transfer.source}].push_back(id);
    return false;
}

/// Rounds that are finished by now let others begin.
void OracleNetwork::settle() {
    while (!finished_.empty() && finished_.front().first <= now_) {
        const auto [number, round] = finished_.front().second;
        finished_.pop_front();
        Group& group = groups_[at(number)];
        group.done.insert(round);
        while (group.done.count(group.base) > 0) {
            ++group.base;
        }
        for (auto& [key, parts] : parked_) {
            while (key.first == number && !parts.empty() &&
                   packet(parts.front()).round < group.base + reduce_rounds) {
                Interface& interface = interfaces_[at(key.second)];
                const auto c = packet(parts.front()).transfer.traffic_class;
                interface.since[c] = interface.queues[c].empty() ? now_ : interface.since[c];
                interface.queues[c].push_back(parts.front());
                parts.pop_front();
            }
        }
    }
}

/// True when the packet in front forks or joins here; if it has just come there, that begins.
bool OracleNetwork::visits(RouterId id, int link, int vc) {
    Channel& channel = wire(link).vcs[at(vc)];
    const Packet& head = packet(channel.buffer.front().packet);
    if (!channel.copies.empty() || channel.branch >= 0 || channel.used) {
        return true;
    }
    if (head.transfer.group < 0 || node_of(id, head).branches.size() == 1) {
        return false;
    }
    const auto& branches = node_of(id, head).branches;
    const int before_grant = config_.speculative ? 0 : std::max(config_.vc_alloc_cycles, 1) - 1;
    for (int b = 0; b < static_cast<int>(branches.size()); ++b) {
        const int its_link = branches[at(b)].link;
        if (!group_of(head).reduces) {
            channel.copies.push_back({its_link, -1, 0, 0});
            claims_[at(id)].push_back(
                {its_link, now_ + config_.routing_cycles + before_grant, link, vc, b, {}});
        } else if (its_link == link) {
            channel.branch = b;
        }
    }
    channel.freed = 0;
    return true;
}

void OracleNetwork::collective_cycle(RouterId id) {
    for (const int link : inputs_[at(id)]) {
        for (int v = 0; v < vcs_; ++v) {
            absorb(id, link, v);
        }
    }
    make_sums(id);
    serve_claims(id);
    feed(id);
}

/// A flit of a part goes into its sum.
void OracleNetwork::absorb(RouterId id, int link, int vc) {
    Channel& channel = wire(link).vcs[at(vc)];
    if (channel.branch < 0 || channel.buffer.empty()) {
        return;
    }
    const Flit flit = channel.buffer.front();
    const Packet& part = packet(flit.packet);
    Sum& sum = sums_[{id, part.transfer.group, part.round}];
    sum.come.resize(node_of(id, part).branches.size());
    ++sum.come[at(channel.branch)];
    if (*std::min_element(sum.come.begin(), sum.come.end()) > sum.counted) {
        ++sum.counted;
        sum.due.push_back(now_ + reduce_cycles);
    }
    pop(link, vc);
    if (flit.number + 1 == part.flits) {
        channel.branch = -1;
    }
}

void OracleNetwork::make_sums(RouterId id) {
    const int before_grant = config_.speculative ? 0 : std::max(config_.vc_alloc_cycles, 1) - 1;
    for (auto& [key, sum] : sums_) {
        if (std::get<0>(key) != id) {
            continue;
        }
        while (!sum.due.empty() && sum.due.front() <= now_) {
            sum.due.pop_front();
            ++sum.made;
        }
        if (sum.made > 0 && !sum.claims) {
            sum.claims = true;
            const Packet& part = packet(groups_[at(std::get<1>(key))].first[std::get<2>(key)]);
            claims_[at(id)].push_back({node_of(id, part).trunk.link,
                                       now_ + config_.routing_cycles + before_grant, -1, -1, -1,
                                       key});
        }
    }
}

/// First come, first served, of each class of VCs.
void OracleNetwork::serve_claims(RouterId id) {
    std::deque<Claim> left;
    for (const Claim& claim : claims_[at(id)]) {
        const int number = claim.from_link >= 0
                               ? wire(claim.from_link).vcs[at(claim.from_vc)].buffer.front().packet
                               : groups_[at(std::get<1>(claim.sum))].first[std::get<2>(claim.sum)];
        const Packet& head = packet(number);
        const int traffic_class = head.transfer.traffic_class;
        const std::vector<int> open =
            topology_.link(claim.link).to < 0
                ? all_vcs(traffic_class)
                : open_vcs(traffic_class, way_of(id, head, inner_of(claim.link)).vc_class);
        Wire& input = wire(inner_of(claim.link));
        const auto free =
            std::find_if(open.begin(), open.end(), [&](int v) { return !input.vcs[at(v)].used; });
        if (free == open.end()) {
            left.push_back(claim);
            continue;
        }
        Channel& channel = input.vcs[at(*free)];
        channel.used = true;
        channel.bids_from = std::max(claim.ready, now_);
        channel.waits_since = channel.bids_from;
        channel.from_link = claim.from_link;
        channel.from_vc = claim.from_vc;
        channel.copy = claim.copy;
        if (claim.from_link >= 0) {
            wire(claim.from_link).vcs[at(claim.from_vc)].copies[at(claim.copy)].inner_vc = *free;
        } else {
            sums_[claim.sum].inner_vc = *free;
        }
    }
    claims_[at(id)] = left;
}

/// What copies and sums have, their VCs get.
void OracleNetwork::feed(RouterId id) {
    for (const int link : inputs_[at(id)]) {
        for (Channel& channel : wire(link).vcs) {
            for (Channel::Copy& copy : channel.copies) {
                const int number = channel.buffer.empty() ? -1 : channel.buffer.front().packet;
                const auto its = [&](const Flit& flit) { return flit.packet == number; };
                const auto come = channel.freed +
                                  std::count_if(channel.buffer.begin(), channel.buffer.end(), its);
                for (; copy.inner_vc >= 0 && copy.given < come; ++copy.given) {
                    give(inner_of(copy.link), copy.inner_vc, number, copy.given);
                }
            }
        }
    }
    for (auto it = sums_.begin(); it != sums_.end();) {
        auto& [key, sum] = *it;
        if (std::get<0>(key) != id) {
            ++it;
            continue;
        }
        const int number = groups_[at(std::get<1>(key))].first[std::get<2>(key)];
        const int link = inner_of(node_of(id, packet(number)).trunk.link);
        for (; sum.inner_vc >= 0 && sum.given < sum.made; ++sum.given) {
            give(link, sum.inner_vc, number, sum.given);
        }
        it = sum.given == packet(number).flits ? sums_.erase(it) : std::next(it);
    }
}

void OracleNetwork::give(int link, int vc, int number, int flit) {
    Channel& channel = wire(link).vcs[at(vc)];
    channel.buffer.push_back({number, flit, now_});
    if (channel.buffer.size() == 1 && channel.out_link >= 0) {
        channel.waits_since = now_;
    }
}

/// A flit leaves the buffer of a fork when its last copy has gone.
void OracleNetwork::inner_sent(const Channel& channel) {
    if (channel.from_link < 0) {
        return;
    }
    Channel& from = wire(channel.from_link).vcs[at(channel.from_vc)];
    ++from.copies[at(channel.copy)].sent;
    const auto behind = [&](const Channel::Copy& copy) { return copy.sent == from.freed; };
    if (std::any_of(from.copies.begin(), from.copies.end(), behind)) {
        return;
    }
    const int length = packet(from.buffer.front().packet).flits;
    pop(channel.from_link, channel.from_vc);
    if (++from.freed == length) {
        from.copies.clear();
    }
}

/// The flit in front leaves a buffer; the credit goes back.
void OracleNetwork::pop(int link, int vc) {
    wire(link).vcs[at(vc)].buffer.pop_front();
    const int back =
        config_.credit_cycles + (topology_.link(link).from < 0 ? 1 : config_.credit_processing);
    wire(link).credits.push_back({now_ + 1 + back, vc});
}

/// The tail of a packet leaves by a port.
void OracleNetwork::eject(int id, int port, std::int64_t when) {
    const Packet& one = packet(id);
    if (one.transfer.group < 0) {
        --in_flight_;
        return;
    }
    arrivals_.emplace_back(when, id, port);
    if (group_of(one).reduces) {
        in_flight_ -= group_of(one).members;
        finished_.push_back({when, {one.transfer.group, one.round}});
    } else if (--targets_left_[id] == 0) {
        --in_flight_;
    }
}

}  // namespace strata::test
