// Matrix products, and products added to something.
#include "kernels/array/copy.h"
#include "kernels/array/matmul.h"
#include "kernels/array/reduce.h"
#include "kernels/array/scratch.h"
#include "kernels/loops/driver.h"
#include "opapi/elementwise.h"
#include "opapi/tables.h"
#include "runtime/soc.h"

#include <cstring>

namespace cannsim {

namespace {

// --- plain products
// --------------------------------------------------------------------------------

// A view of fresh memory.
View contiguous(char *data, DType dtype, int ndim, const int64_t *shape) {
    View v;
    v.data = data;
    v.dtype = dtype;
    v.ndim = ndim;
    int64_t step = itemsize(dtype);
    for (int i = ndim - 1; i >= 0; --i) {
        v.shape[i] = shape[i];
        v.strides[i] = step;
        step *= shape[i];
    }
    return v;
}

int64_t bytes(const View &v) { return v.size() * itemsize(v.dtype); }

// out = a @ b where the operands may differ in dtype.
Status product(const View &out, const View &a, const View &b) {
    if (a.dtype == b.dtype) return matmul(out, a, b);
    DType common;
    if (!promote(a.dtype, b.dtype, &common)) return Status::UnsupportedDType;
    const View &other = a.dtype == common ? b : a;
    View cast = contiguous(nullptr, common, other.ndim, other.shape);
    array::Scratch memory(bytes(cast));
    if (!memory) return Status::OutOfMemory;
    cast.data = memory.get();
    if (Status s = copy(cast, other); s != Status::Ok) return s;
    return a.dtype == common ? product(out, a, cast) : product(out, cast, b);
}

Status run_product(aclOpExecutor &e) { return product(e.views[2], e.views[0], e.views[1]); }

// The float32 operand rounded to what the cube unit takes.
Status halve(const View &from, array::Scratch &memory, View *out) {
    *out = contiguous(memory.get(), DType::Float32, from.ndim, from.shape);
    View half = contiguous(memory.get() + bytes(*out), DType::Float16, from.ndim, from.shape);
    if (Status s = copy(half, from); s != Status::Ok) return s;
    return copy(*out, half);
}

Status run_half_product(aclOpExecutor &e) {
    View a, b;
    array::Scratch first(e.views[0].size() * 8), second(e.views[1].size() * 8);
    if (!first || !second) return Status::OutOfMemory;
    if (Status s = halve(e.views[0], first, &a); s != Status::Ok) return s;
    if (Status s = halve(e.views[1], second, &b); s != Status::Ok) return s;
    return product(e.views[2], a, b);
}

Status run_zero(aclOpExecutor &e) { return fill_zero(e.views[e.nviews - 1]); }

aclnnStatus check_math_type(const Call &c, int param) {
    const int64_t mode = int8_t(c.integer(param));
    if (mode >= 0 && mode <= 4) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s is %ld; expected 0 to 4", c.op.name,
                c.param(param), long(mode));
}

// Before the 910B the cube unit has float16 only; float32 comes by rounding, where that is allowed.
aclnnStatus check_precision(const Call &c, int a, int b, int mode) {
    if (settings().soc->arch >= 2200) return 0;
    const int floats =
        (c.tensor(a)->dtype == DType::Float32) + (c.tensor(b)->dtype == DType::Float32);
    const int64_t math = int8_t(c.integer(mode));
    if (floats == 0 || (math != 0 && math != 3 && !(math == 4 && floats == 2))) return 0;
    return fail(math == 4 ? ACLNN_ERR_INNER_NULLPTR : ACLNN_ERR_PARAM_INVALID,
                "%s: float32 is not multiplied with %s %ld on %s; 1 or 2 round it to float16",
                c.op.name, c.param(mode), long(math), settings().soc->name);
}

aclnnStatus check_ndim(const Call &c, int param, int low, int high) {
    const int n = c.tensor(param)->ndim;
    if (n >= low && n <= high) return 0;
    return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %d dims; expected %d to %d", c.op.name,
                c.param(param), n, low, high);
}

