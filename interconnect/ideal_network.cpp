// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/ideal_network.h"

#include <algorithm>

namespace strata::interconnect {
namespace {

bool later(const Delivery& a, const Delivery& b) {
    return a.time != b.time ? a.time > b.time : a.id > b.id;
}

}  // namespace

IdealNetwork::IdealNetwork(const Topology& topology, const RoutingTable& routing,
                           const NetworkOptions& options)
    : NetworkBase(topology, routing, options),
      injection_free_(topology.ports().size()),
      last_arrival_(topology.ports().size()) {}

core::Ps IdealNetwork::send(core::Ps now, const Transfer& transfer) {
    check(now, transfer);
    const auto source = static_cast<std::size_t>(transfer.source);
    const Walk done = walk(now, injection_free_[source], transfer);
    injection_free_[source] = done.injected;
    std::vector<core::Ps>& row = last_arrival_[source];
    row.resize(topology_.ports().size());
    core::Ps& last = row[static_cast<std::size_t>(transfer.target)];
    last = std::max(last, done.delivered);
    pending_.push_back({transfer.id, last});
    std::push_heap(pending_.begin(), pending_.end(), later);
    ++in_flight_;
    account_route(transfer);
    return topology_.clock(topology_.link(path_.front()).clock).time(done.injected);
}

void IdealNetwork::account_route(const Transfer& transfer) {
    core::Bytes offset = 0;
    do {
        const core::Bytes data = packet_bytes(transfer, offset);
        const Cycle packet_flits = flits(data);
        for (std::size_t i = 1; i < path_.size(); ++i) {
            const Link& link = topology_.link(path_[i]);
            account(link, path_[i], length(link, data, packet_flits), packet_flits);
        }
        offset += data;
    } while (offset < transfer.bytes);
}

core::Ps IdealNetwork::next_event() const {
    return pending_.empty() ? core::kNever : pending_.front().time;
}

void IdealNetwork::advance(core::Ps now, std::vector<Delivery>& delivered) {
    while (!pending_.empty() && pending_.front().time <= now) {
        std::pop_heap(pending_.begin(), pending_.end(), later);
        delivered.push_back(pending_.back());
        pending_.pop_back();
        --in_flight_;
    }
    now_ = std::max(now_, now);
}

std::string IdealNetwork::describe_state() const {
    return std::to_string(in_flight_) + " transfers in flight";
}

}  // namespace strata::interconnect
