// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random operations on a flash device, sensible and senseless ones, at random moments.

#include <algorithm>
#include <array>
#include <vector>

#include "core/random.h"
#include "tests/memory/flash_drive.h"

namespace strata::test {

class RandomFlash {
   public:
    RandomFlash(const models::FlashConfig& config, models::FlashTraceSink* sink, std::uint64_t seed)
        : s_(config, false), random_(seed, "flash") {
        s_.device.set_trace(sink);
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            const std::uint64_t what = random_.below(8);
            if (what < 4) {
                attempt();
            } else if (what < 6) {
                data_out();
            } else if (random_.chance(0.5) || s_.device.next_event() == core::kNever) {
                s_.until_time(s_.now + static_cast<core::Ps>(random_.below(20 * kUs)));
            } else {
                s_.step();
            }
        }
        s_.until_idle();
    }

    std::int64_t accepted(FlashCommand command) const {
        return s_.device.counts().commands[static_cast<std::size_t>(command)][0];
    }
    std::int64_t refused(core::Fault fault) const {
        return refused_[static_cast<std::size_t>(fault)];
    }
    models::FlashDevice& device() { return s_.device; }

   private:
    void attempt() {
        const auto& config = s_.device.config();
        const auto& g = config.geometry;
        // Reset is rare: it takes away what the other commands need.
        const auto command = static_cast<FlashCommand>(random_.below(models::kFlashCommands));
        if (command == FlashCommand::kReset && !random_.chance(0.02)) {
            return;
        }
        const bool die = models::flash_addresses_die(command);
        const std::int64_t first =
            static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(g.total_dies()))) *
            g.planes;
        const std::uint64_t planes =
            die || random_.chance(0.5)
                ? 1
                : 1 + random_.below(static_cast<std::uint64_t>(config.max_planes));
        const bool data = models::flash_takes_data(command);
        const std::int32_t per_plane = data ? config.cell.program_pages() : 1;
        const std::uint64_t turn = random_.below(static_cast<std::uint64_t>(g.planes));
        std::vector<PageNumber> pages;
        for (std::uint64_t i = 0; i < planes; ++i) {
            const auto plane = first + static_cast<std::int64_t>(
                                           (turn + i) % static_cast<std::uint64_t>(g.planes));
            const PageNumber page = choose(command, plane);
            for (std::int32_t k = 0; k < per_plane; ++k) {
                pages.push_back(page + k);
            }
        }
        const models::FlashResult result = s_.attempt(command, pages);
        ++refused_[static_cast<std::size_t>(result.fault)];
    }

    /// Mostly a page that the command could take.
    PageNumber choose(FlashCommand command, std::int64_t plane) {
        const auto& g = s_.device.config().geometry;
        const auto below = [&](std::int64_t bound) {
            return static_cast<std::int64_t>(
                random_.below(static_cast<std::uint64_t>(std::max<std::int64_t>(1, bound))));
        };
        const std::int64_t block = plane * g.blocks + below(g.blocks);
        if (random_.chance(0.02)) {
            return below(g.total_pages() + 2) - 1;
        }
        const std::int64_t programmed =
            std::max<std::int64_t>(0, s_.device.blocks().at(block).programmed);
        if (models::flash_programs(command)) {
            return block * g.pages + programmed;
        }
        if (command == FlashCommand::kReadCacheSequential) {
            return std::max<PageNumber>(plane * g.blocks * g.pages, s_.device.held_page(plane)) +
                   1 + below(2);
        }
        return block * g.pages + below(programmed);
    }

    void data_out() {
        const auto plane = static_cast<std::int64_t>(
            random_.below(static_cast<std::uint64_t>(s_.device.config().geometry.total_planes())));
        const PageNumber page = s_.device.held_page(plane);
        if (random_.chance(0.05)) {
            s_.device.discard(s_.now, plane);
            return;
        }
        if (page >= 0) {
            const bool part = random_.chance(0.3);
            s_.attempt_out(page, part ? 64 : s_.device.config().bus_page(), part);
        }
    }

    FlashSequencer s_;
    core::RandomStream random_;
    std::array<std::int64_t, 32> refused_{};
};

}  // namespace strata::test
