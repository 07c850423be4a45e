// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Purpose: what the control processors do with messages, free of SystemC: ControlFirmware is the
//   interface behind which real firmware can run, LatencyFirmware does the same with fixed costs.
// Modelled: checking of targets, splitting a request by cube (IO_CPU) or by PE (M_CPU), collecting
//   one answer per target, any number of requests in flight.
// Not modelled: instructions, memories and interrupts of the processor.
// Timings: cycles per message, per target and per entry; assumptions (see ControlConfig).

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/config.h"
#include "core/units.h"
#include "models/cpu/message.h"

namespace strata::models {

/// Section `control.io_cpu` or `control.m_cpu`.
struct ControlConfig {
    core::Frequency clock{1'000'000'000};  ///< the clock domain starts with this
    std::int64_t decode_cycles = 200;      ///< per request
    std::int64_t response_cycles = 100;    ///< per response taken in
    std::int64_t per_target_cycles = 20;   ///< per message sent on or answer collected
    std::int64_t per_entry_cycles = 10;    ///< per MmuMap/MmuUnmap entry or kernel argument
    std::int64_t inbox = 16;               ///< requests that wait
    double energy_pj_per_message = 500.0;
    double static_w = 0.01;

    static ControlConfig parse(core::Section section);
};

enum class ControlRole : std::uint8_t { kIoCpu, kMCpu };

using Message =
    std::variant<std::shared_ptr<const RequestMessage>, std::shared_ptr<const ResponseMessage>>;

class ControlFirmware {
   public:
    struct Action {
        core::Place to;
        Message message;
    };
    virtual ~ControlFirmware() = default;

    /// Serves one message. Returns the processor cycles it takes; what it wants to be sent when
    /// these have passed is appended to `actions`.
    virtual std::int64_t handle(const Message& message, std::vector<Action>& actions) = 0;

    virtual std::size_t outstanding() const = 0;
    /// Which requests are open and who has not answered; empty when none is.
    virtual std::string describe_state() const = 0;
};

class LatencyFirmware : public ControlFirmware {
   public:
    /// `place` is that of the IO_CPU or M_CPU it runs on.
    LatencyFirmware(const core::Place& place, const SystemShape& shape,
                    const ControlConfig& config);

    std::int64_t handle(const Message& message, std::vector<Action>& actions) override;
    std::size_t outstanding() const override { return open_.size(); }
    std::string describe_state() const override;

   private:
    struct Open {
        std::shared_ptr<const RequestMessage> request;
        std::vector<core::Place> waiting_for;  // sorted
        std::vector<Response> responses;
    };
    std::int64_t handle_request(const std::shared_ptr<const RequestMessage>& request,
                                std::vector<Action>& actions);
    std::int64_t handle_response(const ResponseMessage& message, std::vector<Action>& actions);
    std::string check(const RequestMessage& request) const;
    core::Place child_of(const core::Place& source) const;

    core::Place place_;
    ControlRole role_;
    SystemShape shape_;
    ControlConfig config_;
    std::map<std::uint64_t, Open> open_;  // by request id
};

}  // namespace strata::models
