// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/event_queue.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>
#include <vector>

#include "core/random.h"

namespace strata::interconnect {
namespace {

TEST(EventQueue, AgreesWithASortedSet) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        core::RandomStream random(seed, "events");
        // Few links that often meet, and as many as several blocks of a sorter.
        const std::uint64_t links = seed % 2 == 0 ? 4 : 9000;
        EventQueue queue(1000, links);
        std::set<std::tuple<core::Ps, std::uint32_t, std::uint32_t>>
            expected;  // time, link, packet
        core::Ps now = 0;
        for (std::uint32_t i = 0; i < 20'000; ++i) {
            // Near, far beyond the ring, and often at the same time on the same link.
            const std::uint64_t reach = random.chance(0.1) ? 5'000'000 : 60;
            const core::Ps time = now + 50 * static_cast<core::Ps>(random.below(reach));
            const auto link = static_cast<std::uint32_t>(random.below(links));
            queue.push({time, link, i});
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

TEST(EventQueue, StandsBackForAnEarlierEvent) {
    EventQueue queue(1000, 100);
    queue.push({900'000, 7, 0});  // alone, beyond what the ring covers
    queue.push({900'000, 3, 1});
    queue.push({5'000, 9, 2});
    queue.push({900'000, 7, 3});
    for (const std::uint32_t packet : {2U, 1U, 0U, 3U}) {
        ASSERT_FALSE(queue.empty());
        EXPECT_EQ(queue.top().packet, packet);
        queue.pop();
    }
    EXPECT_TRUE(queue.empty());
}

TEST(EventSorter, KeepsTheOrderOfEventsAlike) {
    EventSorter sorter(100);
    std::vector<PacketEvent> events = {{20, 64, 0}, {10, 99, 1}, {20, 0, 2},
                                       {20, 64, 3}, {10, 99, 4}, {20, 64, 5}};
    sorter.sort(events);
    std::vector<std::uint32_t> packets;
    for (const PacketEvent& event : events) {
        packets.push_back(event.packet);
    }
    EXPECT_EQ(packets, (std::vector<std::uint32_t>{1, 4, 2, 0, 3, 5}));
}

}  // namespace
}  // namespace strata::interconnect
