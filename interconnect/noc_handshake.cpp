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
    if (target.port < 0 || !ports_[index(target.port)].has_target ||
        static_cast<core::Bytes>(payload.get_data_length()) > target.contiguous) {
        refuse(source, payload);
        return;
    }
    extension.target_port = target.port;
    extension.local_address = target.local_address;
    if (full(queue)) {
        block(queue, payload);
        mark(source);
    } else {
        queue_request(source, payload);
    }
}

void Noc::refuse(PortId source, Payload& payload) {
    core::PayloadExtension& extension = core::extension_of(payload);
    extension.set_stage(core::Stage::kAccepted, now_);
    extension.set_stage(core::Stage::kDelivered, now_);
    extension.fault = core::Fault::kDecode;
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    ++decode_errors_;
    end_request(source, payload);
    ports_[index(source)].answers.push(&payload);
    offer_response(source);
}

void Noc::queue_request(PortId source, Payload& payload) {
    core::PayloadExtension& extension = core::extension_of(payload);
    extension.set_stage(core::Stage::kAccepted, now_);
    Port& target = ports_[index(extension.target_port)];
    const bool granted = target.free_slots > 0;
    const MessageId id = new_message({&payload, source, extension.target_port,
                                      request_bytes(payload, extension), now_, granted});
    if (granted) {
        --target.free_slots;
        mark(source);
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

void Noc::request_accepted(PortId target, const Payload& payload) {
    Port& port = ports_[index(target)];
    if (port.open_request != &payload) {
        protocol_error(target, "END_REQ for a request that was not offered");
    }
    port.open_request = nullptr;
    --held_;
    free_slot(target);
}

void Noc::free_slot(PortId target) {
    Port& port = ports_[index(target)];
    if (port.slot_waiters.empty()) {
        ++port.free_slots;
        return;
    }
    Message& message = messages_[index(port.slot_waiters.pop())];
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
    const PortId initiator = core::extension_of(payload).source_port;
    Port& port = ports_[index(target)];
    port.responses.waiting.push_back(
        new_message({&payload, target, initiator, response_bytes(payload), now_, true}));
    trace_depth(port.responses);
    mark(target);
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    (*port.target)->nb_transport_fw(payload, phase, delay);
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
