// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random host traffic on a zone map over a shuffled flash, against a reference that knows what was
// handed in and what was acknowledged. A zone holds a prefix of what was written to it since its
// last reset: after a power loss at least the acknowledged pages, at any other time all of them.

#include <map>
#include <memory>
#include <set>

#include "models/memory/nand/ftl_zone.h"
#include "tests/memory/ftl_drive.h"

namespace strata::test {

class ZoneSoak {
   public:
    ZoneSoak(const FtlConfig& config, const FlashGeometry& geometry, FtlMedium* medium,
             std::uint64_t seed)
        : config_(config),
          geometry_(geometry),
          medium_(medium),
          seed_(seed),
          random_(seed, "zone_soak"),
          flash_(geometry, seed) {
        start();
        zones_.resize(static_cast<std::size_t>(ftl_->zones()));
    }

    models::ZoneFtl& ftl() { return *ftl_; }
    ShuffledFlash& flash() { return flash_; }
    std::int64_t reads_compared() const { return reads_compared_; }
    std::int64_t refusals() const { return refusals_; }

    void run(std::int64_t steps) {
        for (std::int64_t i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) {
            step();
        }
    }
    void step() {
        ++now_;
        const std::size_t under_way = flash_.under_way().size();
        if (!ftl_->mounted() || under_way >= 24 || (under_way > 0 && random_.chance(0.5))) {
            finish_one();
        } else {
            offer();
        }
        if (ftl_->next_background() <= now_) {
            ftl_->background(now_, out_);
            settle();
        }
    }
    void drain() {
        while (!flash_.under_way().empty() && !testing::Test::HasFatalFailure()) {
            ++now_;
            finish_one();
        }
    }
    void check_all_answered() const {
        EXPECT_TRUE(writes_.empty());
        EXPECT_TRUE(reads_.empty());
        EXPECT_TRUE(resets_.empty());
        EXPECT_TRUE(refreshes_.empty());
    }
    /// Cuts the supply and makes a new layer on what is left; mounting begins.
    void power_loss() {
        note_moment();
        ftl_->power_loss(random_);
        flash_.power_loss(*medium_);
        writes_.clear();
        reads_.clear();
        resets_.clear();
        refreshes_.clear();
        start();
        ftl_->mount(now_, out_);
        settle();
    }
    void mount_and_verify() {
        while (!ftl_->mounted() && !testing::Test::HasFatalFailure()) {
            finish_one();
        }
        ftl_->check();
        for (std::size_t zone = 0; zone < zones_.size() && !testing::Test::HasFatalFailure();
             ++zone) {
            verify(static_cast<std::int64_t>(zone));
        }
    }
    /// Power losses by what was under way.
    struct Moments {
        int writing = 0;
        int refreshing = 0;
        int replacing = 0;  ///< a lane after a failed program, or one that a mount repairs
        int erasing = 0;
        int mounting = 0;
    };
    const Moments& moments() const { return moments_; }

   private:
    struct Zone {
        std::vector<std::uint64_t> values;  // handed in since the last reset, by page
        std::int64_t acknowledged = 0;
        bool resetting = false;
    };

    Zone& zone_of(LogicalPage page) {
        return zones_[static_cast<std::size_t>(page / ftl_->zone_pages())];
    }
    void start() { ftl_ = std::make_unique<models::ZoneFtl>(config_, geometry_, medium_, seed_); }

    void offer() {
        const auto zone = static_cast<std::int64_t>(random_.below(zones_.size()));
        const std::int64_t pages = ftl_->zone_pages();
        Zone& z = zones_[static_cast<std::size_t>(zone)];
        const std::uint64_t tag = next_tag_++;
        const double draw = random_.uniform();
        if (draw < 0.3) {
            const auto offset = static_cast<std::int64_t>(random_.below(
                std::min<std::uint64_t>(z.values.size() + 1, static_cast<std::uint64_t>(pages))));
            reads_[tag] = zone * pages + offset;
            ftl_->read(now_, zone * pages + offset, tag, out_);
        } else if (draw < 0.31) {
            if (!z.resetting) {
                z.resetting = true;
                resets_[tag] = zone;
                ftl_->trim(now_, zone * pages, pages, tag, out_);
            }
        } else if (draw < 0.315) {
            refreshes_.insert(tag);
            ftl_->refresh(now_, zone * pages, tag, out_);
        } else if (!z.resetting && static_cast<std::int64_t>(z.values.size()) < pages) {
            for (int burst = 0; burst < 6; ++burst) {
                write(zone);
            }
        }
        settle();
    }
    void write(std::int64_t zone) {
        Zone& z = zones_[static_cast<std::size_t>(zone)];
        const auto offset = static_cast<std::int64_t>(z.values.size());
        if (!ftl_->can_write() || offset == ftl_->zone_pages()) {
            return;
        }
        const std::uint64_t tag = next_tag_++;
        z.values.push_back(tag);
        writes_[tag] = zone * ftl_->zone_pages() + offset;
        ftl_->write(now_, writes_[tag], tag, out_);
        settle();
    }

