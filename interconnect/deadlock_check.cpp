// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/deadlock_check.h"

#include <algorithm>

namespace strata::interconnect {

DependencyGraph::DependencyGraph(const Topology& topology, const RoutingTable& routing)
    : topology_(topology),
      routing_(routing),
      classes_(static_cast<std::size_t>(routing.vc_classes())),
      next_(topology.links().size() * classes_),
      seen_(next_.size(), 0),
      first_(next_.size(), 0),
      last_(next_.size(), 0) {
    std::vector<char> has_port(topology.routers().size(), 0);
    for (const Port& port : topology.ports()) {
        has_port[static_cast<std::size_t>(port.router)] = 1;
    }
    for (std::size_t i = 0; i < has_port.size(); ++i) {
        if (has_port[i] != 0) {
            ends_.push_back(static_cast<RouterId>(i));
        }
    }
    for (const RouterId to : ends_) {
        for (int plane = 0; plane < routing.planes(); ++plane) {
            follow(to, plane);
        }
    }
}

void DependencyGraph::add_responses() {
    for (std::size_t from = 0; from < next_.size(); ++from) {
        if (last_[from] == 0) {
            continue;
        }
        for (const LinkId id : topology_.router(topology_.link(channel(from).link).to).outputs) {
            for (std::size_t c = 0; c < classes_; ++c) {
                const std::size_t to = static_cast<std::size_t>(id) * classes_ + c;
                if (first_[to] != 0) {
                    add(from, to);
                }
            }
        }
    }
}

std::vector<Channel> DependencyGraph::find_circle() const {
    enum State : char { kNew, kOpen, kDone };
    std::vector<char> state(next_.size(), kNew);
    std::vector<Step> way;
    for (std::size_t root = 0; root < next_.size(); ++root) {
        if (state[root] != kNew) {
            continue;
        }
        state[root] = kOpen;
        way.assign(1, {root, 0});
        while (!way.empty()) {
            Step& step = way.back();
            if (step.edge == next_[step.node].size()) {
                state[step.node] = kDone;
                way.pop_back();
                continue;
            }
            const std::size_t to = next_[step.node][step.edge++];
            if (state[to] == kOpen) {
                return circle(way, to);
            }
            if (state[to] == kNew) {
                state[to] = kOpen;
                way.push_back({to, 0});
            }
        }
    }
    return {};
}

bool DependencyGraph::add(std::size_t from, std::size_t to) {
    std::vector<std::uint32_t>& out = next_[from];
    const auto target = static_cast<std::uint32_t>(to);
    if (std::find(out.begin(), out.end(), target) != out.end()) {
        return false;
    }
    out.push_back(target);
    return true;
}

/// All ways to one destination, each channel once.
void DependencyGraph::follow(RouterId to, int plane) {
    ++visit_;
    frontier_.clear();
    Hop hops[RoutingTable::kMaxChoices];
    for (const RouterId from : ends_) {
        const int count = from == to ? 0 : routing_.choices(from, {}, to, plane, hops);
        for (int i = 0; i < count; ++i) {
            first_[node(hops[i])] = 1;
            reach(node(hops[i]));
        }
    }
    for (std::size_t i = 0; i < frontier_.size(); ++i) {
        const std::size_t here = frontier_[i];
        const Channel from = channel(here);
        const Hop in{from.link, static_cast<std::uint8_t>(from.vc_class)};
        const RouterId at = topology_.link(in.link).to;
        if (at == to) {
            last_[here] = 1;
            continue;
        }
        const int count = routing_.choices(at, in, to, plane, hops);
        for (int j = 0; j < count; ++j) {
            add(here, node(hops[j]));
            reach(node(hops[j]));
        }
    }
}

void DependencyGraph::reach(std::size_t node) {
    if (seen_[node] != visit_) {
        seen_[node] = visit_;
        frontier_.push_back(node);
    }
}

std::vector<Channel> DependencyGraph::circle(const std::vector<Step>& way,
                                             std::size_t first) const {
    std::vector<Channel> channels;
    auto step = std::find_if(way.begin(), way.end(),
                             [&](const Step& candidate) { return candidate.node == first; });
    for (; step != way.end(); ++step) {
        channels.push_back(channel(step->node));
    }
    return channels;
}

std::vector<Channel> find_deadlock(const Topology& topology, const RoutingTable& routing,
                                   bool responses_share_vcs) {
    DependencyGraph graph(topology, routing);
    if (responses_share_vcs) {
        graph.add_responses();
    }
    return graph.find_circle();
}

std::string describe(const Topology& topology, const std::vector<Channel>& circle) {
    // A long circle is not read to its end.
    constexpr std::size_t kMostNames = 12;
    const auto name = [&](const Channel& channel) {
        const std::string vc =
            channel.vc_class > 0 ? " (class " + std::to_string(channel.vc_class) + ")" : "";
        return topology.link(channel.link).name + vc;
    };
    std::string text;
    for (std::size_t i = 0; i < circle.size(); ++i) {
        if (i == kMostNames) {
            return text + "… (" + std::to_string(circle.size()) +
                   " links in all), which waits for " + name(circle.front());
        }
        text += name(circle[i]) + " waits for ";
    }
    return text + (circle.empty() ? "" : name(circle.front()));
}

}  // namespace strata::interconnect
