// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/memory/nand/ftl_page.h"

namespace strata::models {

using State = FtlBlock::State;

FtlStream PageFtl::stream_of(LogicalPage logical, FlashSource source) const {
    if (logical >= layout_.host) {
        return FtlStream::kMap;
    }
    if (source == FlashSource::kWearLevel) {
        return FtlStream::kWear;
    }
    return config_.gc.hot_cold ? FtlStream::kMoved : FtlStream::kHost;
}

/// Starts on the next victim of an idle plane: a wanted block, else, with fewer than `target` free
/// blocks, the policy's choice.
void PageFtl::collect(core::Ps now, std::int64_t plane, std::int64_t target, FtlOutput& out) {
    Collector& c = collector(plane);
    if (c.victim >= 0 || read_only_) {
        return;
    }
    if (!take_wanted(c)) {
        if (blocks_.free_blocks(plane) >= target) {
            return;
        }
        c.victim = blocks_.take_victim(plane, stamp_);
        c.source = FlashSource::kGc;
        if (c.victim < 0) {
            return;
        }
    }
    c.cursor = 0;
    c.no_space = false;
    ++collecting_;
    step(now, plane, out);
}

bool PageFtl::take_wanted(Collector& c) {
    for (std::size_t i = 0; i < c.wanted.size(); ++i) {
        const std::int64_t number = c.wanted[i];
        if (blocks_.at(number).state != State::kClosed) {
            continue;  // its last programs are still under way
        }
        c.wanted.erase(c.wanted.begin() + static_cast<std::ptrdiff_t>(i));
        blocks_.take(number);
        c.victim = number;
        c.source = blocks_.at(number).reason;
        return true;
    }
    return false;
}

/// Keeps up to `depth` pages of the victim on the move.
void PageFtl::step(core::Ps now, std::int64_t plane, FtlOutput& out) {
    Collector& c = collector(plane);
    if (c.victim < 0 || c.erasing) {
        return;
    }
    const PageNumber first = c.victim * geometry_.pages;
    const std::int64_t depth = std::max(config_.gc.depth, config_.program_pages);
    while (!read_only_ && c.cursor < geometry_.pages && c.moves < depth) {
        const PageNumber page = first + c.cursor++;
        if (map_.owner(page) != kNoLogicalPage) {
            move_page(now, plane, page, out);
        }
    }
    finish_victim(now, plane, out);
}

void PageFtl::move_page(core::Ps now, std::int64_t plane, PageNumber page, FtlOutput& out) {
    Collector& c = collector(plane);
    const LogicalPage logical = map_.owner(page);
    const FtlStream stream = stream_of(logical, c.source);
    if (overwrite_under_way(logical)) {
        return;  // it becomes invalid by itself
    }
    ++c.moves;
    if (!config_.gc.copyback || !blocks_.can_allocate(plane, stream, 0)) {
        emit_read(Role::kMoveRead, c.source, page, logical, out);
        return;
    }
    FtlBlock& victim = blocks_.at(c.victim);
    ++victim.reads;
    ++victim.reading;
    ++counts_.reads[static_cast<std::size_t>(c.source)];
    Task& task = emit_program(now, Role::kMove, c.source, plane, stream, logical, page, 0, out);
    task.kind = FlashTaskKind::kCopyback;
    task.lost = is_lost(logical);
    copy_contents(task);
    out.tasks.back().kind = FlashTaskKind::kCopyback;
}

/// A page of the layer's own takes its contents along.
void PageFtl::copy_contents(const Task& move) {
    if (medium_ != nullptr && move.logical >= layout_.host) {
        contents_of(move) = medium_->contents(move.from);
    }
}

/// Whether a newer version is being programmed, or the page being trimmed: a copy that is
/// programmed now would look newer than that after a power loss.
bool PageFtl::overwrite_under_way(LogicalPage logical) const {
    if (logical < layout_.host) {
        const MapEntry entry = map_.at(logical);
        if (entry.buffered() && buffer_.at(entry.slot()).state == WriteSlot::State::kProgramming) {
            return true;
        }
        return std::any_of(journalled_.begin(), journalled_.end(), [&](const Trim& trim) {
            return logical >= trim.first && logical < trim.first + trim.pages;
        });
    }
    if (logical < layout_.record()) {
        return cache_.at(logical - layout_.host).writing;
    }
    return logical == layout_.record() && record_writing_;
}

/// The plane itself; another one when failures used up its free blocks; -1 without any.
std::int64_t PageFtl::plane_for_move(std::int64_t plane, FtlStream stream) const {
    if (blocks_.can_allocate(plane, stream, 0)) {
        return plane;
    }
    const auto other = std::find_if(stripe_.begin(), stripe_.end(), [&](std::int64_t candidate) {
        return blocks_.can_allocate(candidate, stream, 1);
    });
    return other == stripe_.end() ? -1 : *other;
}

void PageFtl::move_read_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t plane = geometry_.plane_of(task.page);
    Collector& c = collector(plane);
    --blocks_.at(c.victim).reading;
    const LogicalPage logical = map_.owner(task.page);
    const bool needed = logical != kNoLogicalPage && !overwrite_under_way(logical);
    const FtlStream stream = needed ? stream_of(logical, c.source) : FtlStream::kHost;
    const std::int64_t to = needed ? plane_for_move(plane, stream) : -1;
    if (to < 0) {
        --c.moves;
        c.no_space = c.no_space || needed;
        step(now, plane, out);
        return;
    }
    const bool lost = status == FlashStatus::kFailed;
    if (lost) {
        ++counts_.lost_pages;
        mark_lost(logical, true);
    }
    Task& move = emit_program(now, Role::kMove, c.source, to, stream, logical, task.page, 0, out);
    move.lost = lost || is_lost(logical);
    copy_contents(move);
    step(now, plane, out);
}

