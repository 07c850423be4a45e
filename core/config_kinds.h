// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kinds of scalars a config file may hold. A kind knows how one type is parsed (`parse`), which
// values are good (`accepts`, and in words `wanted`), and how it is written back (`format`).

#include <algorithm>
#include <cmath>

#include "core/config_internal.h"

namespace strata::core::config {

inline std::string expected(const std::string& what, const Value& got) {
    return "expected " + what + ", got " + describe(got);
}

inline bool is_scalar(const Value& value) {
    return value.kind == Value::Kind::kScalar;
}

/// `1..16`, `at least 1`, `at most 16`, `more than 0` in the units of `format`.
template <class Format>
std::string describe_range(const Range& range, const Format& format) {
    const bool above_zero = range.low == kPositive.low;
    const bool has_low = !above_zero && std::isfinite(range.low);
    const bool has_high = std::isfinite(range.high);
    if (has_low && has_high) {
        return format(range.low) + ".." + format(range.high);
    }
    const std::string low = above_zero ? "more than 0"
                            : has_low  ? "at least " + format(range.low)
                                       : "";
    const std::string high = has_high ? "at most " + format(range.high) : "";
    return low + (low.empty() || high.empty() ? "" : " and ") + high;
}

/// Integers, bare (`units` null) or with a unit.
struct ExactKind {
    const ExactUnits* units;
    Range range;

    std::optional<std::int64_t> parse(const Value& value, std::string& error) const {
        const std::string what = units == nullptr ? "an integer" : units->expected;
        // Quotes make a number a string; a quantity is a string anyway.
        if (!is_scalar(value) || (units == nullptr && value.quoted)) {
            error = expected(what, value);
            return {};
        }
        return units == nullptr ? parse_integer(value.text, error)
                                : parse_exact(value.text, *units, error);
    }
    // As long double, because double does not hold every int64.
    bool accepts(std::int64_t value) const {
        const auto wide = static_cast<long double>(value);
        return wide >= range.low && wide <= range.high;
    }
    std::string wanted() const {
        return describe_range(range, [this](double bound) {
            const double whole = bound == range.low ? std::ceil(bound) : std::floor(bound);
            const bool fits = std::abs(whole) < 9.2e18;
            return format(fits ? static_cast<std::int64_t>(whole)
                               : (whole < 0 ? INT64_MIN : INT64_MAX));
        });
    }
    std::string format(std::int64_t value) const {
        return units == nullptr ? std::to_string(value) : format_exact(value, *units);
    }
};

struct RealKind {
    const RealUnits* units;
    Range range;

    std::optional<double> parse(const Value& value, std::string& error) const {
        const bool bare = units == &number_units();
        if (!is_scalar(value) || (bare && value.quoted)) {
            error = expected(units->expected, value);
            return {};
        }
        return parse_real(value.text, *units, error);
    }
    bool accepts(double value) const {
        return std::isfinite(value) && value >= range.low && value <= range.high;
    }
    std::string wanted() const {
        return describe_range(range, [this](double bound) { return format(bound); });
    }
    std::string format(double value) const { return format_real(value, *units); }
};

struct BooleanKind {
    std::optional<bool> parse(const Value& value, std::string& error) const {
        if (is_scalar(value) && !value.quoted && (value.text == "true" || value.text == "false")) {
            return value.text == "true";
        }
        error = expected("true or false", value);
        return {};
    }
    bool accepts(bool) const { return true; }
    std::string wanted() const { return {}; }
    std::string format(bool value) const { return value ? "true" : "false"; }
};

/// Any scalar; `as_written` keeps numbers unquoted in the resolved dump.
struct TextKind {
    bool as_written;

    std::optional<std::string> parse(const Value& value, std::string& error) const {
        if (is_scalar(value)) {
            return value.text;
        }
        error = expected(as_written ? "a value" : "a string", value);
        return {};
    }
    bool accepts(const std::string&) const { return true; }
    std::string wanted() const { return {}; }
    std::string format(const std::string& value) const {
        return as_written ? yaml_text(value) : yaml_string(value);
    }
};

struct ChoiceKind {
    const std::vector<std::string>& choices;

    std::optional<std::string> parse(const Value& value, std::string& error) const {
        if (is_scalar(value) && accepts(value.text)) {
            return value.text;
        }
        error = expected(wanted(), value);
        const std::string guess = is_scalar(value) ? closest(value.text, choices) : "";
        error += guess.empty() ? "" : ", did you mean '" + guess + "'?";
        return {};
    }
    bool accepts(const std::string& value) const {
        return std::find(choices.begin(), choices.end(), value) != choices.end();
    }
    std::string wanted() const {
        std::string text;
        for (const std::string& choice : choices) {
            text += (text.empty() ? "" : ", ") + choice;
        }
        return (choices.size() > 1 ? "one of " : "") + text;
    }
    std::string format(const std::string& value) const { return yaml_string(value); }
};

/// The value of `value`, in range; otherwise the reason why not in `error`.
template <class Kind>
auto parse_in_range(const Kind& kind, const Value& value, std::string& error) {
    auto parsed = kind.parse(value, error);
    if (parsed && !kind.accepts(*parsed)) {
        error = expected(kind.wanted(), value);
        parsed.reset();
    }
    return parsed;
}

}  // namespace strata::core::config
