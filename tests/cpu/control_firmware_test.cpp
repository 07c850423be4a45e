// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/control_firmware.h"

#include <gtest/gtest.h>

#include "core/diagnostics.h"

namespace strata::models {
namespace {

using core::Place;
using Actions = std::vector<ControlFirmware::Action>;

const SystemShape kShape{2, 2, 2};

std::shared_ptr<const RequestMessage> request(std::uint64_t id, std::vector<Place> targets,
                                              Request what = MemoryRead{}) {
    auto message = std::make_shared<RequestMessage>();
    message->correlation_id = id + 100;
    message->request_id = id;
    message->reply_to = core::host_place();
    message->targets = std::move(targets);
    message->request = std::make_shared<const Request>(std::move(what));
    return message;
}

std::shared_ptr<const ResponseMessage> response(std::uint64_t id, std::vector<Place> sources) {
    auto message = std::make_shared<ResponseMessage>();
    message->request_id = id;
    for (const Place& source : sources) {
        message->responses.emplace_back();
        message->responses.back().source = source;
    }
    return message;
}

const RequestMessage& sent_request(const ControlFirmware::Action& action) {
    return *std::get<std::shared_ptr<const RequestMessage>>(action.message);
}
const ResponseMessage& sent_response(const ControlFirmware::Action& action) {
    return *std::get<std::shared_ptr<const ResponseMessage>>(action.message);
}

TEST(LatencyFirmware, IoCpuSplitsByCube) {
    LatencyFirmware io(core::io_cpu_place(1), kShape, ControlConfig{});
    Actions actions;
    MmuMap map;
    map.entries.resize(3);
    const auto cycles = io.handle(request(7, {{1, 0, 0}, {1, 1, 0}, {1, 1, 1}}, map), actions);
    EXPECT_EQ(cycles, 200 + 2 * 20 + 3 * 10);
    ASSERT_EQ(actions.size(), 2u);
    EXPECT_EQ(actions[0].to, core::m_cpu_place(1, 0));
    EXPECT_EQ(actions[1].to, core::m_cpu_place(1, 1));
    EXPECT_EQ(sent_request(actions[0]).targets, (std::vector<Place>{{1, 0, 0}}));
    EXPECT_EQ(sent_request(actions[1]).targets, (std::vector<Place>{{1, 1, 0}, {1, 1, 1}}));
    EXPECT_EQ(sent_request(actions[1]).reply_to, core::io_cpu_place(1));
    EXPECT_EQ(sent_request(actions[1]).request_id, 7u);
    EXPECT_EQ(sent_request(actions[1]).correlation_id, 107u);
    EXPECT_EQ(io.describe_state(),
              "request 7 (MmuMap) waits for sip1.cube0.m_cpu sip1.cube1.m_cpu");
}

TEST(LatencyFirmware, AnswersOnceAllHaveAnsweredSortedByPlace) {
    LatencyFirmware io(core::io_cpu_place(1), kShape, ControlConfig{});
    Actions actions;
    io.handle(request(7, {{1, 0, 0}, {1, 1, 0}, {1, 1, 1}}), actions);
    actions.clear();
    EXPECT_EQ(io.handle(response(7, {{1, 1, 0}, {1, 1, 1}}), actions), 100 + 2 * 20);
    EXPECT_TRUE(actions.empty());
    EXPECT_EQ(io.describe_state(), "request 7 (MemoryRead) waits for sip1.cube0.m_cpu");
    io.handle(response(7, {{1, 0, 0}}), actions);
    ASSERT_EQ(actions.size(), 1u);
    EXPECT_EQ(actions[0].to, core::host_place());
    const ResponseMessage& answer = sent_response(actions[0]);
    EXPECT_EQ(answer.correlation_id, 107u);
    ASSERT_EQ(answer.responses.size(), 3u);
    EXPECT_EQ(answer.responses[0].source, (Place{1, 0, 0}));
    EXPECT_EQ(answer.responses[2].source, (Place{1, 1, 1}));
    EXPECT_EQ(io.outstanding(), 0u);
    EXPECT_EQ(io.describe_state(), "");
}

TEST(LatencyFirmware, MCpuSendsToTheMailboxesOfItsPes) {
    LatencyFirmware m(core::m_cpu_place(0, 1), kShape, ControlConfig{});
    Actions actions;
    m.handle(request(1, {{0, 1, 0}, {0, 1, 1}}), actions);
    ASSERT_EQ(actions.size(), 2u);
    EXPECT_EQ(actions[1].to, (Place{0, 1, 1}));
    EXPECT_EQ(sent_request(actions[1]).targets, (std::vector<Place>{{0, 1, 1}}));
}

TEST(LatencyFirmware, RefusesBadTargetsAsAWhole) {
    LatencyFirmware io(core::io_cpu_place(0), kShape, ControlConfig{});
    LatencyFirmware m(core::m_cpu_place(0, 1), kShape, ControlConfig{});
    Actions actions;
    EXPECT_EQ(io.handle(request(1, {{0, 0, 0}, {0, 2, 0}}), actions), 200);
    io.handle(request(2, {{1, 0, 0}}), actions);
    io.handle(request(3, {}), actions);
    m.handle(request(4, {{0, 0, 0}}), actions);
    const std::vector<std::string> texts{
        "sip0.cube2.pe0 is outside the system of 2 SIPs x 2 cubes x 2 PEs",
        "sip1.cube0.pe0 is not behind sip0.io_cpu", "no PE is named",
        "sip0.cube0.pe0 is not behind sip0.cube1.m_cpu"};
    ASSERT_EQ(actions.size(), 4u);
    for (std::size_t i = 0; i < actions.size(); ++i) {
        EXPECT_EQ(actions[i].to, core::host_place());
        ASSERT_EQ(sent_response(actions[i]).responses.size(), 1u);
        const Response& refusal = sent_response(actions[i]).responses[0];
        EXPECT_FALSE(refusal.success);
        EXPECT_EQ(refusal.code, ErrorCode::kBadTarget);
        EXPECT_EQ(refusal.text, texts[i]);
        EXPECT_EQ(refusal.source, i < 3 ? core::io_cpu_place(0) : core::m_cpu_place(0, 1));
    }
    EXPECT_EQ(io.outstanding() + m.outstanding(), 0u);
}

TEST(LatencyFirmware, ARefusalOfAnMCpuCountsAsItsAnswer) {
    LatencyFirmware io(core::io_cpu_place(0), kShape, ControlConfig{});
    Actions actions;
    io.handle(request(1, {{0, 0, 0}}), actions);
    actions.clear();
    io.handle(response(1, {core::m_cpu_place(0, 0)}), actions);
    EXPECT_EQ(actions.size(), 1u);
}

TEST(LatencyFirmware, BrokenAnswersAreModelErrors) {
    LatencyFirmware m(core::m_cpu_place(0, 0), kShape, ControlConfig{});
    Actions actions;
    m.handle(request(1, {{0, 0, 0}, {0, 0, 1}}), actions);
    EXPECT_THROW(m.handle(request(1, {{0, 0, 0}}), actions), core::ModelError);
    EXPECT_THROW(m.handle(response(2, {{0, 0, 0}}), actions), core::ModelError);
    EXPECT_THROW(m.handle(response(1, {}), actions), core::ModelError);
    m.handle(response(1, {{0, 0, 0}}), actions);
    EXPECT_THROW(m.handle(response(1, {{0, 0, 0}}), actions), core::ModelError);
}

TEST(ControlConfig, ReadsEveryKey) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(
        "clock: 2GHz\ndecode_cycles: 1\nresponse_cycles: 2\nper_target_cycles: 3\n"
        "per_entry_cycles: 4\ninbox: 5\nenergy_pj_per_message: 6pJ\nstatic_w: 7mW\n",
        "test.yaml", {}, diagnostics);
    const ControlConfig c = ControlConfig::parse(document.root());
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(c.clock.hz, 2'000'000'000);
    EXPECT_EQ(c.decode_cycles, 1);
    EXPECT_EQ(c.response_cycles, 2);
    EXPECT_EQ(c.per_target_cycles, 3);
    EXPECT_EQ(c.per_entry_cycles, 4);
    EXPECT_EQ(c.inbox, 5);
    EXPECT_DOUBLE_EQ(c.energy_pj_per_message, 6.0);
    EXPECT_DOUBLE_EQ(c.static_w, 0.007);
}

TEST(ControlConfig, RefusesAnInboxOfNothingAndUnknownKeys) {
    core::Diagnostics diagnostics;
    auto document =
        core::ConfigDocument::parse("inbox: 0\nclok: 1GHz\n", "test.yaml", {}, diagnostics);
    ControlConfig::parse(document.root());
    EXPECT_EQ(diagnostics.messages().size(), 2u);
}

}  // namespace
}  // namespace strata::models
