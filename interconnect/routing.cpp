// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/routing.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

constexpr int kUnreached = std::numeric_limits<int>::max();

struct Step {
    int dx = 0;
    int dy = 0;
};

/// The neighbour to visit next on the way to another router of the same mesh.
using MeshAlgorithm = Step (*)(const Router& at, const Router& to);

int sign(int value) {
    return (value > 0) - (value < 0);
}

Step xy(const Router& at, const Router& to) {
    return at.x != to.x ? Step{sign(to.x - at.x), 0} : Step{0, sign(to.y - at.y)};
}

Step yx(const Router& at, const Router& to) {
    return at.y != to.y ? Step{0, sign(to.y - at.y)} : Step{sign(to.x - at.x), 0};
}

struct Algorithm {
    const char* name;
    MeshAlgorithm step;
};
constexpr Algorithm kAlgorithms[] = {{"xy", &xy}, {"yx", &yx}};

MeshAlgorithm find_algorithm(const std::string& name) {
    for (const Algorithm& known : kAlgorithms) {
        if (name == known.name) {
            return known.step;
        }
    }
    const std::string hint = core::closest(name, routing_names());
    throw core::UserError("network: unknown routing '" + name + "'" +
                          (hint.empty() ? "" : ", did you mean '" + hint + "'?"));
}

int mesh_distance(const Router& a, const Router& b) {
    return std::abs(a.x - b.x) + std::abs(a.y - b.y);
}

/// Builds the table of one topology, destination group by destination group.
class Builder {
   public:
    Builder(const Topology& topology, MeshAlgorithm step)
        : topology_(topology), step_(step), gateways_(topology.groups().size()) {
        for (std::size_t i = 0; i < topology.links().size(); ++i) {
            const Link& link = topology.links()[i];
            if (link.from >= 0 && link.to >= 0 &&
                topology.router(link.from).group != topology.router(link.to).group) {
                gateways_[group_of(link.from)].push_back(static_cast<LinkId>(i));
            }
        }
    }

    /// Inter-group links from every group to group `to`.
    std::vector<int> group_distances(GroupId to) const {
        std::vector<int> distance(gateways_.size(), kUnreached);
        std::vector<std::size_t> frontier{static_cast<std::size_t>(to)};
        distance[frontier.front()] = 0;
        // Links come in pairs, so the way out of a group is the way into it.
        for (std::size_t i = 0; i < frontier.size(); ++i) {
            for (const LinkId id : gateways_[frontier[i]]) {
                const std::size_t next = group_of(topology_.link(id).to);
                if (distance[next] == kUnreached) {
                    distance[next] = distance[frontier[i]] + 1;
                    frontier.push_back(next);
                }
            }
        }
        return distance;
    }

    LinkId next(RouterId at, RouterId to, const std::vector<int>& distance) const {
        const Router& here = topology_.router(at);
        const Router& there = topology_.router(to);
        if (here.group == there.group) {
            return mesh_link(here, there);
        }
        const Link& gateway = topology_.link(best_gateway(here, there, distance));
        if (gateway.from == at) {
            return static_cast<LinkId>(&gateway - topology_.links().data());
        }
        return mesh_link(here, topology_.router(gateway.from));
    }

   private:
    std::size_t group_of(RouterId router) const {
        return static_cast<std::size_t>(topology_.router(router).group);
    }

    LinkId best_gateway(const Router& here, const Router& there,
                        const std::vector<int>& distance) const {
        const auto group = static_cast<std::size_t>(here.group);
        if (distance[group] == kUnreached) {
            throw core::UserError("network: no route from '" + here.name + "' to '" + there.name +
                                  "'");
        }
        LinkId best = -1;
        int best_cost = kUnreached;
        for (const LinkId id : gateways_[group]) {
            const Link& link = topology_.link(id);
            const Router& landing = topology_.router(link.to);
            if (distance[static_cast<std::size_t>(landing.group)] != distance[group] - 1) {
                continue;
            }
            int cost = mesh_distance(here, topology_.router(link.from));
            if (landing.group == there.group) {
                cost += mesh_distance(landing, there);
            }
            if (cost < best_cost) {
                best = id;
                best_cost = cost;
            }
        }
        return best;
    }

    LinkId mesh_link(const Router& at, const Router& to) const {
        const Step step = step_(at, to);
        const RouterId neighbour = topology_.mesh_router(at.group, at.x + step.dx, at.y + step.dy);
        const auto found = std::find_if(at.outputs.begin(), at.outputs.end(), [&](LinkId id) {
            return topology_.link(id).to == neighbour;
        });
        return *found;
    }

    const Topology& topology_;
    MeshAlgorithm step_;
    std::vector<std::vector<LinkId>> gateways_;  // links that leave the group, by group
};

}  // namespace

std::vector<std::string> routing_names() {
    std::vector<std::string> names;
    for (const Algorithm& known : kAlgorithms) {
        names.emplace_back(known.name);
    }
    return names;
}

RoutingTable::RoutingTable(const Topology& topology, const std::string& algorithm)
    : routers_(topology.routers().size()), table_(routers_ * routers_) {
    const Builder builder(topology, find_algorithm(algorithm));
    for (std::size_t group = 0; group < topology.groups().size(); ++group) {
        const std::vector<int> distance = builder.group_distances(static_cast<GroupId>(group));
        for (const RouterId to : topology.groups()[group].routers) {
            for (std::size_t at = 0; at < routers_; ++at) {
                if (static_cast<RouterId>(at) != to) {
                    table_[at * routers_ + static_cast<std::size_t>(to)] =
                        static_cast<std::uint16_t>(
                            builder.next(static_cast<RouterId>(at), to, distance));
                }
            }
        }
    }
}

void RoutingTable::path(const Topology& topology, PortId source, PortId target,
                        std::vector<LinkId>& links) const {
    const Port& from = topology.port(source);
    const Port& to = topology.port(target);
    links.assign(1, from.injection);
    for (RouterId at = from.router; at != to.router; at = topology.link(links.back()).to) {
        links.push_back(next(at, to.router));
    }
    links.push_back(to.ejection);
}

}  // namespace strata::interconnect
