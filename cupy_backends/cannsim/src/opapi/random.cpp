// Random numbers: stateless, by seed and offset.
#include "opapi/elementwise.h"
#include "opapi/seeds.h"
#include "opapi/tables.h"

namespace cannsim {

namespace {

// e.i: seed, offset, then whatever the distribution needs. Views: out[, others].

aclnnStatus plan(Call &c, int out, Status (*run)(aclOpExecutor &)) {
    if (!can_write(c.tensor(out))) return refuse_write(c, out);
    add_view(c.exec, c.tensor(out), out);
    if (c.tensor(out)->size) c.exec.run = run;
    return 0;
}

Status run_uniform(aclOpExecutor &e) {
    return random_uniform(e.views[0], e.d[0], e.d[1], stream_of(e));
}

// selfRef, from, to, seed, offset
aclnnStatus prepare_uniform(Call &c) {
    c.exec.d[0] = c.args[1].d;
    c.exec.d[1] = c.args[2].d;
    if (!(c.exec.d[0] <= c.exec.d[1]))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: from %g exceeds to %g", c.op.name, c.exec.d[0],
                    c.exec.d[1]);
    if (int error = plan(c, 0, run_uniform)) return error;
    return set_stream(c, 3);
}

Status run_normal(aclOpExecutor &e) {
    return random_normal(e.views[0], e.d[0], e.d[1], stream_of(e));
}

aclnnStatus plan_normal(Call &c, int mean, int seed, int out) {
    c.exec.d[0] = c.args[mean].d;
    c.exec.d[1] = c.args[mean + 1].d;
    if (!(c.exec.d[1] >= 0))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: std %g is negative", c.op.name, c.exec.d[1]);
    if (int error = plan(c, out, run_normal)) return error;
    return set_stream(c, seed);
}

// selfRef, mean, std, seed, offset
aclnnStatus prepare_normal(Call &c) { return plan_normal(c, 1, 3, 0); }
// mean, std, seed, offset, out
aclnnStatus prepare_normal_floats(Call &c) { return plan_normal(c, 0, 2, 4); }

// Views: out, then those of mean and std that are tensors; e.i[2]: bit 0 mean, bit 1 std.
Status run_normal_tensors(aclOpExecutor &e) {
    const bool mean = e.i[2] & 1, deviation = e.i[2] & 2;
    View constants[2];
    for (int k = 0; k < 2; ++k) {
        constants[k].dtype = DType::Float64;
        constants[k].data = reinterpret_cast<char *>(&e.d[k]);
    }
    return random_normal(e.views[0], mean ? &e.views[1] : &constants[0],
                         deviation ? &e.views[mean ? 2 : 1] : &constants[1], stream_of(e));
}

// mean, std (floats or tensors), seed, offset, out
aclnnStatus prepare_normal_tensors(Call &c) {
    Shape shape;
    c.exec.i[2] = 0;
    if (int error = plan(c, 4, run_normal_tensors)) return error;
    if (int error = set_stream(c, 2)) return error;
    for (int k = 0; k < 2; ++k) {
        if (c.op.params[k].kind != ArgKind::Tensor) {
            c.exec.d[k] = c.args[k].d;
            continue;
        }
        if (int error = broadcast(c, &shape, k)) return error;
        add_view(c.exec, c.tensor(k), k);
        c.exec.i[2] |= 1 << k;
    }
    return check_shape(c, 4, shape.ndim, shape.dims);
}

Status run_integers(aclOpExecutor &e) {
    return random_integers(e.views[0], e.i[2], uint64_t(e.i[3]), stream_of(e));
}

// selfRef, from, to, seed, offset
aclnnStatus prepare_integers(Call &c) {
    const int64_t from = c.integer(1), to = c.integer(2);
    if (from >= to)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: from %ld is not below to %ld", c.op.name,
                    long(from), long(to));
    c.exec.i[2] = from;
    c.exec.i[3] = int64_t(uint64_t(to) - uint64_t(from));
    if (int error = plan(c, 0, run_integers)) return error;
    return set_stream(c, 3);
}

