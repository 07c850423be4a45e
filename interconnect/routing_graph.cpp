// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/diagnostics.h"
#include "interconnect/local_routing.h"

namespace strata::interconnect {
namespace {

/// One next link and one distance per pair of routers, worked out destination by destination.
class GraphRouting : public LocalRouting {
   public:
    GraphRouting(const Topology& topology, GroupId group, const std::vector<char>& down)
        : topology_(topology),
          group_(group),
          first_(topology.group(group).routers.front()),
          count_(topology.group(group).routers.size()),
          next_(count_ * count_, -1),
          distance_(count_ * count_, kUnreached) {
        for (const RouterId router : topology.group(group).routers) {
            for (const LinkId id : topology.router(router).outputs) {
                const RouterId to = topology.link(id).to;
                if (to >= 0 && topology.router(to).group == group &&
                    down[static_cast<std::size_t>(id)] == 0) {
                    links_.push_back(id);
                }
            }
        }
        std::sort(links_.begin(), links_.end());
    }

    int distance(RouterId from, RouterId to) const override { return distance_[cell(from, to)]; }

    HopSet hops(RouterId at, RouterId to, int /*plane*/, bool /*restricted*/) const override {
        HopSet allowed;
        allowed.add(next_[cell(at, to)]);
        return allowed;
    }

   protected:
    std::size_t local(RouterId router) const { return static_cast<std::size_t>(router - first_); }
    std::size_t cell(RouterId at, RouterId to) const { return local(to) * count_ + local(at); }
    RouterId router(std::size_t index) const { return first_ + static_cast<RouterId>(index); }

    /// Usable links that end at each router, in the order of their numbers.
    template <class Usable>
    std::vector<std::vector<LinkId>> links_into(const Usable& usable) const {
        std::vector<std::vector<LinkId>> into(count_);
        for (const LinkId id : links_) {
            if (usable(topology_.link(id))) {
                into[local(topology_.link(id).to)].push_back(id);
            }
        }
        return into;
    }

    /// Breadth-first from `to` against the links; of several next links the lowest number wins.
    void fill_shortest(RouterId to, const std::vector<std::vector<LinkId>>& into) {
        std::vector<RouterId> frontier{to};
        distance_[cell(to, to)] = 0;
        for (std::size_t i = 0; i < frontier.size(); ++i) {
            const int farther = distance_[cell(frontier[i], to)] + 1;
            for (const LinkId id : into[local(frontier[i])]) {
                const std::size_t from = cell(topology_.link(id).from, to);
                if (distance_[from] == kUnreached) {
                    distance_[from] = farther;
                    frontier.push_back(topology_.link(id).from);
                    next_[from] = id;
                } else if (distance_[from] == farther && id < next_[from]) {
                    next_[from] = id;
                }
            }
        }
    }

    const Topology& topology_;
    GroupId group_;
    RouterId first_;  // a group's routers have consecutive numbers
    std::size_t count_;
    std::vector<LinkId> links_;  // inside the group and not down
    std::vector<LinkId> next_;   // [to][at]
    std::vector<int> distance_;  // [to][at]
};

class ShortestRouting : public GraphRouting {
   public:
    ShortestRouting(const Topology& topology, GroupId group, const std::vector<char>& down)
        : GraphRouting(topology, group, down) {
        const auto into = links_into([](const Link&) { return true; });
        for (const RouterId to : topology.group(group).routers) {
            fill_shortest(to, into);
        }
    }
};

/// Where the table says nothing, or names a link that is down, the shortest way.
class TableRouting : public ShortestRouting {
   public:
    TableRouting(const Topology& topology, GroupId group, const std::vector<char>& down)
        : ShortestRouting(topology, group, down) {
        for (const Route& route : topology.group(group).routes) {
            if (route.at != route.to && down[static_cast<std::size_t>(route.link)] == 0) {
                next_[cell(route.at, route.to)] = route.link;
            }
        }
        for (const RouterId to : topology.group(group).routers) {
            follow(to);
        }
    }