// Shape of a @ b by numpy.matmul's rules.
aclnnStatus product_shape(const Call &c, int a, int b, Shape *out) {
    const aclTensor *x = c.tensor(a), *y = c.tensor(b);
    const int64_t inner = x->shape[x->ndim - 1], other = y->shape[y->ndim > 1 ? y->ndim - 2 : 0];
    if (inner != other)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s %s and %s %s cannot be multiplied", c.op.name,
                    c.param(a), shape_text(x).text, c.param(b), shape_text(y).text);
    const int lead_x = x->ndim > 2 ? x->ndim - 2 : 0, lead_y = y->ndim > 2 ? y->ndim - 2 : 0;
    const int lead = lead_x > lead_y ? lead_x : lead_y;
    Shape s;
    for (int i = 0; i < lead; ++i) {
        const int64_t m = i < lead - lead_x ? 1 : x->shape[i - (lead - lead_x)];
        const int64_t n = i < lead - lead_y ? 1 : y->shape[i - (lead - lead_y)];
        if (m != n && m != 1 && n != 1)
            return fail(ACLNN_ERR_PARAM_INVALID,
                        "%s: the leading axes of %s and %s do not broadcast", c.op.name,
                        shape_text(x).text, shape_text(y).text);
        s.dims[s.ndim++] = m == 1 ? n : m;
    }
    if (x->ndim > 1) s.dims[s.ndim++] = x->shape[x->ndim - 2];
    if (y->ndim > 1) s.dims[s.ndim++] = y->shape[y->ndim - 1];
    *out = s;
    return 0;
}

int leading_ones(int ndim, const int64_t *shape) {
    int n = 0;
    while (n < ndim && shape[n] == 1) ++n;
    return n;
}

// Leading axes of extent 1 may be missing from the output, or be too many.
aclnnStatus check_product(const Call &c, const Shape &shape, int out) {
    const aclTensor *t = c.tensor(out);
    const int skip = leading_ones(shape.ndim, shape.dims), have = leading_ones(t->ndim, t->shape);
    const int n = shape.ndim - skip;
    if (t->ndim - have == n &&
        !std::memcmp(t->shape + have, shape.dims + skip, n * sizeof(int64_t)))
        return 0;
    int64_t size = 1;
    for (int i = 0; i < shape.ndim; ++i) size *= shape.dims[i];
    // A matrix times a vector is done by reshaping, which looks at the number of elements only.
    if (c.tensor(1)->ndim == 1 && t->contiguous && (t->size == size || t->size == 0)) return 0;
    check_shape(c, out, shape.ndim, shape.dims);
    return c.tensor(1)->ndim == 1 ? ACLNN_ERR_INNER_NULLPTR : ACLNN_ERR_PARAM_INVALID;
}

aclnnStatus plan_product(Call &c, int out) {
    Shape shape;
    if (int error = product_shape(c, 0, 1, &shape)) return error;
    if (int error = check_product(c, shape, out)) return error;
    if (c.tensor(out)->size == 0) return 0;
    add_view(c.exec, c.tensor(0), 0);
    add_view(c.exec, c.tensor(1), 1);
    View &result = c.exec.views[add_view(c.exec, c.tensor(out), out)];
    const int move = shape.ndim - result.ndim;
    int64_t strides[kMaxRank];
    if (c.tensor(out)->contiguous) {
        int64_t step = itemsize(result.dtype);
        for (int i = shape.ndim - 1; i >= 0; step *= shape.dims[i--]) strides[i] = step;
    } else {
        for (int i = 0; i < shape.ndim; ++i)
            strides[i] = i - move >= 0 ? result.strides[i - move] : 0;
    }
    result.ndim = shape.ndim;
    for (int i = 0; i < shape.ndim; ++i) {
        result.shape[i] = shape.dims[i];
        result.strides[i] = strides[i];
    }
    c.exec.run = c.tensor(0)->size == 0 ? run_zero : run_product;
    return 0;
}

