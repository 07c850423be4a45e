// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The SystemC shell between testers: handshake, credits, order, decoding, stages.

#include "interconnect/noc.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "core/logging.h"
#include "core/random.h"
#include "tests/support/script.h"
#include "tests/support/tlm_testers.h"

namespace strata::interconnect {
namespace {

using core::PhysicalAddress;
using core::Region;
using core::Stage;
using test::InitiatorTester;
using test::ProtocolChecker;
using test::ResponseStyle;
using test::TargetTester;
using test::TargetTesterConfig;

constexpr core::Ps kCycle = 1000;
constexpr core::Bytes kInterleave = 4096;
constexpr core::Bytes kCapacity = 1 << 20;

/// A 4×1 mesh: initiators at ports 0 and 1, targets at ports 2 and 3, which share the DRAM region
/// of cube 0 (4 KiB interleave). Port i sits at router i.
class System {
   public:
    System(const NocConfig& config, const TargetTesterConfig& target,
           ResponseStyle style = ResponseStyle::kCompleted)
        : services(stats, energy, pool, core::make_silent_logger()) {
        Topology topology(config.flit);
        const GroupId mesh = topology.add_mesh("m", 4, 1, config.link("noc"), config.router("noc"));
        for (int i = 0; i < 4; ++i) {
            topology.add_port("p" + std::to_string(i), topology.mesh_router(mesh, i, 0));
        }
        map.add_memory(0, 0, Region::kDram, {2, 3}, kInterleave, kCapacity);
        map.add_memory(0, 0, Region::kSram, {1}, 64, 1024);  // nothing is bound there
        noc = std::make_unique<Noc>("noc", config, std::move(topology), map, services);
        for (int i = 0; i < 2; ++i) {
            const std::string n = std::to_string(i);
            initiators.push_back(
                std::make_unique<InitiatorTester>(("initiator" + n).c_str(), pool, style));
            targets.push_back(std::make_unique<TargetTester>(("target" + n).c_str(), target));
            checkers.push_back(std::make_unique<ProtocolChecker>(("check_i" + n).c_str()));
            checkers.back()->between(initiators.back()->socket, noc->initiator_port(i));
            checkers.push_back(std::make_unique<ProtocolChecker>(("check_t" + n).c_str()));
            checkers.back()->between(noc->target_port(2 + i), targets.back()->socket);
        }
    }

