// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/cycle_dram_timing.h"

#include "core/diagnostics.h"

namespace strata::models {

namespace {

void raise(DramTicks& value, DramTicks to) {
    value = std::max(value, to);
}

}  // namespace

DramBankTiming::DramBankTiming(const DramOrganisation& organisation, const DramTiming& timing)
    : timing_(timing),
      banks_(static_cast<std::size_t>(organisation.sids * organisation.banks_per_sid())),
      groups_(static_cast<std::size_t>(organisation.sids * organisation.bank_groups)),
      sids_(static_cast<std::size_t>(organisation.sids)) {
    if (banks_.empty() || banks_.size() > kMaxDramBanks) {
        throw core::ModelError("a pseudo channel has 1 to 64 banks, got " +
                               std::to_string(banks_.size()));
    }
    for (std::size_t i = 0; i < banks_.size(); ++i) {
        const auto per_group = static_cast<std::size_t>(organisation.banks_per_group);
        const auto per_sid = static_cast<std::size_t>(organisation.banks_per_sid());
        banks_[i].group = static_cast<std::uint8_t>(i / per_group);
        banks_[i].sid = static_cast<std::uint8_t>(i / per_sid);
        sids_[i / per_sid].mask |= dram_bit(static_cast<std::int32_t>(i));
    }
    for (Sid& sid : sids_) {
        sid.recent_acts.fill(-timing.faw);
    }
    const DramTiming& t = timing_;
    const DramTicks written = t.cwl + t.bl;
    const DramTicks ccd_l_wr = t.ccd_l_wr != 0 ? t.ccd_l_wr : t.ccd_l;
    spacing_[kDramRead] = {
        {t.ccd_l, t.rtw}, {t.ccd_s, t.rtw}, {t.ccd_r, t.rtw_r}, t.rtp, t.cl + t.bl};
    spacing_[kDramWrite] = {{written + t.wtr_l, ccd_l_wr},
                            {written + t.wtr_s, t.ccd_s},
                            {t.wtr_r, t.ccd_r},
                            written + t.wr,
                            written + t.wr};
}

DramTicks DramBankTiming::earliest_pre_all(DramBankMask mask) const {
    DramTicks t = 0;
    for_each_bank(mask, [&](std::int32_t bank) { raise(t, at(bank).pre); });
    return t;
}

DramTicks DramBankTiming::earliest_refresh(DramBankMask mask, std::int32_t sid,
                                           bool partial) const {
    DramTicks t = 0;
    if (partial) {
        const Sid& s = sids_[static_cast<std::size_t>(sid)];
        t = std::max(s.refresh_after_act, s.refresh_after_refresh);
    }
    for_each_bank(mask, [&](std::int32_t bank) { raise(t, at(bank).act); });
    return t;
}

DramTicks DramBankTiming::earliest_refresh_without_acts(DramBankMask mask, std::int32_t sid) const {
    return std::max(earliest_refresh(mask, sid, false),
                    sids_[static_cast<std::size_t>(sid)].refresh_after_refresh);
}

DramTicks DramBankTiming::earliest_down(std::int32_t sid) const {
    return sids_[static_cast<std::size_t>(sid)].down;
}

void DramBankTiming::act(DramTicks t, std::int32_t bank, std::int64_t row) {
    Bank& b = at(bank);
    Group& group = groups_[b.group];
    Sid& sid = sids_[b.sid];
    b.row = row;
    b.last_use = t;
    open_ |= dram_bit(bank);
    b.column = {t + timing_.rcd_rd, t + timing_.rcd_wr};
    b.pre = t + timing_.ras;
    b.act = t + timing_.rc;
    raise(group.act, t + timing_.rrd_l);
    sid.recent_acts[sid.oldest] = t;
    sid.oldest = (sid.oldest + 1) % sid.recent_acts.size();
    raise(sid.act, std::max(t + timing_.rrd_s, sid.recent_acts[sid.oldest] + timing_.faw));
    raise(sid.refresh_after_act, t + timing_.rrefd);
    raise(sid.down, t + timing_.act_pd);
    for (std::size_t other = 0; other < sids_.size(); ++other) {
        if (other != b.sid) {
            raise(sids_[other].act, t + timing_.rrd_r);
        }
    }
}

void DramBankTiming::pre(DramTicks t, std::int32_t bank) {
    raise(sids_[at(bank).sid].down, t + timing_.act_pd);
    close(bank, t);
}

void DramBankTiming::close(std::int32_t bank, DramTicks precharged) {
    Bank& b = at(bank);
    b.row = -1;
    open_ &= ~dram_bit(bank);
    raise(b.act, precharged + timing_.rp);
}

void DramBankTiming::column(DramTicks t, std::int32_t bank, std::size_t dir) {
    Bank& b = at(bank);
    Group& group = groups_[b.group];
    Sid& sid = sids_[b.sid];
    const Spacing& spacing = spacing_[dir];
    b.last_use = t;
    raise(b.pre, t + spacing.pre);
    raise(sid.down, t + spacing.down);
    for (std::size_t later : {kDramRead, kDramWrite}) {
        raise(group.column[later], t + spacing.group[later]);
        raise(sid.column[later], t + spacing.sid[later]);
    }
    for (std::size_t other = 0; other < sids_.size(); ++other) {
        if (other != b.sid) {
            raise(sids_[other].column[kDramRead], t + spacing.other_sid[kDramRead]);
            raise(sids_[other].column[kDramWrite], t + spacing.other_sid[kDramWrite]);
        }
    }
}

void DramBankTiming::auto_precharge(DramTicks t, std::int32_t bank, std::size_t dir) {
    close(bank, std::max(at(bank).pre, t + spacing_[dir].pre));
}

void DramBankTiming::refresh(DramTicks t, DramBankMask mask, std::int32_t sid, DramTicks duration,
                             bool partial) {
    for_each_bank(mask, [&](std::int32_t bank) { raise(at(bank).act, t + duration); });
    Sid& s = sids_[static_cast<std::size_t>(sid)];
    raise(s.down, t + timing_.act_pd);
    if (partial) {
        raise(s.act, t + timing_.rrefd);
        raise(s.refresh_after_refresh, t + timing_.rrefd_pb);
    }
}

void DramBankTiming::hold(std::int32_t sid, DramTicks t) {
    Sid& s = sids_[static_cast<std::size_t>(sid)];
    raise(s.act, t);
    raise(s.column[kDramRead], t);
    raise(s.column[kDramWrite], t);
    raise(s.refresh_after_refresh, t);
    raise(s.down, t);
    for_each_bank(s.mask, [&](std::int32_t bank) {
        raise(at(bank).pre, t);
        raise(at(bank).act, t);
    });
}

}  // namespace strata::models
