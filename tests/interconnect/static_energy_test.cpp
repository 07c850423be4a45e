// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What routers and links draw without traffic, and what gating saves, by closed forms.

#include "interconnect/static_energy.h"

#include <gtest/gtest.h>

#include "tests/interconnect/net_support.h"

namespace strata::interconnect {
namespace {

constexpr double kLink = 0.25;    // W per direction
constexpr double kRouter = 0.75;  // W
constexpr core::Ps kEnd = 1'000'000;

NocConfig drawing() {
    NocConfig config;
    config.router_static_w = kRouter;
    config.link_static_w = kLink;
    config.dvfs = true;
    return config;
}

/// Two routers `a` and `b` of one block, a link each way.
Topology pair(bool shared = false) {
    const NocConfig config = drawing();
    Topology topology(config.flit);
    const RouterId a = topology.add_router("a", config.router("noc"));
    const RouterId b = topology.add_router("b", config.router("noc"));
    LinkConfig link = config.link("noc");
    link.shared = shared;
    topology.connect(a, b, link);
    topology.add_port("p", a);
    topology.add_port("q", b);
    return topology;
}

double energy(const core::EnergyLedger& ledger, const std::string& name) {
    double pj = 0.0;
    for (const auto& event : ledger.events()) {
        pj += event.name == name ? event.pj : 0.0;
    }
    return pj;
}

FlitConfig gating() {
    FlitConfig config;
    config.gate_after = 10;
    config.wakeup_cycles = 5;
    return config;
}

TEST(StaticEnergy, IsPowerTimesTime) {
    const Topology topology = pair();
    core::EnergyLedger ledger;
    StaticEnergy both(topology, ledger, 2);
    for (const core::Ps now : {core::Ps{1}, core::Ps{333}, core::Ps{333}, kEnd}) {
        both.settle(now, {});
    }
    EXPECT_DOUBLE_EQ(energy(ledger, "router_on"), 2 * 2 * kRouter * kEnd);
    EXPECT_DOUBLE_EQ(energy(ledger, "link_on"), 2 * 2 * kLink * kEnd);
}

TEST(StaticEnergy, TwoNetworksHaveSharedLinksOnce) {
    const Topology topology = pair(true);
    core::EnergyLedger ledger;
    StaticEnergy(topology, ledger, 2).settle(kEnd, {});
    EXPECT_DOUBLE_EQ(energy(ledger, "link_on"), 2 * kLink * kEnd);
}

TEST(StaticEnergy, NothingIsRegisteredForNothing) {
    const Topology topology = test::mesh(2, 2);
    core::EnergyLedger ledger;
    StaticEnergy(topology, ledger, 2).settle(kEnd, {});
    EXPECT_TRUE(ledger.events().empty());
}

// A header at cycle 100 meets a → b at cycle 104: off since cycle 10, back at 109, busy until 110,
// off again from 120 on. b → a is off from cycle 10 on.
TEST(StaticEnergy, GatedLinksDrawNothing) {
    const Topology topology = pair();
    const RoutingTable routing(topology, "xy");
    core::EnergyLedger ledger;
    StaticEnergy one(topology, ledger, 1);
    FlitNetwork network(topology, routing, {}, gating());
    Progress progress;
    network.advance(100'000, progress);
    one.settle(100'000, {&network});
    EXPECT_DOUBLE_EQ(energy(ledger, "link_on"), kLink * 2 * 10'000);
    network.send(100'000, {0, 0, 1, 0});
    test::drain(network);
    network.advance(kEnd, progress);
    one.settle(kEnd, {&network});
    EXPECT_EQ(network.wakeups(), 1);
    const LinkId there = topology.find_link("a_to_b");
    const LinkId back = topology.find_link("b_to_a");
    EXPECT_EQ(network.gated_time(there, kEnd), 94'000 + 880'000);
    EXPECT_EQ(network.gated_time(back, kEnd), 990'000);
    EXPECT_DOUBLE_EQ(energy(ledger, "link_on"),
                     kLink * static_cast<double>(2 * kEnd - 974'000 - 990'000));
    EXPECT_DOUBLE_EQ(energy(ledger, "router_on"), kRouter * 2 * kEnd);
}

// At half the clock from 500 ns on, 10 idle cycles are 20 ns, but the time off stays exact.
TEST(StaticEnergy, ClockChangesKeepTheTimeOff) {
    Topology topology = pair();
    const RoutingTable routing(topology, "xy");
    FlitNetwork network(topology, routing, {}, gating());
    Progress progress;
    network.advance(500'000, progress);
    for (const ClockChange& change : topology.set_speed("noc", 0.5, 500'000)) {
        network.clock_changed(change);
    }
    const LinkId there = topology.find_link("a_to_b");
    EXPECT_EQ(network.gated_time(there, 600'000), 590'000);
    network.send(600'000, {0, 0, 1, 0});
    test::drain(network);
    network.advance(kEnd, progress);
    // Woken at 600 + 4 · 2 ns, busy until 620 ns, off again from 640 ns on.
    EXPECT_EQ(network.gated_time(there, kEnd), 598'000 + 360'000);
}

TEST(StaticEnergy, OneOfTwoNetworksCountsTheSleepOfASharedLink) {
    const Topology topology = pair(true);
    const RoutingTable routing(topology, "xy");
    const auto shared = std::make_shared<FlitLinks>(topology.links().size());
    FlitNetwork first(topology, routing, {}, gating(), shared, 0);
    FlitNetwork second(topology, routing, {}, gating(), shared, 1);
    core::EnergyLedger ledger;
    StaticEnergy(topology, ledger, 2).settle(kEnd, {&first, &second});
    EXPECT_DOUBLE_EQ(energy(ledger, "link_on"), kLink * 2 * 10'000);
}

}  // namespace
}  // namespace strata::interconnect
