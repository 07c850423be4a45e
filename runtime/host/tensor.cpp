// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/host/tensor.h"

#include <exception>
#include <optional>
#include <utility>

namespace strata::runtime {

namespace {

// Submits all, waits for all; the completions in the order of the requests.
template <typename Message>
std::vector<Completion> call_all(Host& host, std::vector<Message> requests) {
    std::vector<RequestId> ids;
    ids.reserve(requests.size());
    for (Message& request : requests) {
        ids.push_back(host.submit(std::move(request)));
    }
    std::vector<Completion> completions;
    completions.reserve(ids.size());
    for (const RequestId id : ids) {
        completions.push_back(host.take(id));
    }
    return completions;
}

std::optional<models::Response> first_error(const std::vector<Completion>& completions) {
    for (const Completion& completion : completions) {
        if (const models::Response* error = completion.first_error()) {
            return *error;
        }
    }
    return std::nullopt;
}

void throw_if_failed(const std::vector<Completion>& completions) {
    if (const auto error = first_error(completions)) {
        throw DeviceError(*error);
    }
}

std::string text_of(const models::Response& response) {
    return response.source.str() + ": " + models::to_string(response.code) +
           (response.text.empty() ? "" : ": " + response.text);
}

// Whether the calling code is on a thread of a running simulation, so that it may wait.
bool may_wait() {
    return sc_core::sc_get_status() == sc_core::SC_RUNNING &&
           sc_core::sc_get_current_process_handle().proc_kind() == sc_core::SC_THREAD_PROC_ &&
           std::uncaught_exceptions() == 0;
}

}  // namespace

DeviceError::DeviceError(const models::Response& response)
    : UserError(text_of(response)), response_(response) {}

Tensor::Tensor(Host& host, DeviceMemory& memory, const TensorPlan& plan)
    : host_(&host), memory_(memory), layout_(memory.allocate(plan)) {
    const std::vector<Completion> mapped = call_all(host, layout_.maps());
    const auto error = first_error(mapped);
    if (!error) {
        return;
    }
    const std::vector<models::MmuUnmap> unmaps = layout_.unmaps();
    std::vector<models::MmuUnmap> undo;  // at the PEs that did map it
    for (std::size_t i = 0; i < mapped.size(); ++i) {
        for (const models::Response& response : mapped[i].responses) {
            if (response.success) {
                undo.push_back(unmaps[i]);
                undo.back().targets = models::targets_at(response.source);
            }
        }
    }
    call_all(host, std::move(undo));
    memory_.free(layout_);
    throw DeviceError(*error);
}

Tensor::Tensor(Tensor&& other) noexcept
    : host_(std::exchange(other.host_, nullptr)),
      memory_(other.memory_),
      layout_(std::move(other.layout_)) {}

Tensor::~Tensor() {
    if (host_ == nullptr) {
        return;
    }
    if (!may_wait()) {
        memory_.free(layout_);
        return;
    }
    try {
        free();
    } catch (const DeviceError&) {
        // A destructor cannot report it; the request is counted as failed and stands in the log.
    }
}

void Tensor::free() {
    if (host_ == nullptr) {
        throw mmu::AllocationError(mmu::AllocationError::Kind::kDoubleFree,
                                   "tensor " + layout_.plan.name + " is freed a second time");
    }
    Host& host = *std::exchange(host_, nullptr);
    const std::vector<Completion> unmapped = call_all(host, layout_.unmaps());
    memory_.free(layout_);
    throw_if_failed(unmapped);
}

void Tensor::write(const std::shared_ptr<const models::HostBuffer>& buffer) {
    throw_if_failed(call_all(*host_, layout_.writes(buffer)));
}

std::vector<std::shared_ptr<const std::vector<std::uint8_t>>> Tensor::read() {
    std::vector<Completion> completions = call_all(*host_, layout_.reads());
    throw_if_failed(completions);
    std::vector<std::shared_ptr<const std::vector<std::uint8_t>>> data;
    for (Completion& completion : completions) {
        data.push_back(std::move(completion.responses.front().data));
    }
    return data;
}

}  // namespace strata::runtime
