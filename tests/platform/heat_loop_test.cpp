// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Power and heat in a whole run: governor, leakage, gating, emergency, the energy given to the heat
// model, and repeated power traces. A matrix product keeps the PEs of `mini` busy.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

constexpr double kAmbient = 45.0;

/// Compute bound. Each of four PEs multiplies 64 tiles in 64 folds of 128 + 16 + 16 - 2 cycles.
constexpr double kBusy = 64.0 * 64 * 158;

std::string hot_workload() {
    static const TemporaryDirectory directory;
    const std::string file = directory.file("hot.yaml");
    std::ofstream(file) << "kind: gemm\nm: 2048\nn: 512\nk: 512\ntype: int8\ntile_m: 128\n"
                           "tile_n: 128\ntile_k: 128\nb: dram\nfunctional: false\nseed: 1\n";
    return file;
}

Arguments settings(const Arguments& list) {
    Arguments arguments;
    for (const std::string& setting : list) {
        arguments.insert(arguments.end(), {"--set", setting});
    }
    return arguments;
}

Arguments operator+(Arguments a, const Arguments& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// PEs that heat up in 90 us: 300 K/W, 0.3 uJ/K.
const Arguments kHot = {"monitor.window=2us", "thermal.pe.resistance=300K/W",
                        "thermal.pe.capacity=0.3uJ/K"};

double launch_ns(const RunResult& run) {
    return run.summary()["ns_per_token"].get<double>();
}

void expect_closed(const RunResult& run) {
    const Json summary = run.summary();
    const auto total = summary["energy_pj"]["total"].get<double>();
    EXPECT_NEAR(summary["thermal"]["heat_given_pj"].get<double>(), total, 1e-12 * total);
}

// What runs on the PEs' clock takes 1.25 times as long at 0.8 of it.
TEST(HeatLoop, ALowerLevelCostsItsRatio) {
    const RunResult fast(hot_workload(), settings(kHot + Arguments{"power.governor=none"}));
    const RunResult slow(hot_workload(), settings(kHot + Arguments{"power.trip=40C"}));
    EXPECT_NEAR(launch_ns(slow) - launch_ns(fast), 0.25 * kBusy, 0.005 * kBusy);
    EXPECT_NEAR(launch_ns(slow) / launch_ns(fast), 1.25, 0.02);
}

/// Mean of a block's power over the windows from `from_ns` to `to_ns`.
double mean_power(const RunResult& run, const std::string& block, double from_ns, double to_ns) {
    const Table table(run.text("blocks_power_w.csv"));
    double joule = 0.0, ns = 0.0, last = 0.0;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const double now = table.at(row, "t_ns");
        if (last >= from_ns && now <= to_ns) {
            joule += table.at(row, block) * (now - last);
            ns += now - last;
        }
        last = now;
    }
    return joule / ns;
}

// The PEs would settle near 74 C at 1 GHz and 65 C at 0.8 GHz: the governor holds 70 C by
// switching, and the product of mean clock and time stays what it was.
TEST(HeatLoop, GovernorHoldsTheTripPointAndPerformanceFallsAsPredicted) {
    const Arguments base = kHot + Arguments{"power.leakage_beta=0", "pe.energy.leakage=10mW"};
    const RunResult governed(
        hot_workload(), settings(base + Arguments{"power.trip=70C", "power.hysteresis_k=0.5"}));
    const Table windows(governed.text("windows.csv"));
    const double end = governed.summary()["sim_time_ns"].get<double>() - 20'000.0;
    double begin = 0.0;  // the first time at the trip point
    for (std::size_t row = 0; begin == 0.0 && row < windows.rows(); ++row) {
        begin = windows.at(row, "temp_max_c") > 70.0 ? windows.at(row, "t_ns") : 0.0;
    }
    ASSERT_GT(begin, 0.0);
    double ghz = 0.0, ns = 0.0, last = 0.0;
    for (std::size_t row = 0; row < windows.rows(); ++row) {
        const double now = windows.at(row, "t_ns");
        if (last >= begin && now <= end) {
            // One window moves a node by 2 us / 90 us of some 5 K, of 20 K while it waits.
            EXPECT_LT(windows.at(row, "temp_max_c"), 70.0 + 0.3) << now;
            EXPECT_GT(windows.at(row, "temp_max_c"), 70.0 - 0.5 - 0.5) << now;
            ghz += windows.at(row, "freq_ghz_min") * (now - last);
            ns += now - last;
        }
        last = now;
    }
    ghz /= ns;
    EXPECT_GT(ghz, 0.82);
    EXPECT_LT(ghz, 0.98);
    EXPECT_GT(governed.summary()["thermal"]["level_changes"].get<int>(), 10);

    const RunResult fast(hot_workload(), settings(base + Arguments{"power.governor=none"}));
    // Until `begin` it ran at 1 GHz.
    const double lost = (1.0 - ghz) * ns;
    EXPECT_NEAR(launch_ns(governed) - lost, launch_ns(fast), 0.01 * launch_ns(fast));

    // The heat that 69.75 C carries away, between the power of two levels.
    const RunResult slow(hot_workload(), settings(base + Arguments{"power.trip=40C"}));
    double wanted = 0.0, high = 0.0, low = 0.0;
    for (int pe = 0; pe < 4; ++pe) {
        const std::string block = "sip0.cube0.pe" + std::to_string(pe);
        wanted = std::max(wanted, mean_power(governed, block, begin, end));
        high = std::max(high, mean_power(fast, block, 40'000.0, 640'000.0));
        low = std::max(low, mean_power(slow, block, 40'000.0, 800'000.0));
    }
    EXPECT_NEAR(wanted, (69.75 - kAmbient) / 300.0, 0.03 * wanted);
    const double predicted = 0.8 + 0.2 * (wanted - low) / (high - low);
    EXPECT_NEAR(ghz, predicted, 0.04 * predicted);
}

