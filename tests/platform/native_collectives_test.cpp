// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Collectives of a program as the network's own traffic: bytes, counts, determinism, refusals.

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "core/logging.h"
#include "core/random.h"
#include "core/simulation.h"
#include "platform/platform.h"
#include "platform/run.h"
#include "runtime/compiler/lowering_plan.h"
#include "runtime/host/host.h"
#include "runtime/workload/driver.h"
#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

using core::Bytes;

constexpr std::int64_t kPes = 4;  // of `mini`
constexpr std::int64_t kColumns = 1024;
constexpr std::int64_t kShare = 4;  // rows of the weights that a PE has
constexpr std::int64_t kRounds = 3;

std::string workload() {
    return source_root() + "tests/platform/programs/all_reduce.yaml";
}

Arguments collectives(const std::string& mode) {
    return {"--set", "noc.collectives=" + mode};
}

/// A request to PE `pe` about the first bytes of its shard of a tensor.
template <typename Access>
void aim(Access& access, core::Place& place, std::uint64_t& pa, Bytes bytes, std::int64_t pe,
         const runtime::PreparedWorkload& p, const char* tensor) {
    place = p.machine.place(pe);
    pa = runtime::physical_address(*p.compiled.mapping.find(tensor), pe, p.machine);
    access.nbytes = bytes;
    access.target_cubes = models::only(place.cube);
    access.target_pe = models::only(place.pe);
}

/// Random operands into every PE's memory, the program, and what every PE has stored.
class Sums {
   public:
    Sums() {
        core::RandomStream draws(3, "operands");
        for (auto* bytes : {&x_, &w_}) {
            bytes->resize(static_cast<std::size_t>(kPes * kShare * (bytes == &w_ ? kColumns : 1)));
            for (auto& byte : *bytes) {
                byte = static_cast<std::int8_t>(static_cast<std::int64_t>(draws.below(256)) - 128);
            }
        }
    }
    void write(runtime::Host& host, const runtime::PreparedWorkload& p) const {
        for (std::int64_t pe = 0; pe < kPes; ++pe) {
            put(host, p, "x", pe, &x_[static_cast<std::size_t>(pe * kShare)], kShare);
            put(host, p, "w", pe, &w_[static_cast<std::size_t>(pe * kShare * kColumns)],
                kShare * kColumns);
        }
    }
    void compare(runtime::Host& host, const runtime::PreparedWorkload& p) const {
        for (std::int64_t pe = 0; pe < kPes; ++pe) {
            models::MemoryRead read;
            aim(read, read.src, read.src_pa, 4 * kColumns, pe, p, "out");
            const runtime::Completion done = host.call(read);
            ASSERT_TRUE(done.ok());
            for (std::int64_t n = 0; n < kColumns; ++n) {
                std::int32_t got = 0;
                std::memcpy(&got, done.responses[0].data->data() + 4 * n, 4);
                ASSERT_EQ(got, kRounds * sum(n)) << "pe " << pe << " column " << n;
            }
        }
    }

   private:
    /// A PE's weights are one tile, row by row.
    std::int32_t sum(std::int64_t column) const {
        std::int32_t sum = 0;
        for (std::int64_t k = 0; k < kPes * kShare; ++k) {
            sum += x_[static_cast<std::size_t>(k)] *
                   w_[static_cast<std::size_t>(k * kColumns + column)];
        }
        return sum;
    }
    static void put(runtime::Host& host, const runtime::PreparedWorkload& p, const char* tensor,
                    std::int64_t pe, const std::int8_t* data, std::int64_t bytes) {
        models::MemoryWrite write;
        auto buffer = std::make_shared<models::HostBuffer>();
        buffer->bytes.resize(static_cast<std::size_t>(bytes));
        std::memcpy(buffer->bytes.data(), data, static_cast<std::size_t>(bytes));
        write.buffer = std::move(buffer);
        aim(write, write.dst, write.dst_pa, bytes, pe, p, tensor);
        ASSERT_TRUE(host.call(write).ok());
    }
    std::vector<std::int8_t> x_, w_;
};

class NativeSums : public testing::TestWithParam<std::vector<std::string>> {};

