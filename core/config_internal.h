// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the sources of the config reader share; nobody else includes this.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/config.h"

namespace strata::core::config {

struct Value;
using ValuePtr = std::shared_ptr<const Value>;

/// A key of a mapping with the place of the key itself.
struct Entry {
    std::string key;
    SourceLocation location;
    ValuePtr value;
};

/// Entries in the order they were written, each key once.
class Mapping {
   public:
    const std::vector<Entry>& entries() const { return entries_; }
    const Entry* find(const std::string& key) const;
    /// Replaces the entry of the same key, in place, or appends.
    void set(Entry entry);

   private:
    std::vector<Entry> entries_;
    std::map<std::string, std::size_t> index_;
};

/// A YAML node. Immutable once it is in a tree, because anchors share nodes.
struct Value {
    enum class Kind { kNull, kScalar, kList, kMapping };
    Kind kind = Kind::kNull;
    SourceLocation location;
    std::string text;     ///< of a scalar
    bool quoted = false;  ///< a scalar that YAML holds to be a string
    std::vector<ValuePtr> items;
    Mapping mapping;
};

/// How a message names a value: its text, "a list", "a mapping" or "nothing".
std::string describe(const Value& value);

/// `text` fit for a message: one line, not too long, never empty.
std::string shown(const std::string& text);

/// Whether `text` may be a key: not empty, no line breaks or control characters.
bool is_single_line(const std::string& text);

/// Why a text cannot be YAML, and where.
struct Garbage {
    SourceLocation place;
    std::string reason;
};

/// The first byte that no text file holds, counting from `place`; the parser would take some of
/// them for the end of the file, in silence.
std::optional<Garbage> find_garbage(const std::string& text, SourceLocation place);

/// Whether the quoted scalar whose node starts at `pos` is closed; the parser takes the end of the
/// file for a closing quote.
bool quote_closes(const std::string& text, std::size_t pos);

/// Whether a tab stands in the indentation of line `line` (from 1) or the one before.
bool tab_indents(const std::string& text, int line);

/// Reads files with their bases and includes into trees.
class Loader {
   public:
    explicit Loader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    /// The mapping of a file; null after an error, which is reported.
    ValuePtr load(const std::string& file);
    /// The same for text that came from (or stands for) `name`.
    ValuePtr parse(const std::string& text, const std::string& name);
    /// The value of an override: any node, every part of it placed at `location`.
    ValuePtr parse_override(const std::string& text, const SourceLocation& location);

    /// Some file could not be read, so keys may seem missing that are not.
    bool incomplete() const { return incomplete_; }

   private:
    friend class TreeBuilder;

    ValuePtr run(const std::string& text, const SourceLocation& start, bool is_override);
    /// `mapping` with its `base` and `include` keys replaced by what they name.
    Mapping resolve(const Mapping& mapping, const SourceLocation& location,
                    const std::string& path);
    std::vector<ValuePtr> referred(const Entry& entry, const SourceLocation& from,
                                   const std::string& path);
    ValuePtr refer(const std::string& file, const SourceLocation& place, const std::string& path);
    void fail(const SourceLocation& location, const std::string& path, const std::string& message);

    Diagnostics& diagnostics_;
    bool incomplete_ = false;
    std::vector<std::string> open_;         // files being read, outermost first
    std::map<std::string, ValuePtr> done_;  // by canonical name
};

/// Applies `a.b=v` to a tree; on an error reports it and returns the tree unchanged.
ValuePtr apply_override(const ValuePtr& root, const std::string& text, Loader& loader,
                        Diagnostics& diagnostics);

/// A unit of an integer quantity: `scale` base units.
struct ExactUnit {
    std::string name;
    std::int64_t scale;
};
struct ExactUnits {
    std::string expected;  ///< "a time such as 10ns"
    std::vector<ExactUnit> units;
    bool may_be_negative;
};
/// A unit of a real quantity: 10^exponent base units.
struct RealUnit {
    std::string name;
    int exponent;
};
struct RealUnits {
    std::string expected;
    std::vector<RealUnit> units;
};

const ExactUnits& time_units();
const ExactUnits& size_units();
const ExactUnits& frequency_units();
const ExactUnits& transfer_units();
const ExactUnits& bandwidth_units();
const RealUnits& number_units();  ///< the one unit is ""
const RealUnits& energy_units();
const RealUnits& power_units();
const RealUnits& voltage_units();
const RealUnits& temperature_units();
const RealUnits& length_units();
const RealUnits& thermal_resistance_units();
const RealUnits& heat_capacity_units();

std::optional<std::int64_t> parse_integer(const std::string& text, std::string& error);
std::optional<std::int64_t> parse_exact(const std::string& text, const ExactUnits& units,
                                        std::string& error);
std::optional<double> parse_real(const std::string& text, const RealUnits& units,
                                 std::string& error);
std::string format_exact(std::int64_t value, const ExactUnits& units);
std::string format_real(double value, const RealUnits& units);

/// YAML for a key or for a scalar kept as written: plain where that reads back to the same text.
std::string yaml_text(const std::string& text);
/// The same for a string: quoted also where plain YAML would make it a number or a boolean.
std::string yaml_string(const std::string& text);

}  // namespace strata::core::config

namespace strata::core {

/// A mapping together with what was asked of it.
struct Section::Node {
    /// What became of one key.
    struct Record {
        enum class Kind { kNone, kScalar, kSection, kList };
        std::string key;
        Kind kind = Kind::kNone;
        std::string text;                          // kScalar: resolved, as YAML; empty: not shown
        std::vector<std::shared_ptr<Node>> nodes;  // kSection: one; kList: one per item
    };

    Diagnostics* diagnostics = nullptr;
    config::ValuePtr value;  // a mapping; null when absent
    std::string path;
    SourceLocation location;
    bool report_missing = true;
    std::vector<Record> records;  // in the order asked for
    std::map<std::string, std::size_t> record_index;
    std::set<std::string> probed;      // keys of has(): candidates for a suggestion
    std::set<std::string> dealt_with;  // reported already; not unknown on top

    const config::Entry* find(const std::string& key) const;
    std::string path_of(const std::string& key) const;
    void error(const config::Entry& entry, const std::string& message) const;
    void missing(const std::string& key) const;
    Record& ask(const std::string& key);
    std::shared_ptr<Node> child(const std::string& name, const config::ValuePtr& mapping) const;
    Section subsection(const std::string& key, bool required);
    std::vector<std::string> candidates() const;

    template <class T, class Kind>
    std::optional<T> read(const std::string& key, const std::optional<T>& fallback,
                          const Kind& kind);
    template <class T, class Kind>
    std::vector<T> read_list(const std::string& key, const std::optional<std::vector<T>>& fallback,
                             const Kind& kind);

    /// Appends the resolved keys as YAML lines.
    void dump(const std::string& indent, std::string& out) const;
};

}  // namespace strata::core
