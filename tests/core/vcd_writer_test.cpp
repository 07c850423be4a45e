// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/vcd_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/random.h"
#include "tests/support/temporary_directory.h"

namespace strata::core {
namespace {

using test::read_text;
using test::TemporaryDirectory;

/// A waveform read back: per full signal name its (time, value) pairs, the initial value first.
struct Waveform {
    std::map<std::string, std::vector<std::pair<Ps, std::string>>> signals;
    std::vector<Ps> times;
};

Waveform parse(const std::string& text) {
    Waveform waveform;
    std::map<std::string, std::string> names;
    std::vector<std::string> scope;
    std::istringstream stream(text);
    std::string word;
    Ps time = 0;
    while (stream >> word) {
        if (word == "$scope") {
            std::string kind, name, end;
            stream >> kind >> name >> end;
            scope.push_back(name);
        } else if (word == "$upscope") {
            scope.pop_back();
            stream >> word;
        } else if (word == "$var") {
            std::string type, bits, code, name, rest;
            stream >> type >> bits >> code >> name;
            std::string full;
            for (const std::string& part : scope) {
                full += part + ".";
            }
            names[code] = full + name;
            while (rest != "$end") {
                stream >> rest;
            }
        } else if (word[0] == '#') {
            time = std::stoll(word.substr(1));
            waveform.times.push_back(time);
        } else if (word[0] == 'b' || word[0] == 'r') {
            std::string code;
            stream >> code;
            waveform.signals[names.at(code)].emplace_back(time, word.substr(1));
        } else if (word[0] == '0' || word[0] == '1') {
            waveform.signals[names.at(word.substr(1))].emplace_back(time, word.substr(0, 1));
        } else if (word == "$version" || word == "$timescale" || word == "$enddefinitions") {
            while (word != "$end") {
                stream >> word;
            }
        }
    }
    EXPECT_TRUE(scope.empty());
    return waveform;
}

using Changes = std::vector<std::pair<Ps, std::string>>;

TEST(VcdWriter, WritesExactlyThis) {
    const TemporaryDirectory directory;
    VcdWriter writer(directory.file("t.vcd"));
    const auto state = writer.add_enum("sip0.pe0.matrix", "state", {"idle", "busy", "stall"});
    const auto bit = writer.add_integer("sip0.pe0", "valid", 1);
    const auto power = writer.add_real("power", "total_w");
    writer.change(state, 1500, 2);
    writer.change(bit, 1000, 1);
    writer.change_real(power, 1500, 2.5);
    writer.close(2000);
    EXPECT_EQ(read_text(directory.file("t.vcd")),
              "$version Strata $end\n"
              "$timescale 1 ps $end\n"
              "$scope module sip0 $end\n"
              "$scope module pe0 $end\n"
              "$var wire 1 \" valid $end\n"
              "$scope module matrix $end\n"
              "$var wire 2 ! state [1:0] $end\n"
              "$upscope $end\n"
              "$upscope $end\n"
              "$upscope $end\n"
              "$scope module power $end\n"
              "$var real 64 # total_w $end\n"
              "$upscope $end\n"
              "$enddefinitions $end\n"
              "#0\n$dumpvars\nb0 !\n0\"\nr0 #\n$end\n"
              "#1000\n1\"\n"
              "#1500\nb10 !\nr2.5 #\n"
              "#2000\n");
}

TEST(VcdWriter, DropsWhatChangesNothingAndKeepsTheLastOfAnInstant) {
    const TemporaryDirectory directory;
    VcdWriter writer(directory.file("t.vcd"));
    const auto count = writer.add_integer("noc", "count", 4);
    writer.change(count, 0, 0);  // has that value
    writer.change(count, 10, 3);
    writer.change(count, 10, 5);  // replaces it
    writer.change(count, 20, 5);  // has that value
    writer.change(count, 30, 7);
    writer.change(count, 30, 5);  // back within the instant
    writer.close(40);
    const Waveform waveform = parse(read_text(directory.file("t.vcd")));
    EXPECT_EQ(waveform.signals.at("noc.count"), (Changes{{0, "0"}, {10, "101"}}));
    EXPECT_EQ(waveform.times, (std::vector<Ps>{0, 10, 40}));
}

TEST(VcdWriter, HoldsTheFutureBackUntilItIsFlushed) {
    const TemporaryDirectory directory;
    VcdWriter writer(directory.file("t.vcd"));
    const auto busy = writer.add_integer("link", "busy", 1);
    writer.change(busy, 100, 1);
    writer.change(busy, 900, 0);  // both edges known at once
    writer.flush(500);
    writer.change(busy, 700, 0);
    writer.change(busy, 800, 1);
    writer.flush(800);
    writer.close(850);  // 900 is beyond the end
    const Waveform waveform = parse(read_text(directory.file("t.vcd")));
    EXPECT_EQ(waveform.signals.at("link.busy"),
              (Changes{{0, "0"}, {100, "1"}, {700, "0"}, {800, "1"}}));
}

// Random changes in random order, flushed in random steps, against a sorted reference.
TEST(VcdWriter, MatchesAReferenceForAnyOrder) {
    const TemporaryDirectory directory;
    RandomStream random(5, "vcd");
    VcdWriter writer(directory.file("t.vcd"));
    constexpr std::size_t kSignals = 200;  // more than one character of identifier
    std::vector<std::map<Ps, std::int64_t>> reference(kSignals);
    for (std::size_t i = 0; i < kSignals; ++i) {
        writer.add_integer("scope" + std::to_string(i % 7), "s" + std::to_string(i), 8);
    }
    Ps flushed = 0;
    for (int step = 0; step < 20; ++step) {
        for (int i = 0; i < 1000; ++i) {
            const std::size_t signal = random.below(kSignals);
            const Ps time = flushed + 1 + static_cast<Ps>(random.below(3000));
            const auto value = static_cast<std::int64_t>(random.below(4));
            writer.change(static_cast<VcdWriter::SignalId>(signal), time, value);
            reference[signal][time] = value;
        }
        flushed += static_cast<Ps>(random.below(1000));
        writer.flush(flushed);
    }
    writer.close(100'000);
    const Waveform waveform = parse(read_text(directory.file("t.vcd")));
    EXPECT_TRUE(std::is_sorted(waveform.times.begin(), waveform.times.end()));
    for (std::size_t i = 0; i < kSignals; ++i) {
        static const char* const kBinary[] = {"0", "1", "10", "11"};
        Changes expected{{0, "0"}};
        for (const auto& [time, value] : reference[i]) {
            if (expected.back().second != kBinary[value]) {
                expected.emplace_back(time, kBinary[value]);
            }
        }
        const std::string name = "scope" + std::to_string(i % 7) + ".s" + std::to_string(i);
        EXPECT_EQ(waveform.signals.at(name), expected) << name;
    }
}

TEST(VcdWriter, RefusesWhatIsWrong) {
    const TemporaryDirectory directory;
    VcdWriter writer(directory.file("t.vcd"));
    const auto signal = writer.add_integer("a", "b", 2);
    EXPECT_THROW(writer.add_integer("a", "b", 2), ModelError);
    EXPECT_THROW(writer.add_integer("a", "wide", 64), ModelError);
    EXPECT_THROW(writer.change(signal, 0, 4), ModelError);
    EXPECT_THROW(writer.change(signal, 0, -1), ModelError);
    writer.flush(100);
    EXPECT_THROW(writer.change(signal, 99, 1), ModelError);
    EXPECT_THROW(writer.add_integer("a", "late", 1), ModelError);
    EXPECT_NO_THROW(writer.change(signal, 100, 1));
}

TEST(VcdWriter, AppearsUnderItsNameWhenClosed) {
    const TemporaryDirectory directory;
    {
        VcdWriter abandoned(directory.file("t.vcd"));
        abandoned.flush(10);
    }
    EXPECT_EQ(directory.files(), 0u);
    VcdWriter writer(directory.file("t.vcd"));
    writer.flush(10);
    EXPECT_FALSE(std::filesystem::exists(directory.file("t.vcd")));
    writer.close(10);
    EXPECT_TRUE(std::filesystem::exists(directory.file("t.vcd")));
}

TEST(VcdWriter, UnwritableIsAUserError) {
    EXPECT_THROW(VcdWriter("/proc/nowhere/t.vcd"), UserError);
}

}  // namespace
}  // namespace strata::core
