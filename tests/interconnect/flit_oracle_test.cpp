// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The flit level against the plain per-cycle simulator: every packet's injection, head and tail,
// to the cycle, under random traffic on small networks.

#include <gtest/gtest.h>

#include "interconnect/flit_network.h"
#include "interconnect/network_check.h"
#include "tests/interconnect/net_support.h"
#include "tests/interconnect/oracle_router.h"

namespace strata::interconnect {
namespace {

using test::kCycle;
using test::OracleNetwork;

struct Case {
    const char* name;
    int vcs;
    int buffer;
    int flits;  // at most, of a packet
    double rate;
    void (*change)(FlitConfig&);
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

/// Keeps the cycles of every packet by transfer id.
class Recorder : public PacketObserver {
   public:
    explicit Recorder(std::vector<OracleNetwork::Times>& times) : times_(times) {}
    void delivered(const PacketRecord& packet) override {
        times_[packet.transfer.id] = {packet.injected / kCycle, packet.head_arrived / kCycle,
                                      packet.tail_arrived / kCycle};
    }

   private:
    std::vector<OracleNetwork::Times>& times_;
};

void compare(const Topology& topology, const RoutingTable& routing, const FlitConfig& config,
             const Case& one, std::uint64_t seed) {
    core::RandomStream random(seed, one.name);
    std::vector<OracleNetwork::Times> times;
    Recorder recorder(times);
    NetworkOptions options;
    options.observer = &recorder;
    FlitNetwork network(topology, routing, options, config);
    OracleNetwork oracle(topology, routing, config);
    const auto ports = topology.ports().size();
    Progress progress;
    constexpr int kCycles = 700;
    while (oracle.cycle() < kCycles || !oracle.empty()) {
        ASSERT_LT(oracle.cycle(), 40 * kCycles) << "the oracle does not drain";
        const core::Ps now = oracle.cycle() * kCycle;
        network.advance(now, progress);
        for (PortId port = 0; oracle.cycle() < kCycles && port < static_cast<PortId>(ports);
             ++port) {
            if (!random.chance(2.0 * one.rate / (one.flits + 1))) {
                continue;
            }
            const int flits =
                1 + static_cast<int>(random.below(static_cast<std::uint64_t>(one.flits)));
            Transfer transfer{times.size(), port, static_cast<PortId>(random.below(ports)),
                              (flits - 1) * 32};
            transfer.traffic_class =
                static_cast<std::uint8_t>(random.below(static_cast<std::uint64_t>(config.classes)));
            transfer.qos = static_cast<std::uint8_t>(
                random.below(static_cast<std::uint64_t>(config.qos_levels)));
            oracle.send(transfer, flits, config.plane(times.size(), routing.planes()));
            network.send(now, transfer);
            times.emplace_back();
        }
        oracle.step();
    }
    network.advance((oracle.cycle() + 100) * kCycle, progress);
    EXPECT_EQ(network.in_flight(), 0);
    EXPECT_EQ(network.flits_injected(), network.flits_ejected());
    ASSERT_GT(times.size(), 100U);
    for (std::size_t i = 0; i < times.size(); ++i) {
        ASSERT_EQ(times[i].injected, oracle.times()[i].injected) << "packet " << i;
        ASSERT_EQ(times[i].head, oracle.times()[i].head) << "packet " << i;
        ASSERT_EQ(times[i].tail, oracle.times()[i].tail) << "packet " << i;
    }
}

constexpr auto kPlain = [](FlitConfig&) {};
const Case kCases[] = {
    {"reference", 4, 8, 8, 0.3, kPlain},
    {"saturated", 2, 4, 6, 0.9, kPlain},
    {"one_vc", 1, 8, 4, 0.3, kPlain},
    {"one_vc_shallow", 1, 3, 4, 0.2, kPlain},
    {"wormhole", 2, 4, 20, 0.3, kPlain},
    {"one_flit_buffers", 3, 1, 5, 0.2, kPlain},
    {"single_flits", 2, 8, 1, 0.4, kPlain},
    {"separable", 4, 8, 8, 0.5,
     [](FlitConfig& config) { config.allocator = FlitConfig::Allocator::kSeparable; }},
    {"speculative", 4, 8, 8, 0.4, [](FlitConfig& config) { config.speculative = true; }},
    {"speculative_separable", 2, 4, 5, 0.6,
     [](FlitConfig& config) {
         config.speculative = true;
         config.allocator = FlitConfig::Allocator::kSeparable;
     }},
    {"routing_stage", 2, 8, 4, 0.3, [](FlitConfig& config) { config.routing_cycles = 1; }},
    {"deep_pipeline", 2, 8, 4, 0.3,
     [](FlitConfig& config) {
         config.routing_cycles = 2;
         config.vc_alloc_cycles = 3;
         config.switch_alloc_cycles = 2;
     }},
    {"deep_speculative", 2, 8, 4, 0.3,
     [](FlitConfig& config) {
         config.speculative = true;
         config.vc_alloc_cycles = 2;
     }},
    {"free_vc_allocation", 2, 8, 4, 0.3, [](FlitConfig& config) { config.vc_alloc_cycles = 0; }},
    {"free_allocation", 2, 8, 4, 0.3,
     [](FlitConfig& config) {
         config.vc_alloc_cycles = 0;
         config.switch_alloc_cycles = 0;
     }},
    {"fast_credits", 2, 2, 4, 0.3,
     [](FlitConfig& config) {
         config.credit_cycles = 0;
         config.credit_processing = 0;
     }},
    {"classes", 2, 4, 6, 0.6, [](FlitConfig& config) { config.classes = 3; }},
    {"priorities", 3, 6, 6, 0.7,
     [](FlitConfig& config) {
         config.qos_levels = 3;
         config.starvation_cycles = 20;
     }},
    {"priorities_separable", 2, 6, 6, 0.7,
     [](FlitConfig& config) {
         config.classes = 2;
         config.qos_levels = 4;
         config.allocator = FlitConfig::Allocator::kSeparable;
     }},
    {"priorities_speculative", 2, 6, 6, 0.7,
     [](FlitConfig& config) {
         config.qos_levels = 2;
         config.starvation_cycles = 10;
         config.speculative = true;
     }},
};

class FlitOracle : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, FlitOracle, testing::ValuesIn(kCases),
                         [](const auto& test_info) { return std::string(test_info.param.name); });

FlitConfig config_of(const Case& one) {
    FlitConfig config;
    config.vcs = one.vcs;
    config.buffer_flits = one.buffer;
    one.change(config);
    return config;
}

/// The pipeline of a router with these stages and one cycle of traversal.
int pipeline(const FlitConfig& config) {
    const int allocation = config.speculative
                               ? std::max(config.vc_alloc_cycles, config.switch_alloc_cycles)
                               : config.vc_alloc_cycles + config.switch_alloc_cycles;
    return config.routing_cycles + allocation + 1;
}

/// Without errors, the path that flits take over links that might fail is the plain one.
FlitConfig with_links_watched(FlitConfig config) {
    config.gate_after = 1'000'000'000;
    return config;
}

TEST_P(FlitOracle, MeshAgreesToTheCycle) {
    const FlitConfig config = config_of(GetParam());
    const NocConfig noc;
    RouterConfig router = noc.router("noc");
    router.pipeline = pipeline(config);
    Topology topology(noc.flit);
    const GroupId group = topology.add_mesh("m", 3, 3, noc.link("noc"), router);
    for (const RouterId id : topology.groups()[static_cast<std::size_t>(group)].routers) {
        topology.add_port("p" + std::to_string(id), id);
    }
    topology.add_port("second", 4);  // two endpoints at the router in the middle
    const RoutingTable routing(topology, "xy");
    for (const std::uint64_t seed : {1U, 2U}) {
        compare(topology, routing, config, GetParam(), seed);
    }
    compare(topology, routing, with_links_watched(config), GetParam(), 4);
}

struct Family {
    const char* topology;
    std::vector<int> dims;
    const char* routing;
};

void PrintTo(const Family& family, std::ostream* out) {
    *out << family.topology << ' ' << family.routing;
}

class FlitOracleFamilies : public testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(
    All, FlitOracleFamilies,
    testing::Values(Family{"torus", {4, 3}, "xy"}, Family{"ring", {6}, "xy"},
                    Family{"crossbar", {18}, "xy"}, Family{"fat_tree", {2, 3}, "nca"},
                    Family{"mesh", {4, 3}, "o1turn"}, Family{"mesh", {4, 3}, "adaptive_west_first"},
                    Family{"mesh", {4, 3}, "adaptive_odd_even"}),
    [](const auto& test_info) {
        return std::string(test_info.param.topology) + "_" + test_info.param.routing;
    });

TEST_P(FlitOracleFamilies, AgreesToTheCycle) {
    NocConfig noc;
    noc.topology = GetParam().topology;
    noc.dims = GetParam().dims;
    noc.routing = GetParam().routing;
    for (const Case& one : {kCases[0], kCases[1], kCases[4], kCases[8]}) {
        NocConfig shaped = noc;
        shaped.speculative = config_of(one).speculative;
        const Topology topology = make_topology(shaped);
        const RoutingTable routing = make_routing(topology, shaped);
        compare(topology, routing, config_of(one), one, 1);
    }
}

}  // namespace
}  // namespace strata::interconnect
