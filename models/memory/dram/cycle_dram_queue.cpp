// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/cycle_dram_queue.h"

namespace strata::models {

DramBurstQueue::DramBurstQueue(std::int32_t banks, std::int32_t read_capacity,
                               std::int32_t write_capacity)
    : pool_(static_cast<std::size_t>(read_capacity + write_capacity)),
      banks_(static_cast<std::size_t>(banks)),
      capacity_{read_capacity, write_capacity} {
    for (std::int32_t i = read_capacity + write_capacity; i > 0; --i) {
        free_.push_back(i - 1);
    }
}

DramBurst& DramBurstQueue::add(const DramBurst& burst, std::int64_t open_row) {
    const std::int32_t i = free_.back();
    free_.pop_back();
    DramBurst& b = (*this)[i];
    b = burst;
    b.hit = burst.row == open_row;
    b.older = youngest_;
    b.younger = kNone;
    (youngest_ != kNone ? (*this)[youngest_].younger : oldest_) = i;
    youngest_ = i;

    Bank& bank = of(b.bank);
    insert(b.hit ? bank.hits[b.dir] : bank.others[b.dir], i);
    ++bank.bursts;
    ++count_[b.dir];
    (b.hit ? hits_ : others_)[b.dir] |= dram_bit(b.bank);
    return b;
}

void DramBurstQueue::remove(std::int32_t i) {
    DramBurst& b = (*this)[i];
    (b.older != kNone ? (*this)[b.older].younger : oldest_) = b.younger;
    (b.younger != kNone ? (*this)[b.younger].older : youngest_) = b.older;
    Bank& bank = of(b.bank);
    unlink(b.hit ? bank.hits[b.dir] : bank.others[b.dir], i);
    --bank.bursts;
    --count_[b.dir];
    update_masks(b.bank, b.dir);
    free_.push_back(i);
}

void DramBurstQueue::open(std::int32_t bank, std::int64_t row) {
    Bank& lists = of(bank);
    for (std::size_t dir : {kDramRead, kDramWrite}) {
        for (std::int32_t i = lists.others[dir].head; i != kNone;) {
            const std::int32_t next = (*this)[i].next;
            if ((*this)[i].row == row) {
                unlink(lists.others[dir], i);
                (*this)[i].hit = true;
                insert(lists.hits[dir], i);
            }
            i = next;
        }
        update_masks(bank, dir);
    }
}

void DramBurstQueue::close(std::int32_t bank) {
    Bank& lists = of(bank);
    for (std::size_t dir : {kDramRead, kDramWrite}) {
        for (std::int32_t i = lists.hits[dir].head; i != kNone;) {
            const std::int32_t next = (*this)[i].next;
            (*this)[i].hit = false;
            insert(lists.others[dir], i);
            i = next;
        }
        lists.hits[dir] = {};
        update_masks(bank, dir);
    }
}

bool DramBurstQueue::has_write(std::int32_t bank, std::int64_t row, std::int32_t column) const {
    for (const auto* lists : {&of(bank).hits, &of(bank).others}) {
        for (std::int32_t i = (*lists)[kDramWrite].head; i != kNone; i = (*this)[i].next) {
            if ((*this)[i].row == row && (*this)[i].column == column) {
                return true;
            }
        }
    }
    return false;
}

/// Keeps the list in order; what arrives last usually belongs at the end.
void DramBurstQueue::insert(List& list, std::int32_t i) {
    DramBurst& b = (*this)[i];
    std::int32_t after = list.tail;
    while (after != kNone && (*this)[after].order > b.order) {
        after = (*this)[after].prev;
    }
    b.prev = after;
    b.next = after != kNone ? (*this)[after].next : list.head;
    (after != kNone ? (*this)[after].next : list.head) = i;
    (b.next != kNone ? (*this)[b.next].prev : list.tail) = i;
}

void DramBurstQueue::unlink(List& list, std::int32_t i) {
    const DramBurst& b = (*this)[i];
    (b.prev != kNone ? (*this)[b.prev].next : list.head) = b.next;
    (b.next != kNone ? (*this)[b.next].prev : list.tail) = b.prev;
}

void DramBurstQueue::update_masks(std::int32_t bank, std::size_t dir) {
    const DramBankMask bit = dram_bit(bank);
    const auto set = [bit](DramBankMask& mask, const List& list) {
        mask = list.head != kNone ? mask | bit : mask & ~bit;
    };
    set(hits_[dir], of(bank).hits[dir]);
    set(others_[dir], of(bank).others[dir]);
}

}  // namespace strata::models
