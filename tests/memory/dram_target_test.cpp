// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The DRAM controller behind its socket: two ways in, one state; the waveform of its banks.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "core/logging.h"
#include "models/memory/memory_target.h"
#include "tests/memory/cycle_dram_drive.h"
#include "tests/support/tlm_testers.h"

namespace strata::test {
namespace {

using core::Ps;
using models::CycleDram;
using models::MemoryTarget;

struct World {
    core::StatGroup stats;
    core::EnergyLedger energy;
    core::PayloadPool pool;
    core::Services services{stats, energy, pool, core::make_silent_logger()};
};

struct Access {
    Ps time;
    bool write;
    std::uint64_t address;
    unsigned bytes;
};

std::vector<Access> random_accesses(core::Bytes capacity) {
    core::RandomStream random(5, "accesses");
    std::vector<Access> accesses;
    Ps time = 0;
    for (int i = 0; i < 200; ++i) {
        time += 1'000 + static_cast<Ps>(random.below(40'000));
        const std::uint64_t bytes = random.below(8) == 0 ? 4096 : 64;
        const std::uint64_t place = random.below(static_cast<std::uint64_t>(capacity) / bytes);
        accesses.push_back({time, random.chance(0.3), place * bytes, static_cast<unsigned>(bytes)});
    }
    return accesses;
}

/// One b_transport call at a time of its own.
class BlockingCall : public sc_core::sc_module {
   public:
    SC_HAS_PROCESS(BlockingCall);
    BlockingCall(const sc_core::sc_module_name& name, MemoryTarget& memory, const Access& access)
        : sc_core::sc_module(name), memory_(memory), access_(access) {
        SC_THREAD(run);
    }
    Ps end = 0;

   private:
    void run() {
        tlm::tlm_generic_payload payload;
        payload.set_command(access_.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        payload.set_address(access_.address);
        payload.set_data_length(access_.bytes);
        payload.set_streaming_width(access_.bytes);
        sc_core::sc_time delay = core::to_sc_time(access_.time);
        memory_.socket.get_base_export()->b_transport(payload, delay);
        EXPECT_EQ(payload.get_response_status(), tlm::TLM_OK_RESPONSE);
        end = core::now_ps() + static_cast<Ps>(delay.value());
    }
    MemoryTarget& memory_;
    Access access_;
};

TEST(DramTarget, BlockingAndNonBlockingTransportAgreeToThePicosecond) {
    World world;
    const models::DramDevice device = preset("hbm3_6400");
    MemoryTarget blocking("blocking", {}, std::make_unique<CycleDram>(device), world.services);
    MemoryTarget phases("phases", {}, std::make_unique<CycleDram>(device), world.services);
    InitiatorTester initiator("initiator", world.pool, ResponseStyle::kCompleted);
    ProtocolChecker checker("checker");
    checker.between(initiator.socket, phases.socket);
    InitiatorTester unused("unused", world.pool, ResponseStyle::kCompleted);
    unused.socket.bind(blocking.socket);

    std::vector<std::unique_ptr<BlockingCall>> calls;
    for (const Access& a : random_accesses(device.organisation.channel_capacity())) {
        const std::string name = "call" + std::to_string(calls.size());
        calls.push_back(std::make_unique<BlockingCall>(name.c_str(), blocking, a));
        if (a.write) {
            initiator.write(a.time, a.address, a.bytes);
        } else {
            initiator.read(a.time, a.address, a.bytes);
        }
    }
    sc_core::sc_start();
    ASSERT_TRUE(initiator.all_done());
    for (std::size_t i = 0; i < calls.size(); ++i) {
        ASSERT_EQ(calls[i]->end, initiator.record(i).begin_resp) << i;
    }
}

/// Remembers the changes of every signal, by its full name.
class RecordingSink : public core::TraceSink {
   public:
    using Changes = std::vector<std::pair<Ps, std::int64_t>>;

    SignalId add_enum(const std::string& scope, const std::string& name,
                      const std::vector<std::string>&) override {
        names_.push_back(scope + "." + name);
        return static_cast<SignalId>(names_.size() - 1);
    }
    SignalId add_integer(const std::string& scope, const std::string& name, int) override {
        return add_enum(scope, name, {});
    }
    SignalId add_real(const std::string& scope, const std::string& name) override {
        return add_enum(scope, name, {});
    }
    void change(SignalId signal, Ps time, std::int64_t value) override {
        changes[names_[static_cast<std::size_t>(signal)]].emplace_back(time, value);
    }
    void change_real(SignalId, Ps, double) override {}
    std::map<std::string, Changes> changes;

   private:
    std::vector<std::string> names_;
};

TEST(DramTarget, TheWaveformShowsBanksOpenClosedAndRefreshing) {
    models::DramDevice device = preset("ddr4_2400_x8");
    device.policy.page = models::DramPagePolicy::kClosed;
    CycleDram dram(device);
    RecordingSink sink;
    dram.register_trace(&sink, "ch0");
    Completions done;
    dram.submit(0, read_of(std::uint64_t{1} << 6, 64));  // bank group 1, bank 0
    run_until(dram, core::kMicrosecond, done);
    const models::DramTiming& t = device.timing;
    dram.settle(t.to_ps(t.refi + 2));
    const Ps refresh = t.to_ps(t.refi);
    EXPECT_EQ(sink.changes["ch0.pc0.sid0.bank4"],
              (RecordingSink::Changes{
                  {0, 1}, {t.to_ps(t.ras), 0}, {refresh, 2}, {t.to_ps(t.refi + t.rfc_ab), 0}}));
    EXPECT_EQ(sink.changes["ch0.pc0.sid0.bank5"].size(), 2U);  // only refreshed
    EXPECT_TRUE(sink.changes["ch0.pc0.sid0.power"].empty());
}

TEST(DramTarget, TheWaveformShowsPowerDown) {
    models::DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    device.policy.power_down_idle = 200;
    CycleDram dram(device);
    RecordingSink sink;
    dram.register_trace(&sink, "ch0");
    dram.settle(core::kMicrosecond);
    const Ps down = device.timing.to_ps(200);
    EXPECT_EQ(sink.changes["ch0.pc0.sid0.power"], (RecordingSink::Changes{{down, 1}}));
}

}  // namespace
}  // namespace strata::test
