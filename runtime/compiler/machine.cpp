// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/machine.h"

namespace strata::runtime {

core::Bytes Machine::capacity(core::Region region) const {
    switch (region) {
        case core::Region::kSram:
            return sram_bank_bytes * pes_per_cube;
        case core::Region::kDram:
            return dram_bytes;
        case core::Region::kNand:
            return nand_bytes;
        case core::Region::kTcm:
            return tcm_bytes;
        default:
            return 0;
    }
}

}  // namespace strata::runtime
