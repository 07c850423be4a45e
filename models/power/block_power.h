// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a block draws without doing anything, and how much of it gating saves.
//
// Modelled: idle (clock tree and control) and leakage power per block; after a quiet time its
//           clock stops (`clock`: no idle power), or its supply is cut (`power`: no idle power, and
//           of the leakage what the retention cells keep), until the next event; an energy per
//           wake-up.
// Not modelled: the time that waking takes; when in a window an event was: a window with an event
//           counts as spent awake from end to end, so gating never saves more than it would.
// Values:   without source, hence 0 for all but PEs (section pe.energy): assumption of the user's.
// Units:    W, pJ, ps.

#include "core/config.h"
#include "core/units.h"

namespace strata::models {

/// Section `power.blocks.<kind>` of a platform.
struct BlockPowerConfig {
    enum class Gating : std::uint8_t { kNone, kClock, kPower };
    double idle_w = 0.0;     ///< at the nominal level
    double leakage_w = 0.0;  ///< at the nominal level and the reference temperature
    Gating gating = Gating::kNone;
    core::Ps after = 0;        ///< quiet time before it gates
    double retention = 0.1;    ///< share of the leakage that power gating leaves
    double wake_energy = 0.0;  ///< pJ, per block

    static BlockPowerConfig parse(core::Section section);
    /// Without idle and leakage, which have another section.
    static BlockPowerConfig parse_gating(core::Section section);
};

/// One block, window by window.
class GatedBlock {
   public:
    GatedBlock() = default;  // never gates
    explicit GatedBlock(const BlockPowerConfig& config) : config_(config) {}

    struct Window {
        double idle = 1.0;     ///< share of the idle energy that the block drew in it
        double leakage = 1.0;  ///< the same of the leakage
        bool woke = false;     ///< it came out of gating
    };
    /// The window of `length` that has just ended, with or without an event of the block.
    Window end_window(core::Ps length, bool is_active);

   private:
    BlockPowerConfig config_;
    core::Ps quiet_ = 0;  // up to now
    bool gated_ = false;
};

}  // namespace strata::models
