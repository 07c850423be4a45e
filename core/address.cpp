// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/address.h"

#include <fmt/format.h>

namespace strata::core {

std::string Place::str() const {
    if (sip == kHostSip) {
        return "host";
    }
    if (cube == kIoCpuCube) {
        return fmt::format("sip{}.io_cpu", sip);
    }
    if (pe == kMCpu) {
        return fmt::format("sip{}.cube{}.m_cpu", sip, cube);
    }
    return fmt::format("sip{}.cube{}.pe{}", sip, cube, pe);
}

const char* to_string(Region region) {
    switch (region) {
        case Region::kNone:
            return "none";
        case Region::kSram:
            return "sram";
        case Region::kDram:
            return "dram";
        case Region::kNand:
            return "nand";
        case Region::kTcm:
            return "tcm";
        case Region::kControl:
            return "control";
        case Region::kCollective:
            return "collective";
    }
    return "unknown";
}

std::string PhysicalAddress::str() const {
    if (region == Region::kTcm || region == Region::kControl) {
        return fmt::format("{}.{}+{:#x}", Place{sip, cube, pe()}.str(), to_string(region),
                           pe_byte());
    }
    if (region == Region::kCollective) {
        return fmt::format("sip{}.cube{}.{}{}+{:#x}", sip, cube, to_string(region), pe(),
                           pe_byte());
    }
    return fmt::format("sip{}.cube{}.{}+{:#x}", sip, cube, to_string(region), offset);
}

}  // namespace strata::core
