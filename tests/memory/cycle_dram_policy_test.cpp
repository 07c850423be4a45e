// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Scheduling, page, refresh and power policies; random traffic of all of them under the eyes of the
// command-trace checker; ECC, energy and the latency breakdown.

#include <gtest/gtest.h>

#include "models/memory/dram/dram_address.h"
#include "models/memory/dram/dram_trace_checker.h"
#include "tests/memory/cycle_dram_drive.h"

namespace strata::test {
namespace {

using models::CycleDram;
using models::DramCommand;
using models::DramDevice;
using models::DramPagePolicy;
using models::DramRefreshMode;
using models::DramScheduler;

/// Random traffic with pauses; every command goes through the checker.
void expect_clean(const DramDevice& device, std::uint64_t seed, const std::string& what) {
    CycleDram dram(device);
    models::DramTraceChecker checker(device);
    dram.set_command_sink(&checker);
    core::RandomStream random(seed, "pauses");
    auto make = random_requests(dram.capacity(), 64, 0.4, seed);
    Completions done;
    core::Ps now = 0;
    for (int i = 0; i < 4000; ++i) {
        models::MemoryRequest request = make(i);
        request.qos = static_cast<std::uint8_t>(random.below(8) == 0);
        request.bytes = random.below(16) == 0 ? 1024 : random.below(8) == 0 ? 24 : 64;
        request.address =
            std::min(request.address, static_cast<std::uint64_t>(dram.capacity() - request.bytes));
        if (random.below(400) == 0) {
            now += static_cast<core::Ps>(random.below(40'000'000));
        }
        run_until(dram, now, done);
        while (!dram.can_accept(request)) {
            now = dram.next_event();
            dram.advance(now, done);
        }
        dram.submit(now, request);
    }
    const Completions rest = drain(dram);
    EXPECT_EQ(done.size() + rest.size(), 4000U) << what;
    checker.finish(device.timing.to_ticks(rest.back().time));
    EXPECT_EQ(checker.violations(), 0)
        << what << ": " << (checker.messages().empty() ? "" : checker.messages().front());
    EXPECT_GT(checker.commands(), 8000) << what;
}

class CycleDramPolicies : public testing::TestWithParam<const char*> {};

TEST_P(CycleDramPolicies, NeverViolateATiming) {
    const DramDevice base = preset(GetParam());
    std::uint64_t seed = 0;
    for (const auto scheduler :
         {DramScheduler::kFrFcfs, DramScheduler::kFcfs, DramScheduler::kReadFirstDrain}) {
        for (const auto page :
             {DramPagePolicy::kOpen, DramPagePolicy::kClosed, DramPagePolicy::kAdaptive}) {
            DramDevice device = base;
            device.policy.scheduler = scheduler;
            device.policy.page = page;
            device.policy.page_timeout = 400;
            const std::string what = std::string(GetParam()) + " " + std::to_string(++seed);
            expect_clean(device, seed, what);
            device.policy.power_down_idle = 100;
            device.policy.self_refresh_idle = seed % 2 == 0 ? 4000 : 0;
            device.policy.starvation = 8000;
            device.ecc.kind = models::DramEcc::Kind::kSideBand;
            device.policy.rfm = device.timing.raa_imt > 0;
            const bool partial = device.timing.partial_refresh != models::DramPartialRefresh::kNone;
            device.policy.refresh = partial ? DramRefreshMode::kPerBank : DramRefreshMode::kAllBank;
            device.policy.refresh_pull_in = seed % 3 == 0 ? 4 : 0;
            expect_clean(device, seed, what + " with everything");
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Presets, CycleDramPolicies,
                         testing::Values("ddr4_2400_x8", "hbm2_2000", "hbm3_6400", "hbm4_8000",
                                         "ddr5_4800", "lpddr5_6400"));

TEST(CycleDramPolicy, NobodyStarves) {
    DramDevice device = preset("ddr4_2400_x8");
    device.policy.scheduler = DramScheduler::kFrFcfs;
    device.policy.hit_cap = 1 << 30;  // row hits for ever
    const auto one_victim = [](std::int64_t i) {
        const std::uint64_t hit = static_cast<std::uint64_t>(i % 128) << 8;
        return read_of(i == 100 ? std::uint64_t{5} << 17 : hit, 64);
    };
    CycleDram unfair(device);
    const Saturation bad = saturate(unfair, 20'000, one_victim);
    device.policy.starvation = 2400;  // 1 us
    CycleDram fair(device);
    const Saturation good = saturate(fair, 20'000, one_victim);
    EXPECT_GT(bad.worst_latency, 8 * core::kMicrosecond);  // until a refresh closed the row
    // The bound, a refresh in the way, and the time in the input queue.
    EXPECT_LT(good.worst_latency, 2 * core::kMicrosecond);
}

// Rare writes under reads first, low classes under high ones: all are served soon after the bound.
TEST_P(CycleDramPolicies, WaitNoLongerThanTheStarvationBound) {
    for (const auto scheduler : {DramScheduler::kFrFcfs, DramScheduler::kReadFirstDrain}) {
        DramDevice device = preset(GetParam());
        device.policy.scheduler = scheduler;
        device.policy.starvation = device.timing.to_ticks(2 * core::kMicrosecond);
        CycleDram dram(device);
        auto make = random_requests(dram.capacity(), 64, 0.01);
        const Saturation run = saturate(dram, 15'000, [&](std::int64_t i) {
            models::MemoryRequest request = make(i);
            request.qos = i % 4 == 0 ? 0 : 1;
            return request;
        });
        // Beside the bound: the queue that has waited as long, a refresh, the input queue.
        EXPECT_LT(run.worst_latency, 5 * core::kMicrosecond) << static_cast<int>(scheduler);
    }
}

TEST(CycleDramPolicy, HitCapLetsConflictsThrough) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    device.policy.scheduler = DramScheduler::kFrFcfs;
    const auto two_rows = [](std::int64_t i) {
        const std::uint64_t column = static_cast<std::uint64_t>(i % 128) << 8;
        return read_of(column | static_cast<std::uint64_t>(i % 2) << 17, 64);
    };
    device.policy.hit_cap = 4;
    CycleDram capped(device);
    saturate(capped, 4000, two_rows);
    EXPECT_NEAR(static_cast<double>(capped.counters().count(DramCommand::kAct)), 1000.0, 30.0);
}

TEST(CycleDramPolicy, HigherClassGoesFirst) {
    const DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    CycleDram dram(device);
    auto make = random_requests(dram.capacity(), 64, 0.0);
    for (std::uint64_t i = 0; i < 24; ++i) {
        models::MemoryRequest request = make(0);
        request.id = i;
        request.address &= ~(std::uint64_t{0x18cc0});  // bank group 0, bank 0 … of one bank
        request.qos = i == 23 ? 1 : 0;
        dram.submit(0, request);
    }
    const Completions done = drain(dram);
    EXPECT_EQ(done.front().id, 23U);
}

TEST(CycleDramPolicy, WritesWaitForTheDrainAndReadsTakeTheirData) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    device.policy.scheduler = DramScheduler::kReadFirstDrain;
    CycleDram dram(device);
    dram.submit(0, read_of(1 << 20, 64, 1));
    dram.submit(0, write_of(0, 64, 2));
    dram.submit(0, read_of(0, 64, 3));
    const Completions done = drain(dram);
    EXPECT_EQ(dram.counters().forwarded, 1);
    EXPECT_EQ(dram.counters().bursts[models::kDramRead], 1);
    EXPECT_EQ(done[0].id, 3U);  // as fast as a row hit
    EXPECT_EQ(done[0].time, device.timing.to_ps(device.timing.cl + device.timing.bl));
    EXPECT_EQ(done[1].id, 1U);
    EXPECT_EQ(done[2].id, 2U);
}

TEST(CycleDramPolicy, ClosedAndAdaptivePagesCloseTheirRows) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    device.policy.page = DramPagePolicy::kClosed;
    CycleDram closed(device);
    serve(closed, 0, read_of(0, 64));
    serve(closed, core::kMicrosecond, read_of(256, 64));
    EXPECT_EQ(closed.counters().count(DramCommand::kRda), 2);
    EXPECT_EQ(closed.counters().rows().misses, 2);

    device.policy.page = DramPagePolicy::kAdaptive;
    device.policy.page_timeout = 400;
    CycleDram adaptive(device);
    serve(adaptive, 0, read_of(0, 64));
    serve(adaptive, device.timing.to_ps(300), read_of(256, 64));
    serve(adaptive, device.timing.to_ps(1200), read_of(512, 64));
    EXPECT_EQ(adaptive.counters().rows().hits, 1);
    EXPECT_EQ(adaptive.counters().rows().misses, 2);
}

TEST(CycleDramPolicy, WakingUpCostsXpAndXs) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    const models::DramTiming& t = device.timing;
    const core::Ps later = t.to_ps(20'000);
    const models::DramTicks usual = t.rcd_rd + t.cl + t.bl;
    device.policy.power_down_idle = 100;
    CycleDram down(device);
    EXPECT_EQ(serve(down, later, read_of(0, 64)).time - later, t.to_ps(t.xp + usual));
    device.policy.self_refresh_idle = 2000;
    CycleDram asleep(device);
    EXPECT_EQ(serve(asleep, later, read_of(0, 64)).time - later, t.to_ps(t.xs + usual));
    EXPECT_EQ(asleep.counters().count(DramCommand::kSre), 1);
}

TEST(CycleDramPolicy, LatencyPartsAddUp) {
    for (const char* name : {"ddr4_2400_x8", "hbm3_6400"}) {
        CycleDram dram(preset(name));
        saturate(dram, 20'000, random_requests(dram.capacity(), 64, 0.3));
        const models::DramCounters& c = dram.counters();
        EXPECT_EQ(c.queue_time + c.bank_time + c.bus_time + c.refresh_time,
                  c.latency[models::kDramRead] + c.latency[models::kDramWrite]);
        EXPECT_GT(c.refresh_time, 0);
        const models::DramRowCounts rows = c.rows();
        EXPECT_EQ(rows.hits + rows.misses + rows.conflicts,
                  c.bursts[models::kDramRead] + c.bursts[models::kDramWrite]);
    }
}

TEST(CycleDramPolicy, LatencyPartsOfARequestAddUp) {
    const DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    const models::DramTiming& t = device.timing;
    CycleDram dram(device);
    const auto miss = serve(dram, 0, read_of(0, 64));
    EXPECT_EQ(miss.parts.queue, 0);
    EXPECT_EQ(miss.parts.bank, t.to_ps(t.rcd_rd));
    EXPECT_EQ(miss.parts.bus, t.to_ps(t.cl + t.bl));
    const core::Ps later = t.to_ps(1200);
    const auto conflict = serve(dram, later, read_of(std::uint64_t{1} << 17, 64));
    EXPECT_EQ(conflict.parts.bank, t.to_ps(t.rp + t.rcd_rd));
    EXPECT_EQ(conflict.parts.refresh, 0);

    CycleDram busy(preset("hbm3_6400"));
    Completions done;
    std::vector<core::Ps> submitted;
    auto make = random_requests(busy.capacity(), 256, 0.3);
    for (std::uint64_t i = 0; i < 2000; ++i) {
        const core::Ps now = static_cast<core::Ps>(i) * 15'000;
        run_until(busy, now, done);
        if (models::MemoryRequest request = make(0); busy.can_accept(request)) {
            request.id = submitted.size();
            submitted.push_back(now);
            busy.submit(now, request);
        }
    }
    const Completions rest = drain(busy);
    done.insert(done.end(), rest.begin(), rest.end());
    bool refreshed = false;
    for (const auto& c : done) {
        const models::MemoryLatency& p = c.parts;
        EXPECT_EQ(p.queue + p.bank + p.refresh + p.bus, c.time - submitted[c.id]);
        EXPECT_GE(p.queue, 0);
        refreshed = refreshed || p.refresh > 0;
    }
    EXPECT_TRUE(refreshed);
}

TEST(CycleDramPolicy, EnergyIsCountsTimesCostPlusPowerTimesTime) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    device.energy = {};
    device.energy.activate_pj = 1000.0;
    device.energy.read_pj = 10.0;
    device.energy.io_read_pj = 1.0;
    device.energy.active_standby_w = 1.0;
    device.energy.precharge_standby_w = 0.5;
    CycleDram dram(device);
    core::EnergyLedger ledger;
    dram.register_energy(ledger, ledger.block("hbm"));
    const core::Ps start = device.timing.to_ps(2400);
    const core::Ps end = serve(dram, start, read_of(0, 64)).time;  // opens the row at once
    const double pj =
        1000.0 + 11.0 + 0.5 * static_cast<double>(start) + 1.0 * static_cast<double>(end - start);
    EXPECT_NEAR(ledger.category_pj(core::EnergyCategory::kDram, 0), pj, 1.0);
}

TEST(CycleDramPolicy, EccCorrectsDelaysAndPoisons) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    device.ecc.kind = models::DramEcc::Kind::kSideBand;
    device.ecc.latency = 4;
    device.ecc.bad_bursts = {4096};
    CycleDram dram(device);
    const models::DramTiming& t = device.timing;
    const auto good = serve(dram, 0, read_of(0, 64));
    EXPECT_EQ(good.time, t.to_ps(t.rcd_rd + t.cl + t.bl + 4));
    EXPECT_EQ(good.fault, core::Fault::kNone);
    EXPECT_EQ(serve(dram, core::kMicrosecond, read_of(4000, 200)).fault,
              core::Fault::kUncorrectable);
    EXPECT_EQ(serve(dram, 2 * core::kMicrosecond, write_of(4096, 64)).fault, core::Fault::kNone);
    EXPECT_EQ(dram.poisoned(), 1);

