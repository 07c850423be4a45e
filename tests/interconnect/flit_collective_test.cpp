// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Forks and joints at the flit level: to the cycle as in the plain per-cycle simulator under random
// mixes with unicasts, and no deadlock when such mixes saturate small buffers.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "core/diagnostics.h"
#include "interconnect/flit_network.h"
#include "interconnect/network_check.h"
#include "tests/interconnect/net_support.h"
#include "tests/interconnect/oracle_router.h"
#include "tests/interconnect/routing_support.h"

namespace strata::interconnect {
namespace {

using test::kCycle;
using test::OracleNetwork;

struct Group {
    bool reduces;
    PortId root;
    std::vector<PortId> members;
    std::vector<std::int64_t> sent;  // by member, of a reduction
};

/// Random groups over the ports; every other one is a reduction.
std::vector<Group> random_groups(core::RandomStream& random, std::size_t ports, int count) {
    std::vector<Group> groups;
    for (int g = 0; g < count; ++g) {
        const auto root = static_cast<PortId>(random.below(ports));
        std::vector<PortId> members{static_cast<PortId>(random.below(ports))};
        for (PortId port = 0; port < static_cast<PortId>(ports); ++port) {
            if (port != members.front() && random.chance(0.5)) {
                members.push_back(port);
            }
        }
        groups.push_back({g % 2 == 1, root, members, std::vector<std::int64_t>(members.size())});
    }
    return groups;
}

void add_groups(NetworkBase& network, const std::vector<Group>& groups) {
    for (const Group& group : groups) {
        group.reduces ? network.add_reduction(group.members, group.root)
                      : network.add_multicast(group.root, group.members);
    }
}

/// A random stream of unicasts, multicasts and parts, cycle by cycle; all parts have come at last.
class Mix {
   public:
    using Send = std::function<void(const Transfer&, int flits)>;

    Mix(std::vector<Group> groups, std::size_t ports, const FlitConfig& config, int flits,
        double rate, std::uint64_t seed)
        : groups_(std::move(groups)),
          ports_(ports),
          config_(config),
          flits_(flits),
          rate_(rate),
          random_(seed, "mix") {}

    void cycle(const Send& send) {
        for (PortId port = 0; port < static_cast<PortId>(ports_); ++port) {
            if (random_.chance(rate_ / flits_)) {
                const int flits = 1 + below(flits_);
                Transfer transfer{sent_++, port, below(static_cast<int>(ports_)), data(flits)};
                transfer.traffic_class = static_cast<std::uint8_t>(below(config_.classes));
                transfer.qos = static_cast<std::uint8_t>(below(config_.qos_levels));
                send(transfer, flits);
            }
        }
        for (std::size_t g = 0; g < groups_.size(); ++g) {
            Group& group = groups_[g];
            for (std::size_t m = 0; m < (group.reduces ? group.members.size() : 1); ++m) {
                if (random_.chance(rate_ / flits_)) {
                    part(g, m, send);
                }
            }
        }
    }
    void finish(const Send& send) {
        for (std::size_t g = 0; g < groups_.size(); ++g) {
            Group& group = groups_[g];
            const auto most = *std::max_element(group.sent.begin(), group.sent.end());
            for (std::size_t m = 0; group.reduces && m < group.members.size(); ++m) {
                while (group.sent[m] < most) {
                    part(g, m, send);
                }
            }
        }
    }
    std::uint64_t sent() const { return sent_; }
    const std::vector<Group>& groups() const { return groups_; }

   private:
    int below(int n) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(n))); }
    static core::Bytes data(int flits) { return (flits - 1) * 32; }

    /// All parts of a round have the same size and class.
    void part(std::size_t g, std::size_t member, const Send& send) {
        Group& group = groups_[g];
        const std::int64_t round = group.sent[member]++;
        const int flits = 1 + static_cast<int>((round * 5 + static_cast<int>(g)) % flits_);
        const PortId source = group.reduces ? group.members[member] : group.root;
        Transfer transfer{sent_++, source, 0, data(flits)};
        transfer.group = static_cast<CollectiveId>(g);
        transfer.traffic_class = static_cast<std::uint8_t>(static_cast<int>(g) % config_.classes);
        transfer.qos = static_cast<std::uint8_t>(static_cast<int>(g) % config_.qos_levels);
        send(transfer, flits);
    }

    std::vector<Group> groups_;
    std::size_t ports_;
    const FlitConfig& config_;
    int flits_;
    double rate_;
    core::RandomStream random_;
    std::uint64_t sent_ = 0;
};

