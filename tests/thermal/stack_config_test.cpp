// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/stack_config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "models/thermal/grid_choice.h"
#include "models/thermal/power_schedule.h"
#include "models/thermal/stack_grid.h"
#include "models/thermal/stack_model.h"
#include "tests/support/temporary_directory.h"

namespace strata::models {
namespace {

using core::ConfigDocument;
using core::Diagnostics;

const char* const kHead = "die: {width: 10mm, height: 8mm}\nambient: 30C\ntop: {h: 10000}\n";

class StackSection : public testing::Test {
   protected:
    StackConfig parse(const std::string& text) {
        const std::string name = directory_.file("case.yaml");
        diagnostics_ = Diagnostics();
        document_ = ConfigDocument::parse(text, name, {}, diagnostics_);
        return StackConfig::parse(document_.root());
    }
    void expect_error(const std::string& text, const std::string& part) {
        parse(text);
        std::string all;
        for (const std::string& message : diagnostics_.messages()) {
            all += message + '\n';
        }
        EXPECT_NE(all.find(part), std::string::npos) << all << "lacks: " << part;
    }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(directory_.file(name)) << text;
    }
    test::TemporaryDirectory directory_;
    Diagnostics diagnostics_;
    ConfigDocument document_;
};

TEST_F(StackSection, ReadsEverything) {
    write("plan.csv",
          "name,layer,x_mm,y_mm,w_mm,h_mm,power_w\ncore,logic,1,1,4,4,7\nbank,dram,0,0,10,8,2\n");
    const StackConfig config = parse(std::string(kHead) + R"(
bottom: {temperature: 55C}
grid: [32, 24]
solver: cholesky
scheme: euler
leakage: {beta: 0.02, reference: 70C, limit: 200C}
spreader: {width: 20mm, height: 20mm, thickness: 2mm, interface: 1e-5}
sink: {width: 30mm, height: 40mm, cells: 3, k: 200, rho_c: 2.4e6}
layers:
  - {name: logic, thickness: 100um, k: 110, rho_c: 1.6e6, power: plan.csv, leakage: 0.5W}
  - {name: bond, thickness: 10um, k: {kx: 1, ky: 2, kz: 3}, rho_c: 2e6, interface: 1e-6, cells: 2}
  - name: dram
    thickness: 50um
    k: 100
    regions:
      - {x: 4mm, y: 3mm, width: 2mm, height: 1mm,
         tsv: {diameter: 10um, pitch: 20um, k: 400, rho_c: 3.5e6}}
  - {name: lid, thickness: 200um, power: uniform 3W}
)");
    ASSERT_TRUE(diagnostics_.ok()) << diagnostics_.messages().front();
    ASSERT_EQ(config.layers.size(), 6U);
    EXPECT_EQ(config.layers[1].material.ky, 2.0);
    EXPECT_EQ(config.layers[1].cells, 2U);
    EXPECT_EQ(config.layers[1].interface, 1e-6);
    EXPECT_EQ(config.layers[5].name, "sink");
    EXPECT_DOUBLE_EQ(config.layers[5].area.x, -10e-3);
    EXPECT_DOUBLE_EQ(config.layers[5].area.top(), 24e-3);
    EXPECT_EQ(config.bottom.kind, StackBoundary::Kind::kFixed);
    EXPECT_EQ(config.bottom.temperature_c, 55.0);
    EXPECT_EQ(config.top.temperature_c, 30.0);
    ASSERT_EQ(config.blocks.size(), 3U);
    EXPECT_EQ(config.blocks[0].leakage_w, 0.5);
    EXPECT_EQ(config.blocks[2].name, "lid");
    EXPECT_EQ(config.blocks[2].power_w, 3.0);
    EXPECT_FALSE(config.uniform_layers());

    const double fill = std::acos(-1.0) / 16;
    const Material& pillars = config.layers[2].regions[0].material;
    EXPECT_NEAR(pillars.kz, fill * 400 + (1 - fill) * 100, 1e-9);
    EXPECT_GT(pillars.kx, 100.0);
    EXPECT_LT(pillars.kx, pillars.kz);
}

TEST_F(StackSection, ResolvedDumpReadsBackToItself) {
    const std::string text = std::string(kHead) +
                             "layers:\n  - {name: a, thickness: 1um, k: {kx: 1, ky: 1, kz: 2}}\n"
                             "  - {name: b, thickness: 2um, power: {tiles: [2, 2], total: 4W}}\n";
    parse(text);
    const std::string once = document_.resolved_yaml();
    parse(once);
    ASSERT_TRUE(diagnostics_.ok()) << diagnostics_.messages().front();
    EXPECT_EQ(document_.resolved_yaml(), once);
}

TEST_F(StackSection, TilesCoverTheDie) {
    const StackConfig config =
        parse(std::string(kHead) +
              "layers: [{name: a, thickness: 1um, power: {tiles: [4, 2], name: t, total: 6W}}]\n");
    ASSERT_EQ(config.blocks.size(), 8U);
    EXPECT_EQ(config.blocks[5].name, "t_1_1");
    double area = 0.0, watts = 0.0;
    for (const FloorplanBlock& block : config.blocks) {
        area += block.area.area();
        watts += block.power_w;
    }
    EXPECT_NEAR(area, 80e-6, 1e-15);
    EXPECT_NEAR(watts, 6.0, 1e-12);
}

TEST_F(StackSection, RefusesWhatIsWrong) {
    const auto with_layer = [](const std::string& keys) {
        return std::string(kHead) + "layers:\n  - {name: a, thickness: 1um" + keys + "}\n";
    };
    expect_error(kHead, "expected at least one layer");
    expect_error(std::string(kHead) + "layers: [{name: a, thickness: 0um}]\n",
                 "case.yaml:4:31: layers.0.thickness: expected 1nm..1m, got 0um");
    expect_error(with_layer(", k: .nan"), "layers.0.k: expected a number, got .nan");
    expect_error(with_layer(", k: 0"), "layers.0.k: expected");
    expect_error(with_layer(", rho_c: -1"), "layers.0.rho_c: expected");
    expect_error(with_layer(", power: -3W"),
                 "case.yaml:5:38: layers.0.power: expected a floorplan");
    expect_error(with_layer(", power: uniform"), "expected the watts too");
    expect_error(with_layer(", power: none.csv"), "No such file");
    expect_error(with_layer(", colour: red"), "layers.0.colour: unknown key");
    expect_error(with_layer(", tsv: {diameter: 3um, pitch: 2um}"), "expected at most the pitch");
    expect_error(with_layer("") + "  - {name: a, thickness: 1um}\n", "exists already");
    expect_error(with_layer("") + "bottom: {h: 0}\n", "bottom.h: expected");
    expect_error(with_layer("") + "bottom: warm\n", "bottom: expected adiabatic");
    expect_error(with_layer("") + "bottom: {}\n", "expected adiabatic, {h");
    expect_error(with_layer("") + "grid: [64]\n", "expected auto or two sizes");
    expect_error(with_layer("") + "grid: [64, 0]\n", "grid.1: expected 1..1024, got 0");
    expect_error(with_layer("") + "solver: dtc\n", "did you mean 'dct'?");
    expect_error(with_layer("") + "solver: dct\nsink: {width: 40mm}\n", "dct needs layers");
    expect_error(with_layer("") + "sink: {width: 4mm}\n", "sink.width: expected 10mm..1m");
    expect_error(with_layer(", power: plan.csv"), "plan.csv");
}

TEST_F(StackSection, RefusesPowerForABlockThatDoesNotExist) {
    write("chip.flp", "core 5e-3 5e-3 0 0\n");
    write("chip.ptrace", "core cache\n1 2\n");
    expect_error(std::string(kHead) +
                     "layers: [{name: a, thickness: 1um, power: {floorplan: "
                     "chip.flp, trace: chip.ptrace}}]\n",
                 "chip.ptrace:1:6: power for a block 'cache' that layer 'a' does not have");
}

TEST_F(StackSection, TraceIsAScheduleAndItsMeanTheSteadyPower) {
    write("chip.flp", "core 5e-3 5e-3 0 0\ncache 5e-3 5e-3 5e-3 0\n");
    write("chip.ptrace", "cache core\n1 2\n3 6\n");
    const StackConfig config = parse(std::string(kHead) +
                                     "layers: [{name: a, thickness: 1um, power: {floorplan: "
                                     "chip.flp, trace: chip.ptrace}}]\n");
    ASSERT_TRUE(diagnostics_.ok()) << diagnostics_.messages().front();
    EXPECT_EQ(config.blocks[0].power_w, 4.0);
    ConfigDocument run = ConfigDocument::parse("mode: x", "run", {}, diagnostics_);
    core::Section section = run.root();
    const PowerSchedule schedule = PowerSchedule::parse(section, config, 1e-3);
    EXPECT_EQ(schedule.mean(0.0, 1e-3), (std::vector<double>{2.0, 1.0}));
    EXPECT_EQ(schedule.mean(1e-3, 2e-3), (std::vector<double>{6.0, 3.0}));
    EXPECT_EQ(schedule.mean(0.5e-3, 1.5e-3), (std::vector<double>{4.0, 2.0}));
}

class Schedule : public StackSection {
   protected:
    PowerSchedule read(const std::string& text) {
        config_ = parse(std::string(kHead) +
                        "layers: [{name: a, thickness: 1um, power: {tiles: [2, 1], total: 4W}}]\n");
        run_ = ConfigDocument::parse(text, directory_.file("run.yaml"), {}, diagnostics_);
        core::Section section = run_.root();
        return PowerSchedule::parse(section, config_, 1e-3);
    }
    StackConfig config_;
    ConfigDocument run_;
};

TEST_F(Schedule, ListOfChanges) {
    const PowerSchedule schedule = read(
        "power_schedule:\n  - {at: 1ms, scale: 0.5}\n  - {at: 2ms, block: a_1_0, power: 7W}\n");
    ASSERT_TRUE(diagnostics_.ok());
    EXPECT_EQ(schedule.mean(0.0, 1e-3), (std::vector<double>{2.0, 2.0}));
    EXPECT_EQ(schedule.mean(1e-3, 2e-3), (std::vector<double>{1.0, 1.0}));
    EXPECT_EQ(schedule.mean(5e-3, 6e-3), (std::vector<double>{1.0, 7.0}));
}

TEST_F(Schedule, CsvFile) {
    write("s.csv", "t_ms,a_0_0\n0,9\n2.5,1\n");
    const PowerSchedule schedule = read("power_schedule: s.csv\n");
    ASSERT_TRUE(diagnostics_.ok()) << diagnostics_.messages().front();
    EXPECT_EQ(schedule.mean(0.0, 1e-3), (std::vector<double>{9.0, 2.0}));
    EXPECT_EQ(schedule.mean(2e-3, 3e-3), (std::vector<double>{5.0, 2.0}));
}

TEST_F(Schedule, Mistakes) {
    read("power_schedule:\n  - {at: 1ms, block: b_1_0, power: 7W}\n");
    ASSERT_EQ(diagnostics_.messages().size(), 1U);
    EXPECT_NE(diagnostics_.messages()[0].find("run.yaml:2:22: power_schedule.0.block: power for a "
                                              "block 'b_1_0' that does not exist, did you mean "
                                              "'a_1_0'?"),
              std::string::npos);
    read("power_schedule:\n  - {at: 1ms, scale: -1}\n");
    EXPECT_FALSE(diagnostics_.ok());
    write("s.csv", "t_ms,a_0_0,x\n0,9,1\n0,nan,2\n");
    read("power_schedule: s.csv\n");
    EXPECT_EQ(diagnostics_.messages().size(), 2U);
}

TEST_F(StackSection, CellsShareABlockByArea) {
    const StackConfig config = parse(std::string(kHead) + "layers: [{name: a, thickness: 1um}]\n");
    const StackGrid grid = discretise(config, 10, 8);
    const auto cells = cells_under(grid, {0.5e-3, 1e-3, 2e-3, 1e-3});
    ASSERT_EQ(cells.size(), 3U);
    EXPECT_NEAR(cells[0].share, 0.25, 1e-12);
    EXPECT_NEAR(cells[1].share, 0.5, 1e-12);
    EXPECT_EQ(cells[2].cell, 12U);
    EXPECT_EQ(cells_under(grid, config.die).size(), 80U);
}

TEST_F(StackSection, AutoGridStopsWhereTheEstimateHolds) {
    write("hot.csv", "name,layer,x_mm,y_mm,w_mm,h_mm,power_w\nhot,a,3,3,2,2,20\n");
    const std::string layers =
        "layers: [{name: a, thickness: 100um, power: hot.csv}, {name: t, thickness: 20um, k: 5}]\n";
    const StackConfig loose = parse(std::string(kHead) + layers + "grid_tolerance_k: 20\n");
    const GridChoice coarse = choose_grid(loose);
    EXPECT_EQ(coarse.nx, 64U);
    EXPECT_EQ(coarse.ny, 52U);
    const GridChoice fine =
        choose_grid(parse(std::string(kHead) + layers + "grid_tolerance_k: 0.01\n"));
    EXPECT_EQ(fine.nx, 128U);
    ASSERT_EQ(fine.levels.size(), 3U);
    ASSERT_TRUE(fine.estimate_k && coarse.estimate_k);
    EXPECT_LT(*fine.estimate_k, *coarse.estimate_k);
    // What the estimate promises: the next level moves by about three quarters of it.
    const double move = std::abs(fine.levels[2].max_c - fine.levels[1].max_c);
    EXPECT_NEAR(move, *coarse.estimate_k * 0.75, *coarse.estimate_k * 0.5);
}

}  // namespace
}  // namespace strata::models
