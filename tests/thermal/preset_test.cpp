// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The stacks in configs/presets/thermal, on coarse grids.

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "models/thermal/stack_model.h"

namespace strata::test {
namespace {

namespace fs = std::filesystem;

const fs::path kPresets = fs::path(STRATA_SOURCE_DIR) / "configs/presets/thermal";

models::StackConfig read(const std::string& name) {
    core::Diagnostics diagnostics;
    auto document =
        core::ConfigDocument::load((kPresets / (name + ".yaml")).string(), {}, diagnostics);
    const auto config = models::StackConfig::parse(document.root().section("thermal"));
    diagnostics.throw_if_any();
    return config;
}

/// The hottest layer maximum of the steady state under the preset's power.
double peak_c(const models::StackConfig& config) {
    models::StackModel model(config, 24, 16);
    std::vector<double> power_w;
    for (const models::FloorplanBlock& block : config.blocks) {
        power_w.push_back(block.power_w);
    }
    model.steady(power_w);
    EXPECT_LT(model.energy_error(), 1e-12);
    double peak = 0.0;
    for (std::size_t i = 0; i < config.layers.size(); ++i) {
        peak = std::max(peak, model.layer(i).max_c);
    }
    return peak;
}

TEST(Presets, AllReadAndSolve) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(kPresets)) {
        if (entry.path().extension() == ".yaml") {
            names.insert(entry.path().stem().string());
        }
    }
    EXPECT_EQ(names, (std::set<std::string>{"hbf_stack", "hbm_on_logic", "sip_2_5d",
                                            "tas_moe_realistic", "tas_moe_seed"}));
    for (const std::string& name : names) {
        const double peak = peak_c(read(name));
        EXPECT_GT(peak, 50.0) << name;
        EXPECT_LT(peak, 130.0) << name;
    }
}

TEST(Presets, TasMoeHasItsCoresAndBanks) {
    const models::StackConfig seed = read("tas_moe_seed");
    EXPECT_EQ(seed.blocks.size(), 64U + 8 * 32 * 32);
    double logic_w = 0.0;
    for (const models::FloorplanBlock& block : seed.blocks) {
        logic_w += block.layer == "logic" ? block.power_w : 0.0;
    }
    EXPECT_NEAR(logic_w, 52.0, 1e-3);
    EXPECT_GT(peak_c(seed), peak_c(read("tas_moe_realistic")));  // 2 W/mK against 100
}

}  // namespace
}  // namespace strata::test
