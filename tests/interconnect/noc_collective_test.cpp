// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Collective groups at the ports of the interconnect: every PE has an initiator and a TCM.

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "core/logging.h"
#include "core/random.h"
#include "interconnect/noc.h"
#include "tests/support/tlm_testers.h"

namespace strata::interconnect {
namespace {

using core::Fault;
using core::Place;
using core::Stage;
using test::InitiatorTester;
using test::ProtocolChecker;
using test::ResponseStyle;
using test::TargetTester;
using test::TargetTesterConfig;

constexpr core::Ps kCycle = 1000;
constexpr core::Bytes kTcm = 4096;

Place pe(std::int64_t number) {
    return {0, 0, static_cast<std::int16_t>(number)};
}

/// A mesh of `nx` by `ny` PEs, PE i at (i % nx, i / nx).
class System {
   public:
    System(const NocConfig& config, int nx, int ny, const TargetTesterConfig& tcm,
           ResponseStyle style = ResponseStyle::kCompleted)
        : services(stats, energy, pool, core::make_silent_logger()) {
        Topology topology(config.flit);
        const GroupId mesh =
            topology.add_mesh("m", nx, ny, config.link("noc"), config.router("noc"));
        for (int i = 0; i < nx * ny; ++i) {
            topology.add_port("p" + std::to_string(i), topology.mesh_router(mesh, i % nx, i / nx));
            map.add_window(pe(i), core::Region::kTcm, i, kTcm);
        }
        map.add_collectives(0, 0, kTcm);
        noc = std::make_unique<Noc>("noc", config, std::move(topology), map, services);
        for (int i = 0; i < nx * ny; ++i) {
            const std::string n = std::to_string(i);
            initiators.push_back(
                std::make_unique<InitiatorTester>(("initiator" + n).c_str(), pool, style));
            targets.push_back(std::make_unique<TargetTester>(("target" + n).c_str(), tcm));
            checkers.push_back(std::make_unique<ProtocolChecker>(("check_i" + n).c_str()));
            checkers.back()->between(initiators.back()->socket, noc->initiator_port(i));
            checkers.push_back(std::make_unique<ProtocolChecker>(("check_t" + n).c_str()));
            checkers.back()->between(noc->target_port(i), targets.back()->socket);
        }
    }

    GroupResult map_group(int root, std::int16_t number, bool reduces,
                          const std::vector<int>& members) {
        GroupRequest request{number, reduces, {}};
        for (const int member : members) {
            request.members.push_back(pe(member));
        }
        return noc->map_groups(pe(root), {request});
    }
    /// A write to a group; `data` may be null.
    std::size_t write(int from, core::Ps time, std::int16_t group, core::Bytes byte,
                      core::Bytes length, void* data = nullptr, core::Sum sum = core::Sum::kNone) {
        return initiators[static_cast<std::size_t>(from)]->issue(
            time, [=](tlm::tlm_generic_payload& payload) {
                payload.set_command(tlm::TLM_WRITE_COMMAND);
                payload.set_address(
                    core::collective_address(pe(0), group, static_cast<std::uint64_t>(byte)));
                payload.set_data_length(static_cast<unsigned>(length));
                payload.set_streaming_width(static_cast<unsigned>(length));
                payload.set_data_ptr(static_cast<unsigned char*>(data));
                core::extension_of(payload).op = core::MemoryOp::kWrite;
                core::extension_of(payload).sum = sum;
                core::extension_of(payload).semaphore = 9;
            });
    }
    void run_to_end() {
        sc_core::sc_start();
        for (const auto& initiator : initiators) {
            EXPECT_TRUE(initiator->all_done());
        }
        for (const auto& checker : checkers) {
            checker->check_finished();
        }
        EXPECT_TRUE(noc->idle()) << noc->describe_state();
        EXPECT_EQ(pool.in_use(), 0);
    }
    const InitiatorTester::Record& record(int from, std::size_t i) const {
        return initiators[static_cast<std::size_t>(from)]->record(i);
    }

