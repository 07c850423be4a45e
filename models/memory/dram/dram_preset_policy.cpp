// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_preset_reader.h"

// Policies of the controller, energy, ECC.

#include <algorithm>
#include <cmath>

namespace strata::models {

void DramPresetReader::policy() {
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

void DramPresetReader::queues() {
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

/// Currents of a data sheet → energies above background (Micron TN-40-07), of all chips that a
/// command reaches.
void DramPresetReader::idd(core::Section s) {
    DramEnergyTable& e = p_.device.energy;
    const DramTiming& t = p_.device.timing;
    const auto chips = static_cast<double>(p_.chips);
    const double volts = s.voltage_v("vdd");
    const auto amps = [&](const char* key) {
        const std::string text = s.raw(key);
        const auto value = number_with_unit(text, "mA");
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

void DramPresetReader::energy() {
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

void DramPresetReader::ecc() {
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

}  // namespace strata::models
