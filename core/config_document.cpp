// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// A whole file: overrides on the way in, the resolved dump on the way out.

#include <utility>

#include "core/config_internal.h"

namespace strata::core {

namespace config {

namespace {

constexpr std::size_t kMaxDepth = 100;  // keeps the recursion over a path bounded

std::vector<std::string> split(const std::string& path) {
    std::vector<std::string> parts(1);
    for (const char c : path) {
        if (c == '.') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

std::string join(const std::vector<std::string>& parts, std::size_t count) {
    std::string path;
    for (std::size_t i = 0; i < count; ++i) {
        path += (i == 0 ? "" : ".") + parts[i];
    }
    return path;
}

/// The number of a list item, or nothing when `text` is no such number.
std::optional<std::size_t> list_index(const std::string& text, std::size_t size) {
    std::string error;
    const auto index = parse_integer(text, error);
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= size) {
        return {};
    }
    return static_cast<std::size_t>(*index);
}

/// Puts one value into a tree, copying the nodes on the way to it.
class Override {
   public:
    Override(std::vector<std::string> parts, ValuePtr value, SourceLocation location)
        : parts_(std::move(parts)), value_(std::move(value)), location_(std::move(location)) {}

    const std::string& error() const { return error_; }

    ValuePtr apply(const ValuePtr& node, std::size_t depth = 0) {
        if (depth == parts_.size()) {
            return value_;
        }
        const bool absent = node == nullptr || node->kind == Value::Kind::kNull;
        auto copy = absent ? std::make_shared<Value>() : std::make_shared<Value>(*node);
        if (absent) {
            copy->kind = Value::Kind::kMapping;
            copy->location = location_;
        }
        if (copy->kind == Value::Kind::kScalar) {
            error_ = "'" + join(parts_, depth) + "' is " + describe(*copy) + ", not a mapping";
        } else if (copy->kind == Value::Kind::kList) {
            apply_to_item(*copy, depth);
        } else {
            const Entry* old = copy->mapping.find(parts_[depth]);
            ValuePtr value = apply(old == nullptr ? nullptr : old->value, depth + 1);
            // A key that was there keeps its place; only what the override wrote is its own.
            const bool keeps = old != nullptr && depth + 1 < parts_.size();
            const SourceLocation place = keeps ? old->location : location_;
            copy->mapping.set({parts_[depth], place, std::move(value)});
        }
        return copy;
    }

   private:
    void apply_to_item(Value& list, std::size_t depth) {
        const std::string& part = parts_[depth];
        if (const auto index = list_index(part, list.items.size())) {
            list.items[*index] = apply(list.items[*index], depth + 1);
        } else {
            error_ = "'" + join(parts_, depth) + "' is a list of " +
                     std::to_string(list.items.size()) + ", it has no item '" + part + "'";
        }
    }

    std::vector<std::string> parts_;
    ValuePtr value_;
    SourceLocation location_;
    std::string error_;
};

/// What is wrong with the key of an override, or an empty string.
std::string key_error(const std::vector<std::string>& parts) {
    for (const std::string& part : parts) {
        if (part.empty()) {
            return "expected key=value, the key has an empty part";
        }
        if (!is_single_line(part)) {
            return "a key must be a line of text";
        }
        if (part == "base" || part == "include") {
            return "'" + part + "' belongs in a file, not in an override";
        }
    }
    return parts.size() > kMaxDepth ? "the key is too deep" : "";
}

}  // namespace

ValuePtr apply_override(const ValuePtr& root, const std::string& text, Loader& loader,
                        Diagnostics& diagnostics) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        diagnostics.error({"--set " + shown(text), 0, 0}, "", "expected key=value");
        return root;
    }
    const std::string key = text.substr(0, equals);
    const SourceLocation location{"--set " + shown(key), 0, 0};
    const std::vector<std::string> parts = split(key);
    if (const std::string error = key_error(parts); !error.empty()) {
        diagnostics.error(location, "", error);
        return root;
    }
    ValuePtr value = loader.parse_override(text.substr(equals + 1), location);
    if (value == nullptr) {
        return root;
    }
    Override override(parts, std::move(value), location);
    ValuePtr changed = override.apply(root);
    if (!override.error().empty()) {
        diagnostics.error(location, "", override.error());
        return root;
    }
    return changed;
}

}  // namespace config

struct ConfigDocument::State {
    std::shared_ptr<Section::Node> root;

    State(config::ValuePtr tree, const std::string& name, const std::vector<std::string>& overrides,
          config::Loader& loader, Diagnostics& diagnostics)
        : root(std::make_shared<Section::Node>()) {
        const bool has_tree = tree != nullptr;
        for (const std::string& text : overrides) {
            // Even without a tree: a malformed override is the user's mistake as well.
            tree = config::apply_override(tree, text, loader, diagnostics);
        }
        root->diagnostics = &diagnostics;
        root->report_missing = !loader.incomplete();
        root->value = has_tree ? std::move(tree) : nullptr;
        root->location = root->value ? root->value->location : SourceLocation{name, 0, 0};
    }
};

ConfigDocument ConfigDocument::load(const std::string& file,
                                    const std::vector<std::string>& overrides,
                                    Diagnostics& diagnostics) {
    config::Loader loader(diagnostics);
    ConfigDocument document;
    document.state_ =
        std::make_shared<State>(loader.load(file), file, overrides, loader, diagnostics);
    return document;
}

ConfigDocument ConfigDocument::parse(const std::string& text, const std::string& name,
                                     const std::vector<std::string>& overrides,
                                     Diagnostics& diagnostics) {
    config::Loader loader(diagnostics);
    ConfigDocument document;
    document.state_ =
        std::make_shared<State>(loader.parse(text, name), name, overrides, loader, diagnostics);
    return document;
}

Section ConfigDocument::root() {
    return Section(state_->root);
}

std::string ConfigDocument::resolved_yaml() const {
    std::string text;
    state_->root->dump("", text);
    return text.empty() ? "{}\n" : text;
}

}  // namespace strata::core
