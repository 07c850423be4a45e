// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Purpose: the two sockets of a control endpoint: messages come in as TLM writes to its mailbox
//   address and leave as TLM writes to those of others.
// Modelled: four-phase AT handshake on both sides, one open request per socket, END_REQ withheld
//   while the owner has no room for a request; responses are always taken. Messages leave in order.
// Not modelled: the bytes of a message (the object travels by reference, only its size takes time),
//   reads of a mailbox (answered with a command error), b_transport.
// Timings: none of its own; a message is answered as soon as it is taken. Times in ps.

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <systemc>
#include <tlm>

#include "core/component.h"
#include "core/diagnostics.h"
#include "core/payload.h"
#include "models/cpu/message.h"

namespace strata::models {

class Mailbox : public sc_core::sc_module, public core::Component {
   public:
    SC_HAS_PROCESS(Mailbox);
    Mailbox(const sc_core::sc_module_name& module_name, const core::Place& place,
            core::Services& services);
    ~Mailbox() override;

    tlm_utils::simple_target_socket<Mailbox> inbox;
    tlm_utils::simple_initiator_socket<Mailbox> port;

    const core::Place& place() const { return place_; }

   protected:
    /// Whether there is room for one more request. When that changes, call `room_made`.
    virtual bool can_take_request() const = 0;
    virtual void take_request(std::shared_ptr<const RequestMessage> message) = 0;
    virtual void take_response(std::shared_ptr<const ResponseMessage> message) = 0;
    /// The last message in the outbox has left.
    virtual void outbox_drained() {}

    void room_made();
    void send(const core::Place& to, std::shared_ptr<const RequestMessage> message);
    void send(const core::Place& to, std::shared_ptr<const ResponseMessage> message);
    bool outbox_empty() const { return outbox_.empty() && leaving_ == nullptr; }
    /// No message is on its way in or out.
    bool quiet() const;

   private:
    struct Outgoing {
        core::Place to;
        core::Bytes bytes = 0;
        std::uint64_t correlation_id = 0;
        std::uint64_t request_id = 0;
        std::shared_ptr<const core::CarriedObject> object;
    };

    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    void serve_inbox();
    void serve_outbox();
    bool take(tlm::tlm_generic_payload& payload);
    void answer();
    void request_answered(tlm::tlm_generic_payload& payload);
    void begin_request(Outgoing message);
    void request_left(const tlm::tlm_generic_payload& payload);
    void finish(tlm::tlm_generic_payload& payload);

    core::Place place_;
    // Target side: one request at the door, then those taken and not yet answered.
    tlm::tlm_generic_payload* arrived_ = nullptr;
    std::deque<tlm::tlm_generic_payload*> to_answer_;
    bool answer_open_ = false;
    sc_core::sc_event inbox_event_;
    // Initiator side.
    std::deque<Outgoing> outbox_;
    tlm::tlm_generic_payload* leaving_ = nullptr;  ///< BEGIN_REQ sent, END_REQ not yet seen
    std::int64_t unanswered_ = 0;
    sc_core::sc_event outbox_event_;
};

}  // namespace strata::models
