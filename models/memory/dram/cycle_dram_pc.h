// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One pseudo channel: chooses its next row command and its next column command (scheduling, page
// and power policy, upkeep) and issues them. Which of several pseudo channels gets the shared
// command bus is the controller's business (cycle_dram.h). Units: ticks.

#include <array>
#include <cstdint>
#include <vector>

#include "models/memory/dram/cycle_dram_queue.h"
#include "models/memory/dram/cycle_dram_timing.h"
#include "models/memory/dram/cycle_dram_upkeep.h"
#include "models/memory/dram/dram_timing.h"

namespace strata::models {

/// A command and the earliest time it may come.
struct DramCandidate {
    DramTicks time = kDramNever;
    std::uint64_t order = UINT64_MAX;  ///< among equal times the smaller goes first
    DramCommand command = DramCommand::kAct;
    std::int32_t sid = 0;
    std::int32_t bank = -1;
    std::int32_t burst = DramBurstQueue::kNone;  ///< for which it is issued
    bool upkeep = false;                         ///< demanded by refresh, not by a burst
};

/// States of a SID for background energy.
enum class DramPowerState : std::uint8_t {
    kActive,
    kPrecharged,
    kActiveDown,
    kPrechargedDown,
    kSelfRefresh,
};
constexpr int kDramPowerStates = 5;

struct DramRowCounts {
    std::int64_t hits = 0;
    std::int64_t misses = 0;
    std::int64_t conflicts = 0;
};

/// What a channel counts. Times in ticks; the four parts of a burst's latency add up to it.
struct DramCounters {
    std::array<std::int64_t, kDramCommands> commands{};
    std::array<std::int64_t, 2> bursts{};   ///< by direction, forwarded reads not counted
    std::array<std::int64_t, 2> latency{};  ///< sum over bursts, queue entry → end of data
    std::int64_t forwarded = 0;
    std::int64_t merged = 0;        ///< bursts read because a write covers them only partly (ECC)
    std::int64_t queue_time = 0;    ///< waiting for turn
    std::int64_t bank_time = 0;     ///< opening the row
    std::int64_t bus_time = 0;      ///< column command → end of data
    std::int64_t refresh_time = 0;  ///< waiting for a refresh of the SID
    std::array<std::int64_t, kDramPowerStates> state{};  ///< summed over SIDs
    std::vector<DramRowCounts> banks;                    ///< by flat bank index of the channel

    std::int64_t count(DramCommand command) const {
        return commands[static_cast<std::size_t>(command)];
    }
    DramRowCounts rows() const;
};

/// A burst that has got its column command.
struct DramServed {
    std::int32_t request;  ///< -1: none is further on, the write of this place follows
    std::uint8_t dir;
    DramTicks begin;    ///< of the first command for it
    DramTicks bank;     ///< part of its wait: opening the row
    DramTicks refresh;  ///< … refreshes in the way
};

class DramPseudoChannel {
   public:
    DramPseudoChannel(const DramDevice& device, std::int32_t index, DramCounters& counters);

    const DramBurstQueue& queue() const { return queue_; }
    std::int32_t flat_bank(const DramPlace& place) const {
        return (place.sid * groups_ + place.bg) * banks_per_group_ + place.bank;
    }
    void add(const DramBurst& burst);
    /// A write that has to read its burst first, in a place of either queue.
    void add_merge(DramBurst burst);

    /// Chooses anew if something has changed since the last time; nothing comes before `floor`,
    /// nor before its bus is free.
    void plan(DramTicks floor, DramTicks row_bus, DramTicks column_bus);
    const DramCandidate& row() const { return row_; }
    const DramCandidate& column() const { return column_; }

    /// When upkeep has to be looked at next.
    DramTicks upkeep_due() const { return upkeep_due_; }
    /// `skip_to`: refreshes before it may be accounted for in one step.
    void look_after(DramTicks t, DramTicks skip_to);

    /// Issues the chosen command at `t`.
    void issue_row(DramTicks t, DramCommandSink* sink);
    DramServed issue_column(DramTicks t, DramCommandSink* sink);

    void set_refresh_rate(std::int32_t rate);
    /// Accounts for the time in power states up to `t`.
    void settle(DramTicks t);
    DramTicks refresh_time(std::int32_t sid) const {
        return sids_[static_cast<std::size_t>(sid)].refresh_time;
    }

   private:
    struct Sid {
        DramUpkeep upkeep;
        DramTicks settled = 0;
        DramTicks refresh_time = 0;  // blocked by refreshes so far
    };

    struct Directions {  // that are served now
        std::size_t first;
        std::size_t last;
    };

    void choose_direction();
    void plan_upkeep(DramTicks floor);
    void plan_pending(const DramUpkeep& upkeep, std::int32_t sid, DramTicks floor);
    void plan_power(const DramUpkeep& upkeep, std::int32_t sid, DramTicks floor);
    void plan_demand(Directions dirs, DramTicks row, DramTicks column, bool starved);
    void plan_oldest(DramTicks row, DramTicks column);
    void plan_idle_rows(DramTicks floor);
    bool must_make_room(std::int32_t bank, Directions dirs) const;
    void consider_row(DramTicks t, const DramCandidate& candidate);
    void consider_column(DramTicks t, DramCommand command, std::int32_t bank, std::int32_t burst,
                         std::uint64_t order);

    void activate(DramTicks t);
    void precharge(DramTicks t);
    void finish_upkeep(DramTicks t, Sid& sid);
    void change_power(DramTicks t, Sid& sid);
    void record(DramTicks t, const DramCandidate& candidate, DramCommand command, std::int64_t row,
                std::int32_t column, DramCommandSink* sink);
    DramServed account(const DramBurst& burst, DramTicks t);
    void write_back(DramBurst burst, DramTicks t);
    bool closes_behind(std::int32_t bank) const;
    bool idle(const Sid& sid) const { return (queue_.busy() & sid.upkeep.banks()) == 0; }
    void decide(DramTicks t, Sid& sid);
    void update_due();
    void settle(Sid& sid, DramTicks t);

    DramPolicy policy_;
    DramTiming timing_;
    std::int32_t index_;
    std::int32_t groups_;
    std::int32_t banks_per_group_;
    DramBurstQueue queue_;
    DramBankTiming banks_;
    std::vector<Sid> sids_;
    DramCounters& counters_;
    std::vector<std::int32_t> streak_;  // row hits since the activation, by bank
    DramBankMask displaced_ = 0;        // closed for a burst of another row
    DramBankMask blocked_ = 0;          // by upkeep or power-down
    DramBankMask no_act_ = 0;
    bool draining_ = false;  // writes are served
    bool dirty_ = true;
    bool quiet_ = false;  // upkeep has nothing to do now
    DramCandidate row_;
    DramCandidate column_;
    DramTicks upkeep_due_ = 0;
};

}  // namespace strata::models
