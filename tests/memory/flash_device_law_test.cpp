// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The laws of reading that a flash device has to satisfy, as closed forms in ps. Symbols: P page, p
// planes, n dies, B bus rate, tC command, x = tC + p P / B.

#include <algorithm>
#include <deque>

#include "core/random.h"
#include "tests/memory/flash_streams.h"

namespace strata::test {
namespace {

using C = FlashCommand;
using E = FlashEventKind;
using models::FlashConfig;

/// Reads page after page of whole groups on one die, one after the other; all data go out.
void read_groups(FlashSequencer& s, int planes, int groups) {
    const int pages = s.device.config().geometry.pages;
    for (int i = 0; i < groups; ++i) {
        const auto group = s.group(0, planes, i / pages, i % pages);
        s.issue(C::kRead, group);
        s.until(E::kDataReady);
        for (const PageNumber page : group) {
            s.out(page, s.device.config().bus_page());
            s.until(E::kDataOutDone);
            s.until_time(std::max(s.now, s.device.data_bus_free(0)));
        }
    }
}

TEST(FlashLaw1, SingleReadIsTheSumOfItsParts) {
    const FlashConfig config = flash_config("{preset: tlc, channels: 1}");
    const core::Bytes bytes = config.bus_page();
    for (const int type : {0, 1, 2}) {
        FlashSequencer s(config);
        const auto page = s.group(0, 1, 0, type);
        s.issue(C::kRead, page);
        EXPECT_EQ(s.until(E::kDataReady), 7 * 25 * kNs + 100 * kNs + (40 + 10 * type) * kUs);
        s.out(page[0], bytes);
        const core::Ps setup = 7 * 25 * kNs + 300 * kNs + 40 * kNs;
        // 2400 MT/s x 8 bit: 5 ps for 12 bytes
        const core::Ps data = core::ceil_div(bytes * 5000, 12);
        EXPECT_EQ(s.until(E::kDataOutDone),
                  7 * 25 * kNs + 100 * kNs + (40 + 10 * type) * kUs + setup + data);
        EXPECT_EQ(s.device.data_bus_free(0), s.now + 100 * kNs);  // tRHW
    }
}

TEST(FlashLaw1, MqsimsReadTakesItsOverheads) {
    const FlashConfig config = flash_config(
        "{preset: mqsim, channels: 1, page: 16KiB, t_read: 25us, bus: {rate: "
        "1000MT/s}}");
    FlashSequencer s(config);
    read_groups(s, 1, 1);
    EXPECT_EQ(s.now, 290 * kNs + 25 * kUs + config.bus.t_rr + 16384 * kNs);
}

TEST(FlashLaw2, MultiPlaneReadsOfOneDie) {
    for (const int planes : {1, 2, 4}) {
        FlashSequencer s(plain_flash(1, planes));
        read_groups(s, planes, 100);
        EXPECT_EQ(s.now, 100 * (25 * kUs + planes * 16384 * kNs));
    }
    // MQSim measures 706.2 MB/s, its first and last page included.
    FlashSequencer s(
        flash_config("{preset: mqsim, channels: 1, chips: 1, dies: 1, planes: 4, "
                     "page: 16KiB, t_read: 25us, bus: {rate: 1000MT/s}}"));
    read_groups(s, 4, 100);
    const core::Ps period = 2240 * kNs + 25 * kUs + s.device.config().bus.t_rr + 4 * 16384 * kNs;
    EXPECT_EQ(s.now, 100 * period);
    EXPECT_NEAR(4 * 16384e6 / static_cast<double>(period), 706.2, 0.2);
}

TEST(FlashLaw2, DiesShareTheBusUntilItIsFull) {
    constexpr int kGroups = 6000;
    for (const int planes : {1, 2}) {
        const core::Ps x = planes * 16384 * kNs;
        for (int dies = 1; dies <= 4; ++dies) {
            FlashSequencer s(plain_flash(dies, planes));
            const core::Ps end = DieStreams(s, C::kRead, dies, planes, kGroups).run();
            const double rate = kGroups / static_cast<double>(end);
            const double law =
                std::min(1.0 / static_cast<double>(x), dies / static_cast<double>(25 * kUs + x));
            EXPECT_NEAR(rate / law, 1.0, 0.001) << dies << " dies, " << planes << " planes";
        }
    }
}

/// Cache reads of `groups` pages on all planes of the die. Returns the end of the last data-out.
core::Ps read_cached(FlashSequencer& s, int planes, int groups, C next) {
    s.issue(C::kRead, s.group(0, planes, 0, 0));
    s.until(E::kDataReady);
    for (int i = 0; i < groups; ++i) {
        const auto group = s.group(0, planes, 0, i);
        if (i > 0 || groups > 1) {
            const bool last = i + 1 == groups;
            const auto ahead = last ? group : s.group(0, planes, 0, i + 1);
            const C command = last ? C::kReadCacheEnd : next;
            s.until_time(std::max(s.now, s.device.data_bus_free(0)));
            s.issue(command, ahead);
            while (s.device.held_page(s.device.config().geometry.plane_of(group.back())) !=
                       group.back() ||
                   s.device.data_bus_free(0) > s.now ||
                   !s.device.check_data_out(s.now, {group.back(), 1, 0, {}, false}).ok()) {
                s.step();
            }
        }
        for (const PageNumber page : group) {
            s.until_time(std::max(s.now, s.device.data_bus_free(0)));
            s.out(page, s.device.config().bus_page());
            s.until(E::kDataOutDone);
        }
    }
    return s.now;
}

TEST(FlashLaw3, CacheReadsOverlapSenseAndData) {
    struct Case {
        int planes;
        core::Ps read;
        core::Ps turn;
    };
    for (const Case c :
         {Case{1, 25 * kUs, 0}, Case{1, 25 * kUs, 3 * kUs}, Case{2, 25 * kUs, 3 * kUs},
          Case{4, 25 * kUs, 0}, Case{4, 100 * kUs, 5 * kUs}}) {
        FlashConfig config = plain_flash(1, c.planes);
        config.cell.t_read.fill(c.read);
        config.die.t_rcbsy = c.turn;
        const core::Ps x = c.planes * 16384 * kNs;
        for (const C next : {C::kReadCacheSequential, C::kReadCacheRandom}) {
            FlashSequencer s(config);
            constexpr int kGroups = 40;
            EXPECT_EQ(read_cached(s, c.planes, kGroups, next),
                      c.read + (kGroups - 1) * std::max(c.read + c.turn, x) + x);
        }
    }
}

TEST(FlashLaw3, WithAllOverheadsOfTheBus) {
    const FlashConfig config =
        flash_config("{preset: tlc, channels: 1, t_read: 40us, t_rcbsy: 3us}");
    FlashSequencer s(config);
    constexpr int kGroups = 30;
    // Command cycle 25 ns, tWB 100 ns; a data-out with set-up and turn-round.
    const core::Ps out = config.bus.data_out(config.bus_page());
    const core::Ps read = 7 * 25 * kNs + 100 * kNs + 40 * kUs;
    const core::Ps first_sense = read + 25 * kNs + 100 * kNs + 43 * kUs;
    const core::Ps end = read_cached(s, 1, kGroups, C::kReadCacheSequential);
    // The array is the limit (out is 8 us): it works without a pause; the last page then goes out.
    ASSERT_LT(out + 25 * kNs, 43 * kUs);
    EXPECT_EQ(end, first_sense + (kGroups - 2) * 43 * kUs + out - config.bus.out_tail);
}

TEST(FlashLaw4, BusTimeIsConserved) {
    FlashConfig config = plain_flash(3, 2);
    config.bus.overhead[0] = {500 * kNs, 900 * kNs};
    FlashSequencer s(config);
    constexpr int kGroups = 500;
    const core::Ps end = DieStreams(s, C::kRead, 3, 2, kGroups).run();
    const core::Ps x = 900 * kNs + 2 * 16384 * kNs;
    EXPECT_EQ(s.device.bus_time(0), kGroups * x);
    EXPECT_LE(s.device.bus_time(0), end);
    const models::FlashDevice::Counts& counts = s.device.counts();
    EXPECT_EQ(counts.command_bus_time, kGroups * 900 * kNs);
    EXPECT_EQ(counts.data_bus_time, kGroups * 2 * 16384 * kNs);
    EXPECT_EQ(counts.plane_time, kGroups * 2 * 25 * kUs);
}

// One channel of the stack: 32 planes of its die, each at work all the time.
TEST(FlashLaw6, HbfChannelRunsAtTheRateOfItsArrays) {
    const FlashConfig config =
        models::load_flash_preset(flash_preset_file("hbf_gen1")).one_channel();
    FlashSequencer s(config);
    std::vector<int> next(32);
    std::deque<PageNumber> ready;
    std::int64_t out = 0;
    const auto choose = [&] {
        for (int plane = 0; plane < 32; ++plane) {
            int& n = next[static_cast<std::size_t>(plane)];
            const PageNumber page = config.geometry.number({0, 0, 0, plane, n / 1024, n % 1024});
            if (s.device.command_bus_free(0) <= s.now && s.device.accepts(C::kRead, plane)) {
                s.issue(C::kRead, {page});
                ++n;
            }
        }
        if (!ready.empty() && s.device.data_bus_free(0) <= s.now) {
            s.out(ready.front(), 4096);
            ready.pop_front();
        }
    };
    choose();
    while (s.now < 3000 * kUs) {
        for (const FlashEvent& event : s.step()) {
            if (event.kind == E::kDataReady) {
                ready.push_back(s.device.held_page(event.plane));
            }
            out += event.kind == E::kDataOutDone ? 1 : 0;
        }
        choose();
    }
    // 100 ns from command to array. 512 planes x 4 KiB / 3.1 us = 0.676 TB/s of the stack.
    const double law = 32.0 * static_cast<double>(s.now) / (3.1 * kUs);
    EXPECT_NEAR(static_cast<double>(out) / law, 1.0, 0.003);
}

TEST(FlashLaw7, LittlesLawOverAClosedWindow) {
    FlashSequencer s(plain_flash(4, 2));
    constexpr int kReads = 2000;
    core::RandomStream random(1, "little");
    std::deque<PageNumber> waiting;
    std::deque<PageNumber> ready;
    core::Ps latency = 0;
    int asked = 0;
    int done = 0;
    core::Ps area = 0;  // outstanding x time
    std::vector<core::Ps> since;
    std::vector<PageNumber> pages;
    const auto ask = [&] {
        const PageNumber page = static_cast<PageNumber>(random.below(8 * 128 * 64));
        waiting.push_back(page);
        pages.push_back(page);
        since.push_back(s.now);
        ++asked;
    };
    const auto choose = [&] {
        for (auto it = waiting.begin(); it != waiting.end(); ++it) {
            if (s.device.data_bus_free(0) <= s.now && s.attempt(C::kRead, {*it}).ok()) {
                waiting.erase(it);
                return;
            }
        }
        if (!ready.empty() && s.device.data_bus_free(0) <= s.now &&
            s.attempt_out(ready.front(), 16384).ok()) {
            ready.pop_front();
        }
    };
    for (int i = 0; i < 16; ++i) {
        ask();
    }
    choose();
    while (done < kReads) {
        const core::Ps before = s.now;
        const int outstanding = asked - done;
        const auto events = s.step();
        area += outstanding * (s.now - before);
        for (const FlashEvent& event : events) {
            if (event.kind == E::kDataReady) {
                ready.push_back(s.device.held_page(event.plane));
            } else if (event.kind == E::kDataOutDone) {
                const auto found =
                    std::find(pages.begin(), pages.end(), static_cast<PageNumber>(event.tag));
                ASSERT_NE(found, pages.end());
                const auto index = static_cast<std::size_t>(found - pages.begin());
                latency += s.now - since[index];
                pages[index] = -1;
                ++done;
                if (asked < kReads) {
                    ask();
                }
            }
        }
        choose();
    }
    EXPECT_EQ(latency, area);
    EXPECT_EQ(s.device.counts().senses[0], kReads);
}

}  // namespace
}  // namespace strata::test
