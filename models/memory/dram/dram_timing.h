// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a DRAM device is, in the terms of its data sheet: organisation, command timings, address
// map, controller policy, energies. Filled from a preset (dram_config.h) and shared by the
// controller and the command-trace checker; plain data, no behaviour.
//
// Times are integers in ticks; a tick is half a command clock (HBM3 row commands take half
// clocks). A delay between two commands counts from the start of the first to the start of the
// second. 0 means "no constraint". Data of a RD at t is on the bus in [t+cl, t+cl+bl), of a WR in
// [t+cwl, t+cwl+bl). Units: ticks, fs, bytes, pJ, W, °C.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/units.h"

namespace strata::models {

using DramTicks = std::int64_t;

constexpr DramTicks kTicksPerClock = 2;

/// One channel (what one controller serves) and the number of channels of the stack or system.
/// A SID is a stack ID of an HBM cube or a rank of a DIMM: the banks that a REFab refreshes
/// together, within one pseudo channel.
struct DramOrganisation {
    std::int32_t channels = 1;
    std::int32_t pseudo_channels = 1;  ///< of a channel; own data bus, shared command bus
    std::int32_t sids = 1;             ///< stack IDs or ranks of a pseudo channel
    std::int32_t bank_groups = 4;      ///< of a SID
    std::int32_t banks_per_group = 4;
    std::int64_t rows = 32768;
    std::int32_t columns = 128;    ///< bursts of a row
    core::Bytes burst = 64;        ///< bytes of a burst on one pseudo channel
    std::int32_t width_bits = 64;  ///< data width of a pseudo channel, ECC not counted

    std::int32_t banks_per_sid() const { return bank_groups * banks_per_group; }
    /// Banks of a channel; the flat index of one is ((pc * sids + sid) * bank_groups + bg) *
    /// banks_per_group + bank.
    std::int32_t banks() const { return pseudo_channels * sids * banks_per_sid(); }
    core::Bytes channel_capacity() const { return banks() * rows * columns * burst; }
};

/// How the partial refresh names its banks.
enum class DramPartialRefresh : std::uint8_t {
    kNone,      ///< the device has only REFab
    kPerBank,   ///< REFpb: one bank (HBM, LPDDR)
    kSameBank,  ///< REFsb: one bank number in all bank groups (DDR5)
};

struct DramTiming {
    std::int64_t tick_fs = 416'500;  ///< length of a tick in fs: half of tCK

    // Row commands of one bank.
    DramTicks rcd_rd = 0;  ///< ACT → RD
    DramTicks rcd_wr = 0;  ///< ACT → WR
    DramTicks rp = 0;      ///< PRE → ACT, REF
    DramTicks ras = 0;     ///< ACT → PRE
    DramTicks rc = 0;      ///< ACT → ACT, REF
    DramTicks rtp = 0;     ///< RD → PRE
    DramTicks wr = 0;      ///< end of write data → PRE
    // Data.
    DramTicks cl = 0;
    DramTicks cwl = 0;
    DramTicks bl = 0;  ///< length of a burst on the data bus
    // Column commands of one direction (RD → RD, WR → WR).
    DramTicks ccd_s = 0;     ///< other bank group, same SID
    DramTicks ccd_l = 0;     ///< same bank group
    DramTicks ccd_l_wr = 0;  ///< WR → WR in the same bank group (ccd_l unless DDR5)
    DramTicks ccd_r = 0;     ///< other SID (HBM: tCCDR; ranks: bl + RTRS)
    // Turnaround.
    DramTicks wtr_s = 0;  ///< end of write data → RD, other bank group, same SID
    DramTicks wtr_l = 0;  ///< end of write data → RD, same bank group
    DramTicks rtw = 0;    ///< RD → WR, same SID
    DramTicks rtw_r = 0;  ///< RD → WR, other SID
    DramTicks wtr_r = 0;  ///< WR → RD (command to command!), other SID
    // Activations of one SID.
    DramTicks rrd_s = 0;  ///< other bank group
    DramTicks rrd_l = 0;  ///< same bank group
    DramTicks rrd_r = 0;  ///< other SID of the pseudo channel
    DramTicks faw = 0;    ///< any window of this length holds at most 4 ACT (per SID)
    // Refresh. A REFpb/REFsb is due every refi_pb; REFab every refi (both per SID).
    DramTicks rfc_ab = 0;    ///< REFab → ACT, REF of the SID
    DramTicks rfc_pb = 0;    ///< REFpb → ACT, REF of the same bank(s); → REFab of the SID
    DramTicks refi = 0;      ///< average interval of REFab up to hot_celsius
    DramTicks refi_pb = 0;   ///< refi / number of banks (or bank sets) of a SID
    DramTicks rrefd = 0;     ///< REFpb → ACT of another bank of the SID; also ACT → REFpb
    DramTicks rrefd_pb = 0;  ///< REFpb → REFpb of another bank of the SID
    DramPartialRefresh partial_refresh = DramPartialRefresh::kNone;
    // Power-down and self-refresh, per SID.
    DramTicks cke = 0;     ///< PDE → PDX
    DramTicks xp = 0;      ///< PDX → any
    DramTicks ckesr = 0;   ///< SRE → SRX
    DramTicks xs = 0;      ///< SRX → any
    DramTicks act_pd = 0;  ///< ACT, PRE or REF → PDE (a RD delays it to its data's end, a WR to
                           ///< its data's end + wr)
    // Refresh management. An ACT adds 1 to its bank's rolling count, a REFab subtracts
    // raa_ref from all, a REFpb from its own; at raa_mmt the bank takes no ACT before a RFM,
    // which subtracts raa_imt.
    std::int32_t raa_imt = 0;  ///< RFM is due from this count on (0: the device has no RFM)
    std::int32_t raa_mmt = 0;
    std::int32_t raa_ref = 0;
    DramTicks rfm = 0;  ///< RFM → ACT, REF, RFM of the same bank(s); bank(s) as for refresh

