// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The getters of a Section: each names a kind, Section::Node::read does the rest.

#include <algorithm>
#include <utility>

#include "core/config_kinds.h"

namespace strata::core {

using config::BooleanKind;
using config::ChoiceKind;
using config::Entry;
using config::ExactKind;
using config::expected;
using config::parse_in_range;
using config::RealKind;
using config::TextKind;
using config::Value;
using config::ValuePtr;

namespace {

std::optional<std::int64_t> rate_of(const std::optional<Frequency>& fallback) {
    return fallback ? std::optional<std::int64_t>(fallback->hz) : std::nullopt;
}

constexpr std::size_t kShortList = 60;  // characters of known keys worth printing

std::string unknown_key(const std::string& key, std::vector<std::string> known) {
    known.erase(std::remove(known.begin(), known.end(), key), known.end());
    if (const std::string guess = closest(key, known); !guess.empty()) {
        return "unknown key, did you mean '" + guess + "'?";
    }
    std::string list;
    for (const std::string& name : known) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list.empty() || list.size() > kShortList ? "unknown key"
                                                    : "unknown key (known: " + list + ")";
}

}  // namespace

template <class T, class Kind>
std::optional<T> Section::Node::read(const std::string& key, const std::optional<T>& fallback,
                                     const Kind& kind) {
    Record& record = ask(key);
    const Entry* entry = find(key);
    if (entry == nullptr) {
        if (!fallback) {
            missing(key);
        } else if (kind.accepts(*fallback)) {
            // A default out of range stands for "unset" and would not read back.
            record.kind = Record::Kind::kScalar;
            record.text = kind.format(*fallback);
        }
        return fallback;
    }
    std::string message;
    const std::optional<T> parsed = parse_in_range(kind, *entry->value, message);
    if (!parsed) {
        error(*entry, message);
        return fallback;
    }
    record.kind = Record::Kind::kScalar;
    record.text = kind.format(*parsed);
    return parsed;
}

template <class T, class Kind>
std::vector<T> Section::Node::read_list(const std::string& key,
                                        const std::optional<std::vector<T>>& fallback,
                                        const Kind& kind) {
    Record& record = ask(key);
    const Entry* entry = find(key);
    std::vector<T> result;
    if (entry == nullptr) {
        if (!fallback) {
            missing(key);
            return {};
        }
        result = *fallback;
    } else if (entry->value->kind != Value::Kind::kList) {
        error(*entry, expected("a list", *entry->value));
        return fallback.value_or(result);
    } else {
        bool good = true;
        for (std::size_t i = 0; i < entry->value->items.size(); ++i) {
            const Value& item = *entry->value->items[i];
            std::string message;
            if (const std::optional<T> parsed = parse_in_range(kind, item, message)) {
                result.push_back(*parsed);
            } else {
                const std::string item_path = path_of(key) + "." + std::to_string(i);
                diagnostics->error(item.location, item_path, message);
                good = false;
            }
        }
        if (!good) {
            return fallback.value_or(std::vector<T>{});
        }
    }
    std::string text;
    for (const T& item : result) {
        if (!kind.accepts(item)) {
            return result;
        }
        text += (text.empty() ? "" : ", ") + kind.format(item);
    }
    record.kind = Record::Kind::kScalar;
    record.text = "[" + text + "]";
    return result;
}

Section::Section(std::shared_ptr<Node> node) : node_(std::move(node)) {}

const std::string& Section::path() const {
    return node_->path;
}

Diagnostics& Section::diagnostics() const {
    return *node_->diagnostics;
}

SourceLocation Section::location() const {
    return node_->location;
}

SourceLocation Section::location(const std::string& key) const {
    const Entry* entry = node_->find(key);
    return entry == nullptr ? node_->location : entry->value->location;
}

bool Section::present() const {
    return node_->value != nullptr;
}

bool Section::has(const std::string& key) const {
    node_->probed.insert(key);
    return node_->find(key) != nullptr;
}

bool Section::has_mapping(const std::string& key) const {
    return has(key) && node_->find(key)->value->kind == Value::Kind::kMapping;
}

bool Section::has_list(const std::string& key) const {
    return has(key) && node_->find(key)->value->kind == Value::Kind::kList;
}

std::vector<std::string> Section::keys() const {
    std::vector<std::string> keys;
    if (present()) {
        for (const Entry& entry : node_->value->mapping.entries()) {
            keys.push_back(entry.key);
        }
    }
    return keys;
}

std::int64_t Section::integer(const std::string& key, std::optional<std::int64_t> fallback,
                              Range range) {
    return node_->read(key, fallback, ExactKind{nullptr, range}).value_or(0);
}

double Section::number(const std::string& key, std::optional<double> fallback, Range range) {
    return node_->read(key, fallback, RealKind{&config::number_units(), range}).value_or(0.0);
}

bool Section::boolean(const std::string& key, std::optional<bool> fallback) {
    return node_->read(key, fallback, BooleanKind{}).value_or(false);
}

std::string Section::string(const std::string& key, std::optional<std::string> fallback) {
    return node_->read(key, fallback, TextKind{false}).value_or("");
}

std::string Section::choice(const std::string& key, const std::vector<std::string>& choices,
                            std::optional<std::string> fallback) {
    return node_->read(key, fallback, ChoiceKind{choices}).value_or("");
}

Ps Section::time(const std::string& key, std::optional<Ps> fallback, Range range) {
    return node_->read(key, fallback, ExactKind{&config::time_units(), range}).value_or(0);
}

Bytes Section::size(const std::string& key, std::optional<Bytes> fallback, Range range) {
    return node_->read(key, fallback, ExactKind{&config::size_units(), range}).value_or(0);
}

Frequency Section::frequency(const std::string& key, std::optional<Frequency> fallback,
                             Range range) {
    const ExactKind kind{&config::frequency_units(), range};
    return {node_->read(key, rate_of(fallback), kind).value_or(Frequency{}.hz)};
}

Frequency Section::transfer_rate(const std::string& key, std::optional<Frequency> fallback,
                                 Range range) {
    const ExactKind kind{&config::transfer_units(), range};
    return {node_->read(key, rate_of(fallback), kind).value_or(Frequency{}.hz)};
}

Bandwidth Section::bandwidth(const std::string& key, std::optional<Bandwidth> fallback,
                             Range range) {
    const ExactKind kind{&config::bandwidth_units(), range};
    const auto rate = fallback ? std::optional<std::int64_t>(fallback->bytes_per_s) : std::nullopt;
    return {node_->read(key, rate, kind).value_or(Bandwidth{}.bytes_per_s)};
}

double Section::energy_pj(const std::string& key, std::optional<double> fallback, Range range) {
    return node_->read(key, fallback, RealKind{&config::energy_units(), range}).value_or(0.0);
}

double Section::power_w(const std::string& key, std::optional<double> fallback, Range range) {
    return node_->read(key, fallback, RealKind{&config::power_units(), range}).value_or(0.0);
}

double Section::voltage_v(const std::string& key, std::optional<double> fallback, Range range) {
    return node_->read(key, fallback, RealKind{&config::voltage_units(), range}).value_or(0.0);
}

double Section::temperature_c(const std::string& key, std::optional<double> fallback, Range range) {
    return node_->read(key, fallback, RealKind{&config::temperature_units(), range}).value_or(0.0);
}

double Section::length_m(const std::string& key, std::optional<double> fallback, Range range) {
    return node_->read(key, fallback, RealKind{&config::length_units(), range}).value_or(0.0);
}

double Section::thermal_resistance(const std::string& key, std::optional<double> fallback,
                                   Range range) {
    const RealKind kind{&config::thermal_resistance_units(), range};
    return node_->read(key, fallback, kind).value_or(0.0);
}

double Section::heat_capacity(const std::string& key, std::optional<double> fallback, Range range) {
    const RealKind kind{&config::heat_capacity_units(), range};
    return node_->read(key, fallback, kind).value_or(0.0);
}

std::vector<std::int64_t> Section::integers(const std::string& key,
                                            std::optional<std::vector<std::int64_t>> fallback,
                                            Range each) {
    return node_->read_list(key, fallback, ExactKind{nullptr, each});
}

std::vector<std::string> Section::strings(const std::string& key,
                                          std::optional<std::vector<std::string>> fallback) {
    return node_->read_list(key, fallback, TextKind{false});
}

std::string Section::raw(const std::string& key, std::optional<std::string> fallback) {
    return node_->read(key, fallback, TextKind{true}).value_or("");
}

Section Section::section(const std::string& key) {
    return node_->subsection(key, false);
}

Section Section::required_section(const std::string& key) {
    return node_->subsection(key, true);
}

std::vector<Section> Section::list(const std::string& key) {
    Node::Record& record = node_->ask(key);
    const Entry* entry = node_->find(key);
    if (entry != nullptr && record.kind != Node::Record::Kind::kList) {
        if (entry->value->kind != Value::Kind::kList) {
            node_->error(*entry, expected("a list of mappings", *entry->value));
            return {};
        }
        record.kind = Node::Record::Kind::kList;
        for (std::size_t i = 0; i < entry->value->items.size(); ++i) {
            const ValuePtr& item = entry->value->items[i];
            const std::string name = key + "." + std::to_string(i);
            if (item->kind == Value::Kind::kMapping) {
                record.nodes.push_back(node_->child(name, item));
            } else {
                node_->diagnostics->error(item->location, node_->path_of(name),
                                          expected("a mapping", *item));
            }
        }
    }
    std::vector<Section> sections;
    for (const std::shared_ptr<Node>& node : record.nodes) {
        sections.push_back(Section(node));
    }
    return sections;
}

void Section::error(const std::string& key, const std::string& message) {
    node_->dealt_with.insert(key);
    node_->diagnostics->error(location(key), node_->path_of(key), message);
}

void Section::finish() {
    if (!present()) {
        return;
    }
    const std::vector<std::string> known = node_->candidates();
    for (const Entry& entry : node_->value->mapping.entries()) {
        const bool is_known =
            node_->record_index.count(entry.key) != 0 || node_->dealt_with.count(entry.key) != 0;
        if (!is_known) {
            node_->diagnostics->error(entry.location, node_->path_of(entry.key),
                                      unknown_key(entry.key, known));
        }
    }
}

}  // namespace strata::core
