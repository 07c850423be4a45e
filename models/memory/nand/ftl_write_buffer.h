// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Places of the write buffer. A slot holds one version of a logical page from the host's write
// until its program is done; at most one version of a page is on its way to the flash, and one more
// waits behind it, into which further writes merge.

#include <cstdint>
#include <vector>

#include "models/memory/nand/ftl.h"

namespace strata::models {

struct WriteSlot {
    enum class State : std::uint8_t { kFree, kWaiting, kProgramming };

    LogicalPage logical = kNoLogicalPage;
    std::uint64_t tag = 0;     ///< of the newest write
    PageNumber old = kNoPage;  ///< where the flash holds the version before
    std::int32_t newer = -1;   ///< slot of the next version
    std::int32_t next = -1;    ///< in a queue or the free list
    std::int32_t merged = -1;  ///< list of writes before the newest, to be acknowledged as well
    State state = State::kFree;
    bool acknowledged = false;
    bool held = false;  ///< came in behind a trim that is not done
};

class FtlWriteBuffer {
   public:
    explicit FtlWriteBuffer(std::int64_t pages) : slots_(static_cast<std::size_t>(pages)) {
        for (std::int64_t i = pages; i-- > 0;) {
            release(static_cast<std::int32_t>(i));
        }
        used_ = 0;
    }

    bool full() const { return free_ < 0; }
    std::int64_t used() const { return used_; }
    WriteSlot& at(std::int32_t slot) { return slots_[static_cast<std::size_t>(slot)]; }
    const WriteSlot& at(std::int32_t slot) const { return slots_[static_cast<std::size_t>(slot)]; }
    std::int32_t size() const { return static_cast<std::int32_t>(slots_.size()); }

    std::int32_t take(LogicalPage logical, std::uint64_t tag) {
        const std::int32_t slot = free_;
        free_ = at(slot).next;
        at(slot) = WriteSlot{};
        at(slot).logical = logical;
        at(slot).tag = tag;
        at(slot).state = WriteSlot::State::kWaiting;
        ++used_;
        return slot;
    }
    void release(std::int32_t slot) {
        at(slot).state = WriteSlot::State::kFree;
        at(slot).next = free_;
        free_ = slot;
        --used_;
    }
    /// The slot's write is overwritten by one with a new tag. `keep`: the old tag still waits for
    /// its acknowledgement.
    void merge(std::int32_t slot, std::uint64_t tag, bool keep) {
        WriteSlot& s = at(slot);
        if (keep) {
            s.merged = add_tag(s.tag, s.merged);
        }
        s.tag = tag;
    }
    /// Hands out the tags that were merged into the slot, and forgets them.
    template <class Take>
    void take_merged(std::int32_t slot, Take take) {
        std::int32_t node = at(slot).merged;
        while (node >= 0) {
            Tag& t = tags_[static_cast<std::size_t>(node)];
            take(t.tag);
            const std::int32_t next = t.next;
            t.next = free_tag_;
            free_tag_ = node;
            node = next;
        }
        at(slot).merged = -1;
    }

   private:
    struct Tag {
        std::uint64_t tag;
        std::int32_t next;
    };

    std::int32_t add_tag(std::uint64_t tag, std::int32_t next) {
        std::int32_t node = free_tag_;
        if (node < 0) {
            node = static_cast<std::int32_t>(tags_.size());
            tags_.emplace_back();
        } else {
            free_tag_ = tags_[static_cast<std::size_t>(node)].next;
        }
        tags_[static_cast<std::size_t>(node)] = {tag, next};
        return node;
    }

    std::vector<WriteSlot> slots_;
    std::vector<Tag> tags_;
    std::int32_t free_ = -1;
    std::int32_t free_tag_ = -1;
    std::int64_t used_ = 0;
};

/// First in, first out, linked through WriteSlot::next.
class SlotQueue {
   public:
    bool empty() const { return head_ < 0; }
    std::int64_t size() const { return size_; }
    std::int32_t front() const { return head_; }

    void push(FtlWriteBuffer& buffer, std::int32_t slot) {
        buffer.at(slot).next = -1;
        (head_ < 0 ? head_ : buffer.at(tail_).next) = slot;
        tail_ = slot;
        ++size_;
    }
    void push_front(FtlWriteBuffer& buffer, std::int32_t slot) {
        buffer.at(slot).next = head_;
        if (head_ < 0) {
            tail_ = slot;
        }
        head_ = slot;
        ++size_;
    }
    std::int32_t pop(const FtlWriteBuffer& buffer) {
        const std::int32_t slot = head_;
        head_ = buffer.at(slot).next;
        --size_;
        return slot;
    }

   private:
    std::int32_t head_ = -1;
    std::int32_t tail_ = -1;
    std::int64_t size_ = 0;
};

}  // namespace strata::models
