// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/routing.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/diagnostics.h"
#include "interconnect/deadlock_check.h"
#include "interconnect/local_routing.h"

namespace strata::interconnect {

/// Fills the table of one topology, destination group by destination group.
class RouteBuilder {
   public:
    RouteBuilder(const Topology& topology, const std::string& algorithm,
                 const std::vector<LinkId>& down, RoutingTable& table)
        : topology_(topology),
          algorithm_(algorithm),
          table_(table),
          down_(topology.links().size()),
          gateways_(topology.groups().size()),
          distances_(topology.groups().size()) {
        for (const LinkId link : down) {
            down_[static_cast<std::size_t>(link)] = 1;
        }
        for (std::size_t group = 0; group < topology.groups().size(); ++group) {
            local_.push_back(
                make_local_routing(algorithm, topology, static_cast<GroupId>(group), down_));
        }
        for (const Port& port : topology.ports()) {
            ends_.push_back(port.router);
        }
        std::sort(ends_.begin(), ends_.end());
        ends_.erase(std::unique(ends_.begin(), ends_.end()), ends_.end());
        find_gateways();
        for (std::size_t group = 0; group < topology.groups().size(); ++group) {
            distances_[group] = group_distances(static_cast<GroupId>(group));
        }
        size_table();
    }

    void fill() {
        for (const RouterId to : ends_) {
            fill(to);
        }
    }

    /// Gives VC classes to the ways through several groups; the last `changes` inter-group links
    /// each begin a new one. False: no way has as many, or there are too many classes.
    bool divide(int changes) {
        if (local_classes_ * (changes + 1) > RoutingTable::kMaxClasses) {
            return false;
        }
        int most = 0;
        for (const RouterId to : ends_) {
            for (std::size_t i = 0; i < table_.routers_; ++i) {
                const auto at = static_cast<RouterId>(i);
                for (int plane = 0; at != to && plane < table_.planes_; ++plane) {
                    most = std::max(most, divide(at, to, plane, changes));
                }
            }
        }
        table_.vc_classes_ = local_classes_ * (std::min(changes, most) + 1);
        return most >= changes;
    }

   private:
    static constexpr int kUnreached = LocalRouting::kUnreached;

    static std::size_t index(std::int32_t id) { return static_cast<std::size_t>(id); }
    std::size_t group_of(RouterId router) const { return index(topology_.router(router).group); }

    void find_gateways() {
        for (std::size_t i = 0; i < topology_.links().size(); ++i) {
            const Link& link = topology_.links()[i];
            if (link.from >= 0 && link.to >= 0 && down_[i] == 0 &&
                group_of(link.from) != group_of(link.to)) {
                gateways_[group_of(link.from)].push_back(static_cast<LinkId>(i));
            }
        }
    }

    /// Inter-group links from every group to group `to`.
    std::vector<int> group_distances(GroupId to) const {
        std::vector<int> distance(gateways_.size(), kUnreached);
        distance[index(to)] = 0;
        bool changed = true;
        while (changed) {
            changed = false;
            for (std::size_t group = 0; group < gateways_.size(); ++group) {
                for (const LinkId id : gateways_[group]) {
                    const int farther = distance[group_of(topology_.link(id).to)] + 1;
                    changed = changed || farther < distance[group];
                    distance[group] = std::min(distance[group], farther);
                }
            }
        }
        return distance;
    }

    void size_table() {
        table_.routers_ = topology_.routers().size();
        bool adaptive = false;
        for (const auto& local : local_) {
            table_.planes_ = std::max(table_.planes_, local->planes());
            local_classes_ = std::max(local_classes_, local->vc_classes());
            adaptive = adaptive || local->adaptive();
        }
        table_.vc_classes_ = local_classes_;
        table_.local_classes_ = local_classes_;
        const std::size_t pairs = table_.routers_ * table_.routers_;
        table_.table_.resize(pairs * index(table_.planes_));
        find_rings();
        if (!adaptive) {
            return;
        }
        table_.masks_.resize(pairs);
        table_.candidates_.assign(table_.routers_ * RoutingTable::kMaxChoices, -1);
        for (std::size_t i = 0; i < topology_.links().size(); ++i) {
            const RouterId to = topology_.links()[i].to;
            const bool restricts =
                to >= 0 && local_[group_of(to)]->restricts(static_cast<LinkId>(i));
            table_.restricts_.push_back(restricts ? 1 : 0);
        }
    }

    void find_rings() {
        std::vector<std::uint8_t> rings(topology_.links().size());
        for (std::size_t i = 0; i < rings.size(); ++i) {
            const Link& link = topology_.links()[i];
            if (link.from >= 0 && link.to >= 0 && group_of(link.from) == group_of(link.to)) {
                const int ring = local_[group_of(link.to)]->ring(static_cast<LinkId>(i));
                rings[i] = static_cast<std::uint8_t>(ring);
            }
        }
        if (std::any_of(rings.begin(), rings.end(), [](std::uint8_t ring) { return ring != 0; })) {
            table_.rings_ = std::move(rings);
        }
    }

    void fill(RouterId to) {
        for (std::size_t i = 0; i < table_.routers_; ++i) {
            const auto at = static_cast<RouterId>(i);
            if (at == to) {
                continue;
            }
            RouterId goal = to;
            if (group_of(at) != group_of(to)) {
                const LinkId gateway = best_gateway(at, to);
                goal = topology_.link(gateway).from;
                if (goal == at) {
                    for (int plane = 0; plane < table_.planes_; ++plane) {
                        set(at, to, plane, {gateway, 0});
                    }
                    continue;
                }
            } else if (local_[group_of(at)]->distance(at, to) >= kUnreached) {
                no_route(at, to);
            }
            fill(at, to, goal);
        }
    }

