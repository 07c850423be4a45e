// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Kernels on a whole PE: exact times, dependencies, real bytes, aborts.

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/pe/pe_bench.h"

namespace strata::models {
namespace {

using core::kKiB;
using core::Ps;

constexpr std::uint64_t kVa = 0x100000;
constexpr Ps kCycle = 500;
constexpr Ps kLatency = 100'000;
constexpr Ps kDispatch = 4 * kCycle;
constexpr Ps kLookup = 2 * kCycle;

Gemm small_gemm(std::uint64_t c = 4096) {
    return {8, 8, 16, DataType::kInt8, false, 0, 128, c};
}
constexpr Ps kGemm = (16 + 8 + 8 - 2 - 1) * kCycle;
constexpr Ps kVector = (5 + 4) * kCycle;  // 64 elements on 16 lanes

VectorOp small_vector() {
    return {VectorKind::kAdd, 64, 1, DataType::kBf16, 0, 256, 512};
}

TEST(Kernel, EveryStepTakesItsTime) {
    PeBench bench;
    bench.map_pages(kVa, nand(0), 16 * kKiB);
    KernelBuilder k;
    k.add(Engine::kLoad, load(kVa, 4 * kKiB))
        .add(Engine::kMatrix, small_gemm(), {after(Engine::kLoad, 1)})
        .add(Engine::kVector, small_vector(), {after(Engine::kMatrix, 1)})
        .add(Engine::kStore, store(kVa + 8 * kKiB, kKiB), {after(Engine::kVector, 1)});
    const std::uint64_t id = bench.launch(0, k.kernel);
    bench.run();
    EXPECT_TRUE(bench.answer(id).success);
    // Message of 32 + 8 + 24 bytes: one cycle at 128 bytes a cycle; then 150 cycles of work.
    const Ps start = kCycle + 150 * kCycle;
    const auto traffic = bench.traffic();
    ASSERT_EQ(traffic.size(), 6U);  // code of four streams, the load, the store
    for (std::size_t stream = 0; stream < 4; ++stream) {
        EXPECT_EQ(traffic[stream].address, dram(stream * 64));
        EXPECT_EQ(traffic[stream].length, 64);
        EXPECT_EQ(traffic[stream].begin_req, start + static_cast<Ps>(stream) * kCycle);
    }
    const Ps loading = start + kLatency + kDispatch + kLookup;
    EXPECT_EQ(traffic[4].begin_req, loading);
    const Ps computing = loading + kLatency + kDispatch;
    const Ps storing = computing + kGemm + kDispatch + kVector + kDispatch + kLookup;
    EXPECT_EQ(traffic[5].begin_req, storing);
    EXPECT_EQ(bench.answered_at(id), storing + kLatency);
    EXPECT_TRUE(bench.pe.idle());
    const auto use = bench.pe.utilisation(core::now_ps());
    EXPECT_EQ(use.matrix_busy, kGemm);
    EXPECT_EQ(use.vector_busy, kVector);
    EXPECT_EQ(use.macs, 8 * 8 * 16);
    EXPECT_EQ(use.read_bytes, 4 * kKiB);
    EXPECT_EQ(use.dma_busy[0], kLookup + kLatency);
}

TEST(Kernel, EnginesWorkInOrderAndInParallel) {
    PeBench bench;
    KernelBuilder k;
    for (int i = 0; i < 10; ++i) {
        k.add(Engine::kMatrix, small_gemm());
        k.add(Engine::kVector, small_vector());
    }
    const std::uint64_t id = bench.launch(0, k.kernel);
    bench.run();
    const Ps start = 151 * kCycle + kLatency;  // first block of the matrix stream is here
    EXPECT_EQ(bench.answered_at(id), start + 10 * (kDispatch + kGemm));
    EXPECT_EQ(bench.pe.utilisation(core::now_ps()).vector_busy, 10 * kVector);
}

TEST(Kernel, CodeIsFetchedOneBlockAhead) {
    PeBench bench;
    KernelBuilder k;
    for (int i = 0; i < 200; ++i) {  // 3 blocks and 8 commands
        k.add(Engine::kMatrix, small_gemm());
    }
    const std::uint64_t id = bench.launch(0, k.kernel);
    bench.run();
    const auto traffic = bench.traffic();
    ASSERT_EQ(traffic.size(), 4U);
    EXPECT_EQ(traffic[3].length, 8 * 64);
    const Ps start = 151 * kCycle;
    const Ps command = kDispatch + kGemm;
    EXPECT_EQ(traffic[0].begin_req, start);
    EXPECT_EQ(traffic[1].begin_req, start + kCycle);
    EXPECT_EQ(traffic[2].begin_req, start + kLatency + 64 * command);  // as block 1 begins
    EXPECT_EQ(traffic[3].begin_req, start + kLatency + 128 * command);
    EXPECT_EQ(bench.answered_at(id), start + kLatency + 200 * command);
}

TEST(Kernel, ManyOutstandingPayloadsReachThePortsRate) {
    PeBench::Options options;
    options.accept = 20'000;  // the network takes a payload every 20 ns
    options.pe.dma.bulk = 4 * kKiB;
    PeBench bench(options);
    bench.map_pages(kVa, nand(0), 256 * kKiB);
    KernelBuilder k;
    for (std::uint64_t i = 0; i < 8; ++i) {
        k.add(Engine::kLoad, load(kVa + i * 32 * kKiB, 32 * kKiB));
    }
    const std::uint64_t id = bench.launch(0, k.kernel);
    bench.run();
    const auto traffic = bench.traffic();
    ASSERT_EQ(traffic.size(), 1U + 64U);
    for (std::size_t i = 2; i < traffic.size(); ++i) {
        const bool first_of_copy = (i - 1) % 8 == 0;
        const Ps gap = traffic[i].begin_req - traffic[i - 1].begin_req;
        EXPECT_EQ(gap, 20'000 + (first_of_copy ? kDispatch + kLookup : 0)) << i;
    }
    EXPECT_EQ(bench.answered_at(id), traffic.back().end_req + kLatency);
}

TEST(Kernel, WaitsForSignalsAndTakesBackOnlyWhatItUsed) {
    PeBench bench;
    KernelBuilder k;
    k.add(Engine::kVector, small_vector(), {{7, 2}});
    k.kernel.consumed = {0, 0, 2};
    const auto signal = [&](Ps time) {
        bench.sender.issue(time, [](tlm::tlm_generic_payload& payload) {
            payload.set_command(tlm::TLM_WRITE_COMMAND);
            payload.set_address(core::tcm_address(kPe, 0));
            payload.set_data_length(256);
            core::extension_of(payload).semaphore = 7;
        });
    };
    const std::uint64_t id = bench.launch(0, k.kernel);
    signal(1'000'000);
    signal(2'000'000);
    signal(2'100'000);  // for the next launch
    signal(2'200'000);
    bench.run();
    EXPECT_EQ(bench.answered_at(id), 2'000'000 + 2 * kCycle + kDispatch + kVector);
    EXPECT_EQ(bench.pe.commands().semaphore(7), 2);
    EXPECT_TRUE(bench.sender.all_done());
}

TEST(Kernel, SaysWhatItWaitsForWhenStuck) {
    PeBench bench;
    KernelBuilder k;
    k.add(Engine::kVector, small_vector(), {{7, 5}});
    const std::uint64_t id = bench.launch(0, k.kernel);
    bench.run();
    EXPECT_FALSE(bench.has_answer(id));
    EXPECT_FALSE(bench.pe.idle());
    EXPECT_NE(bench.pe.describe_state().find(
                  "vector: command 0 of 1, waits for semaphore 7: has 0, needs 5"),
              std::string::npos)
        << bench.pe.describe_state();
}

TEST(Kernel, ComputesATileThroughTheDma) {
    PeBench::Options options;
    options.functional = true;
    options.pe.dma.bulk = 512;
    PeBench bench(options);
    constexpr std::size_t kM = 24;
    constexpr std::size_t kN = 20;
    constexpr std::size_t kK = 40;
    constexpr std::size_t kPitch = 100;  // A is a window of a wider matrix
    core::RandomStream random(1, "tile");
    std::vector<std::int8_t> a(kM * kPitch);
    std::vector<std::int8_t> b(kK * kN);
    for (auto* matrix : {&a, &b}) {
        for (std::int8_t& value : *matrix) {
            value = static_cast<std::int8_t>(random.below(256));
        }
    }
    std::memcpy(&bench.byte(nand(4096)), a.data(), a.size());
    std::memcpy(&bench.byte(dram(8100)), b.data(), b.size());
    bench.map_pages(kVa, nand(0), 16 * kKiB);
    bench.map_pages(kVa + 64 * kKiB, dram(0), 32 * kKiB);
    DmaCopy load_a = load(kVa + 4096 + 7, kK);
    load_a.rows = kM;
    load_a.source_stride = kPitch;
    load_a.target_stride = kK;
    DmaCopy load_b = load(kVa + 64 * kKiB + 8100, kK * kN);
    load_b.target = 4096;
    DmaCopy store_c = store(kVa + 64 * kKiB + 16384, kM * kN * 4);
    store_c.source = 16384;
    KernelBuilder k;
    k.add(Engine::kLoad, load_a)
        .add(Engine::kLoad, load_b)
        .add(Engine::kMatrix, Gemm{kM, kN, kK, DataType::kInt8, false, 0, 4096, 16384},
             {after(Engine::kLoad, 2)})
        .add(Engine::kStore, store_c, {after(Engine::kMatrix, 1)})
        .add(Engine::kPrefetch, prefetch(kVa + 64 * kKiB + 16384, kVa + 8192, kM * kN * 4),
             {after(Engine::kStore, 1)});
    const std::uint64_t id = bench.launch(0, k.kernel, dram(64 * kKiB));
    bench.run();
    ASSERT_TRUE(bench.answer(id).success) << bench.answer(id).text;
    for (std::size_t i = 0; i < kM; ++i) {
        for (std::size_t j = 0; j < kN; ++j) {
            std::int32_t expected = 0;
            for (std::size_t n = 0; n < kK; ++n) {
                expected += a[i * kPitch + 7 + n] * b[n * kN + j];
            }
            std::int32_t in_dram = 0;
            std::int32_t in_nand = 0;
            std::memcpy(&in_dram, &bench.byte(dram(16384 + (i * kN + j) * 4)), 4);
            std::memcpy(&in_nand, &bench.byte(nand(8192 + (i * kN + j) * 4)), 4);
            ASSERT_EQ(in_dram, expected);
            ASSERT_EQ(in_nand, expected);
        }
    }
}

TEST(Kernel, AbortsOnAFaultAndThePeGoesOn) {
    PeBench bench;
    bench.map_pages(kVa, nand(0), 64 * kKiB);
    KernelBuilder bad;
    bad.add(Engine::kLoad, load(kVa, 32 * kKiB))
        .add(Engine::kStore, store(0xdead000, 64), {after(Engine::kVector, 1)})
        .add(Engine::kVector, small_vector())
        .add(Engine::kMatrix, small_gemm(), {after(Engine::kLoad, 9)});
    const std::uint64_t failed = bench.launch(0, bad.kernel);
    KernelBuilder good;
    good.add(Engine::kVector, small_vector());
    const std::uint64_t worked = bench.launch(5'000'000, good.kernel, dram(64 * kKiB));
    bench.run();
    const Response response = bench.answer(failed);
    EXPECT_FALSE(response.success);
    EXPECT_EQ(response.code, ErrorCode::kUnmapped);
    EXPECT_EQ(response.address, 0xdead000U);
    EXPECT_NE(response.text.find("store"), std::string::npos) << response.text;
    EXPECT_TRUE(bench.answer(worked).success);
    EXPECT_TRUE(bench.pe.idle());
}

TEST(Kernel, RefusesCommandsThatCannotRun) {
    PeBench bench;
    std::vector<std::uint64_t> ids;
    const auto launch = [&](KernelBuilder& k) {
        const auto n = static_cast<std::uint64_t>(ids.size());
        ids.push_back(bench.launch(static_cast<Ps>(n) * 1'000'000, k.kernel, dram(n * 4096)));
    };
    KernelBuilder outside;
    outside.add(Engine::kMatrix, small_gemm(64 * kKiB));
    launch(outside);
    KernelBuilder stranger;
    stranger.add(Engine::kLoad, small_vector());
    launch(stranger);
    KernelBuilder semaphore;
    semaphore.add(Engine::kVector, small_vector(), {{32, 1}});
    launch(semaphore);
    bench.run();
    EXPECT_EQ(bench.answer(ids[0]).code, ErrorCode::kBadAddress);
    EXPECT_EQ(bench.answer(ids[1]).code, ErrorCode::kBadTarget);
    EXPECT_EQ(bench.answer(ids[2]).code, ErrorCode::kBadTarget);
}

TEST(Kernel, BooksEnergyPerEvent) {
    PeBench bench;
    bench.map_pages(kVa, nand(0), 16 * kKiB);
    KernelBuilder k;
    k.add(Engine::kLoad, load(kVa, 4 * kKiB))
        .add(Engine::kMatrix, small_gemm(), {after(Engine::kLoad, 1)});
    bench.launch(0, k.kernel);
    bench.run();
    bench.pe.settle(core::now_ps());
    // 1024 MACs at 0.5 pJ; 4 KiB loaded and 128 + 128 + 256 bytes of operands at 0.1 pJ a bit.
    EXPECT_DOUBLE_EQ(bench.energy.category_pj(core::EnergyCategory::kPe, 0),
                     1024 * 0.5 + (4096 + 512) * 8 * 0.1);
}

}  // namespace
}  // namespace strata::models
