// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// A mapping and what was asked of it: places, messages, the resolved dump.

#include <algorithm>
#include <utility>

#include "core/config_kinds.h"

namespace strata::core {

using config::Entry;
using config::Value;
using config::ValuePtr;

const Entry* Section::Node::find(const std::string& key) const {
    return value == nullptr ? nullptr : value->mapping.find(key);
}

std::string Section::Node::path_of(const std::string& key) const {
    return path.empty() || key.empty() ? path + key : path + "." + key;
}

void Section::Node::error(const Entry& entry, const std::string& message) const {
    diagnostics->error(entry.value->location, path_of(entry.key), message);
}

void Section::Node::missing(const std::string& key) const {
    if (report_missing) {
        diagnostics->error(location, path_of(key), "missing");
    }
}

Section::Node::Record& Section::Node::ask(const std::string& key) {
    const auto [slot, is_new] = record_index.emplace(key, records.size());
    if (is_new) {
        records.emplace_back();
        records.back().key = key;
    }
    return records[slot->second];
}

std::shared_ptr<Section::Node> Section::Node::child(const std::string& name,
                                                    const ValuePtr& mapping) const {
    auto node = std::make_shared<Node>();
    node->diagnostics = diagnostics;
    node->value = mapping;
    node->path = path_of(name);
    node->location = mapping == nullptr ? location : mapping->location;
    node->report_missing = report_missing;
    return node;
}

Section Section::Node::subsection(const std::string& key, bool required) {
    Record& record = ask(key);
    if (record.nodes.empty() || record.kind != Record::Kind::kSection) {
        const Entry* entry = find(key);
        const bool is_mapping = entry != nullptr && entry->value->kind == Value::Kind::kMapping;
        record.kind = Record::Kind::kSection;
        record.nodes = {child(key, is_mapping ? entry->value : nullptr)};
        if (entry != nullptr && !is_mapping) {
            error(*entry, expected("a mapping", *entry->value));
            record.nodes.front()->report_missing = false;
        }
    }
    if (required && find(key) == nullptr) {
        missing(key);
        record.nodes.front()->report_missing = false;  // one error is enough
    }
    return Section(record.nodes.front());
}

std::vector<std::string> Section::Node::candidates() const {
    std::vector<std::string> keys;
    for (const Record& record : records) {
        keys.push_back(record.key);
    }
    for (const std::string& key : probed) {
        if (record_index.count(key) == 0) {
            keys.push_back(key);
        }
    }
    return keys;
}

void Section::Node::dump(const std::string& indent, std::string& out) const {
    for (const Record& record : records) {
        const std::string key = indent + config::yaml_text(record.key) + ":";
        if (record.kind == Record::Kind::kScalar) {
            out += key + " " + record.text + "\n";
        } else if (record.kind == Record::Kind::kSection) {
            const Node& section = *record.nodes.front();
            std::string body;
            section.dump(indent + "  ", body);
            // Nothing read of an absent mapping: leaving it out reads back the same.
            if (!body.empty()) {
                out += key + "\n" + body;
            } else if (section.value != nullptr) {
                out += key + " {}\n";
            }
        } else if (record.kind == Record::Kind::kList) {
            out += key + (record.nodes.empty() ? " []\n" : "\n");
            for (const auto& item : record.nodes) {
                std::string body;
                item->dump(indent + "    ", body);
                if (body.empty()) {
                    body = indent + "    {}\n";
                }
                out += body.replace(indent.size() + 2, 1, "-");
            }
        }
    }
}

}  // namespace strata::core
