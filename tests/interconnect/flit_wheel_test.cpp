// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/flit_wheel.h"

#include <gtest/gtest.h>

#include <map>

#include "core/random.h"

namespace strata::interconnect {
namespace {

TEST(CycleWheel, IsASortedQueueThatKeepsTheOrderOfPushes) {
    core::RandomStream random(1, "wheel");
    CycleWheel<int> wheel;
    std::map<Cycle, std::vector<int>> reference;
    int pushed = 0;
    Cycle now = 0;
    std::size_t taken = 0;
    while (taken < 20'000) {
        for (std::uint64_t n = random.below(4); n > 0; --n) {
            // Near, at the edge of the ring, far beyond it.
            const Cycle ahead = static_cast<Cycle>(
                random.below(random.chance(0.8) ? 8 : (random.chance(0.5) ? 130 : 5'000)));
            wheel.push(now + ahead, pushed);
            reference[now + ahead].push_back(pushed++);
        }
        if (reference.empty()) {
            ASSERT_EQ(wheel.next(), kNoCycle);
            continue;
        }
        ASSERT_EQ(wheel.next(), reference.begin()->first);
        // Sometimes a cycle in between is evaluated for another reason.
        const Cycle cycle = random.chance(0.3) ? now : wheel.next();
        const std::vector<int>& events = wheel.take(cycle);
        if (cycle == reference.begin()->first) {
            ASSERT_EQ(events, reference.begin()->second);
            taken += events.size();
            reference.erase(reference.begin());
        } else {
            ASSERT_TRUE(events.empty());
        }
        now = cycle + 1;
    }
}

TEST(ActiveSet, WalksItsMembersInOrder) {
    ActiveSet set(200);
    EXPECT_TRUE(set.empty());
    for (const std::int32_t i : {199, 0, 64, 63, 100}) {
        set.insert(i);
    }
    set.erase(100);
    std::vector<std::int32_t> members;
    set.for_each([&](std::int32_t i) {
        members.push_back(i);
        set.erase(i);
    });
    EXPECT_EQ(members, (std::vector<std::int32_t>{0, 63, 64, 199}));
    EXPECT_TRUE(set.empty());
}

}  // namespace
}  // namespace strata::interconnect
