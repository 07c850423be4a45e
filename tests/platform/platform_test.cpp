// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// What only the inside of a platform can show: the energy ledger, a spoilt kernel, a run with and
// without bytes. One simulation per process, so a case that needs two forks.

#include "platform/platform.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <map>

#include "core/logging.h"
#include "core/simulation.h"
#include "platform/run.h"
#include "runtime/workload/driver.h"
#include "tests/platform/strata_process.h"

namespace strata::test {
namespace {

using core::EnergyCategory;
using core::Ps;

/// A workload on `mini`, without the command line around it.
class Bench {
   public:
    explicit Bench(const std::string& workload, bool functional = false) {
        platform::RunRequest request;
        request.platform = source_root() + "configs/platforms/mini.yaml";
        request.workload = source_root() + "configs/workloads/" + workload + ".yaml";
        const platform::RunConfigs configs = platform::load_configs(request);
        core::Diagnostics diagnostics;
        prepared_ =
            runtime::prepare(configs.workload, describe_machine(configs.platform), diagnostics);
        diagnostics.throw_if_any();
        platform::PlatformOptions options;
        options.log = core::make_silent_logger();
        options.functional = functional;
        platform_ = std::make_unique<platform::Platform>(configs.platform, options);
    }

    runtime::PreparedWorkload& prepared() { return prepared_; }
    platform::Platform& platform() { return *platform_; }
    const runtime::WorkloadResult& result() const { return *result_; }

    core::RunResult run() {
        platform_->host().set_program(runtime::host_program(
            std::make_shared<const runtime::PreparedWorkload>(prepared_), result_));
        core::Simulation simulation(platform_->services());
        core::RunOptions options;
        options.max_sim_time = core::kSecond;
        return simulation.run(options);
    }

   private:
    runtime::PreparedWorkload prepared_;
    std::unique_ptr<platform::Platform> platform_;
    std::shared_ptr<runtime::WorkloadResult> result_ = std::make_shared<runtime::WorkloadResult>();
};

/// Relative difference of two sums.
void expect_equal_energy(double a, double b, const std::string& what) {
    EXPECT_NEAR(a, b, 1e-9 * std::max(1.0, b)) << what;
}

class Energy : public testing::TestWithParam<const char*> {};

// Energy = Σ counts × cost + Σ power × time, by category, by block, and in all. Without a monitor
// leakage stays at its nominal power, and no level change rescales a cost.
TEST_P(Energy, IsCountsTimesCost) {
    Bench bench(GetParam());
    const core::RunResult run = bench.run();
    ASSERT_TRUE(run.completed()) << run.report;
    const core::EnergyLedger& ledger = bench.platform().energy();
    std::map<EnergyCategory, double> expected;
    for (const core::EnergyLedger::EventTotal& event : ledger.events()) {
        const double pj = static_cast<double>(event.count) * event.pj_per_unit;
        expect_equal_energy(event.pj, pj, event.block + " " + event.name);
        expected[event.category] += pj;
    }
    const platform::PlatformConfig& config = bench.platform().config();
    const double pes = config.system.pes.count();
    const auto end = static_cast<double>(run.end);  // W · ps = pJ
    expected[EnergyCategory::kPe] += config.pe.energy.idle_w * pes * end;
    expected[EnergyCategory::kLeakage] +=
        (config.pe.energy.leakage_w * pes + config.io_cpu.static_w + config.m_cpu.static_w) * end;
    EXPECT_GT(expected[EnergyCategory::kLeakage], 0.0);
    double total = 0.0;
    for (int c = 0; c < core::kEnergyCategories; ++c) {
        const auto category = static_cast<EnergyCategory>(c);
        expect_equal_energy(ledger.category_pj(category, run.end), expected[category],
                            core::to_string(category));
        total += expected[category];
    }
    expect_equal_energy(ledger.total_pj(run.end), total, "total");
    double blocks = 0.0;
    for (std::size_t i = 0; i < ledger.blocks(); ++i) {
        blocks += ledger.block_pj(static_cast<core::EnergyLedger::BlockId>(i), run.end);
    }
    expect_equal_energy(blocks, total, "blocks");
    EXPECT_EQ(bench.platform().payloads().in_use(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Workloads, Energy,
                         testing::Values("messages", "random_traffic", "tiny_decode"));

/// Makes the first load of PE `pe` wait for a semaphore that nobody signals.
void spoil(runtime::PreparedWorkload& prepared, std::size_t pe, std::int32_t semaphore) {
    auto code = std::make_shared<models::CodeImage>(*prepared.lowered.code);
    auto kernel = std::make_shared<models::Kernel>(*code->entries.at(pe).kernel);
    auto& stream = kernel->streams[static_cast<std::size_t>(models::Engine::kLoad)];
    ASSERT_FALSE(stream.empty());
    stream.front().waits.push_back({semaphore, 1});
    code->entries[pe].kernel = std::move(kernel);
    prepared.lowered.code = std::move(code);
}

TEST(Deadlock, ReportNamesWhoWaitsForWhat) {
    Bench bench("tiny_decode");
    spoil(bench.prepared(), 2, 60);
    const core::RunResult run = bench.run();
    EXPECT_EQ(run.reason, core::StopReason::kDeadlock);
    EXPECT_EQ(run.exit_code(), 4);
    EXPECT_FALSE(bench.result().completed);
    for (const char* part :
         {"sip0.cube0.pe2: kernel", "load: command 0 of", "waits for semaphore 60: has 0, needs 1",
          "sip0.cube0.m_cpu: ", "waits for sip0.cube0.pe", "host: ", "KernelLaunch"}) {
        EXPECT_NE(run.report.find(part), std::string::npos) << part << " not in:\n" << run.report;
    }
    // Memories are at rest: a deadlock is not blamed on them.
    EXPECT_EQ(run.report.find("dram.ch"), std::string::npos) << run.report;
    EXPECT_LT(run.end, core::kMillisecond);
}

struct Times {
    Ps end = 0;
    Ps launch = 0;
    std::int64_t compared = 0;
};

/// Result of `work` in a process of its own.
Times in_child(const std::function<Times()>& work) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const Times times = work();
        _exit(write(ends[1], &times, sizeof times) == sizeof times ? 0 : 1);
    }
    close(ends[1]);
    Times times;
    EXPECT_EQ(read(ends[0], &times, sizeof times), static_cast<ssize_t>(sizeof times));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    return times;
}

Times run_gemm(bool functional) {
    Bench bench("gemm_functional", functional);
    const core::RunResult run = bench.run();
    return {run.end, bench.result().per_token.at(0), bench.result().comparison.compared};
}

// Bytes cost no time: the same host program on a platform that carries them and on one that does
// not (where the comparison finds nothing to compare).
TEST(Functional, BytesCostNoTime) {
    const Times with = in_child([] { return run_gemm(true); });
    const Times without = in_child([] { return run_gemm(false); });
    EXPECT_EQ(with.compared, 50 * 200);
    EXPECT_EQ(without.compared, 0);
    EXPECT_GT(with.launch, 0);
    EXPECT_EQ(with.end, without.end);
    EXPECT_EQ(with.launch, without.launch);
}

}  // namespace
}  // namespace strata::test