    device.ecc.single_bit_rate = 0.1;
    device.ecc.double_bit_rate = 0.01;
    CycleDram noisy(device);
    saturate(noisy, 20'000, stream_requests(64));
    EXPECT_NEAR(static_cast<double>(noisy.corrected()), 2000.0, 200.0);
    EXPECT_NEAR(static_cast<double>(noisy.poisoned()), 200.0, 60.0);
}

// Check bits cover the whole burst: a write of part of it has to read it first.
TEST(CycleDramPolicy, SideBandEccMakesPartialWritesReadFirst) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    const models::DramTiming& t = device.timing;
    const auto write = [](DramDevice d, std::uint64_t address, core::Bytes bytes) {
        CycleDram dram(d);
        const auto done = serve(dram, 0, write_of(address, bytes));
        return std::make_pair(done.time, dram.counters().merged);
    };
    EXPECT_EQ(write(device, 16, 16).first, t.to_ps(t.rcd_wr + t.cwl + t.bl));
    for (const auto page : {DramPagePolicy::kOpen, DramPagePolicy::kClosed}) {
        device.policy.page = page;
        device.ecc.kind = models::DramEcc::Kind::kSideBand;
        EXPECT_EQ(write(device, 64, 64),
                  std::make_pair(t.to_ps(t.rcd_wr + t.cwl + t.bl), std::int64_t{0}));
        EXPECT_EQ(write(device, 16, 16),
                  std::make_pair(t.to_ps(t.rcd_rd + t.rtw + t.cwl + t.bl), std::int64_t{1}));
        EXPECT_EQ(write(device, 32, 128).second, 2);  // first and last of three bursts
        device.ecc.kind = models::DramEcc::Kind::kOnDie;
        EXPECT_EQ(write(device, 16, 16).second, 0);
    }
}

TEST(CycleDramPolicy, PartialWritesCostTheBandwidthOfTheirReads) {
    DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    device.ecc.kind = models::DramEcc::Kind::kSideBand;
    for (const auto scheduler :
         {DramScheduler::kFrFcfs, DramScheduler::kFcfs, DramScheduler::kReadFirstDrain}) {
        device.policy.scheduler = scheduler;
        CycleDram dram(device);
        models::DramTraceChecker checker(device);
        dram.set_command_sink(&checker);
        const Saturation run = saturate(dram, 5000, [](std::int64_t i) {
            return write_of(static_cast<std::uint64_t>(i) * 64, 32);
        });
        EXPECT_EQ(dram.counters().bursts[models::kDramRead], 5000);
        EXPECT_EQ(dram.counters().bursts[models::kDramWrite], 5000);
        // Every burst moves twice: at most half of the peak, for half a burst each.
        EXPECT_LT(run.gbps() / models::peak_bandwidth(device).gbps(), 0.25);
        checker.finish(device.timing.to_ticks(run.end));
        EXPECT_EQ(checker.violations(), 0);
    }
}

TEST(CycleDramPolicy, BoundedQueuesRefuse) {
    CycleDram dram(preset("ddr4_2400_x8"));
    std::int64_t accepted = 0;
    while (dram.can_accept(read_of(0, 64))) {
        dram.submit(0, read_of(static_cast<std::uint64_t>(accepted) * 64, 64));
        ASSERT_LT(++accepted, 1000);
    }
    EXPECT_GE(accepted, 32);
    EXPECT_THROW(dram.submit(0, read_of(0, 64)), core::ModelError);
    EXPECT_EQ(static_cast<std::int64_t>(drain(dram).size()), accepted);
    EXPECT_TRUE(dram.idle());
}

TEST(DramAddress, MapsAreBijections) {
    core::RandomStream random(1, "addresses");
    for (const char* name :
         {"ddr4_2400_x8", "hbm2_2000", "hbm3_6400", "hbm4_8000", "ddr5_4800", "lpddr5_6400"}) {
        DramDevice device = preset(name);
        device.map.xors.push_back({models::DramField::kBank, models::DramField::kRow, 3});
        device.map.xors.push_back({models::DramField::kBankGroup, models::DramField::kRow, 0});
        ASSERT_EQ(models::check_address_map(device.map, device.organisation), "") << name;
        const models::DramAddressDecoder decoder(device.map);
        const auto burst = static_cast<std::uint64_t>(device.organisation.burst);
        const auto bursts =
            static_cast<std::uint64_t>(device.organisation.channel_capacity()) / burst;
        for (int i = 0; i < 2000; ++i) {
            const std::uint64_t address = random.below(bursts) * burst;
            EXPECT_EQ(decoder.encode(decoder.decode(address)), address) << name;
        }
        device.map.fields.pop_back();
        EXPECT_NE(models::check_address_map(device.map, device.organisation), "") << name;
    }
}

}  // namespace
}  // namespace strata::test