struct Case {
    const char* name;
    int vcs;
    int buffer;
    double rate;
    std::int64_t reduce;
    std::int64_t rounds;
    void (*change)(FlitConfig&);
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

struct Recorder : PacketObserver {
    std::map<std::uint64_t, PacketRecord> of;
    void delivered(const PacketRecord& packet) override { of[packet.transfer.id] = packet; }
};

using Times = std::map<std::pair<std::uint64_t, PortId>, std::int64_t>;

/// When each (transfer, target) of the groups is handed on: in order of the transfers of a group.
Times in_order(const OracleNetwork& oracle, const std::vector<Transfer>& sent) {
    Times raw;
    for (const auto& [tail, packet, port] : oracle.arrivals()) {
        raw[{static_cast<std::uint64_t>(packet), port}] = tail;
    }
    std::map<std::pair<CollectiveId, PortId>, std::int64_t> latest;
    for (auto& [key, time] : raw) {  // by id, that is in the order of their first parts
        std::int64_t& before = latest[{sent[key.first].group, key.second}];
        before = std::max(before, time);
        time = before;
    }
    return raw;
}

void compare(const Topology& topology, const RoutingTable& routing, const FlitConfig& config,
             const Case& one, std::uint64_t seed) {
    core::RandomStream random(seed, one.name);
    Recorder recorder;
    NetworkOptions options;
    options.observer = &recorder;
    options.reduce_cycles = one.reduce;
    options.reduce_rounds = one.rounds;
    FlitNetwork network(topology, routing, options, config);
    OracleNetwork oracle(topology, routing, config);
    oracle.reduce_cycles = one.reduce;
    oracle.reduce_rounds = one.rounds;
    const std::vector<Group> groups = random_groups(random, topology.ports().size(), 6);
    add_groups(network, groups);
    for (const Group& group : groups) {
        oracle.add_group(
            group.reduces ? CollectiveTree::reduction(topology, routing, group.members, group.root)
                          : CollectiveTree::multicast(topology, routing, group.root, group.members),
            group.reduces, static_cast<int>(group.members.size()));
    }
    Mix mix(groups, topology.ports().size(), config, config.buffer_flits, one.rate, seed);
    std::vector<Transfer> sent;
    Progress progress;
    const auto send = [&](const Transfer& transfer, int flits) {
        sent.push_back(transfer);
        oracle.send(transfer, flits);
        network.send(oracle.cycle() * kCycle, transfer);
    };
    constexpr int kCycles = 300;
    while (oracle.cycle() <= kCycles || !oracle.empty()) {
        ASSERT_LT(oracle.cycle(), 40 * kCycles) << "the oracle does not drain";
        network.advance(oracle.cycle() * kCycle, progress);
        if (oracle.cycle() < kCycles) {
            mix.cycle(send);
        } else if (oracle.cycle() == kCycles) {
            mix.finish(send);
        }
        oracle.step();
    }
    network.advance((oracle.cycle() + 100) * kCycle, progress);
    ASSERT_EQ(network.in_flight(), 0) << network.describe_state();
    EXPECT_EQ(network.flits_injected() + network.flits_copied() - network.flits_summed(),
              network.flits_ejected());
    Times times;
    for (const Delivery& each : progress.delivered) {
        if (sent[each.id].group >= 0) {
            EXPECT_TRUE(
                times.emplace(std::make_pair(each.id, each.port), each.time / kCycle).second);
        }
    }
    EXPECT_GT(times.size(), 20U);
    EXPECT_EQ(times, in_order(oracle, sent));
    for (std::size_t i = 0; i < sent.size(); ++i) {
        if (sent[i].group >= 0 && groups[static_cast<std::size_t>(sent[i].group)].reduces) {
            continue;  // one record per round
        }
        const auto& expected = oracle.times()[i];
        ASSERT_EQ(recorder.of[i].injected / kCycle, expected.injected) << "packet " << i;
        ASSERT_EQ(recorder.of[i].tail_arrived / kCycle, expected.tail) << "packet " << i;
    }
}

constexpr auto kPlain = [](FlitConfig&) {};
const Case kCases[] = {
    {"reference", 4, 8, 0.1, 1, 64, kPlain},
    {"slow_adders", 4, 8, 0.05, 9, 64, kPlain},
    {"saturated", 2, 4, 0.5, 1, 8, kPlain},
    {"one_vc", 1, 8, 0.3, 2, 4, kPlain},
    {"one_round", 4, 6, 0.1, 1, 1, kPlain},
    {"single_flits", 2, 1, 0.2, 1, 16, kPlain},
    {"combined_at_once", 4, 4, 0.1, 0, 16, kPlain},
    {"separable", 4, 8, 0.2, 1, 64,
     [](FlitConfig& config) { config.allocator = FlitConfig::Allocator::kSeparable; }},
    {"speculative", 4, 8, 0.2, 1, 64, [](FlitConfig& config) { config.speculative = true; }},
    {"deep_pipeline", 2, 8, 0.1, 1, 64,
     [](FlitConfig& config) {
         config.routing_cycles = 2;
         config.vc_alloc_cycles = 3;
         config.switch_alloc_cycles = 2;
     }},
    {"free_allocation", 2, 8, 0.2, 1, 64,
     [](FlitConfig& config) {
         config.vc_alloc_cycles = 0;
         config.switch_alloc_cycles = 0;
     }},
    {"classes", 2, 4, 0.3, 1, 16, [](FlitConfig& config) { config.classes = 3; }},
    {"priorities", 3, 6, 0.4, 1, 16,
     [](FlitConfig& config) {
         config.qos_levels = 3;
         config.starvation_cycles = 20;
     }},
};

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

class FlitCollectiveOracle : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, FlitCollectiveOracle, testing::ValuesIn(kCases),
                         [](const auto& test_info) { return std::string(test_info.param.name); });

