// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_config.h"

#include <algorithm>

namespace strata::models {

namespace {

/// `bytes` per `time`.
core::Bandwidth rate_of(core::Bytes bytes, core::Ps time) {
    return {static_cast<std::int64_t>(static_cast<core::Int128>(bytes) * core::kSecond / time)};
}

/// All page types after one another.
core::Ps mean(const std::array<core::Ps, kMaxPageTypes>& times, std::int32_t types) {
    core::Ps sum = 0;
    for (std::int32_t i = 0; i < types; ++i) {
        sum += times[static_cast<std::size_t>(i)];
    }
    return sum / types;
}

}  // namespace

core::Bandwidth FlashConfig::array_read_bandwidth() const {
    return rate_of(geometry.total_planes() * geometry.page_bytes, mean(cell.t_read, cell.bits));
}

core::Bandwidth FlashConfig::array_program_bandwidth() const {
    const core::Bytes bytes = geometry.total_planes() * geometry.page_bytes * cell.program_pages();
    return rate_of(bytes, mean(cell.t_program, cell.one_shot ? 1 : cell.bits));
}

core::Bandwidth FlashConfig::bus_bandwidth() const {
    constexpr core::Bytes kMuch = 1'000'000;  // so that rounding of the bus time counts
    const core::Bandwidth one = rate_of(kMuch, std::max<core::Ps>(1, bus.transfer(kMuch)));
    return {one.bytes_per_s * geometry.channels};
}

FlashConfig FlashConfig::one_channel() const {
    FlashConfig one = *this;
    one.geometry.channels = 1;
    return one;
}

}  // namespace strata::models
