// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/link_calendar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/random.h"

namespace strata::interconnect {
namespace {

TEST(LinkCalendar, FillsTheGapBeforeAFutureReservation) {
    LinkCalendar calendar;
    EXPECT_EQ(calendar.reserve(100, 10, 0).start, 100);
    EXPECT_EQ(calendar.reserve(5, 20, 0).start, 5);
    const auto exact = calendar.reserve(5, 75, 0);  // [25, 100) closes the gap
    EXPECT_EQ(exact.start, 25);
    EXPECT_TRUE(exact.joins_next);
    EXPECT_EQ(calendar.intervals(), 1U);
    EXPECT_EQ(calendar.reserve(5, 1, 0).start, 110);
}

TEST(LinkCalendar, SkipsGapsThatAreTooShort) {
    LinkCalendar calendar;
    calendar.reserve(10, 10, 0);
    calendar.reserve(25, 10, 0);
    EXPECT_EQ(calendar.reserve(0, 11, 0).start, 35);
    EXPECT_EQ(calendar.reserve(0, 5, 0).start, 0);
    EXPECT_EQ(calendar.reserve(8, 5, 0).start, 20);
}

TEST(LinkCalendar, ForgetsThePast) {
    LinkCalendar calendar;
    for (Cycle now = 0; now < 1000; now += 10) {
        calendar.reserve(now, 3, now);
        EXPECT_EQ(calendar.intervals(), 1U);
    }
}

/// Earliest gap by looking at every single cycle.
Cycle exhaustive(std::vector<char>& busy, Cycle earliest, Cycle length) {
    for (Cycle start = earliest;; ++start) {
        const auto from = busy.begin() + start;
        if (std::none_of(from, from + length, [](char b) { return b != 0; })) {
            std::fill(from, from + length, char{1});
            return start;
        }
    }
}

TEST(LinkCalendar, AgreesWithExhaustiveSearch) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        core::RandomStream random(seed, "calendar");
        LinkCalendar calendar;
        std::vector<char> busy(60'000, 0);
        Cycle now = 0;
        for (int i = 0; i < 2000; ++i) {
            now += static_cast<Cycle>(random.below(12));
            const Cycle earliest = now + static_cast<Cycle>(random.below(80));
            const Cycle length = 1 + static_cast<Cycle>(random.below(9));
            const Cycle expected = exhaustive(busy, earliest, length);
            const auto got = calendar.reserve(earliest, length, now);
            ASSERT_EQ(got.start, expected) << "seed " << seed << ", step " << i;
            ASSERT_EQ(got.joins_next, busy[static_cast<std::size_t>(expected + length)] != 0);
        }
    }
}

}  // namespace
}  // namespace strata::interconnect
