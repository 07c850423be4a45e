// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Inside of flash_preset.cpp: reads one mapping, a preset file or a section that overrides one.
// What the reader does is spread over flash_preset_reader.cpp (geometry, cell, die, bus) and
// flash_preset.cpp (link, energy, throttling, what has to agree).

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/memory/nand/flash_config.h"

namespace strata::models {

using FlashPageTimes = std::array<core::Ps, kMaxPageTypes>;

/// What a preset holds beyond the device: needed where an override is relative to it.
struct FlashPreset {
    FlashConfig config;
    FlashInterface interface = FlashInterface::kNvDdr3;
    std::int32_t multi_plane = 1;  // as written; the planes of a die limit it
    std::int64_t width = 8;
    core::Frequency transfers{1'000'000'000};
    std::optional<FlashBusTiming> timing;  // none: overheads are given
    std::vector<std::pair<std::string, core::Bandwidth>> grades;
    std::string grade;
};

/// Reads one mapping; what `base` (absent for a preset file) holds is the default of every key.
class FlashPresetReader {
   public:
    FlashPresetReader(core::Section& s, const FlashPreset* base, const FlashKeysReader& controller)
        : s_(s),
          base_(base),
          controller_(controller),
          p_(base != nullptr ? *base : FlashPreset{}) {}

    /// All errors go to the diagnostics behind the section.
    FlashPreset read();

   private:
    template <class T>
    std::optional<T> fallback(T value) const {
        return base_ != nullptr ? std::optional<T>(value) : std::nullopt;
    }
    void count(core::Section& s, const char* key, std::int32_t& value, core::Range range,
               std::optional<std::int64_t> otherwise = {}) {
        const auto chosen = base_ != nullptr ? std::optional<std::int64_t>(value) : otherwise;
        value = static_cast<std::int32_t>(s.integer(key, chosen, range));
    }
    std::vector<core::Ps> times(core::Section& s, const char* key,
                                const std::optional<std::vector<core::Ps>>& otherwise);
    void page_times(const char* key, FlashPageTimes& value, std::int32_t types);

    void geometry();
    void cell();
    void die();
    void bus();
    void onfi(core::Section& s, core::Section waits);
    void overheads(core::Section s);
    void link();
    void energy();
    void throttle();
    void endurance();
    void data_sheet();
    void figure(core::Section& s, const char* key, core::Bandwidth is, const char* what);

    core::Section& s_;
    const FlashPreset* base_;
    const FlashKeysReader& controller_;
    FlashPreset p_;
};

}  // namespace strata::models
