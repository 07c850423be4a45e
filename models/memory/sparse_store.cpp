// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/sparse_store.h"

#include <algorithm>
#include <cstring>

namespace strata::models {

void SparseStore::write(std::uint64_t address, const std::uint8_t* data, core::Bytes bytes) {
    while (bytes > 0) {
        const auto offset = static_cast<core::Bytes>(address % kPage);
        const core::Bytes part = std::min(bytes, kPage - offset);
        std::unique_ptr<Page>& page = pages_[address / kPage];
        if (!page) {
            page = std::make_unique<Page>();
        }
        std::memcpy(page->data() + offset, data, static_cast<std::size_t>(part));
        address += static_cast<std::uint64_t>(part);
        data += part;
        bytes -= part;
    }
}

void SparseStore::read(std::uint64_t address, std::uint8_t* data, core::Bytes bytes) const {
    while (bytes > 0) {
        const auto offset = static_cast<core::Bytes>(address % kPage);
        const core::Bytes part = std::min(bytes, kPage - offset);
        const auto found = pages_.find(address / kPage);
        if (found == pages_.end()) {
            std::memset(data, 0, static_cast<std::size_t>(part));
        } else {
            std::memcpy(data, found->second->data() + offset, static_cast<std::size_t>(part));
        }
        address += static_cast<std::uint64_t>(part);
        data += part;
        bytes -= part;
    }
}

}  // namespace strata::models
