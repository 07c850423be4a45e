// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The flash behind one controller: all channels, chips, dies and planes, with their registers,
// blocks and buses. It does what it is told and refuses what the rules forbid; which operation goes
// next is the controller's choice.
//
// Modelled: every command of FlashCommand, for one plane or several; a page and a cache register
// per plane; die-level or plane-level independence; cache operations; suspend with progress kept;
// reset; the channel's bus (FlashBus); program order, one program between erases, one-shot word
// lines; wear and sense counts of a block; throttle states; energy by counts. A refused operation
// changes nothing.
// Not modelled: data, bit errors (reliability belongs to the controller), partial-page programs,
// limits on suspends, power-up.
//
// Registers. READ puts the page into the cache register (event kDataReady), whence it goes out over
// the bus in as many parts as are wanted. Until its last part is out (or discard()) nothing may
// overwrite it. READ CACHE moves the page sensed last into the cache register and senses the next
// one meanwhile; the command is accepted while the array is still at work, and waits there. With
// FlashConfig::auto_cache the die moves pages on by itself, and plain READs overlap with data-out.
// PROGRAM CACHE takes data into the cache register while the page before it is programmed.
//
// Suspend. The array stops at the end of the command, the die is ready for reads t_suspend later;
// t_resume after the end of RESUME the array goes on with what was left. While something is
// suspended the die (FlashIndependence::kAll: the plane) takes reads only.
//
// Use: advance(t) up to and including each next_event(); issue() and start_data_out() at times not
// before the last advance(). Units: ps, bytes, pJ. Timings: FlashConfig.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/energy.h"
#include "core/trace.h"
#include "models/memory/nand/flash.h"
#include "models/memory/nand/flash_blocks.h"
#include "models/memory/nand/flash_config.h"
#include "models/memory/nand/flash_events.h"
#include "models/memory/nand/flash_trace.h"

namespace strata::models {

/// A command and its pages, one per plane (a one-shot program: all pages of the word line, plane by
/// plane). An erase names any page of each block; SUSPEND, RESUME, STATUS, RESET and SET FEATURE
/// name any page of the die (with FlashIndependence::kAll SUSPEND and RESUME mean its plane);
/// READ CACHE END any page of each plane.
struct FlashOperation {
    FlashCommand command = FlashCommand::kRead;
    FlashSource source = FlashSource::kHost;
    std::uint32_t tag = 0;              ///< comes back in the events
    const PageNumber* pages = nullptr;  ///< read during the call only
    std::int32_t count = 0;
    core::Ps extra = 0;  ///< added to the array's time, such as that of a slower sense in a retry
};

struct FlashDataOut {
    PageNumber page = 0;    ///< has to be in its plane's cache register
    core::Bytes bytes = 0;  ///< at most FlashConfig::bus_page()
    std::uint32_t tag = 0;
    FlashSource source = FlashSource::kHost;
    bool keep = false;  ///< more of this page follows: the register stays occupied
};

enum class FlashEventKind : std::uint8_t {
    kBusFree,      ///< a command (with its data) or a data-out has left the bus
    kDataReady,    ///< a page is in the cache register; one event per plane
    kDataOutDone,  ///< its last byte is out; kBusFree follows
    kProgramDone,  ///< one event per command, as all below
    kEraseDone,
    kSuspended,  ///< the die is ready for reads; tag of the suspended operation
    kReady,      ///< reset or set feature is over
    kAborted,    ///< by a reset; tag of the operation that was lost
};

struct FlashEvent {
    core::Ps time = 0;
    FlashEventKind kind = FlashEventKind::kBusFree;
    std::uint32_t tag = 0;
    std::int32_t channel = 0;
    std::int32_t plane = 0;  ///< flat number; of several the first
};

class FlashDevice {
   public:
    /// `preloaded`: every page counts as programmed.
    explicit FlashDevice(const FlashConfig& config, bool preloaded = false);

    /// Whether the operation would be accepted at `now`.
    FlashResult check(core::Ps now, const FlashOperation& operation) const;
    bool ready(core::Ps now, const FlashOperation& operation) const {
        return check(now, operation).ok();
    }
    FlashResult issue(core::Ps now, const FlashOperation& operation);

    FlashResult check_data_out(core::Ps now, const FlashDataOut& out) const;
    FlashResult start_data_out(core::Ps now, const FlashDataOut& out);
    /// Gives up the page in a plane's cache register, if there is one.
    void discard(core::Ps now, std::int64_t plane);

