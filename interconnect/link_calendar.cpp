// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/link_calendar.h"

#include <algorithm>
#include <iterator>

namespace strata::interconnect {
namespace {

constexpr std::size_t kCompactAt = 16;

}  // namespace

void LinkCalendar::compact() {
    // Only when at least half is forgotten, so that the cost per reservation stays constant.
    if (first_ >= kCompactAt && 2 * first_ >= busy_.size()) {
        busy_.erase(busy_.begin(), busy_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

LinkCalendar::Reservation LinkCalendar::reserve_gap(Cycle earliest, Cycle length) {
    const auto begin = busy_.begin() + static_cast<std::ptrdiff_t>(first_);
    auto next = std::upper_bound(
        begin, busy_.end(), earliest,
        [](Cycle cycle, const Interval& interval) { return cycle < interval.end; });
    Cycle start = earliest;
    while (next != busy_.end() && start + length > next->start) {
        start = next->end;
        ++next;
    }
    if (next == busy_.end()) {
        append(start, length);
        return {start, false};
    }
    const bool joins_next = start + length == next->start;
    const bool joins_previous = next != begin && std::prev(next)->end == start;
    if (joins_previous && joins_next) {
        std::prev(next)->end = next->end;
        busy_.erase(next);
    } else if (joins_previous) {
        std::prev(next)->end += length;
    } else if (joins_next) {
        next->start = start;
    } else {
        busy_.insert(next, {start, start + length});
    }
    return {start, joins_next};
}

}  // namespace strata::interconnect
