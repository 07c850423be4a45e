// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// `strata bench probe mini` against latencies and bandwidths worked out by hand.
//
// Network of mini: 1 GHz, flits of 32 bytes, packets of a header flit and up to 4 KiB of data.
// A packet without data between two ports of one router takes 1 (injection) + 3 (VC allocation,
// switch allocation, traversal) + 1 (ejection link) + 1 (ejection) = 6 cycles; a hop to the next
// router adds 3 + 1 (link); each further flit adds 1. PE 0 sits at the router of every memory's
// first channel, PE 3 two hops away.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

constexpr double kMiB = 1 << 20;

Json probe(const Arguments& overrides = {}) {
    Arguments arguments = {"bench", "probe", "mini", "--json", "--set", "dram.refresh=false"};
    arguments.insert(arguments.end(), overrides.begin(), overrides.end());
    const Outcome outcome = strata(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return Json::parse(outcome.out)["probes"];
}

Json find(const Json& probes, int pe, const std::string& memory, const std::string& op, int bytes) {
    for (const Json& point : probes) {
        if (point["pe"] == "sip0.cube0.pe" + std::to_string(pe) &&
            point["memory"] == "sip0.cube0." + memory && point["op"] == op &&
            point["bytes"] == bytes) {
            return point;
        }
    }
    ADD_FAILURE() << "no probe of " << memory;
    return Json::object();
}

double network_ns(int hops, int flits) {
    return 1 + 3 + 4 * hops + 1 + 1 + (flits - 1);
}

/// A router takes a packet at a cycle of its clock.
double next_cycle(double ns) {
    return std::ceil(ns);
}

/// Request (a header) to the memory, `service_ns` there, response (a header and `data` flits) back.
double read_ns(int hops, double service_ns, int data_flits) {
    return next_cycle(network_ns(hops, 1) + service_ns) + network_ns(hops, 1 + data_flits);
}

std::int64_t ps(const Json& ns) {
    return std::llround(ns.get<double>() * 1e3);
}

TEST(Probe, PartsAddUpToTheLatency) {
    const Json probes = probe();
    ASSERT_EQ(probes.size(), 30U);  // 2 PEs × (SRAM, DRAM: read, write; NAND: read) × 3 sizes
    for (const Json& point : probes) {
        std::int64_t total = 0;
        for (const auto& [name, part] : point["breakdown_ns"].items()) {
            EXPECT_GE(ps(part), 0) << name;
            total += ps(part);
        }
        EXPECT_EQ(total, ps(point["latency_ns"])) << point;
        EXPECT_NEAR(point["bandwidth_gbps"].get<double>(),
                    point["bytes"].get<double>() / point["latency_ns"].get<double>(), 1e-9);
        EXPECT_FALSE(point.contains("error")) << point;
    }
}

// SRAM: 4 cycles of latency and 64 / 32 words, at 1 GHz.
// DRAM, row closed: tRCD 19.375 + tCL 12.5 + 64 B / 16 GB/s.
// NAND: command 100 + tR 3000, 64 B over the bus at 10 GB/s, base die 20, link at 10 GB/s.
constexpr double kSramNs = 4 + 2;
constexpr double kDramNs = 19.375 + 12.5 + 4;
constexpr double kNandNs = 100 + 3000 + 6.4 + 20 + 6.4;

TEST(Probe, ZeroLoadReadIsTheSumOfItsParts) {
    const Json probes = probe();
    EXPECT_EQ(find(probes, 0, "sram", "read", 64)["latency_ns"], read_ns(0, kSramNs, 2));
    EXPECT_EQ(find(probes, 0, "dram", "read", 64)["latency_ns"], read_ns(0, kDramNs, 2));
    EXPECT_EQ(find(probes, 0, "nand", "read", 64)["latency_ns"], read_ns(0, kNandNs, 2));
    // Two hops farther away, there and back; the DRAM row that the megabyte before left open in
    // the bank is closed first: tRP 16.25.
    EXPECT_EQ(find(probes, 3, "sram", "read", 64)["latency_ns"], read_ns(2, kSramNs, 2));
    EXPECT_EQ(find(probes, 3, "dram", "read", 64)["latency_ns"], read_ns(2, kDramNs + 16.25, 2));
    EXPECT_EQ(find(probes, 3, "nand", "read", 64)["latency_ns"], read_ns(2, kNandNs, 2));
}

// The same by stage.
TEST(Probe, BreakdownNamesTheParts) {
    const Json parts = find(probe(), 3, "sram", "read", 64)["breakdown_ns"];
    EXPECT_EQ(parts["request_network"], network_ns(2, 1));
    EXPECT_EQ(parts["service"], kSramNs);
    EXPECT_EQ(parts["response_network"], network_ns(2, 3));
}

// A write carries its data on the way there. SRAM: the same service.
TEST(Probe, ZeroLoadWrite) {
    const Json probes = probe();
    const double there_and_back = network_ns(0, 3) + kSramNs + network_ns(0, 1);
    EXPECT_EQ(find(probes, 0, "sram", "write", 64)["latency_ns"], there_and_back);
}

// Half the flit: twice the data flits. Half the clock of the banks: twice the service.
TEST(Probe, FollowsTheConfig) {
    const Json narrow = probe({"--set", "noc.flit=16B"});
    EXPECT_EQ(find(narrow, 0, "sram", "read", 64)["latency_ns"], read_ns(0, kSramNs, 4));
    EXPECT_EQ(find(narrow, 0, "dram", "read", 64)["latency_ns"], read_ns(0, kDramNs, 4));
    const Json slow = probe(
        {"--set", "sram.clock=500MHz", "--set", "nand.t_read=5us", "--set", "dram.t_cl=20ns"});
    EXPECT_EQ(find(slow, 0, "sram", "read", 64)["latency_ns"], read_ns(0, 2 * kSramNs, 2));
    EXPECT_EQ(find(slow, 0, "dram", "read", 64)["latency_ns"], read_ns(0, kDramNs + 7.5, 2));
    EXPECT_EQ(find(slow, 0, "nand", "read", 64)["latency_ns"], read_ns(0, kNandNs + 2000, 2));
}

/// The time of a stream at the rate of the narrowest place, and up to `fill_ns` for its first and
/// last piece to pass the others.
void expect_stream(const Json& point, double ideal_ns, double fill_ns) {
    EXPECT_GE(point["latency_ns"].get<double>(), ideal_ns) << point;
    EXPECT_LE(point["latency_ns"].get<double>(), ideal_ns + fill_ns) << point;
}

// To the farthest of the four banks or channels and back, two hops each way.
const double kThereAndBack = 2 * network_ns(2, 1);

// 1 MiB of packets with 128 data flits and a header each leave or reach the PE at a flit a cycle.
// All memories are faster: SRAM 32 GB/s a bank without headers, DRAM 4 · 16, NAND 4 · 10 GB/s.
TEST(Probe, StreamIsLimitedByThePort) {
    const Json probes = probe();
    const double ideal_ns = kMiB / 4096 * 129;
    const double sram_ns = kThereAndBack + 4 + 16384.0 / 32;
    const double dram_ns = kThereAndBack + 16.25 + 19.375 + 12.5 + 4096.0 / 16;  // interleaved
    const double nand_ns = kThereAndBack + 100 + 3000 + 16384.0 / 10 + 20 + 409.6;
    for (const int pe : {0, 3}) {
        expect_stream(find(probes, pe, "sram", "read", 1 << 20), ideal_ns, sram_ns);
        expect_stream(find(probes, pe, "sram", "write", 1 << 20), ideal_ns, sram_ns);
        expect_stream(find(probes, pe, "dram", "read", 1 << 20), ideal_ns, dram_ns);
        expect_stream(find(probes, pe, "dram", "write", 1 << 20), ideal_ns, dram_ns);
        expect_stream(find(probes, pe, "nand", "read", 1 << 20), ideal_ns, nand_ns);
    }
}

// The four channels finish together, so their last payloads queue at the PE's port: 4 of 4 KiB
// from DRAM, 4 of 16 KiB from NAND (as interleaved).
constexpr double kLastDramNs = 4 * 129;
constexpr double kLastNandNs = 16 * 129;

TEST(Probe, StreamIsLimitedByTheMemory) {
    const Json dram =
        find(probe({"--set", "dram.channel_bandwidth=2GB/s"}), 0, "dram", "read", 1 << 20);
    expect_stream(dram, kMiB / 8, kThereAndBack + 16.25 + 19.375 + 12.5 + kLastDramNs);
    const Json bus = find(probe({"--set", "nand.bus_bandwidth=1GB/s"}), 0, "nand", "read", 1 << 20);
    expect_stream(bus, kMiB / 4, kThereAndBack + 3100 + 20 + 409.6 + kLastNandNs);
    // The array: 4 channels of 8 planes sense a page each in tR + command, a second register lets
    // them go on meanwhile; the pages of the last round cross the bus, and so does the one whose
    // departure made room for the last request.
    const Json array = find(probe({"--set", "nand.t_read=30us"}), 0, "nand", "read", 1 << 20);
    expect_stream(array, kMiB / 4096 / 32 * 30100,
                  kThereAndBack + 9 * 409.6 + 20 + 409.6 + kLastNandNs);
}

TEST(Probe, StreamIsLimitedByTheDma) {
    // One payload of 4 KiB at a time: the latency of each, one after the other.
    const Json probes = probe({"--set", "pe.dma.outstanding=1", "--set", "pe.dma.bulk=4KiB"});
    const double each_ns = network_ns(0, 1) + 4 + 128 + network_ns(0, 129);
    EXPECT_EQ(find(probes, 0, "sram", "read", 4096)["latency_ns"], each_ns);
    const double stream_ns = find(probes, 0, "sram", "read", 1 << 20)["latency_ns"];
    EXPECT_GE(stream_ns, 256 * each_ns);
    EXPECT_LE(stream_ns, 256 * (each_ns + 16 + 2));  // the 4 banks: two hops at most; issue
}

}  // namespace
}  // namespace strata::test
