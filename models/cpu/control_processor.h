// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Purpose: a processor on the control path, the IO_CPU of a SIP or the M_CPU of a cube.
// Modelled: a bounded inbox for requests, one message at a time, the time of its firmware, messages
//   leaving through the network port in order.
// Not modelled: what the firmware does inside (see control_firmware.h). The outbox has no bound:
//   requests in flight × their targets, and the host's ring bounds the requests. So the inbox
//   always drains and the control path cannot lock up.
// Timings: those of the firmware, in cycles of the clock domain. Times in ps.

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/component.h"
#include "models/cpu/control_firmware.h"
#include "models/cpu/mailbox.h"

namespace strata::models {

class ControlProcessor : public Mailbox {
   public:
    SC_HAS_PROCESS(ControlProcessor);
    /// `place` is core::io_cpu_place or core::m_cpu_place; `clock` outlives the processor. Without
    /// `firmware` it runs LatencyFirmware.
    ControlProcessor(const sc_core::sc_module_name& module_name, const core::Place& place,
                     const SystemShape& shape, const ControlConfig& config,
                     const core::ClockDomain& clock, core::Services& services,
                     std::unique_ptr<ControlFirmware> firmware = nullptr);

    bool idle() const override;
    std::string describe_state() const override;
    /// Time spent on messages, in ps.
    core::Ps busy_time() const { return busy_; }

   protected:
    bool can_take_request() const override;
    void take_request(std::shared_ptr<const RequestMessage> message) override;
    void take_response(std::shared_ptr<const ResponseMessage> message) override;
    void outbox_drained() override;

   private:
    struct Waiting {
        Message message;
        core::Ps since = 0;
    };
    void step();
    void take(Message message);
    void start_next();
    void forward();
    void update_trace();
    void register_stats();

    ControlConfig config_;
    const core::ClockDomain& clock_;
    std::unique_ptr<ControlFirmware> firmware_;

    std::deque<Waiting> queue_;
    std::int64_t waiting_requests_ = 0;
    bool working_ = false;
    core::Ps since_ = 0;  ///< when the message in work came in
    std::vector<ControlFirmware::Action> actions_;
    sc_core::sc_event step_event_;

    core::EnergyLedger::EventId message_event_ = 0;
    std::int64_t requests_ = 0;
    std::array<std::int64_t, std::variant_size_v<Request>> by_kind_{};  // by variant index
    std::int64_t responses_ = 0;
    std::int64_t sent_ = 0;
    std::int64_t queue_max_ = 0;
    core::Ps busy_ = 0;
    core::Histogram latency_;  ///< from taken to done, waiting included, ps
    core::TraceSignal state_trace_;
    core::TraceSignal queue_trace_;
};

}  // namespace strata::models