TEST_P(FlitCollectiveOracle, MeshAgreesToTheCycle) {
    const FlitConfig config = config_of(GetParam());
    const NocConfig noc;
    RouterConfig router = noc.router("noc");
    router.pipeline = pipeline(config);
    Topology topology(noc.flit);
    const GroupId group = topology.add_mesh("m", 3, 3, noc.link("noc"), router);
    for (const RouterId id : topology.groups()[static_cast<std::size_t>(group)].routers) {
        topology.add_port("p" + std::to_string(id), id);
    }
    const RoutingTable routing(topology, "xy");
    for (const std::uint64_t seed : {1U, 2U}) {
        compare(topology, routing, config, GetParam(), seed);
    }
}

struct Family {
    const char* topology;
    std::vector<int> dims;
    const char* routing;
};

TEST(FlitCollectiveFamilies, AgreeToTheCycle) {
    for (const Family& family :
         {Family{"torus", {4, 3}, "xy"}, Family{"ring", {6}, "xy"}, Family{"crossbar", {9}, "xy"},
          Family{"fat_tree", {2, 3}, "nca"}}) {
        const Topology topology = test::network(family.topology, family.dims);
        const RoutingTable routing(topology, family.routing);
        for (Case one : {kCases[0], kCases[2]}) {
            one.rounds = 1000;  // the order in which one cycle's sums let parts begin is not told
            SCOPED_TRACE(std::string(family.topology) + " " + one.name);
            compare(topology, routing, config_of(one), one, 1);
        }
    }
}

/// Everybody sends to everybody through small buffers, all at once, and all arrives.
TEST(FlitCollectiveSoak, SaturatedMixesDoNotDeadlock) {
    for (const Family& family :
         {Family{"mesh", {5, 4}, "xy"}, Family{"mesh", {4, 4}, "yx"}, Family{"torus", {4, 4}, "xy"},
          Family{"torus", {5, 3}, "xy"}, Family{"ring", {8}, "xy"},
          Family{"fat_tree", {2, 4}, "nca"}, Family{"crossbar", {12}, "xy"}}) {
        const Topology topology = test::network(family.topology, family.dims);
        const RoutingTable routing(topology, family.routing);
        for (const int buffer : {2, 4}) {
            for (const std::uint64_t seed : {1U, 2U}) {
                FlitConfig config;
                config.vcs = 2;
                config.buffer_flits = buffer;
                NetworkOptions options;
                options.reduce_rounds = 2;
                core::RandomStream random(seed, "groups");
                FlitNetwork network(topology, routing, options, config);
                const auto groups = random_groups(random, topology.ports().size(), 24);
                add_groups(network, groups);
                Mix mix(groups, topology.ports().size(), config, buffer, 0.5, seed);
                Progress progress;
                core::Ps now = 0;
                const auto send = [&](const Transfer& transfer, int) {
                    network.send(now, transfer);
                };
                for (int cycle = 0; cycle < 300; ++cycle, now += kCycle) {
                    network.advance(now, progress);
                    mix.cycle(send);
                }
                mix.finish(send);
                test::drain(network);
                EXPECT_EQ(network.in_flight(), 0)
                    << family.topology << " " << network.describe_state();
                EXPECT_EQ(
                    network.flits_injected() + network.flits_copied() - network.flits_summed(),
                    network.flits_ejected());
            }
        }
    }
}

