// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Exact times and exact counts, for both levels of the network.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "core/diagnostics.h"
#include "tests/interconnect/net_support.h"

namespace strata::interconnect {
namespace {

using test::kCycle;

class NetworkLevels : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, NetworkLevels, testing::Values("ideal", "packet", "flit"),
                         [](const auto& test_info) { return std::string(test_info.param); });

/// T0 = 4·R + (L − 1) + 2, with the header flits of all packets in L.
core::Ps law(int routers, core::Bytes bytes, core::Bytes max_packet = 4096) {
    const core::Bytes packets = std::max<core::Bytes>(1, core::ceil_div(bytes, max_packet));
    core::Bytes flits = packets;
    for (core::Bytes rest = bytes; rest > 0; rest -= max_packet) {
        flits += core::ceil_div(std::min(rest, max_packet), 32);
    }
    return (4 * routers + (flits - 1) + 2) * kCycle;
}

TEST_P(NetworkLevels, ZeroLoadLawHoldsForEveryPairAndSize) {
    const Topology topology = test::mesh(4, 3);
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    core::Ps now = 0;
    for (PortId a = 0; a < 12; ++a) {
        for (PortId b = 0; b < 12; ++b) {
            const int routers = 1 + std::abs(a % 4 - b % 4) + std::abs(a / 4 - b / 4);
            for (const core::Bytes bytes : {0, 1, 32, 33, 96, 256, 4096, 4097, 32768}) {
                now += 100'000 * kCycle;
                const Transfer transfer{7, a, b, bytes};
                const core::Ps took = test::send_alone(*network, now, transfer) - now;
                ASSERT_EQ(took, law(routers, bytes)) << a << " to " << b << ", " << bytes << " B";
                ASSERT_EQ(network->zero_load_latency(transfer), took);
            }
        }
    }
}

TEST_P(NetworkLevels, NoRoundingAddsUpInAnOddClock) {
    NocConfig config;
    config.clock = core::Frequency{1'200'000'000};
    Topology topology(config.flit);
    const auto group = topology.add_mesh("m", 9, 1, config.link("x"), config.router("x"));
    const PortId a = topology.add_port("a", topology.mesh_router(group, 0, 0));
    const PortId b = topology.add_port("b", topology.mesh_router(group, 8, 0));
    const RoutingTable routing(topology, "xy");
    for (const std::int64_t start : {0LL, 1LL, 2LL, 3'600'000'001LL}) {
        const auto network = test::make_network(GetParam(), topology, routing);
        const core::Ps done = test::send_alone(*network, config.clock.cycles(start), {1, a, b, 96});
        EXPECT_EQ(done, config.clock.cycles(start + 4 * 9 + 3 + 2));
    }
}

TEST_P(NetworkLevels, WaitsForTheNextClockEdge) {
    const Topology topology = test::mesh(2, 1);
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    EXPECT_EQ(test::send_alone(*network, 2001, {1, 0, 1, 0}), 3 * kCycle + law(2, 0));
}

/// At flit level the body flits behind a slow link come one by one and need no VC allocation, so
/// the tail may win a cycle at each router. A header alone is exact.
core::Ps slack_per_packet(const std::string& level, const NetworkBase& network, core::Bytes bytes) {
    constexpr core::Ps kSlowestCycle = 1429;
    return level == "flit" && bytes > 0 ? network.packet_hops() * kSlowestCycle : 0;
}

TEST_P(NetworkLevels, MeetsItsClosedFormAcrossForeignLinks) {
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    for (PortId a = 0; a < 14; ++a) {
        for (PortId b = 0; b < 14; ++b) {
            for (const core::Bytes bytes : {0, 64, 1000, 4096, 10'000}) {
                const auto network = test::make_network(GetParam(), topology, routing);
                const Transfer transfer{7, a, b, bytes};
                const core::Ps took = test::send_alone(*network, 0, transfer);
                const core::Ps law = network->zero_load_latency(transfer);
                ASSERT_LE(took, law) << a << " to " << b << ", " << bytes << " B";
                ASSERT_GE(took, law - slack_per_packet(GetParam(), *network, bytes))
                    << a << " to " << b << ", " << bytes << " B";
            }
        }
    }
}

TEST_P(NetworkLevels, DieToDieLinkByHand) {
    // Cube 0 (2,0) → cube 1 (0,0): injection 1, router 3, then one flit of 32 B in one 2 GHz cycle
    // (0.5 ns) and 1 ns of adapter: the head is there at 5.5 ns, next edge 6 ns; router 3, ejection
    // link 1, ejection 1: a header alone leaves at 11 ns.
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    auto network = test::make_network(GetParam(), topology, routing);
    EXPECT_EQ(test::send_alone(*network, 0, {1, 2, 6, 0}), 11 * kCycle);
    // 4 KiB: the wide link sends 33 cycles without a break, ending with the flit that comes last at
    // cycle 129 + 3; the tail is there at 133.5 + 1 → 134 + …: as late as 128 flits of 1 ns ask
    // for.
    network = test::make_network(GetParam(), topology, routing);
    EXPECT_EQ(test::send_alone(*network, 0, {1, 2, 6, 4096}), (11 + 128) * kCycle);
}

TEST_P(NetworkLevels, NarrowLinkSetsTheRate) {
    // IO die → host over 16 B per ns: 2 + 256 link cycles per 4 KiB packet. The first head: 4 ns
    // on the link, 2 ns for its flit and 100 ns of latency; the last byte 2 · 258 ns after 4 ns.
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    const core::Frequency host{700'000'000};
    const CycleClock clock(host);
    const Cycle tail = clock.at_or_after((4 + 2 * 258 + 100) * kCycle);
    // Router 3 (2 for a body flit that comes alone at flit level), the last flit on the ejection
    // link 1, ejection 1.
    const int router = GetParam() == std::string("flit") ? 2 : 3;
    EXPECT_EQ(test::send_alone(*network, 0, {1, 12, 13, 8192}), host.cycles(tail + router + 2));
}

TEST_P(NetworkLevels, SendReturnsWhenThePortHasTakenTheLastFlit) {
    const Topology topology = test::mesh(2, 1);
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    std::vector<core::Ps> freed;
    freed.push_back(network->send(0, {0, 0, 1, 96}));
    freed.push_back(network->send(0, {1, 0, 1, 0}));
    freed.push_back(network->send(9 * kCycle + 1, {2, 0, 1, 4096 + 1}));
    Progress progress;
    while (network->next_event() != core::kNever) {
        network->advance(network->next_event(), progress);
    }
    for (const Injection& injection : progress.injected) {
        EXPECT_EQ(freed[injection.id], core::kNever);
        freed[injection.id] = injection.time;
    }
    const std::vector<core::Ps> expected{4 * kCycle, 5 * kCycle, (10 + 129 + 2) * kCycle};
    EXPECT_EQ(freed, expected);
}

TEST_P(NetworkLevels, OneStreamReachesTheLinkRate) {
    const Topology topology = test::mesh(4, 4);
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    constexpr int kTransfers = 500;
    for (std::uint64_t i = 0; i < kTransfers; ++i) {
        network->send(0, {i, 0, 15, 4096});
    }
    const auto delivered = test::drain(*network);
    ASSERT_EQ(delivered.size(), std::size_t{kTransfers});
    EXPECT_EQ(delivered.back().time, law(7, 4096) + (kTransfers - 1) * 129 * kCycle);
}

TEST_P(NetworkLevels, CountsFlitHopsAndEnergyExactly) {
    const Topology topology = test::mesh(4, 4);
    const RoutingTable routing(topology, "xy");
    core::EnergyLedger ledger;
    NetworkEnergy energy(topology, ledger);
    NetworkOptions options;
    options.energy = &energy;
    const auto network = test::make_network(GetParam(), topology, routing, options);
    const auto traffic = test::uniform_traffic(16, 0.2, 5, 2000, 3);
    test::run(*network, traffic);
    std::int64_t hops = 0;   // routers visited
    std::int64_t links = 0;  // links between routers
    for (const auto& sent : traffic) {
        const PortId a = sent.second.source;
        const PortId b = sent.second.target;
        const int distance = std::abs(a % 4 - b % 4) + std::abs(a / 4 - b / 4);
        hops += distance + 1;
        links += distance;
    }
    EXPECT_EQ(network->packet_hops(), hops);
    std::int64_t flits = 0;
    for (RouterId id = 0; id < 16; ++id) {
        flits += network->router_flits(id);
    }
    EXPECT_EQ(flits, 5 * hops);
    const NocConfig config;
    const double expected = static_cast<double>(5 * hops * 256) * config.router_pj_per_bit +
                            static_cast<double>(5 * links * 256) * config.wire_pj_per_bit_mm;
    EXPECT_NEAR(ledger.category_pj(core::EnergyCategory::kNoc, 0), expected, 1e-9 * expected);
}

TEST_P(NetworkLevels, RefusesNonsense) {
    const Topology topology = test::mesh(2, 1);
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    EXPECT_THROW(network->send(0, {0, 0, 2, 0}), core::ModelError);
    EXPECT_THROW(network->send(0, {0, 0, 1, -1}), core::ModelError);
    Progress progress;
    network->advance(1000, progress);
    EXPECT_THROW(network->send(999, {0, 0, 1, 0}), core::ModelError);
}

TEST(PacketNetwork, ABulkTransferIsItsPacketsSentOneByOne) {
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    core::RandomStream random(5, "bulk");
    PacketNetwork bulk(topology, routing, {});
    PacketNetwork single(topology, routing, {});
    test::Traffic whole;
    test::Traffic pieces;
    std::vector<std::size_t> last_piece;
    for (int i = 0; i < 2000; ++i) {
        const core::Ps time = i * 100 * kCycle;
        const auto a = static_cast<PortId>(random.below(14));
        const auto b = static_cast<PortId>(random.below(14));
        const auto bytes = static_cast<core::Bytes>(random.below(20'000));
        whole.push_back({time, {whole.size(), a, b, bytes}});
        core::Bytes rest = bytes;
        do {
            const core::Bytes piece = std::min<core::Bytes>(rest, 4096);
            pieces.push_back({time, {pieces.size(), a, b, piece}});
            rest -= piece;
        } while (rest > 0);
        last_piece.push_back(pieces.size() - 1);
    }
    const auto bulk_times = test::run(bulk, whole);
    const auto piece_times = test::run(single, pieces);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        ASSERT_EQ(bulk_times[i], piece_times[last_piece[i]]) << "transfer " << i;
    }
}

TEST(PacketNetwork, SharedLinksCarryBothNetworks) {
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    const auto shared = std::make_shared<LinkCalendars>(topology.links().size());
    PacketNetwork requests(topology, routing, {}, shared);
    PacketNetwork responses(topology, routing, {}, shared);
    // Both from the IO die to the host, over the same PCIe lanes.
    requests.send(0, {0, 12, 13, 4096});
    responses.send(0, {0, 12, 13, 4096});
    Progress progress;
    while (true) {
        const core::Ps next = std::min(requests.next_event(), responses.next_event());
        if (next == core::kNever) {
            break;
        }
        requests.advance(next, progress);
        responses.advance(next, progress);
    }
    const std::vector<Delivery>& delivered = progress.delivered;
    ASSERT_EQ(delivered.size(), 2U);
    // 258 ns apart on the link, each rounded up to an edge of the host's clock.
    EXPECT_NEAR(static_cast<double>(delivered[1].time - delivered[0].time), 258'000, 1429);
}

}  // namespace
}  // namespace strata::interconnect
