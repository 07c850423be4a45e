// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/cycle_dram_pc.h"

// Choosing the next commands. Issuing them is in cycle_dram_issue.cpp.

namespace strata::models {

namespace {

/// `step` is a power of two.
constexpr DramTicks align_up(DramTicks t, DramTicks step) {
    return (t + step - 1) & -step;
}

}  // namespace

DramPseudoChannel::DramPseudoChannel(const DramDevice& device, std::int32_t index,
                                     DramCounters& counters)
    : policy_(device.policy),
      timing_(device.timing),
      index_(index),
      groups_(device.organisation.bank_groups),
      banks_per_group_(device.organisation.banks_per_group),
      queue_(device.organisation.sids * device.organisation.banks_per_sid(),
             device.policy.read_queue, device.policy.write_queue),
      banks_(device.organisation, device.timing),
      counters_(counters),
      streak_(static_cast<std::size_t>(device.organisation.sids *
                                       device.organisation.banks_per_sid())) {
    for (std::int32_t sid = 0; sid < device.organisation.sids; ++sid) {
        sids_.push_back({DramUpkeep(device, sid, banks_.sid_mask(sid)), 0, 0});
    }
    update_due();
}

void DramPseudoChannel::add(const DramBurst& burst) {
    const DramTicks mark = refresh_time(banks_.sid_of(burst.bank));
    queue_.add(burst, banks_.open_row(burst.bank)).refresh_mark = mark;
    dirty_ = true;
}

void DramPseudoChannel::add_merge(DramBurst burst) {
    burst.dir = kDramRead;
    burst.merged = true;
    queue_.reserve(kDramWrite);
    ++counters_.merged;
    add(burst);
}

void DramPseudoChannel::plan(DramTicks floor, DramTicks row_bus, DramTicks column_bus) {
    if (!dirty_) {
        return;
    }
    dirty_ = false;
    row_ = {};
    column_ = {};
    const DramTicks row = std::max(floor, row_bus);
    const DramTicks column = std::max(floor, column_bus);
    plan_upkeep(row);
    if (queue_.size() > 0) {
        const DramBurst& oldest = queue_[queue_.oldest()];
        const bool starved = policy_.starvation > 0 && floor - oldest.arrival >= policy_.starvation;
        if (starved || policy_.scheduler == DramScheduler::kFcfs) {
            plan_oldest(row, column);
        }
        if (policy_.scheduler == DramScheduler::kReadFirstDrain) {
            choose_direction();
            draining_ = starved ? oldest.dir == kDramWrite : draining_;
            const std::size_t dir = draining_ ? kDramWrite : kDramRead;
            plan_demand({dir, dir}, row, column, starved);
        } else if (policy_.scheduler == DramScheduler::kFrFcfs) {
            plan_demand({kDramRead, kDramWrite}, row, column, starved);
        }
    }
    if (policy_.page == DramPagePolicy::kAdaptive) {
        plan_idle_rows(row);
    }
}

/// Writes are drained from the high to the low watermark, or while there are no reads.
void DramPseudoChannel::choose_direction() {
    const std::int32_t reads = queue_.count(kDramRead);
    const std::int32_t writes = queue_.count(kDramWrite);
    if (draining_) {
        draining_ = writes > 0 && (reads == 0 || writes > policy_.write_low);
    } else {
        draining_ = writes >= policy_.write_high || (reads == 0 && writes > 0);
    }
}

void DramPseudoChannel::consider_row(DramTicks t, const DramCandidate& candidate) {
    t = align_up(t, timing_.row_align);
    if (t < row_.time || (t == row_.time && candidate.order < row_.order)) {
        row_ = candidate;
        row_.time = t;
    }
}

void DramPseudoChannel::consider_column(DramTicks t, DramCommand command, std::int32_t bank,
                                        std::int32_t burst, std::uint64_t order) {
    t = align_up(t, timing_.column_align);
    if (t < column_.time || (t == column_.time && order < column_.order)) {
        column_ = {t, order, command, 0, bank, burst, false};
    }
}

// ---- demand -------------------------------------------------------------------------------------

/// After hit_cap hits in a row, or for a burst of a higher class, the bank's row must make room.
bool DramPseudoChannel::must_make_room(std::int32_t bank, Directions dirs) const {
    std::uint64_t waiting = UINT64_MAX;
    std::uint64_t hit = UINT64_MAX;
    for (std::size_t dir = dirs.first; dir <= dirs.last; ++dir) {
        waiting = std::min(waiting, queue_.order_of(queue_.first_other(bank, dir)));
        hit = std::min(hit, queue_.order_of(queue_.first_hit(bank, dir)));
    }
    const bool capped = streak_[static_cast<std::size_t>(bank)] >= policy_.hit_cap;
    return waiting < hit && (capped || waiting >> kDramClassShift < hit >> kDramClassShift);
}

/// `starved`: the oldest burst's bank makes room for it.
void DramPseudoChannel::plan_demand(Directions dirs, DramTicks row, DramTicks column,
                                    bool starved) {
    const DramBankMask all_hits = queue_.hits(dirs.first) | queue_.hits(dirs.last);
    const DramBankMask all_others = queue_.others(dirs.first) | queue_.others(dirs.last);
    DramBankMask room = 0;
    for_each_bank(all_hits & all_others & ~blocked_, [&](std::int32_t bank) {
        room |= must_make_room(bank, dirs) ? dram_bit(bank) : 0;
    });
    if (starved && !queue_[queue_.oldest()].hit) {
        room |= dram_bit(queue_[queue_.oldest()].bank);
    }
    const DramBankMask closing = banks_.open() & (~all_hits | room);
    for (std::size_t dir = dirs.first; dir <= dirs.last; ++dir) {
        const DramCommand command = dir == kDramRead ? DramCommand::kRd : DramCommand::kWr;
        for_each_bank(queue_.hits(dir) & ~room & ~blocked_, [&](std::int32_t bank) {
            const DramTicks t = std::max(column, banks_.earliest_column(bank, dir));
            if (t <= column_.time) {
                const std::int32_t burst = queue_.first_hit(bank, dir);
                consider_column(t, command, bank, burst, queue_[burst].order);
            }
        });
        const auto consider_other = [&](DramTicks t, DramCommand row_command, std::int32_t bank) {
            if (t <= row_.time) {
                const std::int32_t burst = queue_.first_other(bank, dir);
                consider_row(t, {0, queue_[burst].order, row_command, 0, bank, burst, false});
            }
        };
        const DramBankMask waiting = queue_.others(dir) & ~blocked_;
        for_each_bank(waiting & closing, [&](std::int32_t bank) {
            consider_other(std::max(row, banks_.earliest_pre(bank)), DramCommand::kPre, bank);
        });
        for_each_bank(waiting & ~banks_.open() & ~no_act_, [&](std::int32_t bank) {
            consider_other(std::max(row, banks_.earliest_act(bank)), DramCommand::kAct, bank);
        });
    }
}

/// The oldest burst, before all others.
void DramPseudoChannel::plan_oldest(DramTicks row, DramTicks column) {
    const std::int32_t burst = queue_.oldest();
    const DramBurst& b = queue_[burst];
    if ((blocked_ & dram_bit(b.bank)) != 0) {
        return;
    }
    if (b.hit) {
        const DramCommand command = b.dir == kDramRead ? DramCommand::kRd : DramCommand::kWr;
        const DramTicks t = std::max(column, banks_.earliest_column(b.bank, b.dir));
        consider_column(t, command, b.bank, burst, 0);
    } else if ((banks_.open() & dram_bit(b.bank)) != 0) {
        const DramTicks t = std::max(row, banks_.earliest_pre(b.bank));
        consider_row(t, {t, 0, DramCommand::kPre, 0, b.bank, burst, false});
    } else if ((no_act_ & dram_bit(b.bank)) == 0) {
        const DramTicks t = std::max(row, banks_.earliest_act(b.bank));
        consider_row(t, {t, 0, DramCommand::kAct, 0, b.bank, burst, false});
    }
}

/// Adaptive page policy: closes rows nobody has asked for during the time-out.
void DramPseudoChannel::plan_idle_rows(DramTicks floor) {
    for_each_bank(banks_.open() & ~queue_.busy() & ~blocked_, [&](std::int32_t bank) {
        const DramTicks t = std::max(
            {floor, banks_.earliest_pre(bank), banks_.last_use(bank) + policy_.page_timeout});
        consider_row(t,
                     {t, UINT64_MAX - 1, DramCommand::kPre, 0, bank, DramBurstQueue::kNone, true});
    });
}

// ---- upkeep -------------------------------------------------------------------------------------

void DramPseudoChannel::plan_upkeep(DramTicks floor) {
    blocked_ = 0;
    no_act_ = 0;
    if (quiet_) {
        return;
    }
    for (std::size_t i = 0; i < sids_.size(); ++i) {
        const DramUpkeep& upkeep = sids_[i].upkeep;
        const auto sid = static_cast<std::int32_t>(i);
        no_act_ |= upkeep.no_act();
        if (upkeep.power != DramUpkeep::Power::kUp) {
            blocked_ |= upkeep.banks();
        }
        if (upkeep.pending()) {
            blocked_ |= upkeep.mask();
            plan_pending(upkeep, sid, floor);
        } else if (policy_.power_down_idle > 0 || policy_.self_refresh_idle > 0) {
            plan_power(upkeep, sid, floor);
        }
    }
}

/// A refresh or refresh management: first its banks are closed.
void DramPseudoChannel::plan_pending(const DramUpkeep& upkeep, std::int32_t sid, DramTicks floor) {
    const DramBankMask open = banks_.open() & upkeep.mask();
    DramCandidate candidate{floor, 0, upkeep.command(), sid, -1, DramBurstQueue::kNone, true};
    candidate.bank = static_cast<std::int32_t>(__builtin_ctzll(upkeep.mask()));
    if (open == 0) {
        const DramTicks ready = banks_.earliest_refresh(upkeep.mask(), sid, !upkeep.whole());
        consider_row(std::max(floor, ready), candidate);
        // Activations of other banks would put off a partial refresh for ever.
        const DramTicks own = banks_.earliest_refresh_without_acts(upkeep.mask(), sid);
        no_act_ |= own <= floor + timing_.rrefd ? upkeep.banks() : 0;
    } else if (upkeep.whole()) {
        candidate.command = DramCommand::kPrea;
        consider_row(std::max(floor, banks_.earliest_pre_all(upkeep.mask())), candidate);
    } else {
        candidate.command = DramCommand::kPre;
        for_each_bank(open, [&](std::int32_t bank) {
            candidate.bank = bank;
            consider_row(std::max(floor, banks_.earliest_pre(bank)), candidate);
        });
    }
}

void DramPseudoChannel::plan_power(const DramUpkeep& upkeep, std::int32_t sid, DramTicks floor) {
    const bool work = (queue_.busy() & upkeep.banks()) != 0;
    const DramTicks sleep =
        policy_.self_refresh_idle > 0 ? upkeep.idle_since + policy_.self_refresh_idle : kDramNever;
    DramCandidate candidate{floor, 0, DramCommand::kPdx, sid, -1, DramBurstQueue::kNone, true};
    DramTicks t = floor;
    if (upkeep.power == DramUpkeep::Power::kSelfRefresh) {
        candidate.command = DramCommand::kSrx;
        t = work ? upkeep.power_since + timing_.ckesr : kDramNever;
    } else if (upkeep.power == DramUpkeep::Power::kDown) {
        t = upkeep.power_since + timing_.cke;
        t = work || upkeep.owes() ? t : std::max(t, sleep);
    } else if (work || upkeep.owes()) {
        return;
    } else if (policy_.power_down_idle > 0 && floor < sleep) {
        candidate.command = DramCommand::kPde;
        t = std::max(banks_.earliest_down(sid), upkeep.idle_since + policy_.power_down_idle);
    } else if ((banks_.open() & upkeep.banks()) != 0) {
        candidate.command = DramCommand::kPrea;
        t = std::max(banks_.earliest_pre_all(upkeep.banks()), sleep);
    } else {
        candidate.command = DramCommand::kSre;
        t = std::max({banks_.earliest_down(sid), sleep,
                      banks_.earliest_refresh(upkeep.banks(), sid, false)});
    }
    if (t < kDramNever) {
        consider_row(std::max(floor, t), candidate);
    }
}

}  // namespace strata::models
