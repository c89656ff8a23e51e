#include "opapi/batch.h"

#include "base/poison.h"
#include "base/threads/parallel.h"
#include "cannsim.h"
#include "kernels/loops/chain.h"
#include "kernels/loops/staging.h"
#include "opapi/elementwise.h"
#include "runtime/capture.h"

#include <algorithm>
#include <cstring>

namespace cannsim {

namespace {

constexpr int kSteps = 32;
constexpr int64_t kGrain = 32768; // elements that are worth a thread
constexpr int64_t kBlock = 4096;  // bytes of the widest operand: a few such fit into the first cache

struct Step {
    LoopFn loop, inner; // inner: what runs between casts
    CastPlan casts;
    bool plain_copy;
    int operands;
    char *data[kMaxOperands];
    intptr_t strides[kMaxOperands];
    int size[kMaxOperands];
    alignas(16) unsigned char constants[kMaxOperands][16];
};

// Addresses within the step follow it.
void move_step(Step &to, const Step &from) {
    to = from;
    if (from.casts.inner) {
        to.casts.inner = &to.inner;
        to.loop.data = &to.casts;
    }
    for (int k = 0; k < from.operands; ++k)
        if (from.data[k] == reinterpret_cast<const char *>(from.constants[k]))
            to.data[k] = reinterpret_cast<char *>(to.constants[k]);
}

struct Batch {
    bool open = false;
    bool whole = true; // nothing of it has run yet
    int count = 0, widest = 1;
    int64_t n = 0; // elements of every operand
    Step steps[kSteps];

    int64_t block() const { return kBlock / widest; }
};

thread_local Batch *batch = nullptr;

// Elements [begin, end), block by block.
void run_blocks(const Batch &b, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += b.block()) {
        const intptr_t m = std::min(b.block(), end - i);
        for (int k = 0; k < b.count; ++k) {
            const Step &s = b.steps[k];
            char *args[kMaxOperands];
            for (int o = 0; o < s.operands; ++o) args[o] = s.data[o] + i * s.strides[o];
            s.loop(args, &m, s.strides);
        }
    }
}

void run(Batch &b) {
    if (!b.count) return;
    parallel_for(
        b.n, kGrain,
        [](void *context, int64_t begin, int64_t end) {
            run_blocks(*static_cast<const Batch *>(context), begin, end);
        },
        &b);
    b.whole = false;
    b.count = 0;
    b.widest = 1;
}

// --- the same for further elements ---------------------------------------------------------------

constexpr int kSlots = 16, kMoving = 64;

// How a step is part of a chain: its operator, which operand is read first (-1: what the step
// before gave) and second, and whether the result is needed beyond the next step.
struct Link {
    ChainOp op;
    int8_t first, second;
    bool keep;
};

// What the batch wrote outside of the moving arrays is needed from step to step only: each thread
// has a block of its own for it.
struct Replay {
    Batch batch;
    int slots = 0;
    int8_t slot[kSteps][kMaxOperands]; // -1: none
    Link links[kSteps];
    ChainFn chain[kSteps]; // of the steps from here to end; null: the step alone
    int end[kSteps];

