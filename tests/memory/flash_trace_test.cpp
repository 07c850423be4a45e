// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The operation trace: its CSV, and the checker, which must find nothing in what the device does
// and everything in what a wrong device would do.

#include <fstream>
#include <functional>

#include "models/memory/nand/flash_trace_checker.h"
#include "tests/memory/flash_random.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {
namespace {

using C = FlashCommand;
using models::FlashConfig;
using models::FlashIndependence;
using models::FlashTraceChecker;
using models::FlashTraceKind;
using models::FlashTraceRecord;

/// A small device with every time of its own.
FlashConfig device_of(const std::string& preset) {
    FlashConfig config = flash_config("{preset: " + preset +
                                      ", channels: 2, chips: 1, dies: 2, blocks: 3, pages: 12, "
                                      "planes: 4, multi_plane: 4, t_read: 7us, t_prog: 40us, "
                                      "t_erase: 90us, t_rcbsy: 2us, t_pcbsy: 1us, t_transfer: "
                                      "5us, t_suspend_program: 3us, t_suspend_erase: 4us, "
                                      "t_resume: 1us, t_feature: 1us, t_reset_ready: 1us, "
                                      "t_reset_program: 5us, t_reset_erase: 20us, throttle: []}");
    return config;
}

class EveryPreset : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Flash, EveryPreset,
                         testing::Values("mqsim", "hbf_gen1", "slc_fast", "tlc"));

