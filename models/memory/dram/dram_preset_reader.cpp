// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_preset_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strata::models {

std::string dram_clocks_text(DramTicks ticks) {
    return ticks % kTicksPerClock == 0 ? fmt::format("{}nCK", ticks / kTicksPerClock)
                                       : fmt::format("{:.1f}nCK", static_cast<double>(ticks) / 2);
}

std::optional<double> number_with_unit(const std::string& text, const std::string& unit) {
    std::size_t used = 0;
    try {
        const double value = std::stod(text, &used);
        while (used < text.size() && text[used] == ' ') {
            ++used;
        }
        if (text.substr(used) == unit && value >= 0.0) {
            return value;
        }
    } catch (const std::exception&) {
    }
    return {};
}

DramPreset DramPresetReader::read() {
    organisation();
    timing();
    command_bus();
    address_map();
    policy();
    refresh_steps();
    check_refresh();
    energy();
    ecc();
    if (base_ == nullptr) {
        data_sheet();
    }
    return p_;
}

// ---- values -------------------------------------------------------------------------------------

void DramPresetReader::integer(core::Section& s, const char* key, std::int32_t& value,
                               core::Range range, std::optional<std::int64_t> otherwise) {
    const auto chosen = base_ != nullptr ? std::optional<std::int64_t>(value) : otherwise;
    value = static_cast<std::int32_t>(s.integer(key, chosen, range));
}

DramTicks DramPresetReader::ticks(core::Section& s, const char* key, DramTicks value,
                                  std::optional<DramTicks> otherwise) {
    const auto chosen = base_ != nullptr ? std::optional<DramTicks>(value) : otherwise;
    const std::string text =
        s.raw(key, chosen ? std::optional<std::string>(dram_clocks_text(*chosen)) : std::nullopt);
    if (text.empty()) {
        return 0;
    }
    if (const auto clocks = number_with_unit(text, "nCK")) {
        const double half = *clocks * kTicksPerClock;
        if (half == std::floor(half) && half < 1e12) {
            return static_cast<DramTicks>(half);
        }
        s.error(key, "clocks come in halves, as in 1.5nCK");
        return value;
    }
    std::string reason;
    const auto time = core::parse_time(text, reason);
    if (!time || *time < 0) {
        s.error(key, "expected a time such as 260ns or 16nCK, got '" + text + "'");
        return value;
    }
    return kTicksPerClock * clocks_of(*time);
}

void DramPresetReader::ticks(const char* key, Member member, std::optional<DramTicks> otherwise) {
    DramTicks& value = p_.device.timing.*member;
    value = ticks(s_, key, value, otherwise);
}

std::int64_t DramPresetReader::clocks_of(core::Ps time) const {
    constexpr double kGuard = 0.025;  // JESD79-4, rounding of timing parameters
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(time) / clock_ps() - kGuard));
}

// ---- sections -----------------------------------------------------------------------------------

void DramPresetReader::organisation() {
    core::Section s =
        base_ != nullptr ? s_.section("organisation") : s_.required_section("organisation");
    DramOrganisation& o = p_.device.organisation;
    integer(s, "channels", o.channels, {1, 4096}, 1);
    integer(s, "pseudo_channels", o.pseudo_channels, {1, 2}, 1);
    integer(s, "sids", o.sids, {1, 16}, 1);
    integer(s, "bank_groups", o.bank_groups, {1, 16});
    integer(s, "banks", o.banks_per_group, {1, 16});
    o.rows = s.integer("rows", fallback(o.rows), {1, 1 << 24});
    integer(s, "columns", o.columns, {1, 4096});
    o.burst = s.size("burst", fallback(o.burst), {8, 1024});
    integer(s, "width", o.width_bits, {4, 1024});
    p_.chips = s.integer("chips", base_ != nullptr ? p_.chips : 1, {1, 64});
    s.finish();
}

