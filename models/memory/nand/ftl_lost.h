// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Logical pages whose data became uncorrectable before they could be moved. Few or none.

#include <algorithm>
#include <cstdint>
#include <vector>

namespace strata::models {

class FtlLostPages {
   public:
    void mark(std::int64_t page, bool lost) {
        if (pages_.empty() && !lost) {
            return;
        }
        const auto at = std::lower_bound(pages_.begin(), pages_.end(), page);
        const bool known = at != pages_.end() && *at == page;
        if (lost && !known) {
            pages_.insert(at, page);
        } else if (!lost && known) {
            pages_.erase(at);
        }
    }
    bool contains(std::int64_t page) const {
        return !pages_.empty() && std::binary_search(pages_.begin(), pages_.end(), page);
    }
    void forget(std::int64_t first, std::int64_t pages) {
        const auto begin = std::lower_bound(pages_.begin(), pages_.end(), first);
        pages_.erase(begin, std::lower_bound(begin, pages_.end(), first + pages));
    }

   private:
    std::vector<std::int64_t> pages_;  // sorted
};

}  // namespace strata::models
