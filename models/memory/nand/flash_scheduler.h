// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which flash operation goes next. Jobs of one page (an erase: one block) come in, commands go to
// the device; the path of a read leads on through data-out and error correction, and back to the
// array when a page does not decode.
//
// Modelled: queues per plane and class of traffic, served in order of priority and then of age;
// out of order between planes; multi-plane commands made of jobs that fit together; cache reads;
// reads of one page share its sense; suspend of programs and erases for host and map reads; a bound
// on how long writes and background reads wait behind the host's reads; decoders and retries
// (flash_ecc.h). Not modelled: the time the controller takes to decide.
//
// Arbitration `out_of_order`: on a channel read commands go before data-outs, these before programs
// and erases, so that arrays work while the bus moves data. `mqsim`: a pending data-out goes before
// any command, the collector's last; a chip takes a command only when it has finished all it had;
// collector traffic bars host traffic from its chip; no two reads share a sense; pages of a command
// leave and end in the order in which they were queued.
// Cost grows with jobs: units (planes, dies or chips) that have nothing to do are never looked at.
// Units: ps, bytes.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/config.h"
#include "core/energy.h"
#include "core/payload.h"
#include "core/units.h"
#include "models/memory/nand/flash_config.h"
#include "models/memory/nand/flash_device.h"
#include "models/memory/nand/flash_ecc.h"
#include "models/memory/nand/flash_errors.h"

namespace strata::models {

struct FlashSchedulerConfig {
    enum class Arbitration : std::uint8_t { kOutOfOrder, kMqsim };
    Arbitration arbitration = Arbitration::kOutOfOrder;
    bool multi_plane = true;
    bool cache_read = true;
    bool cache_program = true;  ///< not together with suspend_program
    bool suspend_program = false;
    bool suspend_erase = false;
    core::Ps suspend_least = 0;  ///< no suspend when less than this is left of the operation
    std::int64_t suspends = 8;   ///< of one operation, at most
    /// After waiting this long writes and background reads go before reads of the host.
    core::Ps starvation = 10'000'000'000;
    std::int64_t pairing_window = 64;  ///< jobs of a plane searched for a partner

    /// Reads a mapping `scheduler` over what the fields hold already.
    void read(core::Section s);
};

enum class FlashJobKind : std::uint8_t { kRead, kProgram, kErase, kCopyback };

struct FlashJob {
    FlashJobKind kind = FlashJobKind::kRead;
    FlashSource source = FlashSource::kHost;
    PageNumber page = 0;     ///< of an erase: any page of the block
    PageNumber from = 0;     ///< of a copyback, in the same plane
    core::Bytes bytes = 0;   ///< wanted of a read
    std::uint32_t tag = 0;   ///< the caller's
    std::uint64_t rank = 0;  ///< of an erase: its turn among those that wait; 0: by age
};

/// Where the time of a job went; the parts add up to `time` minus its arrival.
struct FlashJobTimes {
    core::Ps queue = 0;  ///< until its command began
    core::Ps array = 0;  ///< command and array
    core::Ps ecc = 0;    ///< waiting for a decoder, and decoding
    core::Ps bus = 0;    ///< waiting for the bus, and data on it
};

struct FlashJobDone {
    core::Ps time = 0;
    std::uint32_t tag = 0;
    core::Fault fault = core::Fault::kNone;
    core::Ps begin = 0;  ///< its first command
    FlashJobTimes times;
    PageNumber page = 0;
    const char* rule = "";  ///< that a fault broke
};

class FlashScheduler {
   public:
    /// Device and error model are the caller's; without a model (null) every page decodes at once.
    FlashScheduler(FlashDevice& device, const FlashSchedulerConfig& config,
                   const FlashEccConfig& ecc, FlashErrorModel* errors);

    /// Queues a job; dispatch() afterwards, at the same time.
    void add(core::Ps now, const FlashJob& job);
    void dispatch(core::Ps now);
    core::Ps next_event() const;
    /// Does what is due at `now`, which is not later than next_event(), and appends what is over.
    /// `mqsim`: with something over, what goes next is decided by the caller's dispatch(), when the
    /// jobs that follow have been added.
    void advance(core::Ps now, std::vector<FlashJobDone>& done);

    bool idle() const { return open_ == 0; }
    std::int64_t open() const { return open_; }  ///< jobs that are not over

    struct Counts {
        std::int64_t commands = 0;
        std::int64_t multi_plane = 0;  ///< commands of several planes
        std::int64_t cache_reads = 0;
        std::int64_t shared_senses = 0;  ///< reads served by a sense made for another one
        std::int64_t suspends = 0;
        std::int64_t retries = 0;  ///< senses after the first of a page
        std::int64_t soft_decodes = 0;
        std::int64_t uncorrectable = 0;
    };
    const Counts& counts() const { return counts_; }
    /// Energy of decoding, where there is a decoder.
    void register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block);
    core::Ps decoder_time() const;  ///< sum over decoders

