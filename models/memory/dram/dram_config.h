// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Settings of a DRAM stack, shared by the DRAM models. Defaults: one HBM3 stack at 6.4 Gb/s.
//
// `model: cycle` takes its device from `preset` and overrides of that preset's keys
// (dram_preset.h); of the keys of `simple` only `channels` and `interleave` are left, and
// channel_capacity, channel_bandwidth, burst, row and banks follow from the device.

#include <memory>
#include <string>

#include "core/config.h"
#include "core/units.h"
#include "models/memory/dram/dram_preset.h"

namespace strata::models {

struct DramConfig {
    std::string model = "simple";  ///< name in the registry (factory.h)
    std::int64_t channels = 16;    ///< channels of a stack, each a network port
    core::Bytes channel_capacity = core::kGiB;
    core::Bandwidth channel_bandwidth{51'200'000'000};
    core::Bytes interleave = 4 * core::kKiB;  ///< consecutive bytes of one channel
    core::Bytes burst = 64;                   ///< both pseudo channels together
    core::Bytes row = 2 * core::kKiB;         ///< both pseudo channels together
    std::int64_t banks = 32;
    core::Ps t_rcd = 19'375;
    core::Ps t_rp = 16'250;
    core::Ps t_cl = 12'500;
    bool refresh = true;
    core::Ps t_refi = 3'900'000;
    core::Ps t_rfc = 350'000;
    double hot_celsius = 85.0;      ///< above: refresh twice as often
    std::int64_t queue_depth = 64;  ///< requests; a bulk request is one
    double energy_pj_per_bit = 3.5;
    double activate_pj = 0.0;  ///< 0: contained in the figure per bit

    std::shared_ptr<const DramDevice> device;  ///< of `cycle`; null for `simple`

    core::Bytes capacity() const { return channels * channel_capacity; }
    /// Reads and checks everything; the defaults stand in the fields above. `find` turns the name
    /// of a preset into its file.
    static DramConfig parse(core::Section s, const DramPresetFinder& find = {});
};

}  // namespace strata::models