    void finish_one() {
        ASSERT_FALSE(flash_.under_way().empty()) << "stuck: " << ftl_->describe_state();
        const FlashTask task = flash_.finish_one(now_, *ftl_, out_);
        if (task.kind == FlashTaskKind::kRead && task.source == FlashSource::kHost) {
            read_value_ = flash_.value(task.page);
        }
        settle();
    }
    void settle() {
        flash_.take(out_.tasks);
        const std::vector<FtlAck> acks = out_.acks;
        out_.clear();
        for (const FtlAck& ack : acks) {
            acknowledge(ack);
        }
    }
    void acknowledge(const FtlAck& ack) {
        if (const auto write = writes_.find(ack.tag); write != writes_.end()) {
            write_done(write->second, ack.fault);
            writes_.erase(write);
        } else if (const auto read = reads_.find(ack.tag); read != reads_.end()) {
            check_read(read->second, ack);
            reads_.erase(read);
        } else if (const auto reset = resets_.find(ack.tag); reset != resets_.end()) {
            ASSERT_EQ(ack.fault, core::Fault::kNone);
            Zone& z = zones_[static_cast<std::size_t>(reset->second)];
            ASSERT_EQ(z.acknowledged, static_cast<std::int64_t>(z.values.size()));
            z = Zone{};
            resets_.erase(reset);
        } else {
            ASSERT_EQ(refreshes_.erase(ack.tag), 1u) << "acknowledged twice or never asked for";
        }
    }
    void write_done(LogicalPage page, core::Fault fault) {
        Zone& z = zone_of(page);
        const std::int64_t offset = page % ftl_->zone_pages();
        ASSERT_EQ(offset, z.acknowledged) << "out of order";
        if (fault == core::Fault::kNone) {
            ++z.acknowledged;
            return;
        }
        ASSERT_EQ(fault, core::Fault::kOutOfRange);
        ++refusals_;
        // Those behind it are refused, too, at the same moment or when they are handed in.
        if (offset + 1 == static_cast<std::int64_t>(z.values.size())) {
            z.values.resize(static_cast<std::size_t>(z.acknowledged));
        } else {
            z.values.erase(z.values.begin() + offset);
            for (auto& [tag, other] : writes_) {
                other -= &zone_of(other) == &z && other > page ? 1 : 0;
            }
        }
    }
    void check_read(LogicalPage page, const FtlAck& ack) {
        const Zone& z = zone_of(page);
        const auto offset = static_cast<std::size_t>(page % ftl_->zone_pages());
        if (ack.buffer || ack.fault == core::Fault::kUncorrectable) {
            return;
        }
        if (ack.fault == core::Fault::kNandReadErased) {
            ASSERT_TRUE(z.resetting || offset >= static_cast<std::size_t>(z.acknowledged));
            return;
        }
        ASSERT_EQ(ack.fault, core::Fault::kNone);
        if (offset < z.values.size()) {  // else reset since
            ASSERT_EQ(read_value_, z.values[offset]) << "page " << page;
            ++reads_compared_;
        }
    }
    /// Reads the zone from its start up to the write pointer.
    void verify(std::int64_t zone) {
        Zone& z = zones_[static_cast<std::size_t>(zone)];
        const std::int64_t pages = ftl_->write_pointer(zone);
        ASSERT_LE(pages, static_cast<std::int64_t>(z.values.size())) << "out of nowhere";
        if (!z.resetting) {
            ASSERT_GE(pages, z.acknowledged) << "zone " << zone << " lost acknowledged writes";
        }
        for (std::int64_t offset = 0; offset <= pages && offset < ftl_->zone_pages(); ++offset) {
            FtlOutput out;
            ftl_->read(now_, zone * ftl_->zone_pages() + offset, 0, out);
            if (offset == pages) {
                ASSERT_EQ(out.acks.at(0).fault, core::Fault::kNandReadErased);
                break;
            }
            ASSERT_EQ(out.tasks.size(), 1u);
            flash_.take(out.tasks);
            ASSERT_EQ(flash_.value(out.tasks[0].page), z.values[static_cast<std::size_t>(offset)])
                << "page " << offset << " of zone " << zone;
            flash_.finish(now_, *ftl_, out.tasks[0].id, out);
        }
        z.values.resize(static_cast<std::size_t>(pages));
        z.acknowledged = pages;
        z.resetting = false;
    }
    void note_moment() {
        const auto under_way = [this](auto matches) {
            const auto& tasks = flash_.under_way();
            return std::any_of(tasks.begin(), tasks.end(), matches) ? 1 : 0;
        };
        const auto programs = [](FlashSource source) {
            return [source](const FlashTask& task) {
                return task.source == source && task.kind == FlashTaskKind::kProgram;
            };
        };
        moments_.mounting += ftl_->mounted() ? 0 : 1;
        moments_.writing += under_way(programs(FlashSource::kHost));
        moments_.refreshing += under_way(programs(FlashSource::kRefresh));
        moments_.replacing += under_way(programs(FlashSource::kGc));
        moments_.erasing +=
            under_way([](const FlashTask& task) { return task.kind == FlashTaskKind::kErase; });
    }

    FtlConfig config_;
    FlashGeometry geometry_;
    FtlMedium* medium_;
    std::uint64_t seed_;
    core::RandomStream random_;
    ShuffledFlash flash_;
    std::unique_ptr<models::ZoneFtl> ftl_;
    FtlOutput out_;
    core::Ps now_ = 0;
    Moments moments_;
    std::uint64_t next_tag_ = 1;
    std::uint64_t read_value_ = 0;
    std::int64_t reads_compared_ = 0;
    std::int64_t refusals_ = 0;
    std::vector<Zone> zones_;
    std::map<std::uint64_t, LogicalPage> writes_;
    std::map<std::uint64_t, LogicalPage> reads_;
    std::map<std::uint64_t, std::int64_t> resets_;
    std::set<std::uint64_t> refreshes_;
};

}  // namespace strata::test
