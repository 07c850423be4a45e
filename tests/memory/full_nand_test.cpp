// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The full NAND controller: bulk requests, faults, suspends, throttling, errors, and random traffic
// behind the independent checker.

#include <gtest/gtest.h>

#include <map>

#include "core/stats.h"
#include "models/memory/nand/flash_trace_checker.h"
#include "tests/memory/full_nand_drive.h"

namespace strata::models {
namespace {

using core::Fault;
using core::MemoryOp;
using core::Ps;
using test::closed_loop;
using test::erase_of;
using test::read_of;
using test::serve;
using test::small_nand;
using test::write_of;

constexpr Ps kUs = core::kMicrosecond;

TEST(FullNand, ABulkRequestTakesTheTimeOfItsPages) {
    FullNandConfig c = small_nand("hbf_gen1", 16, 64);
    c.preloaded = true;
    FullNand bulk(c);
    FullNand single(c);
    core::RandomStream random(1, "bulk");
    for (std::uint64_t id = 0; id < 40; ++id) {
        const std::uint64_t at = random.below(10'000) * 512;
        const auto bytes = static_cast<core::Bytes>(1 + random.below(200'000));
        bulk.submit(0, read_of(at, bytes, id));
        test::submit_singly(single, 0, read_of(at, bytes, id));
    }
    EXPECT_EQ(test::spans(test::drain(bulk)), test::spans(test::drain(single)));
}

TEST(FullNand, BrokenRulesOfZonesAreAnsweredAndChangeNothing) {
    FullNandConfig c = small_nand("hbf_gen1");
    FullNand nand(c);
    Ps now = 0;
    const auto fault = [&](const MemoryRequest& request) {
        now += 10'000 * kUs;
        return serve(nand, now, request).fault;
    };
    EXPECT_EQ(fault(read_of(0, 64)), Fault::kNandReadErased);
    EXPECT_EQ(fault(write_of(4096, 4096)), Fault::kNandPageOrder);
    EXPECT_EQ(fault(write_of(0, 100)), Fault::kMisaligned);
    EXPECT_EQ(fault(write_of(0, 4096)), Fault::kNone);
    EXPECT_EQ(fault(write_of(0, 4096)), Fault::kNandProgramTwice);
    EXPECT_EQ(fault(read_of(0, 4096)), Fault::kNone);
    EXPECT_EQ(fault(erase_of(0, 4096)), Fault::kMisaligned);
    EXPECT_EQ(fault(write_of(4096, 4096)), Fault::kNone);
    ASSERT_EQ(nand.errors().size(), 5U);
    EXPECT_EQ(nand.errors()[1].fault, Fault::kNandPageOrder);
    EXPECT_EQ(nand.errors()[1].address, 4096U);
    EXPECT_TRUE(nand.idle());
    const auto zone = static_cast<core::Bytes>(16 * 32 * 4096);
    EXPECT_EQ(fault(erase_of(0, zone)), Fault::kNone);
    EXPECT_EQ(fault(read_of(0, 64)), Fault::kNandReadErased);
}

TEST(FullNand, APageNeverWrittenReadsAsErasedUnderThePageMap) {
    FullNand nand(small_nand("slc_fast"));
    EXPECT_EQ(serve(nand, 0, read_of(0, 64)).fault, Fault::kNandReadErased);
    EXPECT_EQ(serve(nand, 0, write_of(8192, 4096)).fault, Fault::kNone);
    EXPECT_EQ(serve(nand, kUs * 500, read_of(8192, 64)).fault, Fault::kNone);
}

/// Reads while a stream of writes keeps one die busy.
test::NandRunResult reads_among_programs(bool suspend) {
    FullNandConfig c = small_nand("mqsim", 64, 64);
    FlashConfig& d = c.device;
    d.geometry.chips = 1;
    d.geometry.dies = 1;
    d.cell.t_read.fill(25 * kUs);
    d.cell.t_program.fill(600 * kUs);
    d.die.t_suspend_program = 20 * kUs;
    d.die.t_suspend_erase = 20 * kUs;
    d.die.t_resume = 5 * kUs;
    c.scheduler = FlashSchedulerConfig{};
    c.scheduler.suspend_program = suspend;
    c.scheduler.suspend_erase = suspend;
    c.scheduler.suspend_least = 50 * kUs;
    c.ftl.write_buffer.pages = 8;
    FullNand nand(c);
    for (LogicalPage page = 0; page < 512; ++page) {
        nand.write_at_once(page);
    }
    core::RandomStream random(2, "suspend");
    test::NandRunResult result;
    test::Completions done;
    std::vector<Ps> submitted(3000);
    Ps now = 0;
    std::uint64_t writes = 0;
    for (std::uint64_t i = 0; i < submitted.size(); ++i) {
        now += static_cast<Ps>(random.below(static_cast<std::uint64_t>(4000 * kUs)));
        test::run_until(nand, now, done);
        for (; writes < 2 * i; ++writes) {
            nand.submit(now, write_of(random.below(512) * 8192, 8192, 1'000'000 + writes));
        }
        submitted[i] = now;
        nand.submit(now, read_of(random.below(512) * 8192, 8192, i));
    }
    const test::Completions rest = test::drain(nand);
    done.insert(done.end(), rest.begin(), rest.end());
    for (const MemoryCompletion& c2 : done) {
        if (c2.id < submitted.size()) {
            result.latency.push_back(c2.time - submitted[c2.id]);
        }
    }
    EXPECT_EQ(nand.scheduler().counts().suspends > 0, suspend);
    return result;
}

TEST(NandLaw8, SuspendCutsTheTailOfReadsAmongPrograms) {
    test::NandRunResult without = reads_among_programs(false);
    test::NandRunResult with = reads_among_programs(true);
    // A read that meets a program waits for what is left of it; with suspend for at most tSUSP, or
    // for what suspend_least leaves alone, beside the read itself (25 us and 8 KiB at 333 MB/s) and
    // a data-in that holds the bus.
    EXPECT_GT(without.quantile(0.99), 500 * kUs);
    EXPECT_LT(with.quantile(0.99), 250 * kUs);
    EXPECT_LT(with.mean_latency(), 0.75 * without.mean_latency());
}

TEST(FullNand, HeatThrottlesAndCoolingEndsIt) {
    FullNandConfig c = small_nand("hbf_gen1", 16, 64);
    c.preloaded = true;
    const auto rate = [&](double celsius) {
        FullNand nand(c);
        nand.set_temperature(celsius);
        const auto run = closed_loop(nand, 128, 8000, [](std::int64_t i) {
            return read_of(static_cast<std::uint64_t>(i) * 4096, 4096);
        });
        return 1.0 / static_cast<double>(run.end);
    };
    const double cool = rate(45);
    EXPECT_NEAR(rate(90) / cool, 0.5, 0.02);  // half of the planes may sense
    EXPECT_NEAR(rate(96) / cool, 0.25, 0.02);
    EXPECT_NEAR(rate(84) / cool, 1.0, 1e-9);
}

TEST(FullNand, WornPagesAreRetriedAndLostPagesAreAnError) {
    FullNandConfig c = small_nand("hbf_gen1", 16, 64);
    c.preloaded = true;
    c.ecc.placement = EccPlacement::kBaseDie;
    c.ecc.decoders = 32;
    c.reliability.enabled = true;
    const auto run = [&](double cycles, double hours) {
        c.reliability.initial_cycles = cycles;
        c.reliability.initial_hours = hours;
        FullNand nand(c);
        core::RandomStream random(4, "worn");
        const auto result = closed_loop(nand, 64, 4000, [&](std::int64_t) {
            return read_of(random.below(30'000) * 4096, 4096);
        });
        return std::pair{nand.scheduler().counts(), result};
    };
    const auto fresh = run(0, 0);
    EXPECT_EQ(fresh.first.retries, 0);
    const auto worn = run(3000, 200);
    EXPECT_GT(worn.first.retries, 3000);
    EXPECT_EQ(worn.second.faults, 0);
    EXPECT_GT(worn.second.mean_latency(), fresh.second.mean_latency());
    c.ecc.retries = 0;
    c.ecc.soft.correctable = 64;
    const auto lost = run(3000, 5000);
    EXPECT_EQ(lost.second.faults, 4000);
    EXPECT_EQ(lost.first.uncorrectable, 4000);
}

/// Which host page, in which version, lies where.
class DataModel : public FlashTaskObserver {
   public:
    std::map<LogicalPage, std::int64_t> newest;  ///< versions on the flash
    std::map<LogicalPage, std::int64_t> asked;   ///< at least this, of a read under way
    std::int64_t reads = 0, moves = 0;

    void task_done(Ps, const FlashTask& task, FlashStatus) override {
        if (task.kind == FlashTaskKind::kRead && task.source == FlashSource::kHost) {
            ASSERT_EQ(flash_.count(task.page), 1U);
            const auto& [logical, version] = flash_[task.page];
            EXPECT_EQ(logical, task.logical);
            EXPECT_GE(version, asked[task.logical]);
            ++reads;
        } else if (task.kind == FlashTaskKind::kProgram || task.kind == FlashTaskKind::kCopyback) {
            ASSERT_EQ(flash_.count(task.page), 0U);
            const bool moved = task.from != kNoPage;
            flash_[task.page] =
                moved ? flash_[task.from] : std::pair{task.logical, ++newest[task.logical]};
            moves += moved ? 1 : 0;
        } else if (task.kind == FlashTaskKind::kErase) {
            for (PageNumber page = task.page; page < task.page + 16; ++page) {
                flash_.erase(page);
            }
        }
    }

   private:
    std::map<PageNumber, std::pair<LogicalPage, std::int64_t>> flash_;
};

class FullNandRandom : public ::testing::TestWithParam<const char*> {
   protected:
    static FullNandConfig config() {
        FullNandConfig c = small_nand(GetParam(), 24, 24);
        c.device.geometry.chips = 2;
        c.device.geometry.planes = 4;
        c.device.max_planes = std::min(4, c.device.max_planes);
        c.device.geometry.pages = c.device.cell.one_shot ? 24 : 16;
        c.device.geometry.dies = c.device.cell.one_shot ? 1 : c.device.geometry.dies;
        c.ftl.mapping = "page";
        c.ftl.write_buffer.capacitor = false;
        c.ftl.write_buffer.pages = 64;
        if (c.scheduler.arbitration == FlashSchedulerConfig::Arbitration::kOutOfOrder) {
            c.scheduler.suspend_program = true;
            c.scheduler.suspend_erase = true;
        }
        return c;
    }
    static test::NextRequest mix(const FullNand& nand, core::RandomStream& random) {
        const auto page = static_cast<std::uint64_t>(nand.granule());
        const auto pages = static_cast<std::uint64_t>(nand.capacity()) / page;
        return [=, &random](std::int64_t i) {
            const bool fill = i < static_cast<std::int64_t>(pages);
            const std::uint64_t at = fill ? static_cast<std::uint64_t>(i) : random.below(pages);
            const bool write = fill || random.chance(0.5);
            return write ? write_of(at * page, static_cast<core::Bytes>(page))
                         : read_of(at * page, static_cast<core::Bytes>(1 + random.below(page)));
        };
    }
};

TEST_P(FullNandRandom, TheCheckerFindsNothingAndTheSameSeedGivesTheSameRun) {
    const FullNandConfig c = config();
    Ps end = 0;
    for (int again = 0; again < 2; ++again) {
        FullNand nand(c);
        FlashTraceChecker checker(c.device, false);
        nand.device().set_trace(&checker);
        core::RandomStream random(11, "mix");
        const auto run = closed_loop(nand, 48, 9000, mix(nand, random));
        checker.finish();
        EXPECT_EQ(checker.violations(), 0)
            << (checker.messages().empty() ? "" : checker.messages().front());
        EXPECT_GT(checker.operations(), 4000);
        EXPECT_EQ(run.faults, 0);
        EXPECT_GT(nand.ftl().counts().programs[static_cast<std::size_t>(FlashSource::kGc)], 0);
        EXPECT_EQ(end == 0 ? run.end : end, run.end);
        end = run.end;
        // The parts of the latency add up, and nothing is negative.
        for (const FullNand::Breakdown& b : {nand.reads(), nand.writes()}) {
            EXPECT_EQ(b.queue + b.array + b.ecc + b.bus + b.host, b.latency);
            EXPECT_GE(b.queue, 0);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Presets, FullNandRandom,
                         ::testing::Values("mqsim", "slc_fast", "hbf_gen1", "tlc"));

/// The last pages of a run do not fill a word line: they wait for `pad_after`, then padding does.
TEST(FullNand, AnIncompleteWordLineIsFilledUpWithPadding) {
    FullNandConfig c = small_nand("tlc", 24, 24);
    c.ftl.write_buffer.capacitor = false;
    for (const bool hot_cold : {true, false}) {
        c.ftl.gc.hot_cold = hot_cold;
        FullNand nand(c);
        const auto page = static_cast<std::uint64_t>(nand.granule());
        const MemoryCompletion one = serve(nand, 0, write_of(0, static_cast<core::Bytes>(page)));
        EXPECT_EQ(one.fault, Fault::kNone);
        // Link, three pages over the bus, tPROG, and the age at which padding comes.
        EXPECT_GT(one.time, c.ftl.write_buffer.pad_after + c.device.cell.t_program[0]);
        EXPECT_LT(one.time, c.ftl.write_buffer.pad_after + c.device.cell.t_program[0] + 50 * kUs);
        const auto padding = static_cast<std::size_t>(FlashSource::kPadding);
        EXPECT_EQ(nand.ftl().counts().programs[padding], 2);
        EXPECT_DOUBLE_EQ(nand.ftl().counts().write_amplification(), 3.0);
        EXPECT_TRUE(nand.idle());
    }
    c.ftl.gc.hot_cold = false;  // word lines shared by host and collector
    FullNand nand(c);
    core::RandomStream random(17, "lines");
    const auto page = static_cast<std::uint64_t>(nand.granule());
    const auto pages = static_cast<std::uint64_t>(nand.capacity()) / page;
    for (std::uint64_t i = 0; i + 1 < pages; ++i) {  // leaves a word line incomplete
        nand.write_at_once(static_cast<LogicalPage>(i));
    }
    const auto run = closed_loop(nand, 8, 8000, [&](std::int64_t) {
        return write_of(random.below(pages) * page, static_cast<core::Bytes>(page));
    });
    EXPECT_EQ(run.faults, 0);
    EXPECT_GT(nand.ftl().counts().programs[static_cast<std::size_t>(FlashSource::kGc)], 0);
    nand.ftl().check();
}

TEST(FullNand, AnIdleControllerCollectsAheadOfNeed) {
    FullNandConfig c = small_nand("slc_fast", 24, 16);
    c.ftl.gc.idle = 6;
    FullNand nand(c);
    core::RandomStream random(19, "idle");
    const std::uint64_t pages = static_cast<std::uint64_t>(nand.capacity()) / 4096;
    for (std::uint64_t i = 0; i < 3 * pages; ++i) {
        nand.write_at_once(static_cast<LogicalPage>(i < pages ? i : random.below(pages)));
    }
    const auto erases = [&] { return nand.ftl().counts().total_erases(); };
    const std::int64_t before = erases();
    const MemoryCompletion read = serve(nand, 0, read_of(0, 4096));
    EXPECT_EQ(read.fault, Fault::kNone);
    test::drain(nand);
    EXPECT_GT(erases() - before, c.device.geometry.total_planes());
    EXPECT_TRUE(nand.idle());
    EXPECT_EQ(nand.next_event(), core::kNever);  // and then it rests
    nand.ftl().check();
}

TEST(FullNandData, EveryReadFindsItsPageInTheVersionOnTheFlash) {
    FullNandConfig c = small_nand("slc_fast", 24, 16);
    c.device.geometry.chips = 1;
    c.device.geometry.dies = 1;
    c.device.geometry.planes = 4;
    c.device.max_planes = 4;
    c.ftl.write_buffer.capacitor = false;
    FullNand nand(c);
    DataModel data;
    nand.set_observer(&data);
    core::RandomStream random(13, "data");
    const std::uint64_t pages = static_cast<std::uint64_t>(nand.capacity()) / 4096;
    const auto run = closed_loop(nand, 16, 30'000, [&](std::int64_t i) {
        const bool fill = i < static_cast<std::int64_t>(pages);
        const std::uint64_t at = fill ? static_cast<std::uint64_t>(i) : random.below(pages);
        if (fill || random.chance(0.6)) {
            return write_of(at * 4096, 4096);
        }
        // A read may overtake nothing that was on the flash when it was asked for. Reads of one
        // page that are under way together ask for the oldest.
        const auto logical = static_cast<LogicalPage>(at);
        data.asked[logical] = std::max<std::int64_t>(0, data.newest[logical] - 1);
        return read_of(at * 4096, 4096);
    });
    EXPECT_EQ(run.faults, 0);
    EXPECT_GT(data.reads, 5000);
    EXPECT_GT(data.moves, 1000);
    nand.ftl().check();
}

/// Keeps what the waveform would show.
class Wave : public core::TraceSink {
   public:
    std::vector<std::vector<std::string>> labels;
    std::vector<std::string> names;
    std::vector<std::map<Ps, std::int64_t>> changes;

    SignalId add_enum(const std::string& scope, const std::string& name,
                      const std::vector<std::string>& values) override {
        names.push_back(scope + "." + name);
        labels.push_back(values);
        changes.emplace_back();
        return static_cast<SignalId>(names.size()) - 1;
    }
    SignalId add_integer(const std::string&, const std::string&, int) override { return 0; }
    SignalId add_real(const std::string&, const std::string&) override { return 0; }
    void change(SignalId signal, Ps time, std::int64_t value) override {
        changes[static_cast<std::size_t>(signal)][time] = value;
    }
    void change_real(SignalId, Ps, double) override {}
};

/// States and their times of one signal.
std::pair<std::vector<std::string>, std::vector<Ps>> history(const Wave& wave, std::size_t signal) {
    std::pair<std::vector<std::string>, std::vector<Ps>> result;
    for (const auto& [time, value] : wave.changes[signal]) {
        result.first.push_back(wave.labels[signal][static_cast<std::size_t>(value)]);
        result.second.push_back(time);
    }
    return result;
}

TEST(FullNand, TheWaveformShowsWhatBusAndPlanesDo) {
    FullNandConfig c = small_nand("hbf_gen1");
    FullNand nand(c);
    Wave wave;
    nand.register_trace(&wave, "nand");
    ASSERT_EQ(wave.names.size(), 1U + static_cast<std::size_t>(c.device.geometry.total_planes()));
    EXPECT_EQ(wave.names[0], "nand.channel0.bus");
    EXPECT_EQ(wave.names[1], "nand.channel0.chip0.die0.plane0");
    serve(nand, 0, write_of(0, 4096));
    serve(nand, 100'000 * kUs, read_of(0, 4096));
    const auto [states, times] = history(wave, 1);
    EXPECT_EQ(states, (std::vector<std::string>{"programming", "idle", "reading", "idle"}));
    EXPECT_EQ(times[1] - times[0], c.device.cell.t_program[0]);
    EXPECT_EQ(times[3] - times[2], c.device.cell.t_read[0]);
    EXPECT_TRUE(wave.changes[2].empty());
    const auto [bus, edges] = history(wave, 0);
    EXPECT_EQ(bus, (std::vector<std::string>{"data_in", "idle", "data_out", "idle"}));
    EXPECT_EQ(edges[1] - edges[0], c.device.bus.transfer(4096));
    EXPECT_EQ(edges[2], times[3]);
    EXPECT_EQ(edges[3] - edges[2], c.device.bus.transfer(4096));
}

TEST(FullNand, StatisticsAndStateNameWhatIsGoingOn) {
    FullNandConfig c = small_nand("hbf_gen1");
    FullNand nand(c);
    core::StatGroup stats;
    nand.register_stats(stats);
    serve(nand, 0, read_of(0, 64));
    EXPECT_NE(nand.describe_state().find("first error at byte 0"), std::string::npos);
}

}  // namespace
}  // namespace strata::models