    /// Runs to the end and checks that nothing is left anywhere.
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

/// Byte `offset` behind target 0 (port 2) or 1 (port 3).
std::uint64_t address(int target, core::Bytes offset) {
    const core::Bytes run = offset / kInterleave * 2 + target;
    return PhysicalAddress{0, 0, Region::kDram,
                           static_cast<std::uint64_t>(run * kInterleave + offset % kInterleave)}
        .encode();
}

TargetTesterConfig memory(core::Ps latency, std::size_t depth = 16) {
    TargetTesterConfig config;
    config.latency = latency;
    config.queue_depth = depth;
    config.local_address = true;
    return config;
}

class NocLevels : public testing::TestWithParam<const char*> {
   protected:
    NocConfig config() const {
        NocConfig noc;
        noc.model = GetParam();
        return noc;
    }
};
INSTANTIATE_TEST_SUITE_P(All, NocLevels, testing::Values("ideal", "packet", "flit"),
                         [](const auto& test_info) { return std::string(test_info.param); });

TEST_P(NocLevels, AReadTakesItsZeroLoadTime) {
    System system(config(), memory(50 * kCycle));
    system.initiators[0]->read(10 * kCycle, address(0, 8192 + 64), 64);
    system.run_to_end();
    const auto& record = system.initiators[0]->record(0);
    EXPECT_EQ(record.end_req, 10 * kCycle);
    const auto& extension = record.extension;
    EXPECT_EQ(extension.at(Stage::kAccepted), 10 * kCycle);
    // Three routers: 4·3 + 2 for the header alone, and 2 more flits on the way back.
    EXPECT_EQ(extension.at(Stage::kAtTarget), (10 + 14) * kCycle);
    EXPECT_EQ(extension.at(Stage::kDelivered), (10 + 14 + 50 + 16) * kCycle);
    EXPECT_EQ(record.begin_resp, (10 + 14 + 50 + 16) * kCycle);
    EXPECT_EQ(record.status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(extension.source_port, 0);
    EXPECT_EQ(extension.target_port, 2);
    EXPECT_EQ(extension.local_address, 8192U + 64U);
    EXPECT_EQ(system.noc->bytes_delivered(), 64);
}

// The monitor reads in the middle of a time step when a watchdog stopped the run there. The request
// is delivered at 24 cycles, the response at 90: the times of AReadTakesItsZeroLoadTime.
TEST_P(NocLevels, ReadingInTheMiddleOfATimeStepChangesNothing) {
    System system(config(), memory(50 * kCycle));
    test::Script script("script");
    for (core::Ps cycle = 0; cycle < 100; ++cycle) {
        script.at(cycle * kCycle, [&] { system.noc->settle(core::now_ps()); });
    }
    system.initiators[0]->read(10 * kCycle, address(0, 8192 + 64), 64);
    system.run_to_end();
    const auto& extension = system.initiators[0]->record(0).extension;
    EXPECT_EQ(extension.at(Stage::kAtTarget), (10 + 14) * kCycle);
    EXPECT_EQ(extension.at(Stage::kDelivered), (10 + 14 + 50 + 16) * kCycle);
}

TEST_P(NocLevels, AWriteCarriesItsDataThere) {
    System system(config(), memory(0));
    system.initiators[1]->write(0, address(1, 0), 256);
    system.run_to_end();
    const auto& extension = system.initiators[1]->record(0).extension;
    EXPECT_EQ(extension.at(Stage::kAtTarget), (4 * 3 + 8 + 2) * kCycle);
    EXPECT_EQ(extension.at(Stage::kDelivered), (4 * 3 + 8 + 2 + 14) * kCycle);
    EXPECT_EQ(system.noc->link_busy_time(), 2 * (9 + 1) * kCycle);
    EXPECT_EQ(system.noc->links(), 12);
}

TEST_P(NocLevels, AnEraseCarriesNoData) {
    System system(config(), memory(0));
    system.initiators[0]->issue(0, [](tlm::tlm_generic_payload& payload) {
        payload.set_command(tlm::TLM_WRITE_COMMAND);
        payload.set_address(address(0, 0));
        payload.set_data_length(4096);
        payload.set_streaming_width(4096);
        core::extension_of(payload).op = core::MemoryOp::kErase;
    });
    system.run_to_end();
    EXPECT_EQ(system.initiators[0]->record(0).extension.at(Stage::kAtTarget), 14 * kCycle);
}

TEST_P(NocLevels, AFullTargetHoldsBackItsInitiator) {
    NocConfig noc = config();
    noc.receive_slots = 3;
    noc.injection_queue = 2;
    System system(noc, memory(0, 1));
    system.targets[0]->set_stalled(true);
    for (int i = 0; i < 12; ++i) {
        system.initiators[0]->write(0, address(0, i * 64), 64);
    }
    sc_core::sc_start(core::to_sc_time(2000 * kCycle));
    std::size_t accepted = 0;
    for (const auto& record : system.initiators[0]->records()) {
        accepted += record.end_req >= 0 ? 1 : 0;
    }
    EXPECT_EQ(accepted, 5U);  // three slots, two places in the queue
    EXPECT_FALSE(system.noc->idle());
    EXPECT_NE(system.noc->describe_state().find("target owes END_REQ"), std::string::npos);
    system.targets[0]->set_stalled(false);
    system.run_to_end();
    for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_EQ(system.targets[0]->arrivals()[i].local_address, i * 64);
    }
}

TEST_P(NocLevels, ABlockedTargetDoesNotBlockAnotherOne) {
    NocConfig noc = config();
    noc.receive_slots = 1;
    System system(noc, memory(0, 1));
    system.targets[0]->set_stalled(true);
    system.initiators[0]->write(0, address(0, 0), 64);
    system.initiators[0]->write(0, address(0, 64), 64);  // waits for the slot
    system.initiators[0]->write(0, address(1, 0), 64);
    sc_core::sc_start(core::to_sc_time(200 * kCycle));
    EXPECT_FALSE(system.initiators[0]->record(1).done());
    EXPECT_TRUE(system.initiators[0]->record(2).done());
    system.targets[0]->set_stalled(false);
    system.run_to_end();
}

TEST_P(NocLevels, AFullResponseQueueHoldsBackTheTarget) {
    NocConfig noc = config();
    noc.injection_queue = 1;
    System system(noc, memory(0));
    for (int i = 0; i < 8; ++i) {
        system.initiators[0]->read(0, address(0, 0), 4096);
    }
    system.run_to_end();
    // Each response holds the queue for its 129 flits.
    const auto& arrivals = system.targets[0]->arrivals();
    for (std::size_t i = 2; i < arrivals.size(); ++i) {
        EXPECT_EQ(arrivals[i].end_resp - arrivals[i - 1].end_resp, 129 * kCycle);
    }
}

TEST_P(NocLevels, ASlowInitiatorGetsOneResponseAtATime) {
    System system(config(), memory(0), ResponseStyle::kEndResp);
    system.initiators[0]->set_response_delay(500 * kCycle);
    for (int i = 0; i < 4; ++i) {
        system.initiators[0]->read(0, address(i % 2, 0), 32);
    }
    system.run_to_end();
    const InitiatorTester& initiator = *system.initiators[0];
    const std::vector<std::size_t>& order = initiator.completion_order();
    ASSERT_EQ(order.size(), 4U);
    for (std::size_t i = 1; i < 4; ++i) {
        EXPECT_EQ(initiator.record(order[i]).begin_resp, initiator.record(order[i - 1]).end_resp);
    }
}

TEST_P(NocLevels, NothingBehindAnAddress) {
    System system(config(), memory(0));
    system.initiators[0]->read(0, 0, 64);
    system.initiators[0]->read(0, address(0, kInterleave - 32), 64);  // leaves the run
    system.initiators[0]->write(0, PhysicalAddress{0, 0, Region::kSram, 0}.encode(), 64);
    system.initiators[0]->read(0, address(0, 0), 64);
    system.run_to_end();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& record = system.initiators[0]->record(i);
        EXPECT_EQ(record.status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(record.extension.fault, core::Fault::kDecode);
        EXPECT_EQ(record.begin_resp, 0);
    }
    EXPECT_EQ(system.initiators[0]->record(3).status, tlm::TLM_OK_RESPONSE);
}

TEST_P(NocLevels, AnErrorResponseCarriesNoData) {
    System system(config(), memory(0));
    system.targets[0]->set_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    system.initiators[0]->read(0, address(0, 0), 4096);
    system.run_to_end();
    EXPECT_EQ(system.initiators[0]->record(0).status, tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(system.initiators[0]->record(0).begin_resp, 28 * kCycle);
}

TEST(Noc, DebugAccessSplitsOverTheTargets) {
    TargetTesterConfig target = memory(0);
    target.backing = kCapacity;
    System system({}, target);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    std::vector<unsigned char> data(10'000);
    std::iota(data.begin(), data.end(), static_cast<unsigned char>(3));
    tlm::tlm_generic_payload payload;
    payload.set_address(address(0, 4000));
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_data_ptr(data.data());
    payload.set_data_length(10'000);
    EXPECT_EQ(system.initiators[0]->socket->transport_dbg(payload), 10'000U);
    EXPECT_EQ(system.targets[0]->bytes()[4000], data[0]);
    EXPECT_EQ(system.targets[1]->bytes()[0], data[96]);
    EXPECT_EQ(system.targets[0]->bytes()[4096], data[96 + 4096]);
    std::vector<unsigned char> back(10'000);
    payload.set_command(tlm::TLM_READ_COMMAND);
    payload.set_data_ptr(back.data());
    EXPECT_EQ(system.initiators[1]->socket->transport_dbg(payload), 10'000U);
    EXPECT_EQ(back, data);

    payload.set_address(address(1, kCapacity - 10));
    EXPECT_EQ(system.initiators[1]->socket->transport_dbg(payload), 10U);
    EXPECT_EQ(payload.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(system.pool.in_use(), 0);
}

struct NoMemoryManager : tlm::tlm_mm_interface {
    void free(tlm::tlm_generic_payload*) override {}
};

TEST(Noc, RefusesAForeignPayload) {
    System system({}, memory(0));
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    NoMemoryManager manager;
    tlm::tlm_generic_payload payload(&manager);
    payload.acquire();
    payload.set_address(address(0, 0));
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    EXPECT_THROW(system.initiators[0]->socket->nb_transport_fw(payload, phase, delay),
                 core::ModelError);
}

/// Many random transactions from both initiators, to the end.
void run_random(System& system, int each) {
    core::RandomStream random(11, "noc");
    for (const auto& initiator : system.initiators) {
        core::Ps time = 0;
        for (int i = 0; i < each; ++i) {
            time += static_cast<core::Ps>(random.below(40'000));
            const auto length = static_cast<core::Bytes>(1 + random.below(2048));
            const std::uint64_t pa = address(static_cast<int>(random.below(2)),
                                             static_cast<core::Bytes>(random.below(2048)));
            if (random.chance(0.5)) {
                initiator->read(time, pa, length);
            } else {
                initiator->write(time, pa, length);
            }
        }
    }
    system.run_to_end();
}

TEST_P(NocLevels, RandomTrafficIsConservedAndKeepsItsOrder) {
    NocConfig noc = config();
    noc.receive_slots = 2;
    System system(noc, memory(30 * kCycle, 2));
    run_random(system, 3000);
    // Requests of a source arrive at each target in the order in which they were accepted.
    std::size_t arrived = 0;
    for (const auto& target : system.targets) {
        std::vector<core::Ps> last(2, -1);
        for (const auto& arrival : target->arrivals()) {
            const auto source = static_cast<std::size_t>(arrival.extension.source_port);
            EXPECT_GT(arrival.extension.at(Stage::kAccepted), last.at(source));
            last[source] = arrival.extension.at(Stage::kAccepted);
        }
        arrived += target->arrivals().size();
    }
    EXPECT_EQ(arrived, 6000U);
    const auto stats = system.stats.to_json();
    std::int64_t out = 0;
    std::int64_t in = 0;
    for (int port = 0; port < 4; ++port) {
        const auto& group = stats["noc"]["ports"]["p" + std::to_string(port)];
        out += group["bytes_out"]["value"].get<std::int64_t>();
        in += group["bytes_in"]["value"].get<std::int64_t>();
    }
    EXPECT_EQ(out, in);
    EXPECT_EQ(out, system.noc->bytes_delivered());
    EXPECT_GT(system.energy.category_pj(core::EnergyCategory::kNoc, 0), 0.0);
    const double utilisation = stats["noc"]["busiest_link_utilisation"]["value"].get<double>();
    EXPECT_GT(utilisation, 0.1);
    if (noc.model != "ideal") {  // that one knows no contention
        EXPECT_LE(utilisation, 1.0);
    }
    if (noc.model == "flit") {
        EXPECT_GT(stats["noc"]["routers"]["m.r1_0"]["value"].get<double>(), 0.1);
        EXPECT_EQ(stats["noc"]["link_retries"]["value"].get<double>(), 0.0);
    }
}

}  // namespace
}  // namespace strata::interconnect
