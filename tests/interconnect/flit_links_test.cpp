// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Links of other widths, clocks and latencies than the routers', and links that two networks share.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "interconnect/flit_network.h"
#include "tests/interconnect/net_support.h"

namespace strata::interconnect {
namespace {

using test::kCycle;

TEST(FlitLink, KeepsItsRateAndPacksWideCycles) {
    FlitLink link;
    // Four flits per cycle behind a header of its own.
    EXPECT_EQ(link.start(5, true), 5);
    link.take(5, 1, true, 4);
    for (int i = 0; i < 9; ++i) {
        const Cycle start = link.start(5, false);
        EXPECT_EQ(start, 6 + i / 4);
        link.take(start, 1, false, 4);
    }
    EXPECT_EQ(link.start(5, true), 9);  // not into the cycle that has begun
    EXPECT_EQ(link.start(20, false), 20);
}

TEST(FlitLink, TwoNetworksTakeTurns) {
    FlitLink link;
    link.took(0);
    EXPECT_TRUE(link.turn(0, 100));
    link.claim(1, 101);
    EXPECT_FALSE(link.turn(0, 100));
    EXPECT_TRUE(link.turn(1, 100));
    EXPECT_TRUE(link.turn(0, 102));  // the claim has lapsed
}

struct Link2 {
    const char* name;
    core::Bytes width;
    std::int64_t mhz;
    core::Ps latency;
};

void PrintTo(const Link2& link, std::ostream* out) {
    *out << link.name;
}

class FlitForeignLink : public testing::TestWithParam<Link2> {
   protected:
    /// Two routers of 1 GHz, a port each, joined by the link.
    static Topology pair(const Link2& parameters) {
        const NocConfig noc;
        Topology topology(noc.flit);
        const RouterId a = topology.add_router("a", noc.router("noc"));
        const RouterId b = topology.add_router("b", noc.router("noc"));
        LinkConfig link = die_to_die_link();
        link.width = parameters.width;
        link.clock.hz = parameters.mhz * 1'000'000;
        link.latency = parameters.latency;
        topology.connect(a, b, link);
        topology.add_port("p", a);
        topology.add_port("q", b);
        return topology;
    }
};
INSTANTIATE_TEST_SUITE_P(All, FlitForeignLink,
                         testing::Values(Link2{"wide_fast", 128, 2000, 1'000},
                                         Link2{"wide_slow", 128, 250, 0},
                                         Link2{"narrow", 16, 1000, 0},
                                         Link2{"narrow_odd_clock", 8, 1300, 700},
                                         Link2{"slower", 32, 700, 0}, Link2{"faster", 32, 1300, 0},
                                         Link2{"far", 32, 1000, 100'000}),
                         [](const auto& test_info) { return std::string(test_info.param.name); });

/// Bytes per ns of a long stream of 4 KiB packets, headers not counted.
TEST_P(FlitForeignLink, AStreamReachesTheRateOfTheSlowerSide) {
    const Topology topology = pair(GetParam());
    const RoutingTable routing(topology, "xy");
    FlitNetwork network(topology, routing, {}, {});
    constexpr std::uint64_t kPackets = 120;
    for (std::uint64_t i = 0; i < kPackets; ++i) {
        network.send(0, {i, 0, 1, 4096});
    }
    const auto delivered = test::drain(network);
    ASSERT_EQ(delivered.size(), kPackets);
    const auto span = static_cast<double>(delivered.back().time - delivered[19].time) / 1000.0;
    const double rate = (kPackets - 20) * 4096.0 / span;
    const Link2 link = GetParam();
    const double words = link.width > 32 ? 1.0 + 4096.0 / static_cast<double>(link.width)
                                         : 129.0 * 32.0 / static_cast<double>(link.width);
    const double of_link = 4096.0 / words * static_cast<double>(link.mhz) / 1000.0;
    const double of_router = 4096.0 / 129.0;
    EXPECT_NEAR(rate, std::min(of_link, of_router), 0.02 * std::min(of_link, of_router));
    EXPECT_LE(network.link_busy(0), delivered.back().time);
}

TEST_P(FlitForeignLink, AHeaderAloneTakesThePacketLevelsTime) {
    const Topology topology = pair(GetParam());
    const RoutingTable routing(topology, "xy");
    for (core::Ps start = 0; start < 10 * kCycle; start += kCycle) {
        FlitNetwork flit(topology, routing, {}, {});
        PacketNetwork packet(topology, routing, {});
        const Transfer header{0, 0, 1, 0};
        EXPECT_EQ(test::send_alone(flit, start, header), test::send_alone(packet, start, header));
    }
}

TEST_P(FlitForeignLink, TwoNetworksShareItFairly) {
    const Topology topology = pair(GetParam());
    const RoutingTable routing(topology, "xy");
    const auto shared = std::make_shared<FlitLinks>(topology.links().size());
    FlitNetwork first(topology, routing, {}, {}, shared, 0);
    FlitNetwork second(topology, routing, {}, {}, shared, 1);
    constexpr std::uint64_t kPackets = 40;
    for (std::uint64_t i = 0; i < kPackets; ++i) {
        first.send(0, {i, 0, 1, 4096});
        second.send(0, {i, 0, 1, 4096});
    }
    Progress of_first;
    Progress of_second;
    while (true) {
        const core::Ps next = std::min(first.next_event(), second.next_event());
        if (next == core::kNever) {
            break;
        }
        first.advance(next, of_first);
        second.advance(next, of_second);
    }
    ASSERT_EQ(of_first.delivered.size(), kPackets);
    ASSERT_EQ(of_second.delivered.size(), kPackets);
    const auto end_first = static_cast<double>(of_first.delivered.back().time);
    const auto end_second = static_cast<double>(of_second.delivered.back().time);
    EXPECT_NEAR(end_first, end_second, 0.05 * end_first);
    // Together no faster than the link.
    const core::Ps end = std::max(of_first.delivered.back().time, of_second.delivered.back().time);
    EXPECT_LE(first.link_busy(0) + second.link_busy(0), end);
}

TEST(FlitLinks, SpoiltFlitsAreSentAgainAndNothingIsLost) {
    const Topology topology = test::mesh(4, 4);
    const RoutingTable routing(topology, "xy");
    FlitConfig config;
    config.error_rate = 0.05;
    config.retry_cycles = 10;
    core::EnergyLedger ledger;
    NetworkEnergy energy(topology, ledger);
    NetworkOptions options;
    options.energy = &energy;
    FlitNetwork spoiling(topology, routing, options, config);
    FlitNetwork sound(topology, routing, {}, {});
    const test::Traffic traffic = test::uniform_traffic(16, 0.1, 4, 3'000, 5);
    const auto late = test::run(spoiling, traffic);
    const auto times = test::run(sound, traffic);
    EXPECT_EQ(spoiling.in_flight(), 0);
    core::Ps delay = 0;
    std::int64_t crossings = 0;
    std::int64_t link_flits = 0;
    for (std::size_t i = 0; i < traffic.size(); ++i) {
        delay += late[i] - times[i];
    }
    for (LinkId id = 0; id < static_cast<LinkId>(topology.links().size()); ++id) {
        const Link& link = topology.link(id);
        if (link.from >= 0 && link.to >= 0) {
            crossings += sound.link_flits(id);
            link_flits += spoiling.link_flits(id);
        }
    }
    // Each crossing fails p / (1 - p) times.
    const double failures = static_cast<double>(crossings) * 0.05 / 0.95;
    EXPECT_NEAR(static_cast<double>(spoiling.retries()), failures, 0.1 * failures);
    EXPECT_EQ(link_flits, crossings + spoiling.retries());
    EXPECT_GT(delay, 0);
    const NocConfig noc;
    const double expected =
        static_cast<double>(link_flits * 256) * noc.wire_pj_per_bit_mm +
        static_cast<double>((crossings + static_cast<std::int64_t>(traffic.size()) * 4) * 256) *
            noc.router_pj_per_bit;
    EXPECT_NEAR(ledger.category_pj(core::EnergyCategory::kNoc, 0), expected, 1e-9 * expected);
}

TEST(FlitLinks, OneRetryDelaysByTheFlitAndTheWait) {
    // Every crossing of a 2×1 mesh by one header: latency is 4·2 + 2 plus 11 cycles per retry.
    const Topology topology = test::mesh(2, 1);
    const RoutingTable routing(topology, "xy");
    FlitConfig config;
    config.error_rate = 0.4;
    config.retry_cycles = 10;
    FlitNetwork network(topology, routing, {}, config);
    for (int i = 0; i < 50; ++i) {
        const core::Ps now = i * 1'000 * kCycle;
        const std::int64_t before = network.retries();
        const core::Ps took = test::send_alone(network, now, {0, 0, 1, 0}) - now;
        EXPECT_EQ(took, (10 + 11 * (network.retries() - before)) * kCycle);
    }
    EXPECT_GT(network.retries(), 10);
}

TEST(FlitLinks, AnIdleLinkSleepsAndTakesAWhileToWake) {
    const Topology topology = test::mesh(2, 1);
    const RoutingTable routing(topology, "xy");
    FlitConfig config;
    config.gate_after = 100;
    config.wakeup_cycles = 20;
    FlitNetwork network(topology, routing, {}, config);
    const auto latency = [&](core::Ps cycle) {
        return (test::send_alone(network, cycle * kCycle, {0, 0, 1, 0}) - cycle * kCycle) / kCycle;
    };
    EXPECT_EQ(latency(0), 10);      // on the link in cycle 4
    EXPECT_EQ(latency(101), 10);    // idle from cycle 5 to cycle 104: just not long enough
    EXPECT_EQ(latency(1'000), 30);  // asleep
    EXPECT_EQ(network.wakeups(), 1);
    EXPECT_EQ(network.gated_time(), (1'000 + 4 - (101 + 5) - 100) * kCycle);
}

/// Keeps the last value written for each time, as the waveform does, and refuses the past.
class WaveformProbe : public core::TraceSink {
   public:
    SignalId add_enum(const std::string&, const std::string&,
                      const std::vector<std::string>&) override {
        return -1;
    }
    SignalId add_integer(const std::string&, const std::string&, int) override {
        signals_.emplace_back();
        return static_cast<SignalId>(signals_.size()) - 1;
    }
    SignalId add_real(const std::string&, const std::string&) override { return -1; }
    void change(SignalId signal, core::Ps time, std::int64_t value) override {
        EXPECT_GE(time, written_);
        signals_[static_cast<std::size_t>(signal)][time] = value;
    }
    void change_real(SignalId, core::Ps, double) override {}

    void write(core::Ps until) { written_ = until; }
    core::Ps high(LinkId link) const {
        core::Ps sum = 0;
        core::Ps since = 0;
        std::int64_t value = 0;
        for (const auto& [time, next] : signals_[static_cast<std::size_t>(link)]) {
            sum += value != 0 ? time - since : 0;
            since = time;
            value = next;
        }
        return sum;
    }

   private:
    std::vector<std::map<core::Ps, std::int64_t>> signals_;
    core::Ps written_ = 0;
};

TEST(FlitLinks, TheWaveformShowsWhenLinksAreBusy) {
    const Topology topology = test::mesh(3, 3);
    const RoutingTable routing(topology, "xy");
    WaveformProbe probe;
    NetworkOptions options;
    options.trace = &probe;
    FlitNetwork network(topology, routing, options, {});
    const test::Traffic traffic = test::uniform_traffic(9, 0.3, 4, 500, 6);
    Progress progress;
    core::Ps written = 0;
    for (const auto& [time, transfer] : traffic) {
        if (const core::Ps middle = time - 700; middle > written) {  // of the cycle before
            network.advance(middle, progress);
            probe.write(middle);
            written = time;
        }
        network.advance(time, progress);
        network.send(time, transfer);
    }
    test::drain(network);
    for (LinkId id = 0; id < static_cast<LinkId>(topology.links().size()); ++id) {
        if (topology.link(id).from >= 0) {
            EXPECT_EQ(probe.high(id), network.link_busy(id)) << topology.link(id).name;
        }
    }
}

TEST(FlitLinks, ASystemOfManyLinksLosesNothing) {
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    FlitNetwork network(topology, routing, {}, {});
    core::RandomStream random(4, "links");
    constexpr std::uint64_t kTransfers = 3'000;
    for (std::uint64_t i = 0; i < kTransfers; ++i) {
        network.send(
            0, {i, static_cast<PortId>(random.below(14)), static_cast<PortId>(random.below(14)),
                static_cast<core::Bytes>(random.below(5'000))});
    }
    const auto delivered = test::drain(network);
    EXPECT_EQ(delivered.size(), kTransfers);
    EXPECT_EQ(network.flits_injected(), network.flits_ejected());
    for (LinkId id = 0; id < static_cast<LinkId>(topology.links().size()); ++id) {
        EXPECT_LE(network.link_busy(id), delivered.back().time) << topology.link(id).name;
    }
}

}  // namespace
}  // namespace strata::interconnect
