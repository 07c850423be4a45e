// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// `strata bench nand`: what a case may say, what its results tell, and command lists.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/diagnostics.h"
#include "core/output_file.h"
#include "platform/bench/nand_bench.h"
#include "tests/platform/run_result.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {
namespace {

/// Runs the text of a case.
Json run(const std::string& text, platform::NandBenchOptions options = {}) {
    const TemporaryDirectory directory;
    const std::string file = directory.file("case.yaml");
    core::write_file(file, text);
    return platform::run_nand_bench(file, {}, options);
}

/// A small die with `keys` beside the preset's, and `traffic`.
std::string a_case(const std::string& preset, const std::string& keys, const std::string& traffic) {
    return "nand: {preset: " + source_root() + "configs/presets/nand/" + preset +
           ".yaml, channels: 1, chips: 1, dies: 1, planes: 4, blocks: 64, pages: 48" + keys +
           "}\n" + traffic + "\n";
}

TEST(NandCase, ContradictionsAreErrorsThatSayWhatIsExpected) {
    struct Case {
        std::string text;
        std::string message;
    };
    const std::string reads = "traffic: {op: read, requests: 10}";
    for (const Case& c : {
             Case{a_case("slc_fast", ", page: 5000B", reads), "nand.page: must be a power of two"},
             {a_case("slc_fast", "", "traffic: {span: 1TiB}"),
              "traffic.span: expected 1B..45696KiB"},
             {a_case("slc_fast", "", reads + "\ntemperature: 900C"), "expected -60C..200C"},
             {a_case("slc_fast", "", reads + "\ntemperature: -400C"), "expected -60C..200C"},
             {a_case("slc_fast", ", reliability: {initial_cycles: 3000}", reads),
              "nand.reliability: without a decoder nobody sees the errors"},
             {a_case("slc_fast", ", ecc: {placement: base_die}", reads),
              "nand.ecc.parity: 448B of a page cross the bus with it: needs `spare`"},
             {a_case("slc_fast", ", ecc: {placement: die, hard: {correctable: 1000}}", reads),
              "nand.ecc.hard.correctable: expected at most half of the parity bits"},
             {a_case("slc_fast", ", ecc: {placement: die, soft: {correctable: 10}}", reads),
              "nand.ecc.soft.correctable: expected at least that of hard decision"},
             {a_case("hbf_gen1", "", reads), "traffic.op: nothing is there to be read from zones"},
             {a_case("hbf_gen1", "", "traffic: {op: write, pattern: random, requests: 10}"),
              "traffic.pattern: zones are written in order"},
             {a_case("hbf_gen1", "", "traffic: {op: mix, requests: 10}"),
              "traffic.op: zones are written in order"},
             {a_case("hbf_gen1", "", "traffic: {op: write, requests: 1000000}"),
              "traffic.requests: zones are written once: expected at most 12096"},
             {a_case("hbf_gen1", ", preloaded: all", "traffic: {op: write, requests: 10}"),
              "traffic.op: every zone is written already"},
             {a_case("hbf_gen1", ", preloaded: all", "traffic: {overwrites: 1}"),
              "traffic.overwrites: belongs to policy.mapping: page"},
             {a_case("slc_fast", "", "traffic: {op: read, overwrites: 1000000}"),
              "traffic.overwrites: expected 0..1000"},
             {"nand: {preset: " + source_root() +
                  "configs/presets/nand/slc_fast.yaml, channels: 80}\n" + reads,
              "traffic.span: 1.25e+09 pages would be written before the run"},
             {a_case("slc_fast", "", "commands: [PROGRAMM 0/0/0/0/0/0]"),
              "line 1: unknown command 'PROGRAMM'; did you mean 'PROGRAM'?"},
             {a_case("slc_fast", "", "commands: [READ 0/0/0/0/0/0, READ 0/0]"),
              "line 2: expected channel/chip/die/plane/block/page, got '0/0'"},
             {a_case("slc_fast", "", "commands: [at 5 READ 0/0/0/0/0/0]"),
              "line 1: expected a time such as 40us after `at`, got '5'"},
             {a_case("slc_fast", "", "commands: []"), "commands: expected at least one command"},
         }) {
        try {
            run(c.text);
            ADD_FAILURE() << "accepted: " << c.text;
        } catch (const core::UserError& error) {
            EXPECT_NE(std::string(error.what()).find(c.message), std::string::npos) << error.what();
        }
    }
}

TEST(NandCase, AnErrorOfThePresetBringsNoOthersWithIt) {
    try {
        run("nand: {preset: tlcc}\ntraffic: {op: read}\n");
        ADD_FAILURE();
    } catch (const core::UserError& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("did you mean 'tlc'?"), std::string::npos) << text;
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    }
}