   private:
    static constexpr std::int32_t kNone = -1;
    enum Class : std::uint8_t {
        kMapRead,
        kHostRead,
        kBackRead,
        kMapWrite,
        kHostWrite,
        kBackWrite,
        kErase,
        kClasses,
    };
    static constexpr std::uint8_t kReads = 1U << kMapRead | 1U << kHostRead | 1U << kBackRead;
    static constexpr std::uint8_t kWrites =
        1U << kMapWrite | 1U << kHostWrite | 1U << kBackWrite | 1U << kErase;
    static constexpr std::uint8_t kForeground = 1U << kMapRead | 1U << kHostRead;

    struct Job {
        FlashJob work;
        std::int32_t next = kNone;  // in the list that it is in
        std::int32_t mate = kNone;  // of the same program or erase command
        std::int32_t stage = 0;     // of decoding
        Class kind = kHostRead;
        std::uint64_t sequence = 0;
        core::Ps since = 0;  // begin of the phase it is in
        core::Ps begin = core::kNever;
        FlashJobTimes times;
    };
    struct List {
        std::int32_t head = kNone;
        std::int32_t tail = kNone;
    };
    struct Plane {
        std::array<List, kClasses> waiting;
        List sensing;              // commanded, not yet in the cache register
        std::uint8_t classes = 0;  // that wait
        std::int32_t unit = 0;
    };
    // What takes one command at a time: a plane, a die or (mqsim) a chip.
    struct Unit {
        std::int32_t first_plane = 0;
        std::int32_t channel = 0;
        std::int32_t place = 0;         // in its channel
        std::int32_t open = 0;          // jobs commanded and not over
        std::int32_t copyback = kNone;  // job whose page lies in the register, to be programmed
        bool caching = false;           // a page sensed by READ CACHE waits for the next command
        core::Ps writes_since = core::kNever;  // writes wait, or one is suspended, since then
    };
    enum Side : std::uint8_t { kReadSide, kWriteSide };
    struct Channel {
        // Units worth a look, for reads and for programs and erases.
        std::array<std::vector<std::uint64_t>, 2> candidates;
        std::int32_t turn = 0;         // unit to look at first
        std::array<List, 3> outs;      // pages ready to leave (outs_of)
        std::int64_t writes = 0;       // programs and erases that wait
        std::int64_t open_writes = 0;  // that are not over
        bool dirty = false;
    };
    // What a suspend stops: a die, or a plane that is independent in everything.
    struct Scope {
        FlashCommand running = FlashCommand::kRead;
        std::int64_t suspends = 0;
        bool hold = false;  // no reads until a write that has waited too long has had its turn
    };
    struct Timer {
        core::Ps time = 0;
        std::uint64_t sequence = 0;
        std::int32_t index = 0;  // job to be decoded; ~index: a channel to wake
        bool operator>(const Timer& other) const {
            return time != other.time ? time > other.time : sequence > other.sequence;
        }
    };
    // The command being put together.
    struct Group {
        std::array<std::int32_t, kMaxGroup> jobs;
        std::array<PageNumber, kMaxGroup> pages;
        std::int32_t count = 0;
    };

    void make_units();
    Job& job(std::int32_t index) { return jobs_[static_cast<std::size_t>(index)]; }
    const Job& job(std::int32_t index) const { return jobs_[static_cast<std::size_t>(index)]; }
    Plane& plane(std::int64_t index) { return planes_[static_cast<std::size_t>(index)]; }
    const Plane& plane(std::int64_t index) const {
        return planes_[static_cast<std::size_t>(index)];
    }
    Unit& unit_of(std::int64_t plane_index) {
        return units_[static_cast<std::size_t>(plane_index / planes_per_unit_)];
    }
    Scope& scope_of(std::int64_t plane_index) {
        return scopes_[static_cast<std::size_t>(plane_index / planes_per_scope_)];
    }
    Channel& channel(std::int64_t index) { return channels_[static_cast<std::size_t>(index)]; }
    std::int64_t plane_of(std::int32_t index) const {
        return geometry_.plane_of(job(index).work.page);
    }
    /// Pages of the map leave first; `mqsim`: those of the collector last.
    List& outs_of(const Job& out) {
        const std::size_t turn = out.kind == kMapRead               ? 0U
                                 : out.kind == kBackRead && mqsim() ? 2U
                                                                    : 1U;
        return channel(unit_of(geometry_.plane_of(out.work.page)).channel).outs[turn];
    }
    bool mqsim() const { return config_.arbitration == FlashSchedulerConfig::Arbitration::kMqsim; }

