// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The flash scheduler's settings and queues.

#include "models/memory/nand/flash_scheduler.h"

#include <algorithm>
#include <functional>

#include "core/diagnostics.h"

namespace strata::models {

void FlashSchedulerConfig::read(core::Section s) {
    const std::vector<std::string> names{"out_of_order", "mqsim"};
    arbitration = static_cast<Arbitration>(
        s.choice("arbitration", names, names[static_cast<std::size_t>(arbitration)]) == names[1]);
    multi_plane = s.boolean("multi_plane", multi_plane);
    cache_read = s.boolean("cache_read", cache_read);
    cache_program = s.boolean("cache_program", cache_program);
    suspend_program = s.boolean("suspend_program", suspend_program);
    suspend_erase = s.boolean("suspend_erase", suspend_erase);
    suspend_least = s.time("suspend_least", suspend_least);                      // assumption
    suspends = s.integer("suspends", suspends, {1, 1e6});                        // assumption
    starvation = s.time("starvation", starvation, core::kPositive);              // assumption
    pairing_window = s.integer("pairing_window", pairing_window, {1, 1 << 20});  // assumption
    s.finish();
}

FlashScheduler::FlashScheduler(FlashDevice& device, const FlashSchedulerConfig& config,
                               const FlashEccConfig& ecc, FlashErrorModel* errors)
    : device_(device),
      geometry_(device.config().geometry),
      config_(config),
      ecc_config_(ecc),
      errors_(errors != nullptr && errors->on() && ecc.on() ? errors : nullptr) {
    if (errors_ != nullptr) {
        ecc_ = std::make_unique<FlashEcc>(ecc, geometry_.page_bytes);
    }
    decoders_.assign(static_cast<std::size_t>(geometry_.channels), EccDecoders(ecc.decoders));
    make_units();
}

void FlashScheduler::make_units() {
    const bool die_unit = device_.config().independence == FlashIndependence::kNone;
    planes_per_unit_ = mqsim()    ? geometry_.dies * geometry_.planes
                       : die_unit ? geometry_.planes
                                  : 1;
    planes_per_scope_ =
        device_.config().independence == FlashIndependence::kAll ? 1 : geometry_.planes;
    planes_.resize(static_cast<std::size_t>(geometry_.total_planes()));
    scopes_.resize(planes_.size() / static_cast<std::size_t>(planes_per_scope_));
    units_.resize(planes_.size() / static_cast<std::size_t>(planes_per_unit_));
    channels_.resize(static_cast<std::size_t>(geometry_.channels));
    const std::size_t per_channel = units_.size() / channels_.size();
    for (std::size_t i = 0; i < units_.size(); ++i) {
        units_[i].first_plane = static_cast<std::int32_t>(i) * planes_per_unit_;
        units_[i].channel = static_cast<std::int32_t>(i / per_channel);
        units_[i].place = static_cast<std::int32_t>(i % per_channel);
    }
    for (Channel& c : channels_) {
        for (std::vector<std::uint64_t>& words : c.candidates) {
            words.resize((per_channel + 63) / 64);
        }
    }
}

FlashScheduler::Class FlashScheduler::class_of(const FlashJob& work) {
    if (work.kind == FlashJobKind::kErase) {
        return kErase;
    }
    const bool read = work.kind == FlashJobKind::kRead;
    switch (work.source) {
        case FlashSource::kMap:
            return read ? kMapRead : kMapWrite;
        case FlashSource::kHost:
            return read ? kHostRead : kHostWrite;
        default:
            return read ? kBackRead : kBackWrite;
    }
}

std::int32_t FlashScheduler::take_job() {
    if (free_job_ == kNone) {
        jobs_.emplace_back();
        return static_cast<std::int32_t>(jobs_.size()) - 1;
    }
    const std::int32_t index = free_job_;
    free_job_ = job(index).next;
    job(index) = Job{};
    return index;
}

void FlashScheduler::add(core::Ps now, const FlashJob& work) {
    const std::int32_t index = take_job();
    Job& j = job(index);
    j.work = work;
    j.kind = class_of(work);
    j.sequence = work.rank > 0 ? work.rank : sequence_++;
    j.since = now;
    ++open_;
    if (work.kind != FlashJobKind::kRead) {
        ++channel(unit_of(plane_of(index)).channel).open_writes;
    }
    enqueue(index, false);
}

void FlashScheduler::push_back(List& list, std::int32_t index) {
    job(index).next = kNone;
    if (list.head == kNone) {
        list.head = index;
    } else {
        job(list.tail).next = index;
    }
    list.tail = index;
}

void FlashScheduler::push_front(List& list, std::int32_t index) {
    job(index).next = list.head;
    if (list.head == kNone) {
        list.tail = index;
    }
    list.head = index;
}

/// By sequence; `of_now`: among those whose phase began with its own, behind all others.
void FlashScheduler::insert(List& list, std::int32_t index, bool of_now) {
    std::int32_t before = kNone;
    for (std::int32_t i = list.head; i != kNone && (job(i).sequence < job(index).sequence ||
                                                    (of_now && job(i).since != job(index).since));
         i = job(i).next) {
        before = i;
    }
    if (before == kNone) {
        push_front(list, index);
    } else if (before == list.tail) {
        push_back(list, index);
    } else {
        job(index).next = job(before).next;
        job(before).next = index;
    }
}

/// `before` is the job in front of it, kNone for the head.
void FlashScheduler::unlink(List& list, std::int32_t before, std::int32_t index) {
    const std::int32_t next = job(index).next;
    (before == kNone ? list.head : job(before).next) = next;
    if (next == kNone) {
        list.tail = before;
    }
    job(index).next = kNone;
}

void FlashScheduler::enqueue(std::int32_t index, bool front) {
    const std::int64_t plane_index = plane_of(index);
    Job& j = job(index);
    Plane& p = plane(plane_index);
    List& list = p.waiting[j.kind];
    // Behind others that can't go it changes nothing, but where it completes a word line.
    const bool behind = list.head != kNone && !front && !device_.config().cell.one_shot;
    if (front) {
        push_front(list, index);
    } else if (j.work.rank > 0) {
        insert(list, index, false);
    } else {
        push_back(list, index);
    }
    p.classes = static_cast<std::uint8_t>(p.classes | 1U << j.kind);
    Unit& unit = unit_of(plane_index);
    if (j.work.kind != FlashJobKind::kRead) {
        ++channel(unit.channel).writes;
        unit.writes_since = std::min(unit.writes_since, j.since);
    }
    if (!behind) {
        wake(unit);
    }
}

void FlashScheduler::dequeue(std::int32_t before, std::int32_t index) {
    const std::int64_t plane_index = plane_of(index);
    const Job& j = job(index);
    Plane& p = plane(plane_index);
    List& list = p.waiting[j.kind];
    unlink(list, before, index);
    if (list.head == kNone) {
        p.classes = static_cast<std::uint8_t>(p.classes & ~(1U << j.kind));
    }
    if (j.work.kind != FlashJobKind::kRead) {
        --channel(unit_of(plane_index).channel).writes;
    }
}

void FlashScheduler::mark(const Unit& unit) {
    Channel& c = channel(unit.channel);
    const auto word = static_cast<std::size_t>(unit.place / 64);
    const std::uint64_t bit = std::uint64_t{1} << (unit.place % 64);
    c.candidates[kReadSide][word] |= bit;
    c.candidates[kWriteSide][word] |= bit;
}

void FlashScheduler::wake(const Unit& unit) {
    mark(unit);
    wake_channel(unit.channel);
}

/// All units that an operation of this plane can have kept from work.
void FlashScheduler::wake_scope(std::int64_t plane_index) {
    const std::int64_t first = plane_index / planes_per_scope_ * planes_per_scope_;
    for (std::int64_t i = first; i < first + planes_per_scope_; i += planes_per_unit_) {
        wake(unit_of(i));
    }
}

void FlashScheduler::wake_channel(std::int64_t channel_index) {
    Channel& c = channel(channel_index);
    if (!c.dirty) {
        c.dirty = true;
        dirty_.push_back(channel_index);
    }
}

void FlashScheduler::dispatch(core::Ps now) {
    for (std::size_t i = 0; i < dirty_.size(); ++i) {
        channel(dirty_[i]).dirty = false;
        dispatch_channel(now, dirty_[i]);
    }
    dirty_.clear();
}

void FlashScheduler::register_energy(core::EnergyLedger& ledger,
                                     core::EnergyLedger::BlockId block) {
    if (ecc_config_.on()) {
        ledger_ = &ledger;
        decode_energy_ = ledger.event(block, core::EnergyCategory::kNand, "decode_byte",
                                      8.0 * ecc_config_.decode_pj_per_bit);
    }
}

core::Ps FlashScheduler::decoder_time() const {
    core::Ps sum = 0;
    for (const EccDecoders& decoders : decoders_) {
        sum += decoders.busy_time();
    }
    return sum;
}

}  // namespace strata::models
