// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The upkeep of one SID (stack ID or rank): which refresh or refresh management it owes, and
// whether it is powered down. Decides what is due; the pseudo channel issues the commands.
//
// A refresh that is due is done at once when its banks have nothing queued; else it is owed, up to
// the limit of postponed ones, from which on it takes precedence over requests. While nothing is
// queued refreshes may also be done ahead (pull-in). Per-bank refreshes take the banks of a round
// in the order of least work, each once; the limits of postponing count in rounds. At a rate at
// which per-bank refreshes cannot keep up (tRREFD_PB), all-bank refreshes take their place until it
// falls. Units: ticks.

#include <cstdint>
#include <vector>

#include "models/memory/dram/cycle_dram_queue.h"
#include "models/memory/dram/cycle_dram_timing.h"

namespace strata::models {

class DramUpkeep {
   public:
    enum class Power : std::uint8_t { kUp, kDown, kSelfRefresh };

    DramUpkeep(const DramDevice& device, std::int32_t sid, DramBankMask banks);

    // What the pseudo channel has to do now.
    bool pending() const { return mask_ != 0; }
    DramBankMask mask() const { return mask_; }  ///< banks that take no other commands
    DramCommand command() const { return command_; }
    bool whole() const { return mask_ == banks_; }
    DramTicks since() const { return since_; }
    DramBankMask banks() const { return banks_; }
    /// Banks whose next activation has to wait for refresh management.
    DramBankMask no_act() const { return no_act_; }
    bool owes() const { return owed_ > 0; }

    /// When something falls due: a refresh or, while idle, one that may be done ahead.
    DramTicks due(bool idle) const;
    /// Takes note of the refresh that fell due at `t`, if any.
    void fall_due(DramTicks t);
    /// Refreshes that fall due before `limit` and are done at once, all rows being closed and
    /// nothing queued: in one step, but for the last. Returns how many.
    std::int64_t skip(DramTicks limit);
    /// Decides at `t` whether to start a refresh or refresh management.
    void decide(DramTicks t, const DramBurstQueue& queue, const DramBankTiming& timing);
    /// What was pending has been issued.
    void done();

    void count_act(std::int32_t bank);
    /// Normal refresh interval divided by this, from the next due time on.
    void set_rate(std::int32_t rate) { rate_ = rate; }
    /// What skip() counts.
    DramCommand refresh_command() const {
        return partial_ ? DramCommand::kRefpb : DramCommand::kRefab;
    }
    /// After self-refresh, which refreshes by itself.
    void restart(DramTicks t) {
        due_ = t + next_interval();
        owed_ = 0;
    }

    Power power = Power::kUp;
    DramTicks power_since = 0;
    DramTicks idle_since = 0;  ///< last column command

   private:
    DramTicks next_interval(std::int64_t refreshes = 1);
    void choose_kind();
    void set_kind(bool partial);
    DramBankMask set_of(std::int32_t index) const;
    DramBankMask same_bank(std::int32_t index) const;
    bool may_pull_in() const { return owed_ > -pull_in_ && power == Power::kUp && !pending(); }
    bool start_refresh(DramTicks t, const DramBurstQueue& queue, const DramBankTiming& timing,
                       bool forced);
    bool start_rfm(DramTicks t, DramBankMask candidates);
    void start(DramTicks t, DramCommand command, DramBankMask mask);
    std::int32_t& raa(std::int32_t bank) {
        return raa_[static_cast<std::size_t>(bank - first_bank_)];
    }

    DramTiming timing_;
    DramBankMask banks_;  // of this SID
    std::int32_t first_bank_;
    std::int32_t banks_per_group_;
    bool refreshes_;  // at all
    bool per_bank_;   // where the rate allows it
    bool rfm_;
    bool partial_ = false;   // the kind of refresh now
    std::int32_t sets_ = 1;  // refreshes of a round
    std::int64_t postpone_rounds_;
    std::int64_t pull_in_rounds_;
    std::int64_t postpone_ = 0;
    std::int64_t pull_in_ = 0;
    DramTicks patience_;  // idle time before a refresh is done ahead
    std::int32_t rate_ = 1;

    DramTicks due_ = kDramNever;
    std::int64_t remainder_ = 0;  // of the last interval, in parts of a tick
    std::int64_t owed_ = 0;       // negative: done ahead
    std::uint64_t round_ = 0;     // sets still to be refreshed in this round
    DramBankMask mask_ = 0;
    DramCommand command_ = DramCommand::kRefab;
    DramTicks since_ = 0;
    std::vector<std::int32_t> raa_;  // activations by bank, less what refreshes took off
    DramBankMask rfm_due_ = 0;
    DramBankMask no_act_ = 0;
};

}  // namespace strata::models
