// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/floorplan.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace strata::models {
namespace {

using core::Diagnostics;

class Floorplan : public testing::Test {
   protected:
    std::string write(const std::string& name, const std::string& text) {
        const std::string path = directory_.file(name);
        std::ofstream(path) << text;
        return path;
    }
    /// The messages of reading and checking a CSV, without the directory.
    std::vector<std::string> complaints(const std::string& rows) {
        const std::string path = write("f.csv", "name,layer,x_mm,y_mm,w_mm,h_mm,power_w\n" + rows);
        Diagnostics diagnostics;
        const auto blocks = read_floorplan_csv(path, diagnostics);
        check_floorplan(blocks, {"logic", "dram"}, {0, 0, 10e-3, 8e-3}, diagnostics);
        std::vector<std::string> messages;
        for (std::string message : diagnostics.messages()) {
            for (auto at = message.find(path); at != std::string::npos; at = message.find(path)) {
                message.replace(at, path.size(), "f.csv");
            }
            messages.push_back(message);
        }
        return messages;
    }
    void expect_one(const std::string& rows, const std::string& message) {
        const auto messages = complaints(rows);
        ASSERT_EQ(messages.size(), 1U) << (messages.empty() ? "" : messages.front());
        EXPECT_EQ(messages.front(), message);
    }
    test::TemporaryDirectory directory_;
};

TEST_F(Floorplan, ReadsCsv) {
    const std::string path = write("f.csv",
                                   "# made by hand\n"
                                   "name,layer,x_mm,y_mm,w_mm,h_mm,power_w,leakage_w\n"
                                   "core0, logic, 0, 0.5, 5, 2, 1.25, 0.1  # hot\n\n"
                                   "bank,dram,1e0,2,3,4,0,0\r\n");
    Diagnostics diagnostics;
    const auto blocks = read_floorplan_csv(path, diagnostics);
    ASSERT_TRUE(diagnostics.ok());
    ASSERT_EQ(blocks.size(), 2U);
    EXPECT_EQ(blocks[0].name, "core0");
    EXPECT_EQ(blocks[0].layer, "logic");
    EXPECT_DOUBLE_EQ(blocks[0].area.y, 0.5e-3);
    EXPECT_DOUBLE_EQ(blocks[0].area.width, 5e-3);
    EXPECT_EQ(blocks[0].power_w, 1.25);
    EXPECT_EQ(blocks[0].leakage_w, 0.1);
    EXPECT_EQ(blocks[1].place.line, 5);
}

TEST_F(Floorplan, CsvComesBackFromItsWriter) {
    const std::vector<FloorplanBlock> blocks{
        {"a", "logic", {0.1e-3, 0.2e-3, 1.3e-3, 0.7e-3}, 0.3, 0.05, {}},
        {"b", "dram", {1.5e-3, 0, 1e-3, 1e-3}, 2.0 / 3.0, 0, {}}};
    const std::string path = write("f.csv", to_csv(blocks));
    Diagnostics diagnostics;
    const auto back = read_floorplan_csv(path, diagnostics);
    ASSERT_TRUE(diagnostics.ok());
    ASSERT_EQ(back.size(), 2U);
    EXPECT_EQ(back[1].power_w, blocks[1].power_w);
    EXPECT_NEAR(back[0].area.width, blocks[0].area.width, 1e-18);
    EXPECT_EQ(to_csv(back), to_csv(blocks));
}

TEST_F(Floorplan, ReadsHotSpotFiles) {
    const std::string flp = write("chip.flp",
                                  "# comment\n"
                                  "L2\t0.016\t0.0098\t0.0\t0.0\n"
                                  "core 0.004 0.002 0.0 0.0098 1.75e6 0.01\n");
    const std::string trace = write("chip.ptrace", "L2 core\n1.5 2\n0.5 3e0\n");
    Diagnostics diagnostics;
    const auto blocks = read_flp(flp, "die", diagnostics);
    const PowerTable table = read_ptrace(trace, diagnostics);
    ASSERT_TRUE(diagnostics.ok());
    ASSERT_EQ(blocks.size(), 2U);
    EXPECT_EQ(blocks[1].layer, "die");
    EXPECT_EQ(blocks[1].area.y, 0.0098);
    EXPECT_EQ(table.names, (std::vector<std::string>{"L2", "core"}));
    ASSERT_EQ(table.rows.size(), 2U);
    EXPECT_EQ(table.rows[1][1], 3.0);

    const std::string again = write("again.flp", to_flp(blocks, "die"));
    const auto back = read_flp(again, "die", diagnostics);
    ASSERT_EQ(back.size(), 2U);
    EXPECT_EQ(back[0].area.height, blocks[0].area.height);
    const std::string powers = write("again.ptrace", to_ptrace(blocks, table.rows));
    EXPECT_EQ(read_ptrace(powers, diagnostics).rows, table.rows);
}

TEST_F(Floorplan, SaysWhereBlocksOverlap) {
    expect_one("a,logic,0,0,5,5,1\nb,dram,0,0,5,5,1\nc,logic,4,4,2,2,1\n",
               "f.csv:4:1: block 'c' overlaps 'a' (f.csv:2:1)");
    EXPECT_TRUE(complaints("a,logic,0,0,5,8,1\nb,logic,5,0,5,8,1\n").empty());
}

TEST_F(Floorplan, SaysWhichBlockLeavesTheDie) {
    expect_one("a,logic,6,0,5,5,1\n",
               "f.csv:2:1: block 'a' leaves the die: x 6..11 mm, y 0..5 mm, the die is x 0..10 "
               "mm, y 0..8 mm");
    expect_one("a,logic,-1,0,5,5,1\n",
               "f.csv:2:1: block 'a' leaves the die: x -1..4 mm, y 0..5 mm, the die is x 0..10 "
               "mm, y 0..8 mm");
}

TEST_F(Floorplan, SaysWhichBlockHasNoLayer) {
    expect_one("a,logik,0,0,5,5,1\n",
               "f.csv:2:1: block 'a': no layer 'logik' in the stack, did you mean 'logic'?");
    expect_one("a,,0,0,5,5,1\n", "f.csv:2:1: block 'a': no layer '' in the stack");
}

TEST_F(Floorplan, RefusesBadNumbers) {
    expect_one("a,logic,0,0,5,5,nan\n", "f.csv:2:17: power_w: expected a finite number, got 'nan'");
    expect_one("a,logic,0,0,5,5,-1\n", "f.csv:2:17: power_w: expected at least 0, got -1");
    expect_one("a,logic,0,0,0,5,1\n", "f.csv:2:13: w_mm: expected more than 0, got 0");
    expect_one("a,logic,0,0,5,inf,1\n", "f.csv:2:15: h_mm: expected a finite number, got 'inf'");
    expect_one("a,logic,0,zero,5,5,1\n", "f.csv:2:11: y_mm: expected a finite number, got 'zero'");
    expect_one("a,logic,0,0,5,5,\n", "f.csv:2:17: power_w: expected a finite number, got ''");
}

TEST_F(Floorplan, RefusesBadRows) {
    expect_one("a,logic,0,0,5,5\n", "f.csv:2:1: expected 7 columns, got 6");
    expect_one(",logic,0,0,5,5,1\n", "f.csv:2:1: name: missing");
    expect_one("a,logic,0,0,2,2,1\na,logic,4,4,2,2,1\n",
               "f.csv:3:1: layer 'logic' has a block 'a' already (f.csv:2:1)");
}

TEST_F(Floorplan, ReportsAllMistakesOfAFile) {
    EXPECT_EQ(complaints("a,logic,0,0,5,5,-1\nb,x,0,0,1,1,1\nc,logic,9,9,9,9,1\n").size(), 3U);
}

TEST_F(Floorplan, RefusesFilesThatAreNone) {
    Diagnostics diagnostics;
    EXPECT_TRUE(read_floorplan_csv(directory_.file("none.csv"), diagnostics).empty());
    EXPECT_TRUE(read_floorplan_csv(write("h.csv", "a,b\n"), diagnostics).empty());
    EXPECT_TRUE(read_flp(write("short.flp", "a 1 2 3\n"), "l", diagnostics).empty());
    const PowerTable table = read_ptrace(write("p.ptrace", "a a\n1 2\n-1 0\n1\n"), diagnostics);
    ASSERT_EQ(diagnostics.messages().size(), 6U);
    EXPECT_NE(diagnostics.messages()[0].find("No such file"), std::string::npos);
    EXPECT_NE(diagnostics.messages()[1].find("expected the header"), std::string::npos);
    EXPECT_NE(diagnostics.messages()[2].find("short.flp:1:1: expected 5..7 columns"),
              std::string::npos);
    EXPECT_NE(diagnostics.messages()[3].find("has a column already"), std::string::npos);
    EXPECT_NE(diagnostics.messages()[4].find("p.ptrace:3:1: a: expected at least 0"),
              std::string::npos);
}

}  // namespace
}  // namespace strata::models
