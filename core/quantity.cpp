// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Numbers with units. Decimal text is never rounded on its way to an integer quantity: digits and
// exponent are scaled in 128 bits, and what is not a whole number of base units is refused.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/config_internal.h"

namespace strata::core {

namespace config {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kMaxMagnitude = static_cast<std::uint64_t>(INT64_MAX);
constexpr int kMaxExponent = 100'000;   // beyond any double; keeps exponents from overflowing
constexpr std::size_t kMaxDigits = 19;  // of an int64; times the largest scale stays in 128 bits
constexpr std::size_t kMaxPlain = 12;   // longer real numbers are written with an exponent

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// `[sign] digits [. digits] [e exponent] [spaces] unit`; the value is digits * 10^exponent.
struct Numeral {
    bool negative = false;
    std::string digits;  // without leading or trailing zeros; empty for zero
    int exponent = 0;
    std::string unit;
};

class NumeralScanner {
   public:
    explicit NumeralScanner(const std::string& text) : text_(text) {}

    /// Nothing when the text is no number; `note` may then say why.
    std::optional<Numeral> scan(std::string& note) {
        if (at() == '+' || at() == '-') {
            numeral_.negative = text_[pos_++] == '-';
        }
        const std::string whole = digits();
        std::string fraction;
        if (at() == '.') {
            ++pos_;
            fraction = digits();
        }
        if (whole.empty() && fraction.empty()) {
            return {};
        }
        if (whole.size() > 1 && whole[0] == '0') {
            note = "leading zero";
            return {};
        }
        scan_exponent();
        while (at() == ' ') {
            ++pos_;
        }
        numeral_.unit = text_.substr(pos_);
        settle(whole + fraction, fraction.size());
        return numeral_;
    }

   private:
    char at(std::size_t ahead = 0) const {
        return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0';
    }

    std::string digits() {
        const std::size_t start = pos_;
        while (is_digit(at())) {
            ++pos_;
        }
        return text_.substr(start, pos_ - start);
    }

    // An 'e' that no digits follow belongs to the unit.
    void scan_exponent() {
        if (at() != 'e' && at() != 'E') {
            return;
        }
        const bool has_sign = at(1) == '+' || at(1) == '-';
        if (!is_digit(at(has_sign ? 2 : 1))) {
            return;
        }
        const bool negative = at(1) == '-';
        pos_ += has_sign ? 2 : 1;
        for (const char c : digits()) {
            numeral_.exponent = std::min(kMaxExponent, numeral_.exponent * 10 + (c - '0'));
        }
        if (negative) {
            numeral_.exponent = -numeral_.exponent;
        }
    }

    void settle(std::string all, std::size_t fraction_digits) {
        numeral_.exponent -= static_cast<int>(fraction_digits);
        while (!all.empty() && all.back() == '0') {
            all.pop_back();
            ++numeral_.exponent;
        }
        all.erase(0, std::min(all.find_first_not_of('0'), all.size()));
        numeral_.digits = std::move(all);
    }

