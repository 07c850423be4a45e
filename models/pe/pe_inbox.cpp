// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/pe_inbox.h"

#include <memory>
#include <utility>

#include "core/diagnostics.h"
#include "core/stats.h"

namespace strata::models {

using core::Bytes;
using core::kNever;
using core::Ps;

namespace {

bool is_message(const tlm::tlm_generic_payload& payload) {
    return core::PhysicalAddress::decode(payload.get_address()).region == core::Region::kControl;
}

Bytes length(const tlm::tlm_generic_payload& payload) {
    return static_cast<Bytes>(payload.get_data_length());
}

}  // namespace

PeInbox::PeInbox(const PeConfig& config, const core::ClockDomain& clock, Tcm& tcm,
                 CommandProcessor& commands, PeEndpoint& endpoint)
    : config_(config), clock_(clock), tcm_(tcm), commands_(commands), endpoint_(endpoint) {}

void PeInbox::begin_request(Payload& payload, Ps time) {
    if (offered_ != nullptr) {
        throw core::ModelError("BEGIN_REQ at a PE while another one is open");
    }
    payload.acquire();
    offered_ = &payload;
    offered_at_ = time;
}

void PeInbox::end_response() {
    if (!response_open_) {
        throw core::ModelError("END_RESP at a PE without an open BEGIN_RESP");
    }
    response_open_ = false;
    answers_.front()->release();
    answers_.pop_front();
}

bool PeInbox::step(Ps now, Backward& initiator) {
    bool any = false;
    for (bool moved = true; moved;) {
        moved = accept(now, initiator);
        moved = serve(now) || moved;
        moved = respond(initiator) || moved;
        any = any || moved;
    }
    return any;
}

bool PeInbox::accept(Ps now, Backward& initiator) {
    if (offered_ == nullptr || offered_at_ > now ||
        queue_.size() >= static_cast<std::size_t>(config_.tcm.queue)) {
        return false;
    }
    if (is_message(*offered_)) {
        const auto room = static_cast<std::size_t>(config_.endpoint.queue);
        if (endpoint_.queued() + messages_queued_ >= room) {
            return false;
        }
        ++messages_queued_;
    }
    Payload* payload = std::exchange(offered_, nullptr);
    queue_.push_back(payload);
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    initiator.nb_transport_bw(*payload, phase, delay);
    return true;
}

bool PeInbox::serve(Ps now) {
    if (queue_.empty()) {
        return false;
    }
    Payload& payload = *queue_.front();
    if (service_end_ == kNever) {
        const Bytes cycles = core::ceil_div(length(payload), config_.tcm.bytes_per_cycle);
        const Ps work = clock_.cycles(cycles);
        counters_.busy += work;
        service_end_ = now + work;
        core::extension_of(payload).set_stage(core::Stage::kServiceBegin, now);
    }
    if (service_end_ > now) {
        return false;
    }
    service_end_ = kNever;
    finish(now, payload);
    queue_.pop_front();
    answers_.push_back(&payload);
    return true;
}

void PeInbox::finish(Ps now, Payload& payload) {
    core::PayloadExtension& extension = core::extension_of(payload);
    extension.set_stage(core::Stage::kServiceEnd, now);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    if (is_message(payload)) {
        --messages_queued_;
        deliver_message(payload);
    } else if (payload.is_read() || payload.is_write()) {
        access_tcm(payload, core::PhysicalAddress::decode(payload.get_address()).pe_byte());
    } else {
        payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    }
}

void PeInbox::access_tcm(Payload& payload, std::uint64_t byte) {
    core::PayloadExtension& extension = core::extension_of(payload);
    const Bytes bytes = length(payload);
    bool ok = tcm_.contains(byte, bytes);
    if (ok && payload.is_write() && extension.semaphore >= 0) {
        ok = commands_.signal(extension.semaphore);
        counters_.signals += ok ? 1 : 0;
    }
    if (!ok) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        extension.fault = core::Fault::kOutOfRange;
        return;
    }
    (payload.is_read() ? counters_.read_bytes : counters_.write_bytes) += bytes;
    if (!tcm_.functional() || payload.get_data_ptr() == nullptr) {
        return;
    }
    if (payload.is_read()) {
        tcm_.read(byte, payload.get_data_ptr(), bytes);
    } else {
        tcm_.write(byte, payload.get_data_ptr(), bytes);
    }
}

void PeInbox::deliver_message(Payload& payload) {
    auto message =
        std::dynamic_pointer_cast<const RequestMessage>(core::extension_of(payload).object);
    if (message == nullptr || !payload.is_write()) {
        payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    endpoint_.push(std::move(message));
}

bool PeInbox::respond(Backward& initiator) {
    if (response_open_ || answers_.empty()) {
        return false;
    }
    response_open_ = true;
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    const tlm::tlm_sync_enum reply = initiator.nb_transport_bw(*answers_.front(), phase, delay);
    const bool ended =
        reply == tlm::TLM_COMPLETED || (reply == tlm::TLM_UPDATED && phase == tlm::END_RESP);
    if (ended) {
        end_response();
    }
    return true;
}

bool PeInbox::idle() const {
    return offered_ == nullptr && queue_.empty() && answers_.empty();
}

std::string PeInbox::describe_state() const {
    if (idle()) {
        return "";
    }
    return "inbox: " + std::to_string(queue_.size()) + " transactions waiting" +
           (offered_ != nullptr ? ", one not accepted" : "") + ", " +
           std::to_string(answers_.size()) + " answers to give\n";
}

void PeInbox::register_stats(core::StatGroup& stats) const {
    core::StatGroup& group = stats.child("inbox");
    group.counter("read_bytes", "B", "read from the TCM by others", &counters_.read_bytes);
    group.counter("write_bytes", "B", "written to the TCM by others", &counters_.write_bytes);
    group.counter("signals", "1", "semaphore signals received", &counters_.signals);
    group.counter("busy_ps", "ps", "serving the network side", &counters_.busy);
}

}  // namespace strata::models
