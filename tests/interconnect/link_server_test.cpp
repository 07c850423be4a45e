// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/link_server.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "core/random.h"

namespace strata::interconnect {
namespace {

/// A server and the ends it has told so far.
class Served {
   public:
    LinkServer::Grant add(Cycle ready, Cycle length, int vcs, std::int32_t input,
                          Cycle arrived = 0) {
        LinkServer::Customer customer;
        customer.packet = next_;
        customer.input = input;
        const auto grant = server_.reserve(
            {ready, arrived, length, vcs}, customer,
            [this](const LinkServer::Customer& moved, Cycle end) { ends[moved.packet] = end; });
        ends[next_++] = grant.end;
        return grant;
    }
    std::map<std::uint32_t, Cycle> ends;

   private:
    LinkServer server_;
    std::uint32_t next_ = 0;
};

TEST(LinkServer, AnIdleLinkSendsAtOnce) {
    Served link;
    EXPECT_EQ(link.add(10, 4, 2, 0).start, 10);
    EXPECT_EQ(link.ends[0], 14);
    EXPECT_EQ(link.add(14, 4, 2, 1).start, 14);
    EXPECT_EQ(link.ends[1], 18);
}

TEST(LinkServer, TwoPacketsTakeTurns) {
    // A alone in 10, then B A B A B A B: A's last flit in 15, B's in 17.
    Served link;
    link.add(10, 4, 2, 0);
    EXPECT_EQ(link.add(11, 4, 2, 1).start, 11);
    EXPECT_EQ(link.ends[0], 17);
    EXPECT_EQ(link.ends[1], 18);
}

TEST(LinkServer, AShortPacketDoesNotWaitForALongOne) {
    Served link;
    link.add(0, 65, 2, 0);
    link.add(10, 3, 2, 1);
    EXPECT_LE(link.ends[1], 10 + 2 * 3);
    EXPECT_EQ(link.ends[0], 65 + 3);
}

TEST(LinkServer, SingleFlitsGoFirstComeFirstServed) {
    Served link;
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(link.add(7, 1, 8, i).start, 7 + i);
    }
    EXPECT_EQ(link.ends, (std::map<std::uint32_t, Cycle>{{0, 8}, {1, 9}, {2, 10}, {3, 11}}));
}

TEST(LinkServer, OneVcPassesLFlitsPerLPlusOneCycles) {
    Served link;
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(link.add(0, 4, 1, i).start, 5 * i);
    }
    EXPECT_EQ(link.ends[9], 10 * 5 - 1);
}

TEST(LinkServer, ClassesHaveVcsOfTheirOwn) {
    LinkServer server;
    const auto ignore = [](const LinkServer::Customer&, Cycle) {};
    LinkServer::Customer customer;
    server.reserve({0, 0, 8, 1}, customer, ignore);
    customer.vc_class = 1;
    customer.input = 1;
    EXPECT_LT(server.reserve({1, 0, 8, 1}, customer, ignore).start, 8);
    customer.input = 2;
    EXPECT_GE(server.reserve({2, 0, 8, 1}, customer, ignore).start, 8);
}

TEST(LinkServer, ALateTailEndsLate) {
    Served link;
    EXPECT_EQ(link.add(0, 4, 2, 0, 20).start, 0);
    EXPECT_EQ(link.ends[0], 20);
}

/// Round robin cycle by cycle: in turn order, a newcomer before those that have begun.
std::vector<Cycle> cycle_by_cycle(const std::vector<std::pair<Cycle, Cycle>>& packets) {
    struct Waiting {
        std::size_t packet;
        Cycle left;
    };
    std::vector<Waiting> queue;
    std::vector<Cycle> ends(packets.size());
    std::size_t next = 0;
    std::size_t fresh = 0;  // of the queue's front: have had no turn
    for (Cycle now = 0; next < packets.size() || !queue.empty(); ++now) {
        while (next < packets.size() && packets[next].first == now) {
            queue.insert(queue.begin() + static_cast<std::ptrdiff_t>(fresh++),
                         {next, packets[next].second});
            ++next;
        }
        if (queue.empty()) {
            continue;
        }
        Waiting turn = queue.front();
        queue.erase(queue.begin());
        fresh -= fresh > 0 ? 1 : 0;
        if (--turn.left == 0) {
            ends[turn.packet] = now + 1;
        } else {
            queue.push_back(turn);
        }
    }
    return ends;
}

TEST(LinkServer, IsNearRoundRobinCycleByCycle) {
    constexpr int kPackets = 4000;
    for (const Cycle length : {1, 4, 8}) {
        core::RandomStream random(static_cast<std::uint64_t>(length), "server");
        std::vector<std::pair<Cycle, Cycle>> packets;
        Served link;
        Cycle ready = 0;
        for (int i = 0; i < kPackets; ++i) {
            ready += static_cast<Cycle>(random.below(static_cast<std::uint64_t>(3 * length)));
            packets.emplace_back(ready, length);
            link.add(ready, length, 1000, i);
        }
        const std::vector<Cycle> exact = cycle_by_cycle(packets);
        double sum = 0.0;
        double error = 0.0;
        for (int i = 0; i < kPackets; ++i) {
            const auto place = static_cast<std::size_t>(i);
            sum += static_cast<double>(exact[place] - packets[place].first);
            error += static_cast<double>(link.ends[static_cast<std::uint32_t>(i)] - exact[place]);
        }
        EXPECT_LT(std::abs(error), 0.03 * sum) << length << " flits";
    }
}

}  // namespace
}  // namespace strata::interconnect
