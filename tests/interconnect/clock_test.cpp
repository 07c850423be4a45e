// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "interconnect/cycle_clock.h"

namespace strata::interconnect {
namespace {

TEST(CycleClock, AgreesWithFrequencyAndBack) {
    for (const std::int64_t hz : {1'000'000'000LL, 1'200'000'000LL, 2'000'000'000LL, 700'000'000LL,
                                  1'333'333'333LL, 999'999'937LL, 32'768LL}) {
        const core::Frequency frequency{hz};
        const CycleClock clock(frequency);
        for (const Cycle n : {0LL, 1LL, 2LL, 3LL, 7LL, 999LL, 1'234'567LL, 87'654'321'012LL}) {
            if (n > 9'000'000 * (hz / 32'768)) {
                continue;  // beyond 2⁶³ ps
            }
            const core::Ps time = clock.time(n);
            EXPECT_EQ(time, frequency.cycles(n)) << hz << " Hz, cycle " << n;
            EXPECT_EQ(clock.at_or_after(time), n);
            EXPECT_EQ(clock.at_or_after(time + 1), n + 1);
            if (n > 0) {
                EXPECT_EQ(clock.at_or_after(time - 1), n);
            }
        }
    }
}

}  // namespace
}  // namespace strata::interconnect
