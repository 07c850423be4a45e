// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/ideal_network.h"

#include <algorithm>

namespace strata::interconnect {

bool IdealNetwork::later(const Pending& a, const Pending& b) {
    return a.delivery.time != b.delivery.time ? a.delivery.time > b.delivery.time
                                              : a.delivery.id > b.delivery.id;
}

IdealNetwork::IdealNetwork(const Topology& topology, const RoutingTable& routing,
                           const NetworkOptions& options)
    : NetworkBase(topology, routing, options),
      injection_free_(topology.ports().size()),
      last_arrival_(topology.ports().size()) {}

core::Ps IdealNetwork::send(core::Ps now, const Transfer& transfer) {
    check(now, transfer);
    const auto source = static_cast<std::size_t>(transfer.source);
    const Walk done = walk(now, injection_free_[source], transfer);
    const CycleClock& clock = topology_.clock(topology_.link(path_.front()).clock);
    const Cycle begin = std::max(injection_free_[source], clock.at_or_after(now));
    injection_free_[source] = done.injected;
    std::vector<core::Ps>& row = last_arrival_[source];
    row.resize(topology_.ports().size());
    core::Ps& last = row[static_cast<std::size_t>(transfer.target)];
    last = std::max(last, done.delivered);
    const std::uint32_t record =
        observer_ != nullptr ? new_record(now, clock.time(begin), transfer) : 0;
    pending_.push_back({{transfer.id, last, transfer.target}, record});
    std::push_heap(pending_.begin(), pending_.end(), later);
    ++in_flight_;
    account_route(transfer);
    return clock.time(done.injected);
}

/// The rest is filled in at delivery.
std::uint32_t IdealNetwork::new_record(core::Ps now, core::Ps injected, const Transfer& transfer) {
    std::int32_t count = 0;
    core::Bytes offset = 0;
    do {
        const core::Bytes data = packet_bytes(transfer, offset);
        count += static_cast<std::int32_t>(flits(data));
        offset += data;
    } while (offset < transfer.bytes);
    if (free_records_.empty()) {
        free_records_.push_back(static_cast<std::uint32_t>(records_.size()));
        records_.emplace_back();
    }
    const std::uint32_t number = free_records_.back();
    free_records_.pop_back();
    const auto routers = static_cast<std::int32_t>(path_.size()) - 1;
    records_[number] = {transfer, count, routers, now, injected, 0, 0, true};
    return number;
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
    return pending_.empty() ? core::kNever : pending_.front().delivery.time;
}

void IdealNetwork::advance(core::Ps now, Progress& progress) {
    while (!pending_.empty() && pending_.front().delivery.time <= now) {
        std::pop_heap(pending_.begin(), pending_.end(), later);
        const Pending done = pending_.back();
        pending_.pop_back();
        progress.delivered.push_back(done.delivery);
        if (observer_ != nullptr) {
            PacketRecord& record = records_[done.record];
            const Port& target = topology_.port(record.transfer.target);
            const CycleClock& clock = topology_.clock(topology_.link(target.ejection).clock);
            record.tail_arrived = done.delivery.time;
            record.head_arrived = record.tail_arrived - clock.span(record.flits - 1);
            observer_->delivered(record);
            free_records_.push_back(done.record);
        }
        --in_flight_;
    }
    now_ = std::max(now_, now);
}

std::string IdealNetwork::describe_state() const {
    return std::to_string(in_flight_) + " transfers in flight";
}

}  // namespace strata::interconnect
