// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Error correction of pages read: where it sits, how long it takes, how often it fails.
//
// Modelled: a page is a number of code words; a word decodes if it has at most `correctable` wrong
// bits, the wrong bits being binomial with the raw error rate. A page is tried in stages: the first
// read with hard decision; then `retries` more reads at shifted voltages, each of which leaves
// `shift` of the rate of the one before; then a read with soft decision (several senses), which
// corrects more bits. A page that fails all stages is uncorrectable. Stages draw independently. A
// decoder begins a page every `interval` and has its result after `latency`; pages wait for the
// decoder that is free first.
// Where the decoder sits decides what crosses the bus and how late a failure shows: in the die
// only payload crosses; in the base die payload and parity cross the die's bus; in the
// controller they cross the link to the host, too. A failed page is sensed and moved again.
// Not modelled: iterations of LDPC one by one, miscorrection, RAID across dies.
//
// Sources: LDPC about 1 us per iteration, 1/4/20 us for 4 KiB [published]; near-flash BCH(9088,
// 8192, 64) at 14.6 Gb/s [notes of others]; the correctable bits of LDPC are an assumption (hard
// decision ends at an RBER of 3e-3 … 1e-2). Units: ps, bits of a code word, bytes.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/random.h"
#include "core/units.h"

namespace strata::models {

enum class EccPlacement : std::uint8_t { kNone, kDie, kBaseDie, kController };

struct FlashEccConfig {
    /// Effort of one attempt at a page.
    struct Stage {
        core::Ps latency = 0;
        core::Ps interval = 0;         ///< a decoder takes the next page after this time
        std::int64_t correctable = 0;  ///< bits of a code word
    };
    EccPlacement placement = EccPlacement::kNone;
    core::Bytes codeword = 1024;  ///< payload of a code word
    core::Bytes parity = 112;     ///< of a code word
    std::int64_t decoders = 1;    ///< of a channel of the controller
    Stage hard{561'000, 561'000, 64};
    std::int64_t retries = 3;
    double shift = 0.5;
    Stage soft{20'000'000, 20'000'000, 96};
    std::int64_t soft_senses = 3;  ///< senses of a page for two bits of soft information
    std::uint64_t seed = 1;

    bool on() const { return placement != EccPlacement::kNone; }
    std::int64_t stages() const { return retries + 2; }
    bool is_soft(std::int64_t stage) const { return stage == retries + 1; }
    const Stage& effort(std::int64_t stage) const { return is_soft(stage) ? soft : hard; }
    /// Bytes that a page with `payload` bytes asked for puts on a path before the decoder.
    core::Bytes raw_bytes(core::Bytes payload) const {
        return core::ceil_div(payload, codeword) * (codeword + parity);
    }
    double decode_pj_per_bit = 1.0;  ///< of an attempt, payload and parity: assumption
    /// Reads a mapping `ecc` over what the fields hold already.
    void read(core::Section s);
};

/// P(X > t) for X binomial with n trials of probability p.
double binomial_tail(std::int64_t n, double p, std::int64_t t);

class FlashEcc {
   public:
    FlashEcc(const FlashEccConfig& config, core::Bytes page_bytes);

    /// Probability that a page of raw error rate `rber` fails in `stage` (0 … stages() - 1). Exact.
    double exact_failure(std::int64_t stage, double rber) const;
    /// The same from a table, interpolated in its logarithm; 0 below 1e-30.
    double failure(std::int64_t stage, double rber) const;
    /// Whether this attempt fails; draws only when the probability is between 0 and 1.
    bool fails(std::int64_t stage, double rber) {
        const double probability = failure(stage, rber);
        return probability > 0.0 && random_.chance(probability);
    }

   private:
    // The table: raw error rates from 2^-24 to 2^-1.
    static constexpr double kFirstOctave = -24.0;
    static constexpr std::int64_t kPerOctave = 16;
    static constexpr std::int64_t kEntries = 23 * kPerOctave + 1;

    FlashEccConfig config_;
    std::int64_t words_;
    std::vector<double> log_failure_;  // natural logarithm, stage by stage
    core::RandomStream random_;
};

/// Decoders that serve pages in order of arrival.
class EccDecoders {
   public:
    explicit EccDecoders(std::int64_t count) : free_(static_cast<std::size_t>(count), 0) {}

    /// When the page is decoded that has arrived by `now`.
    core::Ps decode(core::Ps now, const FlashEccConfig::Stage& effort) {
        core::Ps& free = free_[next_];
        next_ = next_ + 1 == free_.size() ? 0 : next_ + 1;
        const core::Ps start = now > free ? now : free;
        free = start + effort.interval;
        busy_ += effort.interval;
        return start + effort.latency;
    }
    core::Ps busy_time() const { return busy_; }  ///< sum over decoders

   private:
    std::vector<core::Ps> free_;  // taken in turn
    std::size_t next_ = 0;
    core::Ps busy_ = 0;
};

}  // namespace strata::models
