// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/flit_config.h"

#include <string>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

/// A well mixed number from a counter (splitmix64).
std::uint64_t mix(std::uint64_t counter) {
    std::uint64_t x = counter * 0x9e3779b97f4a7c15ULL + 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace

int FlitConfig::plane(std::uint64_t number, int planes) const {
    return static_cast<int>(mix(seed + number) % static_cast<unsigned>(planes));
}

double FlitConfig::draw(std::uint64_t stream, std::uint64_t number) const {
    constexpr double kUnit = 1.0 / static_cast<double>(std::uint64_t{1} << 53);
    return static_cast<double>(mix(mix(seed + stream) + number) >> 11) * kUnit;
}

void FlitConfig::check(int vc_classes) const {
    const bool sound = vcs >= 1 && classes >= 1 && total_vcs() <= kMaxVcs && buffer_flits >= 1 &&
                       routing_cycles >= 0 && vc_alloc_cycles >= 0 && switch_alloc_cycles >= 0 &&
                       credit_cycles >= 0 && credit_processing >= 0 && qos_levels >= 1 &&
                       starvation_cycles >= 1 && error_rate >= 0.0 && error_rate < 1.0 &&
                       retry_cycles >= 0 && gate_after >= 0 && wakeup_cycles >= 0;
    if (!sound) {
        throw core::ModelError("flit level: a parameter is out of range");
    }
    if (speculative && (vc_alloc_cycles < 1 || switch_alloc_cycles < 1)) {
        throw core::ModelError("flit level: speculation needs both allocation stages");
    }
    if (vcs < vc_classes) {
        throw core::UserError("network: the routing needs " + std::to_string(vc_classes) +
                              " virtual channels per message class, there are " +
                              std::to_string(vcs));
    }
}

}  // namespace strata::interconnect
