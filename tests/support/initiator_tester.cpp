// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/initiator_tester.h"

#include <string>
#include <utility>

#include "core/diagnostics.h"

namespace strata::test {

InitiatorTester::InitiatorTester(const sc_core::sc_module_name& name, core::PayloadPool& pool,
                                 ResponseStyle style)
    : sc_module(name), socket("socket"), pool_(pool), style_(style), script_("script") {
    socket.register_nb_transport_bw(this, &InitiatorTester::nb_transport_bw);
}

std::size_t InitiatorTester::read(core::Ps time, std::uint64_t address, core::Bytes length,
                                  unsigned char* data) {
    return issue(time, [=](tlm::tlm_generic_payload& payload) {
        payload.set_command(tlm::TLM_READ_COMMAND);
        payload.set_address(address);
        payload.set_data_length(static_cast<unsigned>(length));
        payload.set_streaming_width(static_cast<unsigned>(length));
        payload.set_data_ptr(data);
        core::extension_of(payload).op = core::MemoryOp::kRead;
    });
}

std::size_t InitiatorTester::write(core::Ps time, std::uint64_t address, core::Bytes length,
                                   unsigned char* data) {
    return issue(time, [=](tlm::tlm_generic_payload& payload) {
        payload.set_command(tlm::TLM_WRITE_COMMAND);
        payload.set_address(address);
        payload.set_data_length(static_cast<unsigned>(length));
        payload.set_streaming_width(static_cast<unsigned>(length));
        payload.set_data_ptr(data);
        core::extension_of(payload).op = core::MemoryOp::kWrite;
    });
}

std::size_t InitiatorTester::issue(core::Ps time, Prepare prepare) {
    const std::size_t index = records_.size();
    records_.emplace_back();
    prepare_[index] = std::move(prepare);
    script_.at(time, [this, index] {
        due_.push_back(index);
        send_next();
    });
    return index;
}

void InitiatorTester::send_next() {
    if (request_open_ || due_.empty()) {
        return;
    }
    const std::size_t index = due_.front();
    due_.pop_front();
    tlm::tlm_generic_payload& payload = *pool_.allocate();
    prepare_.extract(index).mapped()(payload);
    core::extension_of(payload).set_stage(core::Stage::kIssue, core::now_ps());
    active_[&payload] = index;
    records_[index].begin_req = core::now_ps();
    request_open_ = true;

    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    const tlm::tlm_sync_enum answer = socket->nb_transport_fw(payload, phase, delay);
    if (answer == tlm::TLM_COMPLETED) {
        fail(index, "was completed early");
    }
    if (answer == tlm::TLM_UPDATED) {
        if (phase != tlm::END_REQ) {
            fail(index, "got a phase other than END_REQ in return to BEGIN_REQ");
        }
        take_end_req(records_[index], core::now_ps());
    }
}

tlm::tlm_sync_enum InitiatorTester::nb_transport_bw(tlm::tlm_generic_payload& payload,
                                                    tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
    const auto found = active_.find(&payload);
    if (found == active_.end()) {
        throw core::ModelError(std::string(name()) + ": a payload that was not sent came back");
    }
    const std::size_t index = found->second;
    const core::Ps time = core::now_ps() + static_cast<core::Ps>(delay.value());
    if (phase == tlm::END_REQ) {
        if (records_[index].end_req >= 0) {
            fail(index, "got a second END_REQ");
        }
        take_end_req(records_[index], time);
        return tlm::TLM_ACCEPTED;
    }
    if (phase == tlm::BEGIN_RESP) {
        return take_begin_resp(payload, index, time);
    }
    fail(index, "got a phase that does not belong on the backward path");
}

void InitiatorTester::take_end_req(Record& record, core::Ps time) {
    record.end_req = time;
    request_open_ = false;
    // The next request leaves at the same time but from a process of our own, not from within
    // the target's call.
    script_.at(time, [this] { send_next(); });
}

tlm::tlm_sync_enum InitiatorTester::take_begin_resp(tlm::tlm_generic_payload& payload,
                                                    std::size_t index, core::Ps time) {
    Record& record = records_[index];
    if (record.end_req < 0) {
        fail(index, "got its response before END_REQ");
    }
    if (record.begin_resp >= 0) {
        fail(index, "got a second BEGIN_RESP");
    }
    record.begin_resp = time;
    record.status = payload.get_response_status();
    record.extension.copy_from(core::extension_of(payload));
    if (record.status == tlm::TLM_INCOMPLETE_RESPONSE) {
        fail(index, "got a response without a status");
    }
    if (style_ == ResponseStyle::kCompleted) {
        finish(payload, index, time);
        return tlm::TLM_COMPLETED;
    }
    script_.at(time + response_delay_, [this, &payload, index] { send_end_resp(payload, index); });
    return tlm::TLM_ACCEPTED;
}

void InitiatorTester::send_end_resp(tlm::tlm_generic_payload& payload, std::size_t index) {
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay;
    socket->nb_transport_fw(payload, phase, delay);
    finish(payload, index, core::now_ps());
}

void InitiatorTester::finish(tlm::tlm_generic_payload& payload, std::size_t index, core::Ps time) {
    records_[index].end_resp = time;
    completion_order_.push_back(index);
    ++completed_;
    active_.erase(&payload);
    // Released from our own process: whoever called us may still look at the payload.
    script_.at(core::now_ps(), [&payload] { payload.release(); });
    if (on_done_) {
        on_done_(index);
    }
}

void InitiatorTester::fail(std::size_t index, const char* what) const {
    throw core::ModelError(std::string(name()) + ": transaction " + std::to_string(index) + " " +
                           what);
}

}  // namespace strata::test
