// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A whole control path for module tests: host, IO_CPUs, M_CPUs and fake PEs on a fabric that routes
// by mailbox address with a closed-form delay. A protocol checker stands at every socket.

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/component.h"
#include "core/payload.h"
#include "models/cpu/control_processor.h"
#include "models/cpu/mailbox.h"
#include "runtime/host/host.h"
#include "tests/support/protocol_checker.h"
#include "tests/support/script.h"

namespace strata::test {

/// END_REQ after `injection(bytes)`, arrival `latency` later; answers come back at once.
class Fabric : public sc_core::sc_module {
   public:
    core::Ps accept = 1000;
    core::Ps per_byte = 10;
    core::Ps latency = 5000;

    /// A message at its target's door.
    struct Arrival {
        core::Place from;
        core::Place to;
        std::uint64_t request_id = 0;
        core::Ps at_door = -1;
        core::Ps taken = -1;
    };

    explicit Fabric(const sc_core::sc_module_name& module_name);

    void attach(models::Mailbox& mailbox);
    core::Ps injection(core::Bytes bytes) const { return accept + per_byte * bytes; }
    core::Ps transit(core::Bytes bytes) const { return injection(bytes) + latency; }
    const std::vector<Arrival>& arrivals() const { return arrivals_; }
    void check_finished() const;

   private:
    using Payload = tlm::tlm_generic_payload;
    struct Port : sc_core::sc_module {
        explicit Port(const sc_core::sc_module_name& module_name) : sc_module(module_name) {}
        tlm_utils::simple_target_socket_tagged<Fabric> from{"from"};
        tlm_utils::simple_initiator_socket_tagged<Fabric> to{"to"};
        ProtocolChecker from_checker{"from_checker"};
        ProtocolChecker to_checker{"to_checker"};
        std::deque<Payload*> door;
        bool open = false;
        std::size_t open_arrival = 0;
    };

    tlm::tlm_sync_enum nb_transport_fw(int id, Payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    tlm::tlm_sync_enum nb_transport_bw(int id, Payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    void deliver(std::size_t port);
    void answer(std::size_t port, Payload& payload);

    Script script_;
    std::vector<std::unique_ptr<Port>> ports_;
    std::map<std::uint64_t, std::size_t> routes_;  // mailbox address → port
    std::map<Payload*, std::size_t> origin_;
    std::vector<Arrival> arrivals_;
};

/// Answers each request after `service`, in order. Keeps bytes of MemoryWrites by address.
class FakePe : public models::Mailbox {
   public:
    SC_HAS_PROCESS(FakePe);
    FakePe(const sc_core::sc_module_name& module_name, const core::Place& place,
           core::Services& services);

    core::Ps service = 50'000;
    bool silent = false;  ///< never answers
    /// Says what goes wrong with a request; success when empty.
    std::function<models::ErrorCode(const models::RequestMessage&)> error;

    const std::vector<std::shared_ptr<const models::RequestMessage>>& executed() const {
        return executed_;
    }
    bool idle() const override { return waiting_.empty() && quiet(); }
    std::string describe_state() const override { return "fake"; }

   protected:
    bool can_take_request() const override { return waiting_.size() < 4; }
    void take_request(std::shared_ptr<const models::RequestMessage> message) override;
    void take_response(std::shared_ptr<const models::ResponseMessage> message) override;

   private:
    void done();
    models::Response execute(const models::RequestMessage& message);

    std::deque<std::shared_ptr<const models::RequestMessage>> waiting_;
    std::vector<std::shared_ptr<const models::RequestMessage>> executed_;
    std::map<std::uint64_t, std::uint8_t> memory_;
    sc_core::sc_event done_event_;
};

struct ControlSystemConfig {
    models::SystemShape shape{1, 2, 2};
    models::ControlConfig io_cpu;
    models::ControlConfig m_cpu;
    runtime::HostConfig host;
    bool functional = true;
};

class ControlSystem {
   public:
    explicit ControlSystem(const ControlSystemConfig& config = {});

    FakePe& pe(const core::Place& place) { return *pes_.at(place); }
    /// Runs the program to its end and checks that nothing is left anywhere.
    void run(runtime::HostProgram program);
    /// The same for a program that throws; returns the text of what it threw.
    std::string run_failing(runtime::HostProgram program);
    /// Requests that all PEs executed.
    std::size_t executed() const;

   private:
    core::StatGroup stats_;
    core::EnergyLedger energy_;
    core::PayloadPool payloads_;

   public:
    core::Services services;
    core::ClockDomain clock{"control", core::Frequency{1'000'000'000}};
    Fabric fabric{"fabric"};
    std::unique_ptr<runtime::Host> host;
    std::vector<std::unique_ptr<models::ControlProcessor>> processors;  ///< IO_CPUs before M_CPUs

   private:
    std::map<core::Place, std::unique_ptr<FakePe>> pes_;
};

}  // namespace strata::test
