// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/stack_thermal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>

#include "models/thermal/accelerated_thermal.h"
#include "models/thermal/lumped_thermal.h"
#include "tests/support/temporary_directory.h"
#include "tests/thermal/stack_fixture.h"

namespace strata::test {
namespace {

using models::FloorplanBlock;
using models::PlatformBlock;
using models::StackThermal;
using models::StackThermalConfig;

const char* const kStack =
    "die: {width: 12mm, height: 10mm}\ngrid: [24, 20]\nambient: 45C\ntop: {h: 2e4}\n"
    "place: {dram: {layers: [dram0, dram1]}}\n"
    "layers:\n"
    "  - {name: logic, thickness: 60um, interface: 4e-6}\n"
    "  - {name: dram0, thickness: 40um, k: 100, interface: 4e-6}\n"
    "  - {name: dram1, thickness: 40um, k: 100}\n"
    "  - {name: nand, thickness: 40um, k: 60}\n";

StackThermalConfig parse(const std::string& text) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(text, "stack.yaml", {}, diagnostics);
    const StackThermalConfig config = StackThermalConfig::parse(document.root());
    diagnostics.throw_if_any();
    return config;
}

/// `sips` SIPs of two cubes: four PEs, two SRAM banks, a NoC, three DRAM channels each; an IO die.
std::vector<PlatformBlock> platform(int sips) {
    std::vector<PlatformBlock> blocks;
    for (int sip = 0; sip < sips; ++sip) {
        const std::string at = "sip" + std::to_string(sip) + '.';
        for (int cube = 0; cube < 2; ++cube) {
            const auto add = [&](const std::string& kind, int count) {
                for (int i = 0; i < count; ++i) {
                    blocks.push_back(
                        {at + "cube" + std::to_string(cube) + '.' + kind + std::to_string(i), kind,
                         sip, cube});
                }
            };
            add("pe", 4);
            add("sram", 2);
            add("noc", 1);
            add("dram", 3);
        }
        blocks.push_back({at + "io_cpu", "control", sip, -1});
    }
    return blocks;
}

TEST(Placement, FillsEveryLayerWithoutOverlap) {
    const StackThermalConfig config = parse(kStack);
    const std::vector<FloorplanBlock> plan = place_blocks(config, platform(1), 2, 1);
    core::Diagnostics diagnostics;
    std::map<std::string, double> area;
    std::vector<FloorplanBlock> copy = plan;
    for (FloorplanBlock& block : copy) {
        area[block.layer] += block.area.area();
    }
    models::check_floorplan(copy, {"logic", "dram0", "dram1", "nand"}, config.stack.die,
                            diagnostics);
    EXPECT_TRUE(diagnostics.ok()) << diagnostics.messages().front();
    EXPECT_NEAR(area["logic"], 120e-6, 1e-12);
    EXPECT_NEAR(area["dram0"], 0.96 * 120e-6, 1e-12);  // below it, the strip of the IO die
    EXPECT_EQ(area["dram0"], area["dram1"]);
    EXPECT_EQ(area.count("nand"), 0U);
    EXPECT_EQ(plan[0].name, "cube0.pe0");
    EXPECT_GT(plan[0].area.area(), 2 * plan[4].area.area() * 0.8);
}

TEST(StackThermal, HeatsWhereThePowerIsAndKeepsTheLedger) {
    const StackThermalConfig config = parse(kStack);
    const std::vector<PlatformBlock> blocks = platform(2);
    StackThermal model(config, blocks, 2, 1, 45.0);
    ASSERT_EQ(model.blocks(), blocks.size());
    ASSERT_EQ(model.stacks(), 2U);
    std::vector<double> power(blocks.size(), 0.0);
    power[1] = 12.0;  // sip0.cube0.pe1
    power[7] = 2.0;   // sip0.cube0.dram0, in two layers
    double joule = 0.0;
    for (int i = 0; i < 50; ++i) {
        const core::Ps dt = (i % 3 + 1) * core::kMillisecond;
        power[1] = 12.0 - 0.1 * i;
        model.step(dt, power);
        joule += static_cast<double>(dt) * 1e-12 * (power[1] + power[7]);
    }
    EXPECT_NEAR(model.energy_in_j(), joule, 1e-12 * joule);
    EXPECT_LT(model.energy_error(), 1e-12);
    EXPECT_EQ(model.max_c(), model.temperature_c(1));
    EXPECT_GT(model.temperature_c(7), 46.0);
    EXPECT_GT(model.temperature_c(0), model.temperature_c(10));  // nearer than the other cube's
    for (std::size_t i = blocks.size() / 2; i < blocks.size(); ++i) {
        EXPECT_NEAR(model.temperature_c(i), 45.0, 1e-9) << blocks[i].name;  // the other SIP
    }
}

TEST(StackThermal, SettlesWhereALongRunEnds) {
    const StackThermalConfig config = parse(kStack);
    const std::vector<PlatformBlock> blocks = platform(1);
    StackThermal settled(config, blocks, 2, 1, 45.0), stepped(config, blocks, 2, 1, 45.0);
    std::vector<double> power(blocks.size(), 0.3);
    settled.settle(power);
    stepped.step(100 * core::kSecond, power);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        EXPECT_NEAR(settled.temperature_c(i), stepped.temperature_c(i), 1e-8);
    }
}

