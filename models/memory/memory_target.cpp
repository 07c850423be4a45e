// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory_target.h"

#include <algorithm>
#include <utility>

namespace strata::models {

using core::Fault;
using core::MemoryOp;
using core::Ps;

namespace {

/// Finished requests that may wait for their response before no more are accepted.
constexpr std::size_t kMaxResponses = 16;
/// Faults that are logged as warnings; later ones as debug messages.
constexpr std::int64_t kLoudFaults = 8;

MemoryOp op_of(const tlm::tlm_generic_payload& payload, const core::PayloadExtension* extension) {
    if (extension != nullptr && extension->op == MemoryOp::kErase) {
        return MemoryOp::kErase;
    }
    return payload.is_write() ? MemoryOp::kWrite : MemoryOp::kRead;
}

MemoryRequest request_of(const tlm::tlm_generic_payload& payload) {
    const auto* extension = payload.get_extension<core::PayloadExtension>();
    const bool delivered = extension != nullptr && extension->target_port >= 0;
    MemoryRequest request;
    request.op = op_of(payload, extension);
    request.address = delivered ? extension->local_address : payload.get_address();
    request.bytes = static_cast<core::Bytes>(payload.get_data_length());
    request.qos = extension != nullptr ? extension->qos : std::uint8_t{0};
    return request;
}

}  // namespace

MemoryTarget::MemoryTarget(const sc_core::sc_module_name& name, const MemoryTargetConfig& config,
                           std::unique_ptr<MemoryController> controller, core::Services& services)
    : sc_core::sc_module(name),
      core::Component(config.path.empty() ? sc_module::name() : config.path, services),
      socket("socket"),
      controller_(std::move(controller)) {
    socket.register_nb_transport_fw(this, &MemoryTarget::nb_transport_fw);
    socket.register_b_transport(this, &MemoryTarget::b_transport);
    socket.register_transport_dbg(this, &MemoryTarget::transport_dbg);
    SC_METHOD(process);
    wake_.add_to(sensitive);
    dont_initialize();

    if (services.functional) {
        store_ = std::make_unique<SparseStore>();
        controller_->check_data();
    }
    const std::string block = config.power_block.empty() ? path() : config.power_block;
    controller_->register_energy(services.energy, services.energy.block(block));
    controller_->register_stats(stats().child("controller"));
    register_stats();
    trace_state_ =
        core::trace_enum(services.trace, path(), "state", {"idle", "read", "write", "erase"});
    trace_queue_ = core::trace_integer(services.trace, path(), "queue", 16);
    controller_->register_trace(services.trace, path());
    trace_state(0);
}

// ---- transport interfaces -----------------------------------------------------------------------

tlm::tlm_sync_enum MemoryTarget::nb_transport_fw(tlm::tlm_generic_payload& payload,
                                                 tlm::tlm_phase& phase, sc_core::sc_time& delay) {
    const Ps time = core::now_ps() + static_cast<Ps>(delay.value());
    if (phase == tlm::BEGIN_REQ) {
        if (pending_ != nullptr) {
            throw core::ModelError(path() + ": BEGIN_REQ while another request is open");
        }
        payload.acquire();
        pending_ = &payload;
        pending_since_ = time;
    } else if (phase == tlm::END_RESP) {
        if (responding_ != &payload) {
            throw core::ModelError(path() + ": END_RESP without an open response");
        }
        close_response(time);
    } else {
        throw core::ModelError(path() + ": unexpected phase on the forward path");
    }
    wake_.soon();
    return tlm::TLM_ACCEPTED;
}

void MemoryTarget::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    sc_core::wait(delay);
    delay = sc_core::SC_ZERO_TIME;
    const Ps arrival = core::now_ps();
    collect_completions(arrival);
    ++blocking_calls_;
    while (!can_start(payload)) {
        sc_core::wait(blocking_progress_);
    }
    const Ps now = core::now_ps();
    const std::size_t index = start(payload, arrival, now, true);
    trace_state(now);
    schedule(now);
    while (!slots_[index].done) {
        sc_core::wait(blocking_progress_);
    }
    --blocking_calls_;
    free_slot(index);
}

