// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A request whose data is longer than one message may carry becomes several messages, and their
// answers one again.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "models/cpu/message.h"

namespace strata::runtime {

/// One message's share of a request.
struct RequestPart {
    std::shared_ptr<const models::Request> request;
    core::Bytes offset = 0;  ///< of its first byte in the whole
};

/// Cuts a MemoryWrite from a host buffer and a MemoryRead at multiples of `chunk` bytes of the
/// physical address, so that no cut falls inside a page of a memory. Everything else, and a
/// pattern, which does not travel, stays whole.
std::vector<RequestPart> split(models::Request request, core::Bytes chunk);

/// Puts the answers of the parts together: one Response per target, sorted by place. A target
/// fails with the error of its lowest part.
class ResponseMerger {
   public:
    /// `nbytes`: length of the whole read, 0 when nothing comes back.
    explicit ResponseMerger(core::Bytes nbytes = 0) : nbytes_(nbytes) {}

    void add(core::Bytes offset, const models::Response& response);
    std::vector<models::Response> take();

   private:
    struct Target {
        models::Response response;
        core::Bytes error_offset = 0;
        std::shared_ptr<std::vector<std::uint8_t>> data;
    };
    core::Bytes nbytes_;
    std::map<core::Place, Target> targets_;
};

}  // namespace strata::runtime
