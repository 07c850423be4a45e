// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// 64 random small platforms under random traffic of random seeds: each comes to its end, with no
// transaction left (the run would exit with 3) and no byte lost.

#include <gtest/gtest.h>

#include <random>

#include "tests/platform/conservation.h"

namespace strata::test {
namespace {

constexpr int kRunsPerCase = 8;

/// Draws `--set` arguments; the same on every library (mt19937_64 is defined bit by bit, the
/// distributions are not).
class Draw {
   public:
    explicit Draw(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    std::string between(int low, int high) {
        const auto choices = static_cast<std::uint64_t>(high - low + 1);
        return std::to_string(low + static_cast<int>(below(choices)));
    }
    std::string one_of(const std::vector<std::string>& choices) {
        return choices[below(choices.size())];
    }
    void set(const std::string& key, const std::string& value) {
        arguments.push_back("--set");
        arguments.push_back(key + "=" + value);
    }

    Arguments arguments;

   private:
    std::mt19937_64 engine_;
};

void draw_system(Draw& d) {
    d.set("system.sips", d.one_of({"1", "1", "1", "2"}));
    d.set("system.cubes", "[" + d.between(1, 2) + ", " + d.between(1, 2) + "]");
    d.set("system.pes", "[" + d.between(1, 3) + ", " + d.between(1, 3) + "]");
    d.set("noc.model", d.one_of({"ideal", "packet", "packet", "packet"}));
    d.set("noc.topology", d.one_of({"mesh", "mesh", "torus", "ring", "crossbar"}));
    d.set("noc.routing", d.one_of({"xy", "yx", "up_down"}));
    d.set("noc.flit", d.one_of({"16B", "32B", "64B"}));
    d.set("noc.clock", d.one_of({"700MHz", "1GHz", "1.5GHz"}));
    d.set("noc.max_packet", d.one_of({"64B", "256B", "4KiB"}));
    d.set("noc.injection_queue", d.between(1, 4));
    d.set("noc.receive_slots", d.between(1, 16));
    d.set("links.d2d.width", d.one_of({"16B", "128B"}));
    d.set("control.m_cpu.inbox", d.between(1, 16));
    d.set("control.io_cpu.inbox", d.between(1, 16));
    d.set("host.queue_depth", d.between(2, 64));  // a message per SIP
}

void draw_pe(Draw& d) {
    const std::string clock = d.one_of({"800MHz", "1GHz", "1.3GHz"});
    d.set("pe.clock", clock);
    d.set("power.levels.0.frequency", clock);
    d.set("power.levels.1.frequency", "700MHz");
    d.set("pe.dma.bulk", d.one_of({"4KiB", "8KiB", "32KiB"}));
    d.set("pe.dma.outstanding", d.between(1, 16));
    d.set("pe.tcm.queue", d.between(1, 8));
    d.set("pe.endpoint.queue", d.between(1, 8));
    d.set("pe.command.fetch_block", d.one_of({"64B", "512B", "4KiB"}));
    d.set("mmu.page", d.one_of({"4KiB", "16KiB", "64KiB"}));
    d.set("mmu.tlb_entries", d.one_of({"4", "16", "64"}));
    d.set("mmu.tlb_ways", d.one_of({"1", "2", "4"}));
    d.set("mmu.walk_levels", d.between(1, 4));
}

void draw_memories(Draw& d) {
    d.set("sram.banks", d.one_of({"1", "2", "4", "8"}));
    d.set("sram.bank_capacity", "2MiB");
    d.set("sram.interleave", d.one_of({"4KiB", "64KiB", "2MiB"}));
    d.set("sram.queue_depth", d.between(1, 16));
    d.set("dram.channels", d.one_of({"1", "2", "4", "8"}));
    d.set("dram.interleave", d.one_of({"256B", "4KiB"}));
    d.set("dram.banks", d.one_of({"1", "4", "32"}));
    d.set("dram.queue_depth", d.between(1, 64));
    d.set("dram.refresh", d.one_of({"true", "false"}));
    d.set("nand.channels", d.one_of({"1", "2", "4"}));
    d.set("nand.planes", d.one_of({"1", "4", "8"}));
    d.set("nand.registers", d.between(1, 2));
    d.set("nand.queue_depth", d.between(1, 64));
    d.set("monitor.window", d.one_of({"500ns", "10us", "1ms"}));
    d.set("power.governor", d.one_of({"none", "step"}));
}

void draw_workload(Draw& d) {
    d.set("workload.commands", d.between(1, 60));
    d.set("workload.max_bytes", d.one_of({"64B", "1KiB", "3000B"}));
    d.set("workload.peer_share", d.one_of({"0", "0.3", "1"}));
    d.arguments.push_back("--seed");
    d.arguments.push_back(std::to_string(d.below(1'000'000)));
}

std::string text_of(const Arguments& arguments) {
    std::string text;
    for (const std::string& argument : arguments) {
        text += argument + ' ';
    }
    return text;
}

class RandomPlatform : public testing::TestWithParam<int> {};

TEST_P(RandomPlatform, EndsCleanAndConservesBytes) {
    for (int i = 0; i < kRunsPerCase; ++i) {
        Draw draw(static_cast<std::uint64_t>(GetParam() * kRunsPerCase + i));
        draw_system(draw);
        draw_pe(draw);
        draw_memories(draw);
        draw_workload(draw);
        SCOPED_TRACE(text_of(draw.arguments));
        const RunResult run("random_traffic", draw.arguments);
        if (run.outcome().exit_code != 0) {
            continue;  // reported by RunResult
        }
        const Json summary = run.summary();
        EXPECT_TRUE(summary["completed"].get<bool>());
        EXPECT_TRUE(summary["errors"].empty()) << summary["errors"];
        expect_bytes_conserved(summary, run.stats(), 64);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPlatform, testing::Range(0, 8));

}  // namespace
}  // namespace strata::test
