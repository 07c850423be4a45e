// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The flash translation layer: logical pages of the host to pages of the flash. A state machine
// without clock: it turns host operations into flash tasks, and completed tasks into further tasks
// and acknowledgements. What goes to the flash first, and how long it takes, is the controller's.
//
// Contract with the controller:
//   - Every task may start at once and in any order, with one exception: the programs of a block
//     start and end in the order in which they were handed out.
//   - With one-shot programs the pages of a word line start together; what is missing follows, from
//     background() after `pad_after` at the latest.
//   - No task reads a page before its program was reported done, and no block is erased while
//     another task on it is under way.
//   - Every task is reported once by done(), in any order of blocks.
//   - Every host operation is acknowledged once. Writes and trims of a logical page take effect in
//     the order in which they were handed in; a read sees what was handed in before it.
//
// Not modelled here: partial pages (the controller reads, merges and writes whole pages), time.
// Units: pages; `now` in ps, never decreasing, is used for ages only.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/payload.h"
#include "core/units.h"
#include "models/memory/nand/flash.h"

namespace strata::core {
class RandomStream;
class StatGroup;
}  // namespace strata::core

namespace strata::models {

struct FtlConfig;
class FtlMedium;

using LogicalPage = std::int64_t;
constexpr LogicalPage kNoLogicalPage = -1;
constexpr PageNumber kNoPage = -1;

enum class FlashTaskKind : std::uint8_t { kRead, kProgram, kErase, kCopyback };

struct FlashTask {
    FlashTaskKind kind = FlashTaskKind::kRead;
    FlashSource source = FlashSource::kHost;
    std::uint32_t id = 0;       ///< for done(); reused afterwards
    PageNumber page = kNoPage;  ///< erase: first page of the block
    /// Where the data come from: source of a copyback, or the page that was read for a move.
    /// kNoPage for a program of host data or of map data.
    PageNumber from = kNoPage;
    /// Of the host, below logical_pages(); map and journal pages count on from there.
    LogicalPage logical = kNoLogicalPage;
    std::uint64_t tag = 0;  ///< of the host operation (the newest one of a merged write)
    /// Erases that wait go in rising order of rank, without one by age.
    std::uint64_t rank = 0;
};

/// How a task ended.
enum class FlashStatus : std::uint8_t {
    kOk,
    kMarginal,  ///< read: corrected, but close to the limit of the ECC: the block is moved soon
    kFailed,    ///< read: uncorrectable; program, erase: the block goes bad
};

/// The end of a host operation.
struct FtlAck {
    std::uint64_t tag = 0;
    /// kNandReadErased: never written or trimmed; kUncorrectable: data lost; kOutOfRange: no such
    /// page, or no space left (worn out). Zones: kNandPageOrder, kNandProgramTwice,
    /// kNandEraseOpen, kMisaligned as well.
    core::Fault fault = core::Fault::kNone;
    bool buffer = false;  ///< read: served from the write buffer; write: acknowledged on buffering
};

/// What a call hands out, appended. The caller clears.
struct FtlOutput {
    std::vector<FlashTask> tasks;
    std::vector<FtlAck> acks;

    void clear() {
        tasks.clear();
        acks.clear();
    }
};

struct FtlCounts {
    std::int64_t host_reads = 0;
    std::int64_t host_writes = 0;    ///< accepted pages
    std::int64_t buffer_reads = 0;   ///< reads served from the write buffer
    std::int64_t merged_writes = 0;  ///< overwritten in the buffer before their program
    std::int64_t map_hits = 0;       ///< cached map
    std::int64_t map_misses = 0;
    std::int64_t checkpoints = 0;
    std::int64_t lost_pages = 0;       ///< became uncorrectable while they were moved
    std::int64_t bad_blocks = 0;       ///< factory and grown
    std::int64_t read_only_zones = 0;  ///< became so: a program failed and no block was spare
    /// Tasks handed out, by FlashSource; a copyback counts as a read and a program.
    std::array<std::int64_t, kFlashSources> reads{};
    std::array<std::int64_t, kFlashSources> programs{};
    std::array<std::int64_t, kFlashSources> erases{};

