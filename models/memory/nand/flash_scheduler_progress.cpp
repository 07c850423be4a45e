// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What happens to the flash scheduler's jobs: events of the device, decoding, ends.

#include <algorithm>
#include <functional>

#include "models/memory/nand/flash_scheduler.h"

namespace strata::models {

core::Ps FlashScheduler::next_event() const {
    if (!refused_.empty()) {
        return refused_.front().time;
    }
    const core::Ps timer = timers_.empty() ? core::kNever : timers_.front().time;
    return std::min(timer, device_.next_event());
}

void FlashScheduler::advance(core::Ps now, std::vector<FlashJobDone>& done) {
    done.insert(done.end(), refused_.begin(), refused_.end());
    refused_.clear();
    if (device_.next_event() <= now) {
        events_.clear();
        device_.advance(now, events_);
        for (const FlashEvent& event : events_) {
            handle(event, done);
        }
    }
    while (!timers_.empty() && timers_.front().time <= now) {
        const Timer timer = timers_.front();
        std::pop_heap(timers_.begin(), timers_.end(), std::greater<>());
        timers_.pop_back();
        run_timer(timer, done);
    }
    if (!mqsim() || done.empty()) {
        dispatch(now);
    }
}

void FlashScheduler::handle(const FlashEvent& event, std::vector<FlashJobDone>& done) {
    const auto index = static_cast<std::int32_t>(event.tag);
    wake_channel(event.channel);
    switch (event.kind) {
        case FlashEventKind::kDataReady:
            page_ready(event.time, event.plane);
            break;
        case FlashEventKind::kDataOutDone:
            page_out(event.time, index, done);
            break;
        case FlashEventKind::kProgramDone:
        case FlashEventKind::kEraseDone:
            wake_scope(event.plane);
            command_done(event.time, index, done);
            break;
        case FlashEventKind::kSuspended:
            wake_scope(event.plane);
            break;
        case FlashEventKind::kBusFree:
        case FlashEventKind::kReady:
        case FlashEventKind::kAborted:
            break;
    }
}

/// A page has come into the cache register.
void FlashScheduler::page_ready(core::Ps now, std::int64_t plane_index) {
    List& sensing = plane(plane_index).sensing;
    const std::int32_t index = sensing.head;
    unlink(sensing, kNone, index);
    Job& j = job(index);
    j.times.array += now - j.since;
    j.since = now;
    if (planes_per_scope_ > planes_per_unit_ &&
        channel(unit_of(plane_index).channel).open_writes > 0) {
        wake_scope(plane_index);  // a read may have kept a program from the die
    } else {
        wake(unit_of(plane_index));
    }
    if (j.work.kind == FlashJobKind::kCopyback) {
        unit_of(plane_index).copyback = index;
    } else if (ecc_config_.placement == EccPlacement::kDie) {
        decode(now, index);
    } else if (mqsim()) {
        insert(outs_of(j), index, true);  // pages of a command in the order of its jobs
    } else {
        push_back(outs_of(j), index);
    }
}

/// The last byte of a page has left the bus.
void FlashScheduler::page_out(core::Ps now, std::int32_t index, std::vector<FlashJobDone>& done) {
    Job& j = job(index);
    j.times.bus += now - j.since;
    j.since = now;
    wake(unit_of(plane_of(index)));
    if (ecc_config_.placement >= EccPlacement::kBaseDie) {
        decode(now, index);
    } else {
        finish(now, index, {}, done);
    }
}

void FlashScheduler::command_done(core::Ps now, std::int32_t lead,
                                  std::vector<FlashJobDone>& done) {
    for (std::int32_t index = lead; index != kNone;) {
        const std::int32_t mate = job(index).mate;
        job(index).times.array += now - job(index).since;
        finish(now, index, {}, done);
        index = mate;
    }
}

void FlashScheduler::decode(core::Ps now, std::int32_t index) {
    EccDecoders& decoders = decoders_[static_cast<std::size_t>(unit_of(plane_of(index)).channel)];
    if (ledger_ != nullptr) {
        ledger_->count(decode_energy_, ecc_config_.raw_bytes(job(index).work.bytes));
    }
    set_timer(decoders.decode(now, ecc_config_.effort(job(index).stage)), index);
}

/// The decoder has its result: the page goes on, or back to the array.
void FlashScheduler::decoded(core::Ps now, std::int32_t index, std::vector<FlashJobDone>& done) {
    Job& j = job(index);
    j.times.ecc += now - j.since;
    j.since = now;
    const std::int64_t plane_index = plane_of(index);
    Unit& unit = unit_of(plane_index);
    const bool die = ecc_config_.placement == EccPlacement::kDie;
    const bool failed = errors_ != nullptr &&
                        ecc_->fails(j.stage, errors_->rber(now, geometry_.block_of(j.work.page)));
    if (failed && die) {
        device_.discard(now, plane_index);
    }
    if (failed && j.stage + 1 < ecc_config_.stages()) {
        ++j.stage;
        ++counts_.retries;
        counts_.soft_decodes += ecc_config_.is_soft(j.stage) ? 1 : 0;
        --unit.open;
        enqueue(index, true);
    } else if (failed) {
        ++counts_.uncorrectable;
        finish(now, index, {core::Fault::kUncorrectable, "no stage of the ECC decodes the page"},
               done);
    } else if (die) {
        push_back(outs_of(j), index);
        wake_channel(unit.channel);
    } else {
        finish(now, index, {}, done);
    }
}

void FlashScheduler::finish(core::Ps now, std::int32_t index, const FlashResult& result,
                            std::vector<FlashJobDone>& done) {
    const Job& j = job(index);
    done.push_back({now, j.work.tag, result.fault, j.begin, j.times, j.work.page, result.rule});
    Unit& unit = unit_of(plane_of(index));
    --unit.open;
    wake(unit);
    --open_;
    if (j.work.kind != FlashJobKind::kRead) {
        --channel(unit.channel).open_writes;
    }
    job(index).next = free_job_;
    free_job_ = index;
}

void FlashScheduler::set_timer(core::Ps time, std::int32_t index) {
    timers_.push_back({time, sequence_++, index});
    std::push_heap(timers_.begin(), timers_.end(), std::greater<>());
}

void FlashScheduler::run_timer(const Timer& timer, std::vector<FlashJobDone>& done) {
    if (timer.index >= 0) {
        decoded(timer.time, timer.index, done);
    } else {
        wake_channel(~timer.index);
    }
}

}  // namespace strata::models
