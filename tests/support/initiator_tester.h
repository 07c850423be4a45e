// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An AT initiator for module tests: sends payloads at given times and records when each phase of
// each came. Checks the backward path: a phase that does not fit is a ModelError.

#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/payload.h"
#include "tests/support/script.h"

namespace strata::test {

/// How BEGIN_RESP is answered; a device under test must work with both.
enum class ResponseStyle {
    kCompleted,  ///< by returning TLM_COMPLETED (no delay possible)
    kEndResp,    ///< by a call with END_RESP after the response delay
};

class InitiatorTester : public sc_core::sc_module {
   public:
    /// What became of one transaction; times in ps, -1 = has not happened.
    struct Record {
        core::Ps begin_req = -1;
        core::Ps end_req = -1;
        core::Ps begin_resp = -1;
        core::Ps end_resp = -1;
        tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
        core::PayloadExtension extension;  ///< copied at BEGIN_RESP (stages, fault, ports)
        bool done() const { return end_resp >= 0; }
    };

    tlm_utils::simple_initiator_socket<InitiatorTester> socket;

    InitiatorTester(const sc_core::sc_module_name& name, core::PayloadPool& pool,
                    ResponseStyle style = ResponseStyle::kCompleted);

    /// Schedules one transaction and returns its index. It is sent at `time` or as soon as the
    /// requests before it have got their END_REQ. `data` (may be null) must outlive it.
    std::size_t read(core::Ps time, std::uint64_t address, core::Bytes length,
                     unsigned char* data = nullptr);
    std::size_t write(core::Ps time, std::uint64_t address, core::Bytes length,
                      unsigned char* data = nullptr);
    /// The same with any fields and extension: `prepare` fills the cleared payload when it is sent.
    std::size_t issue(core::Ps time, std::function<void(tlm::tlm_generic_payload&)> prepare);

    /// Time between BEGIN_RESP and END_RESP; needs ResponseStyle::kEndResp.
    void set_response_delay(core::Ps delay) { response_delay_ = delay; }
    /// Called with the index when a transaction has ended; may issue more.
    void on_done(std::function<void(std::size_t)> callback) { on_done_ = std::move(callback); }

    const Record& record(std::size_t index) const { return records_.at(index); }
    const std::vector<Record>& records() const { return records_; }
    std::size_t completed() const { return completed_; }
    bool all_done() const { return completed_ == records_.size(); }
    /// Indices in the order in which the transactions ended.
    const std::vector<std::size_t>& completion_order() const { return completion_order_; }

   private:
    using Prepare = std::function<void(tlm::tlm_generic_payload&)>;

    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    void send_next();
    void take_end_req(Record& record, core::Ps time);
    tlm::tlm_sync_enum take_begin_resp(tlm::tlm_generic_payload& payload, std::size_t index,
                                       core::Ps time);
    void send_end_resp(tlm::tlm_generic_payload& payload, std::size_t index);
    void finish(tlm::tlm_generic_payload& payload, std::size_t index, core::Ps time);
    [[noreturn]] void fail(std::size_t index, const char* what) const;

    core::PayloadPool& pool_;
    ResponseStyle style_;
    core::Ps response_delay_ = 0;
    std::function<void(std::size_t)> on_done_;
    Script script_;

    std::vector<Record> records_;
    std::map<std::size_t, Prepare> prepare_;  // not sent yet
    std::deque<std::size_t> due_;             // waiting for the request channel
    std::map<const tlm::tlm_generic_payload*, std::size_t> active_;
    std::vector<std::size_t> completion_order_;
    bool request_open_ = false;
    std::size_t completed_ = 0;
};

}  // namespace strata::test
