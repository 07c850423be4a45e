// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/noc.h"

#include <algorithm>
#include <functional>

#include "interconnect/ideal_network.h"
#include "interconnect/network_check.h"
#include "interconnect/packet_network.h"

namespace strata::interconnect {

Noc::Noc(const sc_core::sc_module_name& name, const NocConfig& config, Topology topology,
         const AddressMap& map, core::Services& services)
    : sc_module(name),
      Component(this->sc_module::name(), services),
      config_(config),
      topology_(std::move(topology)),
      map_(map),
      is_marked_(topology_.ports().size()) {
    make_networks();
    make_ports();
    register_stats();
    SC_HAS_PROCESS(Noc);
    SC_METHOD(process);
    wake_.add_to(sensitive);
    dont_initialize();
}

Noc::~Noc() = default;

void Noc::make_networks() {
    routing_ = std::make_unique<RoutingTable>(make_routing(topology_, config_));
    groups_ = std::make_unique<GroupTable>(topology_, *routing_, map_, config_.group_entries);
    energy_ = std::make_unique<NetworkEnergy>(topology_, services().energy);
    static_energy_ = std::make_unique<StaticEnergy>(topology_, services().energy, 2);
    NetworkOptions options;
    options.max_packet = config_.max_packet;
    options.energy = energy_.get();
    options.trace = services().trace;
    options.vcs = config_.vcs / config_.classes;
    NetworkOptions answers = options;
    options.scope = path() + ".requests";
    answers.scope = path() + ".responses";
    if (config_.model == "ideal") {
        requests_ = std::make_unique<IdealNetwork>(topology_, *routing_, options);
        responses_ = std::make_unique<IdealNetwork>(topology_, *routing_, answers);
    } else if (config_.model == "flit") {
        // Packets that fork or join must fit a buffer.
        options.max_group_packet = (config_.buffer_flits - 1) * config_.flit;
        const auto shared = std::make_shared<FlitLinks>(topology_.links().size());
        requests_ = make_flit_network(options, shared, 0);
        responses_ = make_flit_network(answers, shared, 1);
    } else {
        auto shared = std::make_shared<LinkCalendars>(topology_.links().size());
        requests_ = std::make_unique<PacketNetwork>(topology_, *routing_, options, shared);
        responses_ = std::make_unique<PacketNetwork>(topology_, *routing_, answers, shared);
    }
    for (const Link& link : topology_.links()) {
        if (link.from >= 0 && link.to >= 0) {
            links_ += link.shared ? 1 : 2;
        }
    }
}

std::unique_ptr<FlitNetwork> Noc::make_flit_network(const NetworkOptions& options,
                                                    const std::shared_ptr<FlitLinks>& shared,
                                                    int number) {
    FlitConfig flit = config_.flit_level();
    flit.classes = 1;  // the other message class has a network of its own
    auto network =
        std::make_unique<FlitNetwork>(topology_, *routing_, options, flit, shared, number);
    flit_networks_.push_back(network.get());
    return network;
}

void Noc::make_ports() {
    ports_.resize(topology_.ports().size());
    for (PortId id = 0; id < static_cast<PortId>(ports_.size()); ++id) {
        Port& port = ports_[index(id)];
        const std::string number = std::to_string(id);
        port.initiator = std::make_unique<InitiatorPort>(("initiator_" + number).c_str());
        port.initiator->register_nb_transport_fw(this, &Noc::nb_transport_fw, id);
        port.initiator->register_transport_dbg(this, &Noc::transport_dbg, id);
        port.target = std::make_unique<TargetPort>(("target_" + number).c_str());
        port.target->register_nb_transport_bw(this, &Noc::nb_transport_bw, id);
        port.free_slots = config_.receive_slots;
        std::string signal = topology_.port(id).name;
        std::replace(signal.begin(), signal.end(), '.', '_');  // a dot would open a scope
        const std::string scope = path() + ".queues";
        port.requests.depth =
            core::trace_integer(services().trace, scope, signal + "_requests", 16);
        port.responses.depth =
            core::trace_integer(services().trace, scope, signal + "_responses", 16);
    }
}

void Noc::end_of_elaboration() {
    for (Port& port : ports_) {
        port.has_target = port.target->size() > 0;
    }
}

// Calls from the neighbours: recorded here, handled by the process.

tlm::tlm_sync_enum Noc::nb_transport_fw(int id, Payload& payload, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
    if (phase == tlm::BEGIN_REQ) {
        core::extension_of(payload);  // refuses foreign payloads while the caller is on the stack
        payload.acquire();
        ++held_;
    }
    record(id, true, payload, phase, delay);
    return tlm::TLM_ACCEPTED;
}

tlm::tlm_sync_enum Noc::nb_transport_bw(int id, Payload& payload, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
    record(id, false, payload, phase, delay);
    return tlm::TLM_ACCEPTED;
}

void Noc::record(PortId id, bool forward, Payload& payload, const tlm::tlm_phase& phase,
                 const sc_core::sc_time& delay) {
    const auto ahead = static_cast<core::Ps>(delay.value());
    const Call call{core::now_ps() + ahead, next_sequence_++, id, forward, &payload, phase};
    if (ahead == 0) {
        calls_.push_back(call);
    } else {
        delayed_.push_back(call);
        std::push_heap(delayed_.begin(), delayed_.end(), later);
    }
    if (!processing_) {
        wake_.after(delay);
    }
}

bool Noc::later(const Call& a, const Call& b) {
    return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
}

unsigned int Noc::transport_dbg(int id, Payload& payload) {
    const unsigned int length = payload.get_data_length();
    unsigned int done = 0;
    while (done < length) {
        const std::uint64_t address = payload.get_address() + done;
        const Target target = map_.find(address);
        if (target.port < 0 || !ports_[index(target.port)].has_target) {
            break;
        }
        const auto piece =
            static_cast<unsigned int>(std::min<core::Bytes>(length - done, target.contiguous));
        Payload& part = *services().payloads.allocate();
        part.set_command(payload.get_command());
        part.set_address(address);
        part.set_data_ptr(payload.get_data_ptr() + done);
        part.set_data_length(piece);
        part.set_streaming_width(piece);
        core::PayloadExtension& extension = core::extension_of(part);
        extension.source_port = id;
        extension.target_port = target.port;
        extension.local_address = target.local_address;
        const unsigned int moved = (*ports_[index(target.port)].target)->transport_dbg(part);
        part.release();
        done += moved;
        if (moved < piece) {
            break;
        }
    }
    payload.set_response_status(done == length ? tlm::TLM_OK_RESPONSE
                                               : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return done;
}

// The one process: everything that is due at this time, then sleep until the next thing to do.

void Noc::process() {
    processing_ = true;
    now_ = core::now_ps();
    do {
        take_calls();
        deliver();
        free_links();
        inject();
    } while (!calls_.empty());
    processing_ = false;
    schedule();
}

void Noc::take_calls() {
    while (!delayed_.empty() && delayed_.front().time <= now_) {
        std::pop_heap(delayed_.begin(), delayed_.end(), later);
        calls_.push_back(delayed_.back());
        delayed_.pop_back();
    }
    for (std::size_t i = 0; i < calls_.size(); ++i) {  // grows while neighbours answer at once
        const Call call = calls_[i];
        handle(call);
    }
    calls_.clear();
}

void Noc::handle(const Call& call) {
    if (call.forward && call.phase == tlm::BEGIN_REQ) {
        begin_request(call.port, *call.payload);
    } else if (call.forward && call.phase == tlm::END_RESP) {
        response_taken(call.port, *call.payload);
        offer_response(call.port);
    } else if (!call.forward && call.phase == tlm::END_REQ) {
        request_accepted(call.port, *call.payload);
        offer_request(call.port);
    } else if (!call.forward && call.phase == tlm::BEGIN_RESP) {
        if (ports_[index(call.port)].open_request == call.payload) {
            request_accepted(call.port, *call.payload);  // BEGIN_RESP implies END_REQ
            offer_request(call.port);
        }
        begin_response(call.port, *call.payload);
    } else {
        protocol_error(call.port, std::string("unexpected phase ") + call.phase.get_name());
    }
}

/// Brings both networks to `now`, in step, as they share the links between dies. What is delivered
/// waits for deliver().
void Noc::advance_networks(core::Ps now) {
    core::Ps next = 0;
    do {
        next = std::min({requests_->next_event(), responses_->next_event(), now});
        requests_->advance(next, request_progress_);
        responses_->advance(next, response_progress_);
    } while (next < now);
}

// A run that is stopped in the middle of a time step leaves deliveries of `now` to be made when it
// goes on.
void Noc::settle(core::Ps now) {
    advance_networks(now);
    const auto missed = [now](const Delivery& delivery) { return delivery.time < now; };
    if (std::any_of(request_progress_.delivered.begin(), request_progress_.delivered.end(),
                    missed) ||
        std::any_of(response_progress_.delivered.begin(), response_progress_.delivered.end(),
                    missed)) {
        throw core::ModelError(path() + ": a delivery was missed");
    }
    static_energy_->settle(now, flit_networks_);
}

void Noc::set_speed(const std::string& domain, double ratio, core::Ps now) {
    settle(now);
    for (const ClockChange& change : topology_.set_speed(domain, ratio, now)) {
        requests_->clock_changed(change);
        responses_->clock_changed(change);
    }
    now_ = now;
    schedule();
}

void Noc::deliver() {
    advance_networks(now_);
    report_injected();
    for (const Delivery& delivery : request_progress_.delivered) {
        const auto id = static_cast<MessageId>(delivery.id);
        const Message message = messages_[index(id)];
        Payload* payload = message.payload;
        if (message.collective >= 0) {
            payload = &deliver_to_group(id, delivery.port);
        } else {
            free_messages_.push_back(id);
        }
        core::PayloadExtension& extension = core::extension_of(*payload);
        Port& target = ports_[index(extension.target_port)];
        extension.set_stage(core::Stage::kAtTarget, now_);
        request_latency_.add(now_ - message.sent);
        ++target.messages_in;
        target.bytes_in += message.bytes;
        bytes_delivered_ += message.bytes;
        target.arrived.push(payload);
        offer_request(extension.target_port);
    }
    for (const Delivery& delivery : response_progress_.delivered) {
        const auto id = static_cast<MessageId>(delivery.id);
        const Message message = messages_[index(id)];
        free_messages_.push_back(id);
        Port& initiator = ports_[index(message.target)];
        response_latency_.add(now_ - message.sent);
        ++initiator.messages_in;
        initiator.bytes_in += message.bytes;
        bytes_delivered_ += message.bytes;
        if (core::extension_of(*message.payload).group >= 0) {
            copy_answered(message.target, *message.payload);
        } else {
            arrived(message.target, *message.payload);
        }
    }
    request_progress_.clear();
    response_progress_.clear();
}

void Noc::free_links() {
    while (!busy_links_.empty() && busy_links_.front().time <= now_) {
        std::pop_heap(busy_links_.begin(), busy_links_.end(), std::greater<>());
        const LinkFree freed = busy_links_.back();
        busy_links_.pop_back();
        Port& port = ports_[index(freed.port)];
        (freed.response ? port.responses : port.requests).watched = false;
        link_freed(freed.port, freed.response);
    }
}

/// Injection links that only the network knew when they would come free.
void Noc::report_injected() {
    for (const Progress* progress : {&request_progress_, &response_progress_}) {
        const bool response = progress == &response_progress_;
        for (const Injection& injection : progress->injected) {
            const Message& message = messages_[index(static_cast<MessageId>(injection.id))];
            Port& port = ports_[index(message.source)];
            (response ? port.responses : port.requests).free_at = injection.time;
            link_freed(message.source, response);
        }
    }
}

void Noc::link_freed(PortId id, bool response) {
    Port& port = ports_[index(id)];
    InjectionQueue& queue = response ? port.responses : port.requests;
    mark(id);
    Payload* payload = queue.blocked;
    if (payload == nullptr) {
        return;
    }
    queue.blocked = nullptr;
    queue.stall_time += now_ - queue.blocked_since;
    if (response) {
        queue_response(id, *payload);
    } else {
        queue_request(id, *payload);
    }
}

void Noc::inject() {
    for (const PortId id : marked_) {
        is_marked_[index(id)] = 0;
        inject(ports_[index(id)].requests, id, false);
        inject(ports_[index(id)].responses, id, true);
        watch(ports_[index(id)].requests, id, false);
        watch(ports_[index(id)].responses, id, true);
    }
    marked_.clear();
}

/// Has the module woken when the link comes free, if anybody waits for that.
void Noc::watch(InjectionQueue& queue, PortId id, bool response) {
    const bool wanted = queue.blocked != nullptr || !queue.waiting.empty();
    if (wanted && queue.free_at > now_ && queue.free_at != core::kNever && !queue.watched) {
        queue.watched = true;
        busy_links_.push_back({queue.free_at, id, response});
        std::push_heap(busy_links_.begin(), busy_links_.end(), std::greater<>());
    }
}

void Noc::inject(InjectionQueue& queue, PortId id, bool response) {
    if (queue.free_at > now_) {
        return;
    }
    // The oldest message with a receive slot. Slots are granted in order, so messages to the same
    // target keep theirs.
    const auto next = std::find_if(queue.waiting.begin(), queue.waiting.end(),
                                   [this](MessageId m) { return messages_[index(m)].granted; });
    if (next == queue.waiting.end()) {
        return;
    }
    const MessageId chosen = *next;
    queue.waiting.erase(next);
    const Message& message = messages_[index(chosen)];
    NetworkBase& network = response ? *responses_ : *requests_;
    Transfer transfer{static_cast<std::uint64_t>(chosen), message.source, message.target,
                      message.bytes};
    transfer.qos = core::extension_of(*message.payload).qos;
    if (message.collective >= 0) {
        transfer.group = state_of(collectives_[index(message.collective)].group).request;
    }
    queue.free_at = network.send(now_, transfer);
    trace_depth(queue);
    Port& port = ports_[index(id)];
    ++port.messages_out;
    port.bytes_out += message.bytes;
}

void Noc::schedule() {
    core::Ps next = std::min(requests_->next_delivery(), responses_->next_delivery());
    if (!busy_links_.empty()) {
        next = std::min(next, busy_links_.front().time);
    }
    if (!delayed_.empty()) {
        next = std::min(next, delayed_.front().time);
    }
    if (next != core::kNever) {
        wake_.at(next, now_);
    }
}

}  // namespace strata::interconnect
