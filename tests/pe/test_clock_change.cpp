// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// A clock that changes while the matrix engine computes: the new rate holds from the next edge, and
// the energy of a computation falls into the time in which it is done.

#include <gtest/gtest.h>

#include "tests/pe/pe_bench.h"

namespace strata::models {
namespace {

using core::Frequency;
using core::Ps;

constexpr Gemm kGemm{8, 8, 1600, DataType::kInt8, false, 0, 16384, 32768};
constexpr std::int64_t kCycles = 1600 + 8 + 8 - 2 - 1;
constexpr double kMacs = 8.0 * 8 * 1600;
constexpr Ps kCycle = 500;

struct Launched {
    PeBench bench;
    std::uint64_t id;
    Launched() {
        KernelBuilder k;
        k.add(Engine::kMatrix, kGemm);
        id = bench.launch(0, k.kernel);
    }
    void until(Ps time) { sc_core::sc_start(core::to_sc_time(time) - sc_core::sc_time_stamp()); }
    void set_clock(Ps now, std::int64_t hz) {
        const Frequency before = bench.clock.frequency();
        bench.clock.set_frequency({hz});
        bench.pe.clock_changed(now, before);
    }
};

/// When the computation begins: message and launch, the code's round trip, dispatch.
constexpr Ps kStart = (1 + 150) * kCycle + 100'000 + 4 * kCycle;

TEST(ClockChange, ComputationsGoOnAtTheNewRateFromTheNextEdge) {
    Launched run;
    run.until(kStart + 400 * kCycle + 120);  // in cycle 401
    run.set_clock(core::now_ps(), 1'000'000'000);
    run.until(kStart + 401 * kCycle + 600 * 1000 + 1);  // in cycle 1002
    run.set_clock(core::now_ps(), 4'000'000'000);
    run.bench.run();
    const Ps busy = 401 * kCycle + 601 * 1000 + (kCycles - 1002) * 250;
    EXPECT_EQ(run.bench.pe.utilisation(core::now_ps()).matrix_busy, busy);
    EXPECT_TRUE(run.bench.answer(run.id).success);
}

TEST(ClockChange, OnAnEdgeThatEdgeCounts) {
    Launched run;
    run.until(kStart + 400 * kCycle);
    run.set_clock(core::now_ps(), 1'000'000'000);
    run.bench.run();
    EXPECT_EQ(run.bench.pe.utilisation(core::now_ps()).matrix_busy,
              400 * kCycle + (kCycles - 400) * 1000);
}

TEST(ClockChange, EnergyIsEvenOverTheCycles) {
    Launched run;
    const auto mac_pj = [&] {
        for (const core::EnergyLedger::EventTotal& event : run.bench.energy.events()) {
            if (event.name == "mac_int8") {
                return event.pj / event.pj_per_unit;
            }
        }
        return -1.0;
    };
    run.until(kStart - 1);
    run.bench.pe.settle(core::now_ps());
    EXPECT_EQ(mac_pj(), 0.0);
    run.until(kStart + 400 * kCycle);
    run.bench.pe.settle(core::now_ps());
    EXPECT_NEAR(mac_pj(), kMacs * 400 / kCycles, 1.0);
    run.set_clock(core::now_ps(), 500'000'000);
    run.until(kStart + 400 * kCycle + 200 * 2000);
    run.bench.pe.settle(core::now_ps());
    EXPECT_NEAR(mac_pj(), kMacs * 600 / kCycles, 1.0);
    run.bench.run();
    run.bench.pe.settle(core::now_ps());
    EXPECT_EQ(mac_pj(), kMacs);
}

}  // namespace
}  // namespace strata::models
