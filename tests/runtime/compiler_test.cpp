// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Model cards, workload files, and what the compiler makes of them.

#include "runtime/compiler/compiler.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/compiler/kernel_builder.h"
#include "runtime/compiler/roofline.h"
#include "runtime/compiler/sharding.h"
#include "runtime/compiler/tiling.h"
#include "runtime/workload/driver.h"
#include "tests/runtime/executor.h"
#include "tests/support/temporary_directory.h"

namespace strata::runtime::test {
namespace {

using models::DataType;
using models::Engine;

const std::string kConfigs = std::string(STRATA_SOURCE) + "/configs/";

ModelCard card(const std::string& name) {
    core::Diagnostics diagnostics;
    auto document =
        core::ConfigDocument::load(kConfigs + "models/" + name + ".yaml", {}, diagnostics);
    ModelCard c = ModelCard::parse(document.root());
    diagnostics.throw_if_any();
    return c;
}

Machine large_machine() {
    Machine m = small_machine(4, 16);
    m.sram_bank_bytes = 2 * core::kMiB;
    m.dram_bytes = 24 * core::kGiB;
    m.nand_bytes = 256 * core::kGiB;
    m.tcm_bytes = core::kMiB;
    m.matrix_rows = m.matrix_columns = 64;
    return m;
}

// Public figures: 8.19 B and 8.03 B parameters; 147,456 and 131,072 bytes of KV per token at 16
// bit.
TEST(ModelCard, PublicCounts) {
    const ModelCard qwen = card("qwen3_8b");
    EXPECT_EQ(qwen.layer_weights(),
              4096LL * (4096 + 2 * 1024) + 4096LL * 4096 + 3LL * 4096 * 12288);
    EXPECT_EQ(qwen.parameters(), 8190735360);
    EXPECT_EQ(2 * qwen.kv_per_token(), 147456);
    const ModelCard llama = card("llama3_8b");
    EXPECT_EQ(llama.parameters(), 8030261248);
    EXPECT_EQ(2 * llama.kv_per_token(), 131072);
}

TEST(ModelCard, RefusesWhatDoesNotDivide) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(
        "{name: x, source: y, hidden: 100, layers: 2, heads: 6, kv_heads: 4, intermediate: 8, "
        "vocab: 9, experts: 3}",
        "card.yaml", {}, diagnostics);
    ModelCard::parse(document.root());
    ASSERT_EQ(diagnostics.messages().size(), 3U);
    EXPECT_NE(diagnostics.messages()[0].find("heads (6) is not a multiple of kv_heads (4)"),
              std::string::npos);
    EXPECT_NE(diagnostics.messages()[1].find("give head_dim"), std::string::npos);
    EXPECT_NE(diagnostics.messages()[2].find("experts"), std::string::npos);
}

TEST(Workload, EveryFileIsSound) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kConfigs + "workloads")) {
        SCOPED_TRACE(entry.path().string());
        core::Diagnostics diagnostics;
        auto document = core::ConfigDocument::load(entry.path().string(), {}, diagnostics);
        const WorkloadConfig w = WorkloadConfig::parse(document.root());
        EXPECT_TRUE(diagnostics.ok()) << diagnostics.messages()[0];
        EXPECT_EQ(w.name, entry.path().stem().string());
        if (const auto* decode = std::get_if<DecodeWorkload>(&w.kind)) {
            EXPECT_TRUE(std::filesystem::exists(decode->model_file)) << decode->model_file;
        }
        // What was resolved reads back to the same.
        core::Diagnostics again;
        auto resolved =
            core::ConfigDocument::parse(document.resolved_yaml(), entry.path().string(), {}, again);
        WorkloadConfig::parse(resolved.root());
        EXPECT_TRUE(again.ok()) << again.messages()[0];
        ++files;
    }
    EXPECT_GE(files, 6);
}

TEST(Workload, UnknownKindListsTheKnown) {
    core::Diagnostics diagnostics;
    auto document =
        core::ConfigDocument::parse("kind: decoding\nmodel: tiny\n", "w.yaml", {}, diagnostics);
    WorkloadConfig::parse(document.root());
    ASSERT_FALSE(diagnostics.ok());
    const std::string& message = diagnostics.messages()[0];
    for (const char* part : {"w.yaml:1:", "decode", "gemm", "program", "random", "messages"}) {
        EXPECT_NE(message.find(part), std::string::npos) << message;
    }
}

