// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The life of a request and of its response at the interconnect's ports.

#include "core/diagnostics.h"
#include "interconnect/noc.h"

namespace strata::interconnect {
namespace {

/// Data bytes of the request packet.
core::Bytes request_bytes(const tlm::tlm_generic_payload& payload,
                          const core::PayloadExtension& extension) {
    const bool carries = payload.is_write() && extension.op != core::MemoryOp::kErase;
    return carries ? static_cast<core::Bytes>(payload.get_data_length()) : 0;
}

/// Data bytes of the response packet.
core::Bytes response_bytes(const tlm::tlm_generic_payload& payload) {
    const bool carries = payload.is_read() && !payload.is_response_error();
    return carries ? static_cast<core::Bytes>(payload.get_data_length()) : 0;
}

}  // namespace

// Requests.

void Noc::begin_request(PortId source, Payload& payload) {
    InjectionQueue& queue = ports_[index(source)].requests;
    if (queue.blocked != nullptr) {
        protocol_error(source, "BEGIN_REQ before the END_REQ of the one before");
    }
    core::PayloadExtension& extension = core::extension_of(payload);
    const Target target = map_.find(payload.get_address());
    extension.source_port = source;
    extension.group = -1;
    const bool there = target.port >= 0 && ports_[index(target.port)].has_target;
    core::Fault fault = there ? core::Fault::kNone : core::Fault::kDecode;
    if (target.group >= 0) {
        fault = group_fault(source, target, payload);
    }
    if (static_cast<core::Bytes>(payload.get_data_length()) > target.contiguous) {
        fault = core::Fault::kDecode;
    }
    if (fault != core::Fault::kNone) {
        refuse(source, payload, fault);
        return;
    }
    extension.group = groups_->at_window(target.group);
    extension.target_port = target.port;
    extension.local_address = target.local_address;
    if (extension.group >= 0) {
        extension.target_port = (*groups_)[extension.group].members.front().port;
        ++state_of(extension.group).writes_open;
    }
    if (full(queue)) {
        block(queue, payload);
        mark(source);
    } else {
        queue_request(source, payload);
    }
}

void Noc::refuse(PortId source, Payload& payload, core::Fault fault) {
    core::PayloadExtension& extension = core::extension_of(payload);
    extension.set_stage(core::Stage::kAccepted, now_);
    extension.set_stage(core::Stage::kDelivered, now_);
    extension.fault = fault;
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    ++decode_errors_;
    end_request(source, payload);
    ports_[index(source)].answers.push(&payload);
    offer_response(source);
}

void Noc::queue_request(PortId source, Payload& payload) {
    core::PayloadExtension& extension = core::extension_of(payload);
    extension.set_stage(core::Stage::kAccepted, now_);
    const MessageId id = new_message(
        {&payload, source, extension.target_port, request_bytes(payload, extension), now_});
    if (extension.group >= 0) {
        enter_group(id);
    } else if (Port& target = ports_[index(extension.target_port)]; target.free_slots > 0) {
        --target.free_slots;
        grant(id);
    } else {
        target.slot_waiters.push(id);
    }
    InjectionQueue& queue = ports_[index(source)].requests;
    queue.waiting.push_back(id);
    trace_depth(queue);
    end_request(source, payload);
}

void Noc::end_request(PortId source, Payload& payload) {
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    (*ports_[index(source)].initiator)->nb_transport_bw(payload, phase, delay);
}

void Noc::offer_request(PortId target) {
    Port& port = ports_[index(target)];
    if (port.open_request != nullptr || port.arrived.empty()) {
        return;
    }
    Payload& payload = *port.arrived.pop();
    port.open_request = &payload;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    const auto answer = (*port.target)->nb_transport_fw(payload, phase, delay);
    if (answer == tlm::TLM_COMPLETED) {
        protocol_error(target, "the target completes early instead of answering later");
    }
    if (answer == tlm::TLM_UPDATED) {
        record(target, false, payload, phase, delay);
    }
}

void Noc::request_accepted(PortId target, Payload& payload) {
    Port& port = ports_[index(target)];
    if (port.open_request != &payload) {
        protocol_error(target, "END_REQ for a request that was not offered");
    }
    port.open_request = nullptr;
    --held_;
    if (is_sum(payload)) {
        sum_accepted(core::extension_of(payload).group);
    } else {
        free_slot(target);
    }
}

void Noc::free_slot(PortId target) {
    Port& port = ports_[index(target)];
    if (port.slot_waiters.empty()) {
        ++port.free_slots;
        return;
    }
    const MessageId id = port.slot_waiters.pop();
    Message& message = messages_[index(id)];
    if (message.collective >= 0) {
        ++message.slots;
        reserve_slots(id);
    } else {
        grant(id);
    }
}

void Noc::grant(MessageId id) {
    Message& message = messages_[index(id)];
    message.granted = true;
    mark(message.source);
}

// Responses.

void Noc::begin_response(PortId target, Payload& payload) {
    InjectionQueue& queue = ports_[index(target)].responses;
    if (queue.blocked != nullptr) {
        protocol_error(target, "BEGIN_RESP before the END_RESP of the one before");
    }
    ++held_;
    if (full(queue)) {
        block(queue, payload);
        mark(target);
    } else {
        queue_response(target, payload);
    }
}

void Noc::queue_response(PortId target, Payload& payload) {
    Port& port = ports_[index(target)];
    const bool sum = is_sum(payload);
    if (sum) {
        answer_sources(target, payload);
    } else {
        const PortId initiator = core::extension_of(payload).source_port;
        port.responses.waiting.push_back(
            new_message({&payload, target, initiator, response_bytes(payload), now_, true}));
    }
    trace_depth(port.responses);
    mark(target);
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    (*port.target)->nb_transport_fw(payload, phase, delay);
    if (sum) {
        --held_;
        payload.release();
    }
}

void Noc::arrived(PortId initiator, Payload& payload) {
    core::PayloadExtension& extension = core::extension_of(payload);
    extension.set_stage(core::Stage::kDelivered, now_);
    Port& port = ports_[index(initiator)];
    port.round_trip.add(now_ - extension.at(core::Stage::kAccepted));
    port.answers.push(&payload);
    offer_response(initiator);
}

void Noc::offer_response(PortId initiator) {
    Port& port = ports_[index(initiator)];
    while (port.open_response == nullptr && !port.answers.empty()) {
        Payload& payload = *port.answers.pop();
        port.open_response = &payload;
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        const auto answer = (*port.initiator)->nb_transport_bw(payload, phase, delay);
        if (answer == tlm::TLM_COMPLETED) {
            response_taken(initiator, payload);
        } else if (answer == tlm::TLM_UPDATED) {
            record(initiator, true, payload, phase, delay);
        }
    }
}

void Noc::response_taken(PortId initiator, const Payload& payload) {
    Port& port = ports_[index(initiator)];
    if (port.open_response != &payload) {
        protocol_error(initiator, "END_RESP for a response that was not offered");
    }
    Payload* taken = port.open_response;
    port.open_response = nullptr;
    --held_;
    taken->release();
}

// Injection queues.

void Noc::protocol_error(PortId id, const std::string& what) const {
    throw core::ModelError(path() + ": " + topology_.port(id).name + ": " + what);
}

bool Noc::full(const InjectionQueue& queue) const {
    return queue.waiting.size() + (queue.free_at > now_ ? 1 : 0) >= index(config_.injection_queue);
}

void Noc::block(InjectionQueue& queue, Payload& payload) {
    queue.blocked = &payload;
    queue.blocked_since = now_;
    ++queue.stalls;
}

void Noc::trace_depth(const InjectionQueue& queue) const {
    queue.depth.set(now_, static_cast<std::int64_t>(queue.waiting.size()));
}

void Noc::mark(PortId id) {
    if (is_marked_[index(id)] == 0) {
        is_marked_[index(id)] = 1;
        marked_.push_back(id);
    }
}

Noc::MessageId Noc::new_message(const Message& message) {
    if (free_messages_.empty()) {
        messages_.push_back(message);
        return static_cast<MessageId>(messages_.size() - 1);
    }
    const MessageId id = free_messages_.back();
    free_messages_.pop_back();
    messages_[index(id)] = message;
    return id;
}

}  // namespace strata::interconnect
