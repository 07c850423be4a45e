// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A sequencer that keeps several dies of a channel busy.

#include <algorithm>
#include <deque>
#include <vector>

#include "tests/memory/flash_drive.h"

namespace strata::test {

/// Keeps dies busy: a command to every die that takes one, data-outs while none does.
class DieStreams {
   public:
    DieStreams(FlashSequencer& s, FlashCommand command, int dies, int planes, int groups)
        : s_(s),
          command_(command),
          dies_(dies),
          planes_(planes),
          left_(groups),
          next_(static_cast<std::size_t>(dies)) {}

    /// When the last group is out or programmed.
    core::Ps run() {
        choose();
        core::Ps end = 0;
        while (s_.device.next_event() != core::kNever) {
            for (const FlashEvent& event : s_.step()) {
                if (event.kind == FlashEventKind::kDataReady) {
                    ready_.push_back(s_.device.held_page(event.plane));
                }
                end = event.kind == FlashEventKind::kBusFree ? end : event.time;
            }
            choose();
        }
        return end;
    }

   private:
    void choose() {
        if (s_.device.command_bus_free(0) > s_.now || s_.device.data_bus_free(0) > s_.now) {
            return;
        }
        for (int i = 0; i < dies_ && left_ > 0; ++i) {
            const int die = (turn_ + i) % dies_;
            const int pages = s_.device.config().geometry.pages;
            int& next = next_[static_cast<std::size_t>(die)];
            const auto group = s_.group(die, planes_, next / pages, next % pages);
            if (accepts(group)) {
                s_.issue(command_, group);
                ++next;
                --left_;
                turn_ = die + 1;
                return;
            }
        }
        if (!ready_.empty()) {
            s_.out(ready_.front(), s_.device.config().bus_page());
            ready_.pop_front();
        }
    }
    bool accepts(const std::vector<PageNumber>& group) const {
        return std::all_of(group.begin(), group.end(), [&](PageNumber page) {
            return s_.device.accepts(command_, s_.device.config().geometry.plane_of(page));
        });
    }

    FlashSequencer& s_;
    FlashCommand command_;
    int dies_;
    int planes_;
    int left_;
    int turn_ = 0;
    std::vector<int> next_;
    std::deque<PageNumber> ready_;
};

}  // namespace strata::test
