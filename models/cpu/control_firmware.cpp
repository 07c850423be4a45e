// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/control_firmware.h"

#include <algorithm>
#include <utility>

#include "core/diagnostics.h"

namespace strata::models {

ControlConfig ControlConfig::parse(core::Section section) {
    ControlConfig c;
    // All assumptions: a small in-order core that parses a descriptor from its scratchpad.
    c.clock = section.frequency("clock", c.clock);
    c.decode_cycles = section.integer("decode_cycles", c.decode_cycles, {0, 1e6});
    c.response_cycles = section.integer("response_cycles", c.response_cycles, {0, 1e6});
    c.per_target_cycles = section.integer("per_target_cycles", c.per_target_cycles, {0, 1e6});
    c.per_entry_cycles = section.integer("per_entry_cycles", c.per_entry_cycles, {0, 1e6});
    c.inbox = section.integer("inbox", c.inbox, {1, 65536});
    // 500 pJ: some 300 instructions at 1.5 pJ each.
    c.energy_pj_per_message = section.energy_pj("energy_pj_per_message", c.energy_pj_per_message);
    c.static_w = section.power_w("static_w", c.static_w);
    section.finish();
    return c;
}

LatencyFirmware::LatencyFirmware(const core::Place& place, const SystemShape& shape,
                                 const ControlConfig& config)
    : place_(place),
      role_(place.cube == core::kIoCpuCube ? ControlRole::kIoCpu : ControlRole::kMCpu),
      shape_(shape),
      config_(config) {}

std::int64_t LatencyFirmware::handle(const Message& message, std::vector<Action>& actions) {
    if (const auto* request = std::get_if<std::shared_ptr<const RequestMessage>>(&message)) {
        return handle_request(*request, actions);
    }
    return handle_response(*std::get<std::shared_ptr<const ResponseMessage>>(message), actions);
}

// What is wrong with a request's targets: outside the system, or not behind this processor.
std::string LatencyFirmware::check(const RequestMessage& request) const {
    std::string error = target_error(request.targets, shape_);
    for (const core::Place& target : request.targets) {
        const bool here = target.sip == place_.sip &&
                          (role_ == ControlRole::kIoCpu || target.cube == place_.cube);
        if (error.empty() && !here) {
            error = target.str() + " is not behind " + place_.str();
        }
    }
    return error;
}

core::Place LatencyFirmware::child_of(const core::Place& source) const {
    return role_ == ControlRole::kIoCpu ? core::m_cpu_place(source.sip, source.cube) : source;
}

std::int64_t LatencyFirmware::handle_request(const std::shared_ptr<const RequestMessage>& request,
                                             std::vector<Action>& actions) {
    const std::string error = check(*request);
    if (!error.empty()) {
        auto refusal = std::make_shared<ResponseMessage>();
        refusal->correlation_id = request->correlation_id;
        refusal->request_id = request->request_id;
        refusal->responses.push_back(failure(place_, ErrorCode::kBadTarget, error));
        actions.push_back({request->reply_to, std::move(refusal)});
        return config_.decode_cycles;
    }
    std::map<core::Place, std::shared_ptr<RequestMessage>> children;
    for (const core::Place& target : request->targets) {
        auto& child = children[child_of(target)];
        if (child == nullptr) {
            child = std::make_shared<RequestMessage>(*request);
            child->reply_to = place_;
            child->targets.clear();
        }
        child->targets.push_back(target);
    }
    const auto [entry, added] = open_.try_emplace(request->request_id, Open{request, {}, {}});
    if (!added) {
        throw core::ModelError(place_.str() + ": request " + std::to_string(request->request_id) +
                               " is already in flight");
    }
    for (const auto& [place, child] : children) {
        entry->second.waiting_for.push_back(place);
        actions.push_back({place, std::shared_ptr<const RequestMessage>(child)});
    }
    return config_.decode_cycles +
           config_.per_target_cycles * static_cast<std::int64_t>(children.size()) +
           config_.per_entry_cycles * entries_of(*request->request);
}

std::int64_t LatencyFirmware::handle_response(const ResponseMessage& message,
                                              std::vector<Action>& actions) {
    const auto found = open_.find(message.request_id);
    if (found == open_.end() || message.responses.empty()) {
        throw core::ModelError(place_.str() + ": an answer to request " +
                               std::to_string(message.request_id) + ", which is not open");
    }
    Open& open = found->second;
    const core::Place child = child_of(message.responses.front().source);
    const auto waiting = std::lower_bound(open.waiting_for.begin(), open.waiting_for.end(), child);
    if (waiting == open.waiting_for.end() || *waiting != child) {
        throw core::ModelError(place_.str() + ": " + child.str() + " answered request " +
                               std::to_string(message.request_id) + " twice or unasked");
    }
    open.waiting_for.erase(waiting);
    open.responses.insert(open.responses.end(), message.responses.begin(), message.responses.end());
    if (open.waiting_for.empty()) {
        auto answer = std::make_shared<ResponseMessage>();
        answer->correlation_id = open.request->correlation_id;
        answer->request_id = message.request_id;
        answer->responses = std::move(open.responses);
        std::sort(answer->responses.begin(), answer->responses.end(),
                  [](const Response& a, const Response& b) { return a.source < b.source; });
        actions.push_back({open.request->reply_to, std::move(answer)});
        open_.erase(found);
    }
    return config_.response_cycles +
           config_.per_target_cycles * static_cast<std::int64_t>(message.responses.size());
}

std::string LatencyFirmware::describe_state() const {
    std::string text;
    for (const auto& [id, open] : open_) {
        text += (text.empty() ? "" : "; ") + std::string("request ") + std::to_string(id) + " (" +
                name_of(*open.request->request) + ") waits for";
        for (const core::Place& place : open.waiting_for) {
            text += " " + place.str();
        }
    }
    return text;
}

}  // namespace strata::models
