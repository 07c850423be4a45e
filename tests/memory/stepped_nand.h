// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "core/units.h"

namespace strata::test {

/// Steps through reads ps by ps with explicit registers, as an independent reference. Times are
/// tiny.
class SteppedNand {
   public:
    /// Ends of transfers by id.
    std::map<std::uint64_t, core::Ps> ends;

    SteppedNand(std::int64_t planes, std::int64_t registers, core::Ps sense, core::Ps bus)
        : planes_(static_cast<std::size_t>(planes)),
          registers_(registers),
          sense_(sense),
          bus_(bus) {}

    void submit(std::size_t plane, std::uint64_t id) {
        Plane& p = planes_[plane];
        if (p.waiting.empty() && p.sensing == 0) {
            p.order = order_++;
        }
        p.waiting.push_back(id);
    }
    void finish_work(core::Ps now) {
        if (bus_left_ > 0 && --bus_left_ == 0) {
            ends[ready_.front().second] = now;
            --planes_[ready_.front().first].held;
            ready_.pop_front();
        }
        std::vector<std::size_t> sensed;
        for (std::size_t i = 0; i < planes_.size(); ++i) {
            if (planes_[i].sensing > 0 && --planes_[i].sensing == 0) {
                sensed.push_back(i);
            }
        }
        std::sort(sensed.begin(), sensed.end(), [this](std::size_t a, std::size_t b) {
            return planes_[a].order < planes_[b].order;
        });
        for (const std::size_t i : sensed) {
            ready_.emplace_back(i, planes_[i].id);
            planes_[i].order = order_++;
        }
    }
    void start_work() {
        if (bus_left_ == 0 && !ready_.empty()) {
            bus_left_ = bus_;
        }
        for (Plane& p : planes_) {
            if (p.sensing == 0 && p.held < registers_ && !p.waiting.empty()) {
                p.id = p.waiting.front();
                p.waiting.pop_front();
                p.sensing = sense_;
                ++p.held;
            }
        }
    }

   private:
    struct Plane {
        std::deque<std::uint64_t> waiting;
        core::Ps sensing = 0;
        std::int64_t held = 0;
        std::uint64_t id = 0;
        std::int64_t order = 0;
    };
    std::vector<Plane> planes_;
    std::int64_t registers_;
    core::Ps sense_;
    core::Ps bus_;
    core::Ps bus_left_ = 0;
    std::int64_t order_ = 0;
    std::deque<std::pair<std::size_t, std::uint64_t>> ready_;
};

}  // namespace strata::test
