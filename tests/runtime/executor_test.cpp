// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Compiled decode steps on the abstract machine of executor.h, over many shapes of system.

#include "tests/runtime/executor.h"

#include <gtest/gtest.h>

#include <cstring>

#include "runtime/compiler/compiler.h"
#include "runtime/compiler/gemm.h"
#include "runtime/compiler/random_traffic.h"

namespace strata::runtime::test {
namespace {

ModelCard small_card(std::int64_t kv_heads, bool qk_norm) {
    ModelCard c;
    c.name = "small";
    c.hidden = 64;
    c.layers = 2;
    c.heads = 2 * kv_heads;
    c.kv_heads = kv_heads;
    c.head_dim = 8;
    c.intermediate = 96;
    c.vocab = 200;
    c.qk_norm = qk_norm;
    return c;
}

struct Case {
    std::int64_t sips, cubes, pes, kv_heads, context, batch;
    bool prefetch;
    core::Bytes tile, sram;
    bool nand;
};

struct Built {
    CompiledProgram compiled;
    Lowered lowered;
};

Built build(const Case& c, const Machine& machine) {
    DecodeWorkload w;
    w.context = c.context;
    w.batch = c.batch;
    w.prefetch = c.prefetch;
    w.tile = c.tile;
    core::Diagnostics diagnostics;
    Built built;
    built.compiled =
        compile_decode(small_card(c.kv_heads, c.context % 2 == 0), w, machine, diagnostics);
    diagnostics.throw_if_any();
    built.lowered = lower(built.compiled.program, built.compiled.mapping, machine, diagnostics);
    diagnostics.throw_if_any();
    return built;
}

Machine machine_of(const Case& c) {
    Machine m = small_machine(c.cubes, c.pes);
    m.sips = c.sips;
    m.sram_bank_bytes = c.sram;
    m.nand_bytes = c.nand ? m.nand_bytes : 0;
    return m;
}

// Two launches per executor; inputs must agree between all durations and both launches but for the
// KV entry that the first launch appends.
void expect_sound(const Lowered& lowered, const Mapping& mapping, const Machine& machine,
                  int seeds) {
    Executor::Inputs reference;
    for (int seed = 0; seed < seeds; ++seed) {
        Executor executor(lowered, mapping, machine, static_cast<std::uint64_t>(seed));
        ASSERT_TRUE(executor.run()) << executor.errors()[0];
        ASSERT_TRUE(executor.errors().empty()) << executor.errors()[0];
        if (seed == 0) {
            reference = executor.inputs();
        }
        for (std::size_t pe = 0; pe < reference.size(); ++pe) {
            for (std::size_t e = 0; e < models::kEngines; ++e) {
                ASSERT_EQ(executor.inputs()[pe][e], reference[pe][e])
                    << "pe " << pe << " engine " << e << " seed " << seed;
            }
        }
        ASSERT_TRUE(executor.run()) << executor.errors()[0];
        ASSERT_TRUE(executor.errors().empty()) << executor.errors()[0];
    }
}

class Decode : public testing::TestWithParam<Case> {};

TEST_P(Decode, RunsWithoutDeadlockOrRace) {
    const Machine machine = machine_of(GetParam());
    const Built built = build(GetParam(), machine);
    expect_sound(built.lowered, built.compiled.mapping, machine, 4);
}

TEST_P(Decode, RunsNativelyWithoutDeadlockOrRace) {
    Machine machine = machine_of(GetParam());
    machine.native_collectives = true;
    const Built built = build(GetParam(), machine);
    EXPECT_FALSE(built.lowered.groups.empty() &&
                 std::max(machine.pes_per_cube, machine.cubes()) > 2);
    expect_sound(built.lowered, built.compiled.mapping, machine, 4);
}

INSTANTIATE_TEST_SUITE_P(
    Systems, Decode,
    testing::Values(
        // sips, cubes, PEs, kv heads, context, batch, prefetch, tile, SRAM bank, NAND
        Case{1, 1, 1, 2, 5, 1, true, 1024, 8192, true},
        Case{1, 1, 1, 4, 33, 1, false, 512, 0, true},
        Case{1, 1, 2, 4, 17, 1, true, 512, 16384, true},
        Case{1, 2, 1, 2, 40, 1, true, 1024, 65536, true},
        Case{1, 1, 4, 2, 64, 1, true, 512, 131072, true},
        Case{1, 1, 4, 4, 3, 1, true, 512, 131072, false},
        Case{1, 1, 3, 2, 31, 1, true, 512, 32768, true},  // an idle PE
        Case{1, 1, 5, 4, 20, 2, false, 1024, 0, false},   // batch, no SRAM, no NAND
        Case{1, 1, 3, 4, 21, 1, true, 512, 32768, true},  // two heads per PE
        Case{1, 2, 4, 2, 64, 1, true, 512, 32768, true},  // groups within a cube
        Case{1, 4, 2, 2, 50, 1, true, 512, 32768, true},  // groups over cubes
        Case{1, 4, 4, 4, 40, 3, true, 512, 65536, true},
        Case{1, 4, 4, 2, 7, 1, false, 512, 0, true},      // empty slices of the context
        Case{2, 2, 3, 4, 96, 1, true, 256, 16384, true},  // two SIPs, tiny tiles
        Case{1, 2, 16, 4, 128, 1, true, 512, 16384, true},
        Case{1, 4, 16, 8, 100, 1, true, 1024, 16384, true}));

TEST(Decode, RandomSystems) {
    core::RandomStream draws(11, "systems");
    for (int i = 0; i < 12; ++i) {
        Case c{};
        c.sips = 1;
        c.cubes = std::int64_t{1} << draws.below(3);
        c.pes =
            1 + static_cast<std::int64_t>(draws.below(16 / static_cast<std::uint64_t>(c.cubes)));
        c.kv_heads = std::int64_t{1} << draws.below(4);
        c.context = 1 + static_cast<std::int64_t>(draws.below(150));
        c.batch = 1 + static_cast<std::int64_t>(draws.below(2));
        c.prefetch = draws.chance(0.7);
        c.tile = 256 << draws.below(4);
        c.sram = 8192 << draws.below(4);
        c.nand = draws.chance(0.7);
        SCOPED_TRACE("system " + std::to_string(i));
        const Machine machine = machine_of(c);
        const Built built = build(c, machine);
        expect_sound(built.lowered, built.compiled.mapping, machine, 2);
    }
}

// The executor must see what it is there for: without its waits a kernel races.
TEST(Executor, SeesMissingWaits) {
    const Case c{1, 1, 4, 2, 64, 1, true, 512, 16384, true};
    const Machine machine = machine_of(c);
    Built built = build(c, machine);
    int seen = 0;
    for (int victim = 0; victim < models::kEngines; ++victim) {
        auto code = std::make_shared<models::CodeImage>(*built.lowered.code);
        auto kernel = std::make_shared<models::Kernel>(*code->entries[0].kernel);
        for (auto& command : kernel->streams[static_cast<std::size_t>(victim)]) {
            command.waits.clear();
        }
        code->entries[0].kernel = kernel;
        Lowered broken = built.lowered;
        broken.code = code;
        bool found = false;
        Executor::Inputs reference;
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            Executor executor(broken, built.compiled.mapping, machine, seed);
            executor.run();
            found =
                found || !executor.errors().empty() || (seed > 0 && executor.inputs() != reference);
            reference = executor.inputs();
        }
        seen += found ? 1 : 0;
    }
    EXPECT_EQ(seen, models::kEngines);
}

TEST(RandomTraffic, RunsToItsEnd) {
    for (const std::int64_t pes : {1, 2, 7}) {
        const Machine machine = small_machine(2, pes);
        RandomWorkload random;
        random.commands = 60;
        random.min_bytes = 1;
        random.max_bytes = 512;
        random.peer_share = 0.4;
        core::Diagnostics diagnostics;
        const Mapping mapping = map_random(random, machine, diagnostics);
        const Lowered lowered = lower_random(random, 3, mapping, machine, diagnostics);
        ASSERT_TRUE(diagnostics.ok());
        EXPECT_EQ(lowered.code->entries[0].kernel->commands(), 60U);
        expect_sound(lowered, mapping, machine, 4);
    }
}

TEST(RandomTraffic, SeedDecides) {
    const Machine machine = small_machine(1, 4);
    RandomWorkload random;
    random.commands = 30;
    random.min_bytes = 64;
    random.max_bytes = 512;
    core::Diagnostics diagnostics;
    const Mapping mapping = map_random(random, machine, diagnostics);
    const auto text = [&](std::uint64_t seed) {
        return print(
            *lower_random(random, seed, mapping, machine, diagnostics).code->entries[2].kernel);
    };
    EXPECT_EQ(text(1), text(1));
    EXPECT_NE(text(1), text(2));
}

struct GemmCase {
    std::int64_t pes, m, n, k, tile_m, tile_n, tile_k;
    core::Region b;
};
class GemmTest : public testing::TestWithParam<GemmCase> {};

TEST_P(GemmTest, EqualsTheReference) {
    const GemmCase& c = GetParam();
    GemmWorkload gemm;
    gemm.m = c.m;
    gemm.n = c.n;
    gemm.k = c.k;
    gemm.tile_m = c.tile_m;
    gemm.tile_n = c.tile_n;
    gemm.tile_k = c.tile_k;
    gemm.b = c.b;
    const Machine machine = small_machine(2, c.pes);
    core::Diagnostics diagnostics;
    const Mapping mapping = map_gemm(gemm, machine, diagnostics);
    const Lowered lowered = lower_gemm(gemm, mapping, machine, diagnostics);
    ASSERT_TRUE(diagnostics.ok());
    Executor executor(lowered, mapping, machine, 5);
    const auto element = [](std::int64_t row, std::int64_t column, std::int64_t salt) {
        return static_cast<std::int8_t>((row * 31 + column * 17 + salt) * 2654435761LL >> 8);
    };
    for (std::int64_t pe = 0; pe < machine.pes(); ++pe) {
        const auto a = physical_address(*mapping.find("a"), pe, machine);
        for (std::int64_t i = 0; i < c.m * c.k; ++i) {
            executor.poke(a + static_cast<std::uint64_t>(i),
                          static_cast<std::uint8_t>(element(i / c.k, i % c.k, 1)));
        }
        const GemmColumns columns = gemm_columns(gemm, machine, pe);
        const auto b = physical_address(*mapping.find("b"), pe, machine);
        for (std::int64_t i = 0; i < c.k * columns.count; ++i) {
            executor.poke(b + static_cast<std::uint64_t>(i),
                          static_cast<std::uint8_t>(
                              element(i / columns.count, columns.first + i % columns.count, 2)));
        }
    }
    ASSERT_TRUE(executor.run());
    ASSERT_TRUE(executor.errors().empty()) << executor.errors()[0];
    std::int64_t compared = 0;
    for (std::int64_t pe = 0; pe < machine.pes(); ++pe) {
        const GemmColumns columns = gemm_columns(gemm, machine, pe);
        const auto bytes = executor.read(physical_address(*mapping.find("c"), pe, machine),
                                         4 * c.m * columns.count);
        for (std::int64_t i = 0; i < c.m * columns.count; ++i, ++compared) {
            std::int32_t got = 0;
            std::memcpy(&got, bytes.data() + 4 * i, 4);
            std::int32_t wanted = 0;
            for (std::int64_t x = 0; x < c.k; ++x) {
                wanted += element(i / columns.count, x, 1) *
                          element(x, columns.first + i % columns.count, 2);
            }
            ASSERT_EQ(got, wanted) << "pe " << pe << " element " << i;
        }
    }
    EXPECT_EQ(compared, c.m * c.n);
}

INSTANTIATE_TEST_SUITE_P(Shapes, GemmTest,
                         testing::Values(GemmCase{1, 5, 7, 9, 4, 4, 4, core::Region::kDram},
                                         GemmCase{2, 32, 64, 64, 16, 16, 16, core::Region::kDram},
                                         GemmCase{4, 17, 50, 33, 8, 16, 16, core::Region::kSram},
                                         GemmCase{4, 3, 5, 70, 32, 64, 64, core::Region::kSram}));

}  // namespace
}  // namespace strata::runtime::test
