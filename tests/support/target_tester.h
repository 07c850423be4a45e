// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An AT target for module tests: accepts after a delay while its queue has room, answers after a
// latency, keeps bytes when asked to. Records what arrived.

#include <tlm_utils/simple_target_socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/payload.h"
#include "tests/support/script.h"

namespace strata::test {

struct TargetTesterConfig {
    core::Ps accept_delay = 0;     ///< BEGIN_REQ → END_REQ when the queue has room
    core::Ps latency = 0;          ///< END_REQ → BEGIN_RESP
    std::size_t queue_depth = 16;  ///< accepted and not yet ended
    core::Bytes backing = 0;       ///< bytes kept; 0 = none (data pointers are not touched)
    bool local_address = false;    ///< use the extension's local_address, not the payload address
};

class TargetTester : public sc_core::sc_module {
   public:
    /// What arrived, in order; times in ps, -1 = has not happened.
    struct Arrival {
        core::Ps begin_req = -1;
        core::Ps end_req = -1;
        core::Ps begin_resp = -1;
        core::Ps end_resp = -1;
        tlm::tlm_command command = tlm::TLM_IGNORE_COMMAND;
        std::uint64_t address = 0;
        std::uint64_t local_address = 0;
        core::Bytes length = 0;
        core::PayloadExtension extension;  ///< copied at BEGIN_REQ
    };

    tlm_utils::simple_target_socket<TargetTester> socket;

    TargetTester(const sc_core::sc_module_name& name, const TargetTesterConfig& config);

    /// Latency by payload, instead of the constant.
    void set_latency(std::function<core::Ps(const tlm::tlm_generic_payload&)> latency) {
        latency_ = std::move(latency);
    }
    /// Status that answers get from now on (default TLM_OK_RESPONSE).
    void set_status(tlm::tlm_response_status status) { status_ = status; }
    /// While stalled nothing is accepted or answered (for back-pressure and deadlock tests).
    void set_stalled(bool stalled);

    const std::vector<Arrival>& arrivals() const { return arrivals_; }
    std::vector<unsigned char>& bytes() { return bytes_; }
    bool idle() const { return open_ == 0; }

   private:
    struct Held {
        tlm::tlm_generic_payload* payload = nullptr;
        std::size_t index = 0;
    };

    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& payload);
    void take_request(tlm::tlm_generic_payload& payload, core::Ps time);
    void try_accept();
    void try_respond();
    void end_response(core::Ps time);
    void serve(tlm::tlm_generic_payload& payload);
    std::uint64_t address_of(tlm::tlm_generic_payload& payload) const;
    [[noreturn]] void fail(const char* what) const;

    TargetTesterConfig config_;
    std::function<core::Ps(const tlm::tlm_generic_payload&)> latency_;
    tlm::tlm_response_status status_ = tlm::TLM_OK_RESPONSE;
    Script script_;

    std::vector<Arrival> arrivals_;
    std::vector<unsigned char> bytes_;
    std::deque<Held> request_;  // the open BEGIN_REQ (at most one)
    bool acceptable_ = false;   // its accept delay is over
    std::deque<Held> ready_;    // served, in order of completion
    bool response_open_ = false;
    bool stalled_ = false;
    std::size_t open_ = 0;  // everything begun and not ended
};

}  // namespace strata::test