   private:
    /// Distances along the table's ways; a way that comes back to where it was is an error.
    void follow(RouterId to) {
        for (std::size_t from = 0; from < count_; ++from) {
            int steps = 0;
            RouterId at = router(from);
            while (at != to && next_[cell(at, to)] >= 0) {
                if (++steps > static_cast<int>(count_)) {
                    throw core::UserError("the table leads packets from '" +
                                          topology_.router(router(from)).name + "' to '" +
                                          topology_.router(to).name + "' in a circle");
                }
                at = topology_.link(next_[cell(at, to)]).to;
            }
            distance_[cell(router(from), to)] = at == to ? steps : kUnreached;
        }
    }
};

class UpDownRouting : public GraphRouting {
   public:
    UpDownRouting(const Topology& topology, GroupId group, const std::vector<char>& down)
        : GraphRouting(topology, group, down), rank_(count_), upward_(count_) {
        keep_two_way_links();
        rank_routers();
        for (const LinkId id : links_) {
            if (goes_up(topology_.link(id))) {
                upward_[local(topology_.link(id).from)].push_back(id);
            }
        }
        const auto downward = links_into([this](const Link& link) { return !goes_up(link); });
        for (const RouterId to : topology.group(group).routers) {
            fill_shortest(to, downward);
            climb(to);
        }
    }

   private:
    bool goes_up(const Link& link) const { return rank_[local(link.to)] < rank_[local(link.from)]; }

    /// Without a way back, a router could be below its only way out.
    void keep_two_way_links() {
        std::vector<std::pair<RouterId, RouterId>> joined;
        for (const LinkId id : links_) {
            joined.emplace_back(topology_.link(id).from, topology_.link(id).to);
        }
        std::sort(joined.begin(), joined.end());
        const auto one_way = [&](LinkId id) {
            const std::pair back(topology_.link(id).to, topology_.link(id).from);
            return !std::binary_search(joined.begin(), joined.end(), back);
        };
        links_.erase(std::remove_if(links_.begin(), links_.end(), one_way), links_.end());
    }

    /// By distance from the root, the router with the most links, then by number; what the root
    /// does not reach comes last.
    void rank_routers() {
        std::vector<int> degree(count_, 0);
        for (const LinkId id : links_) {
            ++degree[local(topology_.link(id).from)];
        }
        const auto root = static_cast<std::size_t>(std::max_element(degree.begin(), degree.end()) -
                                                   degree.begin());
        std::vector<std::vector<std::size_t>> neighbours(count_);
        for (const LinkId id : links_) {
            neighbours[local(topology_.link(id).from)].push_back(local(topology_.link(id).to));
        }
        std::vector<std::size_t> level(count_, count_);
        level[root] = 0;
        order_.push_back(root);
        for (std::size_t i = 0; i < order_.size(); ++i) {
            for (const std::size_t next : neighbours[order_[i]]) {
                if (level[next] == count_) {
                    level[next] = level[order_[i]] + 1;
                    order_.push_back(next);
                }
            }
        }
        for (std::size_t i = 0; i < count_; ++i) {
            if (level[i] == count_) {
                order_.push_back(i);
            }
        }
        std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
            return level[a] != level[b] ? level[a] < level[b] : a < b;
        });
        for (std::size_t i = 0; i < count_; ++i) {
            rank_[order_[i]] = static_cast<int>(i);
        }
    }

    /// Routers from which no way leads down to `to` go up; those above are settled before.
    void climb(RouterId to) {
        for (const std::size_t at : order_) {
            const std::size_t here = cell(router(at), to);
            if (distance_[here] != kUnreached) {
                continue;
            }
            for (const LinkId id : upward_[at]) {
                const int length = distance_[cell(topology_.link(id).to, to)] + 1;
                if (length < distance_[here]) {
                    distance_[here] = length;
                    next_[here] = id;
                }
            }
        }
    }

    std::vector<int> rank_;                    // lower: nearer to the root
    std::vector<std::size_t> order_;           // routers by rank
    std::vector<std::vector<LinkId>> upward_;  // links that go up, by router
};

}  // namespace

std::unique_ptr<LocalRouting> make_graph_routing(const std::string& name, const Topology& topology,
                                                 GroupId group, const std::vector<char>& down) {
    if (name == "up_down") {
        return std::make_unique<UpDownRouting>(topology, group, down);
    }
    if (name == "table") {
        return std::make_unique<TableRouting>(topology, group, down);
    }
    return std::make_unique<ShortestRouting>(topology, group, down);
}

}  // namespace strata::interconnect
