// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/gtkw_writer.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace strata::core {
namespace {

using test::read_text;
using test::TemporaryDirectory;

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

TEST(GtkwWriter, GroupsSignalsAndNamesEnumerations) {
    const TemporaryDirectory directory;
    using Kind = VcdSignal::Kind;
    const std::vector<std::string> states{"idle", "busy", "stall"};
    const std::vector<VcdSignal> signals{
        {"sip0.cube0.pe0.matrix", "state", Kind::kEnum, 2, states},
        {"sip0.cube0.hbm.ch0", "queue", Kind::kInteger, 6, {}},
        {"sip0.cube0.pe1.matrix", "state", Kind::kEnum, 2, states},
        {"monitor.sip0.cube0", "power_w", Kind::kReal, 63, {}},
        {"sip0.cube0.noc.r0", "busy", Kind::kInteger, 1, {}},
        {"permit", "x", Kind::kEnum, 2, {"off", "on"}},  // no PE, though it begins with "pe"
    };
    const std::string gtkw = directory.file("trace.gtkw");
    write_gtkw(gtkw, "trace.vcd", signals, 5 * kMicrosecond);
    const std::string text = read_text(gtkw);

    EXPECT_NE(text.find("[dumpfile] \"trace.vcd\"\n[savefile] \"trace.gtkw\"\n"),
              std::string::npos);
    EXPECT_EQ(count(text, "@2028\n^1 trace.1.enum\n+{matrix state} sip0.cube0.pe"), 2u);
    EXPECT_EQ(read_text(directory.file("trace.1.enum")), "00 idle\n01 busy\n10 stall\n");
    EXPECT_EQ(read_text(directory.file("trace.2.enum")), "00 off\n01 on\n");
    EXPECT_NE(text.find("\n+{ch0 queue} sip0.cube0.hbm.ch0.queue[5:0]\n"), std::string::npos);
    EXPECT_NE(text.find("\n+{busy} sip0.cube0.noc.r0.busy\n"), std::string::npos);
    EXPECT_NE(text.find("@8020\n+{sip0 cube0 power_w} monitor.sip0.cube0.power_w\n"),
              std::string::npos);

    std::size_t last = 0;  // groups in this order, each once begun and once ended
    for (const char* title : {"PE engines", "Memories", "Links", "Power", "Other"}) {
        const std::size_t begin = text.find(std::string("@800200\n-") + title);
        ASSERT_NE(begin, std::string::npos) << title;
        EXPECT_GT(begin, last) << title;
        EXPECT_EQ(count(text, std::string("@1000200\n-") + title), 1u) << title;
        last = begin;
    }
    EXPECT_EQ(count(text, "-Control"), 0u) << "no empty groups";
    EXPECT_GT(text.find("permit.x"), text.find("-Other"));
    EXPECT_EQ(count(text, "@800200\n"), count(text, "@1000200\n"));
    EXPECT_EQ(count(text, "@800200\n-sip0.cube0.pe0\n"), 1u) << "the first of a kind is open";
    EXPECT_EQ(count(text, "@c00200\n-sip0.cube0.pe1\n"), 1u) << "the others are folded";
}

}  // namespace
}  // namespace strata::core