TEST(Tiling, CoversTheMatrixOnce) {
    core::RandomStream draws(3, "tiling");
    for (int i = 0; i < 300; ++i) {
        const auto draw = [&](std::uint64_t most) {
            return 1 + static_cast<std::int64_t>(draws.below(most));
        };
        const std::int64_t k = draw(600), n = draw(300), tile = 128 + draw(8000);
        const std::int64_t columns = std::int64_t{1} << draws.below(7);
        const std::int64_t alignment = std::int64_t{64} << draws.below(7);
        const Tiling t = tile_weights(k, n, DataType::kInt8, tile, columns, alignment);
        std::vector<int> seen(static_cast<std::size_t>(k * n));
        core::Bytes end = 0;
        for (const auto& w : t.tiles) {
            EXPECT_LE(w.bytes, tile);
            EXPECT_EQ(w.bytes, w.k * w.n);
            EXPECT_EQ(w.offset % alignment, 0);
            EXPECT_GE(w.offset, end);
            EXPECT_TRUE(w.n >= columns || w.n0 + w.n == n);  // narrow only at the edge
            end = w.offset + w.bytes;
            for (std::int64_t r = 0; r < w.k; ++r) {
                for (std::int64_t c = 0; c < w.n; ++c) {
                    ++seen[static_cast<std::size_t>((w.k0 + r) * n + w.n0 + c)];
                }
            }
        }
        EXPECT_EQ(t.bytes, end);
        EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int s) { return s == 1; }))
            << k << " " << n << " " << tile << " " << columns;
    }
    EXPECT_TRUE(tile_weights(8, 64, DataType::kInt8, 32, 64, 64).tiles.empty());
}

// 64 columns of 4096 rows in 64 KiB tiles: full width, whole pages, four tiles.
TEST(Tiling, LongInK) {
    const Tiling t = tile_weights(4096, 96, DataType::kInt8, 65536, 64, 16384);
    ASSERT_EQ(t.tiles.size(), 6U);
    EXPECT_EQ(t.tiles[0].k, 1024);
    EXPECT_EQ(t.tiles[0].n, 64);
    EXPECT_EQ(t.tiles[4].n, 32);
    EXPECT_EQ(t.tiles[4].k, 2048);
    EXPECT_EQ(t.bytes, 4096 * 96);
}

TEST(Grouping, HeadsAndPes) {
    const Grouping shared = Grouping::of(64, 8);
    EXPECT_EQ(shared.members, 8);
    EXPECT_EQ(shared.group(17), 2);
    EXPECT_EQ(shared.member(17), 1);
    const Grouping several = Grouping::of(3, 8);
    EXPECT_EQ(several.heads_per_group, 3);
    EXPECT_EQ(several.groups, 3);
    const Grouping left_over = Grouping::of(11, 4);
    EXPECT_EQ(left_over.active_pes(), 8);
    EXPECT_FALSE(left_over.active(8));
}

TEST(KernelBuilder, FindsWaits) {
    KernelBuilder b("k", 16);
    Buffer x{0, 64, {}, {}}, y{64, 64, {}, {}};
    b.emit(Engine::kLoad, models::DmaCopy{}, {}, {&x});
    b.emit(Engine::kMatrix, models::Gemm{}, {&x}, {&y});
    b.emit(Engine::kMatrix, models::Gemm{}, {&x}, {&y});  // in order behind the first
    b.emit(Engine::kLoad, models::DmaCopy{}, {}, {&x});   // after both have read
    b.emit(Engine::kStore, models::DmaCopy{}, {&y}, {});
    const models::Kernel k = b.take();
    const auto waits = [&](Engine e, std::size_t i) {
        std::vector<std::pair<int, std::int64_t>> list;
        for (const auto& w : k.streams[static_cast<std::size_t>(e)][i].waits) {
            list.emplace_back(w.semaphore, w.value);
        }
        return list;
    };
    using List = std::vector<std::pair<int, std::int64_t>>;
    EXPECT_EQ(waits(Engine::kLoad, 0), List{});
    EXPECT_EQ(waits(Engine::kMatrix, 0), (List{{0, 1}}));
    EXPECT_EQ(waits(Engine::kMatrix, 1), List{});  // already waited for
    EXPECT_EQ(waits(Engine::kLoad, 1), (List{{0, 1}, {3, 2}}));
    EXPECT_EQ(waits(Engine::kStore, 0), (List{{3, 2}}));
}