TEST_P(EveryPreset, RandomOperationsKeepAllRules) {
    FlashConfig config = device_of(GetParam());
    for (const auto independence :
         {FlashIndependence::kNone, FlashIndependence::kReads, FlashIndependence::kAll}) {
        config.independence = independence;
        FlashTraceChecker checker(config, false, 3);
        RandomFlash random(config, &checker, 11 + static_cast<std::uint64_t>(independence));
        random.run(120'000);
        checker.finish();
        EXPECT_EQ(checker.violations(), 0) << checker.messages().front();
        EXPECT_GT(checker.operations(), 10'000);
        for (int c = 0; c < models::kFlashCommands; ++c) {
            const auto command = static_cast<C>(c);
            const bool cache_read =
                models::flash_continues_read(command) || command == C::kReadCacheEnd;
            const bool possible = !(config.auto_cache && cache_read) &&
                                  !(config.cell.one_shot && command == C::kCopybackProgram);
            EXPECT_EQ(random.accepted(command) > 0, possible)
                << models::kFlashCommandNames[static_cast<std::size_t>(c)];
        }
        for (const core::Fault fault :
             {core::Fault::kOutOfRange, core::Fault::kNandReadErased, core::Fault::kNandBusy,
              core::Fault::kNandRegister, core::Fault::kNandSequence, core::Fault::kNandGroup}) {
            EXPECT_GT(random.refused(fault), 0) << core::to_string(fault);
        }
    }
}

struct Seeded {
    const char* name;
    std::function<void(FlashConfig&)> wrong;  ///< what the device has, beside the data sheet
};

// A device with one time too short, or one rule less, must be found out.
TEST(FlashTraceChecker, FindsEveryWrongDevice) {
    const Seeded seeds[] = {
        {"t_read", [](FlashConfig& c) { c.cell.t_read.fill(7 * kUs - 1); }},
        {"t_prog", [](FlashConfig& c) { c.cell.t_program.fill(40 * kUs - 1); }},
        {"t_erase", [](FlashConfig& c) { c.cell.t_erase -= 1; }},
        {"t_rcbsy", [](FlashConfig& c) { c.die.t_rcbsy -= 1; }},
        {"t_pcbsy", [](FlashConfig& c) { c.die.t_pcbsy -= 1; }},
        {"t_transfer", [](FlashConfig& c) { c.die.t_transfer = 0; }},
        {"t_suspend_program", [](FlashConfig& c) { c.die.t_suspend_program -= 1; }},
        {"t_suspend_erase", [](FlashConfig& c) { c.die.t_suspend_erase -= 1; }},
        {"t_resume", [](FlashConfig& c) { c.die.t_resume -= 1; }},
        {"t_wb", [](FlashConfig& c) { c.bus.t_wb -= 1; }},
        {"rate", [](FlashConfig& c) { c.bus.rate.bytes_per_s += 10'000'000; }},
        {"overhead", [](FlashConfig& c) { c.bus.overhead[4][0] -= 1; }},
        {"out_setup", [](FlashConfig& c) { c.bus.out_setup -= 1; }},
        {"reads overlap", [](FlashConfig& c) { c.independence = FlashIndependence::kReads; }},
        {"all overlap", [](FlashConfig& c) { c.independence = FlashIndependence::kAll; }},
        {"automatic buffers", [](FlashConfig& c) { c.auto_cache = true; }},
        {"any pages", [](FlashConfig& c) { c.same_page = false; }},
        {"more planes", [](FlashConfig& c) { c.max_planes = 4; }},
    };
    FlashConfig rules = device_of("slc_fast");
    rules.independence = FlashIndependence::kNone;
    rules.max_planes = 3;
    for (const Seeded& seed : seeds) {
        FlashConfig built = rules;
        seed.wrong(built);
        FlashTraceChecker checker(rules, false, 1);
        RandomFlash random(built, &checker, 5);
        random.run(20'000);
        checker.finish();
        EXPECT_GT(checker.violations(), 0) << seed.name;
    }
}

/// Keeps a trace, so that it can be spoilt.
class Recorder : public models::FlashTraceSink {
   public:
    void operation(const FlashTraceRecord& record) override { records.push_back(record); }
    std::vector<FlashTraceRecord> records;
};

std::int64_t violations(const FlashConfig& config, const std::vector<FlashTraceRecord>& records) {
    FlashTraceChecker checker(config, false, 1);
    for (const FlashTraceRecord& record : records) {
        checker.operation(record);
    }
    checker.finish();
    return checker.violations();
}

/// A script in which every operation but the last is needed by a later one.
void run_script(FlashSequencer& s) {
    const auto done = [&] { s.until_idle(); };
    const core::Bytes bytes = s.device.config().bus_page();
    const auto out = [&](PageNumber page) {
        s.out(page, bytes);
        done();
    };
    const auto run = [&](C command, PageNumber page) {
        s.issue(command, {page});
        done();
    };
    run(C::kProgram, 0);
    run(C::kProgramCache, 1);
    run(C::kProgram, 2);
    run(C::kRead, 0);
    out(0);
    run(C::kRead, 1);
    run(C::kReadCacheSequential, 2);
    out(1);
    run(C::kReadCacheEnd, 2);
    out(2);
    run(C::kErase, 0);
    s.issue(C::kProgram, {0});
    s.until_time(s.device.data_bus_free(0) + 20 * kUs);
    run(C::kSuspend, 0);
    run(C::kResume, 0);
    run(C::kCopybackRead, 0);
    run(C::kCopybackProgram, 12);
    run(C::kRead, 12);
    out(12);
}

TEST(FlashTraceChecker, FindsWhatIsMissingFromATrace) {
    for (const char* preset : {"mqsim", "slc_fast"}) {
        const FlashConfig config = device_of(preset);
        FlashSequencer s(config, false);
        Recorder recorder;
        s.device.set_trace(&recorder);
        run_script(s);
        ASSERT_EQ(violations(config, recorder.records), 0);
        for (std::size_t gone = 0; gone + 1 < recorder.records.size(); ++gone) {
            std::vector<FlashTraceRecord> spoilt = recorder.records;
            spoilt.erase(spoilt.begin() + static_cast<std::ptrdiff_t>(gone));
            EXPECT_GT(violations(config, spoilt), 0)
                << preset << ": " << models::to_csv(recorder.records[gone]);
        }
    }
}

TEST(FlashTraceChecker, FindsWhatIsDoneTwice) {
    const FlashConfig config = device_of("slc_fast");
    FlashSequencer s(config, false);
    Recorder recorder;
    s.device.set_trace(&recorder);
    run_script(s);
    for (std::size_t twice = 0; twice < recorder.records.size(); ++twice) {
        std::vector<FlashTraceRecord> spoilt = recorder.records;
        const auto at = spoilt.begin() + static_cast<std::ptrdiff_t>(twice);
        FlashTraceRecord copy = *at;
        copy.operation += 1'000'000;
        spoilt.insert(at + 1, copy);
        EXPECT_GT(violations(config, spoilt), 0) << models::to_csv(recorder.records[twice]);
    }
}

TEST(FlashTraceChecker, FindsMovedAndChangedRecords) {
    const FlashConfig config = device_of("slc_fast");
    Recorder recorder;
    RandomFlash random(config, &recorder, 4);
    random.run(3'000);
    ASSERT_EQ(violations(config, recorder.records), 0);
    const auto spoil = [&](C command, const std::function<void(FlashTraceRecord&)>& change) {
        std::vector<FlashTraceRecord> records = recorder.records;
        const auto found = std::find_if(records.begin() + 100, records.end(), [&](const auto& r) {
            return r.kind == static_cast<std::uint8_t>(command);
        });
        EXPECT_NE(found, records.end());
        change(*found);
        return violations(config, records);
    };
    EXPECT_GT(spoil(C::kRead, [](auto& r) { r.array_end -= 1; }), 0);
    EXPECT_GT(spoil(C::kRead, [](auto& r) { r.address.page = 11; }), 0);
    EXPECT_GT(spoil(C::kProgram, [](auto& r) { r.address.page += 1; }), 0);
    EXPECT_GT(spoil(C::kProgram, [](auto& r) { r.bus_end -= 1000; }), 0);
    EXPECT_GT(spoil(C::kErase, [](auto& r) { r.address.block = (r.address.block + 1) % 3; }), 0);
    EXPECT_GT(spoil(C::kResume, [](auto& r) { r.array_end += 1; }), 0);
    EXPECT_GT(spoil(C::kSuspend, [](auto& r) { r.address.die ^= 1; }), 0);
}

TEST(FlashTrace, CsvReadsBack) {
    const FlashConfig config = device_of("tlc");
    Recorder recorder;
    RandomFlash random(config, &recorder, 9);
    random.run(2'000);
    const TemporaryDirectory directory;
    const std::string path = directory.file("trace.csv");
    models::FlashTraceFile file(path);
    for (const FlashTraceRecord& record : recorder.records) {
        file.operation(record);
    }
    file.commit();
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    EXPECT_EQ(line + "\n", models::kFlashTraceHeader);
    for (const FlashTraceRecord& record : recorder.records) {
        ASSERT_TRUE(std::getline(in, line));
        EXPECT_EQ(models::to_csv(models::parse_flash_trace(line)), models::to_csv(record));
    }
    EXPECT_FALSE(std::getline(in, line));
    EXPECT_EQ(models::to_csv(recorder.records.front()).find("0,"), 0U);
}

TEST(FlashTrace, RefusesBrokenLines) {
    const std::string good = "1,READ,host,2,0,10,20,30,0,0,0,1,2,3,0";
    EXPECT_EQ(models::parse_flash_trace(good).address.plane, 1);
    for (const char* bad :
         {"", "x,READ,host,2,0,10,20,30,0,0,0,1,2,3,0", "1,RAED,host,2,0,10,20,30,0,0,0,1,2,3,0",
          "1,READ,guest,2,0,10,20,30,0,0,0,1,2,3,0", "1,READ,host,2,0,10,20,30,0,0,0,1,2,3",
          "1,READ,host,2,0,10,20,30,0,0,0,1,2,3,0,0", "1,READ,host,2,0,10,2 0,30,0,0,0,1,2,3,0"}) {
        EXPECT_THROW(models::parse_flash_trace(bad), core::UserError) << bad;
    }
}

}  // namespace
}  // namespace strata::test
