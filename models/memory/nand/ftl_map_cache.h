// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which map pages the controller holds, which of them differ from the flash, and who waits for one
// (the cached mapping table of demand-based translation, by whole map pages, least recently used
// out first). The map itself is in FtlMap: here is only what causes traffic.

#include <cstdint>
#include <vector>

#include "models/memory/nand/ftl_lists.h"

namespace strata::models {

class FtlMapCache {
   public:
    struct Page {
        enum class State : std::uint8_t { kAbsent, kLoading, kPresent };
        State state = State::kAbsent;
        bool dirty = false;    ///< differs from its newest version on the flash or on the way there
        bool writing = false;  ///< a version is on its way to the flash
        std::int32_t first_waiter = -1;
        std::int32_t last_waiter = -1;
    };
    /// A host operation that needs the map page first: a read, or a slot of the write buffer.
    struct Waiter {
        std::int64_t logical = -1;
        std::uint64_t tag = 0;
        std::int32_t slot = -1;
        std::int32_t next = -1;
    };

    /// `capacity` in pages; 0: all of them, present from the start.
    FtlMapCache(std::int64_t pages, std::int64_t capacity)
        : capacity_(capacity),
          pages_(static_cast<std::size_t>(pages)),
          recent_(capacity > 0 ? pages : 0, 1) {
        if (capacity == 0) {
            for (Page& page : pages_) {
                page.state = Page::State::kPresent;
            }
        }
    }

    bool whole() const { return capacity_ == 0; }
    std::int64_t size() const { return static_cast<std::int64_t>(pages_.size()); }
    Page& at(std::int64_t page) { return pages_[static_cast<std::size_t>(page)]; }
    const Page& at(std::int64_t page) const { return pages_[static_cast<std::size_t>(page)]; }

    void use(std::int64_t page) {
        if (!whole()) {
            recent_.remove(page);
            recent_.push_back(0, page);
        }
    }
    void start_load(std::int64_t page) {
        at(page).state = Page::State::kLoading;
        ++held_;
    }
    void loaded(std::int64_t page) {
        at(page).state = Page::State::kPresent;
        if (!whole()) {
            recent_.push_back(0, page);
        }
    }
    /// Least recently used page when there are too many, else -1. Pages that are loading count, so
    /// that the cache exceeds its size only by loads and writes under way.
    std::int64_t surplus() const {
        return !whole() && held_ > capacity_ ? recent_.front(0) : IndexLists::kNone;
    }
    void drop(std::int64_t page) {
        recent_.remove(page);
        at(page).state = Page::State::kAbsent;
        --held_;
    }

    void wait(std::int64_t page, Waiter waiter) {
        std::int32_t node = free_;
        if (node < 0) {
            node = static_cast<std::int32_t>(waiters_.size());
            waiters_.emplace_back();
        } else {
            free_ = waiters_[static_cast<std::size_t>(node)].next;
        }
        waiters_[static_cast<std::size_t>(node)] = waiter;
        Page& p = at(page);
        (p.first_waiter < 0 ? p.first_waiter
                            : waiters_[static_cast<std::size_t>(p.last_waiter)].next) = node;
        p.last_waiter = node;
    }
    /// Takes the first waiter of a page; false when there is none.
    bool pop_waiter(std::int64_t page, Waiter& waiter) {
        Page& p = at(page);
        if (p.first_waiter < 0) {
            return false;
        }
        const std::int32_t node = p.first_waiter;
        waiter = waiters_[static_cast<std::size_t>(node)];
        p.first_waiter = waiter.next;
        waiters_[static_cast<std::size_t>(node)].next = free_;
        free_ = node;
        return true;
    }

   private:
    std::int64_t capacity_;
    std::int64_t held_ = 0;  // present or loading
    std::vector<Page> pages_;
    IndexLists recent_;  // present pages, least recently used first
    std::vector<Waiter> waiters_;
    std::int32_t free_ = -1;
};

}  // namespace strata::models
