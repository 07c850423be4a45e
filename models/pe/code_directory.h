// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which physical ranges hold which code. Shared by all PEs of a platform: a MemoryWrite that
// carries a CodeImage registers it when its last byte is written; any later MemoryWrite over a part
// of it erases it. DMA stores of kernels do not erase code (not modelled).

#include <cstdint>
#include <map>
#include <memory>

#include "core/units.h"
#include "models/pe/command.h"

namespace strata::models {

class CodeDirectory {
   public:
    /// Tells that [pa, pa + bytes) was written; `code` is null for plain data.
    void written(std::uint64_t pa, core::Bytes bytes, std::shared_ptr<const CodeImage> code) {
        const std::uint64_t end = pa + static_cast<std::uint64_t>(bytes);
        auto at = images_.lower_bound(pa);
        if (at != images_.begin() && std::prev(at)->second.end > pa) {
            --at;
        }
        while (at != images_.end() && at->first < end) {
            at = images_.erase(at);
        }
        if (code != nullptr) {
            images_.emplace(pa, Range{end, std::move(code)});
        }
    }

    /// The image that starts at `pa`; null when there is none.
    std::shared_ptr<const CodeImage> find(std::uint64_t pa) const {
        const auto at = images_.find(pa);
        return at == images_.end() ? nullptr : at->second.code;
    }

   private:
    struct Range {
        std::uint64_t end;
        std::shared_ptr<const CodeImage> code;
    };
    std::map<std::uint64_t, Range> images_;  // by first byte; ranges do not overlap
};

}  // namespace strata::models
