// Seed and offset of random operators: numbers of the call, or elements on the device that are read
// when the operator runs.
#pragma once

#include "kernels/array/copy.h"
#include "kernels/array/random.h"
#include "opapi/op.h"

namespace cannsim {

// Layout of e.i that all random operators share.
enum { kSeed, kOffset, kBaseOffset = 13, kSeededRun = 14 };

inline Stream stream_of(const aclOpExecutor &e) {
    return {uint64_t(e.i[kSeed]), uint64_t(e.i[kOffset])};
}

inline Status read_integer(View from, int64_t *value) {
    View to;
    to.dtype = DType::Int64;
    to.data = reinterpret_cast<char *>(value);
    from.ndim = 0;
    return copy(to, from);
}

// The last two views hold seed and offset.
inline Status run_seeded(aclOpExecutor &e) {
    int64_t offset;
    if (Status s = read_integer(e.views[e.nviews - 2], &e.i[kSeed]); s != Status::Ok) return s;
    if (Status s = read_integer(e.views[e.nviews - 1], &offset); s != Status::Ok) return s;
    e.i[kOffset] = int64_t(uint64_t(e.i[kBaseOffset]) + uint64_t(offset));
    return reinterpret_cast<Status (*)(aclOpExecutor &)>(e.i[kSeededRun])(e);
}

// seed, offset from parameter `seed` on; or seedTensor, offsetTensor, offset. Called when the
// operator is planned.
inline aclnnStatus set_stream(Call &c, int seed) {
    Executor &e = c.exec;
    if (c.op.params[seed].kind != ArgKind::Tensor) {
        e.i[kSeed] = c.integer(seed);
        e.i[kOffset] = c.integer(seed + 1);
        return 0;
    }
    for (int param : {seed, seed + 1}) {
        if (c.tensor(param)->size != 1)
            return fail(ACLNN_ERR_PARAM_INVALID, "%s: %s has %ld elements; expected one", c.op.name,
                        c.param(param), long(c.tensor(param)->size));
        add_view(e, c.tensor(param), param);
    }
    e.i[kBaseOffset] = c.integer(seed + 2);
    if (e.run == run_nothing) return 0;
    e.i[kSeededRun] = reinterpret_cast<int64_t>(e.run);
    e.run = run_seeded;
    return 0;
}

} // namespace cannsim