unsigned int MemoryTarget::transport_dbg(tlm::tlm_generic_payload& payload) {
    const MemoryRequest request = request_of(payload);
    const auto capacity = static_cast<std::uint64_t>(controller_->capacity());
    if (!store_ || payload.get_data_ptr() == nullptr || request.address >= capacity ||
        payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
        return 0;
    }
    const core::Bytes bytes =
        std::min(request.bytes, static_cast<core::Bytes>(capacity - request.address));
    if (payload.is_write()) {
        store_->write(request.address, payload.get_data_ptr(), bytes);
    } else {
        store_->read(request.address, payload.get_data_ptr(), bytes);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return static_cast<unsigned int>(bytes);
}

// ---- the process --------------------------------------------------------------------------------

void MemoryTarget::process() {
    const Ps now = core::now_ps();
    collect_completions(now);
    accept_request(now);
    send_responses(now);
    trace_state(now);
    schedule(now);
}

void MemoryTarget::collect_completions(Ps now) {
    controller_->advance(now, completions_);
    for (const MemoryCompletion& completion : completions_) {
        finish(static_cast<std::size_t>(completion.id), completion);
    }
    completions_.clear();
}

void MemoryTarget::accept_request(Ps now) {
    if (pending_ == nullptr || pending_since_ > now || !can_start(*pending_)) {
        return;
    }
    tlm::tlm_generic_payload& payload = *pending_;
    pending_ = nullptr;
    start(payload, pending_since_, now, false);
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->nb_transport_bw(payload, phase, delay);
}

void MemoryTarget::send_responses(Ps now) {
    while (response_head_ != kNoSlot && responding_ == nullptr && response_free_ <= now) {
        const std::size_t index = response_head_;
        tlm::tlm_generic_payload& payload = *slots_[index].payload;
        response_head_ = slots_[index].next;
        --responses_;
        free_slot(index);
        wake_blocking_calls();
        responding_ = &payload;
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        const tlm::tlm_sync_enum answer = socket->nb_transport_bw(payload, phase, delay);
        const bool ended =
            answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::END_RESP);
        if (ended) {
            close_response(now + static_cast<Ps>(delay.value()));
        }
    }
}

void MemoryTarget::close_response(Ps free_at) {
    tlm::tlm_generic_payload* payload = std::exchange(responding_, nullptr);
    response_free_ = free_at;
    payload->release();
}

/// Wakes the process at the next thing to do. An event keeps the earliest notification, and an
/// activation with nothing to do is harmless.
void MemoryTarget::schedule(Ps now) {
    Ps next = controller_->next_event();
    if (pending_ != nullptr) {
        if (pending_since_ > now) {
            next = std::min(next, pending_since_);
        } else if (can_start(*pending_)) {
            next = now;
        }
    }
    if (response_head_ != kNoSlot && responding_ == nullptr) {
        next = std::min(next, response_free_);
    }
    if (next != core::kNever) {
        wake_.at(next, now);
    }
}

// ---- life of a transaction ----------------------------------------------------------------------

bool MemoryTarget::can_start(const tlm::tlm_generic_payload& payload) const {
    return responses_ < kMaxResponses && controller_->can_accept(request_of(payload));
}

std::size_t MemoryTarget::start(tlm::tlm_generic_payload& payload, Ps arrival, Ps now,
                                bool blocking) {
    MemoryRequest request = request_of(payload);
    const std::size_t index = take_slot();
    request.id = index;
    Slot& slot = slots_[index];
    slot.payload = &payload;
    slot.extension =
        blocking ? payload.get_extension<core::PayloadExtension>() : &core::extension_of(payload);
    slot.arrival = arrival;
    slot.kind = static_cast<std::size_t>(request.op);
    slot.blocking = blocking;
    slot.done = false;
    if (slot.extension != nullptr) {
        slot.extension->op = request.op;
    }
    const tlm::tlm_response_status status = check(payload, request);
    if (status != tlm::TLM_OK_RESPONSE) {
        refuse(index, status);
        return index;
    }
    ++in_service_[slot.kind];
    queue_max_ =
        std::max(queue_max_, in_service_[kRead] + in_service_[kWrite] + in_service_[kErase]);
    const Fault fault = controller_->submit(now, request);
    if (store_ && fault == Fault::kNone && request.op != MemoryOp::kErase) {
        move_bytes(payload, request.address);
    }
    return index;
}

tlm::tlm_response_status MemoryTarget::check(const tlm::tlm_generic_payload& payload,
                                             const MemoryRequest& request) const {
    const auto capacity = static_cast<std::uint64_t>(controller_->capacity());
    if (payload.get_byte_enable_ptr() != nullptr) {
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    }
    if (request.bytes == 0 || payload.get_streaming_width() < payload.get_data_length()) {
        return tlm::TLM_BURST_ERROR_RESPONSE;
    }
    if (payload.get_command() == tlm::TLM_IGNORE_COMMAND && request.op != MemoryOp::kErase) {
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    }
    if (request.address >= capacity ||
        static_cast<std::uint64_t>(request.bytes) > capacity - request.address) {
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    }
    return tlm::TLM_OK_RESPONSE;
}

/// Answers without the controller, at once.
void MemoryTarget::refuse(std::size_t index, tlm::tlm_response_status status) {
    const Slot& slot = slots_[index];
    const bool range = status == tlm::TLM_ADDRESS_ERROR_RESPONSE;
    slot.payload->set_response_status(status);
    if (slot.extension != nullptr) {
        const Ps now = core::now_ps();
        slot.extension->fault = range ? Fault::kOutOfRange : Fault::kNone;
        slot.extension->set_stage(core::Stage::kServiceBegin, now);
        slot.extension->set_stage(core::Stage::kServiceEnd, now);
    }
    log_fault(slot, range ? Fault::kOutOfRange : Fault::kNone);
    respond_later(index);
}

