// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a power loss leaves of the translation layer's state: the spare area of every page, the
// contents of map pages, the marks of failed and bad blocks (the controller's defect list), and
// what the capacitor saved of the write buffer. Host data are the controller's and not in here.
// Sparse: blocks never programmed cost a pointer.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/units.h"
#include "models/memory/nand/flash.h"
#include "models/memory/nand/ftl.h"

namespace strata::models {

/// Out-of-band metadata of a page, programmed with it.
struct FtlSpare {
    std::int64_t logical = -1;
    std::uint64_t stamp = 0;     ///< counts programs: of one logical page the highest is current
    core::Ps time = 0;           ///< of the program
    std::uint32_t erases = 0;    ///< of the block
    std::uint8_t stream = 0;     ///< FtlStream
    bool lost = false;           ///< stands for data that could not be read when they were moved
    std::int32_t contents = -1;  ///< of a map page: index into the block's contents
};

class FtlMedium {
   public:
    enum class State : std::uint8_t { kErased, kIntact, kTorn };
    using Contents = std::vector<std::int64_t>;

    explicit FtlMedium(const FlashGeometry& geometry)
        : geometry_(geometry), blocks_(static_cast<std::size_t>(geometry.total_blocks())) {}

    void program(PageNumber page, FtlSpare spare, const Contents& contents);
    /// A program that failed or was cut short: the page can be neither read nor programmed.
    void tear(PageNumber page);
    void erase(std::int64_t block);
    /// An erase that was cut short: no page can be read or programmed.
    void tear_erase(std::int64_t block);
    void mark_bad(std::int64_t block) { touch(block).bad = true; }
    /// A program on the block failed; its data still count.
    void mark_failed(std::int64_t block) { touch(block).failed = true; }

    /// A program or erase at the moment of a power loss. `contents`: of a map page, or null.
    struct UnderWay {
        FlashTaskKind kind = FlashTaskKind::kProgram;
        PageNumber page = -1;
        FtlSpare spare;
        const Contents* contents = nullptr;
    };
    /// The supply fails. The programs of a block run in order: some got done, then one is torn, the
    /// rest never began. An erase got done, was cut short, or never began.
    void cut(std::vector<UnderWay> tasks, core::RandomStream& fate);

    /// Whether nothing was ever written: a new device.
    bool blank() const { return blank_; }
    State state(PageNumber page) const;
    /// Of an intact page.
    const FtlSpare& spare(PageNumber page) const;
    const Contents& contents(PageNumber page) const;
    bool bad(std::int64_t block) const { return at(block) != nullptr && at(block)->bad; }
    bool failed(std::int64_t block) const { return at(block) != nullptr && at(block)->failed; }

    /// A page of the write buffer that was acknowledged but not yet on the flash.
    struct Saved {
        std::int64_t logical = -1;
        std::uint64_t tag = 0;
    };
    /// The dump the capacitor pays for, oldest first.
    std::vector<Saved>& saved() { return saved_; }

   private:
    struct Page {
        State state = State::kErased;
        FtlSpare spare;
    };
    struct Block {
        std::vector<Page> pages;  // empty: erased
        std::vector<Contents> contents;
        bool bad = false;
        bool failed = false;
    };

    const Block* at(std::int64_t block) const {
        return blocks_[static_cast<std::size_t>(block)].get();
    }
    Block& touch(std::int64_t block);
    Page& touch_page(PageNumber page);

    FlashGeometry geometry_;
    std::vector<std::unique_ptr<Block>> blocks_;
    std::vector<Saved> saved_;
    bool blank_ = true;
};

}  // namespace strata::models
