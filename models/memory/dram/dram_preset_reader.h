// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Inside of dram_preset.cpp: reads one mapping, a preset file or a section that overrides one. What
// the reader does is spread over dram_preset_reader.cpp (organisation, timings, address map),
// dram_preset_policy.cpp (policies, energy, ECC) and dram_preset_check.cpp (what has to agree).

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"
#include "models/memory/dram/dram_map_text.h"
#include "models/memory/dram/dram_timing.h"

namespace strata::models {

/// What a preset holds beyond the device: needed where an override is relative to it.
struct DramPreset {
    DramDevice device;
    DramMapText map;
    std::vector<std::pair<std::string, DramMapText>> maps;  // other maps by name
    std::int64_t chips = 1;
    double write_high = 0.8;
    double write_low = 0.2;
};

/// What `base` (null for a preset file) holds is the default of every key.
class DramPresetReader {
   public:
    DramPresetReader(core::Section& s, const DramPreset* base)
        : s_(s), base_(base), p_(base != nullptr ? *base : DramPreset{}) {}

    /// All errors go to the diagnostics behind the section.
    DramPreset read();

   private:
    using Member = DramTicks DramTiming::*;

    template <class T>
    std::optional<T> fallback(T value) const {
        return base_ != nullptr ? std::optional<T>(value) : std::nullopt;
    }

    void integer(core::Section& s, const char* key, std::int32_t& value, core::Range range,
                 std::optional<std::int64_t> otherwise = {});
    /// A time in `ns` … or `nCK`. Without a preset below, `otherwise` is the default; with none
    /// the key is required.
    DramTicks ticks(core::Section& s, const char* key, DramTicks value,
                    std::optional<DramTicks> otherwise);
    void ticks(const char* key, Member member, std::optional<DramTicks> otherwise = {});
    double clock_ps() const { return static_cast<double>(p_.device.timing.tick_fs) * 2e-3; }
    std::int64_t clocks_of(core::Ps time) const;

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
    const DramPreset* base_;
    DramPreset p_;
};

/// `16nCK`, `1.5nCK`.
std::string dram_clocks_text(DramTicks ticks);

/// A number of at least 0 with the unit `unit`, or nothing.
std::optional<double> number_with_unit(const std::string& text, const std::string& unit);

}  // namespace strata::models
