// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One iteration of a two-step allocator over sparse requests: one side chooses the best of its
// requests, then the other side chooses among the chosen ones. Output first with round-robin keys
// is a single iteration of iSLIP; input first is the separable allocator.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace strata::interconnect {

class FlitMatcher {
   public:
    struct Request {
        std::int32_t in = 0;
        std::int32_t out = 0;
        std::int32_t vc = 0;        ///< the caller's: which VC of the input asks
        std::uint64_t in_key = 0;   ///< the input takes the lowest of its requests
        std::uint64_t out_key = 0;  ///< the output likewise
    };

    /// Rank first, then the distances from two round-robin pointers.
    static std::uint64_t key(std::uint32_t rank, std::int32_t first, std::int32_t second) {
        return std::uint64_t{rank} << 48 | static_cast<std::uint64_t>(first) << 24 |
               static_cast<std::uint64_t>(second);
    }
    /// Steps from a round-robin pointer to `i` in a ring of `size`.
    static std::int32_t distance(std::int32_t pointer, std::int32_t i, std::int32_t size) {
        return i >= pointer ? i - pointer : i - pointer + size;
    }

    /// `size`: inputs or outputs, whichever are more.
    explicit FlitMatcher(std::size_t size) : best_in_(size, kNone), best_out_(size, kNone) {}

    void add(const Request& request) { requests_.push_back(request); }
    bool empty() const { return requests_.empty(); }

    /// Calls `accept(request)` for every match, each input and each output at most once, and
    /// forgets the requests.
    template <typename Accept>
    void match(bool output_first, Accept accept) {
        if (requests_.size() == 1) {
            const Request only = requests_.front();
            requests_.clear();
            accept(only);
            return;
        }
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(requests_.size()); ++i) {
            output_first ? offer_output(i) : offer_input(i);
        }
        chosen_.swap(touched_);
        for (const std::int32_t side : chosen_) {
            std::int32_t& best = (output_first ? best_out_ : best_in_)[index(side)];
            output_first ? offer_input(best) : offer_output(best);
            best = kNone;
        }
        chosen_.clear();
        chosen_.swap(touched_);
        for (const std::int32_t side : chosen_) {
            std::int32_t& best = (output_first ? best_in_ : best_out_)[index(side)];
            matches_.push_back(requests_[index(best)]);
            best = kNone;
        }
        chosen_.clear();
        requests_.clear();
        for (const Request& match : matches_) {
            accept(match);
        }
        matches_.clear();
    }

   private:
    static constexpr std::int32_t kNone = -1;
    static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }

    void offer_output(std::int32_t i) {
        const Request& request = requests_[index(i)];
        std::int32_t& best = best_out_[index(request.out)];
        if (best == kNone) {
            touched_.push_back(request.out);
            best = i;
        } else if (request.out_key < requests_[index(best)].out_key) {
            best = i;
        }
    }
    void offer_input(std::int32_t i) {
        const Request& request = requests_[index(i)];
        std::int32_t& best = best_in_[index(request.in)];
        if (best == kNone) {
            touched_.push_back(request.in);
            best = i;
        } else if (request.in_key < requests_[index(best)].in_key) {
            best = i;
        }
    }

    std::vector<Request> requests_;
    std::vector<Request> matches_;
    std::vector<std::int32_t> best_in_;   // request by input
    std::vector<std::int32_t> best_out_;  // request by output
    std::vector<std::int32_t> touched_;
    std::vector<std::int32_t> chosen_;
};

}  // namespace strata::interconnect
