// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/payload.h"

#include <gtest/gtest.h>

#include "core/diagnostics.h"

namespace strata::core {
namespace {

TEST(PayloadPool, FreeClearsEveryField) {
    PayloadPool pool;
    tlm::tlm_generic_payload* payload = pool.allocate();
    unsigned char byte = 0;
    payload->set_command(tlm::TLM_WRITE_COMMAND);
    payload->set_address(0x1234);
    payload->set_data_ptr(&byte);
    payload->set_data_length(1);
    payload->set_byte_enable_ptr(&byte);
    payload->set_byte_enable_length(1);
    payload->set_streaming_width(1);
    payload->set_dmi_allowed(true);
    payload->set_response_status(tlm::TLM_OK_RESPONSE);
    PayloadExtension& extension = extension_of(*payload);
    extension.tag = 7;
    extension.semaphore = 3;
    extension.fault = Fault::kDecode;
    extension.target_port = 4;
    extension.set_stage(Stage::kServiceEnd, 99);
    extension.object = std::make_shared<CarriedObject>();
    const std::weak_ptr<const CarriedObject> watch = extension.object;
    payload->release();
    EXPECT_TRUE(watch.expired());

    tlm::tlm_generic_payload* again = pool.allocate();
    ASSERT_EQ(again, payload) << "the pool recycles";
    EXPECT_EQ(again->get_ref_count(), 1);
    EXPECT_EQ(again->get_command(), tlm::TLM_IGNORE_COMMAND);
    EXPECT_EQ(again->get_address(), 0u);
    EXPECT_EQ(again->get_data_ptr(), nullptr);
    EXPECT_EQ(again->get_data_length(), 0u);
    EXPECT_EQ(again->get_byte_enable_ptr(), nullptr);
    EXPECT_EQ(again->get_byte_enable_length(), 0u);
    EXPECT_EQ(again->get_streaming_width(), 0u);
    EXPECT_FALSE(again->is_dmi_allowed());
    EXPECT_EQ(again->get_response_status(), tlm::TLM_INCOMPLETE_RESPONSE);
    EXPECT_EQ(&extension_of(*again), &extension) << "the extension stays attached";
    EXPECT_EQ(extension.tag, 0u);
    EXPECT_EQ(extension.semaphore, -1);
    EXPECT_EQ(extension.fault, Fault::kNone);
    EXPECT_EQ(extension.target_port, -1);
    EXPECT_EQ(extension.at(Stage::kServiceEnd), 0);
    again->release();
}

TEST(PayloadPool, NamesWhatIsStillHeld) {
    PayloadPool pool;
    tlm::tlm_generic_payload* held = pool.allocate();
    tlm::tlm_generic_payload* returned = pool.allocate();
    held->set_command(tlm::TLM_READ_COMMAND);
    held->set_address(PhysicalAddress{0, 1, Region::kNand, 0x40}.encode());
    held->set_data_length(64);
    extension_of(*held).initiator = {0, 0, 5};
    returned->release();
    EXPECT_EQ(pool.in_use(), 1);
    const auto lines = pool.describe_live();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_NE(lines[0].find("sip0.cube0.pe5 read of 64 bytes"), std::string::npos) << lines[0];
    EXPECT_NE(lines[0].find("sip0.cube1.nand+0x40"), std::string::npos) << lines[0];
    held->release();
    EXPECT_EQ(pool.in_use(), 0);
    EXPECT_TRUE(pool.describe_live().empty());
}

TEST(PayloadPool, SecondFreeIsFound) {
    PayloadPool pool;
    tlm::tlm_generic_payload* payload = pool.allocate();
    payload->release();
    EXPECT_THROW(pool.free(payload), ModelError);
}

TEST(PayloadPool, UseAfterReleaseIsFoundAtTheNextAllocation) {
    PayloadPool pool;
    tlm::tlm_generic_payload* payload = pool.allocate();
    payload->release();
    payload->acquire();  // by someone who held a stale pointer
    EXPECT_THROW(pool.allocate(), ModelError);
}

TEST(PayloadPool, EveryHolderKeepsItAlive) {
    PayloadPool pool;
    tlm::tlm_generic_payload* payload = pool.allocate();
    payload->acquire();
    payload->release();
    EXPECT_EQ(pool.in_use(), 1);
    payload->release();
    EXPECT_EQ(pool.in_use(), 0);
}

TEST(PayloadExtension, CopiesDeeply) {
    PayloadPool pool;
    tlm::tlm_generic_payload* payload = pool.allocate();
    extension_of(*payload).va = 0x77;
    PayloadExtension copy;
    copy.copy_from(extension_of(*payload));
    EXPECT_EQ(copy.va, 0x77u);
    tlm::tlm_generic_payload stranger;
    stranger.deep_copy_from(*payload);  // clones extensions
    EXPECT_EQ(extension_of(stranger).va, 0x77u);
    payload->release();
}

TEST(PayloadExtension, MissingOneNamesTheAddress) {
    tlm::tlm_generic_payload stranger;
    stranger.set_address(0xbeef);
    try {
        extension_of(stranger);
        FAIL();
    } catch (const ModelError& error) {
        EXPECT_NE(std::string(error.what()).find("0xbeef"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace strata::core
