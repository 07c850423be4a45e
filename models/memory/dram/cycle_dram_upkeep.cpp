// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/cycle_dram_upkeep.h"

namespace strata::models {

DramUpkeep::DramUpkeep(const DramDevice& device, std::int32_t sid, DramBankMask banks)
    : timing_(device.timing),
      banks_(banks),
      first_bank_(sid * device.organisation.banks_per_sid()),
      banks_per_group_(device.organisation.banks_per_group),
      refreshes_(device.policy.refresh != DramRefreshMode::kNone && device.timing.refi > 0),
      per_bank_(device.policy.refresh == DramRefreshMode::kPerBank),
      rfm_(device.policy.rfm && device.timing.raa_imt > 0),
      postpone_rounds_(device.policy.refresh_postpone),
      pull_in_rounds_(device.policy.refresh_pull_in),
      patience_(device.timing.rfc_ab),
      raa_(static_cast<std::size_t>(device.organisation.banks_per_sid())) {
    set_kind(per_bank_);
    if (refreshes_) {
        due_ = next_interval();
    }
}

/// From a due time to that of the `refreshes`-th after it; what division leaves goes to the next.
DramTicks DramUpkeep::next_interval(std::int64_t refreshes) {
    const std::int64_t parts = std::int64_t{sets_} * rate_;
    const std::int64_t total = remainder_ + refreshes * timing_.refi;
    remainder_ = total % parts;
    return total / parts;
}

/// Settings that follow from the kind of refresh.
void DramUpkeep::set_kind(bool partial) {
    partial_ = partial;
    sets_ = 1;
    if (partial_) {
        sets_ = timing_.partial_refresh == DramPartialRefresh::kSameBank
                    ? banks_per_group_
                    : static_cast<std::int32_t>(raa_.size());
    }
    round_ = 0;
    postpone_ = postpone_rounds_ * sets_;
    pull_in_ = refreshes_ ? pull_in_rounds_ * sets_ : 0;
}

/// Per-bank refreshes, if they can keep up with the rate. What is owed is kept, in rounds; a round
/// that was begun starts anew.
void DramUpkeep::choose_kind() {
    const bool partial = per_bank_ && timing_.refi_pb / rate_ > timing_.rrefd_pb;
    if (partial == partial_ || pending()) {
        return;
    }
    const std::int64_t rounds = owed_ > 0 ? (owed_ + sets_ - 1) / sets_ : owed_ / sets_;
    set_kind(partial);
    owed_ = rounds * sets_;
}

DramTicks DramUpkeep::due(bool idle) const {
    if (power == Power::kSelfRefresh) {
        return kDramNever;
    }
    return idle && may_pull_in() ? std::min(due_, idle_since + patience_) : due_;
}

void DramUpkeep::fall_due(DramTicks t) {
    if (t >= due_) {
        ++owed_;
        choose_kind();
        due_ += next_interval();
    }
}

std::int64_t DramUpkeep::skip(DramTicks limit) {
    if (!refreshes_ || round_ != 0 || pending() || owed_ != 0 || power != Power::kUp ||
        pull_in_ != 0 || no_act_ != 0 || rfm_due_ != 0) {
        return 0;
    }
    choose_kind();
    // Whole rounds; one more stays, so that the state of the banks is what it would have been.
    const std::int64_t rounds = (limit - due_) * rate_ / timing_.refi - 1;
    if (rounds <= 0) {
        return 0;
    }
    due_ += next_interval(rounds * sets_);
    std::fill(raa_.begin(), raa_.end(), 0);
    return rounds * sets_;
}

void DramUpkeep::decide(DramTicks t, const DramBurstQueue& queue, const DramBankTiming& timing) {
    if (pending() || power != Power::kUp) {
        return;
    }
    const DramBankMask closed = ~timing.open();
    const bool idle = (queue.busy() & banks_) == 0;
    const bool pull_in = idle && may_pull_in() && t >= idle_since + patience_;
    if (start_rfm(t, no_act_ & closed)) {
        return;  // first, or banks that have to wait for it might wait for good
    }
    if (owed_ > postpone_ && start_refresh(t, queue, timing, true)) {
        return;
    }
    if ((owed_ > 0 || pull_in) && start_refresh(t, queue, timing, false)) {
        return;
    }
    start_rfm(t, rfm_due_ & closed & ~queue.busy());
}

DramBankMask DramUpkeep::set_of(std::int32_t index) const {
    if (!partial_) {
        return banks_;
    }
    if (timing_.partial_refresh != DramPartialRefresh::kSameBank) {
        return dram_bit(first_bank_ + index);
    }
    return same_bank(index);
}

/// The banks of one number in all bank groups.
DramBankMask DramUpkeep::same_bank(std::int32_t index) const {
    DramBankMask mask = 0;
    for (std::int32_t bank = index % banks_per_group_;
         bank < static_cast<std::int32_t>(raa_.size()); bank += banks_per_group_) {
        mask |= dram_bit(first_bank_ + bank);
    }
    return mask;
}

/// Takes the set of banks with the least work, among equals the one used last: a stream has just
/// left it. Unless forced only one with no work.
bool DramUpkeep::start_refresh(DramTicks t, const DramBurstQueue& queue,
                               const DramBankTiming& timing, bool forced) {
    if (round_ == 0) {
        round_ = sets_ == kMaxDramBanks ? ~std::uint64_t{0} : (std::uint64_t{1} << sets_) - 1;
    }
    std::int32_t best = -1;
    std::int32_t least = INT32_MAX;
    DramTicks latest = -1;
    for_each_bank(round_, [&](std::int32_t set) {
        std::int32_t work = 0;
        DramTicks used = 0;
        for_each_bank(set_of(set), [&](std::int32_t bank) {
            work += queue.bursts_of(bank);
            used = std::max(used, timing.last_use(bank));
        });
        if (work < least || (work == least && used > latest)) {
            least = work;
            latest = used;
            best = set;
        }
    });
    if (!forced && least > 0) {
        return false;
    }
    round_ &= ~(std::uint64_t{1} << best);
    start(t, partial_ ? DramCommand::kRefpb : DramCommand::kRefab, set_of(best));
    return true;
}

bool DramUpkeep::start_rfm(DramTicks t, DramBankMask candidates) {
    if (candidates == 0) {
        return false;
    }
    DramBankMask mask = candidates & (~candidates + 1);
    if (timing_.partial_refresh == DramPartialRefresh::kSameBank) {
        const std::int32_t bank = __builtin_ctzll(mask) - first_bank_;
        mask = same_bank(bank % banks_per_group_);
    }
    start(t, DramCommand::kRfm, mask);
    return true;
}

void DramUpkeep::start(DramTicks t, DramCommand command, DramBankMask mask) {
    command_ = command;
    mask_ = mask;
    since_ = t;
}

void DramUpkeep::done() {
    const bool rfm = command_ == DramCommand::kRfm;
    const std::int32_t relief = rfm ? timing_.raa_imt : timing_.raa_ref;
    for_each_bank(mask_, [&](std::int32_t bank) {
        std::int32_t& count = raa(bank);
        count = std::max(0, count - relief);
        if (count < timing_.raa_imt) {
            rfm_due_ &= ~dram_bit(bank);
        }
        if (count < timing_.raa_mmt) {
            no_act_ &= ~dram_bit(bank);
        }
    });
    owed_ -= rfm ? 0 : 1;
    mask_ = 0;
}

void DramUpkeep::count_act(std::int32_t bank) {
    if (!rfm_) {
        return;
    }
    const std::int32_t count = ++raa(bank);
    if (count >= timing_.raa_imt) {
        rfm_due_ |= dram_bit(bank);
    }
    if (count >= timing_.raa_mmt) {
        no_act_ |= dram_bit(bank);
    }
}

}  // namespace strata::models