// Every PE holds the sum of all PEs' products, computed by the platform with real bytes.
TEST_P(NativeSums, AreRight) {
    platform::RunRequest request;
    request.platform = source_root() + "configs/platforms/mini.yaml";
    request.workload = workload();
    request.overrides = GetParam();
    const platform::RunConfigs configs = platform::load_configs(request);
    core::Diagnostics diagnostics;
    auto prepared = std::make_shared<const runtime::PreparedWorkload>(
        runtime::prepare(configs.workload, describe_machine(configs.platform), diagnostics));
    diagnostics.throw_if_any();
    platform::PlatformOptions options;
    options.log = core::make_silent_logger();
    options.functional = true;
    platform::Platform platform(configs.platform, options);
    auto result = std::make_shared<runtime::WorkloadResult>();
    const Sums sums;
    platform.host().set_program([&](runtime::Host& host) {
        sums.write(host, *prepared);
        runtime::host_program(prepared, result)(host);
        sums.compare(host, *prepared);
    });
    core::Simulation simulation(platform.services());
    core::RunOptions run_options;
    run_options.max_sim_time = core::kSecond;
    const core::RunResult run = simulation.run(run_options);
    EXPECT_TRUE(run.completed()) << run.report;
    EXPECT_TRUE(result->ok) << (result->errors.empty() ? "" : result->errors[0]);
    EXPECT_EQ(platform.payloads().in_use(), 0);
}

INSTANTIATE_TEST_SUITE_P(Settings, NativeSums,
                         testing::Values(std::vector<std::string>{"noc.collectives=unicast"},
                                         std::vector<std::string>{"noc.collectives=native"},
                                         // Slices in several payloads, each PE's TLB another state.
                                         std::vector<std::string>{
                                             "noc.collectives=native", "pe.dma.bulk=256B",
                                             "mmu.tlb_entries=2", "mmu.tlb_ways=1",
                                             "noc.receive_slots=1", "noc.injection_queue=1"}));

// An all-reduce of slices s among n PEs: each PE receives 2(n − 1) slices, natively a sum and
// n − 1 slices.
TEST(NativeCollectives, CountsAreTheClosedForm) {
    const RunResult unicast(workload(), collectives("unicast"));
    const RunResult native(workload(), collectives("native"));
    const double slice = 4.0 * kColumns / kPes;
    const auto received = [](const RunResult& run) {
        return sum(run.stats(), ".inbox", "write_bytes");
    };
    EXPECT_EQ(received(unicast), kPes * kRounds * 2 * (kPes - 1) * slice);
    EXPECT_EQ(received(native), kPes * kRounds * kPes * slice);
    const Json stats = native.stats();
    const auto count = [&](const char* name) { return sum(stats, "noc.collectives", name); };
    EXPECT_EQ(count("multicasts"), kPes * kRounds);
    EXPECT_EQ(count("reductions"), kPes * kRounds);
    EXPECT_EQ(count("groups"), 2 * kPes);
    EXPECT_EQ(count("group_entries_max"), 2 * kPes);  // every tree spans the four routers
    EXPECT_LT(sum(stats, "noc.flit_hops", ""), sum(unicast.stats(), "noc.flit_hops", ""));
    const auto launch = [](const RunResult& run) {
        return run.summary()["ns_per_token"].get<double>();
    };
    EXPECT_LT(launch(native), launch(unicast));
}

TEST(NativeCollectives, TwoRunsAreEqual) {
    const RunResult first(workload(), collectives("native"));
    const RunResult second(workload(), collectives("native"));
    EXPECT_EQ(first.text("stats.json"), second.text("stats.json"));
    EXPECT_EQ(deterministic(first.summary()), deterministic(second.summary()));
}

TEST(NativeCollectives, AFullGroupTableIsAFailedMessage) {
    const TemporaryDirectory directory;
    const Outcome outcome =
        strata({"run", "mini", "--workload", workload(), "--set", "noc.collectives=native", "--set",
                "noc.group_entries=7", "--out", directory.file("run"), "--quiet"});
    EXPECT_EQ(outcome.exit_code, 1);
    for (const char* part : {"CollectiveMap at sip0.cube0.pe3: no_capacity",
                             "has no entry left of 7", "noc.group_entries"}) {
        EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
    }
}

TEST(NativeCollectives, AnAdaptiveRoutingIsRefused) {
    const TemporaryDirectory directory;
    const Outcome outcome =
        strata({"run", "mini", "--workload", workload(), "--set", "noc.collectives=native", "--set",
                "noc.routing=adaptive_west_first", "--out", directory.file("run"), "--quiet"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("noc.collectives: native needs a routing"), std::string::npos)
        << outcome.err;
}

}  // namespace
}  // namespace strata::test
