// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_bank_trace.h"

#include <algorithm>

namespace strata::models {

DramBankTrace::DramBankTrace(const DramDevice& device, core::TraceSink& sink,
                             const std::string& path)
    : timing_(device.timing),
      sids_per_pc_(device.organisation.sids),
      banks_per_group_(static_cast<std::size_t>(device.organisation.banks_per_group)) {
    const DramOrganisation& o = device.organisation;
    for (std::int32_t pc = 0; pc < o.pseudo_channels; ++pc) {
        for (std::int32_t sid = 0; sid < o.sids; ++sid) {
            const std::string scope =
                path + ".pc" + std::to_string(pc) + ".sid" + std::to_string(sid);
            Sid& s = sids_.emplace_back();
            s.power = core::trace_enum(&sink, scope, "power", {"up", "power_down", "self_refresh"});
            for (std::int32_t bank = 0; bank < o.banks_per_sid(); ++bank) {
                s.banks.push_back({core::trace_enum(&sink, scope, "bank" + std::to_string(bank),
                                                    {"closed", "open", "refreshing"})});
            }
        }
    }
}

/// The bank named by the record, or where refresh goes by bank number, that of every bank group.
template <class F>
void DramBankTrace::for_banks_of(const DramCommandRecord& record, Sid& sid, F f) {
    const bool everywhere = timing_.partial_refresh == DramPartialRefresh::kSameBank;
    const auto number = static_cast<std::size_t>(record.bank);
    const auto first = static_cast<std::size_t>(record.bg) * banks_per_group_;
    if (!everywhere) {
        f(sid.banks[first + number]);
        return;
    }
    for (std::size_t bank = number; bank < sid.banks.size(); bank += banks_per_group_) {
        f(sid.banks[bank]);
    }
}

void DramBankTrace::refresh(const Bank& bank, DramTicks t, DramTicks duration) const {
    set(bank, t, kRefreshing);
    set(bank, t + duration, kClosed);
}

void DramBankTrace::auto_precharge(const Bank& bank, DramTicks earliest) const {
    set(bank, std::max(earliest, bank.activated + timing_.ras), kClosed);
}

void DramBankTrace::command(const DramCommandRecord& r) {
    Sid& sid = sids_[static_cast<std::size_t>(r.pc * sids_per_pc_ + r.sid)];
    Bank& bank = sid.banks[static_cast<std::size_t>(r.bg) * banks_per_group_ +
                           static_cast<std::size_t>(r.bank)];
    const auto power = [&](Power state) { sid.power.set(timing_.to_ps(r.time), state); };
    switch (r.command) {
        case DramCommand::kAct:
            bank.activated = r.time;
            set(bank, r.time, kOpen);
            break;
        case DramCommand::kPre:
            set(bank, r.time, kClosed);
            break;
        case DramCommand::kPrea:
            for (const Bank& b : sid.banks) {
                set(b, r.time, kClosed);
            }
            break;
        case DramCommand::kRda:
            auto_precharge(bank, r.time + timing_.rtp);
            break;
        case DramCommand::kWra:
            auto_precharge(bank, r.time + timing_.cwl + timing_.bl + timing_.wr);
            break;
        case DramCommand::kRefab:
            for (const Bank& b : sid.banks) {
                refresh(b, r.time, timing_.rfc_ab);
            }
            break;
        case DramCommand::kRefpb:
            for_banks_of(r, sid, [&](const Bank& b) { refresh(b, r.time, timing_.rfc_pb); });
            break;
        case DramCommand::kRfm:
            for_banks_of(r, sid, [&](const Bank& b) { refresh(b, r.time, timing_.rfm); });
            break;
        case DramCommand::kPde:
            power(kDown);
            break;
        case DramCommand::kSre:
            power(kSelfRefresh);
            break;
        case DramCommand::kPdx:
        case DramCommand::kSrx:
            power(kUp);
            break;
        case DramCommand::kRd:
        case DramCommand::kWr:
            break;
    }
}

}  // namespace strata::models
