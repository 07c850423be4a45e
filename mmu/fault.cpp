// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/fault.h"

#include <cinttypes>
#include <cstdio>

namespace strata::mmu {
std::string hex(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%" PRIx64, value);
    return text;
}

const char* to_string(FaultKind kind) {
    switch (kind) {
        case FaultKind::kNone:
            return "none";
        case FaultKind::kMiss:
            return "no mapping";
        case FaultKind::kPermission:
            return "read-only page";
        case FaultKind::kInFlight:
            return "not valid yet (in flight)";
    }
    return "?";
}

const char* to_string(MapError error) {
    switch (error) {
        case MapError::kNone:
            return "ok";
        case MapError::kMisaligned:
            return "not a multiple of the page size";
        case MapError::kBadRange:
            return "empty range, or past the end of the address space";
        case MapError::kOverlap:
            return "already mapped";
        case MapError::kNotMapped:
            return "not mapped";
        case MapError::kPinned:
            return "pinned";
        case MapError::kNotPinned:
            return "not pinned";
    }
    return "?";
}

std::string describe_fault(FaultKind kind, std::uint64_t va, bool write) {
    return std::string("page fault (") + (write ? "write" : "read") + ") at va " + hex(va) + ": " +
           to_string(kind);
}

std::string MapResult::str() const {
    return ok() ? to_string(code) : std::string(to_string(code)) + " at " + hex(address);
}

}  // namespace strata::mmu