TEST(Accelerated, ShowsTheSteadyStateOfTheMeanPower) {
    const std::vector<models::LumpedNode> nodes{{2.0, 0.1}, {5.0, 0.3}};
    models::AcceleratedThermal model(std::make_unique<models::LumpedThermal>(nodes, 45.0, 45.0));
    model.step(core::kMicrosecond, {10.0, 1.0});
    EXPECT_DOUBLE_EQ(model.temperature_c(0), 65.0);
    model.step(3 * core::kMicrosecond, {2.0, 1.0});
    EXPECT_DOUBLE_EQ(model.temperature_c(0), 45.0 + 2.0 * 4.0);
    EXPECT_DOUBLE_EQ(model.temperature_c(1), 50.0);
    EXPECT_DOUBLE_EQ(model.max_c(), 53.0);
}

TEST(StackThermal, AFloorplanFilePlacesThePlatformsBlocks) {
    TemporaryDirectory directory;
    std::ofstream(directory.file("plan.csv"))
        << "name,layer,x_mm,y_mm,w_mm,h_mm,power_w\n"
           "cube0.pe0,logic,0,0,6,5,0\ncube0.dram0,dram0,6,5,6,5,0\n";
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(std::string(kStack) + "floorplan: plan.csv\n",
                                                directory.file("stack.yaml"), {}, diagnostics);
    const StackThermalConfig config = StackThermalConfig::parse(document.root());
    ASSERT_TRUE(diagnostics.ok()) << diagnostics.messages().front();
    std::vector<PlatformBlock> blocks{{"sip0.cube0.dram0", "dram", 0, 0},
                                      {"sip0.cube0.pe0", "pe", 0, 0}};
    StackThermal model(config, blocks, 1, 1, 45.0);
    model.step(core::kMillisecond, {0.0, 5.0});
    EXPECT_GT(model.temperature_c(1), model.temperature_c(0) + 0.5);
    blocks.push_back({"sip0.cube0.pe1", "pe", 0, 0});
    EXPECT_THROW(StackThermal(config, blocks, 1, 1, 45.0), core::UserError);
}

TEST(ThermalSection, TakesAStack) {
    const auto read = [](const std::string& text) {
        core::Diagnostics diagnostics;
        auto document = core::ConfigDocument::parse(text, "platform.yaml", {}, diagnostics);
        const auto config = models::ThermalConfig::parse(document.root());
        diagnostics.throw_if_any();
        return config;
    };
    EXPECT_FALSE(read("model: lumped\n").stack);
    EXPECT_EQ(read("accelerate: steady\n").accelerate, "steady");
    const std::string stack =
        "model: stack\nstack:\n  die: {width: 1mm, height: 1mm}\n  top: {h: 1e4}\n"
        "  layers: [{name: logic, thickness: 1um}, {name: dram, thickness: 1um}]\n";
    EXPECT_THROW(read(stack), core::UserError);  // no layer for nand
    EXPECT_TRUE(read(stack + "  place: {nand: {layers: [dram]}}\n").stack);
    EXPECT_THROW(read("model: stack\n"), core::UserError);
}

}  // namespace
}  // namespace strata::test