    // Queues (flash_scheduler.cpp).
    std::int32_t take_job();
    static Class class_of(const FlashJob& work);
    void push_back(List& list, std::int32_t index);
    void push_front(List& list, std::int32_t index);
    void insert(List& list, std::int32_t index, bool of_now);
    void unlink(List& list, std::int32_t before, std::int32_t index);
    void enqueue(std::int32_t index, bool front);
    void dequeue(std::int32_t before, std::int32_t index);
    void mark(const Unit& unit);
    void wake(const Unit& unit);
    void wake_scope(std::int64_t plane_index);
    void wake_channel(std::int64_t channel_index);

    // Choice (flash_scheduler_choice.cpp).
    void dispatch_channel(core::Ps now, std::int64_t channel_index);
    bool issue_some(core::Ps now, std::int64_t channel_index, Side side, bool starving);
    bool serve_reads(core::Ps now, Unit& unit);
    bool back_read_is_late(core::Ps now, const Unit& unit) const;
    bool serve_writes(core::Ps now, Unit& unit, bool starving);
    bool write_waits(const Unit& unit, FlashCommand program);
    bool serve_mqsim(core::Ps now, Unit& unit);
    bool serve(core::Ps now, Unit& unit, Class kind, Class partner, FlashCommand command);
    std::uint8_t waiting_classes(const Unit& unit) const;
    std::int32_t oldest(const Unit& unit, Class kind, FlashCommand command) const;
    bool may_go(std::int32_t index) const;
    bool gather(std::int32_t lead, Class kind, Class partner);
    void order_group(Class kind);
    bool take_word_line(std::int32_t lead);
    std::int32_t find_program(PageNumber page) const;
    std::int32_t find_mate(std::int64_t plane_index, Class kind, std::int32_t lead) const;

    // Commands (flash_scheduler_issue.cpp).
    bool issue_group(core::Ps now, Unit& unit, FlashCommand command);
    void commit_group(core::Ps now, Unit& unit, FlashCommand command);
    bool try_copyback_program(core::Ps now, Unit& unit);
    void refuse(core::Ps now, std::int32_t index, const FlashResult& result);
    bool control(core::Ps now, FlashCommand command, std::int64_t plane_index);
    core::Ps scope_end(std::int64_t plane_index) const;
    bool try_suspend(core::Ps now, Unit& unit);
    bool try_resume(core::Ps now, Unit& unit, bool starving);
    bool try_cache_end(core::Ps now, Unit& unit);
    bool start_out(core::Ps now, std::int64_t channel_index);
    bool start_out(core::Ps now, List& outs, std::int32_t before, std::int32_t index);
    core::Bytes bus_bytes(const Job& out) const;

    // Progress (flash_scheduler_progress.cpp).
    void handle(const FlashEvent& event, std::vector<FlashJobDone>& done);
    void page_ready(core::Ps now, std::int64_t plane_index);
    void page_out(core::Ps now, std::int32_t index, std::vector<FlashJobDone>& done);
    void command_done(core::Ps now, std::int32_t lead, std::vector<FlashJobDone>& done);
    void decode(core::Ps now, std::int32_t index);
    void decoded(core::Ps now, std::int32_t index, std::vector<FlashJobDone>& done);
    void finish(core::Ps now, std::int32_t index, const FlashResult& result,
                std::vector<FlashJobDone>& done);
    void set_timer(core::Ps time, std::int32_t index);
    void run_timer(const Timer& timer, std::vector<FlashJobDone>& done);

    FlashDevice& device_;
    FlashGeometry geometry_;
    FlashSchedulerConfig config_;
    FlashEccConfig ecc_config_;
    FlashErrorModel* errors_;
    std::unique_ptr<FlashEcc> ecc_;
    std::vector<EccDecoders> decoders_;  // of each channel
    std::int32_t planes_per_unit_ = 1;
    std::int32_t planes_per_scope_ = 1;

    std::vector<Job> jobs_;
    std::int32_t free_job_ = kNone;
    std::vector<Plane> planes_;
    std::vector<Unit> units_;
    std::vector<Channel> channels_;
    std::vector<Scope> scopes_;
    std::vector<std::int64_t> dirty_;    // channels
    std::vector<Timer> timers_;          // heap
    std::vector<FlashEvent> events_;     // scratch
    std::vector<FlashJobDone> refused_;  // until the next advance
    Group group_;
    std::int64_t open_ = 0;
    std::uint64_t sequence_ = 0;
    Counts counts_;
    core::EnergyLedger* ledger_ = nullptr;
    core::EnergyLedger::EventId decode_energy_ = 0;
};

}  // namespace strata::models
