// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "runtime/program/program.h"

namespace strata::runtime {
namespace {

using models::DataType;

const char* to_string(Form form) {
    switch (form) {
        case Form::kFull:
            return "full";
        case Form::kSplit:
            return "split";
        case Form::kPartial:
            return "partial";
        case Form::kNone:
            break;
    }
    return "none";
}

std::string describe(const Shape& s) {
    return std::string(to_string(s.form)) + " over " +
           (s.kv_heads == 0 ? "all PEs"
                            : "the groups of " + std::to_string(s.kv_heads) + " kv heads");
}

DataType accumulator(DataType type) {
    const bool integer = type == DataType::kInt4 || type == DataType::kInt8;
    return integer ? DataType::kInt32 : DataType::kFp32;
}

class Inference {
   public:
    Inference(const Program& program, core::Diagnostics& diagnostics)
        : program_(program), diagnostics_(diagnostics), shapes_(program.instructions.size()) {}

    std::vector<Shape> run() {
        overwritten_by_.assign(shapes_.size(), -1);
        for (std::size_t i = 0; i < shapes_.size(); ++i) {
            in_ = &program_.instructions[i];
            if (inputs_are_sound()) {
                shapes_[i] = infer(static_cast<std::int32_t>(i));
            }
        }
        return std::move(shapes_);
    }

   private:
    Shape fail(const std::string& message) {
        diagnostics_.error(in_->location, "", std::string(info(in_->op).name) + ": " + message);
        return {};
    }
    const Shape& input(std::size_t i = 0) const {
        return shapes_[static_cast<std::size_t>(in_->inputs[i])];
    }
    std::string handle(std::size_t i = 0) const {
        return "%" + program_.instructions[static_cast<std::size_t>(in_->inputs[i])].handle;
    }

    // An input that failed itself (no form) raises no second error.
    bool inputs_are_sound() {
        for (std::size_t i = 0; i < in_->inputs.size(); ++i) {
            if (input(i).form == Form::kNone) {
                return false;
            }
            const auto by = overwritten_by_[static_cast<std::size_t>(in_->inputs[i])];
            if (by >= 0) {
                fail(handle(i) + " was changed in place by %" +
                     program_.instructions[static_cast<std::size_t>(by)].handle + "; use that");
                return false;
            }
        }
        return true;
    }

    Shape infer(std::int32_t index) {
        switch (in_->op) {
            case Op::kEmbed:
                return source(Form::kSplit);
            case Op::kLoad:
                return source(in_->has(Attr::kGroup) ? Form::kSplit : Form::kFull);
            case Op::kMatmul:
                return matmul();
            case Op::kKvAppend:
                return attention(false);
            case Op::kFlashAttention:
                return attention(true);
            case Op::kRmsNorm:
            case Op::kSoftmax:
            case Op::kRope:
            case Op::kConvert:
                return unary(index);
            case Op::kSiluMul:
                return silu_mul();
            case Op::kAdd:
            case Op::kMul:
                return binary();
            case Op::kArgmax:
                return argmax();
            case Op::kAllReduce:
                return collective(Form::kPartial, Form::kFull);
            case Op::kAllGather:
                return collective(Form::kSplit, Form::kFull);
            case Op::kReduceScatter:
                return collective(Form::kPartial, Form::kSplit);
            case Op::kStore:
            case Op::kPrefetch:
            case Op::kBarrier:
                break;
        }
        return {};
    }

    Shape source(Form form) {
        const std::int64_t rows = in_->get(Attr::kM, 1);
        const std::int64_t elements = in_->get(Attr::kElements);
        if (elements % rows != 0) {
            return fail("elements=" + std::to_string(elements) +
                        " is not a multiple of m=" + std::to_string(rows));
        }
        if (in_->get(Attr::kGroup) == static_cast<std::int64_t>(Group::kKv)) {
            return fail("group=kv is not possible here, only group=all");
        }
        return {form, 0, rows, elements / rows, in_->type(), 0};
    }

    bool count_is(std::int64_t wanted, const Shape& s, const std::string& what, std::size_t i = 0) {
        if (s.elements() == wanted) {
            return true;
        }
        fail(what + " = " + std::to_string(wanted) + ", but " + handle(i) + " has " +
             std::to_string(s.elements()) + " elements");
        return false;
    }

    Shape matmul() {
        const Shape& x = input();
        const std::int64_t m = in_->get(Attr::kM);
        const std::int64_t kv_heads = in_->get(Attr::kKvHeads);
        const bool columns = in_->get(Attr::kSplit) == static_cast<std::int64_t>(Split::kN);
        if (!count_is(m * in_->get(Attr::kK), x, "m·k")) {
            return {};
        }
        const Form wanted = columns ? Form::kFull : Form::kSplit;
        if (x.form != wanted || x.kv_heads != (columns ? 0 : kv_heads)) {
            return fail(std::string("split=") + (columns ? "n" : "k") +
                        " needs an operand that is " + describe({wanted, columns ? 0 : kv_heads}) +
                        ", but " + handle() + " is " + describe(x));
        }
        const bool widened = in_->type() == DataType::kInt4 && x.type == DataType::kInt8;
        if (x.type != in_->type() && !widened) {
            return fail("type=" + std::string(models::to_string(in_->type())) + ", but " +
                        handle() + " holds " + models::to_string(x.type) + "; convert it first");
        }
        if (columns && kv_heads > 0 && in_->get(Attr::kN) % kv_heads != 0) {
            return fail("n=" + std::to_string(in_->get(Attr::kN)) +
                        " is not a multiple of kv_heads");
        }
        return {columns ? Form::kSplit : Form::kPartial,
                columns ? kv_heads : 0,
                m,
                in_->get(Attr::kN),
                accumulator(in_->type()),
                0};
    }

