// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_bus.h"

#include <algorithm>

namespace strata::models {

namespace {

constexpr core::Ps kNs = core::kNanosecond;

}  // namespace

FlashBusTiming onfi_timing(FlashInterface interface) {
    FlashBusTiming t;
    if (interface == FlashInterface::kDirect) {
        return t;
    }
    // ONFI timing mode 5 (SDR), as in the table of the Linux kernel's raw NAND layer. tDBSY is
    // 0.5 us typical.
    t.t_wc = 20 * kNs;
    t.t_wb = 100 * kNs;
    t.t_rr = 20 * kNs;
    t.t_adl = 400 * kNs;
    t.t_ccs = 500 * kNs;
    t.t_rhw = 100 * kNs;
    t.t_whr = 80 * kNs;
    t.t_dbsy = 500 * kNs;
    if (interface == FlashInterface::kNvDdr) {
        t.t_wc = 45 * kNs;  // tCAD, the same table
    } else if (interface > FlashInterface::kNvDdr) {
        t.t_wc = 25 * kNs;  // assumption, also below
        t.t_adl = 150 * kNs;
        t.t_ccs = 300 * kNs;
        t.write_preamble = 20 * kNs;
        t.read_preamble = 40 * kNs;
    }
    return t;
}

core::Frequency onfi_limit(FlashInterface interface) {
    constexpr std::int64_t kMega = 1'000'000;
    switch (interface) {
        case FlashInterface::kSdr:
            return {50 * kMega};
        case FlashInterface::kNvDdr:
            return {200 * kMega};  // ONFI 2.x
        case FlashInterface::kNvDdr2:
            return {533 * kMega};  // 3.x
        case FlashInterface::kNvDdr3:
            return {2400 * kMega};  // 800 in 4.0, 1200 in 4.2, 2400 in 5.0
        case FlashInterface::kNvLpddr4:
            return {3600 * kMega};  // 2400 in 5.0; 5.1: assumption
        case FlashInterface::kDirect:
            break;
    }
    return {0};
}

void FlashBus::set_timing(const FlashBusTiming& t, std::int32_t pages) {
    t_wb = t.t_wb;
    t_rr = t.t_rr;
    out_setup = (2 + t.address_cycles) * t.t_wc + t.t_ccs + t.read_preamble;
    out_tail = t.t_rhw;
    const auto set = [&](FlashCommand command, core::Ps first, core::Ps each_more) {
        std::vector<core::Ps>& list = overhead[static_cast<std::size_t>(command)];
        list.clear();
        for (std::int32_t n = 0; n < pages; ++n) {
            list.push_back(first + n * each_more);
        }
    };
    const core::Ps page = (2 + t.address_cycles) * t.t_wc;
    const core::Ps load = page + t.t_adl + t.write_preamble;
    const core::Ps block = (2 + t.row_cycles) * t.t_wc;
    const core::Ps control = (1 + t.row_cycles) * t.t_wc;
    using C = FlashCommand;
    for (const C command : {C::kRead, C::kReadCacheRandom, C::kCopybackRead, C::kCopybackProgram}) {
        set(command, page, page + t.t_dbsy);
    }
    set(C::kProgram, load, load + t.t_dbsy);
    set(C::kProgramCache, load, load + t.t_dbsy);
    set(C::kErase, block, block + t.t_dbsy);
    set(C::kReadCacheSequential, t.t_wc, 0);
    set(C::kReadCacheEnd, t.t_wc, 0);
    set(C::kSuspend, control, 0);
    set(C::kResume, control, 0);
    set(C::kReset, control, 0);
    set(C::kStatus, control + t.t_whr + transfer(1), 0);
    set(C::kSetFeature, 7 * t.t_wc + t.t_adl, 0);
}

std::size_t FlashBus::command_limit() const {
    std::size_t least = SIZE_MAX;
    for (const std::vector<core::Ps>& list : overhead) {
        least = std::min(least, list.size());
    }
    return least;
}

core::Ps FlashBus::transfer(core::Bytes bytes) const {
    if (mqsim_rounding) {
        const core::Ps two_bytes = 2 * (1'000'000'000 / rate.bytes_per_s) * kNs;
        return core::ceil_div(bytes, 2) * two_bytes;
    }
    return rate.transfer(bytes);
}

}  // namespace strata::models