TEST(HeatLoop, EnergyGivenToTheHeatModelIsTheLedgers) {
    expect_closed(RunResult(hot_workload(), settings(kHot + Arguments{"power.trip=70C"})));
    expect_closed(RunResult("tiny_decode", {"--until", "123456ns"}));  // a partial last window
    expect_closed(RunResult(
        "messages", settings({"power.blocks.pe.gating=power", "power.blocks.pe.wake_energy=5nJ",
                              "power.blocks.sram.leakage=10mW", "power.blocks.noc.idle=30mW",
                              "power.blocks.noc.gating=clock"})));
}

// The same through a stack of layers: what the ledger says is what heats it.
TEST(HeatLoop, EnergyClosesThroughAStack) {
    const TemporaryDirectory directory;
    const std::string file = directory.file("stacked.yaml");
    std::ofstream(file)
        << "base: " << source_root() << "configs/platforms/mini.yaml\n"
        << "thermal:\n  model: stack\n  stack:\n    die: {width: 4mm, height: 4mm}\n"
           "    grid: [16, 16]\n    top: {h: 1e4}\n"
           "    layers:\n      - {name: logic, thickness: 100um}\n"
           "      - {name: dram, thickness: 50um, k: 60}\n"
           "      - {name: nand, thickness: 50um, k: 60}\n";
    const Outcome outcome = strata({"run", file, "--workload", hot_workload(), "--out",
                                    directory.file("run"), "--json", "--set", "power.trip=45.02C"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json summary = Json::parse(outcome.out);
    const auto total = summary["energy_pj"]["total"].get<double>();
    EXPECT_EQ(summary["thermal"]["model"], "stack");
    EXPECT_NEAR(summary["thermal"]["heat_given_pj"].get<double>(), total, 1e-12 * total);
    EXPECT_GT(summary["temperature_c"]["peak"].get<double>(), kAmbient);
}

// Above 85 C the memories refresh twice as often; they know their temperature from the start.
TEST(HeatLoop, MemoriesLearnTheirTemperature) {
    const auto refreshes = [](const std::string& start) {
        const RunResult run(hot_workload(), settings({"thermal.start=" + start}));
        return sum(run.stats(), "dram", "refreshes");
    };
    const double cool = refreshes("80C");
    EXPECT_GT(cool, 100.0);
    EXPECT_NEAR(refreshes("95C") / cool, 2.0, 0.05);
}

// The full NAND's bus runs at a tenth above 70 C: at the start of a run and from a window on.
TEST(HeatLoop, NandThrottlesAtTheTemperatureOfTheMonitor) {
    const auto time_ns = [](const Arguments& list) {
        const Arguments base = {"nand.model=full", "nand.throttle=[{above: 70C, bus: 0.1}]",
                                "monitor.window=1us"};
        return launch_ns(RunResult("tiny_decode", settings(base + list)));
    };
    const double cool = time_ns({"thermal.start=60C"});
    EXPECT_EQ(time_ns({"thermal.start=69C"}), cool);
    EXPECT_GT(time_ns({"thermal.start=80C"}), 5 * cool);
    EXPECT_GT(
        time_ns({"thermal.start=60C", "thermal.ambient=80C", "thermal.nand.capacity=0.1uJ/K"}),
        4 * cool);
}

// 4 PEs at 1 GHz need more than the cap, at 0.8 GHz less: the levels alternate below it.
TEST(HeatLoop, PackageCapHoldsThePower) {
    const Arguments base = kHot + Arguments{"power.governor=none", "power.leakage_beta=0"};
    const auto mean_w = [](const RunResult& run) {
        const Json summary = run.summary();
        return summary["energy_pj"]["total"].get<double>() / summary["sim_time_ns"].get<double>() *
               1e-3;
    };
    const RunResult fast(hot_workload(), settings(base));
    const double cap = 0.9 * mean_w(fast);
    const RunResult capped(hot_workload(),
                           settings(base + Arguments{fmt::format("power.package_cap={}W", cap)}));
    EXPECT_LT(mean_w(capped), cap);
    EXPECT_GT(mean_w(capped), 0.7 * cap);
    EXPECT_GT(launch_ns(capped), 1.05 * launch_ns(fast));
    EXPECT_LT(launch_ns(capped), 1.26 * launch_ns(fast));
}

/// A run that was shut down leaves all its results, up to the window that shows why.
Json expect_results_until(const TemporaryDirectory& directory, const std::string& message) {
    Json summary = Json::parse(read_text(directory.file("run/summary.json")));
    EXPECT_FALSE(summary["completed"].get<bool>());
    EXPECT_EQ(summary["stop"], "shutdown");
    EXPECT_EQ(summary["stop_message"].get<std::string>().rfind(message, 0), 0U);
    EXPECT_NE(read_text(directory.file("run/run.log")).find(message), std::string::npos);
    const Table windows(read_text(directory.file("run/windows.csv")));
    EXPECT_EQ(windows.at(windows.rows() - 1, "t_ns"), summary["sim_time_ns"].get<double>());
    const auto total = summary["energy_pj"]["total"].get<double>();
    EXPECT_NEAR(summary["thermal"]["heat_given_pj"].get<double>(), total, 1e-12 * total);
    return summary;
}

TEST(HeatLoop, RunawayStopsTheRunAndNamesTheBlock) {
    const TemporaryDirectory directory;
    const Outcome outcome =
        strata(Arguments{"run", "mini", "--workload", hot_workload(), "--quiet", "--out",
                         directory.file("run")} +
               settings(kHot + Arguments{"pe.energy.leakage=400mW", "power.emergency=500C"}));
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_NE(outcome.err.find("thermal runaway: block 'sip0.cube0.pe"), std::string::npos)
        << outcome.err;
    EXPECT_NE(outcome.err.find("the loop gain of leakage and heat is 1."), std::string::npos)
        << outcome.err;
    expect_results_until(directory, "thermal runaway: block 'sip0.cube0.pe");
}

// β·R·P(T) stays below 1 at the state that the loop settles in: no false alarm.
TEST(HeatLoop, StrongLeakageThatSettlesIsNoRunaway) {
    const RunResult run(hot_workload(),
                        settings(kHot + Arguments{"pe.energy.leakage=60mW", "power.governor=none",
                                                  "power.emergency=500C"}));
    EXPECT_LT(run.summary()["temperature_c"]["peak"].get<double>(), 100.0);
}

TEST(HeatLoop, EmergencyStopsTheRunAndNamesTheBlock) {
    const TemporaryDirectory directory;
    const Outcome outcome = strata(Arguments{"run", "mini", "--workload", hot_workload(), "--quiet",
                                             "--out", directory.file("run")} +
                                   settings(kHot + Arguments{"power.emergency=60C"}));
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_NE(outcome.err.find("emergency shutdown: block 'sip0.cube0.pe"), std::string::npos)
        << outcome.err;
    expect_results_until(directory, "emergency shutdown: block 'sip0.cube0.pe");
}

// The repeated power trace is hotter than the run was.
TEST(HeatLoop, EmergencyOfTheRepeatedTraceKeepsTheResults) {
    const TemporaryDirectory directory;
    const Outcome outcome = strata(
        Arguments{"run", "mini", "--workload", hot_workload(), "--quiet", "--out",
                  directory.file("run")} +
        settings({"power.governor=none", "thermal.accelerate=periodic", "power.emergency=45.1C"}));
    EXPECT_EQ(outcome.exit_code, 3);
    const Json summary = expect_results_until(directory, "emergency shutdown: block 'sip0.");
    EXPECT_GT(summary["tokens"].get<int>(), 0);
}

// The mean over a repetition is the steady state of the mean power (leakage does not depend on
// temperature here, so the model is linear): every block's mean rise is R times its mean power.
TEST(HeatLoop, PeriodicTemperaturesAreThoseOfTheRepeatedRun) {
    const Arguments base = {"power.governor=none", "power.leakage_beta=0", "monitor.window=2us"};
    const RunResult run(hot_workload(),
                        settings(base + Arguments{"thermal.accelerate=periodic",
                                                  "thermal.periodic.tolerance_k=1e-4"}));
    const Json thermal = run.summary()["thermal"];
    EXPECT_TRUE(thermal["periodic"].get<bool>());
    EXPECT_GT(thermal["repetitions"].get<int>(), 1);
    const Table power(run.text("blocks_power_w.csv"));
    const Table heat(run.text("blocks_temp_c.csv"));
    const std::string pe = "sip0.cube0.pe1";
    double joule = 0.0, kelvin = 0.0, last = 0.0;
    for (std::size_t row = 0; row < power.rows(); ++row) {
        const double dt = power.at(row, "t_ns") - last;
        joule += power.at(row, pe) * dt;
        kelvin += (heat.at(row, pe) - kAmbient) * dt;
        last = power.at(row, "t_ns");
    }
    EXPECT_NEAR(kelvin, 6.0 * joule, 0.003 * kelvin);  // 6 K/W
    const RunResult cold(hot_workload(), settings(base));
    EXPECT_EQ(cold.summary()["sim_time_ns"], run.summary()["sim_time_ns"]);
    EXPECT_LT(cold.summary()["temperature_c"]["mean"], run.summary()["temperature_c"]["mean"]);
}

double energy(const Arguments& list, const std::string& category) {
    const RunResult run("messages", settings(list));
    return run.summary()["energy_pj"][category].get<double>();
}

// Linear in what remains: half the retention saves half of what none saves.
TEST(Gating, SavesWhatItSays) {
    const Arguments off = {"power.leakage_beta=0", "monitor.window=1us"};
    const Arguments on = off + Arguments{"power.blocks.pe.gating=power"};
    const double all = energy(off, "leakage");
    const double half = energy(on + Arguments{"power.blocks.pe.retention=0.5"}, "leakage");
    const double none = energy(on + Arguments{"power.blocks.pe.retention=0"}, "leakage");
    EXPECT_EQ(energy(on + Arguments{"power.blocks.pe.retention=1"}, "leakage"), all);
    EXPECT_LT(none, 0.8 * all);
    EXPECT_NEAR(half, (all + none) / 2, 1e-9 * all);
    EXPECT_LT(energy(on, "pe"), energy(off, "pe"));
    EXPECT_LE(energy(on, "pe"), energy(on + Arguments{"power.blocks.pe.wake_energy=1uJ"}, "pe"));
}

// Static power of memories and network: W × time, exactly.
TEST(Gating, IdlePowerAndLeakageOfEveryKind) {
    const RunResult run(
        "messages", settings({"power.leakage_beta=0", "power.blocks.sram.idle=7mW",
                              "power.blocks.dram.idle=11mW", "power.blocks.nand.leakage=13mW"}));
    const RunResult plain("messages", settings({"power.leakage_beta=0"}));
    const double ns = run.summary()["sim_time_ns"].get<double>();
    const auto more = [&](const std::string& category) {
        return run.summary()["energy_pj"][category].get<double>() -
               plain.summary()["energy_pj"][category].get<double>();
    };
    // Four banks, four DRAM channels, four NAND channels; 1 mW over 1 ns is 1 pJ.
    EXPECT_NEAR(more("sram"), 4 * 7 * ns, 1e-6 * 4 * 7 * ns);
    EXPECT_NEAR(more("dram"), 4 * 11 * ns, 1e-6 * 4 * 11 * ns);
    EXPECT_NEAR(more("leakage"), 4 * 13 * ns, 1e-6 * 4 * 13 * ns);
}

// A cube with a table of its own starts at that table's first level.
TEST(Domains, HaveTheirOwnLevels) {
    const RunResult run(hot_workload(),
                        settings({"power.domains.sip0.cube0.levels=[{frequency: 0.5GHz, "
                                  "voltage: 0.6V}]"}));
    EXPECT_EQ(Table(run.text("windows.csv")).at(0, "freq_ghz_min"), 0.5);
    const Outcome wrong = strata({"run", "mini", "--set", "pe.clock=2GHz"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_NE(wrong.err.find("levels.0.frequency: expected pe.clock"), std::string::npos);
}

}  // namespace
}  // namespace strata::test
