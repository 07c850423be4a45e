// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/protocol_checker.h"

#include <fmt/format.h>

#include "core/diagnostics.h"
#include "core/payload.h"

namespace strata::test {

ProtocolChecker::ProtocolChecker(const sc_core::sc_module_name& name)
    : sc_module(name), target_socket("target_socket"), initiator_socket("initiator_socket") {
    target_socket.register_nb_transport_fw(this, &ProtocolChecker::nb_transport_fw);
    target_socket.register_b_transport(this, &ProtocolChecker::b_transport);
    target_socket.register_transport_dbg(this, &ProtocolChecker::transport_dbg);
    initiator_socket.register_nb_transport_bw(this, &ProtocolChecker::nb_transport_bw);
}

void ProtocolChecker::check_finished() const {
    if (!open_.empty()) {
        fail(*open_.begin()->first, fmt::format("has not ended (begun at {} ps); {} are open",
                                                open_.begin()->second.begin, open_.size()));
    }
}

tlm::tlm_sync_enum ProtocolChecker::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
    const tlm::tlm_phase sent = phase;
    if (sent == tlm::BEGIN_REQ) {
        begin_request(payload);
    } else if (sent == tlm::END_RESP) {
        // Ended first: the target may release and even reuse it within the call.
        end_response(payload);
    } else {
        fail(payload, fmt::format("has phase {} on the forward path", sent.get_name()));
    }
    const tlm::tlm_sync_enum answer = initiator_socket->nb_transport_fw(payload, phase, delay);
    check_return(payload, sent, answer, phase);
    return answer;
}

tlm::tlm_sync_enum ProtocolChecker::nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
    const tlm::tlm_phase sent = phase;
    if (sent == tlm::END_REQ) {
        end_request(payload);
    } else if (sent == tlm::BEGIN_RESP) {
        begin_response(payload);
    } else {
        fail(payload, fmt::format("has phase {} on the backward path", sent.get_name()));
    }
    const tlm::tlm_sync_enum answer = target_socket->nb_transport_bw(payload, phase, delay);
    check_return(payload, sent, answer, phase);
    return answer;
}

void ProtocolChecker::b_transport(Payload& payload, sc_core::sc_time& delay) {
    initiator_socket->b_transport(payload, delay);
}

unsigned ProtocolChecker::transport_dbg(Payload& payload) {
    return initiator_socket->transport_dbg(payload);
}

void ProtocolChecker::check_return(Payload& payload, const tlm::tlm_phase& sent,
                                   tlm::tlm_sync_enum answer, const tlm::tlm_phase& phase) {
    if (answer == tlm::TLM_ACCEPTED) {
        return;
    }
    if (sent == tlm::BEGIN_REQ) {
        if (answer == tlm::TLM_COMPLETED) {
            fail(payload, "was completed early");
        }
        if (phase != tlm::END_REQ) {
            fail(payload, fmt::format("got {} in return to BEGIN_REQ", phase.get_name()));
        }
        end_request(payload);
    } else if (sent == tlm::BEGIN_RESP) {
        if (answer == tlm::TLM_UPDATED && phase != tlm::END_RESP) {
            fail(payload, fmt::format("got {} in return to BEGIN_RESP", phase.get_name()));
        }
        end_response(payload);
    } else if (answer == tlm::TLM_UPDATED) {
        fail(payload, fmt::format("got {} in return to {}", phase.get_name(), sent.get_name()));
    }
}

void ProtocolChecker::begin_request(Payload& payload) {
    if (open_request_ != nullptr) {
        fail(payload, "begins while another request is open");
    }
    if (open_.count(&payload) != 0) {
        fail(payload, "begins a second time");
    }
    if (!payload.has_mm() || payload.get_ref_count() < 1) {
        fail(payload, "is not held through a memory manager");
    }
    payload.acquire();
    Transaction transaction;
    transaction.begin = core::now_ps();
    transaction.command = payload.get_command();
    transaction.address = payload.get_address();
    transaction.length = payload.get_data_length();
    transaction.data = payload.get_data_ptr();
    transaction.byte_enables = payload.get_byte_enable_ptr();
    open_.emplace(&payload, transaction);
    open_request_ = &payload;
}

void ProtocolChecker::end_request(Payload& payload) {
    Transaction& transaction = find(payload, "END_REQ");
    if (transaction.state != State::kRequest) {
        fail(payload, "got a second END_REQ");
    }
    transaction.state = State::kAccepted;
    open_request_ = nullptr;
}

void ProtocolChecker::begin_response(Payload& payload) {
    Transaction& transaction = find(payload, "BEGIN_RESP");
    if (transaction.state == State::kRequest) {
        fail(payload, "got BEGIN_RESP before END_REQ");
    }
    if (transaction.state == State::kResponse) {
        fail(payload, "got a second BEGIN_RESP");
    }
    if (open_response_ != nullptr) {
        fail(payload, "got BEGIN_RESP while another response is open");
    }
    if (payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE) {
        fail(payload, "got a response without a status");
    }
    transaction.state = State::kResponse;
    open_response_ = &payload;
}

void ProtocolChecker::end_response(Payload& payload) {
    if (find(payload, "END_RESP").state != State::kResponse) {
        fail(payload, "got END_RESP without BEGIN_RESP");
    }
    open_.erase(&payload);
    open_response_ = nullptr;
    ++completed_;
    payload.release();
}

ProtocolChecker::Transaction& ProtocolChecker::find(const Payload& payload, const char* phase) {
    const auto found = open_.find(&payload);
    if (found == open_.end()) {
        fail(payload, fmt::format("got {} but is not open", phase));
    }
    const Transaction& begun = found->second;
    if (payload.get_ref_count() < 2) {
        fail(payload, fmt::format("was released before {}", phase));
    }
    if (payload.get_command() != begun.command || payload.get_address() != begun.address ||
        payload.get_data_length() != begun.length || payload.get_data_ptr() != begun.data ||
        payload.get_byte_enable_ptr() != begun.byte_enables) {
        fail(payload, fmt::format("was changed before {}", phase));
    }
    return found->second;
}

void ProtocolChecker::fail(const Payload& payload, const std::string& what) const {
    throw core::ModelError(fmt::format("{} at {} ps: transaction at {:#x} {}", name(),
                                       core::now_ps(), payload.get_address(), what));
}

}  // namespace strata::test
