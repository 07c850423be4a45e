// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// `strata bench noc`: traffic against its definitions, results against closed forms.

#include "platform/bench/noc_bench.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/diagnostics.h"
#include "platform/bench/noc_traffic.h"
#include "tests/platform/run_result.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {
namespace {

using platform::NocGrid;
using platform::NocPacket;
using platform::NocTraffic;
using platform::NocTrafficSource;
using Pattern = NocTraffic::Pattern;

Json run(const std::string& name, const std::vector<std::string>& overrides = {},
         const std::string& out = "") {
    return platform::run_noc_bench(source_root() + "configs/bench/noc/" + name + ".yaml", overrides,
                                   out);
}

double mean(const Json& result, const char* key = "packet_latency_cycles") {
    return result[key]["mean"];
}

TEST(NocTrafficTest, PatternsSendWhereTheyShould) {
    const NocGrid grid{8, 8};
    NocTraffic traffic;
    const auto target = [&](Pattern pattern, int x, int y) {
        traffic.pattern = pattern;
        const int node = NocTrafficSource(traffic, grid, 0.1).target(y * 8 + x);
        return std::pair(node % 8, node / 8);
    };
    EXPECT_EQ(target(Pattern::kTranspose, 2, 5), std::pair(5, 2));
    EXPECT_EQ(target(Pattern::kTranspose, 3, 3), std::pair(3, 3));
    EXPECT_EQ(target(Pattern::kBitComplement, 1, 2), std::pair(6, 5));
    EXPECT_EQ(target(Pattern::kTornado, 6, 1), std::pair(1, 4));
    EXPECT_EQ(target(Pattern::kNeighbor, 7, 7), std::pair(0, 0));
    EXPECT_EQ(target(Pattern::kNeighbor, 2, 3), std::pair(3, 4));
}

TEST(NocTrafficTest, RandomTargetsHaveEqualShares) {
    NocTraffic traffic;
    NocTrafficSource uniform(traffic, {4, 4}, 0.1);
    std::map<int, int> count;
    for (int i = 0; i < 16'000; ++i) {
        ++count[uniform.target(3)];
    }
    ASSERT_EQ(count.size(), 16U);  // the source itself included
    for (const auto& [node, times] : count) {
        EXPECT_NEAR(times, 1000, 150) << node;
    }
    traffic.pattern = Pattern::kHotspot;
    traffic.hotspots = {1, 14};
    NocTrafficSource hotspot(traffic, {4, 4}, 0.1);
    count.clear();
    for (int i = 0; i < 2000; ++i) {
        ++count[hotspot.target(0)];
    }
    EXPECT_EQ(count.size(), 2U);
    EXPECT_NEAR(count[1], 1000, 150);
}

/// Packets per node in `cycles`, and the variance over its mean of counts in slots of 100 cycles.
std::pair<double, double> packets(const NocTraffic& traffic, double rate, std::int64_t cycles) {
    constexpr std::int64_t kSlot = 100;
    NocTrafficSource source(traffic, {2, 2}, rate);
    std::vector<double> slots(static_cast<std::size_t>(4 * cycles / kSlot));
    NocPacket packet;
    std::int64_t last = 0;
    double total = 0.0;
    while (source.next(packet) && packet.cycle < cycles) {
        EXPECT_GE(packet.cycle, last);
        last = packet.cycle;
        slots[static_cast<std::size_t>(packet.cycle / kSlot * 4 + packet.source)] += 1.0;
        total += 1.0;
    }
    const double average = total / static_cast<double>(slots.size());
    double variance = 0.0;
    for (const double slot : slots) {
        variance += (slot - average) * (slot - average);
    }
    return {total / 4.0, variance / static_cast<double>(slots.size()) / average};
}

TEST(NocTrafficTest, BernoulliPacketsHaveTheirRateAndVariance) {
    NocTraffic traffic;
    const auto [count, dispersion] = packets(traffic, 0.4, 200'000);
    EXPECT_NEAR(count, 0.1 * 200'000, 0.02 * 20'000);
    EXPECT_NEAR(dispersion, 0.9, 0.05);  // binomial: 1 - p
}

TEST(NocTrafficTest, BurstsKeepTheMeanAndRaiseTheVariance) {
    NocTraffic traffic;
    traffic.burst_on = 100;
    traffic.burst_off = 300;
    const auto [count, dispersion] = packets(traffic, 0.4, 1'000'000);
    EXPECT_NEAR(count, 0.1 * 1'000'000, 0.04 * 100'000);
    EXPECT_GT(dispersion, 5.0);
}

TEST(BenchNoc, HasTheKeysOfTheInterface) {
    const Outcome outcome =
        strata({"bench", "noc", "uniform", "--set", "traffic.measure_cycles=1000", "--json"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json result = Json::parse(outcome.out);
    for (const char* key : {"kind",
                            "case",
                            "sim_time_ns",
                            "wall_s",
                            "cpu_s",
                            "peak_rss_mb",
                            "packet_latency_cycles",
                            "network_latency_cycles",
                            "hops_mean",
                            "accepted_rate",
                            "offered_rate",
                            "saturated",
                            "packets",
                            "flit_hops",
                            "energy_pj",
                            "flit_hops_per_cpu_s",
                            "cycles_per_cpu_s",
                            "latency_breakdown_cycles",
                            "link_utilisation",
                            "buffered_flits_per_router"}) {
        EXPECT_TRUE(result.contains(key)) << key;
    }
    for (const char* key : {"mean", "p50", "p99", "max"}) {
        EXPECT_TRUE(result["packet_latency_cycles"].contains(key)) << key;
    }
}

class BenchNocLevels : public testing::TestWithParam<const char*> {
   protected:
    std::string model() const { return std::string("noc.model=") + GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(All, BenchNocLevels, testing::Values("ideal", "packet", "flit"),
                         [](const auto& test_info) { return std::string(test_info.param); });

TEST_P(BenchNocLevels, MeetTheZeroLoadLaw) {
    // T0 = 4·R + (L - 1) + 2; bit complement on 4×4 goes four links on average.
    const Json result = run("uniform", {model(), "noc.dims=[4, 4]", "traffic.rate=0.002",
                                        "traffic.pattern=bit_complement"});
    EXPECT_NEAR(result["hops_mean"].get<double>(), 4.0, 0.3);
    EXPECT_NEAR(mean(result) - 4.0 * result["hops_mean"].get<double>(), 4.0 + 3.0 + 2.0, 0.1);
    EXPECT_FALSE(result["saturated"]);
}

TEST_P(BenchNocLevels, LongLinksAreThoseBetweenRouters) {
    // The head: 4·R + 2, and two cycles more per link of three cycles.
    const Json result = run("uniform", {model(), "noc.link_cycles=3", "traffic.rate=0.002"});
    const double hops = result["hops_mean"];
    EXPECT_NEAR(result["latency_breakdown_cycles"]["head"].get<double>(),
                4.0 * (hops + 1.0) + 2.0 + 2.0 * hops, 1e-6);
    EXPECT_NEAR(mean(result), 4.0 * (hops + 1.0) + 2.0 + 2.0 * hops + 3.0, 0.1);
}

TEST_P(BenchNocLevels, PartsOfTheLatencyAddUp) {
    const Json result = run("uniform", {model(), "traffic.rate=0.2"});
    double sum = 0.0;
    for (const auto& part : result["latency_breakdown_cycles"]) {
        sum += part.get<double>();
        EXPECT_GE(part.get<double>(), -1e-9);
    }
    EXPECT_NEAR(sum, mean(result), 1e-6);
    EXPECT_NEAR(result["accepted_rate"].get<double>(), result["offered_rate"].get<double>(), 0.003);
}

TEST_P(BenchNocLevels, CountTheSameFlitHopsAndEnergy) {
    // Latencies differ, what moves does not: a trace has the same packets on every level.
    const Json result = run("trace", {model()});
    EXPECT_EQ(result["packets"], 5);
    // Σ flits · routers: 4·7 + 4·7 + 1·2 + 8·1 + 4·7.
    EXPECT_EQ(result["flit_hops"], 94);
    const double links = 4 * 6 + 4 * 6 + 1 * 1 + 0 + 4 * 6;
    EXPECT_NEAR(result["energy_pj"]["total"].get<double>(), 256 * (94 * 0.015 + links * 0.035),
                1e-6);
}

TEST(BenchNoc, ReplaysATraceExactly) {
    const Json result = run("trace");
    // 33 alone, the other diagonal as well, 11 for one flit to a neighbour, 4 + 7 + 2 to itself.
    EXPECT_DOUBLE_EQ(result["packet_latency_cycles"]["max"], 4 * 7 + 3 + 2);
    EXPECT_DOUBLE_EQ(mean(result), (33 + 33 + 10 + 13 + 33) / 5.0);
}

TEST(BenchNoc, OneCaseTakesEveryPattern) {
    const Json plain = run("uniform");
    EXPECT_EQ(mean(run("uniform", {"traffic.hotspots=[3, 60]"})), mean(plain));
    EXPECT_EQ(mean(run("trace", {"traffic.packet_flits=9", "traffic.rate=0.5", "traffic.seed=7"})),
              mean(run("trace")));
}

TEST(BenchNoc, ClosedLoopObeysLittlesLaw) {
    const Json result = run("closed_loop");
    // Round trips per cycle × their mean time = requests in flight.
    const double in_flight = result["round_trips"].get<double>() / 10'000.0 *
                             result["round_trip_cycles_mean"].get<double>();
    EXPECT_NEAR(in_flight, 16 * 4, 0.02 * 64);
    EXPECT_GT(result["round_trip_cycles_mean"].get<double>(), 20.0 + 2 * (4 + 2) + 4);
}

TEST(BenchNoc, HotspotsSaturateAtTheEjectionBound) {
    const Json result =
        run("hotspot", {"traffic.rate=0.1", "traffic.warmup_cycles=2000",
                        "traffic.measure_cycles=8000", "traffic.drain_cycles=1000"});
    EXPECT_TRUE(result["saturated"]);
    EXPECT_LE(result["accepted_rate"].get<double>(), 4.0 / 64.0 + 1e-9);
    EXPECT_GT(result["accepted_rate"].get<double>(), 0.9 * 4.0 / 64.0);
}

TEST(BenchNoc, ASweepDrawsTheCurve) {
    const TemporaryDirectory directory;
    const Json result = run("sweep", {"traffic.measure_cycles=3000"}, directory.file(""));
    const Json& points = result["points"];
    ASSERT_GE(points.size(), 8U);
    for (std::size_t i = 1; i < points.size(); ++i) {
        EXPECT_GE(mean(points[i]), mean(points[i - 1]));
    }
    EXPECT_FALSE(result["saturated"]);
    for (const char* file : {"sweep.csv", "sweep.svg", "links.csv", "routers.csv", "heat_map.svg",
                             "config.resolved.yaml"}) {
        EXPECT_GT(std::filesystem::file_size(directory.file(file)), 100U) << file;
    }
    const Json list = run("sweep", {"traffic.sweep=[0.05, 0.1]", "traffic.measure_cycles=3000"});
    EXPECT_EQ(list["points"].size(), 2U);
    EXPECT_EQ(list["points"][1], points[1]);
}

TEST(BenchNoc, WarnsWhenALevelLeavesItsLimits) {
    EXPECT_TRUE(run("uniform")["warnings"].empty());
    EXPECT_EQ(run("uniform", {"traffic.packet_flits=9"})["warnings"].size(), 1U);
    EXPECT_EQ(run("uniform", {"noc.vcs=1"})["warnings"].size(), 1U);
    EXPECT_TRUE(run("uniform", {"noc.model=flit", "noc.vcs=1"})["warnings"].empty());
}

TEST(BenchNoc, EqualSeedsGiveEqualResults) {
    Json first = run("bursty");
    Json second = run("bursty");
    for (const char* key : {"flit_hops_per_cpu_s", "cycles_per_cpu_s"}) {
        first.erase(key);
        second.erase(key);
    }
    EXPECT_EQ(first, second);
    EXPECT_NE(mean(first), mean(run("bursty", {"traffic.seed=2"})));
}

std::string refusal(const std::vector<std::string>& overrides) {
    try {
        run("uniform", overrides);
    } catch (const core::UserError& error) {
        return error.what();
    }
    return "";
}

TEST(BenchNoc, RefusesWhatMakesNoSense) {
    EXPECT_NE(refusal({"noc.dims=[8, 4]", "traffic.pattern=transpose"}).find("square"),
              std::string::npos);
    EXPECT_NE(refusal({"traffic.pattern=hotspot"}).find("hotspots"), std::string::npos);
    EXPECT_NE(refusal({"traffic.pattern=hotspot", "traffic.hotspots=[64]"}).find("no endpoint 64"),
              std::string::npos);
    EXPECT_NE(refusal({"traffic.sweep=[0.2, 0.1]"}).find("rising"), std::string::npos);
    EXPECT_NE(refusal({"traffic.sweep={from: 0.1, to: 0.5, step: 1e-6}"}).find("1 to 1000"),
              std::string::npos);
    EXPECT_NE(
        refusal({"traffic.rate=0.5", "traffic.packet_flits=1", "traffic.burst={on: 10, off: 90}"})
            .find("burst"),
        std::string::npos);
    EXPECT_NE(refusal({"traffic={pattern: trace, file: no_such_file}"}).find("no_such_file"),
              std::string::npos);
    EXPECT_NE(refusal({"traffic.patern=uniform"}).find("pattern"), std::string::npos);
}

/// The root's port carries one packet instead of seven.
TEST(BenchNoc, NativeCollectivesAreFasterByTheFactorOfTheLinkLoads) {
    for (const char* model : {"noc.model=packet", "noc.model=flit"}) {
        const auto factor = [model](const std::string& pattern) {
            const Json native = run(pattern, {model});
            const Json unicast = run(pattern, {model, "traffic.collective=unicast"});
            EXPECT_LT(native["flit_hops"], unicast["flit_hops"]);
            return unicast["completion_cycles"].get<double>() /
                   native["completion_cycles"].get<double>();
        };
        EXPECT_NEAR(factor("broadcast"), 7.0, 0.35);
        // Unicast takes longer than its busiest link asks: the factor is above that of the loads.
        EXPECT_GT(factor("all_reduce"), 7.0);
        EXPECT_LT(factor("all_reduce"), 10.0);
    }
    // One packet among eight: the far corner's five routers, of which four join branches.
    const auto cycles = [](const char* reduce) {
        return run("all_reduce", {"traffic.bytes=224B", reduce})["completion_cycles"].get<int>();
    };
    EXPECT_EQ(cycles("noc.reduce_cycles=11"), cycles("noc.reduce_cycles=1") + 4 * 10);
}

TEST(BenchNoc, NativeCollectivesAreTheSameAtBothLevels) {
    for (const char* pattern : {"broadcast", "all_reduce", "all_gather"}) {
        const Json packet = run(pattern, {"noc.model=packet"});
        const Json flit = run(pattern, {"noc.model=flit"});
        EXPECT_EQ(packet["flit_hops"], flit["flit_hops"]);
        EXPECT_EQ(packet["link_flits"], flit["link_flits"]);
        EXPECT_EQ(packet["energy_pj"], flit["energy_pj"]);
        EXPECT_NEAR(flit["completion_cycles"].get<double>(),
                    packet["completion_cycles"].get<double>(),
                    0.01 * packet["completion_cycles"].get<double>());
        // With one round at a time every packet waits for the sum before it.
        const Json one = run(pattern, {"noc.model=flit", "noc.reduce_rounds=1"});
        if (std::string(pattern) == "all_reduce") {
            EXPECT_GT(one["completion_cycles"], 2 * flit["completion_cycles"].get<int>());
        }
    }
}

TEST(BenchNoc, RefusesBadCollectives) {
    const auto refused = [](const std::string& override_text) {
        try {
            run("all_reduce", {override_text});
        } catch (const core::UserError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_NE(refused("traffic.participants=[1, 1]").find("participants"), std::string::npos);
    EXPECT_NE(refused("traffic.participants=[0, 8]").find("0..7"), std::string::npos);
    EXPECT_NE(refused("traffic.bytes=0B").find("bytes"), std::string::npos);
    EXPECT_NE(refused("traffic.rate=0.1").find("rate"), std::string::npos);
    EXPECT_NE(refused("noc.model=ideal").find("native collectives"), std::string::npos);
    EXPECT_NE(refused("noc.routing=o1turn").find("native collectives"), std::string::npos);
    EXPECT_NE(refused("noc={topology: mesh, dims: [4, 2], model: flit, buffer_flits: 4}")
                  .find("must fit a buffer"),
              std::string::npos);
}

TEST(BenchNoc, NamesTheBadLineOfATrace) {
    const TemporaryDirectory directory;
    const std::string file = directory.file("bad.txt");
    for (const auto& [line, message] :
         std::map<std::string, std::string>{{"0 0 64 1", "the last endpoint is 63"},
                                            {"0 0 1 0", "1..65536 flits"},
                                            {"0 0 1", "expected 'cycle"},
                                            {"0 0 one 4", "expected 'cycle"},
                                            {"0 0 1 4 2", "class 0 or 1"}}) {
        std::ofstream(file) << "5 0 1 4  # a comment\n"
                            << (line[0] == '0' ? "9" : "") << line + "\n";
        const std::string error = refusal({"traffic={pattern: trace, file: " + file + "}"});
        EXPECT_NE(error.find(file + ":2: "), std::string::npos) << error;
        EXPECT_NE(error.find(message), std::string::npos) << error;
    }
}

}  // namespace
}  // namespace strata::test
