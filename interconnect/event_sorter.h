// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sorts the packet network's events of a cycle by (time, link), those alike in their given order. A
// few are put in their places by comparing. Many are not compared, as a comparison of random links
// is a branch that is mostly predicted wrongly: for each time that occurs, a bit per link, in two
// levels of words. The cost grows with events and with the clocks that have edges in the cycle.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/units.h"
#include "interconnect/flit_wheel.h"

namespace strata::interconnect {

/// A packet's head (on an ejection link: its tail) reaches the end of a link.
struct PacketEvent {
    core::Ps time = 0;
    std::uint32_t link = 0;
    std::uint32_t packet = 0;

    friend bool earlier(const PacketEvent& a, const PacketEvent& b) {
        return a.time != b.time ? a.time < b.time : a.link < b.link;
    }
};

class EventSorter {
   public:
    /// For links 0 to `links` - 1.
    explicit EventSorter(std::size_t links)
        : chains_(links), words_(links / 64 + 1), used_words_(links / 4096 + 1) {}

    void sort(std::vector<PacketEvent>& events) {
        if (events.size() <= kFew) {
            insert_in_order(events);
            return;
        }
        sorted_.clear();
        next_.resize(std::max(next_.size(), events.size()));
        for (core::Ps after = -1; sorted_.size() < events.size();) {
            after = earliest(events, after);
            mark(events, after);
            collect(events);
        }
        sorted_.swap(events);
    }

   private:
    static constexpr std::uint32_t kEnd = UINT32_MAX;
    static constexpr std::size_t kFew = 12;  ///< fewer are compared (a choice, not tuned)
    /// Places of one link's events.
    struct Chain {
        std::uint32_t first;
        std::uint32_t last;
    };

    static void insert_in_order(std::vector<PacketEvent>& events) {
        for (std::size_t i = 1; i < events.size(); ++i) {
            const PacketEvent event = events[i];
            std::size_t place = i;
            for (; place > 0 && earlier(event, events[place - 1]); --place) {
                events[place] = events[place - 1];
            }
            events[place] = event;
        }
    }

    static core::Ps earliest(const std::vector<PacketEvent>& events, core::Ps after) {
        core::Ps time = core::kNever;
        for (const PacketEvent& event : events) {
            time = event.time > after ? std::min(time, event.time) : time;
        }
        return time;
    }

    void mark(const std::vector<PacketEvent>& events, core::Ps time) {
        for (std::uint32_t i = 0; i < events.size(); ++i) {
            if (events[i].time != time) {
                continue;
            }
            const std::uint32_t link = events[i].link;
            next_[i] = kEnd;
            std::uint64_t& word = words_[link / 64];
            const std::uint64_t bit = std::uint64_t{1} << (link % 64);
            if ((word & bit) != 0) {
                next_[chains_[link].last] = i;
                chains_[link].last = i;
                continue;
            }
            chains_[link] = {i, i};
            word |= bit;
            used_words_[link / 4096] |= std::uint64_t{1} << (link / 64 % 64);
        }
    }

    void collect(const std::vector<PacketEvent>& events) {
        for (std::size_t block = 0; block < used_words_.size(); ++block) {
            for_each_bit(used_words_[block], [&](std::int32_t used) {
                const std::size_t word = block * 64 + static_cast<std::size_t>(used);
                for_each_bit(words_[word], [&](std::int32_t bit) {
                    const std::size_t link = word * 64 + static_cast<std::size_t>(bit);
                    for (std::uint32_t i = chains_[link].first; i != kEnd; i = next_[i]) {
                        sorted_.push_back(events[i]);
                    }
                });
                words_[word] = 0;
            });
            used_words_[block] = 0;
        }
    }

    std::vector<Chain> chains_;              // by link
    std::vector<std::uint64_t> words_;       // a bit per link
    std::vector<std::uint64_t> used_words_;  // a bit per word
    std::vector<std::uint32_t> next_;        // by place: of the same link
    std::vector<PacketEvent> sorted_;
};

}  // namespace strata::interconnect
