// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Flash behind a translation layer under test.
//   ImmediateFlash  finishes every task at once: for long runs.
//   ShuffledFlash   keeps tasks under way and finishes them in random order, as far as the contract
//                   of ftl.h allows; holds a value per flash page; checks the contract.

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

#include "core/random.h"
#include "models/memory/nand/ftl.h"
#include "models/memory/nand/ftl_config.h"
#include "models/memory/nand/ftl_medium.h"

namespace strata::test {

using models::FlashGeometry;
using models::FlashSource;
using models::FlashStatus;
using models::FlashTask;
using models::FlashTaskKind;
using models::Ftl;
using models::FtlAck;
using models::FtlConfig;
using models::FtlMedium;
using models::FtlOutput;
using models::LogicalPage;
using models::PageNumber;

inline FlashGeometry one_plane(std::int32_t blocks, std::int32_t pages) {
    FlashGeometry g;
    g.blocks = blocks;
    g.pages = pages;
    return g;
}

class ImmediateFlash {
   public:
    explicit ImmediateFlash(Ftl& ftl) : ftl_(ftl) {}

    void write(LogicalPage page) {
        ftl_.write(0, page, 0, out_);
        run();
    }
    void read(LogicalPage page) {
        ftl_.read(0, page, 0, out_);
        run();
    }
    FtlOutput& out() { return out_; }
    /// Finishes all tasks; forgets them and the acknowledgements.
    void run() {
        for (std::size_t i = 0; i < out_.tasks.size(); ++i) {
            ftl_.done(0, out_.tasks[i].id, FlashStatus::kOk, out_);
        }
        out_.clear();
    }

   private:
    Ftl& ftl_;
    FtlOutput out_;
};

class ShuffledFlash {
   public:
    /// Share of tasks that fail.
    struct Failures {
        double read = 0.0;
        double marginal = 0.0;
        double program = 0.0;
        double erase = 0.0;
    };

    ShuffledFlash(const FlashGeometry& geometry, std::uint64_t seed)
        : geometry_(geometry), random_(seed, "shuffled_flash") {}

    void fail(const Failures& failures) { failures_ = failures; }
    std::uint64_t value(PageNumber page) const { return values_.at(page); }
    const std::vector<FlashTask>& under_way() const { return under_way_; }
    /// The supply failed: tasks are gone, pages and blocks are as the medium has them.
    void power_loss(const FtlMedium& medium) {
        under_way_.clear();
        for (auto& [page, value] : values_) {
            value = medium.state(page) == FtlMedium::State::kIntact ? value : kTorn;
        }
        for (auto& [block, programmed] : programmed_) {
            programmed = 0;
            while (programmed < geometry_.pages &&
                   medium.state(block * geometry_.pages + programmed) !=
                       FtlMedium::State::kErased) {
                ++programmed;
            }
        }
    }

    /// Takes new tasks; host programs get their tag as value.
    void take(const std::vector<FlashTask>& tasks) {
        for (const FlashTask& task : tasks) {
            check(task);
            if (task.kind == FlashTaskKind::kProgram || task.kind == FlashTaskKind::kCopyback) {
                values_[task.page] =
                    task.from == models::kNoPage ? task.tag : values_.at(task.from);
            }
            under_way_.push_back(task);
        }
    }
    /// Finishes one task drawn at random. There is one.
    FlashTask finish_one(core::Ps now, Ftl& ftl, FtlOutput& out) {
        std::size_t index = random_.below(under_way_.size());
        // The oldest program of the same block goes first.
        for (std::size_t i = 0; i < index && is_program(under_way_[index]); ++i) {
            if (is_program(under_way_[i]) && same_block(under_way_[i], under_way_[index])) {
                index = i;
            }
        }
        return end(now, ftl, index, status_of(under_way_[index]), out);
    }
    /// Finishes a certain task.
    void finish(core::Ps now, Ftl& ftl, std::uint32_t id, FtlOutput& out) {
        std::size_t index = 0;
        while (under_way_[index].id != id) {
            ++index;
        }
        end(now, ftl, index, FlashStatus::kOk, out);
    }

    static constexpr std::uint64_t kTorn = ~std::uint64_t{0};  ///< of a page that is not intact

   private:
    FlashTask end(core::Ps now, Ftl& ftl, std::size_t index, FlashStatus status, FtlOutput& out) {
        const FlashTask task = under_way_[index];
        under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(index));
        if (is_program(task) && status == FlashStatus::kFailed) {
            values_[task.page] = kTorn;
        }
        ftl.done(now, task.id, status, out);
        return task;
    }
    static bool is_program(const FlashTask& task) {
        return task.kind == FlashTaskKind::kProgram || task.kind == FlashTaskKind::kCopyback;
    }
    bool same_block(const FlashTask& a, const FlashTask& b) const {
        return geometry_.block_of(a.page) == geometry_.block_of(b.page);
    }
    FlashStatus status_of(const FlashTask& task) {
        switch (task.kind) {
            case FlashTaskKind::kRead:
                if (random_.chance(failures_.read)) return FlashStatus::kFailed;
                return random_.chance(failures_.marginal) ? FlashStatus::kMarginal
                                                          : FlashStatus::kOk;
            case FlashTaskKind::kErase:
                return random_.chance(failures_.erase) ? FlashStatus::kFailed : FlashStatus::kOk;
            default:
                return random_.chance(failures_.program) ? FlashStatus::kFailed : FlashStatus::kOk;
        }
    }
    /// The promises of ftl.h, and the order of pages, from the tasks alone.
    void check(const FlashTask& task) {
        const std::int64_t block = geometry_.block_of(task.page);
        for (const FlashTask& other : under_way_) {
            if (geometry_.block_of(other.page) == block) {
                ASSERT_NE(task.kind, FlashTaskKind::kErase) << "erase of a block in use";
                ASSERT_NE(other.kind, FlashTaskKind::kErase) << "use of a block being erased";
            }
            if (task.kind == FlashTaskKind::kRead && is_program(other)) {
                ASSERT_NE(task.page, other.page) << "read of a page being programmed";
            }
        }
        if (task.kind == FlashTaskKind::kErase) {
            ASSERT_EQ(geometry_.page_in_block(task.page), 0);
            programmed_[block] = 0;
        } else if (is_program(task)) {
            std::int32_t& programmed = programmed_[block];
            ASSERT_GE(geometry_.page_in_block(task.page), programmed) << "page order";
            programmed = geometry_.page_in_block(task.page) + 1;
        }
    }

    FlashGeometry geometry_;
    core::RandomStream random_;
    Failures failures_;
    std::vector<FlashTask> under_way_;
    std::map<PageNumber, std::uint64_t> values_;
    std::map<std::int64_t, std::int32_t> programmed_;  // per block
};

}  // namespace strata::test
