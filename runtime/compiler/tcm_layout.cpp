// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/tcm_layout.h"

#include <fmt/format.h>

namespace strata::runtime {

std::uint64_t TcmLayout::add(const std::string& name, core::Bytes bytes) {
    constexpr core::Bytes kAlignment = 64;
    const core::Bytes offset = core::ceil_div(used_, kAlignment) * kAlignment;
    entries_.push_back({name, offset, bytes});
    used_ = offset + bytes;
    return static_cast<std::uint64_t>(offset);
}

std::string TcmLayout::table() const {
    std::string text;
    for (const auto& e : entries_) {
        text += fmt::format("{:>10}  {:>10} B  {}\n", e.offset, e.bytes, e.name);
    }
    return text + fmt::format("     total  {:>10} B of {} B\n", used_, capacity_);
}

}  // namespace strata::runtime
