// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Networks whose clock changes while they run.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/interconnect/net_support.h"

namespace strata::interconnect {
namespace {

using test::kCycle;

TEST(CycleClock, ChangesAtItsNextEdge) {
    CycleClock clock(core::Frequency{1'000'000'000});
    clock.change(2'500, core::Frequency{500'000'000});
    EXPECT_EQ(clock.time(2), 2'000);
    EXPECT_EQ(clock.time(3), 3'000);
    EXPECT_EQ(clock.time(5), 7'000);
    EXPECT_EQ(clock.since(), 3'000);
    EXPECT_EQ(clock.at_or_after(2'001), 3);
    EXPECT_EQ(clock.at_or_after(3'001), 4);
    clock.change(5'000, core::Frequency{700'000'000});  // at an edge: from there on
    EXPECT_EQ(clock.time(4), 5'000);
    EXPECT_EQ(clock.time(5), 5'000 + 1'429);
    EXPECT_EQ(clock.time(11), 15'000);
    EXPECT_EQ(clock.span(7), 10'000);
}

TEST(CycleClock, KeepsItsPastThroughAnyChanges) {
    core::RandomStream random(1, "changes");
    CycleClock clock(core::Frequency{1'000'000'000});
    std::vector<core::Ps> edges{0};  // by repeated addition of exact spans
    core::Ps begin = 0;
    Cycle first = 0;
    for (int i = 0; i < 200; ++i) {
        const auto cycles = static_cast<Cycle>(random.below(20));
        for (Cycle n = 1; n <= cycles; ++n) {
            edges.push_back(begin + clock.frequency().cycles(n));
        }
        first += cycles;
        begin = edges.back();
        // Anywhere in the last cycle, twice.
        const core::Ps before = first == 0 ? 0 : edges[edges.size() - 2] + 1;
        const auto width = static_cast<std::uint64_t>(begin - before + 1);
        core::Ps now = before + static_cast<core::Ps>(random.below(width));
        if (cycles == 0) {
            now = begin;
        }
        clock.change(now, core::Frequency{5});
        const auto hz = static_cast<std::int64_t>(300'000'000 + random.below(2'000'000'000));
        clock.change(now, core::Frequency{hz});
    }
    for (std::size_t n = 0; n < edges.size(); ++n) {
        ASSERT_EQ(clock.time(static_cast<Cycle>(n)), edges[n]);
        ASSERT_EQ(clock.at_or_after(edges[n]), static_cast<Cycle>(n));
        if (n > 0) {
            ASSERT_EQ(clock.at_or_after(edges[n - 1] + 1), static_cast<Cycle>(n));
        }
    }
}

void set_speed(Topology& topology, NetworkBase& network, const std::string& domain, double ratio,
               core::Ps now) {
    for (const ClockChange& change : topology.set_speed(domain, ratio, now)) {
        network.clock_changed(change);
    }
}

/// Ports 0–15: a 4×4 mesh `a` of a clock domain of its own; ports 16 and 17: `b` behind it over a
/// link of 2 GHz and 1 ns, fixed.
Topology two_domains() {
    NocConfig config;
    config.dvfs = true;
    Topology topology(config.flit);
    const GroupId a = topology.add_mesh("a", 4, 4, config.link("a"), config.router("a"));
    const GroupId b = topology.add_mesh("b", 2, 1, config.link("b"), config.router("b"));
    topology.connect(topology.mesh_router(a, 3, 0), topology.mesh_router(b, 0, 0),
                     die_to_die_link());
    for (RouterId router = 0; router < 18; ++router) {
        topology.add_port("p" + std::to_string(router), router);
    }
    return topology;
}

class ClockChanges : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, ClockChanges, testing::Values("ideal", "packet", "flit"),
                         [](const auto& test_info) { return std::string(test_info.param); });

/// The ideal level knows the delivery when it sends.
class ClockChangesUnderWay : public ClockChanges {};
INSTANTIATE_TEST_SUITE_P(All, ClockChangesUnderWay, testing::Values("packet", "flit"),
                         [](const auto& test_info) { return std::string(test_info.param); });

// T0 = 4 R + (L − 1) + 2 cycles, before and after.
TEST_P(ClockChanges, ZeroLoadLatencyFollowsExactly) {
    Topology topology = two_domains();
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    const Transfer far{0, 0, 15, 96};  // 7 routers, 4 flits
    const Transfer other{0, 16, 17, 96};
    constexpr core::Ps kFar = 4 * 7 + 3 + 2;
    constexpr core::Ps kOther = 4 * 2 + 3 + 2;
    EXPECT_EQ(test::send_alone(*network, 0, far), kFar * 1000);
    Progress progress;
    network->advance(100'300, progress);
    set_speed(topology, *network, "a", 0.8, 100'300);
    EXPECT_EQ(test::send_alone(*network, 101'000, far), 101'000 + kFar * 1250);
    EXPECT_EQ(test::send_alone(*network, 200'000, far), 201'000 + kFar * 1250);  // next edge
    EXPECT_EQ(test::send_alone(*network, 300'000, other), 300'000 + kOther * 1000);
    EXPECT_EQ(network->zero_load_latency(far), kFar * 1250);
    network->advance(400'000, progress);
    set_speed(topology, *network, "a", 2.0, 400'000);
    set_speed(topology, *network, "b", 0.5, 400'000);
    const core::Ps start = 401'000;  // 101 ns + 240 · 1.25 ns
    EXPECT_EQ(test::send_alone(*network, start, far), start + kFar * 500);
    EXPECT_EQ(test::send_alone(*network, 500'000, other), 500'000 + kOther * 2000);
}

// A packet in the middle of its way: cycles of its domain before the change at the old length, the
// rest at the new one.
TEST_P(ClockChangesUnderWay, PacketsUnderWayGoOnAtTheNewRate) {
    for (const double ratio : {0.5, 2.0}) {
        for (core::Ps change = 0; change <= 40; change += 4) {
            Topology topology = two_domains();
            const RoutingTable routing(topology, "xy");
            const auto network = test::make_network(GetParam(), topology, routing);
            network->send(0, {0, 0, 15, 96});
            Progress progress;
            network->advance(change * kCycle, progress);
            set_speed(topology, *network, "a", ratio, change * kCycle);
            const auto rest = test::drain(*network);
            constexpr core::Ps kCycles = 4 * 7 + 3 + 2;
            const core::Ps time =
                change > kCycles
                    ? kCycles * kCycle
                    : change * kCycle + (kCycles - change) * static_cast<core::Ps>(1000 / ratio);
            EXPECT_EQ(rest.empty() ? progress.delivered.at(0).time : rest.at(0).time, time)
                << ratio << ", " << change;
        }
    }
}

// A packet that is on a link of another clock reaches the slower, or faster, side at the same time
// and enters at its next edge.
TEST_P(ClockChangesUnderWay, WhatIsOnItsWayFromElsewhereKeepsItsTime) {
    Topology topology = two_domains();
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    // Header: injection 1, pipeline 3, link 0.5 + 1 ns → 5.5 ns.
    network->send(0, {0, 16, 3, 0});
    Progress progress;
    network->advance(4'500, progress);
    set_speed(topology, *network, "a", 0.25, 4'500);  // edges at 5, 9, 13 ns
    // Enters at 9 ns; pipeline 3, ejection link 2 cycles.
    EXPECT_EQ(test::drain(*network).at(0).time, 9'000 + 5 * 4'000);
}

/// Random traffic while both domains change their clocks every 100 ns or so.
TEST_P(ClockChanges, TrafficSurvivesManyChanges) {
    Topology topology = two_domains();
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    const test::Traffic traffic = test::uniform_traffic(18, 0.1, 4, 6000, 3);
    core::RandomStream random(7, "changes");
    std::vector<core::Ps> times(traffic.size(), -1);
    Progress progress;
    core::Ps next_change = 50'000;
    core::Ps last = 0;
    const auto take = [&] {
        for (const Delivery& delivery : progress.delivered) {
            EXPECT_EQ(times[delivery.id], -1);
            EXPECT_GE(delivery.time, last);
            last = delivery.time;
            times[delivery.id] = delivery.time;
        }
        progress.clear();
    };
    for (const auto& [time, transfer] : traffic) {
        while (next_change <= time) {
            network->advance(next_change, progress);
            set_speed(topology, *network, random.chance(0.5) ? "a" : "b",
                      0.5 + static_cast<double>(random.below(16)) / 10.0, next_change);
            next_change += 50'000 + static_cast<core::Ps>(random.below(100'000));
        }
        network->advance(time, progress);
        network->send(time, transfer);
        take();
    }
    progress.delivered = test::drain(*network);
    take();
    EXPECT_EQ(network->in_flight(), 0);
    std::map<std::pair<int, int>, core::Ps> order;
    for (std::size_t i = 0; i < traffic.size(); ++i) {
        const auto& [time, transfer] = traffic[i];
        // At twice the clock a router and its port take 3 ns.
        EXPECT_GE(times[i], time + 4 * 500 + 3 * 450 + 2 * 450) << i;
        core::Ps& before = order[{transfer.source, transfer.target}];
        EXPECT_GE(times[i], before);
        before = times[i];
    }
}

// A saturated stream carries flits at the clock's rate, and its link is busy all the time.
TEST_P(ClockChanges, AStreamChangesItsRate) {
    Topology topology = two_domains();
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    constexpr core::Ps kChange = 400'000;
    constexpr core::Bytes kBytes = 224;  // 8 flits
    Progress progress;
    core::Ps free = 0;
    std::uint64_t sent = 0;
    core::Ps link_busy = 0;
    // 50 packets in 400 ns, then 50 more in 800 ns.
    for (; sent < 100; ++sent) {
        if (sent == 50) {
            network->advance(kChange, progress);
            set_speed(topology, *network, "a", 0.5, kChange);
        }
        const core::Ps now = sent < 50 ? free : std::max(free, kChange);
        network->advance(now, progress);
        network->send(now, {sent, 0, 3, kBytes});
        free = now + (sent < 50 ? 8'000 : 16'000);
    }
    const auto rest = test::drain(*network);
    // 4 routers: 4 · 4 + 2 cycles for the head, 7 for the others.
    EXPECT_EQ(rest.back().time, kChange + 49 * 16'000 + (4 * 4 + 7 + 2) * 2'000);
    link_busy = network->link_busy(topology.find_link("a.r0_0_to_a.r1_0"));
    // What was on its way at the change counts where its level reserved the link.
    EXPECT_NEAR(static_cast<double>(link_busy), 1'200'000.0, 16'000.0);
}

TEST(Topology, GivesDomainsClocksOfTheirOwn) {
    Topology topology = two_domains();
    EXPECT_NE(topology.router(0).clock, topology.router(16).clock);
    EXPECT_EQ(topology.clocks().size(), 3U);
    const auto changes = topology.set_speed("a", 0.7, 0);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(topology.clock(topology.router(0).clock).frequency().hz, 700'000'000);
    EXPECT_EQ(topology.clock(topology.router(16).clock).frequency().hz, 1'000'000'000);
    EXPECT_TRUE(topology.set_speed("a", 0.7, 5'000).empty());  // nothing new
    EXPECT_TRUE(topology.set_speed("", 0.5, 5'000).empty());
    EXPECT_THROW(topology.set_speed("a", 0.0, 5'000), core::ModelError);
}

}  // namespace
}  // namespace strata::interconnect
