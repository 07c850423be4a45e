// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_config.h"

#include <utility>

#include "models/memory/factory.h"

namespace strata::models {

namespace {

void check_organisation(core::Section& s, const DramConfig& c) {
    if (c.burst > 0 && c.row % c.burst != 0) {
        s.error("row", "must be a multiple of burst");
    }
    if (c.row > 0 && c.channel_capacity % (c.row * c.banks) != 0) {
        s.error("channel_capacity", "must be a multiple of row x banks");
    }
    if (c.interleave > 0 && c.channel_capacity % c.interleave != 0) {
        s.error("interleave", "must divide channel_capacity");
    }
    // Above hot_celsius the interval is half as long; one burst must always fit in between.
    const core::Ps least =
        c.t_rfc + c.t_rp + c.t_rcd + c.t_cl + c.channel_bandwidth.transfer(c.burst);
    if (c.refresh && c.t_refi / 2 <= least) {
        s.error("t_refi",
                "half of it (the interval when hot) must exceed t_rfc + t_rp + t_rcd + "
                "t_cl and a burst");
    }
}

/// The device of `cycle`, and what the platform asks of any DRAM.
void read_cycle(core::Section& s, const DramPresetFinder& find, DramConfig& c) {
    const std::size_t errors = s.diagnostics().messages().size();
    auto device = std::make_shared<DramDevice>(parse_dram_device(s, find));
    const bool sound = s.diagnostics().messages().size() == errors;
    const DramOrganisation& o = device->organisation;
    c.channels = s.integer("channels", o.channels, {1, 4096});
    // What the platform says of a channel for `simple` must be what the device is.
    c.channel_capacity = s.size("channel_capacity", o.channel_capacity());
    if (sound && c.channel_capacity != o.channel_capacity()) {
        s.error("channel_capacity", "the device has " + core::format_size(o.channel_capacity()));
    }
    const core::Bandwidth peak = peak_bandwidth(*device);
    c.channel_bandwidth = s.bandwidth("channel_bandwidth", peak);
    if (sound && !(c.channel_bandwidth == peak)) {
        s.error("channel_bandwidth", "the device has " + core::format_bandwidth(peak));
    }
    c.burst = o.burst * o.pseudo_channels;
    c.row = c.burst * o.columns;
    c.banks = o.sids * o.banks_per_sid();
    c.interleave = s.size("interleave", c.interleave, {64, 1e15});  // assumption
    if (c.interleave > 0 &&
        (c.channel_capacity % c.interleave != 0 || c.interleave % c.burst != 0)) {
        s.error("interleave", "must divide the channel and be a multiple of its burst");
    }
    c.device = std::move(device);
    s.finish();
}

}  // namespace

DramConfig DramConfig::parse(core::Section s, const DramPresetFinder& find) {
    DramConfig c;
    c.model = s.choice("model", dram_models().names(), c.model);
    if (c.model == "cycle") {
        read_cycle(s, find, c);
        return c;
    }
    s.string("preset", "");  // of `cycle`; may stand there while `simple` is chosen
    // Organisation and rates: HBM3 at 6.4 Gb/s, 16 channels of two 32-bit pseudo channels with 1
    // KiB rows, 819.2 GB/s a stack (JESD238; the hbm3_6400 preset of Ramulator 2.1).
    c.channels = s.integer("channels", c.channels, {1, 4096});
    c.channel_capacity =
        s.size("channel_capacity", c.channel_capacity, {4096, 1e15});  // 16 GiB stack: assumption
    c.channel_bandwidth = s.bandwidth("channel_bandwidth", c.channel_bandwidth, {1e6, 1e13});
    c.interleave = s.size("interleave", c.interleave, {64, 1e15});  // assumption
    c.burst = s.size("burst", c.burst, {1, 4096});                  // 2 x (32 bit x BL8)
    c.row = s.size("row", c.row, {64, 1 << 20});                    // 2 x 1 KiB
    c.banks = s.integer("banks", c.banks, {1, 4096});  // 16 per stack ID; two IDs: assumption
    // nRCD 31, nRP 26, nCL 20 at tCK 0.625 ns: Ramulator 2.1, HBM3_6400.
    c.t_rcd = s.time("t_rcd", c.t_rcd);
    c.t_rp = s.time("t_rp", c.t_rp);
    c.t_cl = s.time("t_cl", c.t_cl);
    c.refresh = s.boolean("refresh", c.refresh);
    c.t_refi = s.time("t_refi", c.t_refi, {1, 1e15});  // Ramulator 2.1
    c.t_rfc = s.time("t_rfc", c.t_rfc);                // Ramulator 2.1, 8 Gb per channel
    // DDR4/DDR5 data sheets halve tREFI above 85 C; the same for HBM is an assumption.
    c.hot_celsius = s.temperature_c("hot_temperature", c.hot_celsius);
    c.queue_depth = s.integer("queue_depth", c.queue_depth, {1, 65536});  // assumption
    // Estimate for HBM3, activation and transfer together; HBM2 is 3.9 pJ/bit (O'Connor et al.,
    // MICRO 2017).
    c.energy_pj_per_bit = s.energy_pj("energy_per_bit", c.energy_pj_per_bit);
    c.activate_pj = s.energy_pj("activate_energy", c.activate_pj);
    check_organisation(s, c);
    s.finish();
    return c;
}

}  // namespace strata::models