    /// The way from `at` to `to`, through `goal` in the group of `at`.
    void fill(RouterId at, RouterId to, RouterId goal) {
        const LocalRouting& local = *local_[group_of(at)];
        if (!local.adaptive()) {
            for (int plane = 0; plane < table_.planes_; ++plane) {
                set(at, to, plane, local.hops(at, goal, plane % local.planes(), false).hops[0]);
            }
            return;
        }
        const HopSet free = local.hops(at, goal, 0, false);
        const HopSet strict = local.hops(at, goal, 0, true);
        // The preferred hop is one that every packet may take, whatever link it came by.
        set(at, to, 0, strict.count > 0 ? strict.hops[0] : free.hops[0]);
        table_.masks_[table_.cell(at, to)] = static_cast<std::uint8_t>(
            mask(at, free) | mask(at, strict) << RoutingTable::kMaxChoices);
    }

    void set(RouterId at, RouterId to, int plane, const Hop& hop) {
        if (down_[index(hop.link)] != 0) {
            throw core::UserError("link '" + topology_.link(hop.link).name + "' is down and '" +
                                  algorithm_ + "' cannot go round it; shortest and up_down can");
        }
        table_.table_[table_.cell(at, to, plane)] =
            static_cast<std::uint32_t>(hop.link) << RoutingTable::kClassBits | hop.vc_class;
    }

    unsigned mask(RouterId at, const HopSet& hops) {
        unsigned bits = 0;
        LinkId* first = &table_.candidates_[index(at) * RoutingTable::kMaxChoices];
        for (int i = 0; i < hops.count; ++i) {
            int place = 0;
            while (first[place] != hops.hops[i].link && first[place] >= 0) {
                ++place;
            }
            first[place] = hops.hops[i].link;
            bits |= 1U << place;
        }
        return bits;
    }

    LinkId best_gateway(RouterId at, RouterId to) const {
        const std::size_t group = group_of(at);
        const std::vector<int>& distance = distances_[group_of(to)];
        LinkId best = -1;
        int best_cost = kUnreached;
        for (const LinkId id : gateways_[group]) {
            const Link& link = topology_.link(id);
            const std::size_t landing = group_of(link.to);
            if (distance[landing] + 1 != distance[group]) {
                continue;
            }
            int cost = local_[group]->distance(at, link.from);
            if (landing == group_of(to)) {
                cost += local_[landing]->distance(link.to, to);
            }
            if (cost < best_cost) {
                best = id;
                best_cost = cost;
            }
        }
        if (best < 0) {
            no_route(at, to);
        }
        return best;
    }

    [[noreturn]] void no_route(RouterId at, RouterId to) const {
        throw core::UserError("no route from '" + topology_.router(at).name + "' to '" +
                              topology_.router(to).name + "'");
    }

    int divide(RouterId at, RouterId to, int plane, int changes) {
        std::uint32_t& entry = table_.table_[table_.cell(at, to, plane)];
        const auto link = static_cast<LinkId>(entry >> RoutingTable::kClassBits);
        const int ahead = distances_[group_of(to)][group_of(topology_.link(link).to)];
        const int inside = static_cast<int>(entry & RoutingTable::kClassMask) % local_classes_;
        const int vc_class = std::min(ahead, changes) * local_classes_ + inside;
        entry = (entry & ~RoutingTable::kClassMask) | static_cast<std::uint32_t>(vc_class);
        return ahead;
    }

    const Topology& topology_;
    const std::string& algorithm_;
    RoutingTable& table_;
    std::vector<char> down_;
    std::vector<std::vector<LinkId>> gateways_;  // links that leave the group, by group
    std::vector<std::vector<int>> distances_;    // inter-group links [to group][from group]
    std::vector<std::unique_ptr<LocalRouting>> local_;
    std::vector<RouterId> ends_;  // routers with a port
    int local_classes_ = 1;
};

RoutingTable::RoutingTable(const Topology& topology, const std::string& algorithm,
                           const std::vector<LinkId>& down)
    : routers_(topology.routers().size()) {
    RouteBuilder builder(topology, algorithm, down, *this);
    builder.fill();
    std::vector<Channel> circle = find_deadlock(topology, *this);
    const std::vector<Channel> first = circle;
    for (int changes = 1; !circle.empty(); ++changes) {
        if (!builder.divide(changes)) {
            throw core::UserError("packets may deadlock: " + describe(topology, first) +
                                  "; up_down never does");
        }
        circle = find_deadlock(topology, *this);
    }
}

int RoutingTable::add_choices(RouterId at, LinkId in, RouterId to, Hop (&out)[kMaxChoices]) const {
    const unsigned both = masks_[cell(at, to)];
    const bool restricted = in >= 0 && restricts_[static_cast<std::size_t>(in)] != 0;
    const unsigned bits = restricted ? both >> kMaxChoices : both;
    int count = 1;
    for (int i = 0; i < kMaxChoices; ++i) {
        const LinkId link = candidates_[static_cast<std::size_t>(at * kMaxChoices + i)];
        if ((bits >> i & 1U) != 0 && link != out[0].link) {
            out[count++] = {link, out[0].vc_class};
        }
    }
    return count;
}

void RoutingTable::path(const Topology& topology, PortId source, PortId target,
                        std::vector<LinkId>& links) const {
    const Port& from = topology.port(source);
    const Port& to = topology.port(target);
    links.assign(1, from.injection);
    for (RouterId at = from.router; at != to.router; at = topology.link(links.back()).to) {
        links.push_back(next(at, to.router).link);
    }
    links.push_back(to.ejection);
}

}  // namespace strata::interconnect