struct Row {
    Op op;
    int low_a, high_a, low_b, high_b;
};

// self, mat2, out, cubeMathType
aclnnStatus prepare_product(Call &c) {
    const Row &row = *static_cast<const Row *>(c.row);
    if (int error = check_math_type(c, 3)) return error;
    if (int error = check_precision(c, 0, 1, 3)) return error;
    if (int error = check_ndim(c, 0, row.low_a, row.high_a)) return error;
    if (int error = check_ndim(c, 1, row.low_b, row.high_b)) return error;
    if (int error = plan_product(c, 2)) return error;
    const int64_t math = int8_t(c.integer(3));
    const bool halves = math == 2 || (math == 1 && settings().soc->arch < 2200);
    if (halves && c.exec.run == run_product && c.tensor(0)->dtype == DType::Float32 &&
        c.tensor(1)->dtype == DType::Float32)
        c.exec.run = run_half_product;
    return 0;
}

const Row kProducts[] = {
    {Op::Mm, 2, 2, 2, 2},
    {Op::BatchMatMul, 3, 3, 3, 3},
    {Op::Matmul, 1, 6, 1, 6},
    {Op::Mv, 2, 2, 1, 1},
};

// self, tensor, out
aclnnStatus prepare_dot(Call &c) {
    if (int error = check_same_dtype(c, 0, 1)) return error;
    if (int error = check_ndim(c, 0, 1, 1)) return error;
    if (int error = check_same_shape(c, 0, 1)) return error;
    if (int error = check_shape(c, 2, 0, nullptr)) return error;
    return plan_product(c, 2);
}

// --- beta * self + alpha * product
// -----------------------------------------------------------------

DType wide(DType t) {
    return t == DType::Float16 || t == DType::BFloat16 ? DType::Float32
           : t == DType::Bool                          ? DType::Int64
                                                       : t;
}

// Constants as one element of `dtype`.
View scalar_view(char *storage, double value, DType dtype) {
    char *args[2] = {reinterpret_cast<char *>(&value), storage};
    const intptr_t n = 1, steps[2] = {8, 16};
    find_cast(DType::Float64, dtype)(args, &n, steps);
    View v;
    v.data = storage;
    v.dtype = dtype;
    return v;
}

bool stretch(View &v, const View &like) {
    const int lead = like.ndim - v.ndim;
    if (lead < 0) return false;
    for (int i = like.ndim - 1; i >= 0; --i) {
        const int from = i - lead;
        if (from >= 0 && v.shape[from] != like.shape[i] && v.shape[from] != 1) return false;
        v.strides[i] = from < 0 || (v.shape[from] == 1 && like.shape[i] != 1) ? 0 : v.strides[from];
        v.shape[i] = like.shape[i];
    }
    v.ndim = like.ndim;
    return true;
}

// out = alpha * t + beta * self in t's dtype.
Status combine(const View &out, View self, const View &t, double alpha, double beta) {
    alignas(16) char a[16], b[16];
    const DType dtype = t.dtype;
    View factor = scalar_view(a, alpha, dtype);
    if (!stretch(factor, out)) return Status::BadArgument;
    if (alpha != 1) {
        const View scale[] = {t, factor, t};
        run_elementwise(find_loop(LoopOp::multiply, dtype), scale, 3);
    }
    if (beta == 0) return copy(out, t);
    View weight = scalar_view(b, beta, dtype);
    if (!stretch(self, out) || !stretch(weight, out)) return Status::BadArgument;
    const View operands[] = {t, self, weight, out};
    const DType dtypes[] = {dtype, dtype, dtype, dtype};
    run_elementwise(find_loop(LoopOp::axpy, dtype), operands, 4, dtypes);
    return Status::Ok;
}

