// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Whole config files: YAML that is refused, overrides, bases and includes.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/core/config_reading.h"

namespace strata::core {
namespace {

namespace fs = std::filesystem;

// ---- structure of the text ----

TEST(ConfigText, DuplicateKeysAtEveryLevel) {
    EXPECT_EQ(errors("a:\n  b: 1\n  b: 2\nl:\n  - {c: 1, c: 2}\na: 3\n"),
              (Messages{"f.yaml:3:3: a.b: duplicate key, first on line 2",
                        "f.yaml:5:12: l.0.c: duplicate key, first on line 5",
                        "f.yaml:6:1: a: duplicate key, first on line 1"}));
}

TEST(ConfigText, WhatYamlAllowsAndThisReaderDoesNot) {
    EXPECT_EQ(errors("a: &x {b: 1}\nc:\n  <<: *x\n"),
              Messages{"f.yaml:3:3: c.<<: YAML merges are not supported, use 'base: file'"});
    EXPECT_EQ(errors("a: !!int 3\n"),
              Messages{"f.yaml:1:4: a: YAML tags such as tag:yaml.org,2002:int are not supported"});
    EXPECT_EQ(errors("a: 1\n---\nb: 2\n"),
              Messages{"f.yaml:2:1: invalid YAML: only one document per file"});
    EXPECT_EQ(errors("? [1]\n: 2\n"),
              Messages{"f.yaml:1:3: a key must be a line of text, got a list"});
    EXPECT_EQ(errors("~: 2\n"), Messages{"f.yaml:1:1: a key must be a line of text, got nothing"});
    EXPECT_EQ(errors("\"a\\nb\": 2\n"),
              Messages{"f.yaml:1:1: a key must be a line of text, got \"a?b\""});
    EXPECT_EQ(errors("a: &x [1, *x]\n"),
              Messages{"f.yaml:1:11: a.1: an alias inside the value it stands for"});
}

TEST(ConfigText, WhatIsNoMapping) {
    EXPECT_EQ(errors(""), Messages{"f.yaml: expected a mapping, the file is empty"});
    EXPECT_EQ(errors("# only a comment\n"),
              Messages{"f.yaml: expected a mapping, the file is empty"});
    EXPECT_EQ(errors("- a\n- b\n"), Messages{"f.yaml:1:1: expected a mapping, got a list"});
    EXPECT_EQ(errors("hello"), Messages{"f.yaml:1:1: expected a mapping, got hello"});
}

TEST(ConfigText, SyntaxErrors) {
    EXPECT_EQ(errors("a: b: c\n"), Messages{"f.yaml:1:5: invalid YAML: illegal map value"});
    EXPECT_EQ(errors("a: 1\nb: [1, 2\nc: 3\n"),
              Messages{"f.yaml:3:2: invalid YAML: end of sequence flow not found"});
    EXPECT_EQ(errors("x: 1\na: {b: 1"),
              Messages{"f.yaml:2:8: invalid YAML: end of map flow not found"});
    EXPECT_EQ(errors("a: *nope\n"),
              Messages{"f.yaml:1:4: invalid YAML: the referenced anchor is not defined"});
    EXPECT_EQ(errors("a:\n\tb: 1\n"),
              Messages{"f.yaml:2:3: invalid YAML: tabs cannot indent, use spaces"});
    EXPECT_EQ(errors("a: 1\n\tb: 2\n"),
              Messages{"f.yaml:2:1: invalid YAML: tabs cannot indent, use spaces"});
}

TEST(ConfigText, TokensThatTheParserCannotPlace) {
    EXPECT_EQ(errors(", a: 1\n"), Messages{"f.yaml:1:1: invalid YAML: unexpected text"});
    EXPECT_EQ(errors("a: {b: 1}\n]\n"), Messages{"f.yaml:2:1: invalid YAML: illegal flow end"});
    EXPECT_EQ(errors("a: 1\n", {}, {"a=, 2"}), Messages{"--set a: invalid YAML: unexpected text"});
}

TEST(ConfigText, QuotesThatAreNotClosed) {
    EXPECT_EQ(errors("a: \"x\nb: 1\n"),
              Messages{"f.yaml:1:4: invalid YAML: a quote is not closed"});
    EXPECT_EQ(errors("a: 'it''s\n"), Messages{"f.yaml:1:4: invalid YAML: a quote is not closed"});
    EXPECT_EQ(errors("u: \xC3\xA9\na: &x \"x\\\"\n"),
              Messages{"f.yaml:2:4: invalid YAML: a quote is not closed"});
    EXPECT_EQ(errors("a: 'it''s'\nb: \"x\\\"\"\nc: |\n  'x\n"), Messages{});
}

TEST(ConfigText, WhatIsNoText) {
    EXPECT_EQ(errors("a: 1\nb: \xFF\xFE\n"),
              Messages{"f.yaml:2:4: not a text file (invalid UTF-8)"});
    EXPECT_EQ(errors(std::string("a: \0b\n", 6)),
              Messages{"f.yaml:1:4: not a text file (control character)"});
    EXPECT_EQ(errors("a: \x04\nb: 1\n"),
              Messages{"f.yaml:1:4: not a text file (control character)"});
    EXPECT_EQ(errors("\xEF\xBB\xBFk: 1\n", [](Section& s) { s.integer("k"); }), Messages{});
}

TEST(ConfigText, AfterASyntaxErrorNothingIsMissing) {
    EXPECT_EQ(errors("a: [\n", [](Section& s) { s.section("b").integer("c"); }, {"b.d=1"}).size(),
              1u);
}

TEST(ConfigText, DeepNestingIsAnErrorNotACrash) {
    EXPECT_EQ(errors("a: " + std::string(100'000, '[')).size(), 1u);
    EXPECT_EQ(errors(std::string(100'000, '{')).size(), 1u);
}

// ---- overrides ----

TEST(ConfigOverrides, SetAddAndReachIntoLists) {
    const auto read = [](Section& s) {
        return std::to_string(s.section("a").integer("b")) + " " +
               std::to_string(s.section("n").section("m").time("t")) + " " +
               std::to_string(s.list("l").at(1).integer("x")) + " " +
               std::to_string(s.integers("v").at(0));
    };
    EXPECT_EQ(value("a: {b: 1}\nl: [{x: 1}, {x: 2}]\nv: [1, 2]\n", read,
                    {"a.b=0x10", "n.m.t=5ns", "l.1.x=7", "v.0=9", "a.b=17"}),
              "17 5000 7 9");
    EXPECT_EQ(value("v: [1]", [](Section& s) { return s.integers("v"); }, {"v=[3, 4]"}),
              (std::vector<std::int64_t>{3, 4}));
    EXPECT_EQ(value("s: x", [](Section& s) { return s.string("s"); }, {"s=a=b"}), "a=b");
}

TEST(ConfigOverrides, AnAliasIsChangedInOnePlaceOnly) {
    const auto read = [](Section& s) {
        return s.section("a").integer("v") * 100 + s.section("b").integer("v");
    };
    EXPECT_EQ(value("a: &x {v: 1}\nb: *x\n", read, {"b.v=2"}), 102);
}

TEST(ConfigOverrides, Messages) {
    const Reader read = [](Section& s) {
        s.integer("vcs", 1, {1, 16});
        Section a = s.section("a");
        a.integer("channels", 1);
        a.finish();
    };
    const auto set = [&](const std::string& text) {
        return errors("vcs: 1\na: {channels: 2}\nl: [1]",
                      [&](Section& s) {
                          read(s);
                          s.integers("l");
                      },
                      {text});
    };
    EXPECT_EQ(set("vcs"), Messages{"--set vcs: expected key=value"});
    EXPECT_EQ(set("=3"), Messages{"--set =3: expected key=value"});
    EXPECT_EQ(set("a..b=3"), Messages{"--set a..b: expected key=value, the key has an empty part"});
    EXPECT_EQ(set("a\nb=3"), Messages{"--set a?b: a key must be a line of text"});
    EXPECT_EQ(set("vcs=0"), Messages{"--set vcs: expected 1..16, got 0"});
    EXPECT_EQ(set("vcs="), Messages{"--set vcs: expected an integer, got nothing"});
    EXPECT_EQ(set("vcs=[1"), Messages{"--set vcs: invalid YAML: end of sequence flow not found"});
    EXPECT_EQ(set("vcs.x=1"), Messages{"--set vcs.x: 'vcs' is 1, not a mapping"});
    EXPECT_EQ(set("a.chanels=1"),
              Messages{"--set a.chanels: unknown key, did you mean 'channels'?"});
    EXPECT_EQ(set("q.x=1"), Messages{"--set q.x: q: unknown key (known: vcs, a, l)"});
    EXPECT_EQ(set("a={channels: 1, channels: 2}"), Messages{"--set a: channels: duplicate key"});
    EXPECT_EQ(set("l.1=2"), Messages{"--set l.1: 'l' is a list of 1, it has no item '1'"});
    EXPECT_EQ(set("l.x=2"), Messages{"--set l.x: 'l' is a list of 1, it has no item 'x'"});
    EXPECT_EQ(set("base=f.yaml"),
              Messages{"--set base: 'base' belongs in a file, not in an override"});
    EXPECT_EQ(set("a={base: f.yaml}"),
              Messages{"--set a: base: 'base' belongs in a file, not in an override"});
    std::string deep = "a";
    for (int i = 0; i < 50'000; ++i) {
        deep += ".a";
    }
    EXPECT_EQ(set(deep + "=1").size(), 1u);
}

// ---- files ----

class ConfigFiles : public testing::Test {
   protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("strata_config_" + std::to_string(getpid()));
        fs::create_directories(folder_ / "sub");
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name) << text;
    }
    std::string at(const std::string& name) const { return (folder_ / name).string(); }

    Section load(const std::string& name) {
        return ConfigDocument::load(at(name), {}, diagnostics_).root();
    }

    fs::path folder_;
    Diagnostics diagnostics_;
};

TEST_F(ConfigFiles, BasesMergeDeepAndKeepTheirPlaces) {
    write("sub/low.yaml", "a: {x: 1, y: 2}\nl: [1, 2]\n");
    write("sub/base.yaml", "base: low.yaml\na: {y: 3, z: bad}\n");
    write("top.yaml", "base: sub/base.yaml\na:\n  x: 9\nl: [5]\n");
    Section s = load("top.yaml");
    Section a = s.section("a");
    EXPECT_EQ(a.integer("x"), 9);
    EXPECT_EQ(a.integer("y"), 3);
    a.integer("z");
    a.integer("w");
    EXPECT_EQ(s.integers("l"), (std::vector<std::int64_t>{5}));
    EXPECT_EQ(s.keys(), (std::vector<std::string>{"a", "l"}));
    s.finish();
    EXPECT_EQ(diagnostics_.messages(),
              (Messages{at("sub/base.yaml") + ":2:14: a.z: expected an integer, got bad",
                        at("top.yaml") + ":3:3: a.w: missing"}));
}

TEST_F(ConfigFiles, LaterBasesOverlayEarlierOnes) {
    write("one.yaml", "a: 1\nb: 1\nc: 1\n");
    write("two.yaml", "b: 2\nc: 2\n");
    write("top.yaml", "k: {c: 3, base: [one.yaml, two.yaml]}\n");
    Section k = load("top.yaml").section("k");
    EXPECT_EQ(k.integer("a") * 100 + k.integer("b") * 10 + k.integer("c"), 123);
    k.finish();
    EXPECT_EQ(diagnostics_.messages(), Messages{});
}

TEST_F(ConfigFiles, IncludeOnlyFillsUnsetKeys) {
    write("more.yaml", "a: {x: 1, y: 2}\nb: 2\nc: 2\n");
    write("base.yaml", "b: 1\n");
    write("top.yaml", "include: more.yaml\nbase: base.yaml\na: {x: 7}\n");
    Section s = load("top.yaml");
    EXPECT_EQ(s.section("a").keys(), (std::vector<std::string>{"x"}));
    EXPECT_EQ(s.integer("b"), 1);
    EXPECT_EQ(s.integer("c"), 2);
    s.finish();
    EXPECT_EQ(diagnostics_.messages(), Messages{});
}

TEST_F(ConfigFiles, CirclesNameTheChain) {
    write("a.yaml", "base: b.yaml\n");
    write("b.yaml", "x: {include: sub/../a.yaml}\n");
    load("a.yaml").integer("k");
    EXPECT_EQ(diagnostics_.messages(),
              Messages{at("b.yaml") + ":1:14: x.include: files refer to each other in a circle: " +
                       at("a.yaml") + " -> " + at("b.yaml") + " -> " + at("a.yaml")});
}

TEST_F(ConfigFiles, TheSameBaseTwiceIsNoCircle) {
    write("p.yaml", "v: 4\n");
    write("top.yaml", "a: {base: p.yaml}\nb: {base: p.yaml}\n");
    Section s = load("top.yaml");
    EXPECT_EQ(s.section("a").integer("v") + s.section("b").integer("v"), 8);
    EXPECT_EQ(diagnostics_.messages(), Messages{});
}

TEST_F(ConfigFiles, BadReferences) {
    write("list.yaml", "- 1\n");
    write("top.yaml",
          "a: {base: none.yaml}\nb: {base: list.yaml}\nc: {base: {}}\nd: {include: sub}\n"
          "e: {base: [~]}\n");
    load("top.yaml").integer("not_reported_as_missing");
    const std::string top = at("top.yaml");
    EXPECT_EQ(
        diagnostics_.messages(),
        (Messages{
            top + ":1:11: a.base: cannot read " + at("none.yaml") + ": No such file or directory",
            at("list.yaml") + ":1:1: expected a mapping, got a list",
            top + ":3:11: c.base: expected a file name or a list of file names, got "
                  "a mapping",
            top + ":4:14: d.include: cannot read " + at("sub") + ": is a directory, not a file",
            top + ":5:12: e.base: expected a file name or a list of file names, got "
                  "nothing"}));
}

TEST_F(ConfigFiles, FilesThatCannotBeRead) {
    load("none.yaml").integer("k");
    load("sub").integer("k");
    EXPECT_EQ(diagnostics_.messages(), (Messages{at("none.yaml") + ": No such file or directory",
                                                 at("sub") + ": is a directory, not a file"}));
}

}  // namespace
}  // namespace strata::core
