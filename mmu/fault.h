// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why a translation or a change of mappings was refused, and how to say so.

#include <cstdint>
#include <string>

namespace strata::mmu {

/// Why an access cannot be translated.
enum class FaultKind : std::uint8_t {
    kNone,
    kMiss,        ///< no mapping at the address
    kPermission,  ///< a write to a read-only page
    kInFlight,    ///< mapped, but its content is still on its way (not yet valid)
};
constexpr int kFaultKinds = 4;
const char* to_string(FaultKind kind);

/// `page fault (write) at va 0x1000: no mapping`.
std::string describe_fault(FaultKind kind, std::uint64_t va, bool write);

/// Why mappings were left as they were.
enum class MapError : std::uint8_t {
    kNone,
    kMisaligned,  ///< an address or size that is not a multiple of the page size
    kBadRange,    ///< size not positive, or the range passes the end of the address space
    kOverlap,     ///< a page is mapped already, or twice in one request
    kNotMapped,   ///< a page that is not mapped, or named twice in one unmap request
    kPinned,      ///< a page somebody still holds
    kNotPinned,   ///< unpin of a page nobody holds
};
const char* to_string(MapError error);

/// Outcome of a change of mappings. After an error nothing has changed.
struct MapResult {
    MapError code = MapError::kNone;
    std::uint64_t address = 0;  ///< the first address at fault (a PA only if the PA is misaligned
                                ///< or wraps)

    bool ok() const { return code == MapError::kNone; }
    /// `already mapped at 0x1000`; `ok`.
    std::string str() const;
};

/// `0x1000`.
std::string hex(std::uint64_t value);

}  // namespace strata::mmu