void PageFtl::move_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t plane = geometry_.plane_of(task.from);
    --collector(plane).moves;
    if (task.kind == FlashTaskKind::kCopyback) {
        --blocks_.at(geometry_.block_of(task.from)).reading;
    }
    const LogicalPage logical = task.logical;
    if (map_.owner(task.from) == logical) {  // else it was overwritten meanwhile
        if (status == FlashStatus::kFailed) {
            restart_victim(task.from);
        } else {
            place(logical, task.page);
            const MapEntry entry = map_.at(logical);
            if (entry.buffered()) {
                buffer_.at(entry.slot()).old = task.page;
            } else {
                map_.set(logical, MapEntry::on_flash(task.page));
            }
            if (logical < layout_.host) {
                mark_dirty(logical);
            }
            drop(task.from);
        }
    }
    step(now, plane, out);
}

/// The page has to be moved after all.
void PageFtl::restart_victim(PageNumber page) {
    if (page == kNoPage) {
        return;
    }
    Collector& c = collector(geometry_.plane_of(page));
    if (c.victim == geometry_.block_of(page)) {
        c.cursor = 0;
    }
}

/// Something about the page's block changed; if it is a victim, it may be empty now.
void PageFtl::touch_victim(core::Ps now, PageNumber page, FtlOutput& out) {
    if (page == kNoPage) {
        return;
    }
    const std::int64_t plane = geometry_.plane_of(page);
    if (collector(plane).victim == geometry_.block_of(page)) {
        step(now, plane, out);
    }
}

/// Erases the victim once nothing on it is needed or under way.
void PageFtl::finish_victim(core::Ps now, std::int64_t plane, FtlOutput& out) {
    Collector& c = collector(plane);
    FtlBlock& block = blocks_.at(c.victim);
    if (c.moves > 0 || block.reading > 0) {
        return;
    }
    if (block.valid > 0) {
        if (read_only_ || (c.no_space && !others_collect(plane))) {
            give_up_victim(now, plane, out);
        }
        return;
    }
    if (block.failed) {
        const std::int64_t victim = c.victim;
        c.victim = -1;
        --collecting_;
        end_refresh(victim, out);
        retire(victim);
        collect(now, plane, config_.gc.stop, out);
        retry_without_space(now, out);
        stalled_ = false;
        pump(now, out);
        return;
    }
    c.erasing = true;
    block.state = State::kErasing;
    FlashTask task;
    task.kind = FlashTaskKind::kErase;
    task.source = c.source;
    task.page = c.victim * geometry_.pages;
    ++counts_.erases[static_cast<std::size_t>(c.source)];
    emit(task, Role::kErase, out);
}

/// Whether another plane may still gain a block: it has a victim, and a place for its pages.
bool PageFtl::others_collect(std::int64_t plane) const {
    const auto works = [](const Collector& c) {
        return c.victim >= 0 && (c.erasing || c.moves > 0 || !c.no_space);
    };
    const auto self = collectors_.begin() + plane;
    return std::any_of(collectors_.begin(), self, works) ||
           std::any_of(self + 1, collectors_.end(), works);
}

/// A plane gained a block or gave up: others that found no place for a victim's pages try again.
void PageFtl::retry_without_space(core::Ps now, FtlOutput& out) {
    for (std::int64_t plane = 0; plane < geometry_.total_planes(); ++plane) {
        Collector& c = collector(plane);
        if (c.victim >= 0 && c.no_space && !c.erasing && c.moves == 0) {
            c.cursor = 0;
            c.no_space = false;
            step(now, plane, out);
        }
    }
}

/// There is no place for the rest of the victim's pages, in no plane: takes the emptiest block of
/// the plane instead, whatever the policy; when that is no better, the device is worn out.
void PageFtl::give_up_victim(core::Ps now, std::int64_t plane, FtlOutput& out) {
    Collector& c = collector(plane);
    FtlBlock& block = blocks_.at(c.victim);
    blocks_.release(c.victim);
    block.wanted = false;
    const std::int64_t emptiest = blocks_.emptiest(plane);
    if (read_only_ || blocks_.at(emptiest).valid >= block.valid) {
        c.victim = -1;
        --collecting_;
        become_read_only(out);
        return;
    }
    blocks_.take(emptiest);
    c.victim = emptiest;
    c.source = FlashSource::kGc;
    c.cursor = 0;
    c.no_space = false;
    step(now, plane, out);
}