    core::Ps next_event() const { return events_.empty() ? core::kNever : events_.top().time; }
    /// Appends the events up to and including `now`, in order of time.
    void advance(core::Ps now, std::vector<FlashEvent>& events);

    // Cheap questions for a scheduler; planes and dies by flat number.
    /// From when on the channel takes a command (a program: together with data_bus_free).
    core::Ps command_bus_free(std::int64_t channel) const;
    core::Ps data_bus_free(std::int64_t channel) const;
    /// The state of die, plane and registers allows the command on this plane now; nothing is said
    /// of the bus, of throttling and of the blocks.
    bool accepts(FlashCommand command, std::int64_t plane) const;
    /// Page in the cache register (readable now, or waiting for its last part to go out), or -1.
    PageNumber held_page(std::int64_t plane) const;
    /// SUSPEND would be accepted for the die of this plane (FlashIndependence::kAll: for the
    /// plane), the bus left aside.
    bool suspendable(core::Ps now, std::int64_t plane) const;
    /// Something is suspended there.
    bool suspended(std::int64_t plane) const;
    /// Planes of a channel that throttling still lets start.
    std::int64_t free_senses(std::int64_t channel) const;
    /// When what is at work in this plane's array ends (0: nothing is; a suspended operation is not
    /// at work).
    core::Ps array_end(std::int64_t plane) const;

    void set_temperature(double celsius);
    /// -1: none, else index into FlashConfig::throttle.
    int throttle_state() const { return throttle_; }

    const FlashConfig& config() const { return config_; }
    const FlashBlocks& blocks() const { return blocks_; }
    /// State of a block as if it had been brought about before; nothing may be at work there.
    void set_block(std::int64_t block, const FlashBlocks::Block& state);

    struct Counts {
        std::array<std::array<std::int64_t, kFlashSources>, kFlashCommands> commands{};
        std::array<std::int64_t, kFlashSources> senses{};    ///< pages
        std::array<std::int64_t, kFlashSources> programs{};  ///< pages
        std::array<std::int64_t, kFlashSources> erases{};    ///< blocks
        std::array<std::int64_t, kFlashSources> out_bytes{};
        std::array<std::int64_t, kFlashSources> in_bytes{};
        core::Ps command_bus_time = 0;  ///< all channels, waits of the commands included
        core::Ps data_bus_time = 0;
        core::Ps plane_time = 0;  ///< arrays at work, sum over planes, up to the end of what runs
    };
    const Counts& counts() const { return counts_; }
    /// Time for which a channel's bus was held, up to the end of what runs; with a command bus of
    /// its own: the data bus.
    core::Ps bus_time(std::int64_t channel) const;
    /// Array time up to `now`, sum over planes; `now` is not after the next event.
    core::Ps plane_time(core::Ps now) const;
    /// Sum of counts x energy per unit, and idle power x `now`.
    double energy_pj(core::Ps now) const;
    void register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block);
    bool idle() const { return events_.empty(); }
    std::string describe_state() const;
    /// Receives every operation when it is issued; null: none.
    void set_trace(FlashTraceSink* sink) { trace_ = sink; }
    /// Waveform: what every bus and plane does, in scopes `<path>.channel0.chip0.die0` ….
    void register_waveform(core::TraceSink* sink, const std::string& path);

   private:
    static constexpr std::int32_t kNone = -1;

