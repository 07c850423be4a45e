// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DRAM devices from YAML: a preset file, and a section that names a preset and overrides any of
// its keys. docs/dram.md lists the keys.
//
// Timings are written as `260ns` or `16nCK` (`1.5nCK`: half clocks). A time is rounded up to whole
// clocks with the guard band of JESD79-4 (2.5 % of a clock). Overriding `t_ck` keeps the number of
// clocks of every timing that is not overridden too.
//
// A preset is checked when it is read: density of the chips against the organisation, timings
// in ns against clocks, bandwidth against burst and clock, and the address map, which has to be a
// bijection over the capacity.

#include <functional>
#include <string>

#include "core/config.h"
#include "core/units.h"
#include "models/memory/dram/dram_timing.h"

namespace strata::models {

/// Path of a preset's file; throws core::UserError when there is none.
using DramPresetFinder = std::function<std::string(const std::string& name)>;

/// Reads `preset` and all overrides of `s`, but leaves s.finish() to the caller, who may have
/// keys of its own there. Without a finder `preset` is a path. All errors go to the diagnostics
/// behind `s`.
DramDevice parse_dram_device(core::Section& s, const DramPresetFinder& find);

/// Reads a preset file alone. Throws core::UserError with all its errors.
DramDevice load_dram_preset(const std::string& file);

/// Highest data rate of one channel, all pseudo channels together.
core::Bandwidth peak_bandwidth(const DramDevice& device);

}  // namespace strata::models
