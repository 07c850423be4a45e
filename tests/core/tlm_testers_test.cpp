// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// The testers test themselves: the exact times they produce, and that the checker finds breaches.

#include "tests/support/tlm_testers.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>

#include "core/diagnostics.h"

namespace strata::test {
namespace {

using core::Ps;

/// Initiator — checker — target.
struct Bench {
    explicit Bench(const TargetTesterConfig& config,
                   ResponseStyle style = ResponseStyle::kCompleted)
        : initiator("initiator", pool, style), checker("checker"), target("target", config) {
        checker.between(initiator.socket, target.socket);
    }
    core::PayloadPool pool;
    InitiatorTester initiator;
    ProtocolChecker checker;
    TargetTester target;
};

TEST(TlmTesters, TimesOfASingleRead) {
    Bench bench({100, 1'000});
    bench.initiator.read(500, 0x40, 64);
    sc_core::sc_start();
    const InitiatorTester::Record& read = bench.initiator.record(0);
    EXPECT_EQ(read.begin_req, 500);
    EXPECT_EQ(read.end_req, 600);
    EXPECT_EQ(read.begin_resp, 1'600);
    EXPECT_EQ(read.end_resp, 1'600);
    EXPECT_EQ(read.status, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bench.target.arrivals().at(0).address, 0x40u);
    EXPECT_EQ(bench.target.arrivals().at(0).length, 64);
    EXPECT_NO_THROW(bench.checker.check_finished());
    EXPECT_EQ(bench.pool.in_use(), 0);
}

TEST(TlmTesters, OneRequestIsOpenAtATimeAndTheQueueFills) {
    Bench bench({10, 1'000, 2}, ResponseStyle::kEndResp);
    bench.initiator.set_response_delay(50);
    for (int i = 0; i < 3; ++i) {
        bench.initiator.write(0, 0x1000, 64);
    }
    sc_core::sc_start();
    const auto& records = bench.initiator.records();
    EXPECT_EQ(records[0].end_req, 10);
    EXPECT_EQ(records[1].begin_req, 10);
    EXPECT_EQ(records[1].end_req, 20);
    EXPECT_EQ(records[2].begin_req, 20);
    EXPECT_EQ(records[0].begin_resp, 1'010);
    EXPECT_EQ(records[0].end_resp, 1'060);
    EXPECT_EQ(records[2].end_req, 1'060) << "a place was free only then";
    EXPECT_EQ(records[1].begin_resp, 1'060) << "one response at a time";
    EXPECT_EQ(records[2].begin_resp, 2'060);
    EXPECT_EQ(bench.initiator.completion_order(), (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_TRUE(bench.initiator.all_done());
    EXPECT_TRUE(bench.target.idle());
    EXPECT_EQ(bench.checker.completed(), 3);
    EXPECT_EQ(bench.pool.in_use(), 0);
}

TEST(TlmTesters, BytesArriveAndComeBack) {
    Bench bench({0, 10, 4, 256});
    std::array<unsigned char, 4> out{1, 2, 3, 4};
    std::array<unsigned char, 4> in{};
    bench.initiator.write(0, 0x10, 4, out.data());
    bench.initiator.read(100, 0x10, 4, in.data());
    sc_core::sc_start();
    EXPECT_EQ(in, out);
}

TEST(TlmTesters, DoneCallbackMayIssueMore) {
    Bench bench({0, 10});
    bench.initiator.on_done([&](std::size_t index) {
        if (index < 9) {
            bench.initiator.read(0, index, 1);
        }
    });
    bench.initiator.read(0, 0, 1);
    sc_core::sc_start();
    EXPECT_EQ(bench.initiator.completed(), 10u);
    EXPECT_EQ(bench.initiator.record(9).end_resp, 100);
}

TEST(TlmTesters, StalledTargetLeavesATransactionOpen) {
    Bench bench({0, 10});
    bench.target.set_stalled(true);
    bench.initiator.read(0, 0, 1);
    sc_core::sc_start();
    EXPECT_THROW(bench.checker.check_finished(), core::ModelError);
    EXPECT_FALSE(bench.target.idle());
}

/// Drives the two sides of a checker phase by phase.
class Breach : public testing::Test {
   protected:
    struct Ends : sc_core::sc_module {
        explicit Ends(const sc_core::sc_module_name& name)
            : sc_module(name), initiator("initiator"), target("target") {
            initiator.register_nb_transport_bw(this, &Ends::backward);
            target.register_nb_transport_fw(this, &Ends::forward);
        }
        tlm::tlm_sync_enum forward(tlm::tlm_generic_payload&, tlm::tlm_phase&, sc_core::sc_time&) {
            return answer;
        }
        tlm::tlm_sync_enum backward(tlm::tlm_generic_payload&, tlm::tlm_phase&, sc_core::sc_time&) {
            return answer;
        }
        tlm_utils::simple_initiator_socket<Ends> initiator;
        tlm_utils::simple_target_socket<Ends> target;
        tlm::tlm_sync_enum answer = tlm::TLM_ACCEPTED;
    };

    Breach() {
        checker_.between(ends_.initiator, ends_.target);
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    tlm::tlm_sync_enum forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase phase) {
        sc_core::sc_time delay;
        return ends_.initiator->nb_transport_fw(payload, phase, delay);
    }
    tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase phase) {
        sc_core::sc_time delay;
        return ends_.target->nb_transport_bw(payload, phase, delay);
    }
    void expect_breach(const std::function<void()>& action, const std::string& what) {
        try {
            action();
            FAIL() << "not found: " << what;
        } catch (const core::ModelError& error) {
            EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
        }
    }

    core::PayloadPool pool_;
    Ends ends_{"ends"};
    ProtocolChecker checker_{"checker"};
    tlm::tlm_generic_payload& first_ = *pool_.allocate();
    tlm::tlm_generic_payload& second_ = *pool_.allocate();
};

TEST_F(Breach, SecondBeginReqBeforeEndReq) {
    forward(first_, tlm::BEGIN_REQ);
    expect_breach([&] { forward(second_, tlm::BEGIN_REQ); }, "another request is open");
}

TEST_F(Breach, SecondBeginReqOfOneTransaction) {
    forward(first_, tlm::BEGIN_REQ);
    backward(first_, tlm::END_REQ);
    expect_breach([&] { forward(first_, tlm::BEGIN_REQ); }, "begins a second time");
}

TEST_F(Breach, ResponseBeforeRequestEnd) {
    forward(first_, tlm::BEGIN_REQ);
    first_.set_response_status(tlm::TLM_OK_RESPONSE);
    expect_breach([&] { backward(first_, tlm::BEGIN_RESP); }, "before END_REQ");
}

TEST_F(Breach, SecondEndReq) {
    forward(first_, tlm::BEGIN_REQ);
    backward(first_, tlm::END_REQ);
    expect_breach([&] { backward(first_, tlm::END_REQ); }, "second END_REQ");
}

TEST_F(Breach, EarlyCompletion) {
    ends_.answer = tlm::TLM_COMPLETED;
    expect_breach([&] { forward(first_, tlm::BEGIN_REQ); }, "completed early");
}

TEST_F(Breach, ResponseWithoutStatus) {
    forward(first_, tlm::BEGIN_REQ);
    backward(first_, tlm::END_REQ);
    expect_breach([&] { backward(first_, tlm::BEGIN_RESP); }, "without a status");
}

TEST_F(Breach, SecondResponseWhileOneIsOpen) {
    for (tlm::tlm_generic_payload* payload : {&first_, &second_}) {
        payload->set_response_status(tlm::TLM_OK_RESPONSE);
        forward(*payload, tlm::BEGIN_REQ);
        backward(*payload, tlm::END_REQ);
    }
    backward(first_, tlm::BEGIN_RESP);
    expect_breach([&] { backward(second_, tlm::BEGIN_RESP); }, "another response is open");
}

TEST_F(Breach, MissingEndResp) {
    first_.set_response_status(tlm::TLM_OK_RESPONSE);
    forward(first_, tlm::BEGIN_REQ);
    backward(first_, tlm::END_REQ);
    backward(first_, tlm::BEGIN_RESP);
    expect_breach([&] { checker_.check_finished(); }, "has not ended");
    forward(first_, tlm::END_RESP);
    EXPECT_NO_THROW(checker_.check_finished());
    expect_breach([&] { forward(first_, tlm::END_RESP); }, "is not open");
}

TEST_F(Breach, ChangedPayload) {
    forward(first_, tlm::BEGIN_REQ);
    first_.set_address(8);
    expect_breach([&] { backward(first_, tlm::END_REQ); }, "was changed before END_REQ");
}

TEST_F(Breach, ReleasedEarly) {
    forward(first_, tlm::BEGIN_REQ);
    first_.release();
    expect_breach([&] { backward(first_, tlm::END_REQ); }, "was released before END_REQ");
}

TEST_F(Breach, PhaseInTheWrongDirection) {
    expect_breach([&] { forward(first_, tlm::END_REQ); }, "on the forward path");
    expect_breach([&] { backward(first_, tlm::BEGIN_REQ); }, "on the backward path");
}

}  // namespace
}  // namespace strata::test
