// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/simulation.h"

#include <gtest/gtest.h>

#include <csignal>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/logging.h"
#include "core/payload.h"
#include "tests/support/script.h"

namespace strata::core {
namespace {

using test::Script;

/// A component whose idleness the test sets.
class Block : public Component {
   public:
    using Component::Component;
    bool idle() const override { return idle_; }
    std::string describe_state() const override { return "waits for a response"; }
    void set_idle(bool idle) { idle_ = idle; }

   private:
    bool idle_ = true;
};

struct Samples : WindowObserver {
    void sample(Ps now) override {
        times.push_back(now);
        EXPECT_EQ(now, now_ps());
        if (action) {
            action(now);
        }
    }
    std::vector<Ps> times;
    std::function<void(Ps)> action;
};

class SimulationTest : public testing::Test {
   protected:
    StatGroup stats_;
    EnergyLedger energy_;
    PayloadPool payloads_;
    Services services_{stats_, energy_, payloads_, make_silent_logger()};
    Simulation simulation_{services_};
    Script script_{"script"};
    std::vector<Ps> happened_;

    void mark(Ps time) {
        script_.at(time, [this] { happened_.push_back(now_ps()); });
    }
    RunResult run(Samples* samples = nullptr) { return simulation_.run(options_, samples); }
    RunOptions options_;
};

TEST_F(SimulationTest, EndsAtTheLastEventWhenAllIsIdle) {
    const Block block("block", services_);
    mark(3 * kMicrosecond);
    mark(25 * kMicrosecond + 7);
    const RunResult result = run();
    EXPECT_EQ(result.reason, StopReason::kFinished);
    EXPECT_TRUE(result.completed());
    EXPECT_EQ(result.exit_code(), 0);
    EXPECT_EQ(result.end, 25 * kMicrosecond + 7);
    EXPECT_EQ(happened_, (std::vector<Ps>{3 * kMicrosecond, 25 * kMicrosecond + 7}));
    EXPECT_EQ(result.events, 3);  // initialisation and two moments
    EXPECT_EQ(result.report, "");
}

TEST_F(SimulationTest, FinishStopsAtOnceThoughEventsArePending) {
    mark(100 * kMicrosecond);
    script_.at(12'345, [this] { simulation_.finish(); });
    const RunResult result = run();
    EXPECT_TRUE(result.completed());
    EXPECT_EQ(result.end, 12'345);
    EXPECT_TRUE(happened_.empty());
}

TEST_F(SimulationTest, StarvationWithWorkLeftIsADeadlock) {
    Block stuck("sip0.cube0.pe0.dma", services_);
    const Block fine("sip0.cube0.pe1.dma", services_);
    tlm::tlm_generic_payload* payload = payloads_.allocate();
    payload->set_address(0x1234);
    script_.at(500, [&] { stuck.set_idle(false); });
    const RunResult result = run();
    EXPECT_EQ(result.reason, StopReason::kDeadlock);
    EXPECT_EQ(result.exit_code(), 4);
    EXPECT_FALSE(result.completed());
    EXPECT_EQ(result.end, 500);
    EXPECT_NE(result.report.find("sip0.cube0.pe0.dma: waits for a response"), std::string::npos)
        << result.report;
    EXPECT_EQ(result.report.find("pe1"), std::string::npos) << result.report;
    EXPECT_NE(result.report.find("0x1234"), std::string::npos) << result.report;
    payload->release();
}

TEST_F(SimulationTest, UntilIsANormalPartialEndAndMayBeContinued) {
    for (Ps time = 4'000; time <= 40'000; time += 4'000) {
        mark(time);
    }
    options_.until = 12'000;
    RunResult result = run();
    EXPECT_EQ(result.reason, StopReason::kUntil);
    EXPECT_EQ(result.exit_code(), 0);
    EXPECT_FALSE(result.completed());
    EXPECT_EQ(result.end, 12'000);
    EXPECT_EQ(happened_, (std::vector<Ps>{4'000, 8'000, 12'000}));
    options_.until = 13'000;
    result = run();
    EXPECT_EQ(result.end, 13'000);
    EXPECT_EQ(happened_.size(), 3u);
    options_.until = kNever;
    result = run();
    EXPECT_TRUE(result.completed());
    EXPECT_EQ(result.end, 40'000);
    EXPECT_EQ(happened_.size(), 10u);
}

TEST_F(SimulationTest, SimulatedTimeWatchdogIsAnError) {
    mark(kSecond);
    options_.max_sim_time = kMillisecond;
    const RunResult result = run();
    EXPECT_EQ(result.reason, StopReason::kSimTimeout);
    EXPECT_EQ(result.exit_code(), 4);
    EXPECT_EQ(result.end, kMillisecond);
}

TEST_F(SimulationTest, WallClockWatchdogStopsAnEndlessLoopInZeroTime) {
    std::function<void()> again = [&] { script_.at(now_ps(), again); };
    script_.at(777, again);
    options_.max_wall_s = 0.2;
    int calls = 0;
    options_.progress = [&](Ps time, double) {
        ++calls;
        EXPECT_EQ(time, 777);
    };
    const RunResult result = run();
    EXPECT_EQ(result.reason, StopReason::kWallTimeout);
    EXPECT_EQ(result.exit_code(), 4);
    EXPECT_EQ(result.end, 777);
    EXPECT_GE(calls, 2);
}

TEST_F(SimulationTest, SignalEndsTheRunInAnOrderlyWay) {
    std::function<void()> again = [&] { script_.at(now_ps() + 10, again); };
    script_.at(0, again);
    script_.at(5'000, [] { std::raise(SIGINT); });
    options_.catch_signals = true;
    const RunResult result = run();
    EXPECT_EQ(result.reason, StopReason::kInterrupted);
    EXPECT_EQ(result.exit_code(), 0);
    EXPECT_FALSE(result.completed());
    EXPECT_GE(result.end, 5'000);
}

TEST_F(SimulationTest, SecondSignalKills) {
    script_.at(5'000, [] {
        std::raise(SIGTERM);
        std::raise(SIGTERM);
    });
    options_.catch_signals = true;
    EXPECT_EXIT(run(), testing::KilledBySignal(SIGTERM), "");
}

TEST_F(SimulationTest, ObserverMayFinish) {
    mark(3 * kMicrosecond);
    mark(300 * kMicrosecond);
    Samples samples;
    samples.action = [this](Ps) { simulation_.finish(); };
    const RunResult result = run(&samples);
    EXPECT_TRUE(result.completed());
    EXPECT_EQ(result.end, 10 * kMicrosecond);
}

TEST_F(SimulationTest, SamplesEndOfBusyWindowsAndSkipsIdleOnes) {
    mark(3 * kMicrosecond);
    mark(20 * kMicrosecond);  // belongs to the window it ends
    mark(95 * kMicrosecond);
    mark(kSecond);  // 100 000 windows later
    Samples samples;
    const RunResult result = run(&samples);
    EXPECT_EQ(samples.times,
              (std::vector<Ps>{10 * kMicrosecond, 20 * kMicrosecond, 90 * kMicrosecond,
                               100 * kMicrosecond, kSecond - 10 * kMicrosecond, kSecond}));
    EXPECT_EQ(result.end, kSecond);
}

TEST_F(SimulationTest, ObserverMayMakeWork) {
    mark(3 * kMicrosecond);
    mark(45 * kMicrosecond);
    Samples samples;
    samples.action = [this](Ps now) {
        if (now == 10 * kMicrosecond) {
            mark(now);
            mark(now + 1'000);
        }
    };
    run(&samples);
    EXPECT_EQ(happened_, (std::vector<Ps>{3 * kMicrosecond, 10 * kMicrosecond,
                                          10 * kMicrosecond + 1'000, 45 * kMicrosecond}));
    EXPECT_EQ(samples.times, (std::vector<Ps>{10 * kMicrosecond, 20 * kMicrosecond,
                                              40 * kMicrosecond, 45 * kMicrosecond}));
}

/// A chain of events with pseudo-random gaps; returns when each happened.
std::vector<Ps> random_chain(Simulation& simulation, Script& script, Services& services, Ps window,
                             WindowObserver* observer) {
    RandomStream random(services.seed, "chain");
    std::vector<Ps> times;
    std::function<void()> next = [&] {
        times.push_back(now_ps());
        if (times.size() < 20'000) {
            script.at(now_ps() + static_cast<Ps>(random.below(5'000)), next);
        }
    };
    script.at(0, next);
    RunOptions options;
    options.window = window;
    simulation.run(options, observer);
    return times;
}

std::vector<Ps> expected_chain() {
    RandomStream random(1, "chain");
    std::vector<Ps> times{0};
    while (times.size() < 20'000) {
        times.push_back(times.back() + static_cast<Ps>(random.below(5'000)));
    }
    return times;
}

// Three different windows against one closed form: sampling changes no time.
TEST_F(SimulationTest, TinyWindowsChangeNoTimes) {
    Samples samples;
    EXPECT_EQ(random_chain(simulation_, script_, services_, 1'009, &samples), expected_chain());
    EXPECT_GT(samples.times.size(), 10'000u);
}

TEST_F(SimulationTest, UsualWindowsChangeNoTimes) {
    Samples samples;
    EXPECT_EQ(random_chain(simulation_, script_, services_, 10 * kMicrosecond, &samples),
              expected_chain());
    EXPECT_GE(samples.times.size(), 4u);
}

TEST_F(SimulationTest, OneWindowChangesNoTimes) {
    EXPECT_EQ(random_chain(simulation_, script_, services_, kSecond, nullptr), expected_chain());
}

TEST_F(SimulationTest, ExceptionOfAProcessBecomesAModelErrorThatNamesIt) {
    script_.at(100, [] { throw std::runtime_error("queue overflow"); });
    try {
        run();
        FAIL();
    } catch (const ModelError& error) {
        const std::string what = error.what();
        EXPECT_NE(what.find("queue overflow"), std::string::npos) << what;
        EXPECT_NE(what.find("script.run"), std::string::npos) << what;
    }
}

TEST_F(SimulationTest, FailKeepsTheTypeOfTheError) {
    script_.at(100, [this] {
        simulation_.fail(std::make_exception_ptr(UserError("the file holds no weights")));
    });
    EXPECT_THROW(run(), UserError);
}

TEST_F(SimulationTest, ErrorReportOfAProcessBecomesAModelError) {
    script_.at(100, [] { SC_REPORT_ERROR("dram", "bank is closed"); });
    try {
        run();
        FAIL();
    } catch (const ModelError& error) {
        EXPECT_NE(std::string(error.what()).find("bank is closed"), std::string::npos);
    }
}

TEST_F(SimulationTest, ExceptionOfTheObserverArrivesAsItIs) {
    mark(100);
    Samples samples;
    samples.action = [](Ps) { throw UserError("disk full"); };
    EXPECT_THROW(run(&samples), UserError);
}

TEST(Component, RegistersWhileItLives) {
    StatGroup stats;
    EnergyLedger energy;
    PayloadPool payloads;
    Services services(stats, energy, payloads, make_silent_logger());
    const Block first("a", services);
    {
        const Block second("b", services);
        EXPECT_EQ(services.components.size(), 2u);
    }
    ASSERT_EQ(services.components.size(), 1u);
    EXPECT_EQ(services.components[0]->path(), "a");
}

}  // namespace
}  // namespace strata::core
