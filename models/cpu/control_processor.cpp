// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/control_processor.h"

#include <algorithm>
#include <utility>

namespace strata::models {

namespace {
enum State : std::int64_t { kIdle, kDecode, kForward };
}

ControlProcessor::ControlProcessor(const sc_core::sc_module_name& module_name,
                                   const core::Place& place, const SystemShape& shape,
                                   const ControlConfig& config, const core::ClockDomain& clock,
                                   core::Services& services,
                                   std::unique_ptr<ControlFirmware> firmware)
    : Mailbox(module_name, place, services),
      config_(config),
      clock_(clock),
      firmware_(std::move(firmware)),
      step_event_("step_event") {
    if (firmware_ == nullptr) {
        firmware_ = std::make_unique<LatencyFirmware>(place, shape, config);
    }
    core::EnergyLedger& energy = services.energy;
    const auto block = energy.block(path());
    message_event_ = energy.event(block, core::EnergyCategory::kControl, "message",
                                  config.energy_pj_per_message);
    energy.set_static_power(block, core::EnergyCategory::kLeakage, config.static_w, 0);
    state_trace_ = core::trace_enum(services.trace, path(), "state", {"idle", "decode", "forward"});
    queue_trace_ = core::trace_integer(services.trace, path(), "queue", 16);
    register_stats();
    SC_METHOD(step);
    sensitive << step_event_;
    dont_initialize();
}

void ControlProcessor::register_stats() {
    core::StatGroup& group = stats();
    group.counter("requests", "1", "requests taken in", &requests_);
    core::StatGroup& kinds = group.child("by_kind");
    const std::array<Request, std::variant_size_v<Request>> examples{
        MemoryWrite{}, MemoryRead{}, KernelLaunch{},  PeDma{},
        MmuMap{},      MmuUnmap{},   CollectiveMap{}, CollectiveUnmap{}};
    for (const Request& example : examples) {
        kinds.counter(name_of(example), "1", "requests of this kind", &by_kind_[example.index()]);
    }
    group.counter("responses", "1", "answers taken in", &responses_);
    group.counter("sent", "1", "messages sent", &sent_);
    group.counter("queue_max", "1", "most messages waiting at once", &queue_max_);
    group.counter("busy", "ps", "time spent on messages", &busy_);
    group.histogram("latency", "ns", "message taken in to message served", &latency_, 1e-3);
}

bool ControlProcessor::can_take_request() const {
    return waiting_requests_ < config_.inbox;
}

void ControlProcessor::take_request(std::shared_ptr<const RequestMessage> message) {
    ++requests_;
    ++by_kind_[message->request->index()];
    ++waiting_requests_;
    take(std::move(message));
}

void ControlProcessor::take_response(std::shared_ptr<const ResponseMessage> message) {
    ++responses_;
    take(std::move(message));
}

void ControlProcessor::take(Message message) {
    queue_.push_back({std::move(message), core::now_ps()});
    queue_max_ = std::max(queue_max_, static_cast<std::int64_t>(queue_.size()));
    start_next();
}

// Begins the oldest message when the processor is free.
void ControlProcessor::start_next() {
    if (!working_ && !queue_.empty()) {
        const Waiting next = std::move(queue_.front());
        queue_.pop_front();
        if (std::holds_alternative<std::shared_ptr<const RequestMessage>>(next.message)) {
            --waiting_requests_;
            room_made();
        }
        const core::Ps duration = clock_.cycles(firmware_->handle(next.message, actions_));
        working_ = true;
        since_ = next.since;
        busy_ += duration;
        services().energy.count(message_event_, 1);
        step_event_.notify(core::to_sc_time(duration));
    }
    update_trace();
}

void ControlProcessor::step() {
    working_ = false;
    latency_.add(core::now_ps() - since_);
    forward();
    start_next();
}

void ControlProcessor::forward() {
    for (ControlFirmware::Action& action : actions_) {
        std::visit([&](auto& message) { send(action.to, std::move(message)); }, action.message);
        ++sent_;
    }
    actions_.clear();
}

void ControlProcessor::outbox_drained() {
    update_trace();
}

void ControlProcessor::update_trace() {
    const core::Ps now = core::now_ps();
    state_trace_.set(now, working_ ? kDecode : (outbox_empty() ? kIdle : kForward));
    queue_trace_.set(now, static_cast<std::int64_t>(queue_.size()));
}

bool ControlProcessor::idle() const {
    return !working_ && queue_.empty() && quiet() && firmware_->outstanding() == 0;
}

std::string ControlProcessor::describe_state() const {
    if (idle()) {
        return "idle";
    }
    return std::to_string(queue_.size()) + " messages wait, " +
           std::to_string(firmware_->outstanding()) +
           " requests open: " + firmware_->describe_state();
}

}  // namespace strata::models
