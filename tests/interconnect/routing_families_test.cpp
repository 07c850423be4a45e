// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

#include "interconnect/deadlock_check.h"
#include "tests/interconnect/routing_support.h"

namespace strata::interconnect {
namespace {

struct Case {
    std::string family;
    std::vector<int> dims;
    std::string routing;
    int vc_classes = 1;
    bool minimal = true;
};

std::ostream& operator<<(std::ostream& stream, const Case& shown) {
    stream << shown.family;
    for (const int size : shown.dims) {
        stream << ' ' << size;
    }
    return stream << ' ' << shown.routing;
}

/// Mean distance along one dimension, over all pairs of positions.
double mean_open(int k) {
    return (k * k - 1.0) / (3.0 * k);
}

double mean_closed(int k) {
    return k % 2 == 0 ? k / 4.0 : (k * k - 1.0) / (4.0 * k);
}

/// Links from endpoint to endpoint, over all pairs.
double mean_hops(const Case& network) {
    if (network.family == "mesh") {
        return mean_open(network.dims[0]) + mean_open(network.dims[1]);
    }
    if (network.family == "torus") {
        return mean_closed(network.dims[0]) + mean_closed(network.dims[1]);
    }
    if (network.family == "ring") {
        return mean_closed(network.dims[0]);
    }
    if (network.family == "fat_tree") {
        // The nearest common ancestor is at level j with probability (k-1) k^(j-1) / k^(n-1).
        const double k = network.dims[0];
        double sum = 0.0;
        for (int j = 1; j < network.dims[1]; ++j) {
            sum += 2.0 * j * (k - 1.0) * std::pow(k, j - 1);
        }
        return sum / std::pow(k, network.dims[1] - 1);
    }
    return 0.0;  // crossbar
}

class RoutingFamilies : public ::testing::TestWithParam<Case> {
   protected:
    Topology topology_ = test::network(GetParam().family, GetParam().dims);
    RoutingTable routing_{topology_, GetParam().routing};
};

TEST_P(RoutingFamilies, ReachesEveryPortByTheFewestHops) {
    double hops = 0.0;
    std::vector<LinkId> links;
    for (PortId to = 0; to < static_cast<PortId>(topology_.ports().size()); ++to) {
        const auto distance = test::distances_to(topology_, topology_.port(to).router);
        for (PortId from = 0; from < static_cast<PortId>(topology_.ports().size()); ++from) {
            routing_.path(topology_, from, to, links);
            const int least = distance[static_cast<std::size_t>(topology_.port(from).router)];
            const auto taken = static_cast<int>(links.size()) - 2;
            ASSERT_GE(taken, least);
            ASSERT_TRUE(taken == least || !GetParam().minimal);
            hops += taken;
        }
    }
    if (GetParam().minimal) {
        const auto ports = static_cast<double>(topology_.ports().size());
        EXPECT_NEAR(hops / (ports * ports), mean_hops(GetParam()), 1e-9);
    }
}

TEST_P(RoutingFamilies, EveryChoiceLeadsCloserAndTheFirstIsThePreferredOne) {
    std::map<RouterId, std::vector<int>> distances;
    bool several = false;
    test::for_each_hop(topology_, routing_, [&](RouterId at, const Hop& in, RouterId to, Hop hop) {
        ASSERT_EQ(topology_.link(hop.link).from, at);
        ASSERT_LT(hop.vc_class, routing_.vc_classes());
        auto& distance = distances[to];
        if (distance.empty()) {
            distance = test::distances_to(topology_, to);
        }
        if (GetParam().minimal) {
            ASSERT_EQ(distance[static_cast<std::size_t>(topology_.link(hop.link).to)],
                      distance[static_cast<std::size_t>(at)] - 1);
        }
        Hop hops[RoutingTable::kMaxChoices];
        const int count = routing_.choices(at, in, to, 0, hops);
        several = several || count > 1;
        ASSERT_EQ(hops[0].link, routing_.next(at, to).link);
    });
    EXPECT_EQ(several, routing_.adaptive());
    EXPECT_EQ(routing_.keeps_order(), !several && routing_.planes() == 1);
}

TEST_P(RoutingFamilies, IsFreeOfDeadlockByAnIndependentReading) {
    EXPECT_EQ(routing_.vc_classes(), GetParam().vc_classes);
    EXPECT_TRUE(find_deadlock(topology_, routing_).empty());
    EXPECT_TRUE(test::acyclic(topology_, routing_));
}

INSTANTIATE_TEST_SUITE_P(
    All, RoutingFamilies,
    ::testing::Values(Case{"mesh", {6, 5}, "xy"}, Case{"mesh", {6, 5}, "yx"},
                      Case{"mesh", {6, 5}, "adaptive_west_first"},
                      Case{"mesh", {6, 5}, "adaptive_odd_even"},
                      Case{"mesh", {5, 6}, "adaptive_odd_even"}, Case{"mesh", {6, 5}, "o1turn", 2},
                      Case{"mesh", {6, 5}, "up_down", 1, false}, Case{"torus", {6, 5}, "xy", 2},
                      Case{"torus", {5, 6}, "yx", 2}, Case{"torus", {4, 4}, "xy", 2},
                      Case{"torus", {5, 5}, "xy", 2}, Case{"torus", {3, 2}, "xy", 2},
                      Case{"ring", {3}, "xy", 2}, Case{"ring", {4}, "xy", 2},
                      Case{"ring", {5}, "xy", 2}, Case{"ring", {8}, "xy", 2},
                      Case{"torus", {2, 3}, "xy", 2}, Case{"torus", {2, 2}, "xy", 1},
                      Case{"torus", {5, 4}, "up_down", 1, false}, Case{"ring", {8}, "xy", 2},
                      Case{"ring", {7}, "xy", 2}, Case{"ring", {7}, "up_down", 1, false},
                      Case{"crossbar", {9}, "xy"}, Case{"fat_tree", {3, 3}, "nca"},
                      Case{"fat_tree", {2, 5}, "nca"}, Case{"fat_tree", {4, 2}, "shortest"},
                      Case{"fat_tree", {3, 3}, "up_down", 1, false}));

enum Direction { kNone, kEast, kWest, kNorth, kSouth };

Direction direction(const Topology& topology, LinkId id) {
    if (id < 0) {
        return kNone;
    }
    const Router& from = topology.router(topology.link(id).from);
    const Router& to = topology.router(topology.link(id).to);
    if (from.y == to.y) {
        return to.x > from.x ? kEast : kWest;
    }
    return to.y > from.y ? kNorth : kSouth;
}

bool vertical(Direction way) {
    return way == kNorth || way == kSouth;
}

TEST(Routing, WestFirstNeverTurnsWest) {
    const Topology topology = test::network("mesh", {6, 6});
    const RoutingTable routing(topology, "adaptive_west_first");
    test::for_each_hop(topology, routing, [&](auto, const Hop& in, auto, const Hop& hop) {
        if (direction(topology, hop.link) == kWest) {
            const Direction before = direction(topology, in.link);
            EXPECT_TRUE(before == kNone || before == kWest);
        }
    });
}

TEST(Routing, OddEvenKeepsToChiusRules) {
    const Topology topology = test::network("mesh", {7, 6});
    const RoutingTable routing(topology, "adaptive_odd_even");
    std::set<std::tuple<Direction, Direction, int>> turns;
    test::for_each_hop(topology, routing, [&](RouterId at, const Hop& in, auto, const Hop& hop) {
        const Direction before = direction(topology, in.link);
        const Direction after = direction(topology, hop.link);
        const bool odd = topology.router(at).x % 2 == 1;
        EXPECT_FALSE(before == kEast && vertical(after) && !odd);
        EXPECT_FALSE(vertical(before) && after == kWest && odd);
        turns.insert({before, after, odd ? 1 : 0});
    });
    // What the rules leave is used.
    EXPECT_TRUE(turns.count({kEast, kNorth, 1}) == 1 && turns.count({kEast, kSouth, 1}) == 1);
    EXPECT_TRUE(turns.count({kNorth, kWest, 0}) == 1 && turns.count({kSouth, kWest, 0}) == 1);
    EXPECT_TRUE(turns.count({kWest, kNorth, 1}) == 1 && turns.count({kWest, kNorth, 0}) == 1);
}

TEST(Routing, AdaptiveRoutesUseEveryMinimalWayThatTheTurnsAllow) {
    const Topology topology = test::network("mesh", {4, 4});
    const RoutingTable routing(topology, "adaptive_west_first");
    Hop hops[RoutingTable::kMaxChoices];
    EXPECT_EQ(routing.choices(0, {}, 15, 0, hops), 2);  // east and north
    EXPECT_EQ(routing.choices(15, {}, 0, 0, hops), 1);  // west first
    EXPECT_EQ(routing.choices(12, {}, 3, 0, hops), 2);  // east and south
    EXPECT_EQ(routing.choices(0, {}, 12, 0, hops), 1);  // north
}

TEST(Routing, ATorusPacketStaysInOneClassAllAlongARing) {
    const Topology topology = test::network("torus", {5, 6});
    for (const char* name : {"xy", "yx"}) {
        const RoutingTable routing(topology, name);
        for (RouterId from = 0; from < 30; ++from) {
            for (RouterId to = 0; to < 30; ++to) {
                bool wraps[2] = {false, false};  // by dimension
                std::vector<int> classes[2];
                Hop hop;
                for (RouterId at = from; at != to; at = topology.link(hop.link).to) {
                    hop = routing.next(at, hop, to, 0);
                    const Router& a = topology.router(at);
                    const Router& b = topology.router(topology.link(hop.link).to);
                    const std::size_t dimension = a.y == b.y ? 0 : 1;
                    const int step = dimension == 0 ? b.x - a.x : b.y - a.y;
                    wraps[dimension] = wraps[dimension] || std::abs(step) > 1;
                    classes[dimension].push_back(hop.vc_class);
                }
                for (const std::size_t d : {0U, 1U}) {
                    const std::vector<int> kept(classes[d].size(), wraps[d] ? 0 : 1);
                    EXPECT_EQ(classes[d], kept) << name << " " << from << " to " << to;
                }
            }
        }
    }
}

TEST(Routing, TorusHalvesItsTieTraffic) {
    const Topology topology = test::network("ring", {8});
    const RoutingTable routing(topology, "xy");
    int eastward = 0;
    for (RouterId at = 0; at < 8; ++at) {
        const Link& link = topology.link(routing.next(at, (at + 4) % 8).link);
        eastward += link.to == (at + 1) % 8 ? 1 : 0;
    }
    EXPECT_EQ(eastward, 4);
}

TEST(Routing, O1TurnGoesEitherWayRound) {
    const Topology topology = test::network("mesh", {3, 3});
    const RoutingTable routing(topology, "o1turn");
    ASSERT_EQ(routing.planes(), 2);
    EXPECT_EQ(topology.link(routing.next(0, 8, 0).link).to, 1);
    EXPECT_EQ(topology.link(routing.next(0, 8, 1).link).to, 3);
    EXPECT_EQ(routing.next(0, 8, 0).vc_class, 0);
    EXPECT_EQ(routing.next(0, 8, 1).vc_class, 1);
}

}  // namespace
}  // namespace strata::interconnect