void MemoryTarget::finish(std::size_t index, const MemoryCompletion& completion) {
    const Slot& slot = slots_[index];
    --in_service_[slot.kind];
    const bool good = completion.fault == Fault::kNone;
    slot.payload->set_response_status(good ? tlm::TLM_OK_RESPONSE
                                           : tlm::TLM_GENERIC_ERROR_RESPONSE);
    if (slot.extension != nullptr) {
        slot.extension->fault = completion.fault;
        slot.extension->set_stage(core::Stage::kServiceBegin, completion.begin);
        slot.extension->set_stage(core::Stage::kServiceEnd, completion.time);
    }
    if (good) {
        ++finished_[slot.kind];
        bytes_[slot.kind] += static_cast<std::int64_t>(slot.payload->get_data_length());
        latency_[slot.kind].add(completion.time - slot.arrival);
    } else {
        log_fault(slot, completion.fault);
    }
    respond_later(index);
}

void MemoryTarget::respond_later(std::size_t index) {
    Slot& slot = slots_[index];
    wake_blocking_calls();
    if (slot.blocking) {
        slot.done = true;
        return;
    }
    slot.next = kNoSlot;
    if (response_head_ == kNoSlot) {
        response_head_ = index;
    } else {
        slots_[response_tail_].next = index;
    }
    response_tail_ = index;
    ++responses_;
}

void MemoryTarget::wake_blocking_calls() {
    if (blocking_calls_ > 0) {
        blocking_progress_.notify(sc_core::SC_ZERO_TIME);
    }
}

void MemoryTarget::move_bytes(tlm::tlm_generic_payload& payload, std::uint64_t address) {
    unsigned char* data = payload.get_data_ptr();
    if (data == nullptr) {
        return;  // page walks and code: the bytes are kept by the PE_MMU and the code directory
    }
    const auto bytes = static_cast<core::Bytes>(payload.get_data_length());
    if (payload.is_write()) {
        store_->write(address, data, bytes);
    } else {
        store_->read(address, data, bytes);
    }
}

std::size_t MemoryTarget::take_slot() {
    if (free_ == kNoSlot) {
        slots_.emplace_back();
        return slots_.size() - 1;
    }
    return std::exchange(free_, slots_[free_].next);
}

void MemoryTarget::free_slot(std::size_t index) {
    slots_[index].payload = nullptr;
    slots_[index].next = std::exchange(free_, index);
}

// ---- reports ------------------------------------------------------------------------------------

bool MemoryTarget::idle() const {
    return pending_ == nullptr && responding_ == nullptr && response_head_ == kNoSlot &&
           controller_->idle();
}

std::string MemoryTarget::describe_state() const {
    return controller_->describe_state() +
           "; request waiting: " + (pending_ != nullptr ? "yes" : "no") +
           "; responses waiting: " + std::to_string(responses_) +
           (responding_ != nullptr ? ", one not taken" : "");
}

void MemoryTarget::log_fault(const Slot& slot, Fault fault) {
    const auto level = faults_ < kLoudFaults ? spdlog::level::warn : spdlog::level::debug;
    ++faults_;
    if (!services().log) {
        return;
    }
    services().log->log(level, "{}: {} at byte {:#x}, {} bytes refused: {} ({})", path(),
                        slot.payload->is_write() ? "write" : "read",
                        request_of(*slot.payload).address, slot.payload->get_data_length(),
                        slot.payload->get_response_string(), core::to_string(fault));
}

void MemoryTarget::trace_state(Ps now) {
    const std::int64_t state = in_service_[kErase] > 0   ? 3
                               : in_service_[kWrite] > 0 ? 2
                               : in_service_[kRead] > 0  ? 1
                                                         : 0;
    const std::int64_t queue = in_service_[kRead] + in_service_[kWrite] + in_service_[kErase];
    if (state != traced_state_) {
        traced_state_ = state;
        trace_state_.set(now, state);
    }
    if (queue != traced_queue_) {
        traced_queue_ = queue;
        trace_queue_.set(now, queue);
    }
}

void MemoryTarget::register_stats() {
    static constexpr const char* kNames[] = {"read", "write", "erase"};
    core::StatGroup& group = stats();
    for (std::size_t kind = 0; kind < finished_.size(); ++kind) {
        const std::string op = kNames[kind];
        group.counter(op + "s", "requests", op + " requests finished", &finished_[kind]);
        group.counter(op + "_bytes", "bytes", "bytes of finished " + op + " requests",
                      &bytes_[kind]);
        group.histogram(op + "_latency", "ns",
                        op + ": from the request's arrival to its last burst", &latency_[kind],
                        1e-3);
    }
    group.counter("faults", "requests", "requests refused or failed", &faults_);
    group.counter("queue_max", "requests", "most requests in service at once", &queue_max_);
}

}  // namespace strata::models
