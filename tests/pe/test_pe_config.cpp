// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/config.h"
#include "models/pe/pe_config.h"

namespace strata::models {
namespace {

PeConfig parse(const std::string& text, core::Diagnostics& diagnostics) {
    core::ConfigDocument document = core::ConfigDocument::parse(text, "pe.yaml", {}, diagnostics);
    return PeConfig::parse(document.root());
}

TEST(PeConfig, DefaultsAreComplete) {
    core::Diagnostics diagnostics;
    const PeConfig c = parse("{}", diagnostics);
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(c.clock.hz, 2'000'000'000);
    EXPECT_EQ(c.tcm.capacity, 512 * core::kKiB);
    EXPECT_EQ(c.matrix.rows, 64);
    EXPECT_EQ(c.dma.bulk, 32 * core::kKiB);
    EXPECT_EQ(c.dma.outstanding, 32);
    EXPECT_DOUBLE_EQ(c.energy.mac_pj[static_cast<std::size_t>(DataType::kInt8)], 0.077);
}

TEST(PeConfig, ReadsWhatIsWritten) {
    core::Diagnostics diagnostics;
    const PeConfig c = parse(
        "clock: 1.5GHz\nmatrix: {rows: 128, cols: 32, dataflow: ws}\n"
        "vector: {element_cycles: {softmax: 20}}\ndma: {bulk: 4KiB, outstanding: 8}\n"
        "energy: {mac_bf16: 0.2pJ}\n",
        diagnostics);
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(c.clock.hz, 1'500'000'000);
    EXPECT_EQ(c.matrix.dataflow, MatrixConfig::Dataflow::kWeightStationary);
    EXPECT_EQ(c.vector.element_cycles[static_cast<std::size_t>(VectorKind::kSoftmax)], 20);
    EXPECT_EQ(c.dma.bulk, 4096);
    EXPECT_DOUBLE_EQ(c.energy.mac_pj[static_cast<std::size_t>(DataType::kBf16)], 0.2);
}

TEST(PeConfig, ReportsEveryMistakeWithItsPlace) {
    core::Diagnostics diagnostics;
    parse("dma: {outstanding: 0}\ncommand: {fetch_block: 100B}\nmatrix: {row: 3}\n", diagnostics);
    ASSERT_EQ(diagnostics.messages().size(), 3U);
    std::string all;
    for (const std::string& message : diagnostics.messages()) {
        all += message + '\n';
    }
    EXPECT_NE(all.find("pe.yaml:1:"), std::string::npos) << all;
    EXPECT_NE(all.find("dma.outstanding"), std::string::npos) << all;
    EXPECT_NE(all.find("multiple of 64 bytes"), std::string::npos) << all;
    EXPECT_NE(all.find("matrix.row"), std::string::npos) << all;
}

}  // namespace
}  // namespace strata::models