    // What the array of one or more planes of a die does for one command.
    struct Job {
        FlashCommand command = FlashCommand::kRead;
        FlashSource source = FlashSource::kHost;
        std::uint32_t tag = 0;
        std::int32_t die = 0;
        std::int32_t planes = 0;
        std::uint64_t mask = 0;  // planes of the die
        core::Ps start = 0;
        core::Ps end = 0;  // suspended: end - start is what is left
        std::int32_t next_free = kNone;
    };
    struct Plane {
        std::int32_t die = 0;
        std::int32_t job = kNone;
        std::int32_t next_job = kNone;   // accepted, starts when `job` ends
        std::int32_t suspended = kNone;  // job
        PageNumber target = kNone;       // first page of each of these
        PageNumber next_target = kNone;
        PageNumber suspended_target = kNone;
        PageNumber sensed = kNone;    // in the page register, waits for the cache register
        PageNumber cached = kNone;    // in the cache register
        PageNumber copyback = kNone;  // source of a copyback, in the registers
        core::Ps readable = 0;        // of `cached`
        core::Ps moves_from = 0;      // the command that lets the page of `job` move on is over
        std::uint64_t chain = 0;      // planes of the READ that READ CACHE may continue
        std::uint32_t sensed_tag = 0;
        std::uint32_t cached_tag = 0;
        bool unread = false;  // `cached` has to go out or to be discarded
        bool outputting = false;
        bool finish = false;  // READ CACHE END waits for `job`
        bool busy = false;    // suspending, reset, set feature
    };
    struct Die {
        std::int32_t channel = 0;
        std::int32_t active = 0;     // jobs, without suspended ones
        std::int32_t exclusive = 0;  // of these: take the whole die
        std::int32_t blocking = 0;   // of these: no data-out meanwhile (ready bit low)
        std::int32_t suspended = 0;
        std::uint64_t chain = 0;  // planes of the last READ, FlashIndependence::kNone only
    };
    struct Channel {
        core::Ps command_free = 0;
        core::Ps data_free = 0;
        core::Ps held = 0;             // sum of bus times
        std::int64_t active = 0;       // planes at work
        std::int64_t most_active = 0;  // throttling
    };
    // The planes of one operation.
    struct Group {
        std::int32_t die = 0;
        std::int32_t channel = 0;
        std::int32_t planes = 0;
        std::int32_t first = 0;  // flat number of the first plane named
        std::uint64_t mask = 0;
    };
    struct BusSlot {
        core::Ps start = 0;
        core::Ps end = 0;
    };
    enum Due : std::uint8_t { kBus, kJob, kOut, kPage, kSuspendEnd, kReadyAgain, kAbort };

    Plane& plane(std::int64_t index) { return planes_[static_cast<std::size_t>(index)]; }
    const Plane& plane(std::int64_t index) const {
        return planes_[static_cast<std::size_t>(index)];
    }
    Die& die(std::int64_t index) { return dies_[static_cast<std::size_t>(index)]; }
    const Die& die(std::int64_t index) const { return dies_[static_cast<std::size_t>(index)]; }
    Channel& channel(std::int64_t index) { return channels_[static_cast<std::size_t>(index)]; }
    const Channel& channel(std::int64_t index) const {
        return channels_[static_cast<std::size_t>(index)];
    }
    Job& job(std::int32_t index) { return jobs_[static_cast<std::size_t>(index)]; }
    const Job& job(std::int32_t index) const { return jobs_[static_cast<std::size_t>(index)]; }
    template <class F>
    void for_planes(std::int32_t die_index, std::uint64_t mask, F f) {
        for (; mask != 0; mask &= mask - 1) {
            f(die_index * config_.geometry.planes + __builtin_ctzll(mask));
        }
    }
    /// Planes that a die-level state change of this plane reaches.
    std::uint64_t scope(std::int64_t plane_index) const;
    /// The suspended job that RESUME would mean, or kNone.
    std::int32_t suspended_job(std::int64_t plane_index) const;
    std::int32_t pages_per_plane(FlashCommand command) const {
        return flash_programs(command) ? config_.cell.program_pages() : 1;
    }
    bool takes_die(FlashCommand command) const;
    /// While it is at work the ready bit of its die is low.
    bool blocks_data(FlashCommand command) const;

    // flash_device_check.cpp
    FlashResult resolve(const FlashOperation& operation, Group& group) const;
    FlashResult check_blocks(const FlashOperation& operation) const;
    FlashResult check_state(core::Ps now, const FlashOperation& operation,
                            const Group& group) const;
    FlashResult check_buses(core::Ps now, const FlashOperation& operation,
                            const Group& group) const;
    FlashResult examine(core::Ps now, const FlashOperation& operation, Group& group) const;
    FlashResult plane_state(FlashCommand command, const Plane& p) const;
    FlashResult array_free(FlashCommand command, const Plane& p) const;
    FlashResult read_state(FlashCommand command, const Plane& p) const;
    FlashResult cache_read_state(FlashCommand command, const Plane& p) const;
    FlashResult program_state(FlashCommand command, const Plane& p) const;
    FlashResult resume_state(const Plane& p) const;
    FlashResult die_state(FlashCommand command, std::int32_t index) const;
    FlashResult check_continues(const FlashOperation& operation, const Group& group) const;
    FlashResult check_suspend(core::Ps stop, const Plane& p) const;
    FlashResult check_suspended_pages(const FlashOperation& operation) const;

