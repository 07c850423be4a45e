// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/mailbox.h"

#include <utility>

namespace strata::models {

Mailbox::Mailbox(const sc_core::sc_module_name& module_name, const core::Place& place,
                 core::Services& services)
    : sc_module(module_name),
      Component(name(), services),
      inbox("inbox"),
      port("port"),
      place_(place),
      inbox_event_("inbox_event"),
      outbox_event_("outbox_event") {
    inbox.register_nb_transport_fw(this, &Mailbox::nb_transport_fw);
    port.register_nb_transport_bw(this, &Mailbox::nb_transport_bw);
    SC_METHOD(serve_inbox);
    sensitive << inbox_event_;
    dont_initialize();
    SC_METHOD(serve_outbox);
    sensitive << outbox_event_;
    dont_initialize();
}

Mailbox::~Mailbox() = default;

bool Mailbox::quiet() const {
    return arrived_ == nullptr && to_answer_.empty() && outbox_.empty() && unanswered_ == 0;
}

// ---- target side ----

tlm::tlm_sync_enum Mailbox::nb_transport_fw(tlm::tlm_generic_payload& payload,
                                            tlm::tlm_phase& phase, sc_core::sc_time& delay) {
    if (phase == tlm::BEGIN_REQ) {
        if (arrived_ != nullptr) {
            throw core::ModelError(path() + ": BEGIN_REQ before the END_REQ of the last one");
        }
        payload.acquire();
        arrived_ = &payload;
        inbox_event_.notify(delay);
    } else if (phase == tlm::END_RESP) {
        request_answered(payload);
        inbox_event_.notify(delay);
    } else {
        throw core::ModelError(path() + ": unexpected phase on the inbox");
    }
    return tlm::TLM_ACCEPTED;
}

void Mailbox::room_made() {
    if (arrived_ != nullptr) {
        inbox_event_.notify(sc_core::SC_ZERO_TIME);
    }
}

void Mailbox::serve_inbox() {
    if (arrived_ != nullptr && take(*arrived_)) {
        tlm::tlm_generic_payload& payload = *std::exchange(arrived_, nullptr);
        to_answer_.push_back(&payload);
        tlm::tlm_phase phase = tlm::END_REQ;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        inbox->nb_transport_bw(payload, phase, delay);
    }
    answer();
}

// Gives the message to the owner; false when it has to wait at the door.
bool Mailbox::take(tlm::tlm_generic_payload& payload) {
    core::PayloadExtension& extension = core::extension_of(payload);
    auto request = std::dynamic_pointer_cast<const RequestMessage>(extension.object);
    if (request != nullptr && !can_take_request()) {
        return false;
    }
    extension.set_stage(core::Stage::kServiceBegin, core::now_ps());
    extension.set_stage(core::Stage::kServiceEnd, core::now_ps());
    if (payload.get_command() != tlm::TLM_WRITE_COMMAND) {
        payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return true;
    }
    if (request != nullptr) {
        take_request(std::move(request));
    } else if (auto response = std::dynamic_pointer_cast<const ResponseMessage>(extension.object)) {
        take_response(std::move(response));
    } else {
        payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);  // plain data
        return true;
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return true;
}

// One BEGIN_RESP may be open on the socket.
void Mailbox::answer() {
    while (!answer_open_ && !to_answer_.empty()) {
        tlm::tlm_generic_payload& payload = *to_answer_.front();
        answer_open_ = true;
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        const tlm::tlm_sync_enum status = inbox->nb_transport_bw(payload, phase, delay);
        if (status == tlm::TLM_COMPLETED ||
            (status == tlm::TLM_UPDATED && phase == tlm::END_RESP)) {
            request_answered(payload);
        }
    }
}

void Mailbox::request_answered(tlm::tlm_generic_payload& payload) {
    if (!answer_open_ || to_answer_.front() != &payload) {
        throw core::ModelError(path() + ": END_RESP for what was not answered");
    }
    to_answer_.pop_front();
    answer_open_ = false;
    payload.release();
}

// ---- initiator side ----

void Mailbox::send(const core::Place& to, std::shared_ptr<const RequestMessage> message) {
    const core::Bytes bytes = wire_bytes(*message);
    outbox_.push_back(
        {to, bytes, message->correlation_id, message->request_id, std::move(message)});
    outbox_event_.notify(sc_core::SC_ZERO_TIME);
}

void Mailbox::send(const core::Place& to, std::shared_ptr<const ResponseMessage> message) {
    const core::Bytes bytes = wire_bytes(*message);
    outbox_.push_back(
        {to, bytes, message->correlation_id, message->request_id, std::move(message)});
    outbox_event_.notify(sc_core::SC_ZERO_TIME);
}

void Mailbox::serve_outbox() {
    while (leaving_ == nullptr && !outbox_.empty()) {
        Outgoing next = std::move(outbox_.front());
        outbox_.pop_front();
        begin_request(std::move(next));
    }
}

void Mailbox::begin_request(Outgoing message) {
    tlm::tlm_generic_payload& payload = *services().payloads.allocate();
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(core::mailbox_address(message.to));
    payload.set_data_length(static_cast<unsigned int>(message.bytes));
    payload.set_streaming_width(static_cast<unsigned int>(message.bytes));
    core::PayloadExtension& extension = core::extension_of(payload);
    extension.op = core::MemoryOp::kWrite;
    extension.initiator = place_;
    extension.correlation_id = message.correlation_id;
    extension.request_id = message.request_id;
    extension.object = std::move(message.object);
    extension.set_stage(core::Stage::kIssue, core::now_ps());
    extension.set_stage(core::Stage::kTranslated, core::now_ps());

    leaving_ = &payload;
    ++unanswered_;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    const tlm::tlm_sync_enum status = port->nb_transport_fw(payload, phase, delay);
    if (status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP)) {
        request_left(payload);
        finish(payload);
    } else if (status == tlm::TLM_UPDATED && phase == tlm::END_REQ) {
        request_left(payload);
    }
}

tlm::tlm_sync_enum Mailbox::nb_transport_bw(tlm::tlm_generic_payload& payload,
                                            tlm::tlm_phase& phase, sc_core::sc_time& delay) {
    if (phase == tlm::END_REQ) {
        request_left(payload);
        outbox_event_.notify(delay);
        return tlm::TLM_ACCEPTED;
    }
    if (phase != tlm::BEGIN_RESP) {
        throw core::ModelError(path() + ": unexpected phase on the port");
    }
    if (leaving_ == &payload) {  // the response stands for END_REQ too
        request_left(payload);
        outbox_event_.notify(delay);
    }
    finish(payload);
    return tlm::TLM_COMPLETED;
}

void Mailbox::request_left(const tlm::tlm_generic_payload& payload) {
    if (leaving_ != &payload) {
        throw core::ModelError(path() + ": END_REQ for what was not sent");
    }
    leaving_ = nullptr;
    if (outbox_.empty()) {
        outbox_drained();
    }
}

// Targets are checked before anything is sent, so a mailbox that refuses is a fault of the model.
void Mailbox::finish(tlm::tlm_generic_payload& payload) {
    if (payload.is_response_error()) {
        throw core::ModelError(path() + ": message to " +
                               core::PhysicalAddress::decode(payload.get_address()).str() +
                               " was refused: " + payload.get_response_string() + " (" +
                               core::to_string(core::extension_of(payload).fault) + ")");
    }
    --unanswered_;
    payload.release();
}

}  // namespace strata::models