    // Command buses of a channel, shared by its pseudo channels and SIDs.
    bool split_command_bus = false;  ///< row and column commands on buses of their own (HBM)
    DramTicks row_align = 2;         ///< row commands start at multiples of this: 1 or 2
    DramTicks column_align = 2;
    DramTicks act_bus = 2;     ///< bus time of ACT
    DramTicks pre_bus = 2;     ///< of PRE, PREA, REF, RFM and the power-down commands
    DramTicks column_bus = 2;  ///< of RD, RDA, WR, WRA

    // Divisions of 64 bits, as far as they reach (hours), are much faster than those of 128.
    core::Ps to_ps(DramTicks ticks) const {  ///< rounded up to whole ps
        if (ticks >= 0 && ticks < kMaxNarrow / tick_fs) {
            return (ticks * tick_fs + 999) / 1000;
        }
        return static_cast<core::Ps>((static_cast<core::Int128>(ticks) * tick_fs + 999) / 1000);
    }
    DramTicks to_ticks(core::Ps ps) const {  ///< first tick at or after `ps`
        if (ps >= 0 && ps < kMaxNarrow / 1000) {
            return (ps * 1000 + tick_fs - 1) / tick_fs;
        }
        return static_cast<DramTicks>((static_cast<core::Int128>(ps) * 1000 + tick_fs - 1) /
                                      tick_fs);
    }

