// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/cpu/control_system.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "core/logging.h"

namespace strata::test {

// ---- Fabric ----

Fabric::Fabric(const sc_core::sc_module_name& module_name)
    : sc_module(module_name), script_("script") {}

void Fabric::attach(models::Mailbox& mailbox) {
    const std::size_t id = ports_.size();
    ports_.push_back(std::make_unique<Port>(("port" + std::to_string(id)).c_str()));
    Port& port = *ports_.back();
    port.from.register_nb_transport_fw(this, &Fabric::nb_transport_fw, static_cast<int>(id));
    port.to.register_nb_transport_bw(this, &Fabric::nb_transport_bw, static_cast<int>(id));
    port.from_checker.between(mailbox.port, port.from);
    port.to_checker.between(port.to, mailbox.inbox);
    routes_[core::mailbox_address(mailbox.place())] = id;
}

tlm::tlm_sync_enum Fabric::nb_transport_fw(int id, Payload& payload, tlm::tlm_phase& phase,
                                           sc_core::sc_time& /*delay*/) {
    const auto source = static_cast<std::size_t>(id);
    if (phase == tlm::BEGIN_REQ) {
        payload.acquire();
        origin_[&payload] = source;
        const std::size_t target = routes_.at(payload.get_address());
        const core::Bytes bytes = payload.get_data_length();
        const core::Ps now = core::now_ps();
        script_.at(now + injection(bytes), [this, source, &payload] {
            tlm::tlm_phase end = tlm::END_REQ;
            sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
            ports_[source]->from->nb_transport_bw(payload, end, delay);
        });
        script_.at(now + transit(bytes), [this, target, &payload] {
            ports_[target]->door.push_back(&payload);
            deliver(target);
        });
    }
    return tlm::TLM_ACCEPTED;
}

void Fabric::deliver(std::size_t id) {
    Port& port = *ports_[id];
    if (port.open || port.door.empty()) {
        return;
    }
    Payload& payload = *port.door.front();
    port.door.pop_front();
    port.open = true;
    port.open_arrival = arrivals_.size();
    const auto address = core::PhysicalAddress::decode(payload.get_address());
    const core::PayloadExtension& extension = core::extension_of(payload);
    arrivals_.push_back({extension.initiator,
                         {address.sip, address.cube, address.pe()},
                         extension.request_id,
                         core::now_ps(),
                         -1});
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    port.to->nb_transport_fw(payload, phase, delay);
}

tlm::tlm_sync_enum Fabric::nb_transport_bw(int id, Payload& payload, tlm::tlm_phase& phase,
                                           sc_core::sc_time& /*delay*/) {
    const auto target = static_cast<std::size_t>(id);
    if (phase == tlm::END_REQ) {
        ports_[target]->open = false;
        arrivals_[ports_[target]->open_arrival].taken = core::now_ps();
        script_.at(core::now_ps(), [this, target] { deliver(target); });
        return tlm::TLM_ACCEPTED;
    }
    // Both ways to end a response: by the return value, and by a phase of its own.
    script_.at(core::now_ps(), [this, target, &payload] { answer(target, payload); });
    return target % 2 == 0 ? tlm::TLM_COMPLETED : tlm::TLM_ACCEPTED;
}

void Fabric::answer(std::size_t target, Payload& payload) {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    if (target % 2 != 0) {
        tlm::tlm_phase end = tlm::END_RESP;
        ports_[target]->to->nb_transport_fw(payload, end, delay);
    }
    const std::size_t source = origin_.at(&payload);
    origin_.erase(&payload);
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    ports_[source]->from->nb_transport_bw(payload, phase, delay);
    payload.release();
}

void Fabric::check_finished() const {
    for (const auto& port : ports_) {
        port->from_checker.check_finished();
        port->to_checker.check_finished();
    }
}

// ---- FakePe ----

FakePe::FakePe(const sc_core::sc_module_name& module_name, const core::Place& place,
               core::Services& services)
    : Mailbox(module_name, place, services), done_event_("done_event") {
    SC_METHOD(done);
    sensitive << done_event_;
    dont_initialize();
}

void FakePe::take_request(std::shared_ptr<const models::RequestMessage> message) {
    ASSERT_EQ(message->targets, std::vector<core::Place>{place()});
    waiting_.push_back(std::move(message));
    if (waiting_.size() == 1 && !silent) {
        done_event_.notify(core::to_sc_time(service));
    }
}

void FakePe::take_response(std::shared_ptr<const models::ResponseMessage> /*message*/) {
    FAIL() << "a PE was sent a response";
}

void FakePe::done() {
    const auto request = waiting_.front();
    waiting_.pop_front();
    room_made();
    executed_.push_back(request);
    auto answer = std::make_shared<models::ResponseMessage>();
    answer->correlation_id = request->correlation_id;
    answer->request_id = request->request_id;
    answer->responses.push_back(execute(*request));
    send(request->reply_to, std::shared_ptr<const models::ResponseMessage>(std::move(answer)));
    if (!waiting_.empty()) {
        done_event_.notify(core::to_sc_time(service));
    }
}

models::Response FakePe::execute(const models::RequestMessage& message) {
    const models::ErrorCode code = error ? error(message) : models::ErrorCode::kNone;
    if (code != models::ErrorCode::kNone) {
        return models::failure(place(), code, "as told");
    }
    models::Response response;
    response.source = place();
    if (const auto* write = std::get_if<models::MemoryWrite>(message.request.get())) {
        const bool pattern = write->buffer == nullptr || write->buffer->bytes.empty();
        for (core::Bytes i = 0; i < write->nbytes; ++i) {
            memory_[write->dst_pa + static_cast<std::uint64_t>(i)] =
                pattern
                    ? write->pattern
                    : write->buffer->bytes.at(static_cast<std::size_t>(write->buffer_offset + i));
        }
    } else if (const auto* read = std::get_if<models::MemoryRead>(message.request.get())) {
        std::vector<std::uint8_t> data;
        for (core::Bytes i = 0; i < read->nbytes; ++i) {
            data.push_back(memory_[read->src_pa + static_cast<std::uint64_t>(i)]);
        }
        response.data_bytes = read->nbytes;
        response.data = std::make_shared<const std::vector<std::uint8_t>>(std::move(data));
    }
    return response;
}

// ---- ControlSystem ----

ControlSystem::ControlSystem(const ControlSystemConfig& config)
    : services(stats_, energy_, payloads_, core::make_silent_logger()) {
    services.functional = config.functional;
    const models::SystemShape& shape = config.shape;
    host = std::make_unique<runtime::Host>("host", config.host, shape, services);
    const auto add = [&](const std::string& name, const core::Place& place,
                         const models::ControlConfig& c) {
        processors.push_back(std::make_unique<models::ControlProcessor>(name.c_str(), place, shape,
                                                                        c, clock, services));
    };
    for (std::int16_t sip = 0; sip < shape.sips; ++sip) {
        add("io" + std::to_string(sip), core::io_cpu_place(sip), config.io_cpu);
    }
    for (std::int16_t sip = 0; sip < shape.sips; ++sip) {
        for (std::int16_t cube = 0; cube < shape.cubes_per_sip; ++cube) {
            const std::string number = std::to_string(sip) + "_" + std::to_string(cube);
            add("m" + number, core::m_cpu_place(sip, cube), config.m_cpu);
            for (std::int16_t pe = 0; pe < shape.pes_per_cube; ++pe) {
                const std::string name = "pe" + number + "_" + std::to_string(pe);
                const core::Place place{sip, cube, pe};
                pes_[place] = std::make_unique<FakePe>(name.c_str(), place, services);
            }
        }
    }
    fabric.attach(*host);
    for (auto& processor : processors) {
        fabric.attach(*processor);
    }
    for (auto& [place, pe] : pes_) {
        fabric.attach(*pe);
    }
}

namespace {

// Thrown and caught in one frame: AddressSanitizer does not know the stack once a coroutine has
// thrown (sanitizers issue 189), and leaves its marks on frames that an exception skips.
std::string text_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        return error.what();
    }
}

}  // namespace

void ControlSystem::run(runtime::HostProgram program) {
    EXPECT_EQ(run_failing(std::move(program)), "");
}

std::string ControlSystem::run_failing(runtime::HostProgram program) {
    host->set_program(std::move(program));
    sc_core::sc_start();
    EXPECT_TRUE(host->finished());
    for (const core::Component* component : services.components) {
        EXPECT_TRUE(component->idle()) << component->path() << ": " << component->describe_state();
    }
    fabric.check_finished();
    EXPECT_EQ(payloads_.in_use(), 0);
    return host->failure() ? text_of(host->failure()) : "";
}

std::size_t ControlSystem::executed() const {
    std::size_t count = 0;
    for (const auto& [place, pe] : pes_) {
        count += pe->executed().size();
    }
    return count;
}

}  // namespace strata::test
