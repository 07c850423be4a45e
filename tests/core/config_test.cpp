// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The strict config reader: values, and the exact words of its messages.

#include "core/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

namespace strata::core {
namespace {

namespace fs = std::filesystem;
using Messages = std::vector<std::string>;
using Reader = std::function<void(Section&)>;

/// What reading `text` as `f.yaml` with `read` reports; the section is finished afterwards.
Messages errors(const std::string& text, const Reader& read = {},
                const std::vector<std::string>& overrides = {}) {
    Diagnostics diagnostics;
    ConfigDocument document = ConfigDocument::parse(text, "f.yaml", overrides, diagnostics);
    Section root = document.root();
    if (read) {
        read(root);
        root.finish();
    }
    return diagnostics.messages();
}

/// Reads `text`, which must be without errors, and returns what `read` returns.
template <class Read>
auto value(const std::string& text, const Read& read,
           const std::vector<std::string>& overrides = {}) {
    Diagnostics diagnostics;
    ConfigDocument document = ConfigDocument::parse(text, "f.yaml", overrides, diagnostics);
    Section root = document.root();
    auto result = read(root);
    root.finish();
    EXPECT_EQ(diagnostics.messages(), Messages{});
    return result;
}

// ---- values ----

TEST(Config, ReadsEveryKind) {
    const std::string text =
        "i: 0x1F\n"
        "n: -1.75e6\n"
        "b: true\n"
        "s: hello world\n"
        "c: yx\n"
        "t: 1.5ns\n"
        "z: 64KiB\n"
        "f: 1.2GHz\n"
        "w: 64GB/s\n"
        "m: 6.4GT/s\n"
        "e: 1.5nJ\n"
        "p: 20mW\n"
        "v: 750mV\n"
        "k: -40C\n"
        "l: 50um\n"
        "r: 0.5K/W\n"
        "h: 100mJ/K\n"
        "is: [8, -8, 0x10]\n"
        "ss: [a, \"b c\"]\n"
        "raw: 010\n";
    Diagnostics diagnostics;
    ConfigDocument document = ConfigDocument::parse(text, "f.yaml", {}, diagnostics);
    Section s = document.root();
    EXPECT_EQ(s.integer("i"), 31);
    EXPECT_EQ(s.number("n"), -1.75e6);
    EXPECT_TRUE(s.boolean("b"));
    EXPECT_EQ(s.string("s"), "hello world");
    EXPECT_EQ(s.choice("c", {"xy", "yx"}), "yx");
    EXPECT_EQ(s.time("t"), 1'500);
    EXPECT_EQ(s.size("z"), 65'536);
    EXPECT_EQ(s.frequency("f").hz, 1'200'000'000);
    EXPECT_EQ(s.bandwidth("w").bytes_per_s, 64'000'000'000);
    EXPECT_EQ(s.transfer_rate("m").hz, 6'400'000'000);
    EXPECT_EQ(s.energy_pj("e"), 1'500.0);
    EXPECT_EQ(s.power_w("p"), 0.02);
    EXPECT_EQ(s.voltage_v("v"), 0.75);
    EXPECT_EQ(s.temperature_c("k"), -40.0);
    EXPECT_EQ(s.length_m("l"), 50e-6);
    EXPECT_EQ(s.thermal_resistance("r"), 0.5);
    EXPECT_EQ(s.heat_capacity("h"), 0.1);
    EXPECT_EQ(s.integers("is"), (std::vector<std::int64_t>{8, -8, 16}));
    EXPECT_EQ(s.strings("ss"), (std::vector<std::string>{"a", "b c"}));
    EXPECT_EQ(s.raw("raw"), "010");
    s.finish();
    EXPECT_EQ(diagnostics.messages(), Messages{});
}

TEST(Config, DefaultsOfAnAbsentSection) {
    EXPECT_EQ(value("{}", [](Section& s) { return s.section("a").section("b").integer("c", 7); }),
              7);
    EXPECT_EQ(value("{}", [](Section& s) { return s.list("a").size(); }), 0u);
    EXPECT_FALSE(value("{}", [](Section& s) { return s.section("a").present(); }));
    EXPECT_EQ(value("{}", [](Section& s) { return s.frequency("f", Frequency{5}).hz; }), 5);
}

TEST(Config, OnAnErrorTheDefaultOrZeroIsReturned) {
    Diagnostics diagnostics;
    Section s = ConfigDocument::parse("a: x\nb: x\n", "f.yaml", {}, diagnostics).root();
    EXPECT_EQ(s.integer("a", 5), 5);
    EXPECT_EQ(s.integer("b"), 0);
    EXPECT_EQ(s.frequency("c").hz, 1);
    EXPECT_EQ(s.bandwidth("d").bytes_per_s, 1);
    EXPECT_EQ(diagnostics.messages().size(), 4u);
}

TEST(Config, ExtremesOfIntegers) {
    const auto read = [](Section& s) { return s.integers("a"); };
    EXPECT_EQ(value("a: [9223372036854775807, -9223372036854775808, 0x7fffffffffffffff]", read),
              (std::vector<std::int64_t>{INT64_MAX, INT64_MIN, INT64_MAX}));
}

TEST(Config, KeysInFileOrderServeFreeFormMaps) {
    const auto read = [](Section& s) {
        std::string all;
        for (const std::string& key : s.keys()) {
            all += key + "=" + s.raw(key) + ";";
        }
        return all;
    };
    EXPECT_EQ(value("w.1: 3x\nb: 010\na: 'q'\n", read), "w.1=3x;b=010;a=q;");
}

TEST(Config, CopiesShareWhatWasAsked) {
    EXPECT_EQ(errors("a: {b: 1}",
                     [](Section& s) {
                         Section copy = s;
                         copy.section("a").integer("b");
                         s.section("a").finish();
                     }),
              Messages{});
}

TEST(Config, AnchorsAndAliases) {
    EXPECT_EQ(value("a: &x {t: 5ns}\nb: *x\n",
                    [](Section& s) { return s.section("a").time("t") + s.section("b").time("t"); }),
              10'000);
}

TEST(Config, LocationsCountFromOne) {
    value("a: 1\nb:\n  c: 2\n", [](Section& s) {
        s.integer("a");
        s.section("b").integer("c");
        EXPECT_EQ(s.location().str(), "f.yaml:1:1");
        EXPECT_EQ(s.location("a").str(), "f.yaml:1:4");
        EXPECT_EQ(s.section("b").location("c").str(), "f.yaml:3:6");
        EXPECT_EQ(s.section("b").path(), "b");
        return 0;
    });
}

// ---- messages of the getters ----

struct BadValue {
    const char* text;
    Reader read;
    const char* message;
};

// Every text holds the key `k`, so each message starts with its place and `k`.
void expect_messages(const std::vector<BadValue>& cases) {
    for (const BadValue& bad : cases) {
        EXPECT_EQ(errors(bad.text, bad.read), Messages{bad.message}) << bad.text;
    }
}

TEST(ConfigMessages, Integers) {
    const Reader any = [](Section& s) { s.integer("k"); };
    const Reader ranged = [](Section& s) { s.integer("k", {}, {1, 16}); };
    const Reader low = [](Section& s) { s.integer("k", {}, {1}); };
    const Reader high = [](Section& s) { s.integer("k", {}, {-INFINITY, 16}); };
    const Reader positive = [](Section& s) { s.integer("k", {}, kPositive); };
    expect_messages({
        {"k: 0", ranged, "f.yaml:1:4: k: expected 1..16, got 0"},
        {"k: 17", ranged, "f.yaml:1:4: k: expected 1..16, got 17"},
        {"k: 0", low, "f.yaml:1:4: k: expected at least 1, got 0"},
        {"k: 0x11", high, "f.yaml:1:4: k: expected at most 16, got 0x11"},
        {"k: 0", positive, "f.yaml:1:4: k: expected more than 0, got 0"},
        {"k: 010", any,
         "f.yaml:1:4: k: expected an integer, got 010 (leading zero: octal in some YAML readers)"},
        {"k: 1_000", any, "f.yaml:1:4: k: expected an integer, got 1_000"},
        {"k: 1.0", any, "f.yaml:1:4: k: expected an integer, got 1.0"},
        {"k: 0x", any, "f.yaml:1:4: k: expected an integer, got 0x"},
        {"k: 0o17", any, "f.yaml:1:4: k: expected an integer, got 0o17"},
        {"k: --1", any, "f.yaml:1:4: k: expected an integer, got --1"},
        {"k: 64KiB", any, "f.yaml:1:4: k: expected an integer, got 64KiB"},
        {"k: '10'", any, "f.yaml:1:4: k: expected an integer, got \"10\""},
        {"k: ''", any, "f.yaml:1:4: k: expected an integer, got \"\""},
        {"k:", any, "f.yaml:1:1: k: expected an integer, got nothing"},
        {"k: ~", any, "f.yaml:1:1: k: expected an integer, got nothing"},
        {"k: [1]", any, "f.yaml:1:4: k: expected an integer, got a list"},
        {"k: {a: 1}", any, "f.yaml:1:4: k: expected an integer, got a mapping"},
        {"k: 9223372036854775808", any,
         "f.yaml:1:4: k: expected an integer, got 9223372036854775808 (beyond 64 bits)"},
        {"k: 0xffffffffffffffffff", any,
         "f.yaml:1:4: k: expected an integer, got 0xffffffffffffffffff (beyond 64 bits)"},
    });
}

TEST(ConfigMessages, Numbers) {
    const Reader any = [](Section& s) { s.number("k"); };
    const Reader ranged = [](Section& s) { s.number("k", {}, {0.0, 0.5}); };
    expect_messages({
        {"k: nan", any, "f.yaml:1:4: k: expected a number, got nan"},
        {"k: .nan", any, "f.yaml:1:4: k: expected a number, got .nan"},
        {"k: .inf", any, "f.yaml:1:4: k: expected a number, got .inf"},
        {"k: -inf", any, "f.yaml:1:4: k: expected a number, got -inf"},
        {"k: 1e400", any, "f.yaml:1:4: k: expected a number, got 1e400 (out of range)"},
        {"k: 01.5", any, "f.yaml:1:4: k: expected a number, got 01.5 (leading zero)"},
        {"k: 1W", any, "f.yaml:1:4: k: expected a number, got 1W"},
        {"k: '1'", any, "f.yaml:1:4: k: expected a number, got \"1\""},
        {"k: 0.75", ranged, "f.yaml:1:4: k: expected 0..0.5, got 0.75"},
    });
}

TEST(ConfigMessages, Quantities) {
    expect_messages({
        {"k: 10", [](Section& s) { s.time("k"); },
         "f.yaml:1:4: k: expected a time such as 10ns, got 10"},
        {"k: 0.5ps", [](Section& s) { s.time("k"); },
         "f.yaml:1:4: k: expected a time such as 10ns, got 0.5ps (finer than 1ps)"},
        {"k: 20ns",
         [](Section& s) {
             s.time("k", {}, {1'000, 16'000});
         },
         "f.yaml:1:4: k: expected 1ns..16ns, got 20ns"},
        {"k: -1ns", [](Section& s) { s.time("k"); },
         "f.yaml:1:4: k: expected at least 0s, got -1ns"},
        {"k: -1KiB", [](Section& s) { s.size("k"); },
         "f.yaml:1:4: k: expected a size such as 64KiB, got -1KiB (negative)"},
        {"k: 32B", [](Section& s) { s.size("k", {}, {64}); },
         "f.yaml:1:4: k: expected at least 64B, got 32B"},
        {"k: 0Hz", [](Section& s) { s.frequency("k"); },
         "f.yaml:1:4: k: expected more than 0, got 0Hz"},
        {"k: 5GHz",
         [](Section& s) {
             s.frequency("k", {}, {kPositive.low, 4e9});
         },
         "f.yaml:1:4: k: expected more than 0 and at most 4GHz, got 5GHz"},
        {"k: 1GHz", [](Section& s) { s.transfer_rate("k"); },
         "f.yaml:1:4: k: expected a transfer rate such as 1000MT/s, got 1GHz "
         "(units: T/s, kT/s, MT/s, GT/s)"},
        {"k: 4.2", [](Section& s) { s.energy_pj("k"); },
         "f.yaml:1:4: k: expected an energy such as 4.2pJ, got 4.2"},
        {"k: 3w", [](Section& s) { s.power_w("k"); },
         "f.yaml:1:4: k: expected a power such as 20mW, got 3w (units: uW, mW, W, kW)"},
        {"k: 0V", [](Section& s) { s.voltage_v("k"); },
         "f.yaml:1:4: k: expected more than 0, got 0V"},
        {"k: 2V",
         [](Section& s) {
             s.voltage_v("k", {}, {0.5, 1.25});
         },
         "f.yaml:1:4: k: expected 0.5V..1.25V, got 2V"},
        {"k: 358K", [](Section& s) { s.temperature_c("k"); },
         "f.yaml:1:4: k: expected a temperature such as 85C, got 358K (units: C)"},
        {"k: -1mm", [](Section& s) { s.length_m("k"); },
         "f.yaml:1:4: k: expected at least 0m, got -1mm"},
        {"k: 1", [](Section& s) { s.thermal_resistance("k"); },
         "f.yaml:1:4: k: expected a thermal resistance such as 0.5K/W, got 1"},
        {"k: [1]", [](Section& s) { s.heat_capacity("k"); },
         "f.yaml:1:4: k: expected a heat capacity such as 0.1J/K, got a list"},
    });
}

TEST(ConfigMessages, OtherScalars) {
    const Reader choice = [](Section& s) { s.choice("k", {"simple", "cycle"}); };
    expect_messages({
        {"k: yes", [](Section& s) { s.boolean("k"); },
         "f.yaml:1:4: k: expected true or false, got yes"},
        {"k: 'true'", [](Section& s) { s.boolean("k"); },
         "f.yaml:1:4: k: expected true or false, got \"true\""},
        {"k: [a]", [](Section& s) { s.string("k"); },
         "f.yaml:1:4: k: expected a string, got a list"},
        {"k: cyle", choice,
         "f.yaml:1:4: k: expected one of simple, cycle, got cyle, did you mean 'cycle'?"},
        {"k: exact", choice, "f.yaml:1:4: k: expected one of simple, cycle, got exact"},
        {"k: {}", [](Section& s) { s.raw("k"); }, "f.yaml:1:4: k: expected a value, got a mapping"},
    });
}

TEST(ConfigMessages, Lists) {
    const Reader integers = [](Section& s) { s.integers("k", {}, {1, 16}); };
    expect_messages({
        {"k: 4", integers, "f.yaml:1:4: k: expected a list, got 4"},
        {"k: [1, x]", integers, "f.yaml:1:8: k.1: expected an integer, got x"},
        {"k: [1, 32]", integers, "f.yaml:1:8: k.1: expected 1..16, got 32"},
        {"k: [a, [b]]", [](Section& s) { s.strings("k"); },
         "f.yaml:1:8: k.1: expected a string, got a list"},
        {"k: {a: 1}", [](Section& s) { s.list("k"); },
         "f.yaml:1:4: k: expected a list of mappings, got a mapping"},
        {"k: [{}, 3]", [](Section& s) { EXPECT_EQ(s.list("k").size(), 1u); },
         "f.yaml:1:9: k.1: expected a mapping, got 3"},
        {"k:\n  - {a: 1, b: 2}",
         [](Section& s) {
             Section item = s.list("k").front();
             item.integer("a");
             item.finish();
         },
         "f.yaml:2:12: k.0.b: unknown key (known: a)"},
    });
}

TEST(ConfigMessages, Sections) {
    const Reader section = [](Section& s) {
        EXPECT_FALSE(s.section("k").present());
        s.section("k").integer("a");
    };
    expect_messages({
        {"k: 5", section, "f.yaml:1:4: k: expected a mapping, got 5"},
        {"k: [1]", section, "f.yaml:1:4: k: expected a mapping, got a list"},
        {"k:", section, "f.yaml:1:1: k: expected a mapping, got nothing"},
    });
}

TEST(ConfigMessages, MissingKeysStandAtTheSection) {
    EXPECT_EQ(errors("a: 1\nb:\n  c: 2\n",
                     [](Section& s) {
                         s.integer("a");
                         s.time("t");
                         s.section("b").integer("c");
                         s.section("b").integers("d");
                         s.section("e").string("f");
                         s.required_section("g").integer("h");
                     }),
              (Messages{"f.yaml:1:1: t: missing", "f.yaml:3:3: b.d: missing",
                        "f.yaml:1:1: e.f: missing", "f.yaml:1:1: g: missing"}));
}

TEST(ConfigMessages, UnknownKeys) {
    const Reader read = [](Section& s) {
        s.integer("channels", 1);
        s.integer("vcs", 1);
    };
    EXPECT_EQ(errors("chanels: 2\nsvc: {a: 1}\ncolour: red\n", read),
              (Messages{"f.yaml:1:1: chanels: unknown key, did you mean 'channels'?",
                        "f.yaml:2:1: svc: unknown key (known: channels, vcs)",
                        "f.yaml:3:1: colour: unknown key (known: channels, vcs)"}));
    EXPECT_EQ(errors("q: 1", [](Section&) {}), Messages{"f.yaml:1:1: q: unknown key"});
}

TEST(ConfigMessages, LongListsOfKnownKeysAreLeftOut) {
    EXPECT_EQ(errors("q: 1",
                     [](Section& s) {
                         for (int i = 0; i < 20; ++i) {
                             s.integer("parameter_" + std::to_string(i), i);
                         }
                     }),
              Messages{"f.yaml:1:1: q: unknown key"});
}

TEST(ConfigMessages, HasMakesASuggestionButNotAKnownKey) {
    EXPECT_EQ(errors("fiel: x\ntrace: y\n",
                     [](Section& s) {
                         s.has("file");
                         s.has("trace");
                     }),
              (Messages{"f.yaml:1:1: fiel: unknown key, did you mean 'file'?",
                        "f.yaml:2:1: trace: unknown key (known: file)"}));
}

TEST(ConfigMessages, TheCallersOwn) {
    EXPECT_EQ(errors("a: {b: 3, c: 4}",
                     [](Section& s) {
                         Section a = s.section("a");
                         a.integer("b");
                         a.error("b", "must be even");
                         a.error("c", "not together with b");
                         a.error("d", "needed with b");
                         a.error("", "is odd");
                         a.finish();
                     }),
              (Messages{"f.yaml:1:8: a.b: must be even", "f.yaml:1:14: a.c: not together with b",
                        "f.yaml:1:4: a.d: needed with b", "f.yaml:1:4: a: is odd"}));
}

TEST(ConfigMessages, AllErrorsOfAFileAtOnceAndEachOnce) {
    EXPECT_EQ(errors("a: 1\na: 2\nt: 10\nx: 1\n",
                     [](Section& s) {
                         s.integer("a");
                         s.time("t");
                         s.time("t");
                         s.size("z");
                     }),
              (Messages{"f.yaml:2:1: a: duplicate key, first on line 1",
                        "f.yaml:3:4: t: expected a time such as 10ns, got 10",
                        "f.yaml:1:1: z: missing", "f.yaml:4:1: x: unknown key (known: a, t, z)"}));
}

TEST(ConfigMessages, LongAndOddTextIsCut) {
    const std::string text = "k: \"a\\nb" + std::string(200, 'x') + "\"";
    EXPECT_EQ(errors(text, [](Section& s) { s.time("k"); }),
              Messages{"f.yaml:1:4: k: expected a time such as 10ns, got a?b" +
                       std::string(57, 'x') + "..."});
}

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
    EXPECT_EQ(errors("a: {b: 1}\n]\n"), Messages{"f.yaml:2:1: invalid YAML: unexpected text"});
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

// ---- the resolved dump ----

const char* const kPlatform =
    "name: \"no: plain \\\"text\\\" \\t\"\n"
    "word: 'off'\n"
    "digits: '010'\n"
    "clock: 1.2GHz\n"
    "dram:\n"
    "  channels: 0x8\n"
    "  t_read: 13.75ns\n"
    "  energy: 0.0042nJ\n"
    "  k: 1.75e-30\n"
    "empty: {}\n"
    "layers:\n"
    "  - name: a\n"
    "    size: {w: 10mm, h: 50um}\n"
    "  - {}\n"
    "  - {size: {w: 1nm}}\n"
    "none: []\n"
    "free: {2: x, \"a b\": ~x, u: \xC3\xA9}\n";

/// Reads every kind of key and returns a text that differs when any value does.
std::string read_platform(Section s) {
    std::ostringstream out;
    out.precision(17);
    Section dram = s.section("dram");
    out << s.string("name") << '|' << s.string("word") << '|' << s.string("digits") << '|'
        << s.frequency("clock").hz << '|' << dram.integer("channels", {}, {1, 64}) << '|'
        << dram.time("t_read") << '|' << dram.energy_pj("energy") << '|' << dram.number("k") << '|'
        << dram.time("t_write", 15'000) << '|' << dram.integer("unset", -1, kPositive) << '|'
        << dram.time("until", kNever) << '|' << dram.boolean("ecc", true) << '|'
        << s.section("empty").present() << '|' << s.section("absent").section("x").present() << '|'
        << s.bandwidth("link", Bandwidth{64'000'000'000}).bytes_per_s << '|'
        << s.list("none").size() << s.list("absent_list").size() << '|';
    for (const std::int64_t v : s.integers("dims", std::vector<std::int64_t>{8, -8})) {
        out << v << ',';
    }
    for (const std::string& v : s.strings("tags", std::vector<std::string>{"a, b", "", "x"})) {
        out << v << ',';
    }
    for (Section& layer : s.list("layers")) {
        out << layer.string("name", "") << layer.section("size").length_m("w", 1e-3) << ' '
            << layer.section("size").length_m("h", 2.5e-5) << ';';
        layer.section("size").finish();
        layer.finish();
    }
    Section free = s.section("free");
    for (const std::string& key : free.keys()) {
        out << key << '=' << free.raw(key) << ';';
    }
    dram.finish();
    s.finish();
    return out.str();
}

TEST(ConfigResolved, RoundTrips) {
    Diagnostics diagnostics;
    ConfigDocument first = ConfigDocument::parse(kPlatform, "f.yaml", {}, diagnostics);
    const std::string values = read_platform(first.root());
    const std::string dump = first.resolved_yaml();
    ConfigDocument second = ConfigDocument::parse(dump, "dump.yaml", {}, diagnostics);
    EXPECT_EQ(read_platform(second.root()), values);
    EXPECT_EQ(second.resolved_yaml(), dump);
    EXPECT_EQ(diagnostics.messages(), Messages{}) << dump;
}

TEST(ConfigResolved, IsWrittenInTheOrderOfReading) {
    Diagnostics diagnostics;
    ConfigDocument document = ConfigDocument::parse("b: {y: 2000ps}\na: 0x10\nl: [{s: 1024B}]\n",
                                                    "f.yaml", {}, diagnostics);
    Section s = document.root();
    EXPECT_EQ(document.resolved_yaml(), "{}\n");
    s.integer("a");
    s.section("b").time("z", 5);
    s.section("b").time("y");
    s.list("l").at(0).size("s");
    s.strings("n", std::vector<std::string>{"no", "x"});
    s.section("not_read");
    EXPECT_EQ(document.resolved_yaml(),
              "a: 16\nb:\n  z: 5ps\n  y: 2ns\nl:\n  - s: 1KiB\nn: [\"no\", x]\n");
}

TEST(ConfigResolved, RealNumbersReadBackExactly) {
    std::mt19937_64 random(3);
    for (int i = 0; i < 2'000; ++i) {
        const double magnitude =
            std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 200) - 150);
        Diagnostics diagnostics;
        const auto read = [&](ConfigDocument& document) {
            Section s = document.root();
            return std::vector<double>{s.number("n", -magnitude), s.energy_pj("e", magnitude),
                                       s.length_m("l", magnitude), s.power_w("p", magnitude)};
        };
        ConfigDocument first = ConfigDocument::parse("{}", "f.yaml", {}, diagnostics);
        const auto values = read(first);
        ConfigDocument second =
            ConfigDocument::parse(first.resolved_yaml(), "dump.yaml", {}, diagnostics);
        ASSERT_EQ(read(second), values);
        ASSERT_EQ(second.resolved_yaml(), first.resolved_yaml());
        ASSERT_EQ(diagnostics.messages(), Messages{});
    }
}

// ---- anything else ----

TEST(ConfigFuzz, MutatedTextNeverThrows) {
    const std::string seed =
        std::string(kPlatform) + "anchors: [&x {a: 1}, *x]\nbase: []\nblock: |\n  text\n...\n";
    const std::string odd = "{}[]:,&*!|>'\"%@`#-?\n\t \x01\xFF\xC3<0aZ.";
    std::mt19937_64 random(11);
    const auto pick = [&](std::size_t size) { return static_cast<std::size_t>(random() % size); };
    int clean = 0;
    for (int i = 0; i < 2'000; ++i) {
        std::string text = seed;
        for (auto edits = 1 + random() % 4; edits > 0 && !text.empty(); --edits) {
            const std::size_t at = pick(text.size());
            switch (random() % 4) {
                case 0:
                    text[at] = odd[pick(odd.size())];
                    break;
                case 1:
                    text.insert(at, 1, odd[pick(odd.size())]);
                    break;
                case 2:
                    text.erase(at, 1 + pick(8));
                    break;
                default:
                    text.insert(at, text.substr(pick(text.size()), 12));
            }
        }
        Diagnostics diagnostics;
        ASSERT_NO_THROW({
            ConfigDocument document = ConfigDocument::parse(
                text, "f.yaml", {text.substr(0, 9), "k=" + text}, diagnostics);
            read_platform(document.root());
            document.resolved_yaml();
        }) << text;
        clean += diagnostics.ok() ? 1 : 0;
        for (const std::string& message : diagnostics.messages()) {
            ASSERT_EQ(message.find('\n'), std::string::npos) << message;
        }
    }
    EXPECT_LT(clean, 2'000);
}

}  // namespace
}  // namespace strata::core