    Shape attention(bool result) {
        const Shape& x = input();
        const std::int64_t heads = in_->get(Attr::kHeads);
        const std::int64_t kv_heads = in_->get(Attr::kKvHeads);
        const std::int64_t columns = (heads + 2 * kv_heads) * in_->get(Attr::kHeadDim);
        if (heads % kv_heads != 0) {
            return fail("heads=" + std::to_string(heads) +
                        " is not a multiple of kv_heads=" + std::to_string(kv_heads));
        }
        if (x.columns != columns) {
            return fail("(heads + 2·kv_heads)·head_dim = " + std::to_string(columns) + ", but " +
                        handle() + " has " + std::to_string(x.columns) + " columns");
        }
        if (x.form != Form::kFull || x.kv_heads != kv_heads) {
            return fail("needs an operand that is " + describe({Form::kFull, kv_heads}) + ", but " +
                        handle() + " is " + describe(x));
        }
        if (x.type != in_->type()) {
            return fail("type=" + std::string(models::to_string(in_->type())) + ", but " +
                        handle() + " holds " + models::to_string(x.type) + "; convert it first");
        }
        if (!result) {
            return {};
        }
        return {Form::kPartial,  kv_heads, x.rows, heads * in_->get(Attr::kHeadDim),
                DataType::kFp32, 2 * heads};
    }

    // Works in place when it covers a part of the value only (q and k of a q|k|v value).
    Shape unary(std::int32_t index) {
        Shape s = input();
        const std::int64_t elements = in_->get(Attr::kElements);
        if (elements > s.elements()) {
            return fail("elements=" + std::to_string(elements) + ", but " + handle() + " has " +
                        std::to_string(s.elements()));
        }
        const bool whole = in_->op == Op::kRmsNorm || in_->op == Op::kSoftmax;
        if ((whole && s.form != Form::kFull) ||
            (in_->op == Op::kRope && s.form == Form::kPartial)) {
            return fail("needs whole vectors, but " + handle() + " is " + describe(s));
        }
        if (elements < s.elements()) {
            if (s.type != in_->type()) {
                return fail("a part cannot change its type from " +
                            std::string(models::to_string(s.type)) + " to " +
                            models::to_string(in_->type()));
            }
            overwritten_by_[static_cast<std::size_t>(in_->inputs[0])] = index;
        }
        s.type = in_->type();
        return s;
    }

    Shape silu_mul() {
        Shape s = input();
        if (s.form == Form::kPartial) {
            return fail("needs finished sums, but " + handle() + " is " + describe(s));
        }
        if (!count_is(2 * in_->get(Attr::kElements), s, "2·elements")) {
            return {};
        }
        s.columns /= 2;
        s.type = in_->type();
        return s;
    }

    Shape binary() {
        const Shape& a = input(0);
        const Shape& b = input(1);
        if (!count_is(in_->get(Attr::kElements), a, "elements") ||
            !count_is(in_->get(Attr::kElements), b, "elements", 1)) {
            return {};
        }
        if (a.form != b.form || a.kv_heads != b.kv_heads) {
            return fail(handle(0) + " is " + describe(a) + ", but " + handle(1) + " is " +
                        describe(b));
        }
        Shape s = a;
        s.type = in_->type();
        return s;
    }

    Shape argmax() {
        const Shape& x = input();
        if (!count_is(in_->get(Attr::kElements), x, "elements")) {
            return {};
        }
        if (x.form != Form::kSplit || x.kv_heads != 0) {
            return fail("needs an operand that is split over all PEs, but " + handle() + " is " +
                        describe(x));
        }
        return {Form::kFull, 0, x.rows, 2, DataType::kFp32, 0};  // value and index
    }

    Shape collective(Form from, Form to) {
        Shape s = input();
        if (!count_is(in_->get(Attr::kElements), s, "elements")) {
            return {};
        }
        const bool kv = in_->get(Attr::kGroup) == static_cast<std::int64_t>(Group::kKv);
        if (s.form != from || kv != (s.kv_heads > 0)) {
            return fail(std::string("group=") + (kv ? "kv" : "all") + " needs an operand that is " +
                        to_string(from) + " over " + (kv ? "kv-head groups" : "all PEs") +
                        ", but " + handle() + " is " + describe(s));
        }
        if (s.type != in_->type()) {
            return fail("type=" + std::string(models::to_string(in_->type())) + ", but " +
                        handle() + " holds " + models::to_string(s.type));
        }
        s.form = to;
        s.stats = 0;
        return s;
    }

    const Program& program_;
    core::Diagnostics& diagnostics_;
    std::vector<Shape> shapes_;
    std::vector<std::int32_t> overwritten_by_;
    const Instruction* in_ = nullptr;
};

}  // namespace

std::vector<Shape> infer_shapes(const Program& program, core::Diagnostics& diagnostics) {
    return Inference(program, diagnostics).run();
}

}  // namespace strata::runtime