void DramPresetReader::timing() {
    DramTiming& t = p_.device.timing;
    const core::Ps clock = s_.time("t_ck", fallback(core::Ps{t.tick_fs / 500}), {50, 100'000});
    t.tick_fs = clock * 500;
    ticks("t_cl", &DramTiming::cl);
    ticks("t_cwl", &DramTiming::cwl);
    ticks("t_bl", &DramTiming::bl);
    ticks("t_rcd", &DramTiming::rcd_rd);
    ticks("t_rcd_wr", &DramTiming::rcd_wr, t.rcd_rd);
    ticks("t_rp", &DramTiming::rp);
    ticks("t_ras", &DramTiming::ras);
    ticks("t_rc", &DramTiming::rc, t.ras + t.rp);
    ticks("t_rtp", &DramTiming::rtp);
    ticks("t_wr", &DramTiming::wr);
    ticks("t_ccd_s", &DramTiming::ccd_s);
    ticks("t_ccd_l", &DramTiming::ccd_l);
    ticks("t_ccd_l_wr", &DramTiming::ccd_l_wr, t.ccd_l);
    ticks("t_ccd_r", &DramTiming::ccd_r, t.ccd_s);
    ticks("t_wtr_s", &DramTiming::wtr_s);
    ticks("t_wtr_l", &DramTiming::wtr_l);
    ticks("t_wtr_r", &DramTiming::wtr_r, t.cwl + t.bl + t.wtr_s);
    ticks("t_rtw", &DramTiming::rtw);
    ticks("t_rtw_r", &DramTiming::rtw_r, t.rtw);
    ticks("t_rrd_s", &DramTiming::rrd_s);
    ticks("t_rrd_l", &DramTiming::rrd_l);
    ticks("t_rrd_r", &DramTiming::rrd_r, 0);
    ticks("t_faw", &DramTiming::faw);
    ticks("t_rfc", &DramTiming::rfc_ab);
    const std::vector<std::string> partial = {"none", "per_bank", "same_bank"};
    t.partial_refresh = static_cast<DramPartialRefresh>(
        std::find(partial.begin(), partial.end(),
                  s_.choice("partial_refresh", partial,
                            partial[static_cast<std::size_t>(t.partial_refresh)])) -
        partial.begin());
    ticks("t_rfc_pb", &DramTiming::rfc_pb, 0);
    ticks("t_rrefd", &DramTiming::rrefd, 0);
    ticks("t_rrefd_pb", &DramTiming::rrefd_pb, t.rrefd);
    ticks("t_refi", &DramTiming::refi);
    ticks("t_cke", &DramTiming::cke);
    ticks("t_xp", &DramTiming::xp);
    ticks("t_ckesr", &DramTiming::ckesr);
    ticks("t_xs", &DramTiming::xs);
    ticks("t_act_pd", &DramTiming::act_pd);
    core::Section raa = s_.section("raa");
    constexpr core::Range kCounts{0, 1e6};
    integer(raa, "imt", t.raa_imt, kCounts, 0);
    integer(raa, "mmt", t.raa_mmt, kCounts, 0);
    integer(raa, "ref", t.raa_ref, kCounts, 0);
    raa.finish();
    ticks("t_rfm", &DramTiming::rfm, 0);
    check_timing();
}

void DramPresetReader::command_bus() {
    core::Section s = s_.section("command_bus");
    DramTiming& t = p_.device.timing;
    t.split_command_bus = s.boolean("split", t.split_command_bus);
    t.row_align = ticks(s, "row_align", t.row_align, t.row_align);
    t.column_align = ticks(s, "column_align", t.column_align, t.column_align);
    t.act_bus = ticks(s, "act", t.act_bus, t.act_bus);
    t.pre_bus = ticks(s, "pre", t.pre_bus, t.pre_bus);
    t.column_bus = ticks(s, "column", t.column_bus, t.column_bus);
    if (t.row_align < 1 || t.column_align < 1) {
        s.error("", "row_align and column_align must be at least 0.5nCK");
    }
    s.finish();
}

void DramPresetReader::address_map() {
    if (base_ == nullptr) {
        core::Section maps = s_.section("maps");
        for (const std::string& name : maps.keys()) {
            p_.maps.emplace_back(name, read_map_text(maps.section(name)));
        }
        maps.finish();
    }
    if (s_.has_list("address_map")) {
        p_.map = {s_.strings("address_map"), {}};
    } else if (base_ == nullptr || s_.has("address_map")) {
        std::vector<std::string> names;
        for (const auto& [name, map] : p_.maps) {
            names.push_back(name);
        }
        const std::string chosen = s_.choice("address_map", names);
        for (const auto& [name, map] : p_.maps) {
            p_.map = name == chosen ? map : p_.map;
        }
    }
    p_.map.xors = s_.strings("xor", p_.map.xors);
    const auto error = [&](const std::string& message) { s_.error("address_map", message); };
    p_.device.map = resolve_map(p_.map, p_.device.organisation, error);
}

void DramPresetReader::refresh_steps() {
    if (!s_.has("refresh_steps")) {
        if (base_ == nullptr) {
            p_.device.refresh_steps = {{85.0, 2}};  // DDR4 and DDR5 data sheets
        }
        return;
    }
    p_.device.refresh_steps.clear();
    double last = -1e9;
    for (core::Section step : s_.list("refresh_steps")) {
        DramRefreshStep next;
        next.above_celsius = step.temperature_c("above");
        next.rate = static_cast<std::int32_t>(step.integer("rate", {}, {1, 16}));
        if (next.above_celsius <= last) {
            step.error("above", "steps go up");
        }
        last = next.above_celsius;
        step.finish();
        p_.device.refresh_steps.push_back(next);
    }
}

}  // namespace strata::models
