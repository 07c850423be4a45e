// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which block of a plane is collected next, by name:
//   greedy        fewest valid pages, the one closed first among equals; O(1), lists by valid count
//   cost_benefit  largest age (1 - u) / (2 u) (Rosenblum and Ousterhout; Kawaguchi et al. 1995),
//   age
//                 in programs since the block was closed; O(blocks of the plane) per victim
//   d_choice      fewest valid pages of d blocks drawn at random (Van Houdt 2013); O(d)
//   fifo          the one closed first; O(1)
//   random        any; O(1)

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/memory/nand/flash.h"
#include "models/memory/nand/ftl_config.h"

namespace strata::models {

struct FtlBlock;

/// The closed blocks of all planes. Blocks are flat numbers.
class VictimPolicy {
   public:
    virtual ~VictimPolicy() = default;
    virtual void add(std::int64_t block) = 0;
    virtual void remove(std::int64_t block) = 0;
    /// A page of a listed block became invalid: its valid count has just fallen by one.
    virtual void invalidated(std::int64_t /*block*/) {}
    /// A listed block of the plane or -1. `stamp`: programs so far.
    virtual std::int64_t pick(std::int64_t plane, std::uint64_t stamp) = 0;
};

std::vector<std::string> victim_policies();

/// `blocks` outlives the policy.
std::unique_ptr<VictimPolicy> make_victim_policy(const FtlConfig::Gc& config,
                                                 const FlashGeometry& geometry,
                                                 const std::vector<FtlBlock>& blocks,
                                                 std::uint64_t seed);

}  // namespace strata::models
