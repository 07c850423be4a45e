// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/simple_dram.h"

#include <gtest/gtest.h>

#include "core/energy.h"
#include "core/random.h"
#include "tests/memory/drive.h"

namespace strata::test {
namespace {

using core::Ps;
using models::DramConfig;
using models::SimpleDram;

constexpr Ps kRcd = 19'375;
constexpr Ps kRp = 16'250;
constexpr Ps kCl = 12'500;
constexpr Ps kBurst = 1'250;  // 64 B at 51.2 GB/s
constexpr std::uint64_t kRow = 2048;
constexpr std::uint64_t kSameBank = kRow * 32;

DramConfig without_refresh() {
    DramConfig config;
    config.refresh = false;
    config.queue_depth = 100'000;
    return config;
}

TEST(SimpleDram, IdleLatencies) {
    SimpleDram dram(without_refresh());
    EXPECT_EQ(serve(dram, 0, read_of(0, 64)).time, kRcd + kCl + kBurst);
    EXPECT_EQ(serve(dram, 1'000'000, read_of(64, 64)).time, 1'000'000 + kCl + kBurst);
    EXPECT_EQ(serve(dram, 2'000'000, write_of(kSameBank, 64)).time,
              2'000'000 + kRp + kRcd + kCl + kBurst);
    EXPECT_EQ(serve(dram, 3'000'000, read_of(kRow, 64)).time, 3'000'000 + kRcd + kCl + kBurst);
    EXPECT_EQ(dram.row_counts().hits, 1);
    EXPECT_EQ(dram.row_counts().misses, 2);
    EXPECT_EQ(dram.row_counts().conflicts, 1);
}

TEST(SimpleDram, HitRightBehindItsActivationWaitsForTheRow) {
    SimpleDram dram(without_refresh());
    dram.submit(0, read_of(0, 64, 0));
    dram.submit(1'000, read_of(64, 64, 1));
    const Completions done = drain(dram);
    EXPECT_EQ(done[0].time, kRcd + kCl + kBurst);
    EXPECT_EQ(done[1].time, kRcd + kCl + 2 * kBurst);
}

TEST(SimpleDram, BanksOverlapAndConflictsDoNot) {
    SimpleDram apart(without_refresh());
    SimpleDram same(without_refresh());
    for (std::uint64_t i = 0; i < 8; ++i) {
        apart.submit(0, read_of(i * kRow, 64));
        same.submit(0, read_of(i * kSameBank, 64));
    }
    EXPECT_EQ(drain(apart).back().time, kRcd + kCl + 8 * kBurst);
    EXPECT_EQ(drain(same).back().time, 8 * (kRcd + kCl + kBurst) + 7 * kRp);
}

TEST(SimpleDram, StreamWithoutRefreshReachesThePeak) {
    SimpleDram dram(without_refresh());
    const core::Bytes bytes = 8 * core::kMiB;
    const Ps end = serve(dram, 0, read_of(0, bytes)).time;
    EXPECT_EQ(end, kRcd + kCl + bytes / 64 * kBurst);
    EXPECT_EQ(dram.busy_time(), bytes / 64 * kBurst);
    EXPECT_EQ(dram.row_counts().misses + dram.row_counts().conflicts, bytes / 2048);
}

TEST(SimpleDram, StreamLosesTheRefreshWindowsAndTheirRefill) {
    DramConfig config;
    SimpleDram dram(config);
    const Ps refill = kRcd + kCl;
    const std::int64_t first = (config.t_refi - refill) / kBurst;
    const std::int64_t other = (config.t_refi - config.t_rfc - refill) / kBurst;
    // One burst more than 10 windows hold.
    const std::int64_t bursts = first + 9 * other + 1;
    EXPECT_EQ(serve(dram, 0, read_of(0, bursts * 64)).time,
              10 * config.t_refi + config.t_rfc + refill + kBurst);
    EXPECT_EQ(dram.refreshes(), 10);
    const double share = static_cast<double>(other * kBurst) / static_cast<double>(config.t_refi);
    EXPECT_NEAR(share, 1.0 - 350.0 / 3900.0, 0.01);
}

TEST(SimpleDram, RequestInsideARefreshWaitsForItsEnd) {
    DramConfig config;
    SimpleDram dram(config);
    const Ps inside = 3 * config.t_refi + 100'000;
    EXPECT_EQ(serve(dram, inside, read_of(0, 64)).time,
              3 * config.t_refi + config.t_rfc + kRcd + kCl + kBurst);
    EXPECT_EQ(dram.refreshes(), 3);  // the idle ones were counted too
    // Refresh has closed the row.
    const Ps later = 5 * config.t_refi + 1'000'000;
    EXPECT_EQ(serve(dram, later, read_of(0, 64)).time, later + kRcd + kCl + kBurst);
    // A burst that would end just behind the next refresh goes after it; one that ends with it not.
    const Ps ends_with = 6 * config.t_refi - kCl - kBurst;
    EXPECT_EQ(serve(dram, ends_with, read_of(64, 64)).time, 6 * config.t_refi);
    const Ps reopened = 6 * config.t_refi + config.t_rfc;
    EXPECT_EQ(serve(dram, reopened, read_of(0, 64)).time, reopened + kRcd + kCl + kBurst);
    const Ps too_late = 7 * config.t_refi - kCl - kBurst + 1;
    EXPECT_EQ(serve(dram, too_late, read_of(64, 64)).time,
              7 * config.t_refi + config.t_rfc + kRcd + kCl + kBurst);
}

TEST(SimpleDram, HotRefreshesTwiceAsOften) {
    DramConfig config;
    SimpleDram cold(config);
    SimpleDram hot(config);
    hot.set_temperature(86.0);
    serve(cold, 100 * config.t_refi + 400'000, read_of(0, 64));
    serve(hot, 100 * config.t_refi + 400'000, read_of(0, 64));
    EXPECT_EQ(cold.refreshes(), 100);
    EXPECT_EQ(hot.refreshes(), 199);  // the first was due at tREFI
}

// The fast path over runs of a row against the loop over bursts: times and state.
void compare_bulk_with_loop(const DramConfig& config, std::uint64_t seed) {
    SimpleDram bulk(config);
    SimpleDram single(config);
    core::RandomStream random(seed, "dram");
    Completions bulk_done;
    Completions single_done;
    Ps now = 0;
    for (std::uint64_t id = 0; id < 1500; ++id) {
        now += static_cast<Ps>(random.below(random.chance(0.02) ? 20'000'000 : 200'000));
        const auto bytes =
            static_cast<core::Bytes>(1 + random.below(random.chance(0.1) ? 256 * 1024 : 4096));
        auto request = read_of(random.below(1 << 22), bytes, id);
        if (random.chance(0.3)) {
            request.op = core::MemoryOp::kWrite;
        }
        run_until(bulk, now, bulk_done);
        run_until(single, now, single_done);
        bulk.submit(now, request);
        submit_singly(single, now, request);
    }
    for (const auto& completion : drain(bulk)) bulk_done.push_back(completion);
    for (const auto& completion : drain(single)) single_done.push_back(completion);
    EXPECT_EQ(spans(bulk_done), spans(single_done));
    EXPECT_EQ(bulk.row_counts().hits, single.row_counts().hits);
    EXPECT_EQ(bulk.row_counts().misses, single.row_counts().misses);
    EXPECT_EQ(bulk.row_counts().conflicts, single.row_counts().conflicts);
    EXPECT_EQ(bulk.refreshes(), single.refreshes());
    EXPECT_EQ(bulk.busy_time(), single.busy_time());
    EXPECT_LE(bulk.busy_time(), bulk_done.back().time);
}

TEST(SimpleDram, BulkEqualsBurstsOneByOne) {
    DramConfig config;
    config.queue_depth = 5'000'000;
    compare_bulk_with_loop(config, 1);
    config.banks = 3;
    config.channel_bandwidth = {33'333'333'333};  // a burst is no whole number of ps
    compare_bulk_with_loop(config, 2);
    config.refresh = false;
    compare_bulk_with_loop(config, 3);
}

TEST(SimpleDram, EnergyIsBytesTimesCost) {
    DramConfig config = without_refresh();
    config.activate_pj = 909.0;
    SimpleDram dram(config);
    core::EnergyLedger ledger;
    dram.register_energy(ledger, ledger.block("hbm"));
    serve(dram, 0, read_of(0, 4096));
    EXPECT_NEAR(ledger.category_pj(core::EnergyCategory::kDram, 0), 4096 * 8 * 3.5 + 2 * 909.0,
                1e-9);
}

}  // namespace
}  // namespace strata::test
