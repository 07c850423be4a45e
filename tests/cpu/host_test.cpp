// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/host/host.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "core/diagnostics.h"
#include "tests/cpu/control_system.h"

namespace strata::test {
namespace {

using core::Place;
using models::ErrorCode;
using runtime::Completion;
using runtime::Host;

models::MemoryWrite write_of(core::Bytes nbytes, std::shared_ptr<const models::HostBuffer> buffer) {
    models::MemoryWrite write;
    write.dst_pa = 0x1100;
    write.nbytes = nbytes;
    write.buffer = std::move(buffer);
    write.target_cubes = models::only(0);
    write.target_pe = models::only(1);
    return write;
}

models::MemoryRead read_of(core::Bytes nbytes) {
    models::MemoryRead read;
    read.src_pa = 0x1100;
    read.nbytes = nbytes;
    read.target_cubes = models::only(0);
    read.target_pe = models::only(1);
    return read;
}

std::shared_ptr<const models::HostBuffer> counting(std::size_t bytes) {
    auto buffer = std::make_shared<models::HostBuffer>();
    buffer->bytes.resize(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
        buffer->bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    }
    return buffer;
}

TEST(Host, LongTransfersTravelInChunksAndComeBackWhole) {
    ControlSystemConfig config;
    config.host.chunk = 4096;
    ControlSystem system(config);
    const auto buffer = counting(20'000);
    system.run([&](Host& host) {
        EXPECT_TRUE(host.call(write_of(20'000, buffer)).ok());
        const Completion completion = host.call(read_of(20'000));
        ASSERT_EQ(completion.responses.size(), 1u);
        EXPECT_EQ(completion.responses[0].data_bytes, 20'000);
        ASSERT_NE(completion.responses[0].data, nullptr);
        EXPECT_EQ(*completion.responses[0].data, buffer->bytes);
    });
    // 0x1100 … 0x5f20: cut at 0x2000, 0x3000, 0x4000, 0x5000.
    const auto& executed = system.pe({0, 0, 1}).executed();
    ASSERT_EQ(executed.size(), 10u);
    const auto& second = std::get<models::MemoryWrite>(*executed[1]->request);
    EXPECT_EQ(second.dst_pa, 0x2000u);
    EXPECT_EQ(second.buffer_offset, 0xf00);
    EXPECT_EQ(second.nbytes, 4096);
    EXPECT_EQ(std::get<models::MemoryWrite>(*executed[4]->request).nbytes, 0xf20);
    EXPECT_EQ(executed[0]->correlation_id, executed[4]->correlation_id);
    EXPECT_NE(executed[0]->request_id, executed[4]->request_id);
}

TEST(Host, APatternIsOneMessageHoweverLong) {
    ControlSystemConfig config;
    config.host.chunk = 4096;
    ControlSystem system(config);
    system.run([&](Host& host) {
        models::MemoryWrite write = write_of(20'000, nullptr);
        write.pattern = 0x5a;
        EXPECT_TRUE(host.call(write).ok());
        EXPECT_EQ(*host.call(read_of(20'000)).responses.at(0).data,
                  std::vector<std::uint8_t>(20'000, 0x5a));
    });
    EXPECT_EQ(system.pe({0, 0, 1}).executed().size(), 1u + 5u);
}

TEST(Host, AChunkThatFailsFailsTheTransfer) {
    ControlSystemConfig config;
    config.host.chunk = 4096;
    ControlSystem system(config);
    system.pe({0, 0, 1}).error = [](const models::RequestMessage& message) {
        return std::get<models::MemoryRead>(*message.request).src_pa == 0x3000
                   ? ErrorCode::kMemoryFault
                   : ErrorCode::kNone;
    };
    system.run([&](Host& host) {
        const Completion completion = host.call(read_of(20'000));
        ASSERT_EQ(completion.responses.size(), 1u);
        EXPECT_EQ(completion.responses[0].code, ErrorCode::kMemoryFault);
        EXPECT_EQ(completion.responses[0].data, nullptr);
    });
}

TEST(Host, RingBoundsTheMessagesInFlight) {
    ControlSystemConfig config;
    config.host.chunk = 4096;
    config.host.queue_depth = 3;
    ControlSystem system(config);
    system.run([&](Host& host) {
        const auto id = host.submit(read_of(20'000));
        EXPECT_GT(core::now_ps(), 1'000'000);  // the fourth chunk waited for the first one's answer
        EXPECT_TRUE(host.wait(id).ok());
        EXPECT_TRUE(host.wait(id).ok());  // as often as wanted, until taken
    });
    const auto stats = nlohmann::json::parse(system.services.stats.to_json().dump());
    EXPECT_EQ(stats["host"]["ring_max"]["value"], 3);
    EXPECT_EQ(stats["host"]["requests"]["value"], 1);
    EXPECT_EQ(stats["host"]["messages"]["value"], 5);
    EXPECT_EQ(stats["host"]["bytes_sent"]["value"], 5 * 64);
    EXPECT_EQ(stats["host"]["bytes_received"]["value"], 5 * 48 + 20'000);
}

TEST(Host, SubmitReturnsBeforeTheAnswer) {
    ControlSystem system;
    system.run([&](Host& host) {
        const auto first = host.submit(read_of(64));
        EXPECT_EQ(core::now_ps(), 200'000);
        const auto second = host.submit(read_of(64));
        EXPECT_EQ(core::now_ps(), 400'000);
        const Completion late = host.take(second);
        EXPECT_EQ(core::now_ps(), late.done);
        const Completion early = host.take(first);
        EXPECT_LT(early.done, late.done);
        EXPECT_EQ(core::now_ps(), late.done);  // it was there already
        EXPECT_THROW(host.wait(first), core::ModelError);
        EXPECT_THROW(host.wait(99), core::ModelError);
    });
}

TEST(Host, OperationsTieRequestsTogether) {
    ControlSystemConfig config;
    config.host.log = true;
    ControlSystem system(config);
    system.pe({0, 0, 1}).error = [](const models::RequestMessage& message) {
        return std::get_if<models::MemoryRead>(message.request.get()) != nullptr
                   ? ErrorCode::kBadAddress
                   : ErrorCode::kNone;
    };
    system.run([&](Host& host) {
        const auto load = host.begin_operation("load weights");
        EXPECT_EQ(host.call(write_of(8, nullptr)).correlation_id, load);
        const auto check = host.begin_operation("check");
        EXPECT_EQ(host.call(read_of(8)).correlation_id, check);
        EXPECT_EQ(host.operation_name(load), "load weights");
    });
    const auto& log = system.host->log();
    ASSERT_EQ(log.size(), 2u);
    EXPECT_STREQ(log[0].message, "MemoryWrite");
    EXPECT_EQ(log[0].error, "");
    EXPECT_EQ(log[1].correlation_id, log[0].correlation_id + 1);
    EXPECT_EQ(log[1].error, "sip0.cube0.pe1: bad_address: as told");
    EXPECT_LT(log[0].done, log[1].done);
    EXPECT_EQ(log[1].responses, 1);
}

TEST(Host, RefusesBytesItDoesNotHave) {
    ControlSystem system;
    system.run([&](Host& host) {
        auto write = write_of(60, counting(100));
        write.buffer_offset = 50;
        EXPECT_EQ(host.call(write).responses.at(0).code, ErrorCode::kBadAddress);
        write.buffer_offset = 40;
        EXPECT_TRUE(host.call(write).ok());
        EXPECT_EQ(host.call(read_of(-1)).responses.at(0).code, ErrorCode::kBadAddress);
        // In timing mode a buffer has a length only.
        EXPECT_TRUE(host.call(write_of(60, std::make_shared<models::HostBuffer>())).ok());
    });
}

// A probe that takes 1 ns per byte, in two parts.
class FakeProbe : public models::DmaProbe {
   public:
    explicit FakeProbe(Script& script) : script_(script) {}
    void inject(const models::PeDma& transfer, Done done) override {
        models::ProbeResult result;
        result.response.source = transfer.src;
        result.latency = transfer.nbytes * 1000;
        result.parts = {{"mmu", 1000}, {"memory", result.latency - 1000}};
        script_.at(core::now_ps() + result.latency, [result, done] { done(result); });
    }

   private:
    Script& script_;
};

TEST(Host, ProbesPassTheCommandPathBy) {
    ControlSystem system;
    Script script("probe_script");
    FakeProbe probe(script);
    system.host->add_probe({0, 1, 0}, probe);
    system.run([&](Host& host) {
        const models::ProbeResult one = host.probe({{0, 1, 0}, 0x1000, 64, false});
        EXPECT_TRUE(one.response.success);
        EXPECT_EQ(one.latency, 64'000);
        EXPECT_EQ(core::now_ps(), 64'000);
        EXPECT_EQ(one.parts[0].duration + one.parts[1].duration, one.latency);
        const auto slow = host.submit(models::PeDma{{0, 1, 0}, 0, 100, true});
        const auto fast = host.submit(models::PeDma{{0, 1, 0}, 0, 10, true});
        EXPECT_EQ(host.take(fast).done, 74'000);
        EXPECT_EQ(host.take(slow).done, 164'000);
        EXPECT_EQ(host.probe({{0, 0, 0}, 0, 64, false}).response.code, ErrorCode::kBadTarget);
    });
    EXPECT_TRUE(system.fabric.arrivals().empty());
}

TEST(Host, TellsWhenTheProgramHasReturned) {
    ControlSystem system;
    core::Ps finished = -1;
    system.host->on_finished([&] { finished = core::now_ps(); });
    EXPECT_FALSE(system.host->finished());
    system.run([](Host&) { sc_core::wait(sc_core::sc_time(5, sc_core::SC_NS)); });
    EXPECT_EQ(finished, 5000);
    EXPECT_TRUE(system.host->finished());
}

TEST(Host, KeepsWhatTheProgramThrew) {
    ControlSystem system;
    bool told = false;
    system.host->on_finished([&] { told = true; });
    const std::string text = system.run_failing([](Host& host) {
        host.call(read_of(64));
        throw std::out_of_range("program");
    });
    EXPECT_EQ(text, "program");
    EXPECT_TRUE(told);
}

TEST(HostConfig, ReadsEveryKeyAndRefusesOthers) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(
        "submit_latency: 1ns\ncompletion_latency: 2ns\nqueue_depth: 3\nchunk: 1KiB\nlog: true\n",
        "test.yaml", {}, diagnostics);
    const auto c = runtime::HostConfig::parse(document.root());
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(c.submit_latency, 1000);
    EXPECT_EQ(c.completion_latency, 2000);
    EXPECT_EQ(c.queue_depth, 3);
    EXPECT_EQ(c.chunk, 1024);
    EXPECT_TRUE(c.log);
    auto wrong = core::ConfigDocument::parse("chunk: 1B\nqueue: 3\n", "test.yaml", {}, diagnostics);
    runtime::HostConfig::parse(wrong.root());
    EXPECT_EQ(diagnostics.messages().size(), 2u);
}

}  // namespace
}  // namespace strata::test
