// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/cycle_dram_pc.h"

// Issuing the commands that were chosen in cycle_dram_pc.cpp, and accounting for them.

namespace strata::models {

DramRowCounts DramCounters::rows() const {
    DramRowCounts sum;
    for (const DramRowCounts& bank : banks) {
        sum.hits += bank.hits;
        sum.misses += bank.misses;
        sum.conflicts += bank.conflicts;
    }
    return sum;
}

// ---- row commands -------------------------------------------------------------------------------

void DramPseudoChannel::issue_row(DramTicks t, DramCommandSink* sink) {
    dirty_ = true;
    const DramCandidate chosen = row_;
    const std::int32_t sid_index = chosen.bank >= 0 ? banks_.sid_of(chosen.bank) : chosen.sid;
    Sid& sid = sids_[static_cast<std::size_t>(sid_index)];
    const bool activates = chosen.command == DramCommand::kAct;
    const std::int64_t row = activates ? queue_[chosen.burst].row : 0;
    record(t, chosen, chosen.command, row, 0, sink);
    switch (chosen.command) {
        case DramCommand::kAct:
            settle(sid, t);
            activate(t);
            break;
        case DramCommand::kPre:
            settle(sid, t);
            precharge(t);
            decide(t, sid);
            break;
        case DramCommand::kPrea:
            settle(sid, t);
            for_each_bank(sid.upkeep.banks(), [&](std::int32_t bank) {
                banks_.pre(t, bank);
                queue_.close(bank);
            });
            break;
        case DramCommand::kRefab:
        case DramCommand::kRefpb:
        case DramCommand::kRfm:
            finish_upkeep(t, sid);
            break;
        default:
            settle(sid, t);
            change_power(t, sid);
            break;
    }
    update_due();
}

void DramPseudoChannel::activate(DramTicks t) {
    DramBurst& burst = queue_[row_.burst];
    const std::int32_t bank = row_.bank;
    burst.activated = true;
    burst.displaced = (displaced_ & dram_bit(bank)) != 0;
    if (burst.first_command == 0) {
        burst.first_command = t;
    }
    displaced_ &= ~dram_bit(bank);
    streak_[static_cast<std::size_t>(bank)] = 0;
    banks_.act(t, bank, burst.row);
    sids_[static_cast<std::size_t>(banks_.sid_of(bank))].upkeep.count_act(bank);
    queue_.open(bank, burst.row);
}

void DramPseudoChannel::precharge(DramTicks t) {
    if (row_.burst != DramBurstQueue::kNone) {
        displaced_ |= dram_bit(row_.bank);
        queue_[row_.burst].first_command = t;
    }
    banks_.pre(t, row_.bank);
    queue_.close(row_.bank);
}

void DramPseudoChannel::finish_upkeep(DramTicks t, Sid& sid) {
    DramUpkeep& upkeep = sid.upkeep;
    const DramCommand command = upkeep.command();
    const DramTicks duration = command == DramCommand::kRefab   ? timing_.rfc_ab
                               : command == DramCommand::kRefpb ? timing_.rfc_pb
                                                                : timing_.rfm;
    const std::int32_t bank = static_cast<std::int32_t>(__builtin_ctzll(upkeep.mask()));
    banks_.refresh(t, upkeep.mask(), banks_.sid_of(bank), duration, !upkeep.whole());
    displaced_ &= ~upkeep.mask();
    sid.refresh_time += t + duration - upkeep.since();
    upkeep.done();
    decide(t, sid);
}

void DramPseudoChannel::change_power(DramTicks t, Sid& sid) {
    DramUpkeep& upkeep = sid.upkeep;
    upkeep.power_since = t;
    switch (row_.command) {
        case DramCommand::kPde:
            upkeep.power = DramUpkeep::Power::kDown;
            return;
        case DramCommand::kSre:
            upkeep.power = DramUpkeep::Power::kSelfRefresh;
            return;
        case DramCommand::kSrx:
            upkeep.restart(t);
            banks_.hold(row_.sid, t + timing_.xs);
            break;
        default:
            banks_.hold(row_.sid, t + timing_.xp);
            break;
    }
    upkeep.power = DramUpkeep::Power::kUp;
    decide(t, sid);
}

// ---- column commands ----------------------------------------------------------------------------

DramServed DramPseudoChannel::issue_column(DramTicks t, DramCommandSink* sink) {
    dirty_ = true;
    const DramBurst burst = queue_[column_.burst];
    const std::int32_t bank = burst.bank;
    queue_.remove(column_.burst);
    banks_.column(t, bank, burst.dir);
    ++streak_[static_cast<std::size_t>(bank)];
    Sid& sid = sids_[static_cast<std::size_t>(banks_.sid_of(bank))];
    sid.upkeep.idle_since = t;
    if (burst.merged) {
        write_back(burst, t);
    }
    DramCommand command = column_.command;
    const bool closes = closes_behind(bank);
    if (closes) {
        command = burst.dir == kDramRead ? DramCommand::kRda : DramCommand::kWra;
        settle(sid, t);
        banks_.auto_precharge(t, bank, burst.dir);
        queue_.close(bank);
    }
    record(t, column_, command, burst.row, burst.column, sink);
    DramServed served = account(burst, t);
    served.request = burst.merged ? -1 : served.request;
    if (closes || idle(sid)) {
        decide(t, sid);
        update_due();
    }
    return served;
}

/// The write half of a partial write. tRTW alone makes its data come after those it is merged with.
void DramPseudoChannel::write_back(DramBurst burst, DramTicks t) {
    burst.dir = kDramWrite;
    burst.arrival = t;
    burst.merged = false;
    burst.activated = false;
    queue_.release(kDramWrite);
    add(burst);
}

/// Closed page policy: nobody waits for the row any more.
bool DramPseudoChannel::closes_behind(std::int32_t bank) const {
    return policy_.page == DramPagePolicy::kClosed &&
           ((queue_.hits(kDramRead) | queue_.hits(kDramWrite)) & dram_bit(bank)) == 0;
}

/// Splits the wait for the column command into its parts.
DramServed DramPseudoChannel::account(const DramBurst& burst, DramTicks t) {
    const DramTicks end = (burst.dir == kDramRead ? timing_.cl : timing_.cwl) + timing_.bl;
    const DramTicks wait = t - burst.arrival;
    const DramTicks bank_part =
        burst.activated
            ? std::min(wait, (burst.displaced ? timing_.rp : 0) +
                                 (burst.dir == kDramRead ? timing_.rcd_rd : timing_.rcd_wr))
            : 0;
    const DramTicks blocked = refresh_time(banks_.sid_of(burst.bank)) - burst.refresh_mark;
    const DramTicks refresh_part = std::min(wait - bank_part, blocked);
    counters_.bank_time += bank_part;
    counters_.refresh_time += refresh_part;
    counters_.queue_time += wait - bank_part - refresh_part;
    counters_.bus_time += end;
    counters_.latency[burst.dir] += wait + end;
    ++counters_.bursts[burst.dir];

    const std::int32_t flat = index_ * static_cast<std::int32_t>(streak_.size()) + burst.bank;
    DramRowCounts& rows = counters_.banks[static_cast<std::size_t>(flat)];
    ++(burst.activated ? burst.displaced ? rows.conflicts : rows.misses : rows.hits);
    return {burst.request, burst.dir, burst.first_command != 0 ? burst.first_command : t, bank_part,
            refresh_part};
}

void DramPseudoChannel::record(DramTicks t, const DramCandidate& candidate, DramCommand command,
                               std::int64_t row, std::int32_t column, DramCommandSink* sink) {
    ++counters_.commands[static_cast<std::size_t>(command)];
    if (sink == nullptr) {
        return;
    }
    DramCommandRecord record{t, command, index_, candidate.sid, 0, 0, row, column};
    if (candidate.bank >= 0) {
        record.sid = banks_.sid_of(candidate.bank);
    }
    const bool one_bank = command != DramCommand::kPrea && command != DramCommand::kRefab;
    if (candidate.bank >= 0 && one_bank) {
        record.bg = candidate.bank / banks_per_group_ % groups_;
        record.bank = candidate.bank % banks_per_group_;
    }
    sink->command(record);
}

// ---- upkeep -------------------------------------------------------------------------------------

void DramPseudoChannel::look_after(DramTicks t, DramTicks skip_to) {
    for (Sid& sid : sids_) {
        if (sid.upkeep.due(idle(sid)) > t) {
            continue;
        }
        if (idle(sid) && (banks_.open() & sid.upkeep.banks()) == 0 &&
            policy_.power_down_idle == 0 && policy_.self_refresh_idle == 0) {
            const std::int64_t skipped = sid.upkeep.skip(skip_to);
            counters_.commands[static_cast<std::size_t>(sid.upkeep.refresh_command())] += skipped;
        }
        if (sid.upkeep.due(idle(sid)) <= t) {
            sid.upkeep.fall_due(t);
            decide(t, sid);
        }
    }
    dirty_ = true;
    update_due();
}

void DramPseudoChannel::decide(DramTicks t, Sid& sid) {
    sid.upkeep.decide(t, queue_, banks_);
}

/// After every change of upkeep.
void DramPseudoChannel::update_due() {
    upkeep_due_ = kDramNever;
    quiet_ = policy_.power_down_idle == 0 && policy_.self_refresh_idle == 0;
    for (const Sid& sid : sids_) {
        upkeep_due_ = std::min(upkeep_due_, sid.upkeep.due(idle(sid)));
        quiet_ = quiet_ && !sid.upkeep.pending() && sid.upkeep.no_act() == 0;
    }
}

void DramPseudoChannel::set_refresh_rate(std::int32_t rate) {
    for (Sid& sid : sids_) {
        sid.upkeep.set_rate(rate);
    }
}

void DramPseudoChannel::settle(DramTicks t) {
    for (Sid& sid : sids_) {
        settle(sid, t);
    }
}

void DramPseudoChannel::settle(Sid& sid, DramTicks t) {
    const bool open = (banks_.open() & sid.upkeep.banks()) != 0;
    DramPowerState state = open ? DramPowerState::kActive : DramPowerState::kPrecharged;
    if (sid.upkeep.power == DramUpkeep::Power::kDown) {
        state = open ? DramPowerState::kActiveDown : DramPowerState::kPrechargedDown;
    } else if (sid.upkeep.power == DramUpkeep::Power::kSelfRefresh) {
        state = DramPowerState::kSelfRefresh;
    }
    counters_.state[static_cast<std::size_t>(state)] += t - sid.settled;
    sid.settled = t;
}

}  // namespace strata::models
