// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The resolved dump reads back to the same values; damaged text never throws.

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <sstream>

#include "tests/core/config_reading.h"

namespace strata::core {
namespace {

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
