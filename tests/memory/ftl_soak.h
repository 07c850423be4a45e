// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random host traffic on a translation layer over a shuffled flash, against a reference that keeps
// the history of every logical page. A read has to return a version that is not older than the
// newest one handed in before it; after a power loss every page has to hold a version that is not
// older than the newest one acknowledged.

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "tests/memory/ftl_drive.h"

namespace strata::test {

class FtlSoak {
   public:
    struct Mix {
        double read = 0.3;
        double trim = 0.02;
        double refresh = 0.002;
        double checkpoint = 0.002;
        double hot = 0.5;        ///< share of writes that go to the first tenth of the pages
        std::size_t depth = 24;  ///< flash tasks before the host waits
    };

    FtlSoak(const FtlConfig& config, const FlashGeometry& geometry, FtlMedium* medium,
            std::uint64_t seed)
        : config_(config),
          geometry_(geometry),
          medium_(medium),
          seed_(seed),
          random_(seed, "soak"),
          flash_(geometry, seed) {
        start();
        history_.resize(static_cast<std::size_t>(ftl_->logical_pages()));
    }

    Mix mix;
    Ftl& ftl() { return *ftl_; }
    ShuffledFlash& flash() { return flash_; }
    std::int64_t steps() const { return now_; }

    /// A host operation or the end of a task.
    void step() {
        ++now_;
        const std::size_t under_way = flash_.under_way().size();
        if (!ftl_->mounted() || under_way >= mix.depth || (under_way > 0 && random_.chance(0.5))) {
            finish_one();
        } else {
            offer();
        }
        if (ftl_->next_background() <= now_) {
            ftl_->background(now_, out_);
            settle();
        }
    }
    void run(std::int64_t steps) {
        for (std::int64_t i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) {
            step();
        }
    }
    /// Until nothing is under way.
    void drain() {
        while (!flash_.under_way().empty() && !testing::Test::HasFatalFailure()) {
            ++now_;
            finish_one();
        }
    }
    /// Cuts the supply and makes a new layer on what is left; mounting begins.
    void power_loss() {
        note_moment();
        ftl_->power_loss(random_);
        flash_.power_loss(*medium_);
        reads_.clear();
        tags_.clear();
        orders_.clear();
        start();
        ftl_->mount(now_, out_);
        settle();
    }
    /// Finishes the mount, then looks at every page: it holds a version that was not taken back.
    void mount_and_verify() {
        while (!ftl_->mounted() && !testing::Test::HasFatalFailure()) {
            finish_one();
        }
        ftl_->check();
        for (LogicalPage page = 0; page < ftl_->logical_pages(); ++page) {
            verify(page);
        }
    }
    /// Power losses by what was under way.
    struct Moments {
        int collecting = 0;
        int erasing = 0;
        int programming_map = 0;  ///< map pages, journal, checkpoint record
        int mounting = 0;
    };
    const Moments& moments() const { return moments_; }
    void check_all_answered() const {
        EXPECT_TRUE(reads_.empty());
        EXPECT_TRUE(tags_.empty());
        EXPECT_TRUE(orders_.empty());
    }
    /// Of writes and trims by a worn-out device.
    void allow_refusals() { refusals_allowed_ = true; }
    std::int64_t refusals() const { return refusals_; }

   private:
    static constexpr std::uint64_t kErased = 0;

    struct History {
        std::vector<std::uint64_t> versions{kErased};  // tags of writes; kErased: a trim
        std::size_t acknowledged = 0;                  // newest version that counts for sure
    };
    struct Read {
        LogicalPage page = 0;
        std::size_t oldest = 0;  // version it may return
    };
    struct Change {
        LogicalPage page = 0;
        std::size_t version = 0;
    };

    History& history(LogicalPage page) { return history_[static_cast<std::size_t>(page)]; }

    void start() { ftl_ = models::make_ftl(config_, geometry_, medium_, seed_); }

    void offer() {
        const double draw = random_.uniform();
        if (draw < mix.read) {
            read(pick());
        } else if (draw < mix.read + mix.trim) {
            trim(pick(), 1 + static_cast<std::int64_t>(random_.below(5)));
        } else if (draw < mix.read + mix.trim + mix.refresh) {
            orders_.insert(next_tag_);
            ftl_->refresh(now_, pick(), next_tag_++, out_);
        } else if (draw < mix.read + mix.trim + mix.refresh + mix.checkpoint) {
            orders_.insert(next_tag_);
            ftl_->checkpoint(now_, next_tag_++, out_);
        } else if (ftl_->can_write()) {
            write(pick());
        } else if (!flash_.under_way().empty()) {
            finish_one();
        }
        settle();
    }
    void note_moment() {
        const auto under_way = [this](auto matches) {
            const auto& tasks = flash_.under_way();
            return std::any_of(tasks.begin(), tasks.end(), matches) ? 1 : 0;
        };
        moments_.mounting += ftl_->mounted() ? 0 : 1;
        moments_.collecting += under_way([](const FlashTask& task) {
            return task.source == FlashSource::kGc && task.kind == FlashTaskKind::kProgram;
        });
        moments_.erasing +=
            under_way([](const FlashTask& task) { return task.kind == FlashTaskKind::kErase; });
        moments_.programming_map += under_way([](const FlashTask& task) {
            return task.source == FlashSource::kMap && task.kind == FlashTaskKind::kProgram;
        });
    }
    LogicalPage pick() {
        const auto pages = static_cast<std::uint64_t>(ftl_->logical_pages());
        return static_cast<LogicalPage>(
            random_.below(random_.chance(mix.hot) ? (pages + 9) / 10 : pages));
    }
    void write(LogicalPage page) {
        const std::uint64_t tag = next_tag_++;
        history(page).versions.push_back(tag);
        tags_[tag].push_back({page, history(page).versions.size() - 1});
        ftl_->write(now_, page, tag, out_);
    }
    void trim(LogicalPage first, std::int64_t pages) {
        pages = std::min(pages, ftl_->logical_pages() - first);
        const std::uint64_t tag = next_tag_++;
        for (LogicalPage page = first; page < first + pages; ++page) {
            history(page).versions.push_back(kErased);
            tags_[tag].push_back({page, history(page).versions.size() - 1});
        }
        ftl_->trim(now_, first, pages, tag, out_);
    }
    void read(LogicalPage page) {
        const History& h = history(page);
        std::size_t oldest = h.versions.size() - 1;
        while (oldest > h.acknowledged && (h.versions[oldest] == kErased || refusals_ > 0)) {
            --oldest;  // a trim counts once it is acknowledged; a refused write never does
        }
        const std::uint64_t tag = next_tag_++;
        reads_[tag] = {page, oldest};
        ftl_->read(now_, page, tag, out_);
    }