// Preconditioning leaves no word line of a one-shot program half written.
TEST(NandCase, TheCheckerTakesBlocksAsPreconditioningLeftThem) {
    platform::NandBenchOptions options;
    options.check_trace = true;
    for (const char* preset : {"tlc", "slc_fast"}) {
        for (const char* span : {"256KiB", "2MiB", "16MiB"}) {
            const Json r = run(a_case(preset, "",
                                      std::string("traffic: {pattern: random, op: mix, requests: "
                                                  "2000, request: 16KiB, overwrites: 0.5, span: ") +
                                          span + "}"),
                               options);
            EXPECT_GT(r["trace_commands"], 0);
            EXPECT_EQ(r["trace_violations"], 0) << preset << ' ' << span << r["trace_messages"];
            EXPECT_EQ(r["faults"], 0);
        }
    }
}

TEST(NandCase, RequestsThatFailAreNoBandwidth) {
    const Json r = run(
        a_case("slc_fast",
               ", ecc: {placement: die}, reliability: {initial_cycles: 1e5, initial_hours: 1e5}",
               "traffic: {pattern: random, op: read, requests: 200}"));
    EXPECT_EQ(r["faults"], 200);
    EXPECT_EQ(r["fault_counts"]["uncorrectable error"], 200);
    EXPECT_EQ(r["first_faults"].size(), 16U);
    EXPECT_EQ(r["bandwidth_mbps"], 0.0);
    EXPECT_EQ(r["latency_us"]["max"], 0.0);
    EXPECT_NE(platform::nand_text(nlohmann::ordered_json(r)).find("200 requests failed, first at"),
              std::string::npos);
}