    bool same(int k, int o, int l, int p) const {
        const Step &a = batch.steps[k], &b = batch.steps[l];
        if (slot[k][o] >= 0 || slot[l][p] >= 0) return slot[k][o] == slot[l][p];
        return a.strides[o] && b.strides[p] && a.data[o] == b.data[p];
    }
    bool one_chain() const { return chain[0] && end[0] == batch.count; }
};

bool among(const char *address, char *const *moving, int count) {
    return std::find(moving, moving + count, address) != moving + count;
}

// A result that is copied into a moving array may as well be computed there.
void forward_copies(Batch &b, char *const *moving, int count) {
    for (int k = b.count - 1; k >= 0; --k) {
        const Step copy = b.steps[k];
        char *const from = copy.data[0], *const to = copy.data[1];
        if (!copy.plain_copy || among(from, moving, count) || !among(to, moving, count)) continue;
        bool alone = true; // nothing else knows the moving array, nothing later needs the copied one
        for (int j = 0; j < b.count; ++j)
            for (int o = 0; o < b.steps[j].operands; ++o)
                alone &= j == k || (b.steps[j].data[o] != to && (j < k || b.steps[j].data[o] != from));
        if (!alone) continue;
        for (int j = 0; j < k; ++j)
            for (int o = 0; o < b.steps[j].operands; ++o)
                if (b.steps[j].data[o] == from) b.steps[j].data[o] = to;
        for (int j = k; j + 1 < b.count; ++j) move_step(b.steps[j], b.steps[j + 1]);
        --b.count;
    }
}

bool make_replay(Replay &r, char *const *moving, int count) {
    const char *scratch[kSlots];
    Batch &b = r.batch;
    forward_copies(b, moving, count);
    for (int k = 0; k < b.count; ++k) {
        const Step &s = b.steps[k];
        for (int o = 0; o < s.operands; ++o) {
            r.slot[k][o] = -1;
            if (s.strides[o] == 0 || among(s.data[o], moving, count)) continue;
            const char **end = scratch + r.slots, **found = std::find(scratch, end, s.data[o]);
            if (found == end) {
                if (o < s.operands - 1 || r.slots == kSlots) return false; // read, not written
                scratch[r.slots++] = s.data[o];
            }
            r.slot[k][o] = int8_t(found - scratch);
        }
    }
    return true;
}

constexpr struct {
    LoopOp loop;
    ChainOp op, turned;
} kChained[] = {
    {LoopOp::add, ChainOp::Add, ChainOp::Add},
    {LoopOp::subtract, ChainOp::Subtract, ChainOp::SubtractFrom},
    {LoopOp::multiply, ChainOp::Multiply, ChainOp::Multiply},
    {LoopOp::divide, ChainOp::Divide, ChainOp::DivideFrom},
};

// Makes step k the next one of a chain, or the first; false where it cannot be.
bool make_link(Replay &r, int k, DType dtype, bool first) {
    const Step &s = r.batch.steps[k];
    if (s.operands != 3 || s.casts.inner) return false;
    for (int o = 0; o < 3; ++o)
        if (s.size[o] != itemsize(dtype)) return false;
    for (const auto &known : kChained) {
        const LoopFn loop = find_loop(known.loop, dtype);
        if (s.loop.fn != loop.fn || s.loop.data != loop.data) continue;
        const bool goes_on = !first && (r.same(k, 0, k - 1, 2) || r.same(k, 1, k - 1, 2));
        const bool turned = goes_on ? !r.same(k, 0, k - 1, 2) : s.strides[0] == 0;
        if (!goes_on && s.strides[turned] == 0) return false; // numbers only
        const int first_read = goes_on ? -1 : turned;
        r.links[k] = {turned ? known.turned : known.op, int8_t(first_read), !turned, true};
        return true;
    }
    return false;
}

// Whether a step after k reads what that wrote, but for the next one of its chain from registers.
bool needed(const Replay &r, int k) {
    if (r.slot[k][2] < 0) return true;
    for (int j = k + 1; j < r.batch.count; ++j) {
        const int out = r.batch.steps[j].operands - 1;
        for (int o = 0; o < out; ++o) {
            const bool linked = j == k + 1 && j < r.end[k] && r.links[j].first < 0;
            if (!(linked && o != r.links[j].second) && r.same(j, o, k, 2)) return true;
        }
        if (r.same(j, out, k, 2)) return false;
    }
    return false;
}

void find_chains(Replay &r) {
    const int count = r.batch.count;
    for (int k = 0, end; k < count; k = end) {
        end = k + 1;
        r.chain[k] = nullptr;
        for (DType dtype : {DType::Float32, DType::Float64}) {
            if (!make_link(r, k, dtype, true)) continue;
            while (end < count && make_link(r, end, dtype, false)) ++end;
            if (end > k + 1) r.chain[k] = find_chain(dtype);
        }
        for (int j = k; j < end; ++j) r.end[j] = end;
    }
    for (int k = 0; k < count; k = r.end[k])
        for (int j = k; r.chain[k] && j < r.end[k]; ++j) r.links[j].keep = needed(r, j);
}

void replay(void *context, int64_t begin, int64_t end) {
    const Replay &r = *static_cast<const Replay *>(context);
    const Batch &b = r.batch;
    alignas(64) char scratch[kSlots][kBlock];
    const auto place = [&](int k, int o, int64_t i) {
        const int slot = r.slot[k][o];
        return slot >= 0 ? scratch[slot] : b.steps[k].data[o] + i * b.steps[k].strides[o];
    };
    // Nothing but a chain needs no more than a tile of each intermediate result.
    const int64_t tile = kChainTile / b.widest;
    const bool tiles = r.one_chain() && end - begin >= tile;
    int64_t m = tiles ? (end - begin) / tile * tile : b.block();
    for (int64_t i = begin; i < end; i += m, m = b.block()) {
        m = std::min(m, end - i);
        for (int k = 0; k < b.count;) {
            const int64_t bytes = m * b.steps[k].size[0];
            if (r.chain[k] && bytes % kChainTile == 0) {
                ChainStep chain[kSteps];
                const int first = k;
                for (; k < r.end[first]; ++k) {
                    const Link &link = r.links[k];
                    const auto along = [&](int o) {
                        return -intptr_t(o >= 0 && (r.slot[k][o] < 0 || !(tiles && i == begin)));
                    };
                    chain[k - first] = {link.op,
                                        b.steps[k].strides[link.second] == 0,
                                        link.first < 0 ? nullptr : place(k, link.first, i),
                                        place(k, link.second, i),
                                        link.keep ? place(k, 2, i) : nullptr,
                                        along(link.first),
                                        along(link.second),
                                        along(2)};
                }
                r.chain[first](chain, k - first, bytes);
                continue;
            }
            for (const int last = r.end[k]; k < last; ++k) {
                const Step &s = b.steps[k];
                char *args[kMaxOperands];
                for (int o = 0; o < s.operands; ++o) args[o] = place(k, o, i);
                const intptr_t n = m;
                s.loop(args, &n, s.strides);
            }
        }
    }
}

// Blocks keep the order of two operators unless an element of one is another element of the other.
bool conflict(const Step &a, int i, const Step &b, int k, int64_t n) {
    if (i != a.operands - 1 && k != b.operands - 1) return false;
    const char *x = a.data[i], *y = b.data[k];
    if (x == y && a.size[i] == b.size[k] && a.strides[i] == b.strides[k]) return false;
    const int64_t xs = a.strides[i] ? n * a.size[i] : a.size[i];
    const int64_t ys = b.strides[k] ? n * b.size[k] : b.size[k];
    return x < y + ys && y < x + xs;
}

bool conflicts(const Batch &b, const Step &next) {
    for (int s = 0; s < b.count; ++s)
        for (int i = 0; i < b.steps[s].operands; ++i)
            for (int k = 0; k < next.operands; ++k)
                if (conflict(b.steps[s], i, next, k, b.n)) return true;
    return false;
}

// The elements one after the other, or one for all.
bool set_operand(Step &s, const Executor &e, int k, int64_t n) {
    const View &v = e.views[k];
    s.size[k] = itemsize(v.dtype);
    s.data[k] = v.data;
    int64_t stride = s.size[k], count = 1;
    for (int axis = v.ndim - 1; axis >= 0; --axis) {
        if (v.shape[axis] != 1 && v.strides[axis] != count * stride) {
            if (v.ndim != 1 || v.strides[axis] != 0) return false;
            stride = 0; // an element for all of a line
        }
        count *= v.shape[axis];
    }
    if (count == 1) stride = 0;
    s.strides[k] = stride;
    return count == n || stride == 0;
}

bool make_step(Step &s, const Executor &e, int64_t n) {
    const Running how = running(e);
    if (how == Running::Otherwise) return false;
    s.operands = e.nviews;
    s.casts.inner = nullptr;
    s.plain_copy = false;
    for (int k = 0; k < s.operands; ++k)
        if (!set_operand(s, e, k, n)) return false;
    if (how == Running::Copy) {
        s.loop = find_cast(e.views[0].dtype, e.views[1].dtype);
        s.plain_copy = e.views[0].dtype == e.views[1].dtype && s.strides[0] != 0;
        return true;
    }
    s.loop = e.loop;
    if (how == Running::Casting) {
        s.inner = e.loop;
        s.casts = cast_plan(&s.inner, e.views, s.operands, e.dtypes);
        s.loop = {run_cast_plan, &s.casts};
    }
    return true;
}

} // namespace

