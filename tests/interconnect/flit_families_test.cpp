// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Every topology with every routing that fits it, near and beyond saturation: nothing is lost,
// nothing stands still, order is kept where it is promised, flit-hops are what the routes say.

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "interconnect/flit_network.h"
#include "interconnect/network_check.h"
#include "interconnect/topology_family.h"
#include "tests/interconnect/net_support.h"

namespace strata::interconnect {
namespace {

using test::kCycle;

struct Network {
    const char* topology;
    std::vector<int> dims;
};

const Network kNetworks[] = {
    {"mesh", {4, 4}}, {"cmesh", {2, 2}},  {"torus", {4, 4}},
    {"ring", {8}},    {"crossbar", {12}}, {"fat_tree", {2, 4}},
};

struct Case {
    NocConfig noc;
    std::string name;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const Network& network : kNetworks) {
        for (const std::string& routing : topology_family(network.topology).routings) {
            if (routing == "shortest") {
                continue;  // promises no freedom from deadlock
            }
            Case one;
            one.noc.topology = network.topology;
            one.noc.dims = network.dims;
            one.noc.concentration = topology_family(network.topology).concentration;
            one.noc.routing = routing;
            one.name = std::string(network.topology) + "_" + routing;
            all.push_back(one);
        }
    }
    return all;
}

class FlitFamilies : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, FlitFamilies, testing::ValuesIn(cases()),
                         [](const auto& test_info) { return test_info.param.name; });

/// Sends `packets` random packets at `rate` flits per node and cycle and checks what comes out.
void run(const Topology& topology, const RoutingTable& routing, const FlitConfig& config,
         double rate, std::size_t packets) {
    FlitNetwork network(topology, routing, {}, config);
    core::RandomStream random(7, "families");
    const auto ports = static_cast<std::uint64_t>(topology.ports().size());
    std::vector<Transfer> sent;
    Progress progress;
    for (core::Ps now = 0; sent.size() < packets; now += kCycle) {
        network.advance(now, progress);
        for (std::uint64_t source = 0; source < ports && sent.size() < packets; ++source) {
            if (!random.chance(rate / 4.5)) {
                continue;
            }
            Transfer transfer{sent.size(), static_cast<PortId>(source),
                              static_cast<PortId>(random.below(ports)),
                              static_cast<core::Bytes>(32 * random.below(8))};
            transfer.traffic_class =
                static_cast<std::uint8_t>(random.below(static_cast<std::uint64_t>(config.classes)));
            network.send(now, transfer);
            sent.push_back(transfer);
        }
    }
    const std::vector<Delivery> rest = test::drain(network);
    progress.delivered.insert(progress.delivered.end(), rest.begin(), rest.end());
    ASSERT_EQ(network.in_flight(), 0);
    ASSERT_EQ(progress.delivered.size(), sent.size());
    EXPECT_EQ(network.flits_injected(), network.flits_ejected());
    std::map<std::tuple<PortId, PortId, int>, std::uint64_t> last;
    for (const Delivery& delivery : progress.delivered) {
        const Transfer& transfer = sent[delivery.id];
        const auto flow = std::make_tuple(transfer.source, transfer.target, transfer.traffic_class);
        if (routing.keeps_order() && last.count(flow) != 0) {
            ASSERT_GT(delivery.id, last[flow]);
        }
        last[flow] = delivery.id;
    }
    std::int64_t hops = 0;
    std::int64_t flit_hops = 0;
    for (RouterId id = 0; id < static_cast<RouterId>(topology.routers().size()); ++id) {
        flit_hops += network.router_flits(id);
    }
    std::vector<LinkId> path;
    std::int64_t expected_flit_hops = 0;
    for (const Transfer& transfer : sent) {
        routing.path(topology, transfer.source, transfer.target, path);
        const auto routers = static_cast<std::int64_t>(path.size()) - 1;
        hops += routers;
        expected_flit_hops += routers * (1 + transfer.bytes / 32);
    }
    EXPECT_EQ(network.packet_hops(), hops);  // all routes here are as short as the preferred one
    EXPECT_EQ(flit_hops, expected_flit_hops);
}

TEST_P(FlitFamilies, EverythingArrivesBeyondSaturation) {
    const Topology topology = make_topology(GetParam().noc);
    const RoutingTable routing = make_routing(topology, GetParam().noc);
    FlitConfig config;
    for (const double rate : {0.3, 1.0}) {
        run(topology, routing, config, rate, 4'000);
    }
    config.vcs = routing.vc_classes();  // as few as may be, wormhole over several routers
    config.buffer_flits = 2;
    config.classes = 2;
    run(topology, routing, config, 1.0, 3'000);
}

}  // namespace
}  // namespace strata::interconnect
