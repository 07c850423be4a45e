// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/platform/conservation.h"

namespace strata::test {

namespace {

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

struct Balance {
    double asked_read = 0.0, asked_written = 0.0;
    double served_read = 0.0, served_written = 0.0;
    double entered = 0.0, left = 0.0;
};

/// Messages go to mailboxes, not to memories.
bool is_data_queue(const std::string& path) {
    return path.find(".dma.") != std::string::npos &&
           path.find(".dma.message.") == std::string::npos;
}

void add(Balance& balance, const std::string& path, double value, int walk_bytes) {
    if (is_data_queue(path)) {
        balance.asked_read += ends_with(path, ".read_bytes")   ? value
                              : ends_with(path, ".walk_reads") ? value * walk_bytes
                                                               : 0.0;
        balance.asked_written += ends_with(path, ".write_bytes") ? value : 0.0;
    } else if (path.find(".inbox.") != std::string::npos) {
        balance.served_read += ends_with(path, ".read_bytes") ? value : 0.0;
        balance.served_written += ends_with(path, ".write_bytes") ? value : 0.0;
    } else if (path.rfind("noc.", 0) == 0) {
        balance.entered += ends_with(path, ".bytes_out") ? value : 0.0;
        balance.left += ends_with(path, ".bytes_in") ? value : 0.0;
    }
}

}  // namespace

void expect_bytes_conserved(const Json& summary, const Json& stats, int walk_bytes) {
    Balance balance;
    for (const auto& [path, value] : leaves(stats)) {
        add(balance, path, value, walk_bytes);
    }
    const Json traffic = summary["traffic_bytes"];
    for (const char* memory : {"dram", "nand", "sram"}) {
        balance.served_read += traffic[std::string(memory) + "_read"].get<double>();
        balance.served_written += traffic[std::string(memory) + "_write"].get<double>();
    }
    EXPECT_EQ(balance.asked_read, balance.served_read);
    EXPECT_EQ(balance.asked_written, balance.served_written);
    EXPECT_EQ(balance.entered, balance.left);
    EXPECT_EQ(balance.entered, traffic["noc"].get<double>());
    EXPECT_GT(balance.entered, 0.0);
}

}  // namespace strata::test
