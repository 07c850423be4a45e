// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_medium.h"

#include <algorithm>

#include "core/diagnostics.h"
#include "core/random.h"

namespace strata::models {

FtlMedium::Block& FtlMedium::touch(std::int64_t block) {
    std::unique_ptr<Block>& slot = blocks_[static_cast<std::size_t>(block)];
    if (!slot) {
        slot = std::make_unique<Block>();
    }
    blank_ = false;
    return *slot;
}

FtlMedium::Page& FtlMedium::touch_page(PageNumber page) {
    Block& block = touch(geometry_.block_of(page));
    if (block.pages.empty()) {
        block.pages.resize(static_cast<std::size_t>(geometry_.pages));
    }
    Page& result = block.pages[static_cast<std::size_t>(geometry_.page_in_block(page))];
    if (result.state != State::kErased) {
        throw core::ModelError("flash page " + std::to_string(page) + " is programmed twice");
    }
    if (geometry_.page_in_block(page) > 0 && (&result - 1)->state == State::kErased) {
        throw core::ModelError("flash page " + std::to_string(page) +
                               " is programmed out of order");
    }
    return result;
}

void FtlMedium::program(PageNumber page, FtlSpare spare, const Contents& contents) {
    Page& target = touch_page(page);
    if (!contents.empty()) {
        std::vector<Contents>& all = touch(geometry_.block_of(page)).contents;
        spare.contents = static_cast<std::int32_t>(all.size());
        all.push_back(contents);
    }
    target.state = State::kIntact;
    target.spare = spare;
}

void FtlMedium::tear(PageNumber page) {
    touch_page(page).state = State::kTorn;
}

void FtlMedium::erase(std::int64_t block) {
    Block& erased = touch(block);
    erased.pages.clear();
    erased.contents.clear();
}

void FtlMedium::tear_erase(std::int64_t block) {
    Block& torn = touch(block);
    torn.contents.clear();
    Page page;
    page.state = State::kTorn;
    torn.pages.assign(static_cast<std::size_t>(geometry_.pages), page);
}

void FtlMedium::cut(std::vector<UnderWay> tasks, core::RandomStream& fate) {
    const auto programs = std::stable_partition(
        tasks.begin(), tasks.end(),
        [](const UnderWay& task) { return task.kind == FlashTaskKind::kErase; });
    std::for_each(tasks.begin(), programs, [&](const UnderWay& task) {
        const std::uint64_t outcome = fate.below(3);
        if (outcome == 0) {
            erase(geometry_.block_of(task.page));
        } else if (outcome == 1) {
            tear_erase(geometry_.block_of(task.page));
        }
    });
    std::sort(programs, tasks.end(),
              [](const UnderWay& a, const UnderWay& b) { return a.page < b.page; });
    std::int64_t stopped = -1;
    std::for_each(programs, tasks.end(), [&](const UnderWay& task) {
        const std::int64_t block = geometry_.block_of(task.page);
        if (block == stopped) {
            return;
        }
        if (fate.chance(0.5)) {
            program(task.page, task.spare, task.contents != nullptr ? *task.contents : Contents{});
            return;
        }
        stopped = block;
        if (fate.chance(0.5)) {
            tear(task.page);
        }
    });
}

FtlMedium::State FtlMedium::state(PageNumber page) const {
    const Block* block = at(geometry_.block_of(page));
    if (block == nullptr || block->pages.empty()) {
        return State::kErased;
    }
    return block->pages[static_cast<std::size_t>(geometry_.page_in_block(page))].state;
}

const FtlSpare& FtlMedium::spare(PageNumber page) const {
    if (state(page) != State::kIntact) {
        throw core::ModelError("flash page " + std::to_string(page) + " cannot be read");
    }
    const auto index = static_cast<std::size_t>(geometry_.page_in_block(page));
    return at(geometry_.block_of(page))->pages[index].spare;
}

const FtlMedium::Contents& FtlMedium::contents(PageNumber page) const {
    const auto index = static_cast<std::size_t>(spare(page).contents);
    return at(geometry_.block_of(page))->contents.at(index);
}

}  // namespace strata::models