// slc_fast: 25 ns a command or address cycle, 4096 + 256 B at 1.2 GB/s.
TEST(NandCommands, TimesAreThoseOfTheDataSheet) {
    const Json r = run(a_case("slc_fast", "",
                              "commands:\n"
                              "  - PROGRAM 0/0/0/0/0/0\n"
                              "  - READ 0/0/0/0/0/0\n"
                              "  - DATA_OUT 0/0/0/0/0/0 64B\n"));
    const Json& o = r["operations"];
    ASSERT_EQ(o.size(), 3U);
    const double load = 7 * 25.0 + 150 + 20 + 4352 / 1.2;  // tADL, preamble
    EXPECT_NEAR(o[0]["bus_end_ns"], load, 0.001);
    EXPECT_NEAR(o[0]["array_end_ns"], load + 100 + 75'000, 0.001);
    EXPECT_EQ(o[1]["issued_ns"], o[0]["array_end_ns"]);
    const double read = 7 * 25.0 + 100 + 4'000;
    EXPECT_NEAR(o[1]["array_end_ns"].get<double>() - o[1]["issued_ns"].get<double>(), read, 0.001);
    EXPECT_EQ(o[2]["issued_ns"], o[1]["array_end_ns"]);
    EXPECT_EQ(r["taken"], 3);
    EXPECT_EQ(r["energy_pj"]["program"], 4096 * 8 * 100.0);
}

TEST(NandCommands, BrokenRulesAreRefusedCountedAndChangeNothing) {
    const std::string good[] = {"PROGRAM 0/0/0/0/0/0 0/0/0/1/0/0",
                                "at 100us SUSPEND 0/0/0/0/0/0",
                                "at 200us RESUME 0/0/0/0/0/0",
                                "READ 0/0/0/1/0/0",
                                "DATA_OUT 0/0/0/1/0/0",
                                "at 2ms ERASE 0/0/0/0/0/0"};
    const std::string bad[] = {"PROGRAM 0/0/0/0/0/2",      "PROGRAM 0/0/0/0/0/0",
                               "READ 0/0/0/0/1/0",         "READ 0/0/0/0/99/0",
                               "at 1us ERASE 0/0/0/2/0/0", "PROGRAM 0/0/0/2/0/0 0/0/0/2/1/0"};
    std::string clean = "commands:\n";
    std::string spoilt = "commands:\n";
    for (int i = 0; i < 6; ++i) {
        clean += "  - " + good[i] + "\n";
        spoilt += "  - " + good[i] + "\n";
        if (i == 0) {
            for (const std::string& line : bad) {
                spoilt += "  - " + line + "\n";
            }
        }
        spoilt += i == 1 ? "  - at 160us ERASE 0/0/0/0/0/0\n" : "";
    }
    platform::NandBenchOptions options;
    options.check_trace = true;
    const std::string keys = ", t_prog: 300us";
    const Json expected = run(a_case("slc_fast", keys, clean), options);
    const Json r = run(a_case("slc_fast", keys, spoilt), options);
    EXPECT_EQ(expected["refused"], 0);
    EXPECT_EQ(r["refused"], 7);
    const Json faults = {
        {"program not in page order", 1},       {"page programmed twice", 1},
        {"read of an erased page", 1},          {"beyond the target's capacity", 1},
        {"flash die, plane or bus is busy", 1}, {"pages that one command cannot take together", 1},
        {"erase of an open block", 1}};
    EXPECT_EQ(r["faults"], faults);
    EXPECT_EQ(r["operations"][1]["rule"], "pages of a block are programmed in order");
    EXPECT_EQ(r["sim_time_ns"], expected["sim_time_ns"]);
    EXPECT_EQ(r["energy_pj"], expected["energy_pj"]);
    EXPECT_EQ(r["trace_violations"], 0);
    EXPECT_EQ(r["trace_commands"], expected["trace_commands"]);
}

TEST(NandCommands, EveryCommandIsWithinReach) {
    platform::NandBenchOptions options;
    options.check_trace = true;
    const Json r = run(a_case("tlc", ", program: page",
                              "commands:\n"
                              "  - PROGRAM_CACHE 0/0/0/0/0/0\n"
                              "  - PROGRAM_CACHE 0/0/0/0/0/1\n"
                              "  - PROGRAM 0/0/0/0/0/2\n"
                              "  - at 4ms READ 0/0/0/0/0/0\n"
                              "  - READ_CACHE_SEQ 0/0/0/0/0/1\n"
                              "  - DATA_OUT 0/0/0/0/0/0\n"
                              "  - READ_CACHE_RND 0/0/0/0/0/0\n"
                              "  - DATA_OUT 0/0/0/0/0/1\n"
                              "  - READ_CACHE_END 0/0/0/0/0/0\n"
                              "  - DATA_OUT 0/0/0/0/0/0\n"
                              "  - COPYBACK_READ 0/0/0/0/0/2\n"
                              "  - COPYBACK_PROGRAM 0/0/0/0/1/0\n"
                              "  - STATUS 0/0/0/0/0/0\n"
                              "  - at 6ms ERASE 0/0/0/0/0/0\n"
                              "  - at 7ms SUSPEND 0/0/0/0/0/0\n"
                              "  - READ 0/0/0/0/1/0\n"
                              "  - DISCARD 0/0/0/0/1/0\n"
                              "  - RESUME 0/0/0/0/0/0\n"
                              "  - at 9ms RESET 0/0/0/0/0/0\n"
                              "  - SET_FEATURE 0/0/0/0/0/0\n"),
                       options);
    EXPECT_EQ(r["refused"], 0) << r["operations"].dump(1);
    EXPECT_EQ(r["trace_violations"], 0) << r["trace_messages"];
}

TEST(NandBench, WritesAWaveformOfBusesAndPlanes) {
    const TemporaryDirectory directory;
    platform::NandBenchOptions options;
    options.out = directory.file("");
    options.waveform = true;
    run(a_case("slc_fast", "", "traffic: {op: read, requests: 20}"), options);
    const std::string vcd = read_text(directory.file("trace.vcd"));
    EXPECT_NE(vcd.find("$var wire 2 ! bus [1:0] $end"), std::string::npos);
    EXPECT_NE(vcd.find("plane3"), std::string::npos);
    EXPECT_NE(read_text(directory.file("trace.gtkw")).find("channel0.bus"), std::string::npos);
    options.out.clear();
    EXPECT_THROW(run(a_case("slc_fast", "", "traffic: {requests: 20}"), options), core::UserError);
}

}  // namespace
}  // namespace strata::test
