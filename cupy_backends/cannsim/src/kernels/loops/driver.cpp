#include "driver.h"

#include "staging.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <cstring>
#include <initializer_list>

namespace cannsim {
namespace {

// The iteration space after merging axes: outermost first, the loop runs over the last.
struct Space {
    int ndim = 0;
    int64_t shape[kMaxRank + 1];
    int64_t strides[kMaxRank + 1][kMaxOperands];
};

int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

// Axis a is better outside b when the output (then the inputs) moves further along it.
bool further(const Space &s, int nop, int a, int b) {
    for (int k = nop - 1; k >= 0; --k) {
        const int64_t x = magnitude(s.strides[a][k]), y = magnitude(s.strides[b][k]);
        if (x != y && x != 0 && y != 0) return x > y;
    }
    return false;
}

void swap_axes(Space &s, int nop, int a, int b) {
    const int64_t n = s.shape[a];
    s.shape[a] = s.shape[b];
    s.shape[b] = n;
    for (int k = 0; k < nop; ++k) {
        const int64_t stride = s.strides[a][k];
        s.strides[a][k] = s.strides[b][k];
        s.strides[b][k] = stride;
    }
}

// Returns false when there is nothing to do.
bool make_space(Space &s, const View *v, int nop, char **args) {
    for (int axis = 0; axis < v[0].ndim; ++axis) {
        const int64_t n = v[0].shape[axis];
        if (n == 0) return false;
        if (n == 1) continue;
        bool backwards = false, forwards = false;
        for (int k = 0; k < nop; ++k) {
            s.strides[s.ndim][k] = v[k].strides[axis];
            backwards |= v[k].strides[axis] < 0;
            forwards |= v[k].strides[axis] > 0;
        }
        if (backwards && !forwards) {
            for (int k = 0; k < nop; ++k) {
                args[k] += (n - 1) * s.strides[s.ndim][k];
                s.strides[s.ndim][k] = -s.strides[s.ndim][k];
            }
        }
        s.shape[s.ndim++] = n;
    }
    for (int i = 1; i < s.ndim; ++i) {
        for (int j = i; j > 0 && further(s, nop, j, j - 1); --j) swap_axes(s, nop, j, j - 1);
    }
    int last = 0;
    for (int axis = 1; axis < s.ndim; ++axis) {
        bool mergeable = true;
        for (int k = 0; k < nop; ++k) {
            mergeable &= s.strides[last][k] == s.strides[axis][k] * s.shape[axis];
        }
        if (mergeable) {
            s.shape[last] *= s.shape[axis];
        } else {
            s.shape[++last] = s.shape[axis];
        }
        for (int k = 0; k < nop; ++k) s.strides[last][k] = s.strides[axis][k];
    }
    if (s.ndim == 0) {
        s.shape[0] = 1;
        for (int k = 0; k < nop; ++k) s.strides[0][k] = 0;
    }
    s.ndim = last + 1;
    return true;
}

// A very short innermost axis would spend its time in calls; the longest axis does better there.
void lengthen_inner(Space &s, int nop) {
    const int inner = s.ndim - 1;
    if (s.shape[inner] >= 16) return;
    int longest = inner;
    for (int axis = 0; axis < inner; ++axis) {
        if (s.shape[axis] > s.shape[longest]) longest = axis;
    }
    if (s.shape[longest] >= 4 * s.shape[inner]) swap_axes(s, nop, longest, inner);
}

// Where an input walks across its rows (a transposed operand), only a strip of the inner axis is
// done before the next axis advances, so that the cache lines touched are used again.
constexpr int64_t kStrip = 128;

bool walks_across(const Space &s, int nop) {
    constexpr int64_t line = 64;
    const int inner = s.ndim - 1;
    if (s.shape[inner] < 2 * kStrip || s.ndim > kMaxRank) return false;
    for (int k = 0; k < nop; ++k) {
        const int64_t along = magnitude(s.strides[inner][k]);
        const int64_t next = magnitude(s.strides[inner - 1][k]);
        if (along >= line && next != 0 && next < line) return true;
    }
    return false;
}

// The inner axis, a multiple of the strip, becomes an outermost axis of strips.
void tile_inner(Space &s, int nop) {
    for (int axis = s.ndim; axis > 0; --axis) {
        s.shape[axis] = s.shape[axis - 1];
        for (int k = 0; k < nop; ++k) s.strides[axis][k] = s.strides[axis - 1][k];
    }
    const int inner = s.ndim++;
    s.shape[0] = s.shape[inner] / kStrip;
    s.shape[inner] = kStrip;
    for (int k = 0; k < nop; ++k) s.strides[0][k] = s.strides[inner][k] * kStrip;
}

struct Run {
    LoopFn loop;
    const Space *space;
    int nop;
    char *args[kMaxOperands];
    int size = 0;  // of an element of the output
};

void run_line(void *context, int64_t begin, int64_t end) {
    const Run &run = *static_cast<const Run *>(context);
    char *p[kMaxOperands];
    intptr_t steps[kMaxOperands];
    for (int k = 0; k < run.nop; ++k) {
        steps[k] = run.space->strides[0][k];
        p[k] = run.args[k] + begin * steps[k];
    }
    const intptr_t n = end - begin;
    run.loop(p, &n, steps);
}

void run_nest(void *context, int64_t begin, int64_t end) {
    const Run &run = *static_cast<const Run *>(context);
    const Space &s = *run.space;
    const int nop = run.nop, inner = s.ndim - 1;
    const intptr_t n = s.shape[inner];
    char *p[kMaxOperands], *call[kMaxOperands];
    intptr_t steps[kMaxOperands];
    for (int k = 0; k < nop; ++k) {
        steps[k] = s.strides[inner][k];
        p[k] = run.args[k] + begin * s.strides[0][k];
    }
    int64_t index[kMaxRank + 1] = {begin};
    for (;;) {
        for (int k = 0; k < nop; ++k) call[k] = p[k];  // a loop may move its pointers
        run.loop(call, &n, steps);
        int axis = inner - 1;
        for (; axis >= 0; --axis) {
            for (int k = 0; k < nop; ++k) p[k] += s.strides[axis][k];
            if (++index[axis] < (axis == 0 ? end : s.shape[axis])) break;
            if (axis == 0) return;
            for (int k = 0; k < nop; ++k) p[k] -= s.shape[axis] * s.strides[axis][k];
            index[axis] = 0;
        }
    }
}

// A result that no cache can hold goes past them, so that its lines need not be read first. It is
// made in blocks that stay in L1, which pays for loops that do nothing but wait for the memory.
#if defined(__SSE2__)
constexpr int64_t kBeyondCaches = int64_t(1) << 25, kLine = 64;  // bytes

void stream(char *to, const char *from, int64_t bytes) {
    int64_t i = 0;
    for (; i + kLine <= bytes; i += kLine) {
        __m128i line[4], *const out = reinterpret_cast<__m128i *>(to + i);
        std::memcpy(line, from + i, kLine);
        for (int k = 0; k < 4; ++k) _mm_stream_si128(out + k, line[k]);
    }
    std::memcpy(to + i, from + i, size_t(bytes - i));
}

bool waits_for_memory(const LoopFn &loop, DType dtype) {
    for (LoopOp op : {LoopOp::add, LoopOp::subtract, LoopOp::multiply, LoopOp::divide}) {
        const LoopFn known = find_loop(op, dtype);
        if (known && loop.fn == known.fn && loop.data == known.data) return true;
    }
    return false;
}

bool goes_past_caches(const Run &run, DType dtype) {
    const int out = run.nop - 1;
    if (run.space->shape[0] * run.size < kBeyondCaches || run.space->strides[0][out] != run.size)
        return false;
    for (int k = 0; k < out; ++k) {
        if (run.args[k] == run.args[out]) return false;  // its lines are read anyway
    }
    const bool whole_lines = reinterpret_cast<uintptr_t>(run.args[out]) % kLine == 0;
    return whole_lines && waits_for_memory(run.loop, dtype);
}

void run_line_past_caches(void *context, int64_t begin, int64_t end) {
    const Run &run = *static_cast<const Run *>(context);
    const int out = run.nop - 1;
    alignas(kLine) char block[2048];
    const int64_t most = int64_t(sizeof block) / run.size;
    char *p[kMaxOperands];
    intptr_t steps[kMaxOperands];
    for (int k = 0; k < run.nop; ++k) steps[k] = run.space->strides[0][k];
    for (int64_t i = begin; i < end; i += most) {
        const intptr_t n = end - i < most ? end - i : most;
        for (int k = 0; k < out; ++k) p[k] = run.args[k] + i * steps[k];
        p[out] = block;
        run.loop(p, &n, steps);
        stream(run.args[out] + i * run.size, block, n * run.size);
    }
    _mm_sfence();
}
#else
constexpr RangeBody run_line_past_caches = run_line;
bool goes_past_caches(const Run &, DType) { return false; }
#endif

constexpr int64_t kGrain = 32768;  // elements that are worth a thread

void run_rows(Run &run) {
    const Space &s = *run.space;
    int64_t row = 1;
    for (int axis = 1; axis < s.ndim; ++axis) row *= s.shape[axis];
    parallel_for(s.shape[0], row >= kGrain ? 1 : kGrain / row, run_nest, &run);
}

void run_space(LoopFn loop, const View *v, int nop) {
    Space space;
    Run run{loop, &space, nop, {}, itemsize(v[nop - 1].dtype)};
    for (int k = 0; k < nop; ++k) run.args[k] = v[k].data;
    if (!make_space(space, v, nop, run.args)) return;
    if (space.ndim == 1) {
        const bool past_caches = goes_past_caches(run, v[nop - 1].dtype);
        const RangeBody body = past_caches ? run_line_past_caches : run_line;
        return parallel_for(space.shape[0], kGrain, body, &run);
    }
    lengthen_inner(space, nop);
    if (!walks_across(space, nop)) return run_rows(run);

    const int inner = space.ndim - 1;
    const int64_t rest = space.shape[inner] % kStrip, whole = space.shape[inner] - rest;
    if (rest != 0) {
        Space tail = space;
        tail.shape[inner] = rest;
        Run last{loop, &tail, nop, {}, run.size};
        for (int k = 0; k < nop; ++k) last.args[k] = run.args[k] + whole * space.strides[inner][k];
        run_rows(last);
    }
    space.shape[inner] = whole;
    tile_inner(space, nop);
    run_rows(run);
}

}  // namespace

void run_elementwise(LoopFn loop, const View *v, int nop) {
    const int ndim = v[0].ndim;
    const intptr_t n = ndim == 0 ? 1 : v[0].shape[0];
    if (ndim > 1 || n >= 2 * kGrain) return run_space(loop, v, nop);
    if (n == 0) return;
    char *args[kMaxOperands];
    intptr_t steps[kMaxOperands];
    for (int k = 0; k < nop; ++k) {
        args[k] = v[k].data;
        steps[k] = ndim == 0 ? 0 : v[k].strides[0];
    }
    loop(args, &n, steps);
}

void run_elementwise(LoopFn loop, const View *v, int nop, const DType *dtypes) {
    bool casts = false;
    for (int k = 0; k < nop; ++k) casts |= v[k].dtype != dtypes[k];
    if (!casts) return run_elementwise(loop, v, nop);
    CastPlan plan = cast_plan(&loop, v, nop, dtypes);
    run_elementwise(LoopFn{run_cast_plan, &plan}, v, nop);
}

CastPlan cast_plan(const LoopFn *loop, const View *v, int nop, const DType *dtypes) {
    CastPlan plan{loop, nop, {}, {}};
    for (int k = 0; k < nop; ++k) {
        plan.size[k] = itemsize(dtypes[k]);
        if (v[k].dtype == dtypes[k]) continue;
        plan.cast[k] =
            k == nop - 1 ? find_cast(dtypes[k], v[k].dtype) : find_cast(v[k].dtype, dtypes[k]);
    }
    return plan;
}

}  // namespace cannsim
