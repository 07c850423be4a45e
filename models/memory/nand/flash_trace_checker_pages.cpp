// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The flash trace checker's rules of pages, registers and arrays.

#include <fmt/format.h>

#include <algorithm>

#include "models/memory/nand/flash_trace_checker.h"

namespace strata::models {

using C = FlashCommand;

/// Times of the array of one plane; the operation becomes its newest run.
void FlashTraceChecker::check_array(Plane& p, const FlashTraceRecord& r) {
    const auto command = static_cast<C>(r.kind);
    const bool cache_read = command == C::kReadCacheSequential || command == C::kReadCacheRandom;
    const bool waits = p.run.end > r.bus_start;
    core::Ps earliest = r.bus_end + config_.bus.t_wb;
    if (waits) {
        earliest = std::max(earliest, p.run.end);
        earliest += cache_read ? 0 : config_.die.t_pcbsy;
    }
    earliest += cache_read ? config_.die.t_rcbsy : 0;
    if (r.array_start < earliest) {
        violation(fmt::format("the array starts {} ps too early", earliest - r.array_start));
    }
    const auto type =
        static_cast<std::size_t>(r.address.page / config_.cell.pages_per_type % config_.cell.bits);
    core::Ps least = config_.cell.t_erase;
    if (cache_read || command == C::kRead || command == C::kCopybackRead) {
        least = config_.cell.t_read[type];
    } else if (command != C::kErase) {
        least = config_.cell.t_program[config_.cell.one_shot ? 0 : type];
    }
    if (r.array_end - r.array_start < least) {
        violation(fmt::format("the array works for {} ps, {} are needed",
                              r.array_end - r.array_start, least));
    }
    p.before = waits ? p.run : Run{};
    p.run = {command, r.array_start, r.array_end, waits ? p.run.end : 0, group_planes_, {}};
    for (const FlashTraceRecord& each : group_) {
        if (plane_of(each) == plane_of(r)) {
            p.run.pages.push_back(page_of(each));
        }
    }
}

void FlashTraceChecker::check_read(Plane& p, const FlashTraceRecord& r) {
    const auto block = static_cast<std::size_t>(page_of(r) / config_.geometry.pages);
    if (r.address.page >= next_page_[block]) {
        violation("read of a page that is not programmed");
    }
    if (torn_.count(page_of(r)) > 0) {
        violation("read of a page whose program was cut short");
    }
    const auto& stopped = p.stopped.pages;
    if (std::find(stopped.begin(), stopped.end(), page_of(r)) != stopped.end()) {
        violation("read of a page whose program is suspended");
    }
    check_registers_before_read(p, r);
}

/// The registers must take the page; then it is on its way out.
void FlashTraceChecker::check_registers_before_read(Plane& p, const FlashTraceRecord& r) {
    const auto command = static_cast<C>(r.kind);
    Sensed page{page_of(r), r.array_end, core::kNever};
    if (command == C::kReadCacheSequential || command == C::kReadCacheRandom) {
        if (!p.chain || p.run.planes != group_planes_) {
            violation("a cache read that follows no read of these planes");
        } else if (command == C::kReadCacheSequential && page.page != p.run.pages.back() + 1) {
            violation("a sequential cache read that leaves the sequence");
        }
        if (p.leaving.size() > 1) {
            violation("the cache register is overwritten before its data are out");
            p.leaving.erase(p.leaving.begin());
        }
        if (!p.leaving.empty() && p.leaving.front().ready == core::kNever) {
            end_cache_read(p, r);
            p.chain = true;
        }
        p.leaving.push_back(page);
        return;
    }
    const bool behind = config_.auto_cache && command == C::kRead;
    const bool moving = !p.leaving.empty() && r.bus_start < p.leaving.front().ready;
    if (p.leaving.size() > (behind ? 1U : 0U) || (moving && p.out_end > r.bus_start) ||
        (!behind && p.out_end > r.bus_start)) {
        violation("a register is overwritten before its data are out");
        p.leaving.clear();
    }
    p.chain = command == C::kRead;
    p.copyback = command == C::kCopybackRead ? page.page : -1;
    if (!behind) {
        p.held = p.copyback;
        p.held_ready = r.array_end;
    }
    if (command == C::kRead) {
        page.ready = p.leaving.empty() ? std::max(r.array_end, p.out_end) : core::kNever;
        p.leaving.push_back(page);
    }
}

/// The page sensed last moves into the cache register.
void FlashTraceChecker::end_cache_read(Plane& p, const FlashTraceRecord& r) {
    p.chain = false;
    if (p.leaving.size() != 1 || p.leaving.front().ready != core::kNever) {
        violation(p.leaving.size() > 1 ? "the cache register is overwritten before its data are out"
                                       : "there is no cache read to end");
        return;
    }
    p.leaving.front().ready =
        std::max(p.leaving.front().sensed, r.bus_end + config_.bus.t_wb) + config_.die.t_transfer;
    p.held = -1;
}

void FlashTraceChecker::check_program(Plane& p, const FlashTraceRecord& r) {
    std::int32_t& next = next_page_[static_cast<std::size_t>(page_of(r) / config_.geometry.pages)];
    if (next < 0) {
        violation("program of a block whose erase was cut short");
    } else if (r.address.page != next) {
        violation(fmt::format("program out of order: page {} is next", next));
    }
    next = r.address.page + 1;
    if (static_cast<C>(r.kind) == C::kCopybackProgram) {
        if (p.copyback < 0) {
            violation("a copyback program without a copyback read");
        }
    }
    if (!p.leaving.empty() || p.out_end > r.bus_start) {
        violation("a register is overwritten before its data are out");
        p.leaving.clear();
    }
    if (!config_.cell.one_shot || r.address.page % config_.cell.bits == config_.cell.bits - 1) {
        p.copyback = -1;
    }
    p.chain = false;
    p.held = -1;
}

void FlashTraceChecker::check_erase(const FlashTraceRecord& r) {
    const PageNumber first = page_of(r) - r.address.page;
    next_page_[static_cast<std::size_t>(first / config_.geometry.pages)] = 0;
    torn_.erase(torn_.lower_bound(first), torn_.lower_bound(first + config_.geometry.pages));
    plane(plane_of(r)).chain = false;
}

void FlashTraceChecker::check_data_out(const FlashTraceRecord& r) {
    Plane& p = plane(plane_of(r));
    const PageNumber page = page_of(r);
    for (const std::int64_t index : die_planes(plane_of(r))) {
        const Run& run = plane(index).run;
        const bool cache = run.command == C::kReadCacheSequential ||
                           run.command == C::kReadCacheRandom || run.command == C::kProgramCache;
        if (run.end > r.bus_start && takes_die(run.command) && !cache) {
            violation("data go out while the die is at work");
        }
    }
    if (r.bus_start < p.busy) {
        violation("the die is busy");
    }
    if (r.bytes < 1 || r.bytes > config_.bus_page()) {
        violation("data-out of no byte or of more than a page");
    }
    const core::Ps end = r.bus_end - config_.bus.out_tail;
    const bool moved = !p.leaving.empty() && p.leaving.front().ready <= r.bus_start;
    if (!moved && p.held == page && r.bus_start >= p.held_ready) {  // once more
        p.leaving.insert(p.leaving.begin(), {page, 0, p.held_ready});
    } else if (!moved || p.leaving.front().page != page) {
        violation("the page is not in the cache register");
        return;
    }
    if (end < p.leaving.front().ready + config_.bus.t_rr) {
        violation("the first byte comes before tRR");
    }
    p.out_end = end;
    p.held_ready = p.leaving.front().ready;
    if (r.kind == static_cast<std::uint8_t>(FlashTraceKind::kDataOut)) {
        page_left(p, end);
    } else if (p.leaving.size() > 1) {
        p.leaving.back().ready = core::kNever;
    }
}

/// The oldest page has given up the cache register.
void FlashTraceChecker::page_left(Plane& p, core::Ps time) {
    p.out_end = time;
    if (p.leaving.empty()) {
        return;
    }
    p.held = p.leaving.front().page;
    p.leaving.erase(p.leaving.begin());
    if (config_.auto_cache && !p.leaving.empty()) {
        p.leaving.front().ready = std::max(p.leaving.front().sensed, time);
    }
}

void FlashTraceChecker::check_suspend(const FlashTraceRecord& r) {
    bool found = false;
    for (const std::int64_t index : scope(plane_of(r))) {
        const Run run = plane(index).run;
        const bool erase = run.command == C::kErase;
        const bool program = run.command == C::kProgram || run.command == C::kProgramCache ||
                             run.command == C::kCopybackProgram;
        if ((!erase && !program) || run.end <= r.bus_end) {
            continue;
        }
        found = true;
        const core::Ps wait = erase ? config_.die.t_suspend_erase : config_.die.t_suspend_program;
        if (r.array_start < r.bus_end + wait) {
            violation("ready before the suspend time is over");
        }
        for (const std::int64_t each : run.planes) {
            Plane& p = plane(each);
            if (p.run.waits > r.bus_start) {
                violation("suspend while a program waits behind another one");
            }
            p.stopped = p.run;
            p.stopped.start = std::max(run.start, r.bus_end);
            p.run = {};
            p.busy = r.array_start;
        }
    }
    for (const std::int64_t index : scope(plane_of(r))) {
        plane(index).busy = std::max(plane(index).busy, r.array_start);
    }
    if (!found) {
        violation("nothing to suspend");
    }
}

void FlashTraceChecker::check_resume(const FlashTraceRecord& r) {
    Run stopped;
    for (const std::int64_t index : scope(plane_of(r))) {
        stopped = plane(index).stopped.planes.empty() ? stopped : plane(index).stopped;
    }
    if (stopped.planes.empty()) {
        violation("nothing to resume");
        return;
    }
    for (const std::int64_t index : die_planes(plane_of(r))) {
        const bool concerns = takes_die(stopped.command) || stopped.planes.count(index) > 0;
        if (concerns && plane(index).run.end > r.bus_start) {
            violation("resume while the array is at work");
        }
    }
    if (r.array_start < r.bus_end + config_.die.t_resume) {
        violation("goes on before the resume time is over");
    }
    if (r.array_end - r.array_start != stopped.end - stopped.start) {
        violation(fmt::format("goes on for {} ps, {} were left", r.array_end - r.array_start,
                              stopped.end - stopped.start));
    }
    stopped.start = r.array_start;
    stopped.end = r.array_end;
    stopped.waits = 0;
    for (const std::int64_t index : stopped.planes) {
        Plane& p = plane(index);
        if (!p.leaving.empty() && p.leaving.back().ready == core::kNever) {
            violation("resume while a page waits in the page register");
        }
        p.chain = false;
        stopped.pages = p.stopped.pages;
        p.run = stopped;
        p.stopped = {};
    }
}

void FlashTraceChecker::reset(const FlashTraceRecord& r) {
    for (const std::int64_t index : die_planes(plane_of(r))) {
        Plane& p = plane(index);
        if (r.bus_start < p.out_end) {
            violation("reset while data go out");
        }
        tear(p.run, r.bus_start);
        tear(p.before, r.bus_start);
        tear(p.stopped, p.stopped.start - 1);
        p = Plane{};
        p.busy = r.array_end;
    }
}

/// What `run` leaves behind when it is cut at `time`.
void FlashTraceChecker::tear(const Run& run, core::Ps time) {
    if (run.end <= time) {
        return;
    }
    for (const PageNumber page : run.pages) {
        if (run.command == C::kErase) {
            next_page_[static_cast<std::size_t>(page / config_.geometry.pages)] = -1;
        } else if (run.command == C::kProgram || run.command == C::kProgramCache ||
                   run.command == C::kCopybackProgram) {
            torn_.insert(page);
        }
    }
}

void FlashTraceChecker::set_feature(const FlashTraceRecord& r) {
    for (const std::int64_t index : die_planes(plane_of(r))) {
        if (plane(index).run.end > r.bus_start) {
            violation("set feature while the array is at work");
        }
        plane(index).busy = r.array_end;
    }
}

}  // namespace strata::models
