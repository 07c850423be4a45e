// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The target side of a PE's network port: other initiators' reads and writes of the TCM, and
// messages to the mailbox.
//
// Modelled: a bounded queue (backpressure by a late END_REQ), service in order at the TCM's width,
// semaphore signals after the write, one open BEGIN_RESP.
// Not modelled: conflicts with the PE's own use of its TCM.
// Source of timings: PeConfig::tcm (assumptions). Units: ps, bytes.

#include <cstdint>
#include <deque>
#include <string>
#include <systemc>
#include <tlm>

#include "core/component.h"
#include "core/payload.h"
#include "core/units.h"
#include "models/pe/command_processor.h"
#include "models/pe/pe_config.h"
#include "models/pe/pe_endpoint.h"
#include "models/pe/tcm.h"

namespace strata::models {

class PeInbox {
   public:
    using Payload = tlm::tlm_generic_payload;
    using Backward = tlm::tlm_bw_transport_if<>;

    /// The references outlive the object.
    PeInbox(const PeConfig& config, const core::ClockDomain& clock, Tcm& tcm,
            CommandProcessor& commands, PeEndpoint& endpoint);

    // From nb_transport_fw: only recorded.
    void begin_request(Payload& payload, core::Ps time);
    void end_response();

    /// Accepts, serves, answers. `initiator` is the backward path of the socket. True when
    /// anything moved.
    bool step(core::Ps now, Backward& initiator);
    core::Ps next_event() const { return service_end_; }

    bool idle() const;
    std::string describe_state() const;

    struct Counters {
        core::Bytes read_bytes = 0;
        core::Bytes write_bytes = 0;
        std::int64_t signals = 0;
        core::Ps busy = 0;
    };
    const Counters& counters() const { return counters_; }
    void register_stats(core::StatGroup& stats) const;

   private:
    bool accept(core::Ps now, Backward& initiator);
    bool serve(core::Ps now);
    bool respond(Backward& initiator);
    void finish(core::Ps now, Payload& payload);
    void access_tcm(Payload& payload, std::uint64_t byte);
    void deliver_message(Payload& payload);

    const PeConfig& config_;
    const core::ClockDomain& clock_;
    Tcm& tcm_;
    CommandProcessor& commands_;
    PeEndpoint& endpoint_;

    Payload* offered_ = nullptr;  // BEGIN_REQ without END_REQ
    core::Ps offered_at_ = 0;
    std::deque<Payload*> queue_;  // front is in service
    core::Ps service_end_ = core::kNever;
    std::size_t messages_queued_ = 0;
    std::deque<Payload*> answers_;  // served; front may have an open BEGIN_RESP
    bool response_open_ = false;
    Counters counters_;
};

}  // namespace strata::models
