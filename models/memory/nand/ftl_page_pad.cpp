// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Flash whose pages of a word line are programmed together: no page waits for ever for the others.

#include "models/memory/nand/ftl_page.h"

namespace strata::models {

/// A page was handed out: it begins its word line, or makes it complete.
void PageFtl::note_line(core::Ps now, PageNumber page) {
    const std::int64_t block = geometry_.block_of(page);
    const std::int64_t line = line_of(block / geometry_.blocks, blocks_.at(block).stream);
    const std::int64_t place = page % config_.program_pages;
    if (place == 0) {
        open_lines_.push_back(0, line);
        line_since_[static_cast<std::size_t>(line)] = now;
    } else if (place == config_.program_pages - 1) {
        open_lines_.remove(line);
    }
}

void PageFtl::pad_line(core::Ps now, std::int64_t line, FtlOutput& out) {
    constexpr auto kStreams = static_cast<std::int64_t>(kFtlStreams);
    while (open_lines_.listed(line)) {
        emit_program(now, Role::kPad, FlashSource::kPadding, line / kStreams,
                     static_cast<FtlStream>(line % kStreams), kNoLogicalPage, kNoPage, 0, out);
    }
}

void PageFtl::pad(core::Ps now, FtlOutput& out) {
    while (!open_lines_.empty(0)) {
        pad_line(now, open_lines_.front(0), out);
    }
}

core::Ps PageFtl::next_padding() const {
    const std::int64_t line = open_lines_.front(0);
    return line < 0 ? core::kNever
                    : line_since_[static_cast<std::size_t>(line)] + config_.write_buffer.pad_after;
}

}  // namespace strata::models