    void finish_one() {
        ASSERT_FALSE(flash_.under_way().empty()) << "stuck: " << ftl_->describe_state();
        const FlashTask task = flash_.finish_one(now_, *ftl_, out_);
        if (task.kind == FlashTaskKind::kRead && task.source == FlashSource::kHost) {
            values_[task.tag] = flash_.value(task.page);
        }
        settle();
    }
    void settle() {
        flash_.take(out_.tasks);
        for (const FtlAck& ack : out_.acks) {
            acknowledge(ack);
        }
        out_.clear();
    }
    void acknowledge(const FtlAck& ack) {
        const auto read = reads_.find(ack.tag);
        if (read != reads_.end()) {
            check_read(read->second, ack);
            reads_.erase(read);
            return;
        }
        const auto changes = tags_.find(ack.tag);
        if (changes == tags_.end()) {
            ASSERT_EQ(orders_.erase(ack.tag), 1u) << "acknowledged twice or never asked for";
            return;
        }
        if (ack.fault != core::Fault::kNone) {
            ASSERT_TRUE(refusals_allowed_);
            ++refusals_;
            tags_.erase(changes);
            return;
        }
        for (const Change& change : changes->second) {
            History& h = history(change.page);
            h.acknowledged = std::max(h.acknowledged, change.version);
        }
        tags_.erase(changes);
    }
    void check_read(const Read& read, const FtlAck& ack) {
        if (ack.buffer || ack.fault == core::Fault::kUncorrectable) {
            return;
        }
        const bool erased = ack.fault == core::Fault::kNandReadErased;
        const std::uint64_t value = erased ? kErased : values_.at(ack.tag);
        const auto& versions = history(read.page).versions;
        const auto from = versions.begin() + static_cast<std::ptrdiff_t>(read.oldest);
        ASSERT_NE(std::find(from, versions.end(), value), versions.end())
            << "page " << read.page << " returned an old version";
    }
    /// Reads the page on the flash or takes the newest version when it is in the buffer.
    void verify(LogicalPage page) {
        History& h = history(page);
        const std::uint64_t tag = next_tag_++;
        FtlOutput out;
        ftl_->read(now_, page, tag, out);
        while (out.acks.empty() || out.acks.back().tag != tag) {
            for (const FlashTask& task : out.tasks) {
                if (task.tag == tag && task.kind == FlashTaskKind::kRead) {
                    values_[tag] = flash_.value(task.page);
                }
            }
            flash_.take(out.tasks);
            out.tasks.clear();
            ASSERT_FALSE(flash_.under_way().empty());
            flash_.finish_one(now_, *ftl_, out);
        }
        flash_.take(out.tasks);
        std::size_t found = h.versions.size() - 1;
        if (out.acks.back().buffer) {
            while (h.versions[found] == kErased) {
                --found;  // a trim that was not acknowledged
            }
        } else {
            const bool erased = out.acks.back().fault == core::Fault::kNandReadErased;
            const std::uint64_t value = erased ? kErased : values_.at(tag);
            while (found > 0 && h.versions[found] != value) {
                --found;
            }
            ASSERT_EQ(h.versions[found], value) << "page " << page;
        }
        ASSERT_GE(found, h.acknowledged)
            << "page " << page << " lost an acknowledged write after " << now_ << " steps";
        h.versions = {h.versions[found]};
        h.acknowledged = 0;
    }

    FtlConfig config_;
    FlashGeometry geometry_;
    FtlMedium* medium_;
    std::uint64_t seed_;
    core::RandomStream random_;
    ShuffledFlash flash_;
    std::unique_ptr<Ftl> ftl_;
    FtlOutput out_;
    core::Ps now_ = 0;
    Moments moments_;
    bool refusals_allowed_ = false;
    std::int64_t refusals_ = 0;
    std::set<std::uint64_t> orders_;  // refreshes and checkpoints
    std::uint64_t next_tag_ = 1;
    std::vector<History> history_;
    std::map<std::uint64_t, Read> reads_;
    std::map<std::uint64_t, std::uint64_t> values_;
    std::map<std::uint64_t, std::vector<Change>> tags_;
};

}  // namespace strata::test
