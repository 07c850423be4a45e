// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// A directed sequence of each family, command by command, against a table worked out by hand from
// the data-sheet timings of the presets (in clocks).

#include <gtest/gtest.h>

#include "models/memory/dram/dram_address.h"
#include "tests/memory/cycle_dram_drive.h"

namespace strata::test {
namespace {

using models::CycleDram;
using models::DramCommand;
using models::DramDevice;
using models::DramPlace;

struct Row {
    double clock;
    DramCommand command;
    std::int32_t bg;
    std::int64_t row;
    std::int32_t column;
    friend bool operator==(const Row& a, const Row& b) {
        return a.clock == b.clock && a.command == b.command && a.bg == b.bg && a.row == b.row &&
               a.column == b.column;
    }
    friend std::ostream& operator<<(std::ostream& out, const Row& r) {
        return out << r.clock << " "
                   << models::kDramCommandNames[static_cast<std::size_t>(r.command)] << " bg"
                   << r.bg << " row" << r.row << " col" << r.column;
    }
};

/// Three groups of requests on one pseudo channel, everything idle before each:
///   clock 0:    reads of (bg 0, row 0, columns 0 and 1), (bg 1, row 0, 0), (bg 0, row 1, 0)
///   clock 1000: a write of (bg 0, row 1, 1), then reads of (bg 0, row 1, 2), (bg 1, row 0, 1)
///   clock 2000: a read of (bg 0, row 1, 3), then a write of (bg 0, row 1, 4)
std::vector<Row> run_sequence(DramDevice device) {
    device = without_refresh(device);
    device.policy.scheduler = models::DramScheduler::kFrFcfs;
    CycleDram dram(device);
    CommandRecorder recorder;
    dram.set_command_sink(&recorder);
    const models::DramAddressDecoder decoder(device.map);
    const auto submit = [&](std::int64_t clock, bool write, std::int32_t bg, std::int64_t row,
                            std::int32_t column) {
        const core::Ps now = device.timing.to_ps(clock * models::kTicksPerClock);
        const std::uint64_t address = decoder.encode({0, 0, bg, 0, row, column});
        const core::Bytes bytes = device.organisation.burst;
        dram.submit(now, write ? write_of(address, bytes) : read_of(address, bytes));
    };
    submit(0, false, 0, 0, 0);
    submit(0, false, 0, 0, 1);
    submit(0, false, 1, 0, 0);
    submit(0, false, 0, 1, 0);
    drain(dram);
    submit(1000, true, 0, 1, 1);
    submit(1000, false, 0, 1, 2);
    submit(1000, false, 1, 0, 1);
    drain(dram);
    submit(2000, false, 0, 1, 3);
    submit(2000, true, 0, 1, 4);
    drain(dram);
    std::vector<Row> rows;
    for (const models::DramCommandRecord& r : recorder.records) {
        rows.push_back({static_cast<double>(r.time) / models::kTicksPerClock, r.command, r.bg,
                        r.row, r.column});
    }
    return rows;
}

constexpr auto kAct = DramCommand::kAct;
constexpr auto kPre = DramCommand::kPre;
constexpr auto kRd = DramCommand::kRd;
constexpr auto kWr = DramCommand::kWr;

TEST(CycleDramSequence, Ddr4) {
    // RRD_S 4, RCD 16, CCD_S 4, CCD_L 6, RAS 39, RP 16; CWL 16 + BL 4 + WTR 3/9; RTW 6
    EXPECT_EQ(run_sequence(preset("ddr4_2400_x8")),
              (std::vector<Row>{{0, kAct, 0, 0, 0},
                                {4, kAct, 1, 0, 0},
                                {16, kRd, 0, 0, 0},
                                {20, kRd, 1, 0, 0},   // RCD and CCD_S
                                {24, kRd, 0, 0, 1},   // CCD_S; CCD_L would allow 22
                                {39, kPre, 0, 0, 0},  // RAS; RTP would allow 36
                                {55, kAct, 0, 1, 0},
                                {71, kRd, 0, 1, 0},
                                {1000, kWr, 0, 1, 1},
                                {1023, kRd, 1, 0, 1},
                                {1029, kRd, 0, 1, 2},
                                {2000, kRd, 0, 1, 3},
                                {2006, kWr, 0, 1, 4}}));
}

TEST(CycleDramSequence, Hbm2) {
    // RRD_S 4, RCD 14, CCD_S 2, CCD_L 4, RAS 34, RP 14; CWL 5 + BL 2 + WTR 6/8; RTW 13
    EXPECT_EQ(run_sequence(preset("hbm2_2000")),
              (std::vector<Row>{{0, kAct, 0, 0, 0},
                                {4, kAct, 1, 0, 0},
                                {14, kRd, 0, 0, 0},
                                {18, kRd, 0, 0, 1},  // CCD_L; bg 1 is ready, too, but younger
                                {20, kRd, 1, 0, 0},
                                {34, kPre, 0, 0, 0},
                                {48, kAct, 0, 1, 0},
                                {62, kRd, 0, 1, 0},
                                {1000, kWr, 0, 1, 1},
                                {1013, kRd, 1, 0, 1},
                                {1015, kRd, 0, 1, 2},
                                {2000, kRd, 0, 1, 3},
                                {2013, kWr, 0, 1, 4}}));
}

TEST(CycleDramSequence, Hbm3) {
    // RRD_S 4, RCD 31, CCD_S 2, CCD_L 4, RAS 45, RP 26, RC 72; CWL 10 + BL 2 + WTR 7/10; RTW 20
    EXPECT_EQ(run_sequence(preset("hbm3_6400")),
              (std::vector<Row>{{0, kAct, 0, 0, 0},
                                {4, kAct, 1, 0, 0},
                                {31, kRd, 0, 0, 0},
                                {35, kRd, 0, 0, 1},
                                {37, kRd, 1, 0, 0},
                                {45, kPre, 0, 0, 0},
                                {72, kAct, 0, 1, 0},  // RC; RP would allow 71
                                {103, kRd, 0, 1, 0},
                                {1000, kWr, 0, 1, 1},
                                {1019, kRd, 1, 0, 1},
                                {1022, kRd, 0, 1, 2},
                                {2000, kRd, 0, 1, 3},
                                {2020, kWr, 0, 1, 4}}));
}

TEST(CycleDramSequence, Hbm4) {
    // RRD_S 5, RCD 39, CCD_S 2, CCD_L 4, RAS 57, RP 33; CWL 10 + BL 2 + WTR 9/13; RTW 25
    EXPECT_EQ(run_sequence(preset("hbm4_8000")), (std::vector<Row>{{0, kAct, 0, 0, 0},
                                                                   {5, kAct, 1, 0, 0},
                                                                   {39, kRd, 0, 0, 0},
                                                                   {43, kRd, 0, 0, 1},
                                                                   {45, kRd, 1, 0, 0},
                                                                   {57, kPre, 0, 0, 0},
                                                                   {90, kAct, 0, 1, 0},
                                                                   {129, kRd, 0, 1, 0},
                                                                   {1000, kWr, 0, 1, 1},
                                                                   {1021, kRd, 1, 0, 1},
                                                                   {1025, kRd, 0, 1, 2},
                                                                   {2000, kRd, 0, 1, 3},
                                                                   {2025, kWr, 0, 1, 4}}));
}

TEST(CycleDramSequence, Ddr5) {
    // RRD_S 8, RCD 36, CCD_S 8, CCD_L 12, RAS 77, RP 36; CWL 34 + BL 8 + WTR 6/24; RTW 14
    EXPECT_EQ(run_sequence(preset("ddr5_4800")), (std::vector<Row>{{0, kAct, 0, 0, 0},
                                                                   {8, kAct, 1, 0, 0},
                                                                   {36, kRd, 0, 0, 0},
                                                                   {44, kRd, 1, 0, 0},
                                                                   {52, kRd, 0, 0, 1},
                                                                   {77, kPre, 0, 0, 0},
                                                                   {113, kAct, 0, 1, 0},
                                                                   {149, kRd, 0, 1, 0},
                                                                   {1000, kWr, 0, 1, 1},
                                                                   {1048, kRd, 1, 0, 1},
                                                                   {1066, kRd, 0, 1, 2},
                                                                   {2000, kRd, 0, 1, 3},
                                                                   {2014, kWr, 0, 1, 4}}));
}

TEST(CycleDramSequence, Lpddr5) {
    // RRD_S 4, RCD 15, CCD_S 2, CCD_L 4, RAS 34, RP 15; CWL 9 + BL 2 + WTR 5/10; RTW 14
    EXPECT_EQ(run_sequence(preset("lpddr5_6400")), (std::vector<Row>{{0, kAct, 0, 0, 0},
                                                                     {4, kAct, 1, 0, 0},
                                                                     {15, kRd, 0, 0, 0},
                                                                     {19, kRd, 0, 0, 1},
                                                                     {21, kRd, 1, 0, 0},
                                                                     {34, kPre, 0, 0, 0},
                                                                     {49, kAct, 0, 1, 0},
                                                                     {64, kRd, 0, 1, 0},
                                                                     {1000, kWr, 0, 1, 1},
                                                                     {1016, kRd, 1, 0, 1},
                                                                     {1021, kRd, 0, 1, 2},
                                                                     {2000, kRd, 0, 1, 3},
                                                                     {2014, kWr, 0, 1, 4}}));
}

TEST(CycleDramSequence, IdleLatenciesAreTheFormulas) {
    for (const char* name :
         {"ddr4_2400_x8", "hbm2_2000", "hbm3_6400", "hbm4_8000", "ddr5_4800", "lpddr5_6400"}) {
        const DramDevice device = without_refresh(preset(name));
        const models::DramTiming& t = device.timing;
        const models::DramAddressDecoder decoder(device.map);
        CycleDram dram(device);
        const auto latency = [&](std::int64_t clock, const DramPlace& place) {
            const core::Ps now = t.to_ps(clock * models::kTicksPerClock);
            return serve(dram, now, read_of(decoder.encode(place), device.organisation.burst))
                       .time -
                   now;
        };
        EXPECT_EQ(latency(0, {}), t.to_ps(t.rcd_rd + t.cl + t.bl)) << name;
        EXPECT_EQ(latency(1000, {0, 0, 0, 0, 0, 1}), t.to_ps(t.cl + t.bl)) << name;
        EXPECT_EQ(latency(2000, {0, 0, 0, 0, 5, 0}), t.to_ps(t.rp + t.rcd_rd + t.cl + t.bl))
            << name;
        const models::DramRowCounts rows = dram.counters().rows();
        EXPECT_EQ(rows.misses, 1);
        EXPECT_EQ(rows.hits, 1);
        EXPECT_EQ(rows.conflicts, 1);
    }
}

}  // namespace
}  // namespace strata::test
