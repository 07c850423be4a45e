// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_preset.h"

#include <cmath>
#include <filesystem>

#include "models/memory/dram/dram_preset_reader.h"

namespace strata::models {

namespace {

DramPreset load(const std::string& file, core::Diagnostics& diagnostics) {
    core::ConfigDocument document = core::ConfigDocument::load(file, {}, diagnostics);
    DramPreset preset;
    if (!diagnostics.ok()) {
        return preset;
    }
    core::Section root = document.root();
    preset = DramPresetReader(root, nullptr).read();
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
    DramPreset preset;
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
    return DramPresetReader(s, &preset).read().device;
}

DramDevice load_dram_preset(const std::string& file) {
    core::Diagnostics diagnostics;
    const DramPreset preset = load(file, diagnostics);
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
