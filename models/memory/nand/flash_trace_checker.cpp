// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_trace_checker.h"

#include <fmt/format.h>

#include <algorithm>

namespace strata::models {

namespace {

using C = FlashCommand;
constexpr auto kDataOut = static_cast<std::uint8_t>(FlashTraceKind::kDataOut);
constexpr auto kDataOutKeep = static_cast<std::uint8_t>(FlashTraceKind::kDataOutKeep);
constexpr auto kDiscard = static_cast<std::uint8_t>(FlashTraceKind::kDiscard);

bool is_cache_read(C c) {
    return c == C::kReadCacheSequential || c == C::kReadCacheRandom;
}
bool is_sense(C c) {
    return c == C::kRead || c == C::kCopybackRead || is_cache_read(c);
}
bool is_program(C c) {
    return c == C::kProgram || c == C::kProgramCache || c == C::kCopybackProgram;
}

}  // namespace

FlashTraceChecker::FlashTraceChecker(const FlashConfig& config, bool preloaded,
                                     std::size_t messages)
    : config_(config),
      planes_(static_cast<std::size_t>(config.geometry.total_planes())),
      buses_(static_cast<std::size_t>(config.geometry.channels)),
      next_page_(static_cast<std::size_t>(config.geometry.total_blocks()),
                 preloaded ? config.geometry.pages : 0),
      max_messages_(messages) {}

void FlashTraceChecker::operation(const FlashTraceRecord& record) {
    if (!group_.empty() && group_.front().operation != record.operation) {
        check();
    }
    group_.push_back(record);
}

void FlashTraceChecker::finish() {
    if (!group_.empty()) {
        check();
    }
}

void FlashTraceChecker::violation(const std::string& what) {
    ++violations_;
    if (messages_.size() < max_messages_) {
        const FlashTraceRecord& r = group_.front();
        messages_.push_back(fmt::format(
            "{} ps: operation {} {} channel {} chip {} die {} plane {} block {} page {}: {}",
            r.bus_start, r.operation, flash_trace_name(r.kind), r.address.channel, r.address.chip,
            r.address.die, r.address.plane, r.address.block, r.address.page, what));
    }
}

std::int64_t FlashTraceChecker::plane_of(const FlashTraceRecord& r) const {
    const FlashGeometry& g = config_.geometry;
    const FlashAddress& a = r.address;
    return ((std::int64_t{a.channel} * g.chips + a.chip) * g.dies + a.die) * g.planes + a.plane;
}
PageNumber FlashTraceChecker::page_of(const FlashTraceRecord& r) const {
    const FlashGeometry& g = config_.geometry;
    return (plane_of(r) * g.blocks + r.address.block) * g.pages + r.address.page;
}

std::vector<std::int64_t> FlashTraceChecker::die_planes(std::int64_t plane_index) const {
    std::vector<std::int64_t> all;
    const std::int64_t first = plane_index / config_.geometry.planes * config_.geometry.planes;
    for (std::int64_t i = 0; i < config_.geometry.planes; ++i) {
        all.push_back(first + i);
    }
    return all;
}

/// Planes that a suspend or resume of this one reaches.
std::vector<std::int64_t> FlashTraceChecker::scope(std::int64_t plane_index) const {
    if (config_.independence == FlashIndependence::kAll) {
        return {plane_index};
    }
    return die_planes(plane_index);
}

bool FlashTraceChecker::takes_die(FlashCommand command) const {
    return config_.independence == FlashIndependence::kNone ||
           (config_.independence == FlashIndependence::kReads &&
            (is_program(command) || command == C::kErase));
}

void FlashTraceChecker::check() {
    ++operations_;
    const FlashTraceRecord& r = group_.front();
    kind_ = r.kind;
    group_planes_.clear();
    for (const FlashTraceRecord& each : group_) {
        group_planes_.insert(plane_of(each));
    }
    if (kind_ == kDiscard) {
        page_left(plane(plane_of(r)), r.bus_start);
    } else if (kind_ == kDataOut || kind_ == kDataOutKeep) {
        check_bus();
        check_data_out(r);
    } else {
        check_bus();
        check_shape();
        check_busy();
        check_command();
    }
    group_.clear();
}

void FlashTraceChecker::check_command() {
    const FlashTraceRecord& r = group_.front();
    switch (static_cast<C>(kind_)) {
        case C::kSuspend:
            return check_suspend(r);
        case C::kResume:
            return check_resume(r);
        case C::kReset:
            return reset(r);
        case C::kSetFeature:
            return set_feature(r);
        case C::kStatus:
            return;
        case C::kReadCacheEnd:
            for (const FlashTraceRecord& each : group_) {
                end_cache_read(plane(plane_of(each)), each);
            }
            return;
        default:
            break;
    }
    for (const FlashTraceRecord& each : group_) {
        Plane& p = plane(plane_of(each));
        if (is(C::kErase)) {
            check_erase(each);
        } else if (is_sense(static_cast<C>(kind_))) {
            check_read(p, each);
        } else {
            check_program(p, each);
        }
    }
    for (const std::int64_t index : group_planes_) {
        const auto record = std::find_if(group_.begin(), group_.end(),
                                         [&](const auto& each) { return plane_of(each) == index; });
        check_array(plane(index), *record);
    }
}

void FlashTraceChecker::check_bus() {
    const FlashTraceRecord& r = group_.front();
    Bus& bus = buses_[static_cast<std::size_t>(r.address.channel)];
    core::Ps data = 0;
    for (const FlashTraceRecord& each : group_) {
        data += static_cast<core::Ps>(
            (core::Int128{each.bytes} * core::kSecond + config_.bus.rate.bytes_per_s - 1) /
            config_.bus.rate.bytes_per_s);
    }
    const bool command = kind_ < kFlashCommands;
    core::Ps least = config_.bus.out_setup + config_.bus.out_tail;
    if (command) {
        least = config_.bus.overhead[kind_].at(group_.size() - 1);
    }
    const bool split = config_.bus.split_command;
    const core::Ps needed = split && command ? std::max(least, data) : least + data;
    if (!config_.bus.mqsim_rounding && r.bus_end - r.bus_start < needed) {
        violation(
            fmt::format("holds the bus for {} ps, {} are needed", r.bus_end - r.bus_start, needed));
    }
    core::Ps& command_end = split ? bus.command_end : bus.data_end;
    const bool uses_data = !command || data > 0;
    if ((command && r.bus_start < command_end) || (uses_data && r.bus_start < bus.data_end)) {
        violation("the bus is in use");
    }
    if (!split) {
        bus.data_end = r.bus_end;
        return;
    }
    bus.command_end = command ? r.bus_start + least : bus.command_end;
    bus.data_end = uses_data ? r.bus_end : bus.data_end;
}

/// One die, its planes once each (one-shot: whole word lines).
void FlashTraceChecker::check_shape() {
    const FlashTraceRecord& r = group_.front();
    const bool data = is(C::kProgram) || is(C::kProgramCache);
    const std::int32_t per_plane = data && config_.cell.one_shot ? config_.cell.bits : 1;
    for (std::size_t i = 0; i < group_.size(); ++i) {
        const FlashTraceRecord& each = group_[i];
        if (plane_of(each) / config_.geometry.planes != plane_of(r) / config_.geometry.planes) {
            violation("planes of different dies");
        }
        const auto k = static_cast<std::int32_t>(i) % per_plane;
        if (config_.same_page && !is(C::kErase) && each.address.page != r.address.page + k) {
            violation("different pages in one command");
        }
    }
    if (group_.size() != group_planes_.size() * static_cast<std::size_t>(per_plane)) {
        violation("a plane twice in one command");
    }
    if (static_cast<std::int32_t>(group_planes_.size()) > config_.max_planes) {
        violation("too many planes in one command");
    }
}

/// Whether the operation at hand may be given while `run` is at work in a plane of its die.
bool FlashTraceChecker::may_overlap(const Run& run, std::int64_t plane_index) const {
    const auto command = static_cast<C>(kind_);
    const bool whole = takes_die(command) || takes_die(run.command);
    if (group_planes_.count(plane_index) == 0 && (!whole || run.planes != group_planes_)) {
        return !whole;
    }
    const bool goes_on =
        (is_cache_read(run.command) && (is_cache_read(command) || is(C::kReadCacheEnd))) ||
        (run.command == C::kProgramCache && (is(C::kProgram) || is(C::kProgramCache)));
    return goes_on && run.planes == group_planes_ && run.waits <= group_.front().bus_start;
}

void FlashTraceChecker::check_busy() {
    const auto command = static_cast<C>(kind_);
    if (command == C::kStatus) {
        return;
    }
    const core::Ps now = group_.front().bus_start;
    for (const std::int64_t index : group_planes_) {
        if (now < plane(index).busy) {
            violation("the die is busy");
        }
    }
    const bool changes = is_program(command) || command == C::kErase;
    if (!is_sense(command) && !changes && command != C::kReadCacheEnd) {
        return;
    }
    for (const std::int64_t index : die_planes(*group_planes_.begin())) {
        const Plane& p = plane(index);
        const bool concerns = takes_die(command) || group_planes_.count(index) > 0;
        if (p.run.end > now && (concerns || takes_die(p.run.command)) &&
            !may_overlap(p.run, index)) {
            violation(fmt::format("{} is at work until {}",
                                  flash_trace_name(static_cast<std::uint8_t>(p.run.command)),
                                  p.run.end));
        }
        if (changes && concerns && !p.stopped.planes.empty()) {
            violation("only reads while something is suspended");
        }
    }
}

}  // namespace strata::models
