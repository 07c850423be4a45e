// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_preset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <vector>

#include "models/memory/dram/dram_map_text.h"

namespace strata::models {

namespace {

/// What a preset holds beyond the device: needed where an override is relative to it.
struct Preset {
    DramDevice device;
    DramMapText map;
    std::vector<std::pair<std::string, DramMapText>> maps;  // other maps by name
    std::int64_t chips = 1;
    double write_high = 0.8;
    double write_low = 0.2;
};

std::string to_text(DramTicks ticks) {
    return ticks % kTicksPerClock == 0 ? fmt::format("{}nCK", ticks / kTicksPerClock)
                                       : fmt::format("{:.1f}nCK", static_cast<double>(ticks) / 2);
}

/// A positive number with the unit `unit`, or nothing.
std::optional<double> number_with(const std::string& text, const std::string& unit) {
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

/// Reads one mapping; what `base` (absent for a preset file) holds is the default of every key.
class Reader {
   public:
    Reader(core::Section& s, const Preset* base)
        : s_(s), base_(base), p_(base != nullptr ? *base : Preset{}) {}

    Preset read() {
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

   private:
    using Member = DramTicks DramTiming::*;

    template <class T>
    std::optional<T> fallback(T value) const {
        return base_ != nullptr ? std::optional<T>(value) : std::nullopt;
    }

    void integer(core::Section& s, const char* key, std::int32_t& value, core::Range range,
                 std::optional<std::int64_t> otherwise = {}) {
        const auto chosen = base_ != nullptr ? std::optional<std::int64_t>(value) : otherwise;
        value = static_cast<std::int32_t>(s.integer(key, chosen, range));
    }

    /// A time in `ns` … or `nCK`. Without a preset below, `otherwise` is the default; with none
    /// the key is required.
    DramTicks ticks(core::Section& s, const char* key, DramTicks value,
                    std::optional<DramTicks> otherwise) {
        const auto chosen = base_ != nullptr ? std::optional<DramTicks>(value) : otherwise;
        const std::string text =
            s.raw(key, chosen ? std::optional<std::string>(to_text(*chosen)) : std::nullopt);
        if (text.empty()) {
            return 0;
        }
        if (const auto clocks = number_with(text, "nCK")) {
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
    void ticks(const char* key, Member member, std::optional<DramTicks> otherwise = {}) {
        DramTicks& value = p_.device.timing.*member;
        value = ticks(s_, key, value, otherwise);
    }
    double clock_ps() const { return static_cast<double>(p_.device.timing.tick_fs) * 2e-3; }
    std::int64_t clocks_of(core::Ps time) const {
        constexpr double kGuard = 0.025;  // JESD79-4, rounding of timing parameters
        return static_cast<std::int64_t>(
            std::ceil(static_cast<double>(time) / clock_ps() - kGuard));
    }

    void organisation();
    void timing();
    void check_timing();
    void command_bus();
    void address_map();
    void policy();
    void queues();
    void refresh_steps();
    void check_refresh();
    void energy();
    void idd(core::Section s);
    void ecc();
    void data_sheet();

    core::Section& s_;
    const Preset* base_;
    Preset p_;
};

void Reader::organisation() {
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

void Reader::timing() {
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

void Reader::check_timing() {
    DramTiming& t = p_.device.timing;
    const DramOrganisation& o = p_.device.organisation;
    const std::int32_t sets =
        t.partial_refresh == DramPartialRefresh::kSameBank ? o.banks_per_group : o.banks_per_sid();
    t.refi_pb = t.partial_refresh == DramPartialRefresh::kNone ? 0 : t.refi / sets;
    const auto positive = [&](const char* key, DramTicks value) {
        if (value <= 0) {
            s_.error(key, "must be more than 0");
        }
    };
    positive("t_cl", t.cl);
    positive("t_cwl", t.cwl);
    positive("t_bl", t.bl);
    positive("t_rcd", t.rcd_rd);
    positive("t_rp", t.rp);
    positive("t_refi", t.refi);
    if (t.rc < t.ras + t.rp) {
        s_.error("t_rc", "is less than t_ras + t_rp");
    }
    if (t.ccd_s < t.bl) {
        s_.error("t_ccd_s", "is less than t_bl: bursts would overlap");
    }
    if (t.ccd_l < t.ccd_s) {
        s_.error("t_ccd_l", "is less than t_ccd_s");
    }
    if (t.faw != 0 && t.faw < t.rrd_s) {
        s_.error("t_faw", "is less than t_rrd_s");
    }
    if (t.rfc_ab >= t.refi) {
        s_.error("t_rfc", "is not below t_refi: the device would only refresh");
    }
    if (t.partial_refresh != DramPartialRefresh::kNone && t.rfc_pb <= 0) {
        s_.error("t_rfc_pb", "is needed for partial_refresh");
    }
    if (t.raa_imt > 0 && (t.raa_mmt < t.raa_imt || t.rfm <= 0)) {
        s_.error("raa", "needs mmt of at least imt, and t_rfm");
    }
}

void Reader::command_bus() {
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

void Reader::address_map() {
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

void Reader::policy() {
    DramPolicy& p = p_.device.policy;
    const std::vector<std::string> schedulers = {"fr_fcfs", "fcfs", "read_first"};
    const auto index = [](const std::vector<std::string>& all, const std::string& name) {
        return std::find(all.begin(), all.end(), name) - all.begin();
    };
    p.scheduler = static_cast<DramScheduler>(index(
        schedulers,
        s_.choice("scheduler", schedulers, schedulers[static_cast<std::size_t>(p.scheduler)])));
    const std::vector<std::string> pages = {"open", "closed", "adaptive"};
    p.page = static_cast<DramPagePolicy>(
        index(pages, s_.choice("page_policy", pages, pages[static_cast<std::size_t>(p.page)])));
    const auto time = [&](const char* key, DramTicks value) {
        return ticks(s_, key, value, value);
    };
    if (base_ == nullptr) {  // assumptions, where a preset says nothing
        p.page_timeout = kTicksPerClock * clocks_of(200 * core::kNanosecond);
        p.starvation = kTicksPerClock * clocks_of(10 * core::kMicrosecond);
    }
    p.page_timeout = time("page_timeout", p.page_timeout);
    integer(s_, "hit_cap", p.hit_cap, {1, 1e6}, p.hit_cap);
    queues();
    const std::vector<std::string> modes = {"none", "all_bank", "per_bank"};
    const std::string mode = s_.choice("refresh", {"none", "all_bank", "per_bank", "true", "false"},
                                       modes[static_cast<std::size_t>(p.refresh)]);
    if (mode == "false") {
        p.refresh = DramRefreshMode::kNone;
    } else if (mode != "true") {
        p.refresh = static_cast<DramRefreshMode>(index(modes, mode));
    }
    if (p.refresh == DramRefreshMode::kPerBank &&
        p_.device.timing.partial_refresh == DramPartialRefresh::kNone) {
        s_.error("refresh", "the device has no per-bank refresh (partial_refresh: none)");
    }
    integer(s_, "refresh_postpone", p.refresh_postpone, {0, 8}, p.refresh_postpone);
    integer(s_, "refresh_pull_in", p.refresh_pull_in, {0, 8}, p.refresh_pull_in);
    p.rfm = s_.boolean("rfm", p.rfm);
    if (p.rfm && p_.device.timing.raa_imt == 0) {
        s_.error("rfm", "the device has no refresh management (raa.imt is 0)");
    }
    p.power_down_idle = time("power_down_idle", p.power_down_idle);
    p.self_refresh_idle = time("self_refresh_idle", p.self_refresh_idle);
    p.starvation = time("starvation", p.starvation);
}

void Reader::queues() {
    DramPolicy& p = p_.device.policy;
    constexpr core::Range kEntries{1, 4096};
    integer(s_, "read_queue", p.read_queue, kEntries, p.read_queue);
    integer(s_, "write_queue", p.write_queue, kEntries, p.write_queue);
    p_.write_high = s_.number("write_high", p_.write_high, core::Range{0, 1});
    p_.write_low = s_.number("write_low", p_.write_low, core::Range{0, 1});
    if (p_.write_low >= p_.write_high) {
        s_.error("write_low", "must be below write_high");
    }
    const auto share = [&](double part) {
        return static_cast<std::int32_t>(std::lround(part * p.write_queue));
    };
    p.write_high = std::max(1, share(p_.write_high));
    p.write_low = std::min(p.write_high - 1, share(p_.write_low));
}

void Reader::refresh_steps() {
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

/// Whether the device can keep up when hottest.
void Reader::check_refresh() {
    const DramTiming& t = p_.device.timing;
    std::int32_t rate = 1;
    for (const DramRefreshStep& step : p_.device.refresh_steps) {
        rate = std::max(rate, step.rate);
    }
    if (p_.device.policy.refresh == DramRefreshMode::kPerBank && t.refi_pb / rate <= t.rrefd) {
        s_.error("t_rrefd", "is not below the interval of per-bank refreshes when hottest");
    }
    if (p_.device.policy.refresh == DramRefreshMode::kAllBank && t.refi / rate <= t.rfc_ab) {
        s_.error("t_rfc", "is not below the refresh interval when hottest");
    }
}

/// Currents of a data sheet → energies above background (Micron TN-40-07), of all chips that a
/// command reaches.
void Reader::idd(core::Section s) {
    DramEnergyTable& e = p_.device.energy;
    const DramTiming& t = p_.device.timing;
    const auto chips = static_cast<double>(p_.chips);
    const double volts = s.voltage_v("vdd");
    const auto amps = [&](const char* key) {
        const std::string text = s.raw(key);
        const auto value = number_with(text, "mA");
        if (!value && !text.empty()) {
            s.error(key, "expected a current such as 60.75mA, got '" + text + "'");
        }
        return value.value_or(0.0) * 1e-3;
    };
    const auto ps = [&](DramTicks ticks) { return static_cast<double>(t.to_ps(ticks)); };
    const auto energy = [&](double ampere, DramTicks ticks) {
        return std::max(0.0, ampere) * volts * ps(ticks) * chips;
    };
    const double i0 = amps("idd0"), i2n = amps("idd2n"), i3n = amps("idd3n");
    const double background = i3n * ps(t.ras) + i2n * ps(t.rc - t.ras);
    e.activate_pj = std::max(0.0, i0 * ps(t.rc) - background) * volts * chips;
    e.read_pj = energy(amps("idd4r") - i3n, t.bl);
    e.write_pj = energy(amps("idd4w") - i3n, t.bl);
    e.refresh_ab_pj = energy(amps("idd5b") - i2n, t.rfc_ab);
    e.refresh_pb_pj = e.refresh_ab_pj / p_.device.organisation.banks_per_sid();
    e.rfm_pj = e.refresh_pb_pj;
    e.active_standby_w = i3n * volts * chips;
    e.precharge_standby_w = i2n * volts * chips;
    e.active_power_down_w = amps("idd3p") * volts * chips;
    e.precharge_power_down_w = amps("idd2p") * volts * chips;
    e.self_refresh_w = amps("idd6") * volts * chips;
    s.finish();
}

void Reader::energy() {
    core::Section s = s_.section("energy");
    DramEnergyTable& e = p_.device.energy;
    if (s.has("idd")) {
        idd(s.section("idd"));
    }
    const auto pj = [&](const char* key, double& value) { value = s.energy_pj(key, value); };
    pj("activate", e.activate_pj);
    pj("read", e.read_pj);
    pj("write", e.write_pj);
    pj("io_read", e.io_read_pj);
    pj("io_write", e.io_write_pj);
    pj("refresh_all_bank", e.refresh_ab_pj);
    pj("refresh_per_bank", e.refresh_pb_pj);
    pj("rfm", e.rfm_pj);
    const auto watt = [&](const char* key, double& value) { value = s.power_w(key, value); };
    watt("active_standby", e.active_standby_w);
    watt("precharge_standby", e.precharge_standby_w);
    watt("active_power_down", e.active_power_down_w);
    watt("precharge_power_down", e.precharge_power_down_w);
    watt("self_refresh", e.self_refresh_w);
    s.finish();
}

void Reader::ecc() {
    core::Section s = s_.section("ecc");
    DramEcc& e = p_.device.ecc;
    const std::vector<std::string> kinds = {"none", "side_band", "on_die"};
    const std::string kind = s.choice("kind", kinds, kinds[static_cast<std::size_t>(e.kind)]);
    e.kind =
        static_cast<DramEcc::Kind>(std::find(kinds.begin(), kinds.end(), kind) - kinds.begin());
    e.latency = ticks(s, "latency", e.latency, e.latency);
    e.energy_pj = s.energy_pj("energy", e.energy_pj);
    e.single_bit_rate = s.number("single_bit_rate", e.single_bit_rate, {0, 1});
    e.double_bit_rate = s.number("double_bit_rate", e.double_bit_rate, {0, 1});
    if (s.has("bad_bursts")) {
        e.bad_bursts.clear();
        for (const std::int64_t address : s.integers("bad_bursts", {}, core::kNotNegative)) {
            e.bad_bursts.push_back(static_cast<std::uint64_t>(address));
        }
    }
    e.seed = static_cast<std::uint64_t>(
        s.integer("seed", static_cast<std::int64_t>(e.seed), core::kNotNegative));
    s.finish();
}

/// Figures of the data sheet that have to follow from the rest.
void Reader::data_sheet() {
    core::Section s = s_.required_section("data_sheet");
    const DramOrganisation& o = p_.device.organisation;
    const core::Bytes density = s.size("chip_density");
    const std::int64_t width = s.integer("chip_width");
    const core::Bytes capacity = s.size("channel_capacity");
    const core::Bandwidth bandwidth = s.bandwidth("bandwidth");
    if (density * p_.chips * o.sids * o.pseudo_channels != o.channel_capacity()) {
        s.error("chip_density",
                fmt::format("the organisation makes {} a chip",
                            core::format_size(o.channel_capacity() /
                                              (p_.chips * o.sids * o.pseudo_channels))));
    }
    if (capacity != o.channel_capacity()) {
        s.error("channel_capacity",
                "the organisation makes " + core::format_size(o.channel_capacity()));
    }
    if (width * p_.chips != o.width_bits) {
        s.error("chip_width", fmt::format("{} chips make {} bits, not {}", p_.chips,
                                          width * p_.chips, o.width_bits));
    }
    const auto peak = static_cast<double>(peak_bandwidth(p_.device).bytes_per_s);
    if (std::abs(peak / static_cast<double>(bandwidth.bytes_per_s) - 1.0) > 0.005) {
        s.error("bandwidth", fmt::format("burst and t_bl make {:.3f} GB/s", peak * 1e-9));
    }
    const DramTiming& t = p_.device.timing;
    const std::pair<const char*, DramTicks> timings[] = {
        {"t_rcd", t.rcd_rd}, {"t_rp", t.rp},      {"t_ras", t.ras},       {"t_cl", t.cl},
        {"t_rc", t.rc},      {"t_rfc", t.rfc_ab}, {"t_rfc_pb", t.rfc_pb}, {"t_refi", t.refi},
        {"t_faw", t.faw},    {"t_wr", t.wr}};
    for (const auto& [key, value] : timings) {
        if (!s.has(key)) {
            continue;
        }
        const auto expected = static_cast<double>(s.time(key));
        const double clocks = static_cast<double>(value) / kTicksPerClock;
        const double tolerance = std::max(clock_ps(), 1e-3 * expected);
        if (std::abs(clocks * clock_ps() - expected) >= tolerance) {
            s.error(key, fmt::format("is {} = {:.3f} ns above", to_text(value),
                                     clocks * clock_ps() * 1e-3));
        }
    }
    s.finish();
}

Preset load(const std::string& file, core::Diagnostics& diagnostics) {
    core::ConfigDocument document = core::ConfigDocument::load(file, {}, diagnostics);
    Preset preset;
    if (!diagnostics.ok()) {
        return preset;
    }
    core::Section root = document.root();
    preset = Reader(root, nullptr).read();
    root.finish();
    preset.device.name = std::filesystem::path(file).stem().string();
    return preset;
}

}  // namespace

DramDevice parse_dram_device(core::Section& s, const DramPresetFinder& find) {
    const std::string name = s.string("preset");
    if (name.empty()) {
        return {};
    }
    core::Diagnostics diagnostics;
    Preset preset;
    try {
        preset = load(find ? find(name) : name, diagnostics);
    } catch (const core::UserError& error) {
        s.error("preset", error.what());
        return {};
    }
    if (!diagnostics.ok()) {
        for (const std::string& message : diagnostics.messages()) {
            s.error("preset", message);
        }
        return {};
    }
    return Reader(s, &preset).read().device;
}

DramDevice load_dram_preset(const std::string& file) {
    core::Diagnostics diagnostics;
    const Preset preset = load(file, diagnostics);
    diagnostics.throw_if_any();
    return preset.device;
}

core::Bandwidth peak_bandwidth(const DramDevice& device) {
    const DramOrganisation& o = device.organisation;
    const auto burst_fs = static_cast<double>(device.timing.bl * device.timing.tick_fs);
    const auto bytes = static_cast<double>(o.burst * o.pseudo_channels);
    return {burst_fs > 0 ? std::llround(bytes / burst_fs * 1e15) : 1};
}

}  // namespace strata::models