// Views: self, a, b, out. e.i: whether the leading axis is summed. e.d: alpha, beta.
Status run_add_product(aclOpExecutor &e) {
    const View &self = e.views[0], &a = e.views[1], &b = e.views[2], &out = e.views[3];
    const bool summed = e.i[0];
    int64_t shape[kMaxRank];
    int ndim = 0;
    if (summed) shape[ndim++] = a.shape[0];
    for (int i = 0; i < out.ndim; ++i) shape[ndim++] = out.shape[i];
    DType common = a.dtype;
    if (!promote(a.dtype, b.dtype, &common)) return Status::UnsupportedDType;
    View t = contiguous(nullptr, wide(common), ndim, shape);
    View total = contiguous(nullptr, t.dtype, out.ndim, out.shape);
    array::Scratch memory(bytes(t) + (summed ? bytes(total) + 64 : 0));
    if (!memory) return Status::OutOfMemory;
    t.data = memory.get();
    total.data = memory.get() + (bytes(t) + 63) / 64 * 64;
    Status s = a.size() && b.size() ? product(t, a, b) : fill_zero(t);
    if (s == Status::Ok && summed) s = reduce(ReduceOp::Sum, total, t, 1);
    return s == Status::Ok ? combine(out, self, summed ? total : t, e.d[0], e.d[1]) : s;
}

// How the operands of a product stand in the parameters.
struct AddRow {
    Op op;
    int a, b, alpha, beta;
    int rank;    // of a
    bool outer;  // vectors whose outer product is taken
    bool summed; // over the batch
    int math;    // parameter cubeMathType, -1 without
};

double factor(const Call &c, int param) { return c.scalar(param) ? c.scalar(param)->real() : 1; }

void make_matrix(View &v, bool column) {
    const int64_t n = v.shape[0], step = v.strides[0];
    v.ndim = 2;
    v.shape[0] = column ? n : 1;
    v.shape[1] = column ? 1 : n;
    v.strides[0] = column ? step : 0;
    v.strides[1] = column ? 0 : step;
}

aclnnStatus prepare_add_product(Call &c) {
    const AddRow &row = *static_cast<const AddRow *>(c.row);
    const aclTensor *a = c.tensor(row.a), *b = c.tensor(row.b);
    const int out = c.out;
    if (row.math >= 0)
        if (int error = check_math_type(c, row.math) ? ACLNN_ERR_PARAM_INVALID
                                                     : check_precision(c, row.a, row.b, row.math))
            return error;
    if (int error = check_ndim(c, row.a, row.rank, row.rank)) return error;
    if (int error = check_ndim(c, row.b, row.op == Op::Addmv ? 1 : row.rank,
                               row.op == Op::Addmv ? 1 : row.rank))
        return error;
    DType common;
    if (!promote(a->dtype, b->dtype, &common) || !promote(common, c.tensor(0)->dtype, &common))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: the inputs have no common dtype", c.op.name);
    if (int error = check_can_cast(c, "the result's dtype", common, out)) return error;
    Shape shape;
    if (row.outer) {
        shape.ndim = 2;
        shape.dims[0] = a->shape[0];
        shape.dims[1] = b->shape[0];
    } else {
        if (int error = product_shape(c, row.a, row.b, &shape)) return error;
        if (row.summed || row.rank == 3) {
            if (a->shape[0] != b->shape[0])
                return fail(ACLNN_ERR_PARAM_INVALID, "%s: the batches of %s and %s differ",
                            c.op.name, shape_text(a).text, shape_text(b).text);
        }
        if (row.summed) {
            for (int i = 1; i < shape.ndim; ++i) shape.dims[i - 1] = shape.dims[i];
            --shape.ndim;
        }
    }
    if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    Shape with_self = shape;
    if (int error = broadcast(c, &with_self, 0)) return error;
    if (with_self.ndim != shape.ndim ||
        std::memcmp(with_self.dims, shape.dims, shape.ndim * sizeof(int64_t)))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s %s does not broadcast to %s", c.op.name,
                    c.param(0), shape_text(c.tensor(0)).text,
                    shape_text(shape.ndim, shape.dims).text);
    if (c.tensor(out)->size == 0) return 0;
    Executor &e = c.exec;
    add_view(e, c.tensor(0), 0);
    View &x = e.views[add_view(e, a, row.a)], &y = e.views[add_view(e, b, row.b)];
    if (row.outer) {
        make_matrix(x, true);
        make_matrix(y, false);
    }
    add_view(e, c.tensor(out), out);
    e.i[0] = row.summed;
    e.d[0] = factor(c, row.alpha);
    e.d[1] = factor(c, row.beta);
    e.run = run_add_product;
    return 0;
}