bool join_batch(const Executor &e) {
    if (!batch || !batch->open || e.nviews == 0) return false;
    Batch &b = *batch;
    const int64_t n = e.views[e.nviews - 1].size();
    if (n < 2) return false;
    if (b.count == kSteps || (b.count && n != b.n)) run(b);
    Step *s = &b.steps[b.count];
    if (!make_step(*s, e, n)) return false;
    if (s->strides[s->operands - 1] == 0) return false;
    if (conflicts(b, *s)) {
        run(b);
        s = &b.steps[0];
        make_step(*s, e, n);
    }
    b.n = n;
    for (int k = 0; k < s->operands; ++k) {
        b.widest = std::max(b.widest, s->size[k]);
        if (e.source[k] >= 0) continue;
        std::memcpy(s->constants[k], s->data[k], 16); // the executor may go
        s->data[k] = reinterpret_cast<char *>(s->constants[k]);
    }
    ++b.count;
    return true;
}

void run_batch() {
    if (batch && batch->open) run(*batch);
}

} // namespace cannsim

using namespace cannsim;

int cannsimBeginBatch(void) {
    // What waits may write into blocks that the program has freed meanwhile.
    if ((batch && batch->open) || kPoisons) return 0;
    if (!batch) batch = new Batch; // kept: threads that fuse once do so again
    batch->open = batch->whole = true;
    ++captures;
    return 1;
}

int cannsimEndBatch(const void *const *moving, int count, int64_t total) {
    if (!batch || !batch->open) return 0;
    Batch &b = *batch;
    const int64_t done = b.n;
    bool all = b.whole && b.count && count > 0 && count <= kMoving;
    Replay r;
    if (all) {
        char *places[kMoving];
        for (int i = 0; i < count; ++i) places[i] = to_host(moving[i]);
        r.batch.count = b.count;
        r.batch.widest = b.widest;
        for (int k = 0; k < b.count; ++k) move_step(r.batch.steps[k], b.steps[k]);
        all = make_replay(r, places, count);
    }
    run(b);
    if (all && total > done) {
        for (int k = 0; k < r.batch.count; ++k) {
            Step &s = r.batch.steps[k];
            for (int o = 0; o < s.operands; ++o)
                if (r.slot[k][o] < 0) s.data[o] += done * s.strides[o];
        }
        find_chains(r);
        parallel_for(total - done, kGrain, replay, &r);
    }
    b.open = false;
    --captures;
    return all;
}