   private:
    static constexpr std::int64_t kMaxNarrow = INT64_MAX / 2;
};

enum class DramField : std::uint8_t {
    kByte,  ///< inside a burst
    kPseudoChannel,
    kSid,
    kBankGroup,
    kBank,
    kColumn,
    kRow,
};

/// Where a burst lives.
struct DramPlace {
    std::int32_t pc = 0;
    std::int32_t sid = 0;
    std::int32_t bg = 0;
    std::int32_t bank = 0;
    std::int64_t row = 0;
    std::int32_t column = 0;
};

/// Byte address inside a channel → place, as a list of bit fields from low to high. A field may
/// stand there several times (its low bits first). Each XOR then replaces the field `target` by
/// target ^ (source >> source_shift), truncated to the target's width.
struct DramAddressMap {
    struct Field {
        DramField field;
        std::int32_t bits;
    };
    struct Xor {
        DramField target;
        DramField source;
        std::int32_t source_shift;
    };
    std::vector<Field> fields;
    std::vector<Xor> xors;
};

enum class DramScheduler : std::uint8_t {
    kFrFcfs,          ///< row hits first, then oldest; one queue of both directions' ages
    kFcfs,            ///< strictly oldest first
    kReadFirstDrain,  ///< FR-FCFS; reads first, writes from high to low watermark
};
enum class DramPagePolicy : std::uint8_t {
    kOpen,
    kClosed,    ///< auto-precharge with the last queued hit
    kAdaptive,  ///< open; a row without a hit for page_timeout is closed
};
enum class DramRefreshMode : std::uint8_t { kNone, kAllBank, kPerBank };

struct DramPolicy {
    DramScheduler scheduler = DramScheduler::kReadFirstDrain;
    DramPagePolicy page = DramPagePolicy::kOpen;
    DramTicks page_timeout = 0;     ///< adaptive only
    std::int32_t hit_cap = 64;      ///< row hits in a row while an older request of the bank waits
    std::int32_t read_queue = 32;   ///< bursts, per pseudo channel
    std::int32_t write_queue = 32;  ///< bursts, per pseudo channel
    std::int32_t write_high = 26;   ///< bursts in the write queue that start a drain
    std::int32_t write_low = 6;     ///< bursts that end it
    DramRefreshMode refresh = DramRefreshMode::kAllBank;
    std::int32_t refresh_postpone = 8;  ///< refreshes that may be owed (0: at once)
    std::int32_t refresh_pull_in = 0;   ///< refreshes that may be done ahead while idle
    bool rfm = false;
    DramTicks power_down_idle = 0;    ///< idle time before PDE; 0: never
    DramTicks self_refresh_idle = 0;  ///< idle time before SRE; 0: never
    DramTicks starvation = 0;         ///< age that makes a request first of all; 0: none
};

/// Refresh rate above a temperature: 1 (normal), 2, 4.
struct DramRefreshStep {
    double above_celsius = 85.0;
    std::int32_t rate = 2;
};

/// Energies of one pseudo channel (all its devices together); powers per SID.
struct DramEnergyTable {
    double activate_pj = 0.0;  ///< ACT and its PRE
    double read_pj = 0.0;      ///< a burst, core
    double write_pj = 0.0;
    double io_read_pj = 0.0;  ///< a burst, interface
    double io_write_pj = 0.0;
    double refresh_ab_pj = 0.0;
    double refresh_pb_pj = 0.0;
    double rfm_pj = 0.0;
    double active_standby_w = 0.0;     ///< some row open
    double precharge_standby_w = 0.0;  ///< no row open
    double active_power_down_w = 0.0;
    double precharge_power_down_w = 0.0;
    double self_refresh_w = 0.0;
};

/// SEC-DED ECC over a burst.
struct DramEcc {
    enum class Kind : std::uint8_t { kNone, kSideBand, kOnDie };
    Kind kind = Kind::kNone;
    DramTicks latency = 0;                  ///< check or correction, added to a read's completion
    double energy_pj = 0.0;                 ///< a burst
    double single_bit_rate = 0.0;           ///< probability per burst read: corrected
    double double_bit_rate = 0.0;           ///< probability per burst read: poisoned
    std::vector<std::uint64_t> bad_bursts;  ///< addresses inside the channel that always fail
    std::uint64_t seed = 1;
};

enum class DramCommand : std::uint8_t {
    kAct,
    kPre,
    kPrea,
    kRd,
    kRda,
    kWr,
    kWra,
    kRefab,
    kRefpb,  ///< REFsb where the device has same-bank refresh: bg is then 0
    kRfm,
    kPde,
    kPdx,
    kSre,
    kSrx,
};
constexpr int kDramCommands = 14;
constexpr std::array<const char*, kDramCommands> kDramCommandNames = {
    "ACT",   "PRE",   "PREA", "RD",  "RDA", "WR",  "WRA",
    "REFab", "REFpb", "RFM",  "PDE", "PDX", "SRE", "SRX"};

struct DramCommandRecord {
    DramTicks time = 0;  ///< start of the command on its bus
    DramCommand command = DramCommand::kAct;
    std::int32_t pc = 0;
    std::int32_t sid = 0;
    std::int32_t bg = 0;    ///< not for PREA, REFab, PDE, PDX, SRE, SRX
    std::int32_t bank = 0;  ///< the same
    std::int64_t row = 0;   ///< ACT; of column commands the open row
    std::int32_t column = 0;
};

/// Receives the commands of one channel; per (pc, sid) in order of time.
class DramCommandSink {
   public:
    virtual ~DramCommandSink() = default;
    virtual void command(const DramCommandRecord& record) = 0;
};

/// Everything a controller needs to know. One controller serves one channel.
struct DramDevice {
    std::string name;
    DramOrganisation organisation;
    DramTiming timing;
    DramAddressMap map;
    DramPolicy policy;
    std::vector<DramRefreshStep> refresh_steps;  ///< ascending temperature
    DramEnergyTable energy;
    DramEcc ecc;
};

}  // namespace strata::models
