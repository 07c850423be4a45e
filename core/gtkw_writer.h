// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A GTKWave save file for a waveform of VcdWriter: opens with all signals grouped by kind of
// component (what is beyond a screenful folded), enumerations with their names, analogue curves for
// real values, zoomed to the whole run.

#include <string>
#include <vector>

#include "core/vcd_writer.h"

namespace strata::core {

/// Writes `gtkw_path` and, beside it, one translate-filter file per distinct enumeration
/// (`<stem>.<n>.enum`). `vcd_path` is relative to the save file's directory: `trace.vcd`, so that a
/// run directory may be moved. UserError on I/O errors.
void write_gtkw(const std::string& gtkw_path, const std::string& vcd_path,
                const std::vector<VcdSignal>& signals, Ps end);

}  // namespace strata::core
