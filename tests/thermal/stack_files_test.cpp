// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What is written about a stack: maps, pictures, input files of other simulators.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "models/thermal/heat_map.h"
#include "models/thermal/stack_export.h"
#include "tests/support/temporary_directory.h"
#include "tests/thermal/stack_fixture.h"

namespace strata::test {
namespace {

using models::StackConfig;
using models::StackModel;

std::string content(const models::ExportedFiles& files, const std::string& name) {
    for (const auto& [file, text] : files) {
        if (file == name) {
            return text;
        }
    }
    ADD_FAILURE() << "no file " << name;
    return "";
}

StackConfig exportable() {
    StackConfig config = five_layers();
    config.layers[2].interface = 0.0;
    return config;
}

TEST(Map, CsvHoldsEveryCell) {
    StackModel model(five_layers(), 5, 3);
    model.steady({1.0, 2.0, 3.0});
    std::istringstream lines(models::map_csv(model, 2));
    const std::vector<double> celsius = model.plane_c(2);
    std::string line;
    std::size_t i = 0;
    while (std::getline(lines, line)) {
        std::istringstream cells(line);
        for (std::string cell; std::getline(cells, cell, ','); ++i) {
            EXPECT_NEAR(std::stod(cell), celsius[i], 1e-6);
        }
    }
    EXPECT_EQ(i, 15U);
}

TEST(Map, PictureShowsEveryLayerOnOneScale) {
    StackModel model(with_regions(), 8, 6);
    model.steady({5.0, 2.0, 3.0});
    const std::string svg = models::map_svg(model, "a < b");
    for (const std::string part : {"<svg ", "a &lt; b", "l0  max", "l4  max", "°C", "</svg>",
                                   "12 mm × 9 mm", "<title>c</title>"}) {
        EXPECT_NE(svg.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg, models::map_svg(model, "a < b"));
}

TEST(Export, HotSpotFloorplansTileTheDie) {
    const StackConfig config = exportable();
    const auto files = models::export_hotspot(config, {{1, 2, 3}, {4, 5, 6}}, 1e-3, 24, 18);
    TemporaryDirectory directory;
    const std::string path = directory.file("l1.flp");
    std::ofstream(path) << content(files, "l1.flp");
    core::Diagnostics diagnostics;
    const auto blocks = models::read_flp(path, "l1", diagnostics);
    double area = 0.0;
    for (const auto& block : blocks) {
        area += block.area.area();
    }
    EXPECT_NEAR(area, config.die.area(), 1e-12);
    models::check_floorplan(blocks, {"l1"}, config.die, diagnostics);
    EXPECT_TRUE(diagnostics.ok());

    const std::string powers = directory.file("power.ptrace");
    std::ofstream(powers) << content(files, "power.ptrace");
    const models::PowerTable table = models::read_ptrace(powers, diagnostics);
    ASSERT_EQ(table.rows.size(), 2U);
    EXPECT_NEAR(total(table.rows[0]), 6.0, 1e-12);
    const auto at = std::find(table.names.begin(), table.names.end(), "l3.c");
    ASSERT_NE(at, table.names.end());
    EXPECT_EQ(table.rows[1][static_cast<std::size_t>(at - table.names.begin())], 6.0);
    EXPECT_NE(content(files, "stack.lcf").find("l4.flp"), std::string::npos);
}

TEST(Export, ThreeDIceListsTheStackFromTheTop) {
    const auto files = models::export_3dice(exportable(), {{1, 2, 3}}, 1e-3, 24, 18);
    const std::string stack = content(files, "stack.stk");
    EXPECT_LT(stack.find("layer z4_l4"), stack.find("die z3_l3"));
    EXPECT_LT(stack.find("die z1_l1"), stack.find("layer z0_l0"));
    EXPECT_NE(stack.find("chip length 12000, width 9000"), std::string::npos);
    EXPECT_NE(stack.find("cell length 500, width 500"), std::string::npos);
    EXPECT_NE(content(files, "l1.3dice.flp").find("position 6000, 4000"), std::string::npos);
}

TEST(Export, RefusesWhatTheOthersCannotExpress) {
    EXPECT_EQ(models::not_exportable(exportable()), "");
    EXPECT_NE(models::not_exportable(five_layers()), "");
    EXPECT_NE(models::not_exportable(with_regions()), "");
    StackConfig warm = exportable();
    warm.bottom = {models::StackBoundary::Kind::kFixed, 0.0, 50.0};
    EXPECT_NE(models::not_exportable(warm), "");
}

}  // namespace
}  // namespace strata::test