    // flash_device_issue.cpp
    BusSlot hold_bus(core::Ps now, const FlashOperation& operation, const Group& group);
    void start_read(const FlashOperation& operation, const Group& group, const BusSlot& bus);
    void start_program(const FlashOperation& operation, const Group& group, const BusSlot& bus);
    void start_erase(const FlashOperation& operation, const Group& group, const BusSlot& bus);
    void finish_cache_read(const Group& group, core::Ps from);
    void move_to_cache(Plane& p, core::Ps readable);
    void start_job(const FlashOperation& operation, const Group& group, const BusSlot& bus,
                   core::Ps start, core::Ps duration);
    std::int32_t take_job();
    void count(const FlashOperation& operation, const Group& group);
    void count_energy(core::EnergyLedger::EventId event, std::int64_t units) {
        if (ledger_ != nullptr) {
            ledger_->count(event, units);
        }
    }
    void trace(const FlashOperation& operation, const BusSlot& bus, core::Ps array_start,
               core::Ps array_end, core::Bytes bytes) const;

    // flash_device_control.cpp
    void suspend(const FlashOperation& operation, const Group& group, const BusSlot& bus);
    void resume(const FlashOperation& operation, const Group& group, const BusSlot& bus);
    void reset(const FlashOperation& operation, const Group& group, const BusSlot& bus);
    core::Ps reset_time(FlashCommand command) const;
    void abort(std::int32_t index, core::Ps now, core::Ps until);
    void tear(const Job& j, PageNumber target);
    void apply_throttle();
    void block_die(const Group& group, core::Ps until, std::uint32_t tag);
    /// Bus time of data at the present throttle state.
    core::Ps transfer(core::Bytes bytes) const;

    // flash_device_waveform.cpp
    void show(core::Ps time, std::int64_t plane_index) const {
        if (!waveform_.empty()) {
            show_state(time, plane_index);
        }
    }
    void show_state(core::Ps time, std::int64_t plane_index) const;
    enum BusState : std::uint8_t { kBusIdle, kBusCommand, kBusDataIn, kBusDataOut };
    /// In force from `start` to `end` unless something follows at once.
    void show_bus(std::int64_t channel_index, core::Ps start, core::Ps end, BusState state) const;

    // flash_device.cpp
    void job_done(core::Ps time, std::int32_t index, std::vector<FlashEvent>& events);
    void page_sensed(core::Ps time, const Job& done, std::int32_t plane_index, PageNumber page,
                     std::vector<FlashEvent>& events);
    void cache_register_read(core::Ps time, std::int32_t plane_index);
    void ready_again(std::int32_t die_index, std::uint64_t mask);
    std::int32_t first_plane(const Job& j) const {
        return j.die * config_.geometry.planes + __builtin_ctzll(j.mask);
    }
    void free_job(std::int32_t index) {
        job(index).next_free = free_job_;
        free_job_ = index;
    }
    void emit(core::Ps time, FlashEventKind kind, std::uint32_t tag, std::int32_t plane_index,
              std::vector<FlashEvent>& events) const {
        events.push_back({time, kind, tag, die(plane(plane_index).die).channel, plane_index});
    }

    FlashConfig config_;
    core::Ps page_transfer_ = 0;  // of a whole page, at the present throttle state
    int throttle_ = kNone;
    double bus_share_ = 1.0;
    FlashBlocks blocks_;
    std::vector<Plane> planes_;
    std::vector<Die> dies_;
    std::vector<Channel> channels_;
    std::vector<Job> jobs_;
    std::int32_t free_job_ = kNone;
    FlashEvents events_;
    core::Ps now_ = 0;
    Counts counts_;
    FlashTraceSink* trace_ = nullptr;
    std::vector<core::TraceSignal> waveform_;      // by plane; empty without one
    std::vector<core::TraceSignal> bus_waveform_;  // by channel
    std::uint64_t operations_ = 0;
    core::EnergyLedger* ledger_ = nullptr;
    core::EnergyLedger::EventId sense_energy_ = 0;
    core::EnergyLedger::EventId program_energy_ = 0;
    core::EnergyLedger::EventId erase_energy_ = 0;
    core::EnergyLedger::EventId bus_energy_ = 0;
};

}  // namespace strata::models