const AddRow kAdds[] = {
    {Op::Addmm, 1, 2, 4, 3, 2, false, false, 6},
    {Op::InplaceAddmm, 1, 2, 4, 3, 2, false, false, 5},
    {Op::Baddbmm, 1, 2, 4, 3, 3, false, false, 6},
    {Op::InplaceBaddbmm, 1, 2, 4, 3, 3, false, false, 5},
    {Op::Addbmm, 1, 2, 4, 3, 3, false, true, 6},
    {Op::InplaceAddbmm, 1, 2, 4, 3, 3, false, true, 5},
    {Op::Addr, 1, 2, 4, 3, 1, true, false, -1},
    {Op::InplaceAddr, 1, 2, 4, 3, 1, true, false, -1},
    {Op::Addmv, 1, 2, 3, 4, 2, false, false, 6},
};

// self, vec2, out: the outer product
aclnnStatus prepare_ger(Call &c) {
    DType common;
    if (int error = check_promote(c, 0, 1, &common)) return error;
    if (int error = check_promoted(c, common)) return error;
    if (int error = check_can_cast(c, "the result's dtype", common, 2)) return error;
    if (int error = check_ndim(c, 0, 1, 1)) return error;
    if (int error = check_ndim(c, 1, 1, 1)) return error;
    const int64_t shape[] = {c.tensor(0)->size, c.tensor(1)->size};
    if (int error = check_shape(c, 2, 2, shape)) return error;
    if (c.tensor(2)->size == 0) return 0;
    Executor &e = c.exec;
    make_matrix(e.views[add_view(e, c.tensor(0), 0)], true);
    make_matrix(e.views[add_view(e, c.tensor(1), 1)], false);
    add_view(e, c.tensor(2), 2);
    e.run = run_product;
    return 0;
}

// Views: C, A, B, out; A and B transposed where asked.
aclnnStatus prepare_gemm(Call &c) {
    for (int i = 0; i < 3; ++i)
        if (int error = check_ndim(c, i, 2, 2)) return error;
    if (int error = check_math_type(c, 8)) return error;
    Executor &e = c.exec;
    add_view(e, c.tensor(2), 2);
    for (int i = 0; i < 2; ++i) {
        View &v = e.views[add_view(e, c.tensor(i), i)];
        if (!c.integer(5 + i)) continue;
        std::swap(v.shape[0], v.shape[1]);
        std::swap(v.strides[0], v.strides[1]);
    }
    const View &a = e.views[1], &b = e.views[2];
    const int64_t shape[] = {a.shape[0], b.shape[1]};
    if (a.shape[1] != b.shape[0])
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: inner extents %ld and %ld differ", c.op.name,
                    long(a.shape[1]), long(b.shape[0]));
    if (int error = check_shape(c, 7, 2, shape)) return error;
    add_view(e, c.tensor(7), 7);
    e.i[0] = 0;
    e.d[0] = c.args[3].d;
    e.d[1] = c.args[4].d;
    if (c.tensor(7)->size) e.run = run_add_product;
    return 0;
}

} // namespace

void define_matrix() {
    for (const Row &row : kProducts) define(row.op, prepare_product, &row);
    for (const AddRow &row : kAdds) define(row.op, prepare_add_product, &row);
    define(Op::Dot, prepare_dot);
    define(Op::Ger, prepare_ger);
    define(Op::Gemm, prepare_gemm);
}

} // namespace cannsim
