// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/address.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace strata::core {
namespace {

TEST(Address, PlaceNames) {
    EXPECT_EQ((Place{0, 1, 3}.str()), "sip0.cube1.pe3");
    EXPECT_EQ(m_cpu_place(2, 1).str(), "sip2.cube1.m_cpu");
    EXPECT_EQ(io_cpu_place(4).str(), "sip4.io_cpu");
    EXPECT_EQ(host_place().str(), "host");
}

TEST(Address, PhysicalAddressNames) {
    EXPECT_EQ((PhysicalAddress{0, 1, Region::kDram, 0x1000}.str()), "sip0.cube1.dram+0x1000");
    EXPECT_EQ(PhysicalAddress::decode(tcm_address({0, 1, 3}, 0x40)).str(),
              "sip0.cube1.pe3.tcm+0x40");
    EXPECT_EQ(PhysicalAddress::decode(mailbox_address(m_cpu_place(1, 2))).str(),
              "sip1.cube2.m_cpu.control+0x0");
    EXPECT_EQ(PhysicalAddress::decode(mailbox_address(host_place())).str(), "host.control+0x0");
}

TEST(Address, FieldsAreWhereTheLayoutSays) {
    const PhysicalAddress address{0x12, 0x34, Region::kNand, 0x56789abcde};
    EXPECT_EQ(address.encode(), 0x0123'4356'789a'bcdeu);
}

TEST(Address, EncodeThenDecodeIsTheIdentity) {
    RandomStream random(1, "address");
    for (int i = 0; i < 10'000; ++i) {
        const PhysicalAddress address{static_cast<std::int16_t>(random.below(256)),
                                      static_cast<std::int16_t>(random.below(256)),
                                      static_cast<Region>(1 + random.below(5)),
                                      random.below(kOffsetMask + 1)};
        const PhysicalAddress back = PhysicalAddress::decode(address.encode());
        ASSERT_EQ(back.sip, address.sip);
        ASSERT_EQ(back.cube, address.cube);
        ASSERT_EQ(back.region, address.region);
        ASSERT_EQ(back.offset, address.offset);
    }
}

TEST(Address, WindowsOfPesDoNotTouch) {
    const auto last = PhysicalAddress::decode(tcm_address({0, 0, 4}, kPeByteMask));
    const auto next = PhysicalAddress::decode(tcm_address({0, 0, 5}, 0));
    EXPECT_EQ(last.pe(), 4);
    EXPECT_EQ(last.pe_byte(), kPeByteMask);
    EXPECT_EQ(next.pe(), 5);
    EXPECT_EQ(next.encode(), last.encode() + 1);
}

TEST(Address, ZeroIsNoRegion) {
    EXPECT_EQ(PhysicalAddress::decode(0).region, Region::kNone);
}

}  // namespace
}  // namespace strata::core
