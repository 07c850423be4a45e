// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Host, control processors and fake PEs together: exact times, aggregation, back-pressure.

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/random.h"
#include "tests/cpu/control_system.h"

namespace strata::test {
namespace {

using core::Place;
using core::Ps;
using models::ErrorCode;
using models::KernelLaunch;
using runtime::Completion;
using runtime::Host;

constexpr Ps kCycle = 1000;  // the processors run at 1 GHz

KernelLaunch launch(models::TargetSet cubes, models::TargetSet pes) {
    KernelLaunch request;
    request.target_sips = models::only(0);
    request.target_cubes = std::move(cubes);
    request.target_pe = std::move(pes);
    return request;
}

std::vector<Place> sources(const Completion& completion) {
    std::vector<Place> places;
    for (const auto& response : completion.responses) {
        places.push_back(response.source);
    }
    return places;
}

TEST(ControlPath, RoundTripIsTheSumOfItsParts) {
    ControlSystem system;
    Completion completion;
    system.run([&](Host& host) {
        sc_core::wait(sc_core::sc_time(10, sc_core::SC_NS));
        models::MemoryRead read;
        read.nbytes = 64;
        read.target_cubes = models::only(1);
        read.target_pe = models::only(1);
        completion = host.call(read);
        EXPECT_EQ(core::now_ps(), completion.done);
    });
    const core::Bytes down = 32 + 8 + 24;
    const core::Bytes up = 32 + 16 + 64;
    const Fabric& fabric = system.fabric;
    const Ps expected = 200'000 + fabric.transit(down) +       // host → IO_CPU
                        220 * kCycle + fabric.transit(down)    // → M_CPU
                        + 220 * kCycle + fabric.transit(down)  // → PE
                        + 50'000 + fabric.transit(up)          // → M_CPU
                        + 120 * kCycle + fabric.transit(up)    // → IO_CPU
                        + 120 * kCycle + fabric.transit(up)    // → host
                        + 300'000;
    EXPECT_EQ(completion.sent, 10'000);
    EXPECT_EQ(completion.done - completion.sent, expected);
    EXPECT_EQ(sources(completion), (std::vector<Place>{{0, 1, 1}}));
    EXPECT_STREQ(completion.message, "MemoryRead");
}

TEST(ControlPath, MessageToAllPesTakesTheSlowestPath) {
    ControlSystem system;
    Completion completion;
    system.run([&](Host& host) { completion = host.call(launch({}, {})); });
    // Each M_CPU serves the answers of its two PEs one after the other, the IO_CPU those of its
    // two M_CPUs: the second has always come in meanwhile.
    const Fabric& fabric = system.fabric;
    const Ps cube = fabric.transit(64) + 240 * kCycle + fabric.transit(64) + 50'000 +
                    fabric.transit(48) + 2 * 120 * kCycle + fabric.transit(64);
    const Ps expected = 200'000 + fabric.transit(72) + 240 * kCycle + cube + 2 * 140 * kCycle +
                        fabric.transit(96) + 300'000;
    EXPECT_EQ(completion.done - completion.sent, expected);
    EXPECT_TRUE(completion.ok());
    EXPECT_EQ(sources(completion),
              (std::vector<Place>{{0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}}));
}

TEST(ControlPath, FrequencyOfTheClockDomainCounts) {
    ControlSystem system;
    std::vector<Ps> took;
    system.run([&](Host& host) {
        const auto one = launch(models::only(0), models::only(0));
        Completion c = host.call(one);
        took.push_back(c.done - c.sent);
        system.clock.set_frequency(core::Frequency{2'000'000'000});
        c = host.call(one);
        took.push_back(c.done - c.sent);
    });
    EXPECT_EQ(took[0] - took[1], (220 + 220 + 120 + 120) * kCycle / 2);
}

TEST(ControlPath, SubsetsReachTheirPesOnly) {
    ControlSystem system;
    system.run([&](Host& host) {
        EXPECT_EQ(sources(host.call(launch({}, models::only(1)))),
                  (std::vector<Place>{{0, 0, 1}, {0, 1, 1}}));
        EXPECT_EQ(sources(host.call(launch(models::only(1), {}))),
                  (std::vector<Place>{{0, 1, 0}, {0, 1, 1}}));
    });
    EXPECT_EQ(system.executed(), 4u);
    EXPECT_EQ(system.pe({0, 0, 0}).executed().size(), 0u);
    EXPECT_EQ(system.pe({0, 1, 1}).executed().size(), 2u);
}

TEST(ControlPath, RequestsToSeveralSipsGoToEachIoCpu) {
    ControlSystemConfig config;
    config.shape = {2, 1, 2};
    ControlSystem system(config);
    system.run([&](Host& host) {
        KernelLaunch all;
        EXPECT_EQ(sources(host.call(all)),
                  (std::vector<Place>{{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}}));
    });
    std::vector<Place> first;
    for (const Fabric::Arrival& arrival : system.fabric.arrivals()) {
        if (arrival.from == core::host_place()) {
            first.push_back(arrival.to);
        }
    }
    EXPECT_EQ(first, (std::vector<Place>{core::io_cpu_place(0), core::io_cpu_place(1)}));
}

TEST(ControlPath, OneFailingPeFailsTheRequestAndNamesItself) {
    ControlSystem system;
    system.pe({0, 1, 0}).error = [](const models::RequestMessage&) {
        return ErrorCode::kUnknownKernel;
    };
    system.run([&](Host& host) {
        const Completion completion = host.call(launch({}, {}));
        ASSERT_EQ(completion.responses.size(), 4u);
        EXPECT_FALSE(completion.ok());
        ASSERT_NE(completion.first_error(), nullptr);
        EXPECT_EQ(completion.first_error()->source, (Place{0, 1, 0}));
        EXPECT_EQ(completion.first_error()->code, ErrorCode::kUnknownKernel);
        EXPECT_EQ(std::count_if(completion.responses.begin(), completion.responses.end(),
                                [](const auto& r) { return r.success; }),
                  3);
        EXPECT_TRUE(host.call(launch(models::only(0), {})).ok());  // the platform goes on
    });
}

TEST(ControlPath, BadTargetsAreAnsweredAndChangeNothing) {
    ControlSystem system;
    system.run([&](Host& host) {
        models::MemoryWrite write;
        write.dst.sip = 3;
        for (const models::Request& request :
             {models::Request(launch({false, {0, 2}}, {})),
              models::Request(launch({}, {false, {}})), models::Request(write),
              models::Request(models::PeDma{{0, 0, 7}, 0, 64, false})}) {
            const Completion completion = host.call(request);
            ASSERT_EQ(completion.responses.size(), 1u);
            EXPECT_EQ(completion.responses[0].code, ErrorCode::kBadTarget);
            EXPECT_EQ(completion.responses[0].source, core::host_place());
            EXPECT_NE(completion.responses[0].text, "");
        }
    });
    EXPECT_EQ(system.executed(), 0u);
    EXPECT_TRUE(system.fabric.arrivals().empty());
}

// When and where each request came in at the M_CPU of cube 0.
std::vector<Fabric::Arrival> at_m_cpu(const ControlSystem& system, const Place& from) {
    std::vector<Fabric::Arrival> found;
    for (const Fabric::Arrival& arrival : system.fabric.arrivals()) {
        if (arrival.to == core::m_cpu_place(0, 0) && arrival.from == from) {
            found.push_back(arrival);
        }
    }
    return found;
}

TEST(ControlPath, FullInboxHoldsRequestsBack) {
    ControlSystemConfig config;
    config.m_cpu.decode_cycles = 1000;
    config.m_cpu.inbox = 2;
    config.host.submit_latency = 300'000;
    config.io_cpu.decode_cycles = 0;
    ControlSystem system(config);
    system.run([&](Host& host) {
        for (int i = 0; i < 8; ++i) {
            host.submit(launch(models::only(0), models::only(0)));
        }
        host.wait_all();
    });
    const auto arrivals = at_m_cpu(system, core::io_cpu_place(0));
    ASSERT_EQ(arrivals.size(), 8u);
    const Ps start = arrivals[0].at_door;
    for (std::size_t k = 0; k < 8; ++k) {
        // Request k is in work from start + k·1020 cycles on; two wait inside. Answers of the PE
        // come in behind the requests that stand at the door.
        const Ps room = start + (static_cast<Ps>(k) - 2) * 1020 * kCycle;
        const Ps arrived = start + static_cast<Ps>(k) * 300'000;
        if (k < 4) {
            EXPECT_EQ(arrivals[k].taken, std::max(room, arrived)) << k;
        }
        EXPECT_GE(arrivals[k].taken, std::max(room, arrived)) << k;
    }
    EXPECT_GT(arrivals[7].taken, start + 4 * 1020 * kCycle);
    const auto stats = nlohmann::json::parse(system.services.stats.to_json().dump());
    EXPECT_LE(stats["m0_0"]["queue_max"]["value"].get<int>(), 2 + 8);
    EXPECT_EQ(stats["m0_0"]["requests"]["value"], 8);
    EXPECT_EQ(stats["m0_0"]["by_kind"]["KernelLaunch"]["value"], 8);
    EXPECT_EQ(stats["m0_0"]["by_kind"]["MmuMap"]["value"], 0);
    EXPECT_EQ(stats["m0_0"]["responses"]["value"], 8);
    EXPECT_EQ(stats["m0_0"]["sent"]["value"], 16);
    EXPECT_EQ(stats["m0_0"]["busy"]["value"], 8 * (1020 + 120) * kCycle);
}

TEST(ControlPath, AnswersAreTakenWhileTheInboxIsFull) {
    ControlSystemConfig config;
    config.m_cpu.decode_cycles = 1000;
    config.m_cpu.inbox = 1;
    config.host.submit_latency = 0;
    ControlSystem system(config);
    system.pe({0, 0, 0}).service = 500'000;
    system.run([&](Host& host) {
        const auto one = launch(models::only(0), models::only(0));
        host.submit(one);
        host.submit(one);  // waits while the first is in work until 1020 ns
        sc_core::wait(sc_core::sc_time(1200, sc_core::SC_NS));
        host.submit(one);  // fills the inbox; the first answer comes at about 1535 ns
        sc_core::wait(sc_core::sc_time(400, sc_core::SC_NS));
        host.submit(one);  // stays at the door until the second is done at 2040 ns
        host.wait_all();
    });
    const auto requests = at_m_cpu(system, core::io_cpu_place(0));
    const auto answers = at_m_cpu(system, {0, 0, 0});
    ASSERT_EQ(requests.size(), 4u);
    ASSERT_EQ(answers.size(), 4u);
    const Ps start = requests[0].at_door;
    EXPECT_EQ(requests[2].taken, requests[2].at_door);
    EXPECT_EQ(answers[0].at_door, start + 1020 * kCycle + system.fabric.transit(64) + 500'000 +
                                      system.fabric.transit(48));
    EXPECT_LT(requests[2].at_door, answers[0].at_door);
    EXPECT_EQ(answers[0].taken, answers[0].at_door);
    EXPECT_EQ(requests[3].taken, start + 2040 * kCycle);
    EXPECT_LT(requests[3].at_door, requests[3].taken);
}

TEST(ControlPath, SaysWhoHasNotAnswered) {
    ControlSystem system;
    system.pe({0, 1, 1}).silent = true;
    system.host->set_program([](Host& host) { host.call(launch({}, {})); });
    sc_core::sc_start();
    EXPECT_FALSE(system.host->idle());
    EXPECT_EQ(system.host->describe_state(),
              "program running, 1 requests open; message 1 of request 1 (KernelLaunch) waits for "
              "sip0.io_cpu");
    EXPECT_EQ(system.processors[0]->describe_state(),
              "0 messages wait, 1 requests open: request 1 (KernelLaunch) waits for "
              "sip0.cube1.m_cpu");
    EXPECT_EQ(system.processors[1]->describe_state(), "idle");
    EXPECT_EQ(system.processors[2]->describe_state(),
              "0 messages wait, 1 requests open: request 1 (KernelLaunch) waits for "
              "sip0.cube1.pe1");
}

// A TargetSet of random numbers, now and then one beyond the end.
models::TargetSet random_set(core::RandomStream& random, std::int16_t count) {
    if (random.chance(0.2)) {
        return {};
    }
    models::TargetSet set{false, {}};
    for (std::uint64_t i = 0; i <= random.below(3); ++i) {
        const auto bound = static_cast<std::uint64_t>(count) + (random.chance(0.02) ? 1 : 0);
        set.list.push_back(static_cast<std::int16_t>(random.below(bound)));
    }
    return set;
}

models::Request random_request(core::RandomStream& random, const models::SystemShape& shape,
                               int number) {
    const models::Targets targets{random_set(random, shape.sips),
                                  random_set(random, shape.cubes_per_sip),
                                  random_set(random, shape.pes_per_cube)};
    switch (random.below(3)) {
        case 0: {
            models::MmuMap map;
            map.entries.resize(random.below(20));
            map.targets = targets;
            return map;
        }
        case 1: {
            models::MemoryWrite write;
            write.nbytes = 1;
            write.target_cubes = targets.cubes;
            write.target_pe = targets.pes;
            return write;
        }
        default: {
            KernelLaunch kernel;
            kernel.target_sips = targets.sips;
            kernel.target_cubes = targets.cubes;
            kernel.target_pe = targets.pes;
            kernel.args.push_back(models::ScalarArg{models::DataType::kInt32, 1.0 * number});
            return kernel;
        }
    }
}

TEST(ControlPath, EveryRandomMessageIsAnsweredExactlyOnce) {
    ControlSystemConfig config;
    config.shape = {2, 2, 3};
    config.m_cpu.inbox = 2;
    config.io_cpu.inbox = 3;
    config.host.queue_depth = 24;
    config.host.submit_latency = 20'000;
    ControlSystem system(config);
    const auto fails = [](const models::Request& request, std::int16_t pe) {
        const auto* kernel = std::get_if<KernelLaunch>(&request);
        return kernel != nullptr &&
               (static_cast<int>(std::get<models::ScalarArg>(kernel->args[0]).value) + pe) % 5 == 0;
    };
    const auto everyone = models::expand({}, config.shape).places;
    for (const Place& place : everyone) {
        system.pe(place).service = 20'000 + 90'000 * place.pe;
        system.pe(place).error = [&fails, place](const models::RequestMessage& message) {
            return fails(*message.request, place.pe) ? ErrorCode::kBusy : ErrorCode::kNone;
        };
    }
    core::RandomStream random(1, "requests");
    std::size_t executions = 0;
    int refused = 0;
    system.run([&](Host& host) {
        std::vector<std::pair<runtime::RequestId, models::Request>> all;
        for (int i = 0; i < 1000; ++i) {
            models::Request request = random_request(random, config.shape, i);
            const auto id = host.submit(request);
            all.emplace_back(id, std::move(request));
        }
        host.wait_all();
        for (const auto& [id, request] : all) {
            const Completion completion = host.take(id);
            const auto targets = models::expand(models::targets_of(request), config.shape);
            if (!targets.ok()) {
                ++refused;
                EXPECT_FALSE(completion.ok());
                continue;
            }
            executions += targets.places.size();
            ASSERT_EQ(sources(completion), targets.places);
            for (const auto& response : completion.responses) {
                EXPECT_EQ(response.success, !fails(request, response.source.pe));
            }
        }
    });
    EXPECT_GT(refused, 10);
    EXPECT_EQ(system.executed(), executions);
}

}  // namespace
}  // namespace strata::test
