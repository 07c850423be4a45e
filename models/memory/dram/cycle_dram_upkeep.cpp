// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/cycle_dram_upkeep.h"

namespace strata::models {

DramUpkeep::DramUpkeep(const DramDevice& device, std::int32_t sid, DramBankMask banks)
    : timing_(device.timing),
      banks_(banks),
      first_bank_(sid * device.organisation.banks_per_sid()),
      banks_per_group_(device.organisation.banks_per_group),
      partial_(device.policy.refresh == DramRefreshMode::kPerBank),
      rfm_(device.policy.rfm && device.timing.raa_imt > 0),
      patience_(device.timing.rfc_ab),
      raa_(static_cast<std::size_t>(device.organisation.banks_per_sid())) {
    if (partial_) {
        sets_ = timing_.partial_refresh == DramPartialRefresh::kSameBank
                    ? banks_per_group_
                    : device.organisation.banks_per_sid();
    }
    interval_ = partial_ ? timing_.refi_pb : timing_.refi;
    if (device.policy.refresh == DramRefreshMode::kNone || interval_ == 0) {
        interval_ = kDramNever;
    }
    due_ = interval_;
    postpone_ = std::int64_t{device.policy.refresh_postpone} * sets_;
    pull_in_ = interval_ == kDramNever ? 0 : std::int64_t{device.policy.refresh_pull_in} * sets_;
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
        due_ += interval();
    }
}

std::int64_t DramUpkeep::skip(DramTicks limit) {
    if (interval_ == kDramNever || partial_ || pending() || owed_ != 0 || power != Power::kUp ||
        pull_in_ != 0 || no_act_ != 0 || rfm_due_ != 0) {
        return 0;
    }
    const std::int64_t skipped = (limit - due_) / interval() - 1;
    if (skipped <= 0) {
        return 0;
    }
    due_ += skipped * interval();
    std::fill(raa_.begin(), raa_.end(), 0);
    return skipped;
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
    if (owed_ > postpone_ && start_refresh(t, queue, true)) {
        return;
    }
    if ((owed_ > 0 || pull_in) && start_refresh(t, queue, false)) {
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
    return same_banks(index);
}

/// A bank of that number in every bank group.
DramBankMask DramUpkeep::same_banks(std::int32_t index) const {
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

/// Takes the set of banks with the least work; unless forced only one with none.
bool DramUpkeep::start_refresh(DramTicks t, const DramBurstQueue& queue, bool forced) {
    if (round_ == 0) {
        round_ = sets_ == kMaxDramBanks ? ~std::uint64_t{0} : (std::uint64_t{1} << sets_) - 1;
    }
    std::int32_t best = -1;
    std::int32_t least = INT32_MAX;
    for_each_bank(round_, [&](std::int32_t set) {
        std::int32_t work = 0;
        for_each_bank(set_of(set), [&](std::int32_t bank) { work += queue.bursts_of(bank); });
        if (work < least) {
            least = work;
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
        mask = same_banks(bank % banks_per_group_);
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