    const std::string& text_;
    std::size_t pos_ = 0;
    Numeral numeral_;
};

std::string refusal(const std::string& expected, const std::string& text, const std::string& note) {
    return "expected " + expected + ", got " + shown(text) +
           (note.empty() ? "" : " (" + note + ")");
}

template <class Units>
std::string unit_list(const Units& units) {
    std::string text;
    for (const auto& unit : units.units) {
        text += (text.empty() ? "units: " : ", ") + unit.name;
    }
    return text;
}

/// The numeral of `text` and its unit in the table, or the reason why not in `error`.
template <class Units>
auto scan_quantity(const std::string& text, const Units& units, Numeral& numeral,
                   std::string& error) -> decltype(units.units.data()) {
    std::string note;
    const std::optional<Numeral> scanned = NumeralScanner(text).scan(note);
    if (!scanned) {
        error = refusal(units.expected, text, note);
        return nullptr;
    }
    numeral = *scanned;
    for (const auto& unit : units.units) {
        if (unit.name == numeral.unit) {
            return &unit;
        }
    }
    const bool offer_units = !numeral.unit.empty() && !units.units.front().name.empty();
    error = refusal(units.expected, text, offer_units ? unit_list(units) : "");
    return nullptr;
}

/// |numeral| * scale as an integer; otherwise `note` tells what is wrong.
std::optional<std::uint64_t> scaled(const Numeral& numeral, std::int64_t scale,
                                    const std::string& finest, std::string& note) {
    if (numeral.digits.empty()) {
        return 0;
    }
    if (numeral.digits.size() > kMaxDigits) {
        note = numeral.exponent < 0 ? "too many digits" : "too large";
        return {};
    }
    Wide value = 0;
    for (const char c : numeral.digits) {
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    value *= static_cast<Wide>(scale);
    for (int e = numeral.exponent; e < 0; ++e) {
        if (value % 10 != 0) {
            note = "finer than 1" + finest;
            return {};
        }
        value /= 10;
    }
    const Wide limit = Wide{kMaxMagnitude} + (numeral.negative ? 1 : 0);
    for (int e = numeral.exponent; e > 0 && value <= limit; --e) {
        value *= 10;
    }
    if (value > limit) {
        note = "too large";
        return {};
    }
    return static_cast<std::uint64_t>(value);
}

// Negated as unsigned: the magnitude of the smallest int64 has no positive counterpart.
std::int64_t signed_value(std::uint64_t magnitude, bool negative) {
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

/// `magnitude / scale` as decimal text, when that takes at most three decimals and no leading 0.
std::optional<std::string> quotient(std::uint64_t magnitude, std::uint64_t scale) {
    const std::uint64_t whole = magnitude / scale;
    const Wide thousandths = static_cast<Wide>(magnitude % scale) * 1000;
    if ((whole == 0 && magnitude != 0) || thousandths % scale != 0) {
        return {};
    }
    std::string text = std::to_string(whole);
    if (thousandths != 0) {
        std::string decimals =
            std::to_string(1000 + static_cast<std::uint64_t>(thousandths / scale));
        decimals[0] = '.';
        decimals.erase(decimals.find_last_not_of('0') + 1);
        text += decimals;
    }
    return text;
}

/// The shorter text wins, then the one without decimals, then the one that came first.
void keep_shorter(std::string& best, const std::string& candidate) {
    const auto rank = [](const std::string& text) {
        return std::make_pair(text.size(), text.find('.') != std::string::npos);
    };
    if (best.empty() || rank(candidate) < rank(best)) {
        best = candidate;
    }
}

/// digits * 10^exponent without an exponent, or nothing when that gets long.
std::optional<std::string> plain_decimal(const std::string& digits, int exponent) {
    const int size = static_cast<int>(digits.size());
    if (std::abs(exponent) > static_cast<int>(kMaxPlain)) {
        return {};
    }
    std::string text = digits;
    if (exponent >= 0) {
        text.append(static_cast<std::size_t>(exponent), '0');
    } else if (-exponent < size) {
        text.insert(static_cast<std::size_t>(size + exponent), ".");
    } else {
        text = "0." + std::string(static_cast<std::size_t>(-exponent - size), '0') + text;
    }
    return text;
}

}  // namespace

std::optional<std::int64_t> parse_exact(const std::string& text, const ExactUnits& units,
                                        std::string& error) {
    Numeral numeral;
    const ExactUnit* unit = scan_quantity(text, units, numeral, error);
    if (unit == nullptr) {
        return {};
    }
    std::string note;
    const auto magnitude = scaled(numeral, unit->scale, units.units.front().name, note);
    if (magnitude && numeral.negative && *magnitude != 0 && !units.may_be_negative) {
        note = "negative";
    }
    if (!note.empty()) {
        error = refusal(units.expected, text, note);
        return {};
    }
    return signed_value(*magnitude, numeral.negative);
}

std::optional<std::int64_t> parse_integer(const std::string& text, std::string& error) {
    const bool negative = !text.empty() && text[0] == '-';
    std::string digits = text.substr(negative || (!text.empty() && text[0] == '+') ? 1 : 0);
    const bool hex =
        digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    if (!hex && digits.size() > 1 && digits[0] == '0' &&
        std::all_of(digits.begin(), digits.end(), is_digit)) {
        error = refusal("an integer", text, "leading zero: octal in some YAML readers");
        return {};
    }
    digits.erase(0, hex ? 2 : 0);
    std::uint64_t magnitude = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, code] = std::from_chars(digits.data(), end, magnitude, hex ? 16 : 10);
    if (stop != end || code == std::errc::invalid_argument) {
        error = refusal("an integer", text, "");
        return {};
    }
    if (code == std::errc::result_out_of_range || magnitude > kMaxMagnitude + (negative ? 1 : 0)) {
        error = refusal("an integer", text, "beyond 64 bits");
        return {};
    }
    return signed_value(magnitude, negative);
}

std::optional<double> parse_real(const std::string& text, const RealUnits& units,
                                 std::string& error) {
    Numeral numeral;
    const RealUnit* unit = scan_quantity(text, units, numeral, error);
    if (unit == nullptr) {
        return {};
    }
    // One conversion of exact decimal text, so that the result is correctly rounded.
    const std::string decimal = (numeral.digits.empty() ? "0" : numeral.digits) + "e" +
                                std::to_string(numeral.exponent + unit->exponent);
    double value = 0.0;
    const auto result = std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
    if (!numeral.digits.empty() && result.ec != std::errc()) {
        error = refusal(units.expected, text, "out of range");
        return {};
    }
    return numeral.negative ? -value : value;
}

std::string format_exact(std::int64_t value, const ExactUnits& units) {
    const std::uint64_t bits = static_cast<std::uint64_t>(value);
    const std::uint64_t magnitude = value < 0 ? 0 - bits : bits;
    std::string best;
    for (const ExactUnit& unit : units.units) {
        if (const auto text = quotient(magnitude, static_cast<std::uint64_t>(unit.scale))) {
            keep_shorter(best, *text + unit.name);
        }
    }
    return (value < 0 ? "-" : "") + best;
}

std::string format_real(double value, const RealUnits& units) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value),
                                   std::chars_format::scientific);
    const std::string scientific(buffer, end.ptr);
    const std::size_t e = scientific.find('e');
    std::string digits = scientific.substr(0, e);
    int exponent = std::stoi(scientific.substr(e + 1));
    if (digits.size() > 1) {
        exponent -= static_cast<int>(digits.size()) - 2;
        digits.erase(1, 1);
    }
    std::string best;
    for (const RealUnit& unit : units.units) {
        const auto text = plain_decimal(digits, value == 0.0 ? 0 : exponent - unit.exponent);
        if (text && text->size() <= kMaxPlain) {
            keep_shorter(best, *text + unit.name);
        }
    }
    if (best.empty()) {
        const auto base = std::find_if(units.units.begin(), units.units.end(),
                                       [](const RealUnit& unit) { return unit.exponent == 0; });
        best = scientific + base->name;
    }
    return (std::signbit(value) ? "-" : "") + best;
}

}  // namespace config

std::optional<Ps> parse_time(const std::string& text, std::string& error) {
    return config::parse_exact(text, config::time_units(), error);
}

std::optional<Bytes> parse_size(const std::string& text, std::string& error) {
    return config::parse_exact(text, config::size_units(), error);
}

std::optional<Frequency> parse_frequency(const std::string& text, std::string& error) {
    const auto hz = config::parse_exact(text, config::frequency_units(), error);
    return hz ? std::optional<Frequency>(Frequency{*hz}) : std::nullopt;
}

std::optional<Bandwidth> parse_bandwidth(const std::string& text, std::string& error) {
    const auto rate = config::parse_exact(text, config::bandwidth_units(), error);
    return rate ? std::optional<Bandwidth>(Bandwidth{*rate}) : std::nullopt;
}

std::string format_time(Ps value) {
    return config::format_exact(value, config::time_units());
}

std::string format_size(Bytes value) {
    return config::format_exact(value, config::size_units());
}

std::string format_frequency(Frequency value) {
    return config::format_exact(value.hz, config::frequency_units());
}

std::string format_bandwidth(Bandwidth value) {
    return config::format_exact(value.bytes_per_s, config::bandwidth_units());
}

}  // namespace strata::core
