// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Law 8 through the whole controller, in numbers: what a read waits that comes at a random moment
// while one die programs a page in every period.

#include <cmath>
#include <numeric>

#include "tests/memory/full_nand_drive.h"

namespace strata::models {
namespace {

using core::Ps;

constexpr Ps kUs = core::kMicrosecond;
constexpr Ps kPeriod = 4000 * kUs;
constexpr Ps kProgram = 2000 * kUs;
constexpr Ps kSuspend = 20 * kUs;
constexpr Ps kCommand = 300'000;
constexpr int kReads = 4000;

FullNandConfig one_plane(bool suspend) {
    FullNandConfig c = test::small_nand("slc_fast", 64, 128);
    FlashConfig& d = c.device;
    d.geometry.chips = d.geometry.dies = d.geometry.planes = 1;
    d.max_planes = 1;
    d.cell.t_read.fill(25 * kUs);
    d.cell.t_program.fill(kProgram);
    d.die.t_suspend_program = kSuspend;
    d.die.t_resume = 5 * kUs;
    d.geometry.spare_bytes = 0;
    d.bus.rate = {1'000'000'000};
    d.bus.t_rr = 0;
    for (auto& times : d.bus.overhead) {
        std::fill(times.begin(), times.end(), kCommand);
    }
    d.link.rate = {0};
    c.scheduler = FlashSchedulerConfig{};
    c.scheduler.cache_read = false;
    c.scheduler.cache_program = false;
    c.scheduler.suspend_program = suspend;
    c.ecc = FlashEccConfig{};
    c.reliability = FlashReliabilityConfig{};
    c.ftl.over_provisioning = 0.2;
    return c;
}

struct Waits {
    Ps alone = 0;  // a read of an idle die
    Ps busy = 0;   // command, data and program of a write
    std::vector<Ps> extra;

    double mean() const {
        return static_cast<double>(std::accumulate(extra.begin(), extra.end(), Ps{0})) /
               static_cast<double>(extra.size());
    }
    Ps p99() const { return extra[extra.size() * 99 / 100]; }
};

/// A write at the start of every period, a read somewhere in it: evenly spread moments.
Waits reads_among_programs(bool suspend) {
    FullNand nand(one_plane(suspend));
    const auto page = static_cast<core::Bytes>(nand.granule());
    for (LogicalPage number = 0; number < 512; ++number) {
        nand.write_at_once(number);
    }
    const auto read = [&](Ps at, std::uint64_t id) {
        nand.submit(at, test::read_of(id % 512 * static_cast<std::uint64_t>(page), page, id));
    };
    Waits waits;
    read(0, 0);
    waits.alone = test::drain(nand).back().time;
    test::Completions done;
    std::vector<Ps> submitted(kReads + 1);
    for (std::uint64_t i = 1; i <= kReads; ++i) {
        const Ps start = static_cast<Ps>(i) * kPeriod;
        test::run_until(nand, start, done);
        nand.submit(start,
                    test::write_of((511 + i) * static_cast<std::uint64_t>(page), page, kReads + i));
        const double share = std::fmod(static_cast<double>(i) * 0.6180339887498949, 1.0);
        submitted[i] = start + static_cast<Ps>(share * static_cast<double>(kPeriod));
        test::run_until(nand, submitted[i], done);
        read(submitted[i], i);
    }
    const test::Completions rest = test::drain(nand);
    done.insert(done.end(), rest.begin(), rest.end());
    for (const MemoryCompletion& c : done) {
        if (c.id > 0 && c.id <= kReads) {
            waits.extra.push_back(c.time - submitted[c.id] - waits.alone);
        }
    }
    std::sort(waits.extra.begin(), waits.extra.end());
    EXPECT_EQ(waits.extra.size(), static_cast<std::size_t>(kReads));
    EXPECT_EQ(nand.scheduler().counts().suspends > 0, suspend);
    waits.busy = kProgram + kCommand + page * core::kNanosecond;
    return waits;
}

// Mean extra wait = S/2 x utilisation; a wait is beyond w with probability (S - w)/T.
TEST(NandLaw8, WithoutSuspendAReadWaitsForTheRestOfTheProgram) {
    const Waits waits = reads_among_programs(false);
    const auto busy = static_cast<double>(waits.busy);
    const double utilisation = busy / static_cast<double>(kPeriod);
    EXPECT_NEAR(waits.mean() / (busy / 2 * utilisation), 1.0, 0.002);
    EXPECT_NEAR(static_cast<double>(waits.p99()), busy - 0.01 * static_cast<double>(kPeriod),
                2.0 * static_cast<double>(kPeriod) / kReads);
    EXPECT_NEAR(static_cast<double>(waits.extra.back()), busy,
                2.0 * static_cast<double>(kPeriod) / kReads);
}

// With it, tSUSP and its command in the program and nothing outside: the 99th percentile is
// tSUSP + read, exactly.
TEST(NandLaw8, WithSuspendTheTailIsTheSuspendTime) {
    const Waits waits = reads_among_programs(true);
    constexpr Ps kWait = kCommand + kSuspend;
    EXPECT_EQ(waits.p99(), kWait);
    const double in_program = static_cast<double>(kProgram) / static_cast<double>(kPeriod);
    EXPECT_NEAR(waits.mean() / (static_cast<double>(kWait) * in_program), 1.0, 0.02);
}

}  // namespace
}  // namespace strata::models
