// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The laws of docs/nand.md through the whole controller.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/memory/full_nand_drive.h"

namespace strata::models {
namespace {

using core::Ps;
using test::closed_loop;
using test::read_of;
using test::small_nand;
using test::write_of;

constexpr Ps kUs = core::kMicrosecond;

template <class Counts>
double total(const Counts& counts) {
    return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
}

/// One die of four planes, 16 KiB pages, 25 us, 1 GB/s without any overhead but 300 ns a command.
FullNandConfig plain_die(std::int32_t dies = 1) {
    FullNandConfig c = small_nand("mqsim", 32, 64);
    FlashConfig& d = c.device;
    d.geometry.chips = dies;
    d.geometry.dies = 1;
    d.geometry.planes = 4;
    d.max_planes = 4;
    d.geometry.page_bytes = 16384;
    d.geometry.spare_bytes = 0;
    d.cell.t_read.fill(25 * kUs);
    d.cell.t_program.fill(200 * kUs);
    d.bus.rate = {1'000'000'000};
    d.bus.t_rr = 0;
    for (auto& times : d.bus.overhead) {
        std::fill(times.begin(), times.end(), 300'000);
    }
    d.link.rate = {0};
    c.scheduler = FlashSchedulerConfig{};
    c.ftl.mapping = "zone";
    c.ftl.spare_zones = 0;
    c.preloaded = true;
    return c;
}

test::NextRequest sequential(const FullNand& nand, core::MemoryOp op = core::MemoryOp::kRead) {
    const auto page = static_cast<std::uint64_t>(nand.granule());
    const auto pages = static_cast<std::uint64_t>(nand.capacity()) / page;
    return [=](std::int64_t i) {
        return MemoryRequest{0, op, static_cast<std::uint64_t>(i) % pages * page,
                             static_cast<core::Bytes>(page), 0};
    };
}

test::NextRequest uniform(const FullNand& nand, core::RandomStream& random) {
    const auto page = static_cast<std::uint64_t>(nand.granule());
    const auto pages = static_cast<std::uint64_t>(nand.capacity()) / page;
    return [=, &random](std::int64_t) {
        return read_of(random.below(pages) * page, static_cast<core::Bytes>(page));
    };
}

TEST(NandLaw1, SingleReadIsCommandSenseBusDecoderAndLink) {
    FullNandConfig c = small_nand("hbf_gen1");
    c.preloaded = true;
    // 5 + 95 ns command, 3 us, 4096 B at 128 GB/s, 4096 B at 100 GB/s, 20 ns base die.
    const Ps without = 100'000 + 3 * kUs + 32'000 + 40'960 + 20'000;
    FullNand nand(c);
    EXPECT_EQ(test::serve(nand, 0, read_of(0, 4096)).time, without);

    c.ecc.codeword = 1024;
    c.ecc.parity = 128;
    c.ecc.hard = {500'000, 500'000, 64};
    for (const EccPlacement placement :
         {EccPlacement::kDie, EccPlacement::kBaseDie, EccPlacement::kController}) {
        c.ecc.placement = placement;
        c.device.geometry.spare_bytes = 512;
        c.device.bus.spare_on_bus = true;
        FullNand with(c);
        // Ahead of the decoder parity crosses the bus: 4608 B take 36 ns.
        const Ps parity = placement == EccPlacement::kDie ? 0 : 4'000;
        // With the decoder in the controller the parity crosses the link, too.
        const Ps link = placement == EccPlacement::kController ? 46'080 - 40'960 : 0;
        EXPECT_EQ(test::serve(with, 0, read_of(0, 4096)).time, without + 500'000 + parity + link)
            << static_cast<int>(placement);
    }
}

/// What `groups` more groups of four pages cost a long run: start and end of the run drop out.
Ps steady(const FullNandConfig& c, core::MemoryOp op, std::int64_t depth, std::int64_t groups) {
    const auto end = [&](std::int64_t count) {
        FullNand nand(c);
        return closed_loop(nand, depth, 4 * count, sequential(nand, op)).end;
    };
    return end(2 * groups) - end(groups);
}

TEST(NandLaw2, MultiPlaneReadOfOneDieAndOfManyOnOneBus) {
    const Ps x = 65'536'000 + 300'000;  // bus time of a group
    for (const std::int32_t dies : {1, 2, 4}) {
        FullNandConfig c = plain_die(dies);
        c.scheduler.cache_read = false;
        const Ps round = std::max(dies * x, 25 * kUs + x);  // a group of each die
        EXPECT_EQ(steady(c, core::MemoryOp::kRead, 64, 256 * dies), 256 * round) << dies;
    }
}

/// All jobs are there at the start: when the last one ends.
Ps run_jobs(FlashDevice& device, FlashScheduler& scheduler, std::int64_t groups) {
    for (std::int64_t i = 0; i < 4 * groups; ++i) {
        FlashJob job;
        FlashAddress a;
        a.plane = static_cast<std::int32_t>(i % 4);
        a.page = static_cast<std::int32_t>(i / 4 % 64);
        a.block = static_cast<std::int32_t>(i / 256);
        job.page = device.config().geometry.number(a);
        job.bytes = 16384;
        scheduler.add(0, job);
    }
    scheduler.dispatch(0);
    std::vector<FlashJobDone> done;
    while (scheduler.next_event() != core::kNever) {
        scheduler.advance(scheduler.next_event(), done);
    }
    EXPECT_EQ(done.size(), static_cast<std::size_t>(4 * groups));
    return done.back().time;
}

TEST(NandLaw3, NGroupsOfCacheReadsAreExact) {
    const FullNandConfig c = plain_die();
    for (const std::int64_t groups : {1, 2, 3, 100}) {
        FlashDevice device(c.device, true);
        FlashScheduler scheduler(device, c.scheduler, c.ecc, nullptr);
        const Ps end = run_jobs(device, scheduler, groups);
        // tR + (N - 1) max(tR', x) + x, x = command + data; the last group takes READ CACHE END.
        const Ps x = 300'000 + 65'536'000;
        EXPECT_EQ(end, 25 * kUs + groups * x + (groups > 1 ? 300'000 : 0)) << groups;
        EXPECT_EQ(scheduler.counts().cache_reads, groups - 1);
    }
}

TEST(NandLaw4, BusTimeIsRateTimesBusTimeOfAGroup) {
    FullNandConfig c = plain_die(2);
    c.scheduler.cache_read = false;
    FullNand nand(c);
    const auto run = closed_loop(nand, 64, 4096, sequential(nand));
    EXPECT_EQ(nand.busy_time(),
              4096 * Ps{16'384'000} + nand.scheduler().counts().commands * 300'000);
    EXPECT_LE(nand.scheduler().counts().commands, 1026);
    EXPECT_LE(nand.busy_time(), run.end);
}

TEST(NandLaw5, ProgramsOfOneDieAndOfMany) {
    const Ps x = 65'536'000 + 300'000;
    for (const std::int32_t dies : {1, 2, 3, 4, 8}) {
        FullNandConfig c = plain_die(dies);
        c.preloaded = false;
        c.scheduler.cache_program = false;
        const Ps round = std::max(dies * x, x + 200 * kUs);
        EXPECT_EQ(steady(c, core::MemoryOp::kWrite, 256, 64 * dies), 64 * round) << dies;
    }
}

TEST(NandLaw5, CacheProgramsOfOneDieTakeTheSlowerOfBusAndArray) {
    for (const Ps t_program : {200 * kUs, 20 * kUs}) {
        FullNandConfig c = plain_die();
        c.preloaded = false;
        c.device.cell.t_program.fill(t_program);
        const Ps x = 65'536'000 + 300'000;
        EXPECT_EQ(steady(c, core::MemoryOp::kWrite, 256, 200), 200 * std::max(x, t_program));
    }
}

TEST(NandLaw5, ErasesOfADieFollowEachOther) {
    FullNandConfig c = plain_die();
    c.device.cell.t_erase = 2000 * kUs;
    const auto zone = static_cast<std::uint64_t>(4 * c.device.geometry.block_bytes());
    FullNand nand(c);
    const auto run = closed_loop(nand, 8, 20, [zone](std::int64_t i) {
        return test::erase_of(static_cast<std::uint64_t>(i) * zone, static_cast<core::Bytes>(zone));
    });
    EXPECT_EQ(run.faults, 0);
    EXPECT_EQ(run.end, 20 * (300'000 + 2000 * kUs));  // four blocks a command
}

TEST(NandLaw6, StackReachesTheLesserOfArrayAndInterface) {
    FullNandConfig c = small_nand("hbf_gen1", 16, 64);
    c.preloaded = true;
    for (const auto& [t_read, interface_bound] : {std::pair{3 * kUs, false}, {kUs, true}}) {
        c.device.cell.t_read.fill(t_read);
        FullNand nand(c);
        const auto run = closed_loop(nand, 512, 40'000, sequential(nand));
        const double array = 32 * 4096.0 / static_cast<double>(t_read + 100'000) * 1e12;
        const double expected = interface_bound ? 100e9 : array;
        const double rate = 40'000 * 4096.0 / static_cast<double>(run.end) * 1e12;
        EXPECT_NEAR(rate / expected, 1.0, 0.01);
        EXPECT_EQ(array > 100e9, interface_bound);
    }
}

// A slot of the loop is occupied from 0 until its last request ends: the latencies add up to the
// ends of the last `depth` requests.
TEST(NandLaw7, LittleInAClosedLoop) {
    for (const std::int64_t depth : {1, 7, 64}) {
        FullNandConfig c = small_nand("hbf_gen1", 16, 64);
        c.preloaded = true;
        FullNand nand(c);
        core::RandomStream random(1, "little");
        const auto run = closed_loop(nand, depth, 20'000, uniform(nand, random));
        const auto last = run.ends.end() - static_cast<std::ptrdiff_t>(depth);
        EXPECT_EQ(std::accumulate(run.latency.begin(), run.latency.end(), Ps{0}),
                  std::accumulate(last, run.ends.end(), Ps{0}));
    }
}

TEST(NandLaw9, PoissonReadsOfOnePlaneWaitAsInMD1) {
    FullNandConfig c = plain_die();
    c.device.geometry.planes = 1;
    c.device.max_planes = 1;
    c.scheduler.cache_read = false;
    const auto service = static_cast<double>(300'000 + 25 * kUs + 16'384'000);
    core::RandomStream random(3, "poisson");
    for (const double rho : {0.3, 0.7}) {
        FullNand nand(c);
        constexpr int kReads = 250'000;
        double at = 0.0;
        double latency = 0.0;
        test::Completions done;
        std::vector<Ps> submitted;
        for (int i = 0; i < kReads; ++i) {
            at += -std::log1p(-random.uniform()) * service / rho;
            const auto now = static_cast<Ps>(at);
            test::run_until(nand, now, done);
            submitted.push_back(now);
            // Never the page read before: two reads of one page would share a sense.
            const std::uint64_t page = static_cast<std::uint64_t>(i) % 2048;
            nand.submit(now, read_of(page * 16384, 16384, static_cast<std::uint64_t>(i)));
        }
        const test::Completions rest = test::drain(nand);
        done.insert(done.end(), rest.begin(), rest.end());
        for (const MemoryCompletion& completion : done) {
            latency += static_cast<double>(completion.time - submitted[completion.id]);
        }
        const double wait = latency / kReads - service;
        EXPECT_NEAR(wait / (rho * service / (2 * (1 - rho))), 1.0, 0.02) << rho;
    }
}

TEST(NandLaw10, RandomReadsKeepAsManyPlanesBusyAsBallsFillBins) {
    FullNandConfig c = small_nand("hbf_gen1", 16, 64);
    c.preloaded = true;
    constexpr double kPlanes = 32;
    core::RandomStream random(5, "waves");
    for (const int depth : {8, 32, 128}) {
        double busy = 0;
        constexpr int kWaves = 400;
        FullNand nand(c);
        Ps now = 0;
        for (int wave = 0; wave < kWaves; ++wave) {
            const std::int64_t before = nand.scheduler().counts().commands;
            for (int i = 0; i < depth; ++i) {
                nand.submit(now, uniform(nand, random)(i));
            }
            busy += static_cast<double>(nand.scheduler().counts().commands - before) > 0 ? 1 : 0;
            test::Completions done;
            // Commands take 5 ns each; the first senses end after 3.1 us.
            test::run_until(nand, now + 3 * kUs, done);
            busy += static_cast<double>(nand.scheduler().counts().commands - before) - 1;
            const test::Completions rest = test::drain(nand);
            now = rest.empty() ? now : rest.back().time;
        }
        const double expected = kPlanes * (1 - std::pow(1 - 1 / kPlanes, depth));
        EXPECT_NEAR(busy / kWaves, expected, 0.02 * kPlanes) << depth;
    }
}

TEST(NandLaw12, EnergyIsCountsTimesCostAndErasesFollowPrograms) {
    FullNandConfig c = small_nand("slc_fast", 24, 16);
    FullNand nand(c);
    core::EnergyLedger ledger;
    nand.register_energy(ledger, ledger.block("nand"));
    core::RandomStream random(7, "energy");
    const auto page = static_cast<std::uint64_t>(nand.granule());
    const auto pages = static_cast<std::uint64_t>(nand.capacity()) / page;
    const auto run = closed_loop(nand, 32, 40'000, [&](std::int64_t) {
        return write_of(random.below(pages) * page, static_cast<core::Bytes>(page));
    });
    EXPECT_EQ(run.faults, 0);
    const FlashDevice::Counts& n = nand.device().counts();
    const FlashEnergy& e = c.device.energy;
    const double bits = 8.0 * static_cast<double>(page);
    const double dies = static_cast<double>(c.device.geometry.total_dies());
    const double expected = total(n.senses) * bits * e.read_pj_per_bit +
                            total(n.programs) * bits * e.program_pj_per_bit +
                            total(n.erases) * e.erase_pj +
                            (total(n.in_bytes) + total(n.out_bytes)) * 8 * e.bus_pj_per_bit +
                            dies * e.idle_w * static_cast<double>(run.end);
    EXPECT_NEAR(ledger.total_pj(run.end) / expected, 1.0, 1e-9);
    // Every block erased was full: erases x pages = programs, but for blocks free or open.
    const double held = static_cast<double>(c.device.geometry.total_pages());
    EXPECT_GT(total(n.erases), 500);
    EXPECT_LE(total(n.programs) - total(n.erases) * c.device.geometry.pages, held);
    EXPECT_GE(total(n.programs) - total(n.erases) * c.device.geometry.pages, 0);
}

TEST(NandLaw12, DecodingCostsItsEnergyPerBitOfEveryAttempt) {
    FullNandConfig c = small_nand("hbf_gen1");
    c.preloaded = true;
    c.ecc.placement = EccPlacement::kBaseDie;
    c.ecc.decode_pj_per_bit = 2.5;
    FullNand nand(c);
    core::EnergyLedger ledger;
    nand.register_energy(ledger, ledger.block("nand"));
    closed_loop(nand, 8, 100, sequential(nand));
    double decoding = 0;
    for (const core::EnergyLedger::EventTotal& event : ledger.events()) {
        decoding += event.name == "decode_byte" ? event.pj : 0;
    }
    EXPECT_DOUBLE_EQ(decoding, 100 * 2.5 * 8 * static_cast<double>(c.ecc.raw_bytes(4096)));
}

}  // namespace
}  // namespace strata::models