    std::int64_t total_programs() const;
    std::int64_t total_erases() const;
    /// Programs of any source per program of host data; 0 before the first.
    double write_amplification() const;
};

class Ftl {
   public:
    virtual ~Ftl() = default;

    /// After construction on a blank medium (or none) the layer is mounted. On a medium with data
    /// it has to be mounted, by tasks that scan it; the host has to wait until mounted().
    virtual void mount(core::Ps now, FtlOutput& out) = 0;
    virtual bool mounted() const = 0;

    virtual std::int64_t logical_pages() const = 0;
    /// Marks logical pages [0, pages) as written in order, without any task: preconditioning.
    /// Before the first host operation.
    virtual void preload(core::Ps now, std::int64_t pages) = 0;

    virtual void read(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) = 0;
    /// Whether the write buffer has a place. What is refused is asked again after a done().
    virtual bool can_write() const = 0;
    virtual void write(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) = 0;
    /// Page map: the pages read as erased from the acknowledgement on. Zones: resets every zone of
    /// the range, which has to cover whole zones.
    virtual void trim(core::Ps now, LogicalPage first, std::int64_t pages, std::uint64_t tag,
                      FtlOutput& out) = 0;
    /// Host-issued refresh: the data of the block (page map) or zone of `page` move to a new
    /// place. Acknowledged when they have.
    virtual void refresh(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) = 0;
    /// Writes the map to the flash, so that a mount needs no long scan; acknowledged when durable.
    virtual void checkpoint(core::Ps now, std::uint64_t tag, FtlOutput& out) = 0;

    virtual void done(core::Ps now, std::uint32_t task, FlashStatus status, FtlOutput& out) = 0;

    /// When background() has work (a block reaches its retention limit, a word line its time for
    /// padding); core::kNever if none.
    virtual core::Ps next_background() const = 0;
    virtual void background(core::Ps now, FtlOutput& out) = 0;
    /// Fills up every word line of a one-shot program that was begun (`pad_after` does so in time).
    virtual void pad(core::Ps now, FtlOutput& out) = 0;
    /// The plane (flat number) has nothing to do: it may collect garbage ahead of need.
    virtual void idle(core::Ps now, std::int64_t plane, FtlOutput& out) = 0;

    /// The supply fails and the layer's life ends. `fate` decides, in the order a block would take
    /// them, which tasks under way got done unreported, which are torn and which never began; the
    /// medium then holds what is left. ModelError without a medium.
    virtual void power_loss(core::RandomStream& fate) = 0;

    /// Host operations or tasks under way.
    virtual bool busy() const = 0;
    virtual const FtlCounts& counts() const = 0;
    virtual std::uint32_t erase_count(std::int64_t block) const = 0;  ///< by flat number
    virtual bool bad(std::int64_t block) const = 0;
    /// Reads of a block since its last erase (read disturb).
    virtual std::uint32_t reads_since_erase(std::int64_t block) const = 0;
    /// When the oldest data of the block were written (retention); kNever for an empty block.
    virtual core::Ps written_at(std::int64_t block) const = 0;
    virtual std::string describe_state() const = 0;
    virtual void register_stats(core::StatGroup& stats) = 0;
    /// Throws core::ModelError when the tables contradict each other. Slow; for tests.
    virtual void check() const = 0;
};

/// `medium` is what survives a power loss; null when none is simulated. It outlives the layer.
/// `seed`: of the random streams (d_choice, random, factory bad blocks).
std::unique_ptr<Ftl> make_ftl(const FtlConfig& config, const FlashGeometry& geometry,
                              FtlMedium* medium = nullptr, std::uint64_t seed = 1);

}  // namespace strata::models
