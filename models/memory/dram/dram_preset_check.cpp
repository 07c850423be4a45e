// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_preset_reader.h"

// What has to agree: timings with each other, and all of a preset with its data sheet.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/memory/dram/dram_preset.h"

namespace strata::models {

void DramPresetReader::check_timing() {
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

/// Whether the device can keep up when hottest.
void DramPresetReader::check_refresh() {
    const DramTiming& t = p_.device.timing;
    std::int32_t rate = 1;
    for (const DramRefreshStep& step : p_.device.refresh_steps) {
        rate = std::max(rate, step.rate);
    }
    const DramRefreshMode mode = p_.device.policy.refresh;
    if (mode == DramRefreshMode::kPerBank && t.refi_pb <= std::max(t.rrefd, t.rrefd_pb)) {
        s_.error("t_rrefd_pb", "is not below the interval of per-bank refreshes");
    }
    if (mode != DramRefreshMode::kNone && t.refi / rate <= t.rfc_ab) {
        s_.error("t_rfc", "is not below the refresh interval when hottest");
    }
}

/// Figures of the data sheet that have to follow from the rest.
void DramPresetReader::data_sheet() {
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
            s.error(key, fmt::format("is {} = {:.3f} ns above", dram_clocks_text(value),
                                     clocks * clock_ps() * 1e-3));
        }
    }
    s.finish();
}

}  // namespace strata::models