struct Compiled {
    CompiledProgram program;
    Lowered lowered;
    Traffic traffic;
};

Compiled compile(const ModelCard& c, const DecodeWorkload& w, const Machine& machine) {
    core::Diagnostics diagnostics;
    Compiled r;
    r.program = compile_decode(c, w, machine, diagnostics);
    diagnostics.throw_if_any();
    r.lowered = lower(r.program.program, r.program.mapping, machine, diagnostics);
    diagnostics.throw_if_any();
    r.traffic = count_traffic(*r.lowered.code, r.program.mapping);
    return r;
}

// With 64 PEs every share of qwen3-8B but the LM head's divides: 151936 columns make 2374 per PE
// exactly too, so NAND reads are the weights themselves, plus one row of the embedding table.
TEST(Compiler, QwenReadsItsWeightsOnce) {
    const ModelCard c = card("qwen3_8b");
    DecodeWorkload w;
    w.context = 4096;
    const Machine machine = large_machine();
    const Compiled r = compile(c, w, machine);
    EXPECT_EQ(r.traffic.nand_read, c.decode_weights() + c.hidden);
    EXPECT_EQ(r.traffic.sram_write, c.decode_weights());
    EXPECT_EQ(r.traffic.sram_read, c.decode_weights());
    // every PE reads the norm vectors; the KV cache is read once and the new token written
    const std::int64_t norms = 64 * 2 * c.norm_weights();
    EXPECT_EQ(r.traffic.dram_read, norms + 4096 * 2 * c.kv_per_token());
    EXPECT_EQ(r.traffic.dram_write, 2 * c.kv_per_token() + 64 * 8);
    // Q·K and S·V on every query head: 2 · heads · head_dim · context
    EXPECT_EQ(r.traffic.macs, c.decode_weights() + c.layers * 2 * c.query_columns() * 4096);
    EXPECT_EQ(r.program.mapping.find("l0.qkv")->bytes, 4096 * 6144);
    EXPECT_LT(r.traffic.commands, 64 * 13000);
}

TEST(Compiler, WithoutPrefetchAndNand) {
    const ModelCard c = card("tiny");
    DecodeWorkload w;
    w.context = 100;
    w.tile = 4096;
    w.prefetch = false;
    Machine machine = small_machine(1, 4);
    machine.nand_bytes = 0;
    machine.sram_bank_bytes = 0;
    const Compiled r = compile(c, w, machine);
    EXPECT_EQ(r.traffic.nand_read, 0);
    EXPECT_EQ(r.traffic.sram_read, 0);
    EXPECT_EQ(r.traffic.dram_read, c.decode_weights() + c.hidden + 4 * 2 * c.norm_weights() +
                                       100 * 2 * c.kv_per_token());
    for (const auto& entry : r.lowered.code->entries) {
        EXPECT_TRUE(entry.kernel->streams[static_cast<int>(Engine::kPrefetch)].empty());
    }
}

// What the commands read is what the tiles hold, padding included, on systems that do not divide.
TEST(Compiler, BytesAreConserved) {
    const ModelCard c = card("tiny");
    for (const std::int64_t pes : {1, 3, 5, 6, 16}) {
        DecodeWorkload w;
        w.context = 70;
        w.tile = 2048;
        const Machine machine = small_machine(1, pes);
        const Compiled r = compile(c, w, machine);
        std::int64_t held = pes * core::ceil_div(c.hidden, pes);  // the row of the embedding
        for (const auto& in : r.program.program.instructions) {
            if (in.op == Op::kMatmul) {
                const Grouping all = Grouping::of(pes, 0);
                const Grouping kv = Grouping::of(pes, in.get(Attr::kKvHeads));
                const std::int64_t k = in.get(Attr::kK), n = in.get(Attr::kN);
                const auto& g = in.get(Attr::kKvHeads) > 0 ? kv : all;
                const bool columns = in.get(Attr::kSplit) == 0;
                const std::int64_t whole = columns ? n : k;
                const std::int64_t of_group =
                    g.heads_per_group > 0 ? whole / c.kv_heads * g.heads_per_group : whole;
                const std::int64_t share = core::ceil_div(of_group, g.members);
                held += g.groups * g.members * share * (columns ? k : n);
            }
        }
        EXPECT_EQ(r.traffic.nand_read, held) << pes;
        EXPECT_GE(held, c.decode_weights() + c.hidden);
    }
}

