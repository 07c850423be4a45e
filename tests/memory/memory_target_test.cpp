// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory_target.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/logging.h"
#include "models/memory/factory.h"
#include "tests/support/tlm_testers.h"

namespace strata::test {
namespace {

using core::Fault;
using core::Ps;
using core::Stage;
using models::MemoryController;
using models::MemoryTarget;

constexpr Ps kSram64 = 5 * 500;  // default SRAM: 4 + 1 cycles of 2 GHz

struct World {
    core::StatGroup stats;
    core::EnergyLedger energy;
    core::PayloadPool pool;
    core::Services services{stats, energy, pool, core::make_silent_logger()};
};

/// Initiator — checker — memory.
struct Bench {
    Bench(World& world, std::unique_ptr<MemoryController> controller,
          ResponseStyle style = ResponseStyle::kCompleted)
        : initiator("initiator", world.pool, style),
          checker("checker"),
          memory("memory", {}, std::move(controller), world.services) {
        checker.between(initiator.socket, memory.socket);
    }
    void finish() {
        sc_core::sc_start();
        EXPECT_TRUE(initiator.all_done());
        EXPECT_TRUE(memory.idle()) << memory.describe_state();
        checker.check_finished();
    }
    InitiatorTester initiator;
    ProtocolChecker checker;
    MemoryTarget memory;
};

std::vector<unsigned char> pattern(std::size_t bytes, unsigned char seed) {
    std::vector<unsigned char> data(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
        data[i] = static_cast<unsigned char>(i * 7 + seed);
    }
    return data;
}

TEST(MemoryTarget, OneReadHasExactTimesAndStages) {
    World world;
    Bench bench(world, models::make_sram({}));
    bench.initiator.read(10'000, 256, 64);
    bench.finish();
    const auto& record = bench.initiator.record(0);
    EXPECT_EQ(record.begin_req, 10'000);
    EXPECT_EQ(record.end_req, 10'000);
    EXPECT_EQ(record.begin_resp, 10'000 + kSram64);
    EXPECT_EQ(record.status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(record.extension.at(Stage::kServiceBegin), 10'000);
    EXPECT_EQ(record.extension.at(Stage::kServiceEnd), 10'000 + kSram64);
    EXPECT_EQ(bench.memory.bytes_read(), 64);
    EXPECT_NEAR(world.energy.total_pj(0), 64 * 8 * 0.22, 1e-9);
    const auto stats = world.stats.to_json()["memory"];
    EXPECT_EQ(stats["reads"]["value"], 1);
    EXPECT_DOUBLE_EQ(stats["read_latency"]["value"], 2.5);
}

TEST(MemoryTarget, TheLocalAddressOfADeliveredPayloadCounts) {
    World world;
    Bench bench(world, models::make_sram({}));
    bench.initiator.issue(0, [](tlm::tlm_generic_payload& payload) {
        payload.set_command(tlm::TLM_READ_COMMAND);
        payload.set_address(0x1234'5678'9abcULL);
        payload.set_data_length(64);
        payload.set_streaming_width(64);
        core::extension_of(payload).target_port = 3;
        core::extension_of(payload).local_address = 128;
    });
    bench.finish();
    EXPECT_EQ(bench.initiator.record(0).status, tlm::TLM_OK_RESPONSE);
}

TEST(MemoryTarget, FullQueueHoldsTheRequestUntilACompletion) {
    World world;
    models::SramConfig config;
    config.queue_depth = 2;
    Bench bench(world, models::make_sram(config));
    for (int i = 0; i < 4; ++i) {
        bench.initiator.read(0, 0, 6400);
    }
    bench.finish();
    const Ps first = (4 + 100) * 500;
    const Ps words = 100 * 500;
    EXPECT_EQ(bench.initiator.record(0).begin_resp, first);
    EXPECT_EQ(bench.initiator.record(1).end_req, 0);
    EXPECT_EQ(bench.initiator.record(2).begin_req, 0);
    EXPECT_EQ(bench.initiator.record(2).end_req, first);
    EXPECT_EQ(bench.initiator.record(3).begin_req, first);
    EXPECT_EQ(bench.initiator.record(3).end_req, first + words);
    EXPECT_EQ(world.stats.to_json()["memory"]["queue_max"]["value"], 2);
}

TEST(MemoryTarget, ASlowInitiatorGetsOneResponseAtATime) {
    World world;
    Bench bench(world, models::make_sram({}), ResponseStyle::kEndResp);
    bench.initiator.set_response_delay(100'000);
    for (int i = 0; i < 40; ++i) {
        bench.initiator.read(0, 0, 64);
    }
    bench.finish();
    for (std::size_t i = 0; i < 40; ++i) {
        EXPECT_EQ(bench.initiator.record(i).begin_resp, kSram64 + static_cast<Ps>(i) * 100'000);
    }
    // Waiting responses hold back further requests in the end.
    EXPECT_GT(bench.initiator.record(39).end_req, 0);
}

TEST(MemoryTarget, ABulkReadIsOneTransaction) {
    World world;
    Bench bench(world, models::make_dram({}), ResponseStyle::kEndResp);
    bench.initiator.read(0, 0, 4096);
    bench.finish();
    EXPECT_EQ(bench.initiator.record(0).begin_resp, 19'375 + 12'500 + 64 * 1'250);
    EXPECT_EQ(bench.checker.completed(), 1);
}

TEST(MemoryTarget, RefusesWhatItCannotServe) {
    World world;
    Bench bench(world, models::make_sram({}));
    const auto issue = [&](auto change) {
        return bench.initiator.issue(0, [change](tlm::tlm_generic_payload& payload) {
            payload.set_command(tlm::TLM_READ_COMMAND);
            payload.set_address(0);
            payload.set_data_length(64);
            payload.set_streaming_width(64);
            change(payload);
        });
    };
    unsigned char enables[1] = {0xff};
    issue([](auto& p) { p.set_address(core::kMiB - 32); });
    issue([](auto& p) { p.set_address(~std::uint64_t{0}); });
    issue([&](auto& p) { p.set_byte_enable_ptr(enables); });
    issue([](auto& p) { p.set_streaming_width(32); });
    issue([](auto& p) { p.set_command(tlm::TLM_IGNORE_COMMAND); });
    issue([](auto& p) { p.set_address(core::kMiB - 64); });
    bench.finish();
    const auto& records = bench.initiator.records();
    EXPECT_EQ(records[0].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(records[0].extension.fault, Fault::kOutOfRange);
    EXPECT_EQ(records[1].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(records[2].status, tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    EXPECT_EQ(records[3].status, tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(records[4].status, tlm::TLM_COMMAND_ERROR_RESPONSE);
    EXPECT_EQ(records[5].status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(world.stats.to_json()["memory"]["faults"]["value"], 5);
    EXPECT_EQ(bench.memory.bytes_read(), 64);
}

TEST(MemoryTarget, NandEraseProgramReadAndItsFaults) {
    World world;
    world.services.functional = true;
    Bench bench(world, models::make_nand({}));
    auto data = pattern(4096, 1);
    auto ignored = pattern(4096, 2);
    std::vector<unsigned char> back(4096, 0xee);
    bench.initiator.write(0, 0, 4096, ignored.data());  // preloaded: programmed already
    bench.initiator.issue(0, [](tlm::tlm_generic_payload& payload) {
        payload.set_command(tlm::TLM_IGNORE_COMMAND);
        payload.set_address(0);
        payload.set_data_length(4096);
        payload.set_streaming_width(4096);
        core::extension_of(payload).op = core::MemoryOp::kErase;
    });
    bench.initiator.write(0, 0, 4096, data.data());
    bench.initiator.read(0, 0, 4096, back.data());
    bench.finish();
    const auto& records = bench.initiator.records();
    EXPECT_EQ(records[0].status, tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(records[0].extension.fault, Fault::kNandProgramTwice);
    EXPECT_EQ(records[1].status, tlm::TLM_OK_RESPONSE);
    EXPECT_GT(records[1].begin_resp, 3 * core::kMillisecond);
    EXPECT_EQ(records[3].status, tlm::TLM_OK_RESPONSE);
    EXPECT_GT(records[3].begin_resp, records[2].begin_resp);
    EXPECT_EQ(back, data);
    EXPECT_EQ(world.stats.to_json()["memory"]["controller"]["errors"]["program_twice"]["value"], 1);
}

/// A thread that uses the blocking and the debug transport.
class BlockingUser : public sc_core::sc_module {
   public:
    SC_HAS_PROCESS(BlockingUser);
    BlockingUser(const sc_core::sc_module_name& name, MemoryTarget& memory)
        : sc_core::sc_module(name), memory_(memory) {
        SC_THREAD(run);
    }
    struct Step {
        tlm::tlm_command command;
        std::uint64_t address;
        std::vector<unsigned char>* data;
        bool debug;
    };
    std::vector<Step> steps;
    std::vector<Ps> ends;

   private:
    void run() {
        for (const Step& step : steps) {
            tlm::tlm_generic_payload payload;
            payload.set_command(step.command);
            payload.set_address(step.address);
            payload.set_data_ptr(step.data->data());
            payload.set_data_length(static_cast<unsigned>(step.data->size()));
            payload.set_streaming_width(static_cast<unsigned>(step.data->size()));
            sc_core::sc_time delay = sc_core::sc_time(3, sc_core::SC_NS);
            if (step.debug) {
                EXPECT_EQ(memory_.socket.get_base_export()->transport_dbg(payload),
                          step.data->size());
            } else {
                memory_.socket.get_base_export()->b_transport(payload, delay);
                EXPECT_EQ(payload.get_response_status(), tlm::TLM_OK_RESPONSE);
            }
            ends.push_back(core::now_ps());
        }
    }
    MemoryTarget& memory_;
};

TEST(MemoryTarget, AllTransportsSeeTheSameBytes) {
    World world;
    world.services.functional = true;
    Bench bench(world, models::make_sram({}));
    BlockingUser user("user", bench.memory);
    auto by_debug = pattern(100, 10);
    auto by_blocking = pattern(200, 20);
    auto by_nb = pattern(300, 30);
    std::vector<unsigned char> nb_back(400, 0xee);
    std::vector<unsigned char> blocking_back(400, 0xee);
    std::vector<unsigned char> debug_back(400, 0xee);
    const std::uint64_t base = 65536 - 150;  // over a page edge of the store
    user.steps = {{tlm::TLM_WRITE_COMMAND, base, &by_debug, true},
                  {tlm::TLM_WRITE_COMMAND, base + 50, &by_blocking, false},
                  {tlm::TLM_READ_COMMAND, base, &blocking_back, false},
                  {tlm::TLM_READ_COMMAND, base, &debug_back, true}};
    bench.initiator.write(4'000, base + 60, 300, by_nb.data());
    bench.initiator.read(500'000, base, 400, nb_back.data());
    bench.finish();
    std::vector<unsigned char> expected(400, 0);
    std::copy(by_debug.begin(), by_debug.end(), expected.begin());
    std::copy(by_blocking.begin(), by_blocking.end(), expected.begin() + 50);
    std::copy(by_nb.begin(), by_nb.end(), expected.begin() + 60);
    EXPECT_EQ(blocking_back, expected);
    EXPECT_EQ(debug_back, expected);
    EXPECT_EQ(nb_back, expected);
    // 200 bytes from an offset of 28 in their word: four words, after 3 ns of the caller's delay.
    EXPECT_EQ(user.ends[1], 3'000 + (4 + 4) * 500);
    EXPECT_EQ(bench.memory.bytes_written(), 500);
}

TEST(MemoryTarget, BlockingCallersShareAFullQueue) {
    World world;
    models::SramConfig config;
    config.queue_depth = 1;
    Bench bench(world, models::make_sram(config));
    BlockingUser first("first", bench.memory);
    BlockingUser second("second", bench.memory);
    std::vector<unsigned char> data(64);
    first.steps = {{tlm::TLM_READ_COMMAND, 0, &data, false}};
    second.steps = {{tlm::TLM_READ_COMMAND, 0, &data, false}};
    bench.initiator.read(3'000, 0, 64);
    bench.finish();
    ASSERT_EQ(first.ends.size(), 1U);
    ASSERT_EQ(second.ends.size(), 1U);
    std::vector<Ps> ends{first.ends[0], second.ends[0], bench.initiator.record(0).begin_resp};
    std::sort(ends.begin(), ends.end());
    EXPECT_EQ(ends, (std::vector<Ps>{3'000 + kSram64, 3'000 + 2 * kSram64, 3'000 + 3 * kSram64}));
}

TEST(MemoryTarget, TimingModeKeepsNoBytes) {
    World world;
    Bench bench(world, models::make_sram({}));
    BlockingUser user("user", bench.memory);
    auto data = pattern(64, 3);
    user.steps = {{tlm::TLM_WRITE_COMMAND, 0, &data, false}};
    tlm::tlm_generic_payload look;
    std::vector<unsigned char> back(64, 0xee);
    look.set_command(tlm::TLM_READ_COMMAND);
    look.set_address(0);
    look.set_data_ptr(back.data());
    look.set_data_length(64);
    bench.finish();
    EXPECT_EQ(bench.memory.socket.get_base_export()->transport_dbg(look), 0U);
    EXPECT_EQ(user.ends[0], 3'000 + kSram64);
}

/// Remembers the changes of a signal.
class RecordingSink : public core::TraceSink {
   public:
    SignalId add_enum(const std::string&, const std::string&,
                      const std::vector<std::string>&) override {
        return next_++;
    }
    SignalId add_integer(const std::string&, const std::string&, int) override { return next_++; }
    SignalId add_real(const std::string&, const std::string&) override { return next_++; }
    void change(SignalId signal, Ps time, std::int64_t value) override {
        changes[static_cast<std::size_t>(signal)].emplace_back(time, value);
    }
    void change_real(SignalId, Ps, double) override {}
    std::vector<std::pair<Ps, std::int64_t>> changes[2];

   private:
    SignalId next_ = 0;
};

TEST(MemoryTarget, TracesStateAndQueue) {
    World world;
    RecordingSink sink;
    world.services.trace = &sink;
    Bench bench(world, models::make_sram({}));
    bench.initiator.read(10'000, 0, 64);
    bench.initiator.write(11'000, 0, 64);
    bench.finish();
    using Changes = std::vector<std::pair<Ps, std::int64_t>>;
    EXPECT_EQ(sink.changes[0], (Changes{{0, 0}, {10'000, 1}, {11'000, 2}, {13'500, 0}}));
    EXPECT_EQ(sink.changes[1],
              (Changes{{0, 0}, {10'000, 1}, {11'000, 2}, {12'500, 1}, {13'500, 0}}));
}

}  // namespace
}  // namespace strata::test
