// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A tensor whose life in the device is that of a C++ object.

#include <memory>
#include <stdexcept>
#include <vector>

#include "runtime/host/device_memory.h"
#include "runtime/host/host.h"

namespace strata::runtime {

/// The device refused a request of the runtime's own (a mapping, a transfer).
class DeviceError : public core::UserError {
   public:
    explicit DeviceError(const models::Response& response);
    const models::Response& response() const { return response_; }

   private:
    models::Response response_;
};

/// For host programs. Leaving the scope unmaps the tensor everywhere, then returns its virtual and
/// physical ranges; when the scope is left by an exception, or after the simulation, only the
/// ranges are returned, for the device can no longer answer.
class Tensor {
   public:
    /// Allocates and maps. Throws AllocationError or DeviceError; then nothing stays behind.
    Tensor(Host& host, DeviceMemory& memory, const TensorPlan& plan);
    ~Tensor();
    Tensor(Tensor&& other) noexcept;
    Tensor& operator=(Tensor&&) = delete;

    /// Frees before the scope ends. A second time is an AllocationError (kDoubleFree); DeviceError
    /// when an unmap was refused (the ranges are returned all the same).
    void free();

    bool alive() const { return host_ != nullptr; }
    const TensorLayout& layout() const { return layout_; }
    std::uint64_t va() const { return layout_.va; }
    models::TensorArg arg() const { return layout_.arg(); }

    /// Transfers all placements; `buffer` holds the whole tensor. Throws DeviceError.
    void write(const std::shared_ptr<const models::HostBuffer>& buffer);
    /// One entry per placement; null in timing mode. Throws DeviceError.
    std::vector<std::shared_ptr<const std::vector<std::uint8_t>>> read();

   private:
    Host* host_;  // null once freed or moved from
    DeviceMemory& memory_;
    TensorLayout layout_;
};

}  // namespace strata::runtime