    core::StatGroup stats;
    core::EnergyLedger energy;
    core::PayloadPool pool;
    core::Services services;
    AddressMap map;
    std::unique_ptr<Noc> noc;
    std::vector<std::unique_ptr<InitiatorTester>> initiators;
    std::vector<std::unique_ptr<TargetTester>> targets;
    std::vector<std::unique_ptr<ProtocolChecker>> checkers;
};

TargetTesterConfig tcm(core::Ps latency = 0, std::size_t depth = 16) {
    TargetTesterConfig config;
    config.latency = latency;
    config.queue_depth = depth;
    config.backing = kTcm;
    config.local_address = true;
    return config;
}

class NocGroups : public testing::TestWithParam<const char*> {
   protected:
    NocConfig config() const {
        NocConfig noc;
        noc.model = GetParam();
        return noc;
    }
};
INSTANTIATE_TEST_SUITE_P(All, NocGroups, testing::Values("packet", "flit"),
                         [](const auto& test_info) { return std::string(test_info.param); });

/// Cycles from end to end over `routers` routers with `data` bytes: 4·R + (L − 1) + 2.
core::Ps zero_load(int routers, core::Bytes data) {
    return (4 * routers + core::ceil_div(data, 32) + 2) * kCycle;
}

// At flit level 7 flits of data and the header fill a buffer, so that both levels send one packet.
// A 4×1 row: each target has its copy when a write of its own would have come, and answers by
// itself; the last answer ends the write.
TEST_P(NocGroups, AMulticastReachesEachTargetInItsTime) {
    System system(config(), 4, 1, tcm(50 * kCycle));
    ASSERT_TRUE(system.map_group(0, 7, false, {3, 1, 2}).ok());
    std::vector<unsigned char> data(224);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<unsigned char>(3 * i + 1);
    }
    system.write(0, 10 * kCycle, 7, 512, 224, data.data());
    system.run_to_end();
    for (int i = 1; i < 4; ++i) {
        const TargetTester& target = *system.targets[static_cast<std::size_t>(i)];
        ASSERT_EQ(target.arrivals().size(), 1U);
        const auto& arrival = target.arrivals().front();
        EXPECT_EQ(arrival.begin_req, 10 * kCycle + zero_load(i + 1, 224));
        EXPECT_EQ(arrival.address, core::tcm_address(pe(i), 512));
        EXPECT_EQ(arrival.local_address, 512U);
        EXPECT_EQ(arrival.extension.target_port, i);
        EXPECT_EQ(arrival.extension.semaphore, 9);
        EXPECT_EQ(std::memcmp(system.targets[static_cast<std::size_t>(i)]->bytes().data() + 512,
                              data.data(), 224),
                  0);
    }
    EXPECT_TRUE(system.targets[0]->arrivals().empty());
    const auto& record = system.record(0, 0);
    EXPECT_EQ(record.status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(record.end_req, 10 * kCycle);
    const core::Ps end = (10 + 50) * kCycle + zero_load(4, 224) + zero_load(4, 0);
    EXPECT_EQ(record.begin_resp, end);
    EXPECT_EQ(record.extension.at(Stage::kAtTarget), 10 * kCycle + zero_load(4, 224));
    EXPECT_EQ(record.extension.at(Stage::kDelivered), end);
    EXPECT_EQ(system.noc->bytes_delivered(), 3 * 224);
    // Every link of the row once: three links of 8 flits; the answers 1 + 2 + 3 of one flit.
    EXPECT_EQ(system.noc->link_busy_time(), (3 * 8 + 6) * kCycle);
}

// Parts of PEs 1 to 3 become one write at PE 0; a router that joins two parts takes a cycle more.
TEST_P(NocGroups, AReductionDeliversOneSum) {
    System system(config(), 4, 1, tcm(50 * kCycle), ResponseStyle::kEndResp);
    ASSERT_TRUE(system.map_group(0, 2, true, {1, 2, 3}).ok());
    std::vector<std::int32_t> parts[3];
    for (int i = 0; i < 3; ++i) {
        for (std::int32_t k = 0; k < 56; ++k) {
            parts[i].push_back(k == 5 ? 0x7fffffff : (i + 1) * (k - 20));
        }
        system.write(i + 1, 10 * kCycle, 2, 128, 224, parts[i].data(), core::Sum::kInt32);
    }
    system.run_to_end();
    const auto& arrivals = system.targets[0]->arrivals();
    ASSERT_EQ(arrivals.size(), 1U);
    EXPECT_EQ(arrivals[0].begin_req, 10 * kCycle + zero_load(4, 224) + 2 * kCycle);
    EXPECT_EQ(arrivals[0].address, core::tcm_address(pe(0), 128));
    EXPECT_EQ(arrivals[0].extension.semaphore, 9);
    for (std::size_t k = 0; k < 56; ++k) {
        std::int32_t sum = 0;
        std::memcpy(&sum, system.targets[0]->bytes().data() + 128 + 4 * k, 4);
        EXPECT_EQ(sum, k == 5 ? 0x7ffffffd : 6 * (static_cast<std::int32_t>(k) - 20));
    }
    // The root's answers leave one after the other.
    for (int i = 1; i < 4; ++i) {
        EXPECT_EQ(system.record(i, 0).status, tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(system.record(i, 0).begin_resp,
                  arrivals[0].begin_resp + zero_load(i + 1, 0) + (i - 1) * kCycle);
    }
    EXPECT_EQ(system.noc->link_busy_time(), (3 * 8 + 6) * kCycle);
}

TEST_P(NocGroups, FloatsAddUpInTheOrderOfMembers) {
    System system(config(), 2, 2, tcm());
    ASSERT_TRUE(system.map_group(0, 0, true, {3, 1, 2, 0}).ok());  // the root may take part
    float parts[4] = {1e8F, 1.0F, -1e8F, 0.25F};
    for (int i = 0; i < 4; ++i) {
        system.write(i, (4 - i) * 100 * kCycle, 0, 0, 4, &parts[i], core::Sum::kFp32);
    }
    system.run_to_end();
    float sum = 0.0F;
    std::memcpy(&sum, system.targets[0]->bytes().data(), 4);
    EXPECT_EQ(sum, ((1e8F + 1.0F) + -1e8F) + 0.25F);
}

// The n-th writes of all sources belong together, however far one is ahead.
TEST_P(NocGroups, RoundsFollowTheOrderOfWrites) {
    System system(config(), 3, 1, tcm());
    ASSERT_TRUE(system.map_group(0, 1, true, {1, 2}).ok());
    std::vector<std::int32_t> values(40);
    for (std::int32_t n = 0; n < 20; ++n) {
        values[static_cast<std::size_t>(n)] = 100 + n;
        values[static_cast<std::size_t>(20 + n)] = 1000 * n;
        system.write(1, 0, 1, 4 * n, 4, &values[static_cast<std::size_t>(n)], core::Sum::kInt32);
        system.write(2, (500 + 37 * n) * kCycle, 1, 4 * n, 4,
                     &values[static_cast<std::size_t>(20 + n)], core::Sum::kInt32);
    }
    system.run_to_end();
    ASSERT_EQ(system.targets[0]->arrivals().size(), 20U);
    for (std::size_t n = 0; n < 20; ++n) {
        EXPECT_EQ(system.targets[0]->arrivals()[n].local_address, 4 * n);
        std::int32_t sum = 0;
        std::memcpy(&sum, system.targets[0]->bytes().data() + 4 * n, 4);
        EXPECT_EQ(sum, 100 + static_cast<std::int32_t>(n) * 1001);
    }
}

// While a part is missing, its siblings wait and the report says for whom.
TEST_P(NocGroups, AMissingPartIsNamed) {
    System system(config(), 3, 1, tcm());
    ASSERT_TRUE(system.map_group(0, 1, true, {1, 2}).ok());
    system.write(1, 0, 1, 0, 64);
    sc_core::sc_start();
    EXPECT_FALSE(system.noc->idle());
    const std::string state = system.noc->describe_state();
    EXPECT_NE(state.find("a reduction to sip0.cube0.pe0 waits for sip0.cube0.pe2"),
              std::string::npos)
        << state;
    EXPECT_EQ(system.noc->unmap_groups(pe(0), {1}).error, GroupError::kBusy);
    system.write(2, core::now_ps(), 1, 0, 64);
    system.run_to_end();
    EXPECT_TRUE(system.noc->unmap_groups(pe(0), {1}).ok());
}

TEST_P(NocGroups, WhatAGroupDoesNotTakeIsRefused) {
    System system(config(), 3, 1, tcm());
    ASSERT_TRUE(system.map_group(0, 1, true, {1, 2}).ok());
    ASSERT_TRUE(system.map_group(0, 2, false, {1, 2}).ok());
    std::int32_t value = 1;
    system.write(0, 0, 3, 0, 4);          // not mapped
    system.write(0, 0, 1, 0, 4);          // no source of the reduction
    system.write(1, 0, 2, 0, 4);          // not the root of the multicast
    system.write(1, 0, 1, 0, 4, &value);  // bytes without a kind of sum
    system.write(0, 0, 2, kTcm - 4, 8);   // leaves the window
    system.initiators[0]->read(0, core::collective_address(pe(0), 2, 0), 4);
    system.run_to_end();
    const auto expect = [&](int from, std::size_t i, Fault fault) {
        EXPECT_EQ(system.record(from, i).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(system.record(from, i).extension.fault, fault) << from << " " << i;
    };
    expect(0, 0, Fault::kDecode);
    expect(0, 1, Fault::kCollective);
    expect(1, 0, Fault::kCollective);
    expect(1, 1, Fault::kCollective);
    expect(0, 2, Fault::kDecode);
    expect(0, 3, Fault::kCollective);
    for (const auto& target : system.targets) {
        EXPECT_TRUE(target->arrivals().empty());
    }
}

TEST_P(NocGroups, AnErrorOfOneTargetIsTheErrorOfAll) {
    System system(config(), 4, 1, tcm());
    ASSERT_TRUE(system.map_group(0, 1, false, {1, 2, 3}).ok());
    ASSERT_TRUE(system.map_group(2, 2, true, {1, 3}).ok());
    system.targets[2]->set_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    system.write(0, 0, 1, 0, 64);
    system.write(1, 0, 2, 0, 64);
    system.write(3, 0, 2, 0, 64);
    system.run_to_end();
    for (const int from : {0, 1, 3}) {
        EXPECT_EQ(system.record(from, 0).status, tlm::TLM_GENERIC_ERROR_RESPONSE);
    }
}

// One slot per target, and everybody multicasts to everybody: whoever holds a slot must not wait
// for one that waits for it.
TEST_P(NocGroups, CrossingMulticastsDoNotLockUp) {
    NocConfig noc = config();
    noc.receive_slots = 1;
    noc.injection_queue = 1;
    System system(noc, 3, 3, tcm(20 * kCycle, 1));
    for (int i = 0; i < 9; ++i) {
        std::vector<int> others;
        for (int k = 1; k < 9; ++k) {
            others.push_back((i + k * (i % 2 == 0 ? 1 : 8)) % 9);
        }
        ASSERT_TRUE(system.map_group(i, static_cast<std::int16_t>(i), false, others).ok());
        for (int n = 0; n < 6; ++n) {
            system.write(i, 0, static_cast<std::int16_t>(i), 64 * n, 256);
        }
    }
    system.run_to_end();
    for (std::size_t i = 0; i < 9; ++i) {
        const auto& arrivals = system.targets[i]->arrivals();
        EXPECT_EQ(arrivals.size(), 8U * 6U);
        std::vector<std::uint64_t> next(9);
        for (const auto& arrival : arrivals) {  // in the order of each source
            auto& byte = next[static_cast<std::size_t>(arrival.extension.source_port)];
            EXPECT_EQ(arrival.local_address, byte);
            byte += 64;
        }
    }
}

// A reduction that waits for a part takes no slot of the root: other writes go on.
TEST_P(NocGroups, AnOpenReductionHoldsBackNobodyElse) {
    NocConfig noc = config();
    noc.receive_slots = 1;
    noc.injection_queue = 8;
    System system(noc, 3, 1, tcm());
    ASSERT_TRUE(system.map_group(0, 1, true, {1, 2}).ok());
    for (int n = 0; n < 6; ++n) {
        system.write(1, 0, 1, 0, 64);
    }
    system.initiators[1]->write(0, core::tcm_address(pe(0), 0), 64);
    sc_core::sc_start();
    EXPECT_EQ(system.initiators[1]->completed(), 1U);
    EXPECT_TRUE(system.record(1, 6).done());
    for (int n = 0; n < 6; ++n) {
        system.write(2, core::now_ps(), 1, 0, 64);
    }
    system.run_to_end();
}

TEST_P(NocGroups, MappingIsAllOrNothing) {
    NocConfig noc = config();
    noc.group_entries = 2;
    System system(noc, 4, 1, tcm());
    const auto expect = [&](const GroupResult& result, GroupError error) {
        EXPECT_EQ(result.error, error) << result.text;
        EXPECT_FALSE(result.text.empty());
    };
    expect(system.map_group(0, 1, false, {}), GroupError::kBadMember);
    expect(system.map_group(0, 1, false, {1, 2, 1}), GroupError::kBadMember);
    expect(system.map_group(0, 1, false, {1, 9}), GroupError::kBadMember);
    expect(system.map_group(0, -1, false, {1}), GroupError::kBadNumber);
    expect(system.map_group(0, core::kMaxGroups, false, {1}), GroupError::kBadNumber);
    ASSERT_TRUE(system.map_group(0, 1, false, {1}).ok());
    expect(system.map_group(0, 1, false, {2}), GroupError::kTaken);
    // The second group of the message finds router 0 full: the first one is not made either.
    const GroupRequest fits{2, true, {pe(1)}};
    const GroupRequest full{3, true, {pe(3)}};
    const GroupResult result = system.noc->map_groups(pe(0), {fits, full});
    expect(result, GroupError::kTableFull);
    EXPECT_NE(result.text.find("m.r0_0"), std::string::npos) << result.text;
    expect(system.noc->unmap_groups(pe(0), {1, 2}), GroupError::kNotMapped);
    expect(system.noc->unmap_groups(pe(0), {1, 1}), GroupError::kNotMapped);
    EXPECT_TRUE(system.noc->unmap_groups(pe(0), {1}).ok());
    EXPECT_TRUE(system.noc->map_groups(pe(0), {fits, full}).ok());
    system.run_to_end();
}

/// Random unicasts, multicasts and reductions between nine PEs; returns all end times.
std::vector<core::Ps> random_mix(const NocConfig& config, std::uint64_t seed) {
    core::RandomStream draws(seed, "mix");
    System system(config, 3, 3, tcm(static_cast<core::Ps>(draws.below(40)) * kCycle, 2));
    // Bytes of a TCM: 0 … 287 sums by group, 512 … multicasts by source, 2048 … unicasts by source.
    std::vector<std::vector<std::int32_t>> sums(9, std::vector<std::int32_t>(8));
    std::vector<std::unique_ptr<std::vector<std::int32_t>>> data;
    const auto values = [&] {
        data.push_back(std::make_unique<std::vector<std::int32_t>>());
        for (int k = 0; k < 8; ++k) {
            data.back()->push_back(static_cast<std::int32_t>(draws.below(1'000'000)));
        }
        return data.back().get();
    };
    std::vector<std::vector<int>> members(9);
    for (int i = 0; i < 9; ++i) {
        for (int k = 0; k < 9; ++k) {
            if (k != i && draws.below(3) > 0) {
                members[static_cast<std::size_t>(i)].push_back(k);
            }
        }
        members[static_cast<std::size_t>(i)].push_back(i);
        const auto& those = members[static_cast<std::size_t>(i)];
        EXPECT_TRUE(system.map_group(i, static_cast<std::int16_t>(i), false, those).ok());
        EXPECT_TRUE(system.map_group(i, static_cast<std::int16_t>(9 + i), true, those).ok());
    }
    std::vector<std::vector<std::int32_t>> last(9, std::vector<std::int32_t>(8));
    for (int n = 0; n < 20; ++n) {
        for (int i = 0; i < 9; ++i) {
            const core::Ps time = (200 * n + static_cast<core::Ps>(draws.below(200))) * kCycle;
            auto* value = values();
            last[static_cast<std::size_t>(i)] = *value;
            system.write(i, time, static_cast<std::int16_t>(i), 512 + 32 * i, 32, value->data());
            const int to = static_cast<int>(draws.below(9));
            system.initiators[static_cast<std::size_t>(i)]->write(
                time, core::tcm_address(pe(to), 2048 + 32 * static_cast<std::uint64_t>(i)), 32);
        }
        for (int root = 0; root < 9; ++root) {  // one order for all
            auto& sum = sums[static_cast<std::size_t>(root)];
            sum.assign(8, 0);
            for (const int i : members[static_cast<std::size_t>(root)]) {
                auto* value = values();
                for (std::size_t k = 0; k < 8; ++k) {
                    sum[k] += (*value)[k];
                }
                system.write(i, n * 200 * kCycle, static_cast<std::int16_t>(9 + root), 0, 32,
                             value->data(), core::Sum::kInt32);
            }
        }
    }
    system.run_to_end();
    std::vector<core::Ps> ends;
    for (std::size_t i = 0; i < 9; ++i) {
        const auto& bytes = system.targets[i]->bytes();
        EXPECT_EQ(std::memcmp(bytes.data(), sums[i].data(), 32), 0) << "sum of " << i;
        for (const int k : members[i]) {
            const auto& there = system.targets[static_cast<std::size_t>(k)]->bytes();
            EXPECT_EQ(std::memcmp(there.data() + 512 + 32 * i, last[i].data(), 32), 0);
        }
        for (const auto& record : system.initiators[i]->records()) {
            EXPECT_EQ(record.status, tlm::TLM_OK_RESPONSE);
            ends.push_back(record.end_resp);
        }
    }
    return ends;
}

TEST_P(NocGroups, ARandomMixArrivesWhole) {
    NocConfig noc = config();
    noc.receive_slots = 2;
    noc.injection_queue = 2;
    random_mix(noc, 5);
}

TEST_P(NocGroups, ARandomMixArrivesWholeWithMoreRoom) {
    random_mix(config(), 6);
}

TEST(NocGroups, ANetworkWithoutCollectivesSaysSo) {
    NocConfig noc;
    noc.routing = "adaptive_west_first";
    System system(noc, 2, 2, tcm());
    const GroupResult result = system.map_group(0, 1, false, {1, 2});
    EXPECT_EQ(result.error, GroupError::kUnsupported);
    EXPECT_NE(result.text.find("adaptive_west_first"), std::string::npos) << result.text;
}

}  // namespace
}  // namespace strata::interconnect
