// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_medium.h"

#include "core/diagnostics.h"

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
