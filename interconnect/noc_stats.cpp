// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What the interconnect reports: statistics, utilisation, state for the deadlock report.

#include <algorithm>

#include "interconnect/noc.h"

namespace strata::interconnect {

core::Ps Noc::link_busy_time() const {
    core::Ps sum = 0;
    for (LinkId id = 0; id < static_cast<LinkId>(topology_.links().size()); ++id) {
        const Link& link = topology_.link(id);
        if (link.from >= 0 && link.to >= 0) {
            sum += requests_->link_busy(id) + responses_->link_busy(id);
        }
    }
    return sum;
}

double Noc::busiest_link(bool inner) const {
    core::Ps most = 0;
    for (LinkId id = 0; id < static_cast<LinkId>(topology_.links().size()); ++id) {
        const Link& link = topology_.link(id);
        if (inner && (link.from < 0 || link.to < 0)) {
            continue;
        }
        const core::Ps request = requests_->link_busy(id);
        const core::Ps response = responses_->link_busy(id);
        most = std::max(most, link.shared ? request + response : std::max(request, response));
    }
    const core::Ps now = core::now_ps();
    return now > 0 ? static_cast<double>(most) / static_cast<double>(now) : 0.0;
}

void Noc::register_stats() {
    core::StatGroup& group = stats();
    group.counter("bytes", "B", "data delivered, requests and responses", &bytes_delivered_);
    group.counter("decode_errors", "1", "requests without a target", &decode_errors_);
    group.histogram("request_latency", "ns", "queued at the source to last flit at the target",
                    &request_latency_, 1e-3);
    group.histogram("response_latency", "ns", "queued at the target to last flit delivered",
                    &response_latency_, 1e-3);
    group.value("packet_hops", "1", "routers visited, summed over packets", [this] {
        return static_cast<double>(requests_->packet_hops() + responses_->packet_hops());
    });
    group.value("flit_hops", "1", "flits that left a router, summed over routers", [this] {
        std::int64_t sum = 0;
        for (RouterId id = 0; id < static_cast<RouterId>(topology_.routers().size()); ++id) {
            sum += requests_->router_flits(id) + responses_->router_flits(id);
        }
        return static_cast<double>(sum);
    });
    group.value("link_busy_time", "ns", "busy time summed over links between routers",
                [this] { return static_cast<double>(link_busy_time()) * 1e-3; });
    group.value("busiest_link_utilisation", "1", "busy share of the busiest link",
                [this] { return busiest_link(false); });
    register_group_stats();
    if (!flit_networks_.empty()) {
        register_flit_stats();
    }
    for (PortId id = 0; id < static_cast<PortId>(ports_.size()); ++id) {
        register_port_stats(id);
    }
    for (LinkId id = 0; id < static_cast<LinkId>(topology_.links().size()); ++id) {
        group.child("links").value(topology_.link(id).name, "ns", "busy time", [this, id] {
            return static_cast<double>(requests_->link_busy(id) + responses_->link_busy(id)) * 1e-3;
        });
    }
}

void Noc::register_flit_stats() {
    core::StatGroup& group = stats();
    const auto sum = [this](auto part) {
        double total = 0.0;
        for (const FlitNetwork* network : flit_networks_) {
            total += static_cast<double>(part(*network));
        }
        return total;
    };
    group.value("link_retries", "1", "flits that links spoilt and sent again",
                [sum] { return sum([](const FlitNetwork& n) { return n.retries(); }); });
    group.value("link_wakeups", "1", "times a link that slept was woken",
                [sum] { return sum([](const FlitNetwork& n) { return n.wakeups(); }); });
    group.value("link_gated_time", "ns", "time links were switched off until woken, summed",
                [sum] { return sum([](const FlitNetwork& n) { return n.gated_time(); }) * 1e-3; });
    for (RouterId id = 0; id < static_cast<RouterId>(topology_.routers().size()); ++id) {
        group.child("routers").value(
            topology_.router(id).name, "1", "flits in its buffers, mean",
            [sum, id] { return sum([id](const FlitNetwork& n) { return n.mean_occupancy(id); }); });
    }
}

void Noc::register_port_stats(PortId id) {
    Port& port = ports_[index(id)];
    core::StatGroup& group = stats().child("ports").child(topology_.port(id).name);
    group.counter("messages_out", "1", "messages injected", &port.messages_out);
    group.counter("messages_in", "1", "messages delivered here", &port.messages_in);
    group.counter("bytes_out", "B", "data injected", &port.bytes_out);
    group.counter("bytes_in", "B", "data delivered here", &port.bytes_in);
    group.counter("request_stalls", "1", "requests that found the injection queue full",
                  &port.requests.stalls);
    group.counter("request_stall_time", "ps", "time requests waited for a place in the queue",
                  &port.requests.stall_time);
    group.counter("response_stalls", "1", "responses that found the injection queue full",
                  &port.responses.stalls);
    group.counter("response_stall_time", "ps", "time responses waited for a place in the queue",
                  &port.responses.stall_time);
    group.histogram("round_trip", "ns", "request accepted to response delivered, of the initiator",
                    &port.round_trip, 1e-3);
}

std::string Noc::describe_state() const {
    std::string text = path() + ": " + std::to_string(held_) +
                       " payloads held; requests: " + requests_->describe_state() +
                       "; responses: " + responses_->describe_state();
    for (PortId id = 0; id < static_cast<PortId>(ports_.size()); ++id) {
        text += describe_port(id);
    }
    return text + describe_groups();
}

std::string Noc::describe_port(PortId id) const {
    const Port& port = ports_[index(id)];
    std::string text;
    const auto add = [&text](const std::string& what) {
        text += (text.empty() ? "" : ", ") + what;
    };
    if (!port.requests.waiting.empty()) {
        add(std::to_string(port.requests.waiting.size()) + " requests to inject");
    }
    if (!port.responses.waiting.empty()) {
        add(std::to_string(port.responses.waiting.size()) + " responses to inject");
    }
    if (port.open_request != nullptr) {
        add("target owes END_REQ, " + std::to_string(port.arrived.size()) + " more requests wait");
    }
    if (!port.slot_waiters.empty()) {
        add(std::to_string(port.slot_waiters.size()) + " requests elsewhere wait for a slot here");
    }
    if (port.open_response != nullptr) {
        add("initiator owes END_RESP, " + std::to_string(port.answers.size()) +
            " more responses wait");
    }
    return text.empty() ? text : "\n  " + topology_.port(id).name + ": " + text;
}

}  // namespace strata::interconnect
