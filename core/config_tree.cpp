// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// YAML text → tree of values with places. Built from the parser's events, because YAML::Node drops
// what this reader has to report: places of nulls, quoting, duplicate keys across aliases.

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "core/config_internal.h"

namespace strata::core::config {

/// Handles the events of one document.
class TreeBuilder : public YAML::EventHandler {
   public:
    TreeBuilder(Loader& loader, const std::string& text, SourceLocation start, bool is_override)
        : loader_(loader), text_(text), start_(std::move(start)), is_override_(is_override) {}

    ValuePtr root() const { return root_; }
    bool unclosed() const { return unclosed_; }

    /// Where the parser gave up: its mark, or the last node when the mark lies before that.
    SourceLocation place_of_error(const YAML::Mark& mark) const {
        const bool before =
            std::make_pair(mark.line, mark.column) < std::make_pair(last_.line, last_.column);
        return mark.is_null() || before ? place(last_) : place(mark);
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        // The parser also starts a document at a token it cannot place, again and again without
        // end: a comma at the top, say.
        if (++documents_ > 1) {
            const std::size_t pos = std::min(text_.size(), static_cast<std::size_t>(mark.pos));
            const bool is_marker = text_.compare(pos, 3, "---") == 0;
            throw YAML::ParserException(
                mark, is_marker ? "only one document per file" : "unexpected text");
        }
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        // The mark of an empty value is that of the next token, maybe lines below: use the key.
        const bool after_key = !frames_.empty() && frames_.back().has_key;
        complete(anchor, make(after_key ? frames_.back().key.location : place(mark)));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        last_ = mark;
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            error(place(mark), "an alias inside the value it stands for");
            complete(YAML::NullAnchor, make(place(mark)));
        } else {
            add(found->second);
        }
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        auto value = start_node(mark, tag);
        value->kind = Value::Kind::kScalar;
        value->text = text;
        value->quoted = tag == "!";
        unclosed_ = value->quoted && !quote_closes(text_, static_cast<std::size_t>(mark.pos));
        complete(anchor, std::move(value));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, Value::Kind::kList);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, Value::Kind::kMapping);
    }
    void OnMapEnd() override {
        Frame& top = frames_.back();
        top.value->mapping = loader_.resolve(top.value->mapping, top.value->location, path());
        close();
    }

   private:
    // A list or mapping whose end has not been seen.
    struct Frame {
        std::shared_ptr<Value> value;
        YAML::anchor_t anchor = YAML::NullAnchor;
        bool has_key = false;    // a mapping between key and value
        bool valid_key = false;  // otherwise the value is dropped
        Entry key;
    };

    SourceLocation place(const YAML::Mark& mark) const {
        return is_override_ ? start_ : SourceLocation{start_.file, mark.line + 1, mark.column + 1};
    }

    std::shared_ptr<Value> make(SourceLocation location) const {
        auto value = std::make_shared<Value>();
        value->location = std::move(location);
        return value;
    }

    std::shared_ptr<Value> start_node(const YAML::Mark& mark, const std::string& tag) {
        last_ = mark;
        if (!tag.empty() && tag != "?" && tag != "!") {
            error(place(mark), "YAML tags such as " + shown(tag) + " are not supported");
        }
        return make(place(mark));
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              Value::Kind kind) {
        auto value = start_node(mark, tag);
        value->kind = kind;
        Frame frame;
        frame.value = std::move(value);
        frame.anchor = anchor;
        frames_.push_back(std::move(frame));
    }

    void close() {
        const Frame frame = std::move(frames_.back());
        frames_.pop_back();
        complete(frame.anchor, frame.value);
    }

    void complete(YAML::anchor_t anchor, ValuePtr value) {
        if (anchor != YAML::NullAnchor) {
            anchors_[anchor] = value;
        }
        add(std::move(value));
    }

    void add(ValuePtr value) {
        if (frames_.empty()) {
            root_ = std::move(value);
            return;
        }
        Frame& top = frames_.back();
        if (top.value->kind == Value::Kind::kList) {
            top.value->items.push_back(std::move(value));
        } else if (!top.has_key) {
            take_key(top, *value);
        } else {
            top.has_key = false;
            if (top.valid_key) {
                top.key.value = std::move(value);
                top.value->mapping.set(std::move(top.key));
            }
        }
    }

    void take_key(Frame& top, const Value& key) {
        top.has_key = true;
        top.valid_key = false;
        top.key = {key.text, key.location, nullptr};
        if (key.kind != Value::Kind::kScalar || !is_single_line(key.text)) {
            top.has_key = false;  // not part of the path
            error(key.location, "a key must be a line of text, got " + describe(key));
            top.has_key = true;
        } else if (key.text == "<<") {
            error(key.location, "YAML merges are not supported, use 'base: file'");
            loader_.incomplete_ = true;
        } else if (const Entry* first = top.value->mapping.find(key.text)) {
            error(key.location,
                  "duplicate key" +
                      (is_override_ ? ""
                                    : ", first on line " + std::to_string(first->location.line)));
        } else {
            top.valid_key = true;
        }
    }

    // Dotted path of the node being read.
    std::string path() const {
        std::string text;
        for (const Frame& frame : frames_) {
            const bool is_list = frame.value->kind == Value::Kind::kList;
            if (is_list || frame.has_key) {
                text += text.empty() ? "" : ".";
                text += is_list ? std::to_string(frame.value->items.size()) : frame.key.key;
            }
        }
        return text;
    }

    void error(const SourceLocation& location, const std::string& message) {
        loader_.diagnostics_.error(location, path(), message);
    }

    Loader& loader_;
    const std::string& text_;
    SourceLocation start_;
    bool is_override_;
    ValuePtr root_;
    std::vector<Frame> frames_;
    std::map<YAML::anchor_t, ValuePtr> anchors_;
    YAML::Mark last_;
    int documents_ = 0;
    bool unclosed_ = false;
};

ValuePtr Loader::run(const std::string& text, const SourceLocation& start, bool is_override) {
    static const std::string kByteOrderMark = "\xEF\xBB\xBF";
    const bool marked = text.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0;
    const std::string body = marked ? text.substr(kByteOrderMark.size()) : text;
    if (const auto garbage = find_garbage(body, start)) {
        fail(is_override ? start : garbage->place, "", garbage->reason);
        return nullptr;
    }
    std::istringstream in(body);
    TreeBuilder builder(*this, body, start, is_override);
    try {
        YAML::Parser parser(in);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& exception) {
        const SourceLocation place = builder.place_of_error(exception.mark);
        const bool tab = !is_override && tab_indents(body, place.line);
        fail(place, "",
             builder.unclosed() ? "invalid YAML: a quote is not closed"
             : tab              ? "invalid YAML: tabs cannot indent, use spaces"
                                : "invalid YAML: " + exception.msg);
        return nullptr;
    }
    if (builder.unclosed()) {
        fail(builder.place_of_error(YAML::Mark::null_mark()), "",
             "invalid YAML: a quote is not closed");
        return nullptr;
    }
    if (builder.root() == nullptr) {
        auto empty = std::make_shared<Value>();
        empty->location = start;
        return empty;
    }
    return builder.root();
}

const Entry* Mapping::find(const std::string& key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &entries_[found->second];
}

void Mapping::set(Entry entry) {
    const auto [slot, is_new] = index_.emplace(entry.key, entries_.size());
    if (is_new) {
        entries_.push_back(std::move(entry));
    } else {
        entries_[slot->second] = std::move(entry);
    }
}

}  // namespace strata::core::config