TEST(Compiler, TextAndMappingRunAgain) {
    const ModelCard c = card("tiny");
    DecodeWorkload w;
    w.context = 64;
    w.tile = 4096;
    const Machine machine = small_machine(2, 4);
    const Compiled r = compile(c, w, machine);
    core::Diagnostics diagnostics;
    const Program program = parse_program(r.program.program.print(), "p.strata", diagnostics);
    auto document =
        core::ConfigDocument::parse(r.program.mapping.yaml(), "m.yaml", {}, diagnostics);
    const Mapping mapping = Mapping::parse(document.root());
    ASSERT_TRUE(diagnostics.ok()) << diagnostics.messages()[0];
    EXPECT_TRUE(program == r.program.program);
    EXPECT_TRUE(mapping == r.program.mapping);
    const Lowered again = lower(program, mapping, machine, diagnostics);
    ASSERT_TRUE(diagnostics.ok());
    for (std::size_t pe = 0; pe < 8; ++pe) {
        EXPECT_EQ(print(*again.code->entries[pe].kernel),
                  print(*r.lowered.code->entries[pe].kernel));
    }
}

TEST(Compiler, SaysWhatDoesNotFit) {
    const ModelCard c = card("tiny");
    const auto message = [&](Machine machine, DecodeWorkload w) {
        core::Diagnostics diagnostics;
        const auto compiled = compile_decode(c, w, machine, diagnostics);
        if (diagnostics.ok()) {
            lower(compiled.program, compiled.mapping, machine, diagnostics);
        }
        return diagnostics.ok() ? std::string("no error") : diagnostics.messages()[0];
    };
    const auto expect = [](const std::string& text, const char* part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    DecodeWorkload w;
    w.context = 64;
    w.tile = 4096;
    Machine machine = small_machine(1, 4);
    EXPECT_EQ(message(machine, w), "no error");
    Machine other = machine;
    other.tcm_bytes = 20 * core::kKiB;
    expect(message(other, w), "20480 B");  // the table
    other.tcm_bytes = 2048;
    expect(message(other, w), "mailboxes: ends at 4KiB of 2KiB tcm");
    other = machine;
    other.sram_bank_bytes = 4096;
    expect(message(other, w), "prefetch needs 2 tiles of 4KiB");
    other.sram_bank_bytes = 0;
    expect(message(other, w), "set prefetch: false");
    other = machine;
    other.semaphores = 8;
    expect(message(other, w), "semaphores, a PE has 8");
    other = machine;
    other.nand_bytes = core::kMiB;
    expect(message(other, w), "of 1MiB nand");
    other = machine;
    other.dram_bytes = 0;
    expect(message(other, w), "has no dram");
    DecodeWorkload bad = w;
    bad.tile = 256;
    other = small_machine(1, 1);
    other.matrix_columns = 512;
    expect(message(other, bad), "make the tile larger");
}

TEST(Lowering, ReportsTensorsThatAreMissingOrSmall) {
    const ModelCard c = card("tiny");
    DecodeWorkload w;
    w.context = 64;
    w.tile = 4096;
    const Machine machine = small_machine(1, 4);
    Compiled r = compile(c, w, machine);
    for (auto& t : r.program.mapping.tensors) {
        if (t.name == "final_norm") {
            t.name = "final_norms";
        } else if (t.name == "l0.o") {
            t.shard = 4096;
            t.bytes = 4 * 4096;
        }
    }
    core::Diagnostics diagnostics;
    lower(r.program.program, r.program.mapping, machine, diagnostics);
    std::string all;
    for (const auto& message : diagnostics.messages()) {
        all += message + "\n";
    }
    EXPECT_NE(all.find("rms_norm: @final_norm is not in the mapping; did you mean @final_norms?"),
              std::string::npos)
        << all;
    EXPECT_NE(all.find("@l0.o needs 16KiB per shard, the mapping gives 4KiB"), std::string::npos)
        << all;
}

// Prefetch runs ahead by exactly the slots there are: tile t waits for the load of tile t − slots.
TEST(Lowering, PrefetchIsBoundBySlots) {
    const ModelCard c = card("tiny");
    DecodeWorkload w;
    w.context = 64;
    w.tile = 4096;
    Machine machine = small_machine(1, 4);
    machine.sram_bank_bytes = 32 * core::kKiB;
    w.sram_share = 1.0;
    const Compiled r = compile(c, w, machine);
    const auto& kernel = *r.lowered.code->entries[0].kernel;
    const auto& prefetch = kernel.streams[static_cast<int>(Engine::kPrefetch)];
    ASSERT_GT(prefetch.size(), 20U);
    std::size_t without = 0;
    while (prefetch[without].waits.empty()) {
        ++without;
    }
    EXPECT_EQ(without, 8U);
    for (std::size_t i = without; i < prefetch.size(); ++i) {
        ASSERT_FALSE(prefetch[i].waits.empty());
        EXPECT_EQ(prefetch[i].waits[0].semaphore, static_cast<int>(Engine::kLoad));
    }
}

TEST(Roofline, TimesFollowFromTraffic) {
    const ModelCard c = card("qwen3_8b");
    DecodeWorkload w;
    w.context = 4096;
    Machine machine = large_machine();
    machine.nand_bandwidth = {512'000'000'000};
    machine.dram_bandwidth = {1'024'000'000'000};
    machine.sram_bandwidth = {8'000'000'000'000};
    const Compiled r = compile(c, w, machine);
    const Roofline roof = roofline(*r.lowered.code, r.program.mapping, machine);
    EXPECT_EQ(roof.nand, machine.nand_bandwidth.transfer(
                             core::ceil_div(c.decode_weights() + c.hidden, std::int64_t{4})));
    EXPECT_EQ(roof.bound, roof.nand);
    EXPECT_EQ(roof.limiter, "nand");
    EXPECT_NE(roof.str().find("by nand"), std::string::npos);
}

TEST(Prepare, TinyDecodeFromItsFile) {
    core::Diagnostics diagnostics;
    auto document =
        core::ConfigDocument::load(kConfigs + "workloads/tiny_decode.yaml", {}, diagnostics);
    const WorkloadConfig w = WorkloadConfig::parse(document.root());
    const Machine machine = small_machine(1, 4);
    const PreparedWorkload p = prepare(w, machine, diagnostics);
    ASSERT_TRUE(diagnostics.ok()) << diagnostics.messages()[0];
    EXPECT_EQ(p.launches, 2);
    EXPECT_EQ(p.lowered.code->entries.size(), 4U);
    EXPECT_EQ(p.code_offset % machine.page_bytes, 0);
    EXPECT_GE(p.code_offset + p.lowered.code->bytes(), machine.dram_bytes - machine.page_bytes);
    EXPECT_FALSE(p.compiled.notes.empty());
}

// The files that the compiler writes run as a workload of their own, with the same commands.
TEST(Prepare, ProgramFromItsFiles) {
    DecodeWorkload w;
    w.context = 64;
    w.tile = 4096;
    const Machine machine = small_machine(1, 4);
    const Compiled r = compile(card("tiny"), w, machine);
    const strata::test::TemporaryDirectory folder;
    std::ofstream(folder.file("p.strata")) << r.program.program.print();
    std::ofstream(folder.file("p.mapping.yaml")) << r.program.mapping.yaml();
    std::ofstream(folder.file("w.yaml"))
        << "kind: program\nprogram: p.strata\nmapping: p.mapping.yaml\ntokens: 3\n";
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::load(folder.file("w.yaml"), {}, diagnostics);
    const PreparedWorkload p =
        prepare(WorkloadConfig::parse(document.root()), machine, diagnostics);
    ASSERT_TRUE(diagnostics.ok()) << diagnostics.messages()[0];
    EXPECT_EQ(p.config.name, "w");
    EXPECT_EQ(p.launches, 3);
    EXPECT_EQ(print(*p.lowered.code->entries[3].kernel), print(*r.lowered.code->entries[3].kernel));
}

}  // namespace
}  // namespace strata::runtime::test
