// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Strict reader for every YAML file a user writes: platforms, workloads, bench cases, model cards,
// presets, mapping files.
//
// A config struct is filled by one function that takes a Section and calls a getter per key. That
// single pass reads, checks and documents: each getter marks its key as known, applies the default,
// checks the range, converts the unit, and records the resolved value, so that unknown keys, the
// resolved dump and the round trip come for free.
//
// Rules: quantities carry units (`1.2GHz`, `64KiB`, `35us`, `4.2pJ`); bare numbers are refused
// where a unit is due; duplicate and unknown keys are errors with a suggestion; integers with a
// leading zero are refused; YAML's `<<` is refused with a hint to `base:`.
//
// Reuse: any mapping may hold `base: file` (or a list of files), resolved relative to the file it
// stands in, with cycle detection. The mapping overlays that file, mapping by mapping; lists are
// replaced whole; of several bases a later one overlays an earlier one. `include: file` then adds
// the top-level keys of that file which are still unset. Both keys are reserved and vanish from the
// mapping; every other key keeps the place where it was written. `--set` is applied last.

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/units.h"

namespace strata::core {

/// Inclusive bounds of a number or a quantity in its base unit (ps, bytes, Hz, bytes/s …).
struct Range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};
constexpr Range kPositive{std::numeric_limits<double>::min(),
                          std::numeric_limits<double>::infinity()};
constexpr Range kNotNegative{0.0, std::numeric_limits<double>::infinity()};

class ConfigDocument;

/// A mapping of a config file under a dotted path. Cheap to copy. A Section of an absent key is
/// valid: every getter then yields its default (or the error "missing", at the parent's place).
class Section {
   public:
    const std::string& path() const;
    SourceLocation location() const;
    Diagnostics& diagnostics() const;  ///< for readers of files that the section names
    SourceLocation location(const std::string& key) const;
    bool present() const;                            ///< the mapping itself was written
    bool has(const std::string& key) const;          ///< the key was written
    bool has_mapping(const std::string& key) const;  ///< the key was written, as a mapping
    bool has_list(const std::string& key) const;     ///< the key was written, as a list
    std::vector<std::string> keys() const;           ///< keys written, in file order

    // Getters. Without a default the key is required. On an error (reported to Diagnostics) they
    // return the default, or the type's zero (1 Hz, 1 B/s for rates), so that reading goes on.
    // A default is not held against the range: `-1` may stand for "unset".
    std::int64_t integer(const std::string& key, std::optional<std::int64_t> fallback = {},
                         Range range = {});
    double number(const std::string& key, std::optional<double> fallback = {}, Range range = {});
    bool boolean(const std::string& key, std::optional<bool> fallback = {});
    std::string string(const std::string& key, std::optional<std::string> fallback = {});
    /// One of `choices`; the error lists them and suggests the closest.
    std::string choice(const std::string& key, const std::vector<std::string>& choices,
                       std::optional<std::string> fallback = {});
    Ps time(const std::string& key, std::optional<Ps> fallback = {}, Range range = kNotNegative);
    Bytes size(const std::string& key, std::optional<Bytes> fallback = {},
               Range range = kNotNegative);
    Frequency frequency(const std::string& key, std::optional<Frequency> fallback = {},
                        Range range = kPositive);
    Bandwidth bandwidth(const std::string& key, std::optional<Bandwidth> fallback = {},
                        Range range = kPositive);
    /// Transfers per second of a bus, `1000MT/s`, `6.4GT/s`.
    Frequency transfer_rate(const std::string& key, std::optional<Frequency> fallback = {},
                            Range range = kPositive);
    double energy_pj(const std::string& key, std::optional<double> fallback = {},
                     Range range = kNotNegative);  ///< `4.2pJ`, `1nJ` … in pJ
    double power_w(const std::string& key, std::optional<double> fallback = {},
                   Range range = kNotNegative);  ///< `3W`, `20mW` … in W
    double voltage_v(const std::string& key, std::optional<double> fallback = {},
                     Range range = kPositive);  ///< `0.75V`, `750mV` in V
    double temperature_c(const std::string& key, std::optional<double> fallback = {},
                         Range range = {});  ///< `85C` in degrees Celsius
    double length_m(const std::string& key, std::optional<double> fallback = {},
                    Range range = kNotNegative);  ///< `10mm`, `50um` in m
    double thermal_resistance(const std::string& key, std::optional<double> fallback = {},
                              Range range = kPositive);  ///< `0.5K/W`
    double heat_capacity(const std::string& key, std::optional<double> fallback = {},
                         Range range = kPositive);  ///< `0.1J/K`
    std::vector<std::int64_t> integers(const std::string& key,
                                       std::optional<std::vector<std::int64_t>> fallback = {},
                                       Range each = {});
    std::vector<std::string> strings(const std::string& key,
                                     std::optional<std::vector<std::string>> fallback = {});
    /// Any scalar as written, with its place (for values another parser reads).
    std::string raw(const std::string& key, std::optional<std::string> fallback = {});

    /// The mapping under `key`; absent is fine (see above).
    Section section(const std::string& key);
    /// The mapping under `key`; reports "missing" when absent.
    Section required_section(const std::string& key);
    /// The mappings of a list; empty when absent.
    std::vector<Section> list(const std::string& key);

    /// Reports an error of the caller's own, placed at `key` (or at the section when empty).
    void error(const std::string& key, const std::string& message);

    /// Call once after the last getter: every key not asked for is an unknown key.
    void finish();

   private:
    friend class ConfigDocument;
    struct Node;
    explicit Section(std::shared_ptr<Node> node);
    std::shared_ptr<Node> node_;
};

/// One config file with its bases, includes and `--set` overrides applied.
class ConfigDocument {
   public:
    /// Reads `file`. `overrides` are `a.b.c=value` strings (the value is YAML, indices as
    /// `list.0.key`); their place reads `--set a.b.c`. Errors go to `diagnostics`, which must
    /// outlive the document and its sections; after a syntax error the document is empty, and
    /// missing keys are then not reported on top.
    static ConfigDocument load(const std::string& file, const std::vector<std::string>& overrides,
                               Diagnostics& diagnostics);
    /// The same for text in memory; `name` stands for the file, in messages and for `base:`.
    static ConfigDocument parse(const std::string& text, const std::string& name,
                                const std::vector<std::string>& overrides,
                                Diagnostics& diagnostics);

    Section root();

    /// What was resolved through the getters so far, as YAML that reads back to the same values
    /// (units included), keys in the order they were asked for.
    std::string resolved_yaml() const;

   private:
    struct State;
    std::shared_ptr<State> state_;
};

// Text with a unit → number, as the getters use them. `error` gets the reason on failure.
std::optional<Ps> parse_time(const std::string& text, std::string& error);
std::optional<Bytes> parse_size(const std::string& text, std::string& error);
std::optional<Frequency> parse_frequency(const std::string& text, std::string& error);
std::optional<Bandwidth> parse_bandwidth(const std::string& text, std::string& error);

// Number → shortest text with a unit that parses back to the same number.
std::string format_time(Ps value);
std::string format_size(Bytes value);
std::string format_frequency(Frequency value);
std::string format_bandwidth(Bandwidth value);

}  // namespace strata::core
