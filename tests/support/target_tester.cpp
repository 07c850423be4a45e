// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/target_tester.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/diagnostics.h"

namespace strata::test {

TargetTester::TargetTester(const sc_core::sc_module_name& name, const TargetTesterConfig& config)
    : sc_module(name),
      socket("socket"),
      config_(config),
      latency_([this](const tlm::tlm_generic_payload&) { return config_.latency; }),
      script_("script"),
      bytes_(static_cast<std::size_t>(config.backing)) {
    socket.register_nb_transport_fw(this, &TargetTester::nb_transport_fw);
    socket.register_transport_dbg(this, &TargetTester::transport_dbg);
}

void TargetTester::set_stalled(bool stalled) {
    stalled_ = stalled;
    script_.at(core::now_ps(), [this] {
        try_accept();
        try_respond();
    });
}

tlm::tlm_sync_enum TargetTester::nb_transport_fw(tlm::tlm_generic_payload& payload,
                                                 tlm::tlm_phase& phase, sc_core::sc_time& delay) {
    const core::Ps time = core::now_ps() + static_cast<core::Ps>(delay.value());
    if (phase == tlm::BEGIN_REQ) {
        take_request(payload, time);
        return tlm::TLM_ACCEPTED;
    }
    if (phase == tlm::END_RESP) {
        if (!response_open_ || ready_.front().payload != &payload) {
            fail("END_RESP without an open BEGIN_RESP");
        }
        end_response(time);
        return tlm::TLM_COMPLETED;
    }
    fail("a phase that does not belong on the forward path");
}

void TargetTester::take_request(tlm::tlm_generic_payload& payload, core::Ps time) {
    if (!request_.empty()) {
        fail("BEGIN_REQ while another request is open");
    }
    payload.acquire();
    ++open_;
    Arrival arrival;
    arrival.begin_req = time;
    arrival.command = payload.get_command();
    arrival.address = payload.get_address();
    arrival.length = static_cast<core::Bytes>(payload.get_data_length());
    arrival.extension.copy_from(core::extension_of(payload));
    arrival.local_address = arrival.extension.local_address;
    arrivals_.push_back(std::move(arrival));
    request_.push_back({&payload, arrivals_.size() - 1});
    script_.at(time + config_.accept_delay, [this] {
        acceptable_ = true;
        try_accept();
    });
}

void TargetTester::try_accept() {
    // open_ counts the request itself too.
    if (request_.empty() || !acceptable_ || stalled_ || open_ > config_.queue_depth) {
        return;
    }
    const Held held = request_.front();
    request_.pop_front();
    acceptable_ = false;
    arrivals_[held.index].end_req = core::now_ps();
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay;
    socket->nb_transport_bw(*held.payload, phase, delay);
    script_.at(core::now_ps() + latency_(*held.payload), [this, held] {
        serve(*held.payload);
        ready_.push_back(held);
        try_respond();
    });
}

void TargetTester::try_respond() {
    if (ready_.empty() || response_open_ || stalled_) {
        return;
    }
    response_open_ = true;
    const Held held = ready_.front();
    arrivals_[held.index].begin_resp = core::now_ps();
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time delay;
    const tlm::tlm_sync_enum answer = socket->nb_transport_bw(*held.payload, phase, delay);
    const bool ended =
        answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::END_RESP);
    if (ended) {
        end_response(core::now_ps() + static_cast<core::Ps>(delay.value()));
    }
}

void TargetTester::end_response(core::Ps time) {
    const Held held = ready_.front();
    ready_.pop_front();
    arrivals_[held.index].end_resp = time;
    response_open_ = false;
    --open_;
    script_.at(time, [this, held] {
        held.payload->release();
        try_accept();
        try_respond();
    });
}

void TargetTester::serve(tlm::tlm_generic_payload& payload) {
    payload.set_response_status(status_);
    if (status_ == tlm::TLM_OK_RESPONSE) {
        transport_dbg(payload);
    }
}

unsigned TargetTester::transport_dbg(tlm::tlm_generic_payload& payload) {
    const std::uint64_t address = address_of(payload);
    const unsigned length = payload.get_data_length();
    if (bytes_.empty() || payload.get_data_ptr() == nullptr) {
        return 0;
    }
    if (address > bytes_.size() || length > bytes_.size() - address) {
        fail("access beyond its backing bytes");
    }
    unsigned char* here = bytes_.data() + address;
    if (payload.is_read()) {
        std::memcpy(payload.get_data_ptr(), here, length);
    } else if (payload.is_write()) {
        std::memcpy(here, payload.get_data_ptr(), length);
    }
    return length;
}

std::uint64_t TargetTester::address_of(tlm::tlm_generic_payload& payload) const {
    return config_.local_address ? core::extension_of(payload).local_address
                                 : payload.get_address();
}

void TargetTester::fail(const char* what) const {
    throw core::ModelError(std::string(name()) + ": " + what);
}

}  // namespace strata::test
