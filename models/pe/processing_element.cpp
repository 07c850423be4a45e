// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/processing_element.h"

#include <algorithm>
#include <utility>

#include "core/diagnostics.h"

namespace strata::models {

using core::kNever;
using core::Ps;
using sc_core::sc_time;

ProcessingElement::ProcessingElement(const sc_core::sc_module_name& module_name,
                                     const PeConfig& config, const mmu::MmuConfig& mmu_config,
                                     const core::Place& place,
                                     const interconnect::AddressMap& addresses,
                                     const core::ClockDomain& clock, CodeDirectory& code,
                                     core::Services& services)
    : sc_module(module_name),
      Component(place.str(), services),
      port("port"),
      inbox("inbox"),
      config_(config),
      place_(place),
      clock_(clock),
      tcm_(config.tcm.capacity, services.functional),
      mmu_(mmu_config, place),
      dma_(config_, clock, addresses, mmu_, tcm_),
      probe_(place, dma_),
      commands_(config_, clock, dma_, tcm_),
      endpoint_(config_, clock, place, services.functional, {mmu_, dma_, probe_, commands_, code}),
      inbox_logic_(config_, clock, tcm_, commands_, endpoint_) {
    port.register_nb_transport_bw(this, &ProcessingElement::port_backward);
    inbox.register_nb_transport_fw(this, &ProcessingElement::inbox_forward);
    inbox.register_transport_dbg(this, &ProcessingElement::inbox_debug);
    SC_METHOD(step);
    wake_.add_to(sensitive);
    dont_initialize();
    dma_.register_stats(stats());
    commands_.register_stats(stats());
    endpoint_.register_stats(stats());
    inbox_logic_.register_stats(stats());
    mmu_.register_stats(stats().child("mmu"));
    stats().histogram("payload_latency", "ns", "from issue to response", &latency_, 1e-3);
    register_energy();
    register_trace();
}

ProcessingElement::~ProcessingElement() = default;

// What arrives from the network is recorded here and acted upon in step().

tlm::tlm_sync_enum ProcessingElement::port_backward(Payload& payload, tlm::tlm_phase& phase,
                                                    sc_time& delay) {
    const Ps time = core::now_ps() + static_cast<Ps>(delay.value());
    if (phase == tlm::END_REQ) {
        end_request(payload, time);
        return tlm::TLM_ACCEPTED;
    }
    if (phase != tlm::BEGIN_RESP) {
        throw core::ModelError(path() + ": a phase that does not belong on the backward path");
    }
    if (open_request_ == &payload) {  // BEGIN_RESP stands for END_REQ too
        end_request(payload, time);
    }
    arrivals_.push_back({&payload, time});
    wake_.after(delay);
    return tlm::TLM_COMPLETED;
}

void ProcessingElement::end_request(const Payload& payload, Ps time) {
    if (open_request_ != &payload) {
        throw core::ModelError(path() + ": END_REQ without an open BEGIN_REQ");
    }
    open_request_ = nullptr;
    port_free_ = std::max(port_free_, time);
    wake_.at(port_free_, core::now_ps());
}

tlm::tlm_sync_enum ProcessingElement::inbox_forward(Payload& payload, tlm::tlm_phase& phase,
                                                    sc_time& delay) {
    if (phase == tlm::BEGIN_REQ) {
        inbox_logic_.begin_request(payload, core::now_ps() + static_cast<Ps>(delay.value()));
        wake_.after(delay);
        return tlm::TLM_ACCEPTED;
    }
    if (phase != tlm::END_RESP) {
        throw core::ModelError(path() + ": a phase that does not belong on the forward path");
    }
    inbox_logic_.end_response();
    wake_.after(delay);
    return tlm::TLM_COMPLETED;
}

unsigned int ProcessingElement::inbox_debug(Payload& payload) {
    const std::uint64_t byte = core::PhysicalAddress::decode(payload.get_address()).pe_byte();
    const auto bytes = static_cast<core::Bytes>(payload.get_data_length());
    if (!tcm_.functional() || payload.get_data_ptr() == nullptr || !tcm_.contains(byte, bytes)) {
        return 0;
    }
    if (payload.is_read()) {
        tcm_.read(byte, payload.get_data_ptr(), bytes);
    } else {
        tcm_.write(byte, payload.get_data_ptr(), bytes);
    }
    return payload.get_data_length();
}

void ProcessingElement::inject(const PeDma& transfer, Done done) {
    probe_.inject(core::now_ps(), transfer, std::move(done));
    wake_.soon();
}

void ProcessingElement::step() {
    const Ps now = core::now_ps();
    take_responses(now);
    run_parts(now);
    issue(now);
    dma_.account(now);
    commands_.account(now);
    if (traced_) {
        update_trace(now);
    }
    schedule(now);
}

void ProcessingElement::take_responses(Ps now) {
    while (!arrivals_.empty() && arrivals_.front().time <= now) {
        Payload& payload = *arrivals_.front().payload;
        arrivals_.pop_front();
        const core::PayloadExtension& extension = core::extension_of(payload);
        latency_.add(now - extension.at(core::Stage::kIssue));
        dma_.complete(now, static_cast<std::uint32_t>(extension.tag), payload.is_response_ok(),
                      extension.fault, extension.stage);
        payload.release();
    }
}

void ProcessingElement::run_parts(Ps now) {
    dma_.advance(now);
    bool moved = true;
    while (moved || !dma_.done().empty()) {
        deliver_done(now);
        commands_.step(now);
        endpoint_.step(now);
        probe_.step(now);
        moved = inbox_logic_.step(now, *inbox.operator->());
    }
}

void ProcessingElement::deliver_done(Ps now) {
    std::vector<DmaDone>& done = dma_.done();
    for (std::size_t i = 0; i < done.size(); ++i) {  // a receiver may add to it
        const DmaDone one = std::move(done[i]);
        switch (one.queue) {
            case DmaQueue::kPhysical:
            case DmaQueue::kMessage:
                endpoint_.done(one);
                break;
            case DmaQueue::kProbe:
                probe_.done(now, one);
                break;
            default:
                commands_.done(one);
                break;
        }
    }
    done.clear();
}

void ProcessingElement::issue(Ps now) {
    DmaPayload next;
    while (open_request_ == nullptr && port_free_ <= now && dma_.next(now, next)) {
        send(now, next);
    }
}

void ProcessingElement::send(Ps now, const DmaPayload& next) {
    Payload& payload = *services().payloads.allocate();
    payload.set_command(next.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(next.pa);
    payload.set_data_length(static_cast<unsigned int>(next.bytes));
    payload.set_streaming_width(static_cast<unsigned int>(next.bytes));
    payload.set_data_ptr(next.data);
    core::PayloadExtension& extension = core::extension_of(payload);
    extension.initiator = place_;
    extension.va = next.va;
    extension.tag = next.tag;
    extension.semaphore = next.semaphore;
    extension.op = next.write ? core::MemoryOp::kWrite : core::MemoryOp::kRead;
    extension.set_stage(core::Stage::kIssue, next.issued);
    extension.set_stage(core::Stage::kTranslated, next.translated);
    if (next.transfer != nullptr) {
        extension.correlation_id = next.transfer->correlation_id;
        extension.request_id = next.transfer->request_id;
        extension.object = next.transfer->object;
        extension.sum = next.transfer->sum;
    }
    open_request_ = &payload;
    port_free_ = now + clock_.cycles(config_.dma.issue_cycles);
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_time delay = sc_core::SC_ZERO_TIME;
    const tlm::tlm_sync_enum reply = port->nb_transport_fw(payload, phase, delay);
    if (reply == tlm::TLM_UPDATED && phase == tlm::END_REQ) {
        end_request(payload, now + static_cast<Ps>(delay.value()));
    } else if (reply != tlm::TLM_ACCEPTED) {
        throw core::ModelError(path() + ": the target completed a request early");
    }
}

void ProcessingElement::schedule(Ps now) {
    Ps next = std::min({dma_.next_event(now), commands_.next_event(), endpoint_.next_event(),
                        inbox_logic_.next_event()});
    if (!arrivals_.empty()) {
        next = std::min(next, arrivals_.front().time);
    }
    if (open_request_ == nullptr && port_free_ > now) {
        next = std::min(next, port_free_);
    }
    if (next != kNever) {
        wake_.at(next, now);
    }
}

bool ProcessingElement::idle() const {
    return !commands_.running() && endpoint_.idle() && probe_.idle() && dma_.idle() &&
           inbox_logic_.idle() && arrivals_.empty();
}

std::string ProcessingElement::describe_state() const {
    return commands_.describe_state() + dma_.describe_state() + endpoint_.describe_state() +
           inbox_logic_.describe_state() + mmu_.describe_state() +
           (open_request_ != nullptr ? "\nport: a request is not accepted yet" : "");
}

}  // namespace strata::models
