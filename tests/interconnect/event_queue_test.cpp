// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/event_queue.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "core/random.h"

namespace strata::interconnect {
namespace {

TEST(EventQueue, AgreesWithASortedSet) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        core::RandomStream random(seed, "events");
        EventQueue queue(1000);
        std::set<std::tuple<core::Ps, std::uint32_t, std::uint32_t>>
            expected;  // time, link, packet
        core::Ps now = 0;
        for (std::uint32_t i = 0; i < 20'000; ++i) {
            // Near, far beyond the wheel, and often at the same time on the same link.
            const std::uint64_t reach = random.chance(0.1) ? 5'000'000 : 6;
            const core::Ps time = now + 500 * static_cast<core::Ps>(random.below(reach));
            const auto link = static_cast<std::uint32_t>(random.below(4));
            queue.push({time, 0, link, i});
            expected.emplace(time, link, i);
            for (auto pops = random.below(3); pops > 0 && !expected.empty(); --pops) {
                const PacketEvent top = queue.top();
                ASSERT_EQ(std::make_tuple(top.time, top.link, top.packet), *expected.begin());
                now = top.time;
                queue.pop();
                expected.erase(expected.begin());
            }
            ASSERT_EQ(queue.empty(), expected.empty());
        }
    }
}

}  // namespace
}  // namespace strata::interconnect
