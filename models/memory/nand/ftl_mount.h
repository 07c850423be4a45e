// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Recovery of the page map from what a power loss left. Every page of flash carries its logical
// page and a stamp that grows with every program; of several pages of one logical page the one with
// the highest stamp is current. A checkpoint record names a stamp up to which the map pages on the
// flash are complete. So the scan reads
//   1. the first page of every block;
//   2. all pages of blocks with map data: newest map pages, record, journal of trims;
//   3. all pages of the data blocks that may hold anything newer than the record: those that were
//      opened after it or were open at that moment (the record lists them).
// What was found in 3 and the journal overlay the map pages. Nothing is written, so that a further
// power loss during recovery changes nothing.

#include <cstdint>
#include <vector>

#include "models/memory/nand/flash.h"
#include "models/memory/nand/ftl_blocks.h"
#include "models/memory/nand/ftl_medium.h"

namespace strata::models {

/// Numbers of the logical pages that hold the layer's own data, behind those of the host.
struct FtlLayout {
    std::int64_t host = 0;     ///< logical pages of the host
    std::int64_t entries = 1;  ///< of a map page
    std::int64_t maps = 0;     ///< map pages

    static constexpr std::int64_t kJournals = 64;

    FtlLayout(std::int64_t host_pages, std::int64_t entries_of_page)
        : host(host_pages),
          entries(entries_of_page),
          maps((host_pages + entries_of_page - 1) / entries_of_page) {}

    std::int64_t map_page(std::int64_t logical) const { return logical / entries; }
    std::int64_t record() const { return host + maps; }
    std::int64_t journal(std::int64_t index) const { return record() + 1 + index; }
    std::int64_t total() const { return journal(kJournals); }
};

// Contents of the layer's own pages. Map page: a page number or -1 per entry.
// Record: {stamp, open blocks …}. Journal page: {stamp, first, pages, first, pages …} of trims.

class FtlMount {
   public:
    FtlMount(const FlashGeometry& geometry, const FtlLayout& layout, const FtlMedium& medium,
             const FtlBlocks& blocks);

    /// A page to be read, or kNoPage when the reads under way have to end first.
    PageNumber next();
    /// The page has been read; not `readable`: the ECC gave up.
    void scanned(PageNumber page, bool readable);
    bool finished() const { return phase_ == Phase::kFinished; }

    struct Block {
        std::int64_t number = 0;
        std::int32_t next = 0;  ///< first erased page
        bool sound = false;     ///< the first page was readable: the rest of the fields is known
        FtlStream stream = FtlStream::kHost;
        std::uint64_t stamp = 0;  ///< of the first page
        core::Ps time = 0;        ///< of the first page
        std::uint32_t erases = 0;
    };
    /// Blocks in use, in the order in which they were opened; unsound ones first.
    const std::vector<Block>& blocks() const { return found_; }
    /// Where each logical page is; kNoPage: nowhere. The layer's own pages included.
    const std::vector<PageNumber>& places() const { return places_; }
    /// Whether the map page on the flash lacks the place.
    bool overlaid(std::int64_t logical) const {
        return stamps_[static_cast<std::size_t>(logical)] > 0;
    }
    std::uint64_t last_stamp() const { return last_stamp_; }

   private:
    enum class Phase { kHeaders, kMap, kData, kFinished };

    void note_header(PageNumber page, bool readable);
    void note(const FtlSpare& spare, PageNumber page);
    void start_phase(Phase phase);
    void read_record();
    void finish();
    void apply_map_pages();
    void apply_journals();
    void apply_trims(const FtlMedium::Contents& journal);
    bool intact(PageNumber page, bool readable) const {
        return readable && medium_.state(page) == FtlMedium::State::kIntact;
    }

    FlashGeometry geometry_;
    FtlLayout layout_;
    const FtlMedium& medium_;
    const FtlBlocks& table_;

    Phase phase_ = Phase::kHeaders;
    std::int64_t cursor_ = 0;  // headers: next block
    std::vector<PageNumber> pending_;
    std::int64_t under_way_ = 0;

    std::vector<Block> found_;
    std::vector<std::int32_t> index_;  // block to index in found_, or -1
    std::uint64_t record_stamp_ = 0;
    std::vector<std::int64_t> record_open_;
    std::vector<PageNumber> places_;
    std::vector<std::uint64_t> stamps_;
    std::uint64_t last_stamp_ = 0;
};

}  // namespace strata::models