Status run_bernoulli(aclOpExecutor &e) {
    return random_bernoulli(e.views[0], e.d[0], stream_of(e));
}
Status run_bernoulli_tensor(aclOpExecutor &e) {
    return random_bernoulli(e.views[0], e.views[1], stream_of(e));
}

// self, prob (a scalar or a tensor), seed, offset[, out]
aclnnStatus prepare_bernoulli(Call &c) {
    const int out = c.out;
    if (int error = set_stream(c, 2)) return error;
    if (int error = check_same_shape(c, 0, out)) return error;
    if (c.op.params[1].kind == ArgKind::Scalar) {
        c.exec.d[0] = c.scalar(1)->real();
        if (!(c.exec.d[0] >= 0 && c.exec.d[0] <= 1))
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: prob is %g; expected 0 to 1", c.op.name,
                        c.exec.d[0]);
        return plan(c, out, run_bernoulli);
    }
    Shape shape = shape_of(c.tensor(out));
    if (int error = check_dtype(c, 1, kFloats)) return error;
    if (int error = broadcast(c, &shape, 1)) return error;
    if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    if (int error = plan(c, out, run_bernoulli_tensor)) return error;
    add_view(c.exec, c.tensor(1), 1);
    return 0;
}

Status run_permutation(aclOpExecutor &e) { return random_permutation(e.views[0], stream_of(e)); }

// n, seed, offset, out
aclnnStatus prepare_permutation(Call &c) {
    const int64_t n = c.integer(0);
    if (n < 0)
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: n is %ld; expected 0 or more", c.op.name,
                    long(n));
    if (int error = check_shape(c, 3, 1, &n)) return error;
    if (int error = set_stream(c, 1)) return error;
    return plan(c, 3, run_permutation);
}

Status run_multinomial(aclOpExecutor &e) {
    return random_multinomial(e.views[0], e.views[1], e.i[2], stream_of(e));
}

// self, numsamples, replacement, seed, offset, out
aclnnStatus prepare_multinomial(Call &c) {
    const int out = c.out;
    Shape shape = shape_of(c.tensor(0));
    if (shape.ndim < 1 || shape.ndim > 2 || c.integer(1) < 1)
        return fail(ACLNN_ERR_PARAM_INVALID,
                    "%s: self has %d dims (expected 1 or 2), numsamples is %ld", c.op.name,
                    shape.ndim, long(c.integer(1)));
    shape.dims[shape.ndim - 1] = c.integer(1);
    if (int error = check_shape(c, out, shape.ndim, shape.dims)) return error;
    c.exec.i[2] = c.flag(2);
    if (int error = plan(c, out, run_multinomial)) return error;
    add_view(c.exec, c.tensor(0), 0);
    return set_stream(c, 3);
}

} // namespace

extern "C" __attribute__((visibility("default"))) const char *cannsimRandomStream() {
    return kRandomStream;
}

void define_random() {
    for (Op op : {Op::InplaceUniform, Op::InplaceUniformTensor}) define(op, prepare_uniform);
    for (Op op : {Op::InplaceNormal, Op::InplaceNormalTensor}) define(op, prepare_normal);
    define(Op::NormalFloatFloat, prepare_normal_floats);
    for (Op op : {Op::NormalFloatTensor, Op::NormalTensorFloat, Op::NormalTensorTensor})
        define(op, prepare_normal_tensors);
    for (Op op : {Op::InplaceRandom, Op::InplaceRandomTensor}) define(op, prepare_integers);
    for (Op op :
         {Op::Bernoulli, Op::InplaceBernoulli, Op::BernoulliTensor, Op::InplaceBernoulliTensor})
        define(op, prepare_bernoulli);
    define(Op::Randperm, prepare_permutation);
    for (Op op : {Op::Multinomial, Op::MultinomialTensor}) define(op, prepare_multinomial);
}

} // namespace cannsim
