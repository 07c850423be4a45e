// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Settings of `nand.model: full`: the device (flash_config.h, from `preset` and overrides of its
// keys), and beside it the mappings `ecc`, `reliability` and `policy` (the translation layer, with
// `policy.scheduler`). A preset may hold these, too; what stands in the section overrides it.

#include "core/config.h"
#include "models/memory/nand/flash_config.h"
#include "models/memory/nand/flash_ecc.h"
#include "models/memory/nand/flash_reliability.h"
#include "models/memory/nand/flash_scheduler.h"
#include "models/memory/nand/ftl_config.h"

namespace strata::models {

struct FullNandConfig {
    FlashConfig device;
    FtlConfig ftl;
    FlashSchedulerConfig scheduler;
    FlashEccConfig ecc;
    FlashReliabilityConfig reliability;
    bool preloaded = false;         ///< every logical page counts as written
    std::int64_t queue_depth = 64;  ///< requests; a bulk request is one

    /// Reads the section except for keys of its owner; `s.finish()` is left to the caller. The
    /// translation layer is checked against the device, or against `channels` of it if not 0.
    static FullNandConfig parse(core::Section& s, const FlashPresetFinder& find);
    /// What stands behind one network port.
    FullNandConfig one_channel() const;
    /// Bytes the host sees.
    core::Bytes capacity() const;
};

/// Reads a preset file alone, with its controller's keys. Throws core::UserError.
FullNandConfig load_full_nand_preset(const std::string& file);

}  // namespace strata::models