TEST(FlitCollective, APacketThatDoesNotFitABufferIsRefused) {
    const Topology topology = test::mesh(2, 2);
    const RoutingTable routing(topology, "xy");
    FlitConfig config;
    config.buffer_flits = 4;
    FlitNetwork network(topology, routing, {}, config);
    Transfer transfer{0, 0, 0, 3 * 32};
    transfer.group = network.add_multicast(0, {1, 3});
    network.send(0, transfer);
    transfer.bytes = 4 * 32;
    EXPECT_THROW(network.send(0, transfer), core::ModelError);

    NetworkOptions options;
    options.max_group_packet = 3 * 32;  // then it is cut
    FlitNetwork cutting(topology, routing, options, config);
    cutting.add_multicast(0, {1, 3});
    cutting.send(0, transfer);
    EXPECT_EQ(test::drain(cutting).size(), 2U);
    EXPECT_EQ(cutting.flits_injected(), 4 + 2);
}

/// One branch is blocked by unicasts to its port: the other target has the packet in time.
TEST(FlitCollective, BranchesGoOnByThemselves) {
    const Topology topology = test::mesh(3, 1);
    const RoutingTable routing(topology, "xy");
    FlitNetwork network(topology, routing, {}, {});
    Transfer multicast{1000, 1, 0, 7 * 32};
    multicast.group = network.add_multicast(1, {0, 2});
    for (std::uint64_t i = 0; i < 20; ++i) {
        network.send(0, {i, 2, 2, 7 * 32});
    }
    Progress progress;
    network.advance(100 * kCycle, progress);
    network.send(100 * kCycle, multicast);
    for (const Delivery& each : test::drain(network)) {
        if (each.id == 1000 && each.port == 0) {
            EXPECT_EQ(each.time, (100 + 4 * 2 + 7 + 2) * kCycle);
        } else if (each.id == 1000) {
            EXPECT_GT(each.time, (100 + 4 * 2 + 7 + 2) * kCycle);
        }
    }
}

/// A source sends at most `reduce_rounds` beyond what is finished, and its other packets pass.
TEST(FlitCollective, PartsOfLaterRoundsWaitOutsideTheQueue) {
    const Topology topology = test::mesh(3, 1);
    const RoutingTable routing(topology, "xy");
    NetworkOptions options;
    options.reduce_rounds = 3;
    FlitNetwork network(topology, routing, options, {});
    const CollectiveId group = network.add_reduction({1, 2}, 0);
    const auto part = [&](std::uint64_t id, PortId source) {
        Transfer transfer{id, source, 0, 3 * 32};
        transfer.group = group;
        return transfer;
    };
    for (std::uint64_t i = 0; i < 10; ++i) {
        network.send(0, part(i, 2));
    }
    network.send(0, {100, 2, 0, 3 * 32});
    Progress progress;
    network.advance(1000 * kCycle, progress);
    EXPECT_EQ(network.flits_injected(), (3 + 1) * 4);
    ASSERT_EQ(progress.delivered.size(), 1U);
    EXPECT_EQ(progress.delivered.front().id, 100U);
    for (std::uint64_t i = 10; i < 20; ++i) {
        network.send(1000 * kCycle, part(i, 1));
    }
    EXPECT_EQ(test::drain(network).size(), 10U);
    EXPECT_EQ(network.in_flight(), 0);
}

}  // namespace
}  // namespace strata::interconnect
