// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "models/memory/dram/dram_trace_checker.h"
#include "tests/memory/cycle_dram_drive.h"

namespace strata::test {
namespace {

using models::DramDevice;
using models::DramTraceChecker;

constexpr const char* kPresets[] = {"ddr4_2400_x8", "hbm2_2000", "hbm3_6400",
                                    "hbm4_8000",    "ddr5_4800", "lpddr5_6400"};

/// Random mixed traffic, part of it in few rows, on a controller for `built`, checked against
/// the rules of `rules`.
void run_random(const DramDevice& built, DramTraceChecker& checker, std::int64_t requests,
                std::uint64_t seed) {
    models::CycleDram dram(built);
    dram.set_command_sink(&checker);
    core::RandomStream random(seed, "trace");
    const auto burst = static_cast<std::uint64_t>(built.organisation.burst);
    const std::uint64_t places = static_cast<std::uint64_t>(dram.capacity()) / burst;
    const Saturation result = saturate(dram, requests, [&](std::int64_t) {
        const std::uint64_t place = random.below(random.chance(0.5) ? places : 4096);
        return random.chance(0.6) ? read_of(place * burst, built.organisation.burst)
                                  : write_of(place * burst, built.organisation.burst);
    });
    checker.finish(built.timing.to_ticks(result.end));
}

class Policies : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Dram, Policies, testing::ValuesIn(kPresets));

TEST_P(Policies, KeepAllRules) {
    std::int64_t commands = 0;
    std::uint64_t seed = 1;
    for (int scheduler = 0; scheduler < 3; ++scheduler) {
        for (int page = 0; page < 3; ++page) {
            for (int refresh = 0; refresh < 3; ++refresh) {
                DramDevice device = preset(GetParam());
                device.policy.scheduler = static_cast<models::DramScheduler>(scheduler);
                device.policy.page = static_cast<models::DramPagePolicy>(page);
                device.policy.refresh = static_cast<models::DramRefreshMode>(refresh);
                device.policy.rfm = device.timing.raa_imt > 0 && page == 0;
                device.policy.refresh_pull_in = page == 1 ? 4 : 0;
                if (device.policy.refresh == models::DramRefreshMode::kPerBank &&
                    device.timing.partial_refresh == models::DramPartialRefresh::kNone) {
                    continue;
                }
                DramTraceChecker checker(device, 3);
                run_random(device, checker, 3000, ++seed);
                commands += checker.commands();
                EXPECT_EQ(checker.violations(), 0)
                    << scheduler << page << refresh << ": " << checker.messages().front();
            }
        }
    }
    EXPECT_GT(commands, 100'000);
}

// A controller for a device with one timing too short must be found out.
TEST(DramTraceChecker, FindsEveryShortenedTiming) {
    using Timing = models::DramTiming;
    models::DramTicks Timing::*const members[] = {
        &Timing::rcd_rd, &Timing::rcd_wr, &Timing::rp,    &Timing::rtp,
        &Timing::wr,     &Timing::ccd_l,  &Timing::wtr_s, &Timing::wtr_l,
        &Timing::rtw,    &Timing::rrd_l,  &Timing::faw,   &Timing::rfc_ab};
    int number = 0;
    for (const auto member : members) {
        DramDevice rules = preset("ddr4_2400_x8");
        rules.policy.refresh_postpone = 0;
        DramDevice built = rules;
        built.timing.*member -= 2;
        if (member == &Timing::rp) {
            built.timing.rc -= 2;
        }
        DramTraceChecker checker(rules, 1);
        run_random(built, checker, 6000, 7);
        EXPECT_GT(checker.violations(), 0) << "timing " << number;
        ++number;
    }
}

models::DramCommandRecord at(models::DramTicks time, models::DramCommand command,
                             std::int32_t bg = 0, std::int64_t row = 0) {
    models::DramCommandRecord record;
    record.time = time;
    record.command = command;
    record.bg = bg;
    record.row = row;
    return record;
}

std::string first_message(const std::vector<models::DramCommandRecord>& records,
                          models::DramTicks end = 0) {
    DramTraceChecker checker(preset("ddr4_2400_x8"), 1);
    for (const auto& record : records) {
        checker.command(record);
    }
    checker.finish(end);
    return checker.messages().empty() ? "" : checker.messages().front();
}

TEST(DramTraceChecker, KnowsRowsAndModes) {
    using C = models::DramCommand;
    EXPECT_EQ(first_message({at(0, C::kAct, 0, 5), at(32, C::kRd, 0, 5)}), "");
    const auto expect = [](const std::string& message, const std::string& part) {
        EXPECT_NE(message.find(part), std::string::npos) << message;
    };
    expect(first_message({at(0, C::kAct, 0, 5), at(32, C::kRd, 0, 6)}), "open row is 5");
    expect(first_message({at(0, C::kRd)}), "open row is -1");
    expect(first_message({at(0, C::kAct), at(200, C::kAct)}), "row 0 is open");
    expect(first_message({at(0, C::kAct), at(30, C::kRd)}), "tRCD needs 32");
    expect(first_message({at(0, C::kAct), at(1, C::kAct, 1)}), "tRRD_S");
    expect(first_message({at(0, C::kPde), at(40, C::kAct)}), "wrong power mode");
    expect(first_message({at(0, C::kAct), at(200, C::kRefab)}), "row 0 is open");
    expect(first_message({}, 11 * 18720), "refreshes are owed");
}

}  // namespace
}  // namespace strata::test
