// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Flash devices for tests, and a sequencer that does one thing after the other.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "models/memory/nand/flash_device.h"

namespace strata::test {

using models::FlashCommand;
using models::FlashEvent;
using models::FlashEventKind;
using models::PageNumber;

constexpr core::Ps kNs = core::kNanosecond;
constexpr core::Ps kUs = core::kMicrosecond;

inline std::string flash_preset_file(const std::string& name) {
    return std::string(STRATA_SOURCE) + "/configs/presets/nand/" + name + ".yaml";
}

/// Reads a section of a case or platform; `errors` gets all messages.
inline models::FlashConfig flash_config(const std::string& text, std::string* errors = nullptr) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(text, "test.yaml", {}, diagnostics);
    core::Section root = document.root();
    models::FlashConfig config = models::parse_flash_config(root, flash_preset_file);
    root.finish();
    std::string all;
    for (const std::string& message : diagnostics.messages()) {
        all += message + "\n";
    }
    if (errors != nullptr) {
        *errors = all;
    } else {
        EXPECT_EQ(all, "");
    }
    return config;
}

/// One channel, 16 KiB pages, 1 GB/s, tR 25 us, no overheads: the numbers of the laws.
inline models::FlashConfig plain_flash(int dies, int planes, const std::string& more = "") {
    return flash_config("{preset: mqsim, channels: 1, chips: 1, dies: " + std::to_string(dies) +
                        ", planes: " + std::to_string(planes) +
                        ", blocks: 128, pages: 64, page: 16KiB, spare: 0B, t_read: 25us, "
                        "t_prog: 200us, t_erase: 2ms, bus: {rate: 1000MT/s, rounding: exact, "
                        "overheads: {read: 0ns}}" +
                        more + "}");
}

class FlashSequencer {
   public:
    explicit FlashSequencer(const models::FlashConfig& config, bool preloaded = true)
        : device(config, preloaded) {}

    models::FlashResult attempt(FlashCommand command, const std::vector<PageNumber>& pages,
                                std::uint32_t tag = 0) {
        models::FlashOperation operation;
        operation.command = command;
        operation.tag = tag;
        operation.pages = pages.data();
        operation.count = static_cast<std::int32_t>(pages.size());
        const models::FlashResult expected = device.check(now, operation);
        const models::FlashResult result = device.issue(now, operation);
        EXPECT_EQ(expected.fault, result.fault);
        return result;
    }
    void issue(FlashCommand command, const std::vector<PageNumber>& pages, std::uint32_t tag = 0) {
        const models::FlashResult result = attempt(command, pages, tag);
        ASSERT_TRUE(result.ok()) << models::kFlashCommandNames[static_cast<std::size_t>(command)]
                                 << " at " << now << ": " << result.rule;
    }
    models::FlashResult attempt_out(PageNumber page, core::Bytes bytes, bool keep = false) {
        models::FlashDataOut out;
        out.page = page;
        out.bytes = bytes;
        out.tag = static_cast<std::uint32_t>(page);
        out.keep = keep;
        return device.start_data_out(now, out);
    }
    void out(PageNumber page, core::Bytes bytes, bool keep = false) {
        const models::FlashResult result = attempt_out(page, bytes, keep);
        ASSERT_TRUE(result.ok()) << "data-out of " << page << " at " << now << ": " << result.rule;
    }

    /// Goes on to the next event(s) and returns them.
    const std::vector<FlashEvent>& step() {
        events.clear();
        now = device.next_event();
        device.advance(now, events);
        return events;
    }
    /// Goes on until an event of that kind; returns its time.
    core::Ps until(FlashEventKind kind) {
        while (device.next_event() != core::kNever) {
            for (const FlashEvent& event : step()) {
                if (event.kind == kind) {
                    return event.time;
                }
            }
        }
        ADD_FAILURE() << "no such event";
        return core::kNever;
    }
    void until_time(core::Ps time) {
        events.clear();
        device.advance(time, events);
        now = time;
    }
    core::Ps until_idle() {
        while (device.next_event() != core::kNever) {
            step();
        }
        return now;
    }

    /// The page `page` of `block` in each of the planes [0, count) of a die.
    std::vector<PageNumber> group(int die, int count, int block, int page) const {
        std::vector<PageNumber> pages;
        for (int plane = 0; plane < count; ++plane) {
            pages.push_back(device.config().geometry.number({0, 0, die, plane, block, page}));
        }
        return pages;
    }

    models::FlashDevice device;
    core::Ps now = 0;
    std::vector<FlashEvent> events;
};

}  // namespace strata::test
