// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_victims.h"

#include <algorithm>

#include "core/random.h"
#include "models/memory/nand/ftl_blocks.h"
#include "models/memory/nand/ftl_lists.h"

namespace strata::models {

namespace {

class Greedy : public VictimPolicy {
   public:
    Greedy(const FlashGeometry& geometry, const std::vector<FtlBlock>& blocks)
        : geometry_(geometry),
          blocks_(blocks),
          counts_(geometry.pages + 1),
          lists_(geometry.total_blocks(), geometry.total_planes() * counts_),
          least_(static_cast<std::size_t>(geometry.total_planes()), geometry.pages) {}

    void add(std::int64_t block) override {
        const std::int64_t plane = block / geometry_.blocks;
        const std::int32_t valid = blocks_[static_cast<std::size_t>(block)].valid;
        lists_.push_back(plane * counts_ + valid, block);
        std::int32_t& least = least_[static_cast<std::size_t>(plane)];
        least = std::min(least, valid);
    }
    void remove(std::int64_t block) override { lists_.remove(block); }
    void invalidated(std::int64_t block) override {
        lists_.remove(block);
        add(block);
    }
    std::int64_t pick(std::int64_t plane, std::uint64_t) override {
        // `least` falls by one per page that becomes invalid, so that the search is O(1) a page.
        std::int32_t& least = least_[static_cast<std::size_t>(plane)];
        while (least < geometry_.pages && lists_.empty(plane * counts_ + least)) {
            ++least;
        }
        return lists_.front(plane * counts_ + least);
    }

   private:
    FlashGeometry geometry_;
    const std::vector<FtlBlock>& blocks_;
    std::int64_t counts_;
    IndexLists lists_;                 // per plane and number of valid pages
    std::vector<std::int32_t> least_;  // per plane: no list below has a block
};

class Fifo : public VictimPolicy {
   public:
    explicit Fifo(const FlashGeometry& geometry)
        : geometry_(geometry), lists_(geometry.total_blocks(), geometry.total_planes()) {}

    void add(std::int64_t block) override { lists_.push_back(block / geometry_.blocks, block); }
    void remove(std::int64_t block) override { lists_.remove(block); }
    std::int64_t pick(std::int64_t plane, std::uint64_t) override { return lists_.front(plane); }

   private:
    FlashGeometry geometry_;
    IndexLists lists_;
};

/// Policies that look at blocks of a plane by index.
class Indexed : public VictimPolicy {
   public:
    Indexed(const FlashGeometry& geometry, const std::vector<FtlBlock>& blocks)
        : geometry_(geometry),
          blocks_(blocks),
          place_(blocks.size()),
          closed_(static_cast<std::size_t>(geometry.total_planes())) {}

    void add(std::int64_t block) override {
        std::vector<std::int64_t>& closed = closed_of(block / geometry_.blocks);
        place_[static_cast<std::size_t>(block)] = static_cast<std::int32_t>(closed.size());
        closed.push_back(block);
    }
    void remove(std::int64_t block) override {
        std::vector<std::int64_t>& closed = closed_of(block / geometry_.blocks);
        const std::int32_t hole = place_[static_cast<std::size_t>(block)];
        closed[static_cast<std::size_t>(hole)] = closed.back();
        place_[static_cast<std::size_t>(closed.back())] = hole;
        closed.pop_back();
    }

   protected:
    std::vector<std::int64_t>& closed_of(std::int64_t plane) {
        return closed_[static_cast<std::size_t>(plane)];
    }
    const FtlBlock& block(std::int64_t number) const {
        return blocks_[static_cast<std::size_t>(number)];
    }
    std::int32_t pages() const { return geometry_.pages; }

   private:
    FlashGeometry geometry_;
    const std::vector<FtlBlock>& blocks_;
    std::vector<std::int32_t> place_;  // index in closed_
    std::vector<std::vector<std::int64_t>> closed_;
};

/// Of the emptiest blocks the one with the lowest number; O(blocks of the plane).
class GreedyLowest : public Indexed {
   public:
    using Indexed::Indexed;

    std::int64_t pick(std::int64_t plane, std::uint64_t) override {
        std::int64_t best = -1;
        for (const std::int64_t candidate : closed_of(plane)) {
            const std::int32_t valid = block(candidate).valid;
            if (best < 0 || valid < block(best).valid ||
                (valid == block(best).valid && candidate < best)) {
                best = candidate;
            }
        }
        return best >= 0 && block(best).valid < pages() ? best : -1;
    }
};

class CostBenefit : public Indexed {
   public:
    using Indexed::Indexed;

    std::int64_t pick(std::int64_t plane, std::uint64_t stamp) override {
        std::int64_t best = -1;
        double best_score = -1.0;
        for (const std::int64_t candidate : closed_of(plane)) {
            const FtlBlock& b = block(candidate);
            if (b.valid == 0) {
                return candidate;
            }
            const double age = static_cast<double>(stamp - b.closed_at) + 1.0;
            const double score = age * (pages() - b.valid) / (2.0 * b.valid);
            if (score > best_score) {
                best_score = score;
                best = candidate;
            }
        }
        return best;
    }
};

class Choices : public Indexed {
   public:
    Choices(const FlashGeometry& geometry, const std::vector<FtlBlock>& blocks,
            std::int64_t choices, std::uint64_t seed)
        : Indexed(geometry, blocks), choices_(choices), random_(seed, "ftl.victims") {}

    std::int64_t pick(std::int64_t plane, std::uint64_t) override {
        const std::vector<std::int64_t>& closed = closed_of(plane);
        std::int64_t best = -1;
        for (std::int64_t i = 0; i < choices_ && !closed.empty(); ++i) {
            const std::int64_t drawn = closed[random_.below(closed.size())];
            if (best < 0 || block(drawn).valid < block(best).valid) {
                best = drawn;
            }
        }
        return best;
    }

   private:
    std::int64_t choices_;
    core::RandomStream random_;
};

}  // namespace

std::vector<std::string> victim_policies() {
    return {"greedy", "greedy_lowest", "cost_benefit", "d_choice", "fifo", "random"};
}

std::unique_ptr<VictimPolicy> make_victim_policy(const FtlConfig::Gc& config,
                                                 const FlashGeometry& geometry,
                                                 const std::vector<FtlBlock>& blocks,
                                                 std::uint64_t seed) {
    if (config.policy == "greedy") {
        return std::make_unique<Greedy>(geometry, blocks);
    }
    if (config.policy == "greedy_lowest") {
        return std::make_unique<GreedyLowest>(geometry, blocks);
    }
    if (config.policy == "fifo") {
        return std::make_unique<Fifo>(geometry);
    }
    if (config.policy == "cost_benefit") {
        return std::make_unique<CostBenefit>(geometry, blocks);
    }
    if (config.policy == "d_choice" || config.policy == "random") {
        const std::int64_t choices = config.policy == "random" ? 1 : config.choices;
        return std::make_unique<Choices>(geometry, blocks, choices, seed);
    }
    throw core::UserError("unknown garbage collection policy '" + config.policy + "'");
}

}  // namespace strata::models
