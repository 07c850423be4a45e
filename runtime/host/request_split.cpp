// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/host/request_split.h"

#include <algorithm>
#include <utility>

namespace strata::runtime {

namespace {

// Calls `make(offset, bytes)` for each part of [pa, pa + nbytes).
template <typename Make>
void cut(std::uint64_t pa, core::Bytes nbytes, core::Bytes chunk, Make make) {
    core::Bytes offset = 0;
    do {
        const auto at = static_cast<core::Bytes>((pa + static_cast<std::uint64_t>(offset)) %
                                                 static_cast<std::uint64_t>(chunk));
        const core::Bytes bytes = std::min(chunk - at, nbytes - offset);
        make(offset, bytes);
        offset += bytes;
    } while (offset < nbytes);
}

}  // namespace

std::vector<RequestPart> split(models::Request request, core::Bytes chunk) {
    std::vector<RequestPart> parts;
    if (const auto* write = std::get_if<models::MemoryWrite>(&request);
        write != nullptr && write->buffer != nullptr && write->nbytes > 0) {
        cut(write->dst_pa, write->nbytes, chunk, [&](core::Bytes offset, core::Bytes bytes) {
            models::MemoryWrite part = *write;
            part.dst_pa += static_cast<std::uint64_t>(offset);
            part.buffer_offset += offset;
            part.nbytes = bytes;
            parts.push_back({std::make_shared<const models::Request>(std::move(part)), offset});
        });
    } else if (const auto* read = std::get_if<models::MemoryRead>(&request);
               read != nullptr && read->nbytes > 0) {
        cut(read->src_pa, read->nbytes, chunk, [&](core::Bytes offset, core::Bytes bytes) {
            models::MemoryRead part = *read;
            part.src_pa += static_cast<std::uint64_t>(offset);
            part.nbytes = bytes;
            parts.push_back({std::make_shared<const models::Request>(std::move(part)), offset});
        });
    } else {
        parts.push_back({std::make_shared<const models::Request>(std::move(request)), 0});
    }
    return parts;
}

void ResponseMerger::add(core::Bytes offset, const models::Response& response) {
    Target& target = targets_[response.source];
    models::Response& whole = target.response;
    whole.source = response.source;
    if (!response.success && (whole.success || offset < target.error_offset)) {
        whole.success = false;
        whole.code = response.code;
        whole.address = response.address;
        whole.text = response.text;
        target.error_offset = offset;
    }
    whole.data_bytes += response.data_bytes;
    if (response.data != nullptr) {
        if (target.data == nullptr) {
            target.data =
                std::make_shared<std::vector<std::uint8_t>>(static_cast<std::size_t>(nbytes_));
        }
        const core::Bytes room = std::max<core::Bytes>(nbytes_ - offset, 0);
        std::copy_n(response.data->begin(),
                    std::min(room, static_cast<core::Bytes>(response.data->size())),
                    target.data->begin() + offset);
    }
}

std::vector<models::Response> ResponseMerger::take() {
    std::vector<models::Response> responses;
    responses.reserve(targets_.size());
    for (auto& [place, target] : targets_) {
        if (target.response.success) {
            target.response.data = std::move(target.data);
        }
        responses.push_back(std::move(target.response));
    }
    targets_.clear();
    return responses;
}

}  // namespace strata::runtime
