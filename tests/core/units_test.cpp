// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Units, text ↔ quantity, diagnostics.

#include "core/units.h"

#include <gtest/gtest.h>

#include <random>

#include "core/config.h"

namespace strata::core {
namespace {

template <class Parse>
std::string error_of(const Parse& parse, const std::string& text) {
    std::string error;
    EXPECT_FALSE(parse(text, error).has_value()) << text;
    return error;
}

Ps time_of(const std::string& text) {
    std::string error;
    const auto value = parse_time(text, error);
    EXPECT_TRUE(value.has_value()) << error;
    return value.value_or(-1);
}

Bytes size_of(const std::string& text) {
    std::string error;
    const auto value = parse_size(text, error);
    EXPECT_TRUE(value.has_value()) << error;
    return value.value_or(-1);
}

TEST(Units, CyclesOfAClockThatIsNoWholePeriod) {
    const Frequency clock{1'200'000'000};
    EXPECT_EQ(clock.cycles(1), 833);
    EXPECT_EQ(clock.cycles(6), 5'000);
    EXPECT_EQ(clock.cycles(1'200'000'000), kSecond);
    EXPECT_EQ(clock.cycles(12'000'000'000), 10 * kSecond);  // beyond 64 bits on the way
}

TEST(Units, TransferTimesRoundUp) {
    const Bandwidth link{64'000'000'000};
    EXPECT_EQ(link.transfer(64), 1'000);
    EXPECT_EQ(link.transfer(1), 16);  // 15.625 ps
    EXPECT_EQ(link.transfer(0), 0);
    EXPECT_EQ(link.transfer(64'000'000'000), kSecond);
}

TEST(Units, TimesAreExact) {
    EXPECT_EQ(time_of("10ns"), 10'000);
    EXPECT_EQ(time_of("1.5ns"), 1'500);
    EXPECT_EQ(time_of("0.001ns"), 1);
    EXPECT_EQ(time_of(".5us"), 500'000);
    EXPECT_EQ(time_of("3.9us"), 3'900'000);
    EXPECT_EQ(time_of("7.8125us"), 7'812'500);
    EXPECT_EQ(time_of("35 us"), 35 * kMicrosecond);
    EXPECT_EQ(time_of("2ms"), 2 * kMillisecond);
    EXPECT_EQ(time_of("1e3ns"), kMicrosecond);
    EXPECT_EQ(time_of("0s"), 0);
    EXPECT_EQ(time_of("-5ns"), -5'000);
    EXPECT_EQ(time_of("9223372036854775807ps"), kNever);
}

TEST(Units, TimesThatAreRefused) {
    EXPECT_EQ(error_of(parse_time, "10"), "expected a time such as 10ns, got 10");
    EXPECT_EQ(error_of(parse_time, "0.5ps"),
              "expected a time such as 10ns, got 0.5ps (finer than 1ps)");
    EXPECT_EQ(error_of(parse_time, "1.2345ns"),
              "expected a time such as 10ns, got 1.2345ns (finer than 1ps)");
    EXPECT_EQ(error_of(parse_time, "10NS"),
              "expected a time such as 10ns, got 10NS (units: ps, ns, us, ms, s)");
    EXPECT_EQ(error_of(parse_time, "010ns"),
              "expected a time such as 10ns, got 010ns (leading zero)");
    EXPECT_EQ(error_of(parse_time, "9223372036854775808ps"),
              "expected a time such as 10ns, got 9223372036854775808ps (too large)");
    EXPECT_EQ(error_of(parse_time, "1e999999999s"),
              "expected a time such as 10ns, got 1e999999999s (too large)");
    EXPECT_EQ(error_of(parse_time, "1_000ns"),
              "expected a time such as 10ns, got 1_000ns (units: ps, ns, us, ms, s)");
    for (const char* text : {"", "ns", "nan", "inf", "infns", "-", "+ns", ".", ".ns", "1e",
                             "1.2.3ns", "0x10ns", "--1ns", "1ns ", "1n s"}) {
        EXPECT_NE(error_of(parse_time, text), "") << text;
    }
}

TEST(Units, Sizes) {
    EXPECT_EQ(size_of("64B"), 64);
    EXPECT_EQ(size_of("64KiB"), 65'536);
    EXPECT_EQ(size_of("64KB"), 64'000);
    EXPECT_EQ(size_of("1.5MiB"), 1'572'864);
    EXPECT_EQ(size_of("4GiB"), 4 * kGiB);
    EXPECT_EQ(size_of("2TiB"), 2048 * kGiB);
    EXPECT_EQ(size_of("1.2TB"), 1'200'000'000'000);
    EXPECT_EQ(error_of(parse_size, "0.3KiB"),
              "expected a size such as 64KiB, got 0.3KiB (finer than 1B)");
    EXPECT_EQ(error_of(parse_size, "-1KiB"), "expected a size such as 64KiB, got -1KiB (negative)");
    EXPECT_EQ(error_of(parse_size, "64"), "expected a size such as 64KiB, got 64");
    EXPECT_EQ(error_of(parse_size, "8388608TiB"),
              "expected a size such as 64KiB, got 8388608TiB (too large)");
}

TEST(Units, Rates) {
    std::string error;
    EXPECT_EQ(parse_frequency("1.2GHz", error)->hz, 1'200'000'000);
    EXPECT_EQ(parse_frequency("933.333333MHz", error)->hz, 933'333'333);
    EXPECT_EQ(parse_frequency("32kHz", error)->hz, 32'000);
    EXPECT_EQ(parse_bandwidth("1.6TB/s", error)->bytes_per_s, 1'600'000'000'000);
    EXPECT_EQ(parse_bandwidth("2GiB/s", error)->bytes_per_s, 2 * kGiB);
    EXPECT_EQ(error_of(parse_frequency, "1.5Hz"),
              "expected a frequency such as 1.2GHz, got 1.5Hz (finer than 1Hz)");
    EXPECT_EQ(error_of(parse_bandwidth, "64GB"),
              "expected a bandwidth such as 64GB/s, got 64GB (units: B/s, KB/s, MB/s, GB/s, "
              "TB/s, KiB/s, MiB/s, GiB/s, TiB/s)");
}

TEST(Units, TheShortestTextIsWritten) {
    EXPECT_EQ(format_time(0), "0s");
    EXPECT_EQ(format_time(833), "833ps");
    EXPECT_EQ(format_time(500), "500ps");
    EXPECT_EQ(format_time(1'500), "1.5ns");
    EXPECT_EQ(format_time(100 * kMicrosecond), "100us");
    EXPECT_EQ(format_time(-10'000), "-10ns");
    EXPECT_EQ(format_time(kNever), "9223372036854775807ps");
    EXPECT_EQ(format_size(64 * kKiB), "64KiB");
    EXPECT_EQ(format_size(1'536), "1536B");
    EXPECT_EQ(format_size(64'000'000'000), "64GB");
    EXPECT_EQ(format_frequency({1'200'000'000}), "1.2GHz");
    EXPECT_EQ(format_bandwidth({1'600'000'000'000}), "1.6TB/s");
}

TEST(Units, EveryQuantityReadsBack) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
        // All magnitudes, and round numbers among them.
        auto value = static_cast<std::int64_t>(random() >> (1 + random() % 63));
        for (auto zeros = random() % 7; zeros > 0 && value < INT64_MAX / 10; --zeros) {
            value *= 10;
        }
        std::string error;
        EXPECT_EQ(parse_time(format_time(value), error), value) << error;
        EXPECT_EQ(parse_time(format_time(-value), error), -value) << error;
        EXPECT_EQ(parse_size(format_size(value), error), value) << error;
        EXPECT_EQ(parse_frequency(format_frequency({value}), error), Frequency{value}) << error;
        EXPECT_EQ(parse_bandwidth(format_bandwidth({value}), error), Bandwidth{value}) << error;
    }
    std::string error;
    EXPECT_EQ(parse_time(format_time(INT64_MIN), error), INT64_MIN) << error;
}

TEST(Diagnostics, PlacesAndMessages) {
    Diagnostics diagnostics;
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_NO_THROW(diagnostics.throw_if_any());
    diagnostics.error({"a.yaml", 3, 5}, "noc.vcs", "expected 1..16, got 0");
    diagnostics.error({"a.yaml", 0, 0}, "", "is a directory, not a file");
    diagnostics.error({"--set noc.vcs", 0, 0}, "noc.vcs", "expected 1..16, got 0");
    diagnostics.error({"a.yaml", 3, 5}, "noc.vcs", "expected 1..16, got 0");  // said already
    try {
        diagnostics.throw_if_any();
        FAIL();
    } catch (const UserError& error) {
        EXPECT_STREQ(error.what(),
                     "a.yaml:3:5: noc.vcs: expected 1..16, got 0\n"
                     "a.yaml: is a directory, not a file\n"
                     "--set noc.vcs: expected 1..16, got 0");
    }
}

TEST(Diagnostics, ClosestWord) {
    const std::vector<std::string> keys{"channels", "rows", "row_hits", "vcs"};
    EXPECT_EQ(closest("chanels", keys), "channels");
    EXPECT_EQ(closest("vsc", keys), "vcs");
    EXPECT_EQ(closest("VCS", keys), "vcs");
    EXPECT_EQ(closest("row", keys), "rows");
    EXPECT_EQ(closest("columns", keys), "");
    EXPECT_EQ(closest("x", {}), "");
    EXPECT_EQ(closest("x", {"y"}), "");
    EXPECT_EQ(closest("X", {"y", "x"}), "x");
}

}  // namespace
}  // namespace strata::core
