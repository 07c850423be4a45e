// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The strict config reader: what the getters return, and the exact words of their messages.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/config_reading.h"

namespace strata::core {
namespace {

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

}  // namespace
}  // namespace strata::core
