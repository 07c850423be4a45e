// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_data_check.h"

#include <algorithm>

#include "core/diagnostics.h"

namespace strata::models {

namespace {

constexpr LogicalPage kNothing = -2;  // erased by the layer, or the program failed

[[noreturn]] void fail(const FlashTask& task, const std::string& what) {
    throw core::ModelError("flash page " + std::to_string(task.page) + " for logical page " +
                           std::to_string(task.logical) + ": " + what);
}

}  // namespace

FtlDataCheck::Held& FtlDataCheck::held(PageNumber page) {
    std::vector<Held>& block = blocks_[geometry_.block_of(page)];
    if (block.empty()) {
        block.resize(static_cast<std::size_t>(geometry_.pages));
    }
    return block[static_cast<std::size_t>(geometry_.page_in_block(page))];
}

void FtlDataCheck::started(const FlashTask& task, Version version) {
    const bool of_host = task.logical >= 0 && task.logical < logical_pages_;
    if (task.kind == FlashTaskKind::kErase) {
        return;
    }
    if (task.kind == FlashTaskKind::kRead) {
        if (of_host && task.source == FlashSource::kHost) {
            check_read(task);
        }
        return;
    }
    if (task.id >= under_way_.size()) {
        under_way_.resize(task.id + 1);
    }
    Held content{of_host ? task.logical : kNothing, version};
    if (of_host && task.from != kNoPage) {
        Held& source = held(task.from);
        if (source.logical == kNoLogicalPage) {
            source.logical = task.logical;
        } else if (source.logical != task.logical) {
            fail(task, "is moved from a page of logical page " + std::to_string(source.logical));
        }
        content = source;
    }
    under_way_[task.id] = content;
}

void FtlDataCheck::finished(const FlashTask& task, FlashStatus status) {
    if (task.kind == FlashTaskKind::kRead) {
        return;
    }
    if (task.kind == FlashTaskKind::kErase) {
        std::vector<Held>& block = blocks_[geometry_.block_of(task.page)];
        block.assign(static_cast<std::size_t>(geometry_.pages), {kNothing, 0});
        return;
    }
    held(task.page) = status == FlashStatus::kFailed ? Held{kNothing, 0} : under_way_[task.id];
}

void FtlDataCheck::check_read(const FlashTask& task) {
    Held& found = held(task.page);
    const auto newest = newest_.find(task.logical);
    const Version expected = newest == newest_.end() ? 0 : newest->second;
    if (found.logical == kNoLogicalPage && expected == 0) {
        found.logical = task.logical;
    }
    if (found.logical != task.logical) {
        fail(task, found.logical < 0 ? "holds nothing"
                                     : "holds logical page " + std::to_string(found.logical));
    }
    if (found.version < expected) {
        fail(task, "holds version " + std::to_string(found.version) + ", older than " +
                       std::to_string(expected));
    }
}

void FtlDataCheck::written(LogicalPage page, Version version) {
    Version& newest = newest_[page];
    newest = std::max(newest, version);
}

/// Writes handed in behind the trim stay.
void FtlDataCheck::trimmed(LogicalPage first, std::int64_t pages, Version version) {
    for (LogicalPage page = first; page < first + pages; ++page) {
        const auto newest = newest_.find(page);
        if (newest == newest_.end() || newest->second < version) {
            newest_[page] = version;  // no page of the flash holds that one
        }
    }
}

}  // namespace strata::models
