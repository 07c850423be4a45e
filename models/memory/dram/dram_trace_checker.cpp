// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_trace_checker.h"

#include <fmt/format.h>

#include <algorithm>

namespace strata::models {

namespace {

using C = DramCommand;

constexpr DramTicks kLongAgo = INT64_MIN / 4;
constexpr std::size_t kSorted = std::size_t{1} << 18;  // commands held back for sorting

std::size_t index(DramCommand command) {
    return static_cast<std::size_t>(command);
}
std::size_t at(std::int32_t value) {
    return static_cast<std::size_t>(value);
}

bool is_read(DramCommand c) {
    return c == C::kRd || c == C::kRda;
}
bool is_column(DramCommand c) {
    return is_read(c) || c == C::kWr || c == C::kWra;
}
bool names_bank(DramCommand c) {
    return is_column(c) || c == C::kAct || c == C::kPre || c == C::kRefpb || c == C::kRfm;
}

}  // namespace

DramTraceChecker::DramTraceChecker(const DramDevice& device, std::size_t messages)
    : device_(device), max_messages_(messages) {
    const DramOrganisation& o = device_.organisation;
    Times never;
    never.fill(kLongAgo);
    Bank bank;
    bank.last = never;
    Sid sid;
    sid.last = never;
    sid.activates.fill(kLongAgo);
    banks_.assign(at(o.banks()), bank);
    sids_.assign(at(o.pseudo_channels * o.sids), sid);
    groups_.assign(sids_.size() * at(o.bank_groups), never);
    read_data_.assign(at(o.pseudo_channels), {kLongAgo, kLongAgo});
    write_data_ = read_data_;
    row_bus_ = column_bus_ = {kLongAgo, kLongAgo};
    build_rules();
}

void DramTraceChecker::rule(std::initializer_list<DramCommand> first,
                            std::initializer_list<DramCommand> second, Scope scope, DramTicks ticks,
                            const char* name) {
    if (ticks <= 0) {
        return;
    }
    for (const DramCommand a : first) {
        for (const DramCommand b : second) {
            rules_[index(b)].push_back({a, scope, ticks, name});
        }
    }
}

void DramTraceChecker::build_rules() {
    row_rules();
    column_rules();
    refresh_rules();
    power_rules();
}

void DramTraceChecker::row_rules() {
    const DramTiming& t = device_.timing;
    const DramTicks write_end = t.cwl + t.bl + t.wr;
    rule({C::kAct}, {C::kAct}, Scope::kBank, t.rc, "tRC");
    rule({C::kAct}, {C::kPre}, Scope::kBank, t.ras, "tRAS");
    rule({C::kAct}, {C::kPrea}, Scope::kSid, t.ras, "tRAS");
    rule({C::kAct}, {C::kRd, C::kRda}, Scope::kBank, t.rcd_rd, "tRCD");
    rule({C::kAct}, {C::kWr, C::kWra}, Scope::kBank, t.rcd_wr, "tRCDWR");
    rule({C::kPre}, {C::kAct}, Scope::kBank, t.rp, "tRP");
    rule({C::kPrea}, {C::kAct}, Scope::kSid, t.rp, "tRP");
    rule({C::kRd}, {C::kPre}, Scope::kBank, t.rtp, "tRTP");
    rule({C::kRd}, {C::kPrea}, Scope::kSid, t.rtp, "tRTP");
    rule({C::kWr}, {C::kPre}, Scope::kBank, write_end, "tWR");
    rule({C::kWr}, {C::kPrea}, Scope::kSid, write_end, "tWR");
    rule({C::kRda}, {C::kAct}, Scope::kBank, t.rtp + t.rp, "tRTP + tRP");
    rule({C::kWra}, {C::kAct}, Scope::kBank, write_end + t.rp, "tWR + tRP");
    rule({C::kAct}, {C::kAct}, Scope::kSid, t.rrd_s, "tRRD_S");
    rule({C::kAct}, {C::kAct}, Scope::kGroup, t.rrd_l, "tRRD_L");
    rule({C::kAct}, {C::kAct}, Scope::kOtherSid, t.rrd_r, "tRRD_R");
}

void DramTraceChecker::column_rules() {
    const DramTiming& t = device_.timing;
    const DramTicks write_data = t.cwl + t.bl;
    rule({C::kRd, C::kRda}, {C::kRd, C::kRda}, Scope::kSid, t.ccd_s, "tCCD_S");
    rule({C::kRd, C::kRda}, {C::kRd, C::kRda}, Scope::kGroup, t.ccd_l, "tCCD_L");
    rule({C::kRd, C::kRda}, {C::kRd, C::kRda}, Scope::kOtherSid, t.ccd_r, "tCCD_R");
    rule({C::kWr, C::kWra}, {C::kWr, C::kWra}, Scope::kSid, t.ccd_s, "tCCD_S");
    rule({C::kWr, C::kWra}, {C::kWr, C::kWra}, Scope::kGroup, t.ccd_l_wr, "tCCD_L_WR");
    rule({C::kWr, C::kWra}, {C::kWr, C::kWra}, Scope::kOtherSid, t.ccd_r, "tCCD_R");
    rule({C::kRd, C::kRda}, {C::kWr, C::kWra}, Scope::kSid, t.rtw, "tRTW");
    rule({C::kRd, C::kRda}, {C::kWr, C::kWra}, Scope::kOtherSid, t.rtw_r, "tRTW_R");
    rule({C::kWr, C::kWra}, {C::kRd, C::kRda}, Scope::kSid, write_data + t.wtr_s, "tWTR_S");
    rule({C::kWr, C::kWra}, {C::kRd, C::kRda}, Scope::kGroup, write_data + t.wtr_l, "tWTR_L");
    rule({C::kWr, C::kWra}, {C::kRd, C::kRda}, Scope::kOtherSid, t.wtr_r, "tWTR_R");
}

void DramTraceChecker::refresh_rules() {
    const DramTiming& t = device_.timing;
    const DramTicks write_end = t.cwl + t.bl + t.wr;
    // A refresh of one bank waits for that bank, one of all banks for all of them.
    for (const auto& [scope, refresh] : {std::pair{Scope::kBank, C::kRefpb},
                                         {Scope::kBank, C::kRfm},
                                         {Scope::kSid, C::kRefab},
                                         {Scope::kSid, C::kSre}}) {
        rule({C::kAct}, {refresh}, scope, t.rc, "tRC");
        rule({C::kPre}, {refresh}, scope, t.rp, "tRP");
        rule({C::kPrea}, {refresh}, Scope::kSid, t.rp, "tRP");
        rule({C::kRda}, {refresh}, scope, t.rtp + t.rp, "tRTP + tRP");
        rule({C::kWra}, {refresh}, scope, write_end + t.rp, "tWR + tRP");
        rule({C::kRefab}, {refresh}, Scope::kSid, t.rfc_ab, "tRFCab");
        rule({C::kRefpb}, {refresh}, scope, t.rfc_pb, "tRFCpb");
        rule({C::kRfm}, {refresh}, scope, t.rfm, "tRFM");
    }
    rule({C::kRefab}, {C::kAct}, Scope::kSid, t.rfc_ab, "tRFCab");
    rule({C::kRefpb}, {C::kAct}, Scope::kBank, t.rfc_pb, "tRFCpb");
    rule({C::kRfm}, {C::kAct}, Scope::kBank, t.rfm, "tRFM");
    rule({C::kRefpb}, {C::kAct}, Scope::kSid, t.rrefd, "tRREFD");
    rule({C::kRefpb}, {C::kRefpb}, Scope::kSid, t.rrefd_pb, "tRREFD_PB");
    rule({C::kAct}, {C::kRefpb}, Scope::kSid, t.rrefd, "tRREFD");
}

void DramTraceChecker::power_rules() {
    const DramTiming& t = device_.timing;
    const DramTicks write_end = t.cwl + t.bl + t.wr;
    rule({C::kPde}, {C::kPdx}, Scope::kSid, t.cke, "tCKE");
    rule({C::kSre}, {C::kSrx}, Scope::kSid, t.ckesr, "tCKESR");
    rule({C::kAct, C::kPre, C::kPrea, C::kRefab, C::kRefpb}, {C::kPde}, Scope::kSid, t.act_pd,
         "tACTPDEN");
    rule({C::kRd, C::kRda}, {C::kPde, C::kSre}, Scope::kSid, t.cl + t.bl, "tRDPDEN");
    rule({C::kWr, C::kWra}, {C::kPde, C::kSre}, Scope::kSid, write_end, "tWRPDEN");
    for (int c = 0; c < kDramCommands; ++c) {
        rule({C::kPdx}, {static_cast<C>(c)}, Scope::kSid, t.xp, "tXP");
        rule({C::kSrx}, {static_cast<C>(c)}, Scope::kSid, t.xs, "tXS");
    }
}

std::size_t DramTraceChecker::sid_index(const DramCommandRecord& r) const {
    return at(r.pc * device_.organisation.sids + r.sid);
}
std::size_t DramTraceChecker::group_index(const DramCommandRecord& r) const {
    return sid_index(r) * at(device_.organisation.bank_groups) + at(r.bg);
}
std::size_t DramTraceChecker::bank_index(const DramCommandRecord& r) const {
    return group_index(r) * at(device_.organisation.banks_per_group) + at(r.bank);
}

bool DramTraceChecker::valid_place(const DramCommandRecord& r) const {
    const DramOrganisation& o = device_.organisation;
    const auto in = [](std::int64_t value, std::int64_t count) {
        return value >= 0 && value < count;
    };
    return in(r.pc, o.pseudo_channels) && in(r.sid, o.sids) &&
           (!names_bank(r.command) || (in(r.bg, o.bank_groups) && in(r.bank, o.banks_per_group))) &&
           (r.command != C::kAct || in(r.row, o.rows)) &&
           (!is_column(r.command) || in(r.column, o.columns));
}

void DramTraceChecker::command(const DramCommandRecord& record) {
    waiting_.push_back(record);
    if (waiting_.size() >= 2 * kSorted) {
        check_sorted(kSorted);
    }
}

/// Sorts what waits by time and checks the first `count` commands.
void DramTraceChecker::check_sorted(std::size_t count) {
    std::stable_sort(waiting_.begin(), waiting_.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    for (std::size_t i = 0; i < count; ++i) {
        check(waiting_[i]);
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
}

void DramTraceChecker::finish(DramTicks end) {
    check_sorted(waiting_.size());
    for (std::size_t i = 0; i < sids_.size(); ++i) {
        DramCommandRecord r;
        r.time = end;
        r.command = C::kRefab;
        r.pc = static_cast<std::int32_t>(i) / device_.organisation.sids;
        r.sid = static_cast<std::int32_t>(i) % device_.organisation.sids;
        check_owed(r, sids_[i]);
    }
}

void DramTraceChecker::set_refresh_rate(DramTicks time, std::int32_t rate) {
    rates_.emplace_back(time, rate);
    max_rate_ = std::max(max_rate_, rate);
}

void DramTraceChecker::check(const DramCommandRecord& r) {
    ++commands_;
    ++counts_[index(r.command)];
    if (!valid_place(r)) {
        violation(r, "no such place");
        return;
    }
    const std::size_t bank = names_bank(r.command) ? bank_index(r) : 0;
    check_rules(r, bank);
    check_state(r, bank);
    check_mode(r, sids_[sid_index(r)]);
    check_faw(r);
    check_command_bus(r);
    check_data_bus(r);
    update(r, bank);
}

template <class F>
void DramTraceChecker::for_refreshed_banks(const DramCommandRecord& r, F f) {
    if (device_.timing.partial_refresh != DramPartialRefresh::kSameBank) {
        f(bank_index(r));
        return;
    }
    DramCommandRecord each = r;
    for (each.bg = 0; each.bg < device_.organisation.bank_groups; ++each.bg) {
        f(bank_index(each));
    }
}

void DramTraceChecker::check_rule(const DramCommandRecord& r, const Rule& rule, const Times& last) {
    const DramTicks before = last[index(rule.first)];
    const DramTicks gap = r.time - before;
    if (gap < rule.ticks && gap >= 0) {
        violation(r, fmt::format("{} ticks after {}, {} needs {}", gap,
                                 kDramCommandNames[index(rule.first)], rule.name, rule.ticks));
    }
}

void DramTraceChecker::check_rules(const DramCommandRecord& r, std::size_t bank) {
    const std::size_t sid = sid_index(r);
    const bool refresh = r.command == C::kRefpb || r.command == C::kRfm;
    for (const Rule& rule : rules_[index(r.command)]) {
        switch (rule.scope) {
            case Scope::kBank:
                if (refresh) {
                    for_refreshed_banks(
                        r, [&](std::size_t b) { check_rule(r, rule, banks_[b].last); });
                } else {
                    check_rule(r, rule, banks_[bank].last);
                }
                break;
            case Scope::kGroup:
                check_rule(r, rule, groups_[group_index(r)]);
                break;
            case Scope::kSid:
                check_rule(r, rule, sids_[sid].last);
                break;
            case Scope::kOtherSid:
                for (std::int32_t other = 0; other < device_.organisation.sids; ++other) {
                    if (other != r.sid) {
                        check_rule(r, rule, sids_[sid - at(r.sid) + at(other)].last);
                    }
                }
                break;
        }
    }
}

void DramTraceChecker::check_state(const DramCommandRecord& r, std::size_t bank) {
    const auto closed = [&](std::size_t b) {
        if (banks_[b].row >= 0) {
            violation(r, fmt::format("row {} is open", banks_[b].row));
        }
    };
    if (r.command == C::kAct) {
        closed(bank);
        if (device_.policy.rfm && banks_[bank].activations >= device_.timing.raa_mmt) {
            violation(r, "RAA count is at its limit");
        }
    } else if (is_column(r.command)) {
        if (banks_[bank].row != r.row) {
            violation(r, fmt::format("open row is {}", banks_[bank].row));
        }
    } else if (r.command == C::kRefpb || r.command == C::kRfm) {
        for_refreshed_banks(r, closed);
    } else if (r.command == C::kRefab || r.command == C::kSre) {
        const std::size_t count = at(device_.organisation.banks_per_sid());
        for (std::size_t b = sid_index(r) * count; b < (sid_index(r) + 1) * count; ++b) {
            closed(b);
        }
    }
}

void DramTraceChecker::check_mode(const DramCommandRecord& r, Sid& sid) {
    Mode needed = Mode::kOn;
    if (r.command == C::kPdx) {
        needed = Mode::kPowerDown;
    } else if (r.command == C::kSrx) {
        needed = Mode::kSelfRefresh;
    }
    if (sid.mode != needed) {
        violation(r, "wrong power mode");
    }
}

void DramTraceChecker::check_faw(const DramCommandRecord& r) {
    if (r.command != C::kAct || device_.timing.faw == 0) {
        return;
    }
    const Sid& sid = sids_[sid_index(r)];
    const DramTicks gap = r.time - sid.activates[sid.next_activate];
    if (gap < device_.timing.faw) {
        violation(r, fmt::format("{} ticks after the fourth ACT before it, tFAW needs {}", gap,
                                 device_.timing.faw));
    }
}

void DramTraceChecker::check_command_bus(const DramCommandRecord& r) {
    const DramTiming& t = device_.timing;
    const bool column = is_column(r.command);
    DramTicks length = column ? t.column_bus : t.pre_bus;
    if (r.command == C::kAct) {
        length = t.act_bus;
    }
    if (r.time % (column ? t.column_align : t.row_align) != 0) {
        violation(r, "does not start at a clock edge");
    }
    Bus& bus = column && t.split_command_bus ? column_bus_ : row_bus_;
    if (r.time < bus.end && r.time + length > bus.start) {
        violation(r, fmt::format("command bus is busy until {}", bus.end));
    }
    bus = {r.time, r.time + length};
}

void DramTraceChecker::check_data_bus(const DramCommandRecord& r) {
    if (!is_column(r.command)) {
        return;
    }
    const DramTiming& t = device_.timing;
    const DramTicks start = r.time + (is_read(r.command) ? t.cl : t.cwl);
    const Bus data = {start, start + t.bl};
    for (const Bus& other : {read_data_[at(r.pc)], write_data_[at(r.pc)]}) {
        if (data.start < other.end && other.start < data.end) {
            violation(r, fmt::format("data bus is busy until {}", other.end));
        }
    }
    (is_read(r.command) ? read_data_ : write_data_)[at(r.pc)] = data;
}

/// Adds the refreshes that fell due since the last call.
void DramTraceChecker::add_owed(Sid& sid, DramTicks until) const {
    if (sid.mode == Mode::kSelfRefresh) {
        sid.owed_at = std::max(sid.owed_at, until);
        return;
    }
    for (std::size_t i = 0; i < rates_.size(); ++i) {
        const DramTicks from = std::max(sid.owed_at, rates_[i].first);
        const DramTicks to = i + 1 < rates_.size() ? std::min(until, rates_[i + 1].first) : until;
        if (from < to) {
            sid.owed += static_cast<double>((to - from) * rates_[i].second) /
                        static_cast<double>(device_.timing.refi);
        }
    }
    sid.owed_at = std::max(sid.owed_at, until);
}

/// One more than the policy's limit is the refresh just due, and one the time to make room for it.
/// A change of the rate may wait for the next refresh.
void DramTraceChecker::check_owed(const DramCommandRecord& r, Sid& sid) {
    if (device_.policy.refresh == DramRefreshMode::kNone) {
        return;
    }
    add_owed(sid, r.time);
    if (sid.owed > device_.policy.refresh_postpone + 1 + max_rate_) {
        violation(r, fmt::format("{:.2f} refreshes are owed", sid.owed));
        sid.owed = 0.0;  // report once
    }
}

void DramTraceChecker::refreshed(const DramCommandRecord& r, Sid& sid, double share) {
    check_owed(r, sid);
    sid.owed -= share;
    if (sid.owed < -(device_.policy.refresh_pull_in + 1.0)) {
        violation(r, fmt::format("{:.2f} refreshes are done ahead", -sid.owed));
        sid.owed = 0.0;
    }
}

void DramTraceChecker::refresh_bank(const DramCommandRecord& r, Sid& sid, std::size_t bank) {
    const std::int32_t banks = device_.organisation.banks_per_sid();
    const std::size_t first = sid_index(r) * at(banks);
    if (banks_[bank].refreshed) {
        violation(r, "refreshed again before the other banks");
    } else {
        banks_[bank].refreshed = true;
        ++sid.round;
    }
    if (sid.round == banks) {
        sid.round = 0;
        for (std::size_t b = first; b < first + at(banks); ++b) {
            banks_[b].refreshed = false;
        }
    }
    auto& count = banks_[bank].activations;
    count = std::max<std::int64_t>(0, count - device_.timing.raa_ref);
}

void DramTraceChecker::update(const DramCommandRecord& r, std::size_t bank) {
    const std::int32_t count = device_.organisation.banks_per_sid();
    const std::size_t first = sid_index(r) * at(count);
    Sid& sid = sids_[sid_index(r)];
    const std::size_t c = index(r.command);
    switch (r.command) {
        case C::kAct:
            banks_[bank].row = r.row;
            ++banks_[bank].activations;
            sid.activates[sid.next_activate] = r.time;
            sid.next_activate = (sid.next_activate + 1) % sid.activates.size();
            break;
        case C::kPre:
        case C::kRda:
        case C::kWra:
            banks_[bank].row = -1;
            break;
        case C::kPrea:
            for (std::size_t b = first; b < first + at(count); ++b) {
                banks_[b].row = -1;
            }
            break;
        case C::kRefab:
            refreshed(r, sid, 1.0);
            sid.round = 0;
            for (std::size_t b = first; b < first + at(count); ++b) {
                auto& activations = banks_[b].activations;
                activations = std::max<std::int64_t>(0, activations - device_.timing.raa_ref);
                banks_[b].refreshed = false;
            }
            break;
        case C::kRefpb:
            for_refreshed_banks(r, [&](std::size_t b) {
                refreshed(r, sid, 1.0 / count);
                refresh_bank(r, sid, b);
                banks_[b].last[c] = r.time;
            });
            break;
        case C::kRfm:
            for_refreshed_banks(r, [&](std::size_t b) {
                auto& activations = banks_[b].activations;
                activations = std::max<std::int64_t>(0, activations - device_.timing.raa_imt);
                banks_[b].last[c] = r.time;
            });
            break;
        case C::kPde:
            sid.mode = Mode::kPowerDown;
            break;
        case C::kSre:
            check_owed(r, sid);
            sid.mode = Mode::kSelfRefresh;
            break;
        case C::kPdx:
            sid.mode = Mode::kOn;
            break;
        case C::kSrx:
            add_owed(sid, r.time);
            sid.owed = 0.0;  // the device refreshed by itself
            sid.mode = Mode::kOn;
            break;
        case C::kRd:
        case C::kWr:
            break;
    }
    sid.last[c] = r.time;
    if (names_bank(r.command)) {
        banks_[bank].last[c] = r.time;
        groups_[group_index(r)][c] = r.time;
    }
}

void DramTraceChecker::violation(const DramCommandRecord& r, const std::string& what) {
    ++violations_;
    if (messages_.size() < max_messages_) {
        messages_.push_back(fmt::format(
            "tick {}: {} pc {} sid {} bank group {} bank {} row {} column {}: {}", r.time,
            kDramCommandNames[index(r.command)], r.pc, r.sid, r.bg, r.bank, r.row, r.column, what));
    }
}

}  // namespace strata::models
