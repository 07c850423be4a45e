// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_mount.h"

#include <algorithm>

#include "core/diagnostics.h"
#include "models/memory/nand/ftl.h"

namespace strata::models {

FtlMount::FtlMount(const FlashGeometry& geometry, const FtlLayout& layout, const FtlMedium& medium,
                   const FtlBlocks& blocks)
    : geometry_(geometry),
      layout_(layout),
      medium_(medium),
      table_(blocks),
      index_(static_cast<std::size_t>(blocks.total()), -1),
      places_(static_cast<std::size_t>(layout.total()), kNoPage),
      stamps_(places_.size(), 0) {}

PageNumber FtlMount::next() {
    PageNumber page = kNoPage;
    if (phase_ == Phase::kHeaders) {
        while (cursor_ < table_.total() && table_.at(cursor_).state == FtlBlock::State::kBad) {
            ++cursor_;
        }
        if (cursor_ < table_.total()) {
            page = cursor_++ * geometry_.pages;
        }
    } else if (!pending_.empty()) {
        page = pending_.back();
        pending_.pop_back();
    }
    if (page != kNoPage) {
        ++under_way_;
    } else if (under_way_ == 0) {
        const Phase following = phase_ == Phase::kHeaders ? Phase::kMap
                                : phase_ == Phase::kMap   ? Phase::kData
                                                          : Phase::kFinished;
        start_phase(following);
        return finished() ? kNoPage : next();
    }
    return page;
}

void FtlMount::start_phase(Phase phase) {
    phase_ = phase;
    if (phase == Phase::kFinished) {
        finish();
        return;
    }
    if (phase == Phase::kData) {
        read_record();
    }
    for (Block& block : found_) {
        const bool holds_map = block.sound && block.stream == FtlStream::kMap;
        const bool wanted = phase == Phase::kMap
                                ? holds_map
                                : !holds_map && (!block.sound || block.stamp > record_stamp_ ||
                                                 std::find(record_open_.begin(), record_open_.end(),
                                                           block.number) != record_open_.end());
        if (wanted && geometry_.pages > 1) {
            pending_.push_back(block.number * geometry_.pages + 1);
        }
        if (!wanted && phase == Phase::kData && !holds_map) {
            block.next = geometry_.pages;  // closed before the record was made
        }
    }
}

void FtlMount::scanned(PageNumber page, bool readable) {
    --under_way_;
    if (phase_ == Phase::kHeaders) {
        note_header(page, readable);
        return;
    }
    if (medium_.state(page) == FtlMedium::State::kErased) {
        return;
    }
    const std::int32_t in_block = geometry_.page_in_block(page);
    Block& block = found_[static_cast<std::size_t>(
        index_[static_cast<std::size_t>(geometry_.block_of(page))])];
    block.next = in_block + 1;
    if (block.next < geometry_.pages) {
        pending_.push_back(page + 1);
    }
    if (intact(page, readable)) {
        note(medium_.spare(page), page);
    }
}

void FtlMount::note_header(PageNumber page, bool readable) {
    if (medium_.state(page) == FtlMedium::State::kErased) {
        return;
    }
    Block block;
    block.number = geometry_.block_of(page);
    block.next = 1;
    if (intact(page, readable)) {
        const FtlSpare& spare = medium_.spare(page);
        block.sound = true;
        block.stream = static_cast<FtlStream>(spare.stream);
        block.stamp = spare.stamp;
        block.time = spare.time;
        block.erases = spare.erases;
        note(spare, page);
    }
    index_[static_cast<std::size_t>(block.number)] = static_cast<std::int32_t>(found_.size());
    found_.push_back(block);
}

void FtlMount::note(const FtlSpare& spare, PageNumber page) {
    last_stamp_ = std::max(last_stamp_, spare.stamp);
    if (spare.logical == kNoLogicalPage) {
        return;  // padding
    }
    const auto logical = static_cast<std::size_t>(spare.logical);
    if (spare.stamp > stamps_[logical]) {
        stamps_[logical] = spare.stamp;
        places_[logical] = page;
    }
}

void FtlMount::read_record() {
    const PageNumber record = places_[static_cast<std::size_t>(layout_.record())];
    if (record == kNoPage) {
        return;
    }
    const FtlMedium::Contents& contents = medium_.contents(record);
    record_stamp_ = static_cast<std::uint64_t>(contents.front());
    record_open_.assign(contents.begin() + 1, contents.end());
    last_stamp_ = std::max(last_stamp_, record_stamp_);
}

void FtlMount::finish() {
    // Up to the record's stamp the map pages know better: an open block may hold pages that were
    // overwritten in blocks not scanned.
    for (std::int64_t logical = 0; logical < layout_.host; ++logical) {
        const auto i = static_cast<std::size_t>(logical);
        if (stamps_[i] <= record_stamp_) {
            stamps_[i] = 0;
            places_[i] = kNoPage;
        }
    }
    apply_map_pages();
    apply_journals();
    for (std::int64_t logical = 0; logical < layout_.host; ++logical) {
        const PageNumber page = places_[static_cast<std::size_t>(logical)];
        if (page != kNoPage && (medium_.state(page) != FtlMedium::State::kIntact ||
                                medium_.spare(page).logical != logical)) {
            throw core::ModelError("after a mount logical page " + std::to_string(logical) +
                                   " lies where it was never written");
        }
    }
    std::sort(found_.begin(), found_.end(), [](const Block& a, const Block& b) {
        return a.stamp != b.stamp ? a.stamp < b.stamp : a.number < b.number;
    });
}

void FtlMount::apply_map_pages() {
    for (std::int64_t map = 0; map < layout_.maps; ++map) {
        const PageNumber page = places_[static_cast<std::size_t>(layout_.host + map)];
        if (page == kNoPage) {
            continue;
        }
        const FtlMedium::Contents& contents = medium_.contents(page);
        for (std::size_t entry = 0; entry < contents.size(); ++entry) {
            const std::size_t logical = static_cast<std::size_t>(map * layout_.entries) + entry;
            if (stamps_[logical] == 0) {
                places_[logical] = contents[entry];
            }
        }
    }
}

void FtlMount::apply_journals() {
    for (std::int64_t index = 0; index < FtlLayout::kJournals; ++index) {
        PageNumber& page = places_[static_cast<std::size_t>(layout_.journal(index))];
        if (page == kNoPage) {
            continue;
        }
        const FtlMedium::Contents& contents = medium_.contents(page);
        if (static_cast<std::uint64_t>(contents.front()) <= record_stamp_) {
            page = kNoPage;  // in the map pages already
            continue;
        }
        apply_trims(contents);
    }
}

void FtlMount::apply_trims(const FtlMedium::Contents& journal) {
    const auto stamp = static_cast<std::uint64_t>(journal.front());
    for (std::size_t i = 1; i + 1 < journal.size(); i += 2) {
        for (std::int64_t logical = journal[i]; logical < journal[i] + journal[i + 1]; ++logical) {
            const auto index = static_cast<std::size_t>(logical);
            if (stamp > stamps_[index]) {
                stamps_[index] = stamp;
                places_[index] = kNoPage;
            }
        }
    }
}

}  // namespace strata::models
