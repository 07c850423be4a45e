// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every page of the flash holds, kept beside the translation layer and from the flash tasks
// alone: whose data, and which version of them. A read that is about to return an older version
// than the newest acknowledged one of its logical page throws core::ModelError, so that a wrong
// mapping cannot go unnoticed where data are checked (functional mode).
//
// Modelled: versions of host data through programs, moves, copybacks, trims and erases; pages whose
// program failed hold nothing. Not modelled: the bytes themselves, map and journal pages. Pages of
// a preloaded device belong to whoever reads them first.
//
// A version is the number of the host's write, counted over all of them; higher is newer.
// Memory: 16 bytes per page of every block that was touched.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/memory/nand/flash.h"
#include "models/memory/nand/ftl.h"

namespace strata::models {

class FtlDataCheck {
   public:
    using Version = std::uint32_t;

    FtlDataCheck(const FlashGeometry& geometry, std::int64_t logical_pages)
        : geometry_(geometry), logical_pages_(logical_pages) {}

    /// A task is handed out. `version`: of the host data that a program without `from` takes.
    void started(const FlashTask& task, Version version);
    void finished(const FlashTask& task, FlashStatus status);
    /// The host was told that a write, or a trim of `pages` pages, is done.
    void written(LogicalPage page, Version version);
    void trimmed(LogicalPage first, std::int64_t pages, Version version);

   private:
    struct Held {
        LogicalPage logical = kNoLogicalPage;
        Version version = 0;
    };

    Held& held(PageNumber page);
    void check_read(const FlashTask& task);

    FlashGeometry geometry_;
    std::int64_t logical_pages_;
    // Only looked up, never iterated over.
    std::unordered_map<std::int64_t, std::vector<Held>> blocks_;
    std::unordered_map<LogicalPage, Version> newest_;
    std::vector<Held> under_way_;  // of programs, by task
};

}  // namespace strata::models
