// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Per-bank refresh, heat, and settling: what an idle or hot channel does and what it costs.

#include <gtest/gtest.h>

#include "models/memory/dram/dram_trace_checker.h"
#include "tests/memory/cycle_dram_drive.h"

namespace strata::test {
namespace {

using models::CycleDram;
using models::DramCommand;
using models::DramDevice;
using models::DramRefreshMode;
using models::DramTicks;

DramDevice per_bank(const std::string& name) {
    DramDevice device = preset(name);
    device.policy.refresh = DramRefreshMode::kPerBank;
    return device;
}

double stream_share(const DramDevice& device, double celsius) {
    CycleDram dram(device);
    dram.set_temperature(celsius);
    return saturate(dram, 40'000, stream_requests(64)).gbps() /
           models::peak_bandwidth(device).gbps();
}

// A stream leaves the other banks time enough for their refreshes, also when hot.
TEST(CycleDramRefresh, PerBankRefreshHardlyCostsAStream) {
    for (const char* name : {"hbm2_2000", "hbm3_6400", "hbm4_8000", "ddr5_4800", "lpddr5_6400"}) {
        EXPECT_GT(stream_share(per_bank(name), 45.0), 0.98) << name;
        EXPECT_GT(stream_share(per_bank(name), 90.0), 0.95) << name;
    }
}

TEST(CycleDramRefresh, Lpddr5KeepsBothDistancesOfPerBankRefreshes) {
    const DramDevice device = per_bank("lpddr5_6400");
    CycleDram dram(device);
    dram.set_temperature(90.0);
    CommandRecorder recorder;
    dram.set_command_sink(&recorder);
    saturate(dram, 20'000, random_requests(dram.capacity(), 64, 0.3));
    DramTicks last = -device.timing.rrefd_pb;
    DramTicks nearest = models::kDramNever;
    DramTicks nearest_act = models::kDramNever;
    for (const models::DramCommandRecord& r : recorder.records) {
        if (r.command == DramCommand::kRefpb) {
            nearest = std::min(nearest, r.time - last);
            last = r.time;
        } else if (r.command == DramCommand::kAct && last > 0) {
            nearest_act = std::min(nearest_act, r.time - last);
        }
    }
    EXPECT_EQ(device.timing.to_ps(device.timing.rrefd_pb), 90'000);
    EXPECT_EQ(nearest, device.timing.rrefd_pb);
    EXPECT_EQ(nearest_act, device.timing.rrefd);
}

// At four times the rate a per-bank refresh of lpddr5_6400 is due every 61 ns, but may come only
// every 90 ns: all-bank refreshes take over, and give way again when it cools down.
TEST(CycleDramRefresh, AllBankRefreshesTakeOverWherePerBankOnesCannotKeepUp) {
    const DramDevice device = per_bank("lpddr5_6400");
    CycleDram dram(device);
    models::DramTraceChecker checker(device);
    dram.set_command_sink(&checker);
    const auto count = [&](DramCommand command) { return dram.counters().count(command); };
    const core::Ps span = 200 * core::kMicrosecond;
    const double rounds = static_cast<double>(span) / 3'906'250.0;

    dram.settle(span);
    EXPECT_EQ(count(DramCommand::kRefab), 0);
    EXPECT_NEAR(static_cast<double>(count(DramCommand::kRefpb)), 16 * rounds, 2.0);
    checker.set_refresh_rate(device.timing.to_ticks(span), 4);
    dram.set_temperature(100.0);
    dram.settle(2 * span);
    const std::int64_t per_bank_refreshes = count(DramCommand::kRefpb);
    EXPECT_NEAR(static_cast<double>(count(DramCommand::kRefab)), 4 * rounds, 2.0);
    checker.set_refresh_rate(device.timing.to_ticks(2 * span), 1);
    dram.set_temperature(45.0);
    dram.settle(3 * span);
    EXPECT_NEAR(static_cast<double>(count(DramCommand::kRefpb) - per_bank_refreshes), 16 * rounds,
                18.0);
    checker.finish(device.timing.to_ticks(3 * span));
    EXPECT_EQ(checker.violations(), 0) << checker.messages().front();
}

TEST(CycleDramRefresh, IdleRoundsOfPerBankRefreshesAreMadeUpFor) {
    const DramDevice device = per_bank("hbm3_6400");
    CycleDram skipping(device);
    CycleDram stepping(device);
    CommandRecorder recorder;
    stepping.set_command_sink(&recorder);
    const core::Ps later = core::kMillisecond;
    std::vector<core::Ps> ends;
    for (CycleDram* dram : {&skipping, &stepping}) {
        for (const core::Ps begin : {later, later + 50'000'000}) {
            for (std::uint64_t i = 0; i < 16; ++i) {
                dram->submit(begin, read_of(i << 12, 64, i));
            }
            for (const auto& completion : drain(*dram)) {
                ends.push_back(completion.time);
            }
        }
    }
    ASSERT_EQ(ends.size(), 64U);
    EXPECT_TRUE(std::equal(ends.begin(), ends.begin() + 32, ends.begin() + 32));
    EXPECT_EQ(skipping.counters().commands, stepping.counters().commands);
}

// Background power of a window belongs to that window, whether there was an access or not.
TEST(CycleDramRefresh, SettlingBooksTheEnergyOfIdleTime) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    device.energy = {};
    device.energy.precharge_standby_w = 0.5;
    CycleDram dram(device);
    core::EnergyLedger ledger;
    dram.register_energy(ledger, ledger.block("dram"));
    for (core::Ps now = 10 * core::kMicrosecond; now <= 50 * core::kMicrosecond;
         now += 10 * core::kMicrosecond) {
        dram.settle(now);
        // To half a clock: 0.5 W · ps = pJ.
        EXPECT_NEAR(ledger.category_pj(core::EnergyCategory::kDram, now),
                    0.5 * static_cast<double>(now), 0.5 * 417.0);
    }
    EXPECT_EQ(dram.next_event(), core::kNever);
}

TEST(CycleDramRefresh, SettlingChangesNothingThatFollows) {
    for (const char* name : {"ddr4_2400_x8", "hbm3_6400"}) {
        DramDevice device = preset(name);
        device.policy.power_down_idle = 400;
        CycleDram left_alone(device);
        CycleDram settled(device);
        auto make = random_requests(left_alone.capacity(), 256, 0.3, 7);
        Completions expected;
        Completions got;
        for (core::Ps now = 0; now < 40'000'000; now += 80'000) {
            run_until(left_alone, now, expected);
            run_until(settled, now, got);
            settled.settle(now);
            const auto request = make(0);
            left_alone.submit(now, request);
            settled.submit(now, request);
        }
        const Completions rest = drain(left_alone);
        expected.insert(expected.end(), rest.begin(), rest.end());
        const Completions settled_rest = drain(settled);
        got.insert(got.end(), settled_rest.begin(), settled_rest.end());
        ASSERT_EQ(expected.size(), got.size()) << name;
        for (std::size_t i = 0; i < got.size(); ++i) {
            ASSERT_EQ(expected[i].time, got[i].time) << name << " " << i;
        }
    }
}

}  // namespace
}  // namespace strata::test
