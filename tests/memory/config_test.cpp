// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/config.h"

#include <gtest/gtest.h>

#include "core/diagnostics.h"
#include "models/memory/factory.h"

namespace strata::test {
namespace {

using core::ConfigDocument;
using core::Diagnostics;
using models::DramConfig;
using models::NandConfig;
using models::SramConfig;

template <class Config>
Config parse(const std::string& text, std::string* errors = nullptr) {
    Diagnostics diagnostics;
    ConfigDocument document = ConfigDocument::parse(text, "test.yaml", {}, diagnostics);
    const Config config = Config::parse(document.root());
    std::string all;
    for (const std::string& message : diagnostics.messages()) {
        all += message + "\n";
    }
    if (errors != nullptr) {
        *errors = all;
    } else {
        EXPECT_EQ(all, "");
    }
    return config;
}

template <class Config>
std::string errors_of(const std::string& text) {
    std::string errors;
    parse<Config>(text, &errors);
    return errors;
}

TEST(MemoryConfig, DefaultsAreConsistent) {
    EXPECT_EQ(parse<SramConfig>("{}").capacity(), 16 * core::kMiB);
    const DramConfig dram = parse<DramConfig>("{}");
    EXPECT_EQ(dram.capacity(), 16 * core::kGiB);
    EXPECT_DOUBLE_EQ(static_cast<double>(dram.channels) * dram.channel_bandwidth.gbps(), 819.2);
    const NandConfig nand = parse<NandConfig>("{}");
    EXPECT_EQ(nand.capacity(), 512 * core::kGiB);
    EXPECT_DOUBLE_EQ(static_cast<double>(nand.channels) * nand.link_bandwidth.gbps(), 1600.0);
    EXPECT_TRUE(nand.preloaded);
}

TEST(MemoryConfig, ReadsKeys) {
    const NandConfig nand = parse<NandConfig>(
        "{page_order: [page, block, plane], preloaded: none, t_read: 5us, registers: 1}");
    EXPECT_EQ(nand.page_order[0], models::NandField::kPage);
    EXPECT_EQ(nand.page_order[2], models::NandField::kPlane);
    EXPECT_FALSE(nand.preloaded);
    EXPECT_EQ(nand.t_read, 5 * core::kMicrosecond);
    EXPECT_EQ(nand.registers, 1);
    const DramConfig dram = parse<DramConfig>("{refresh: false, banks: 16, t_cl: 10ns}");
    EXPECT_FALSE(dram.refresh);
    EXPECT_EQ(dram.banks, 16);
    EXPECT_EQ(dram.t_cl, 10'000);
}

void expect_error(const std::string& errors, const std::string& part) {
    EXPECT_NE(errors.find("test.yaml:1:"), std::string::npos) << errors;
    EXPECT_NE(errors.find(part), std::string::npos) << errors;
}

TEST(MemoryConfig, RefusesWhatDoesNotFit) {
    expect_error(errors_of<NandConfig>("{page_order: [plane, plane, block]}"), "page_order");
    expect_error(errors_of<NandConfig>("{interleave: 5000B}"), "multiple of page");
    expect_error(errors_of<NandConfig>("{planes: 3, blocks: 1, pages: 1}"), "must divide");
    expect_error(errors_of<NandConfig>("{preloaded: some}"), "preloaded");
    expect_error(errors_of<DramConfig>("{row: 2000B}"), "multiple of burst");
    expect_error(errors_of<DramConfig>("{banks: 7}"), "row x banks");
    expect_error(errors_of<DramConfig>("{t_refi: 500ns}"), "t_refi");
    expect_error(errors_of<DramConfig>("{t_rdc: 5ns}"), "t_rcd");
    expect_error(errors_of<SramConfig>("{bank_capacity: 100B}"), "multiple of width");
}

TEST(MemoryConfig, UnknownModelsNameTheKnownOnes) {
    expect_error(errors_of<DramConfig>("{model: simpel}"), "simple");
    DramConfig config;
    config.model = "magic";
    try {
        models::make_dram(config);
        FAIL() << "made a model that does not exist";
    } catch (const core::UserError& error) {
        EXPECT_NE(std::string(error.what()).find("known: simple"), std::string::npos);
    }
}

TEST(MemoryConfig, FactoriesMakeOneChannel) {
    EXPECT_EQ(models::make_sram({})->capacity(), core::kMiB);
    EXPECT_EQ(models::make_dram({})->capacity(), core::kGiB);
    EXPECT_EQ(models::make_nand({})->capacity(), 32 * core::kGiB);
    EXPECT_EQ(models::make_nand({})->granule(), 4096);
}

}  // namespace
}  // namespace strata::test
