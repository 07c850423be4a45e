// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// When each command of a pseudo channel may come: the timing state of its banks, bank groups and
// SIDs. A command, once issued, raises the earliest times of the commands it holds back; asking
// is then a maximum of three integers. Command buses are not known here. Units: ticks.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/memory/dram/dram_timing.h"

namespace strata::models {

constexpr std::int32_t kMaxDramBanks = 64;  ///< of a pseudo channel: bank sets are 64-bit masks
constexpr DramTicks kDramNever = INT64_MAX / 4;

using DramBankMask = std::uint64_t;

constexpr DramBankMask dram_bit(std::int32_t bank) {
    return DramBankMask{1} << bank;
}

/// Calls `visit(bank)` for every bank of the mask.
template <class Visit>
void for_each_bank(DramBankMask mask, Visit&& visit) {
    for (; mask != 0; mask &= mask - 1) {
        visit(static_cast<std::int32_t>(__builtin_ctzll(mask)));
    }
}

/// Column commands come in two directions; arrays of both are indexed by these.
constexpr std::size_t kDramRead = 0;
constexpr std::size_t kDramWrite = 1;

class DramBankTiming {
   public:
    DramBankTiming(const DramOrganisation& organisation, const DramTiming& timing);

    std::int64_t open_row(std::int32_t bank) const { return at(bank).row; }
    DramBankMask open() const { return open_; }
    std::int32_t group_of(std::int32_t bank) const { return at(bank).group; }
    std::int32_t sid_of(std::int32_t bank) const { return at(bank).sid; }
    DramBankMask sid_mask(std::int32_t sid) const {
        return sids_[static_cast<std::size_t>(sid)].mask;
    }
    /// Time of the bank's last column command or activation.
    DramTicks last_use(std::int32_t bank) const { return at(bank).last_use; }

    DramTicks earliest_column(std::int32_t bank, std::size_t dir) const {
        const Bank& b = at(bank);
        return std::max({b.column[dir], groups_[b.group].column[dir], sids_[b.sid].column[dir]});
    }
    DramTicks earliest_act(std::int32_t bank) const {
        const Bank& b = at(bank);
        return std::max({b.act, groups_[b.group].act, sids_[b.sid].act});
    }
    DramTicks earliest_pre(std::int32_t bank) const { return at(bank).pre; }
    /// PREA of these banks; those that precharge by themselves have to have begun.
    DramTicks earliest_pre_all(DramBankMask mask) const;
    /// REF or RFM of these (closed) banks; `partial`: not of the whole SID.
    DramTicks earliest_refresh(DramBankMask mask, std::int32_t sid, bool partial) const;
    /// The same of a partial one, but for activations of other banks.
    DramTicks earliest_refresh_without_acts(DramBankMask mask, std::int32_t sid) const;
    /// When the SID has nothing in progress any more: PDE; with all rows closed, SRE too.
    DramTicks earliest_down(std::int32_t sid) const;

    void act(DramTicks t, std::int32_t bank, std::int64_t row);
    void pre(DramTicks t, std::int32_t bank);
    void column(DramTicks t, std::int32_t bank, std::size_t dir);
    /// The precharge of RDA or WRA, after column(): the row closes by itself.
    void auto_precharge(DramTicks t, std::int32_t bank, std::size_t dir);
    void refresh(DramTicks t, DramBankMask mask, std::int32_t sid, DramTicks duration,
                 bool partial);
    /// Nothing in this SID before `t`.
    void hold(std::int32_t sid, DramTicks t);

   private:
    struct Bank {
        std::int64_t row = -1;  // -1: closed
        DramTicks act = 0;
        DramTicks pre = 0;
        std::array<DramTicks, 2> column{};
        DramTicks last_use = 0;
        std::uint8_t group = 0;
        std::uint8_t sid = 0;
    };
    struct Group {
        DramTicks act = 0;
        std::array<DramTicks, 2> column{};
    };
    struct Sid {
        DramTicks act = 0;
        std::array<DramTicks, 2> column{};
        DramTicks refresh_after_act = 0;      // partial refreshes, held back by activations
        DramTicks refresh_after_refresh = 0;  // … and by each other
        DramTicks down = 0;
        std::array<DramTicks, 4> recent_acts{};  // ring of the last four, for tFAW
        std::size_t oldest = 0;
        DramBankMask mask = 0;
    };
    // What a column command of one direction does to later ones.
    struct Spacing {
        std::array<DramTicks, 2> group{};  // by the direction of the later command
        std::array<DramTicks, 2> sid{};
        std::array<DramTicks, 2> other_sid{};
        DramTicks pre = 0;
        DramTicks down = 0;
    };

    Bank& at(std::int32_t bank) { return banks_[static_cast<std::size_t>(bank)]; }
    const Bank& at(std::int32_t bank) const { return banks_[static_cast<std::size_t>(bank)]; }
    void close(std::int32_t bank, DramTicks precharged);

    DramTiming timing_;
    std::array<Spacing, 2> spacing_;
    std::vector<Bank> banks_;
    std::vector<Group> groups_;
    std::vector<Sid> sids_;
    DramBankMask open_ = 0;
};

}  // namespace strata::models