void PageFtl::retire(std::int64_t block) {
    blocks_.retire(block);
    ++counts_.bad_blocks;
    if (medium_ != nullptr) {
        medium_->mark_bad(block);
    }
}

void PageFtl::erase_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t number = geometry_.block_of(task.page);
    const std::int64_t plane = geometry_.plane_of(task.page);
    Collector& c = collector(plane);
    c.victim = -1;
    c.erasing = false;
    --collecting_;
    end_refresh(number, out);
    if (status == FlashStatus::kFailed) {
        retire(number);
    } else {
        if (medium_ != nullptr) {
            medium_->erase(number);
        }
        blocks_.erased(number);
        level_wear(now, number, out);
    }
    const bool low = blocks_.free_blocks(plane) < config_.gc.stop;
    collect(now, plane,
            low && task.source == FlashSource::kGc ? config_.gc.stop : config_.gc.start + 1, out);
    retry_without_space(now, out);
    stalled_ = false;
    pump(now, out);
}

void PageFtl::end_refresh(std::int64_t block, FtlOutput& out) {
    const auto done =
        std::stable_partition(refresh_orders_.begin(), refresh_orders_.end(),
                              [&](const RefreshOrder& order) { return order.block != block; });
    std::for_each(done, refresh_orders_.end(), [&](const RefreshOrder& order) {
        out.acks.push_back({order.tag, core::Fault::kNone, false});
    });
    refresh_orders_.erase(done, refresh_orders_.end());
}

/// Queues a block for collection, ahead of what the policy would choose.
void PageFtl::want(core::Ps now, std::int64_t number, FlashSource reason, FtlOutput& out) {
    FtlBlock& block = blocks_.at(number);
    if (block.wanted || (block.state != State::kOpen && block.state != State::kClosed)) {
        return;
    }
    block.wanted = true;
    block.reason = reason;
    if (config_.program_pages > 1 && block.state == State::kOpen) {
        pad_line(now, line_of(number / geometry_.blocks, block.stream), out);
    }
    if (block.state == State::kOpen && block.next < geometry_.pages) {
        blocks_.seal(number, stamp_);
    }
    const std::int64_t plane = number / geometry_.blocks;
    collector(plane).wanted.push_back(number);
    collect(now, plane, 0, out);
}

/// Static wear levelling: when the block just erased is too far ahead of the least worn one, the
/// data of that one are cold and move to a worn block.
void PageFtl::level_wear(core::Ps now, std::int64_t number, FtlOutput& out) {
    const auto spread = static_cast<std::uint32_t>(config_.wear_levelling.spread);
    const std::int64_t plane = number / geometry_.blocks;
    std::uint32_t& least = least_erases_[static_cast<std::size_t>(plane)];
    const std::uint32_t erases = blocks_.at(number).erases;
    if (spread == 0 || erases < least + spread) {
        return;
    }
    const std::int64_t coldest = blocks_.least_worn(plane, &least);
    if (coldest >= 0 && erases >= blocks_.at(coldest).erases + spread) {
        want(now, coldest, FlashSource::kWearLevel, out);
    }
}

void PageFtl::idle(core::Ps now, std::int64_t plane, FtlOutput& out) {
    if (mounted() && config_.gc.idle > 0) {
        collect(now, plane, config_.gc.idle, out);
    }
}

void PageFtl::refresh(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    if (page < 0 || page >= layout_.host || read_only_) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    const MapEntry entry = map_.at(page);
    const PageNumber place = entry.buffered() ? buffer_.at(entry.slot()).old : entry.page();
    if (place == kNoPage) {
        const core::Fault fault =
            entry.buffered() ? core::Fault::kNone : core::Fault::kNandReadErased;
        out.acks.push_back({tag, fault, entry.buffered()});
        return;
    }
    refresh_orders_.push_back({geometry_.block_of(place), tag});
    want(now, geometry_.block_of(place), FlashSource::kRefresh, out);
}

core::Ps PageFtl::next_background() const {
    return std::min(next_refresh(), next_padding());
}

core::Ps PageFtl::next_refresh() const {
    if (config_.retention == 0 || !mounted()) {
        return core::kNever;
    }
    const std::int64_t oldest = blocks_.oldest();
    return oldest < 0 ? core::kNever : blocks_.at(oldest).written + config_.retention;
}

/// Blocks in line already do not come up again before their data have moved.
void PageFtl::background(core::Ps now, FtlOutput& out) {
    while (next_padding() <= now) {
        pad_line(now, open_lines_.front(0), out);
    }
    while (next_refresh() <= now) {
        const std::int64_t oldest = blocks_.oldest();
        blocks_.stop_ageing(oldest);
        want(now, oldest, FlashSource::kRefresh, out);
    }
}

}  // namespace strata::models
