// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/host/host.h"

#include <algorithm>
#include <utility>

#include "core/diagnostics.h"

namespace strata::runtime {

using models::ErrorCode;
using models::Request;

const models::Response* Completion::first_error() const {
    for (const models::Response& response : responses) {
        if (!response.success) {
            return &response;
        }
    }
    return nullptr;
}

Host::Host(const sc_core::sc_module_name& module_name, const HostConfig& config,
           const models::SystemShape& shape, core::Services& services)
    : Mailbox(module_name, core::host_place(), services),
      config_(config),
      shape_(shape),
      progress_event_("progress_event") {
    register_stats();
    SC_THREAD(run);
}

void Host::register_stats() {
    core::StatGroup& group = stats();
    group.counter("requests", "1", "requests submitted", &submitted_);
    group.counter("failed", "1", "requests with a failed response", &failed_);
    group.counter("messages", "1", "messages sent", &messages_);
    group.counter("bytes_sent", "B", "message bytes sent", &bytes_sent_);
    group.counter("bytes_received", "B", "message bytes received", &bytes_received_);
    group.counter("ring_max", "1", "most messages in flight at once", &ring_max_);
    group.histogram("latency", "ns", "submit to completion", &latency_, 1e-3);
}

void Host::add_probe(const core::Place& place, models::DmaProbe& probe) {
    probes_[place] = &probe;
}

// ---- the program ----

void Host::run() {
    try {
        if (program_) {
            program_(*this);
        }
    } catch (const sc_core::sc_unwind_exception&) {
        throw;  // the kernel ends the process
    } catch (...) {
        failure_ = std::current_exception();
    }
    finished_ = true;
    if (on_finished_) {
        on_finished_();
    }
}

std::uint64_t Host::begin_operation(const std::string& name) {
    operations_.push_back(name);
    return operations_.size() - 1;
}

const std::string& Host::operation_name(std::uint64_t correlation_id) const {
    return operations_.at(static_cast<std::size_t>(correlation_id));
}

RequestId Host::submit(Request request) {
    const RequestId id = next_id_++;
    Operation& operation = requests_[id];
    operation.completion.request_id = id;
    operation.completion.correlation_id = operations_.size() - 1;
    operation.completion.message = models::name_of(request);
    operation.completion.sent = core::now_ps();
    ++submitted_;
    ++incomplete_;

    const models::Expansion targets = models::expand(models::targets_of(request), shape_);
    const std::string problem = problem_of(request);
    if (!targets.ok()) {
        reject(id, ErrorCode::kBadTarget, targets.error);
    } else if (!problem.empty()) {
        reject(id, ErrorCode::kBadAddress, problem);
    } else if (const auto* transfer = std::get_if<models::PeDma>(&request)) {
        inject(id, *transfer);
    } else {
        send_parts(id, std::move(request), targets.places);
    }
    return id;
}

// What the host itself can see to be wrong with the data of a request.
std::string Host::problem_of(const Request& request) const {
    if (const auto* write = std::get_if<models::MemoryWrite>(&request)) {
        if (write->nbytes < 0) {
            return "a write of " + std::to_string(write->nbytes) + " bytes";
        }
        if (write->buffer != nullptr && !write->buffer->bytes.empty()) {
            const auto held = static_cast<core::Bytes>(write->buffer->bytes.size());
            if (write->buffer_offset < 0 || write->buffer_offset > held - write->nbytes) {
                return "bytes " + std::to_string(write->buffer_offset) + ".." +
                       std::to_string(write->buffer_offset + write->nbytes) +
                       " of a host buffer of " + std::to_string(held);
            }
        }
    } else if (const auto* read = std::get_if<models::MemoryRead>(&request)) {
        if (read->nbytes < 0) {
            return "a read of " + std::to_string(read->nbytes) + " bytes";
        }
    }
    return "";
}

void Host::reject(RequestId id, ErrorCode code, std::string text) {
    Operation& operation = requests_.at(id);
    operation.merger.add(0, models::failure(place(), code, std::move(text)));
    operation.all_sent = true;
    complete(id, core::now_ps());
}

void Host::send_parts(RequestId id, Request request, const std::vector<core::Place>& targets) {
    if (const auto* read = std::get_if<models::MemoryRead>(&request)) {
        requests_.at(id).merger = ResponseMerger(read->nbytes);
    }
    for (const RequestPart& part : split(std::move(request), config_.chunk)) {
        auto first = targets.begin();  // sorted, so the PEs of a SIP stand together
        while (first != targets.end()) {
            const std::int16_t sip = first->sip;
            const auto last = std::find_if(first, targets.end(),
                                           [&](const core::Place& p) { return p.sip != sip; });
            send_message(id, part, sip, {first, last});
            first = last;
        }
    }
    requests_.at(id).all_sent = true;  // the last one cannot have been answered yet
}

// Blocks while the ring is full, then takes the host's time for one message.
void Host::send_message(RequestId id, const RequestPart& part, std::int16_t sip,
                        const std::vector<core::Place>& targets) {
    while (static_cast<std::int64_t>(ring_.size()) >= config_.queue_depth) {
        sc_core::wait(progress_event_);
    }
    auto message = std::make_shared<models::RequestMessage>();
    message->correlation_id = requests_.at(id).completion.correlation_id;
    message->request_id = next_message_id_++;
    message->reply_to = place();
    message->targets = targets;
    message->request = part.request;

    const core::Place to = core::io_cpu_place(sip);
    ring_.emplace(message->request_id, InFlight{id, part.offset, to});
    ring_max_ = std::max(ring_max_, static_cast<std::int64_t>(ring_.size()));
    ++requests_.at(id).open_messages;
    ++messages_;
    bytes_sent_ += models::wire_bytes(*message);
    sc_core::wait(core::to_sc_time(config_.submit_latency));
    send(to, std::shared_ptr<const models::RequestMessage>(std::move(message)));
}

void Host::inject(RequestId id, const models::PeDma& transfer) {
    const auto probe = probes_.find(transfer.src);
    if (probe == probes_.end()) {
        reject(id, ErrorCode::kBadTarget, "no probe at " + transfer.src.str());
        return;
    }
    Operation& operation = requests_.at(id);
    operation.open_messages = 1;
    operation.all_sent = true;
    probe->second->inject(transfer, [this, id](const models::ProbeResult& result) {
        Operation& probed = requests_.at(id);
        probed.open_messages = 0;
        probed.merger.add(0, result.response);
        probed.completion.probe = result;
        complete(id, core::now_ps());
    });
}

// ---- answers ----

void Host::take_request(std::shared_ptr<const models::RequestMessage> message) {
    throw core::ModelError(path() + ": request " + std::to_string(message->request_id) +
                           " was sent to the host");
}

void Host::take_response(std::shared_ptr<const models::ResponseMessage> message) {
    const auto entry = ring_.find(message->request_id);
    if (entry == ring_.end()) {
        throw core::ModelError(path() + ": an answer to message " +
                               std::to_string(message->request_id) + ", which is not in flight");
    }
    const RequestId id = entry->second.operation;
    Operation& operation = requests_.at(id);
    for (const models::Response& response : message->responses) {
        operation.merger.add(entry->second.offset, response);
    }
    bytes_received_ += models::wire_bytes(*message);
    ring_.erase(entry);
    --operation.open_messages;
    operation.completion.done = core::now_ps() + config_.completion_latency;
    if (operation.complete()) {
        complete(id, operation.completion.done);
    }
    progress_event_.notify(sc_core::SC_ZERO_TIME);
}

void Host::complete(RequestId id, core::Ps done) {
    Operation& operation = requests_.at(id);
    Completion& completion = operation.completion;
    completion.done = done;
    completion.responses = operation.merger.take();
    latest_done_ = std::max(latest_done_, done);
    latency_.add(done - completion.sent);
    --incomplete_;
    const models::Response* error = completion.first_error();
    failed_ += error != nullptr ? 1 : 0;
    if (config_.log) {
        LogEntry entry;
        entry.message = completion.message;
        entry.request_id = id;
        entry.correlation_id = completion.correlation_id;
        entry.sent = completion.sent;
        entry.done = done;
        entry.responses = static_cast<std::int64_t>(completion.responses.size());
        if (error != nullptr) {
            entry.error = error->source.str() + ": " + models::to_string(error->code) +
                          (error->text.empty() ? "" : ": " + error->text);
        }
        log_.push_back(std::move(entry));
    }
    progress_event_.notify(sc_core::SC_ZERO_TIME);
}

// ---- waiting ----

const Completion& Host::wait(RequestId id) {
    const auto found = requests_.find(id);
    if (found == requests_.end()) {
        throw core::ModelError(path() + ": wait for request " + std::to_string(id) +
                               ", which was never submitted or is already taken");
    }
    const Operation& operation = found->second;
    while (!operation.complete()) {
        sc_core::wait(progress_event_);
    }
    wait_until(operation.completion.done);
    return operation.completion;
}

Completion Host::take(RequestId id) {
    wait(id);
    Completion completion = std::move(requests_.at(id).completion);
    requests_.erase(id);
    return completion;
}

void Host::wait_all() {
    while (incomplete_ > 0) {
        sc_core::wait(progress_event_);
    }
    wait_until(latest_done_);
}

void Host::wait_until(core::Ps time) {
    if (core::now_ps() < time) {
        sc_core::wait(core::to_sc_time(time - core::now_ps()));
    }
}

models::ProbeResult Host::probe(const models::PeDma& transfer) {
    const Completion completion = call(transfer);
    if (completion.probe) {
        return *completion.probe;
    }
    models::ProbeResult refused;
    refused.response = completion.responses.front();
    return refused;
}

// ---- state ----

bool Host::idle() const {
    return finished_ && ring_.empty() && incomplete_ == 0 && quiet();
}

std::string Host::describe_state() const {
    std::string text = finished_ ? "program finished" : "program running";
    text += ", " + std::to_string(incomplete_) + " requests open";
    for (const auto& [message_id, entry] : ring_) {
        const Completion& completion = requests_.at(entry.operation).completion;
        text += "; message " + std::to_string(message_id) + " of request " +
                std::to_string(entry.operation) + " (" + completion.message + ") waits for " +
                entry.to.str();
    }
    return text;
}

}  // namespace strata::runtime
