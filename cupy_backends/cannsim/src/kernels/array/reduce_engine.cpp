#include "reduce_engine.h"

#include "../loops/driver.h"
#include "copy_nest.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>
#include <atomic>

namespace cannsim::array {
namespace {

enum { kIn = 0, kOut = 1, kCenter = 2 };
constexpr int64_t kStageBytes = 16384;
constexpr int64_t kTileBytes = 4096;
constexpr int64_t kGrainBytes = 1 << 18;

// Partial results of successive pieces, merged as a tree of fan-in kFan.
class Partials {
  public:
    explicit Partials(const Reduction &r) : r_(r), bytes_(r.lane_bytes * r.lanes_out) {}

    void push(const char *value) { push(value, 0); }

    void finish(char *out) {
        bool have = false;
        char carry[16];
        for (int level = 0; level < kLevels; ++level) {
            if (have) push(carry, level);
            if (count_[level] == 0) {
                have = false;
                continue;
            }
            fold(level, carry);
            have = true;
        }
        std::memcpy(out, carry, size_t(bytes_));
    }

  private:
    static constexpr int kFan = 32, kLevels = 10;

    void push(const char *value, int level) {
        if (count_[level] == kFan) {
            char folded[16];
            fold(level, folded);
            push(folded, level + 1);
        }
        std::memcpy(values_[level] + count_[level]++ * bytes_, value, size_t(bytes_));
    }
    void fold(int level, char *out) {
        r_.merge_run(out, values_[level], int64_t(count_[level]) * r_.lanes_out, r_.lanes_out,
                     nullptr);
        count_[level] = 0;
    }

    const Reduction &r_;
    int64_t bytes_;
    int count_[kLevels] = {};
    alignas(64) char values_[kLevels][kFan * 16];
};

struct Engine {
    const Reduction &r;
    Nest<3> kept;
    Nest<1> reduced;
    int64_t in_size, size;  // bytes of an element before and after casting
    bool staged;
    bool short_direct;  // one run of elements that a single call reduces where they are
    bool counted;       // runs of bytes that are counted where they are
    bool short_staged;  // one run of elements that the buffer holds

    Engine(const Reduction &r, const View &out, const View &in, uint32_t axes) : r(r) {
        in_size = itemsize(r.in);
        size = itemsize(r.compute);
        staged = r.in != r.compute || r.convert || r.stage;
        kept.data[kIn] = reduced.data[kIn] = in.data;
        kept.data[kOut] = out.data;
        kept.data[kCenter] = r.center ? r.center->data : nullptr;
        for (int i = 0, k = 0; i < in.ndim; ++i) {
            if (axes >> i & 1) {
                reduced.add_axis(in.shape[i], {in.strides[i]});
            } else {
                kept.add_axis(in.shape[i],
                              {in.strides[i], out.strides[k], r.center ? r.center->strides[k] : 0});
                ++k;
            }
        }
        reduced.make_positive(kIn);
        reduced.sort_axes(kIn);
        reduced.coalesce();
        repeats_outermost(reduced);
        short_direct =
            !staged && reduced.ndim <= 1 &&
            (reduced.ndim == 0 || (reduced.strides[kIn][0] == in_size &&
                                   reduced.shape[0] <= kMaxRows * int64_t(kRunBytes) / size));
        counted = r.count && run_step() == 1;
        short_staged = !short_direct && !counted && reduced.ndim <= 1 &&
                       run_length() * size <= kStageBytes;
        // Negative steps of reduced axes moved the base; kept positions are offsets from it.
        kept.data[kIn] = reduced.data[kIn];
        kept.sort_axes(kIn);
        kept.coalesce();
    }

    // A broadcast axis, the last one after sorting, would take the elements beside it one by one:
    // long runs of them stay together inside it.
    static void repeats_outermost(Nest<1> &nest) {
        const int last = nest.ndim - 1;
        if (last < 1 || nest.strides[kIn][last] != 0 || nest.shape[last - 1] < 256) return;
        for (int i = last; i > 0; --i) nest.swap_axes(i - 1, i);
    }

    // The innermost axes: elements of a run, outputs of a line, and the steps from one to the next.
    int64_t run_length() const { return reduced.ndim ? reduced.shape[reduced.ndim - 1] : 1; }
    int64_t run_step() const {
        return reduced.ndim ? reduced.strides[kIn][reduced.ndim - 1] : in_size;
    }
    int64_t line_length() const { return kept.ndim ? kept.shape[kept.ndim - 1] : 1; }
    int64_t line_step(int k) const { return kept.ndim ? kept.strides[k][kept.ndim - 1] : 0; }

    // Casts n elements into the compute type at `to`.
    void stage(char *to, const char *from, int64_t step, int64_t n, const char *center,
               int64_t center_step) const {
        char *args[2] = {const_cast<char *>(from), to};
        intptr_t count = n, steps[2] = {intptr_t(step), intptr_t(size)};
        if (r.cast2) {
            alignas(64) char buffer[256 * 16];
            intptr_t mid = itemsize(r.between);
            for (int64_t i = 0; i < n; i += 256) {
                intptr_t m = intptr_t(std::min<int64_t>(256, n - i));
                char *first[2] = {const_cast<char *>(from) + i * step, buffer};
                intptr_t first_steps[2] = {intptr_t(step), mid};
                r.cast(first, &m, first_steps);
                char *second[2] = {buffer, to + i * size};
                intptr_t second_steps[2] = {mid, intptr_t(size)};
                r.cast2(second, &m, second_steps);
            }
        } else if (r.in == r.compute && !r.convert) {
            copy_line(to, size, from, step, n, int(size));
        } else {
            r.cast(args, &count, steps);
        }
        if (r.stage) r.stage(to, n, center, center_step, r.parameter);
    }

    void finish(char *tile, int64_t n, char *out, int64_t out_step, const char *center) const {
        if (r.finish) r.finish(tile, n, center, r.parameter);
        LoopFn cast = find_cast(r.finished, r.out);
        char *args[2] = {tile, out};
        intptr_t count = n, steps[2] = {itemsize(r.finished), intptr_t(out_step)};
        cast(args, &count, steps);
    }

    // ---- one output from runs of adjacent elements ----

    // Reduces n elements of the compute type.
    void piece(char *out, const char *x, int64_t n, const char *center) const {
        r.run(out, x, n * r.lanes, r.lanes_out, center);
    }

    bool saturated(const char *value) const {
        return r.saturates && uint8_t(*value) == r.saturated;
    }

    // Result of the whole reduced nest at base address x, not yet finished.
    void reduce_runs(char *result, const char *x, const char *center) const {
        alignas(64) char centers[kRunBytes];
        if (center && !r.stage)
            for (int64_t i = 0; i < kRunBytes; i += size)
                std::memcpy(centers + i, center, size_t(size));
        const int64_t n = run_length(), step = run_step();
        if (short_direct) return piece(result, x, n, centers);
        alignas(64) char buffer[kStageBytes];
        if (short_staged) {
            stage(buffer, x, step, n, center, 0);
            return piece(result, buffer, n, centers);
        }
        Nest<1> nest = reduced;
        nest.data[kIn] = const_cast<char *>(x);
        if (counted) {
            int64_t sum = 0;
            for_each_outer(nest, 1, [&](char *const *p) {
                sum += r.count(reinterpret_cast<const uint8_t *>(p[kIn]), n);
            });
            return store<int64_t>(result, sum);
        }
        bool direct = !staged && (step == in_size || n == 1);
        const int64_t longest = kMaxRows * int64_t(kRunBytes) / size;
        Partials partials(r);
        char value[16];
        if (direct && n * size >= kStageBytes) {
            bool stop = false;
            for_each_outer(nest, 1, [&](char *const *p) {
                for (int64_t i = 0; i < n && !stop; i += longest) {
                    piece(value, p[kIn] + i * size, std::min(longest, n - i), centers);
                    partials.push(value);
                    stop = saturated(value);
                }
            });
            return partials.finish(result);
        }
        const int64_t room = kStageBytes / size;
        int64_t filled = 0;
        bool stop = false;
        for_each_outer(nest, 1, [&](char *const *p) {
            for (int64_t i = 0; i < n && !stop;) {
                int64_t m = std::min(room - filled, n - i);
                stage(buffer + filled * size, p[kIn] + i * step, step, m, center, 0);
                filled += m;
                i += m;
                if (filled == room) {
                    piece(value, buffer, filled, centers);
                    partials.push(value);
                    stop = saturated(value);
                    filled = 0;
                }
            }
        });
        if (filled) {
            piece(value, buffer, filled, centers);
            partials.push(value);
        }
        partials.finish(result);
    }

    // Results of n outputs in one line, from addresses p on, not yet finished.
    void reduce_line(char *values, char *const *p, int64_t n) const {
        const int64_t bytes = r.lane_bytes * r.lanes_out, run = run_length(), step = run_step();
        const int64_t in_step = line_step(kIn), center_step = line_step(kCenter);
        if (!short_staged || r.center || in_step != run * step) {
            for (int64_t k = 0; k < n; ++k)
                reduce_runs(values + k * bytes, p[kIn] + k * in_step, p[kCenter] + k * center_step);
            return;
        }
        // Runs one behind the other pass through the buffer together.
        alignas(64) char buffer[kStageBytes];
        const int64_t most = kStageBytes / (run * size);
        for (int64_t k = 0; k < n; k += most) {
            const int64_t m = std::min(most, n - k);
            stage(buffer, p[kIn] + k * in_step, step, m * run, nullptr, 0);
            for (int64_t i = 0; i < m; ++i)
                piece(values + (k + i) * bytes, buffer + i * run * size, run, nullptr);
        }
    }

    // A single long contiguous run, split at fixed places so that threads do not change the result.
    Status reduce_single(char *result) const {
        int64_t n = reduced.shape[0], segment = kGrainBytes / size;
        int64_t count = (n + segment - 1) / segment;
        int64_t bytes = r.lane_bytes * r.lanes_out;
        Scratch values(count * bytes);
        if (!values) return Status::OutOfMemory;
        struct Context {
            const Engine *engine;
            char *values;
            int64_t segment, bytes, n;
        } context{this, values.get(), segment, bytes, n};
        parallel_for(
            count, 1,
            [](void *opaque, int64_t begin, int64_t end) {
                auto *c = static_cast<Context *>(opaque);
                Engine part(*c->engine);
                for (int64_t i = begin; i < end; ++i) {
                    int64_t at = i * c->segment;
                    part.reduced.shape[0] = std::min(c->segment, c->n - at);
                    part.reduce_runs(c->values + i * c->bytes,
                                     c->engine->kept.data[kIn] +
                                         at * c->engine->reduced.strides[kIn][0],
                                     c->engine->kept.data[kCenter]);
                }
            },
            &context);
        Partials partials(r);
        for (int64_t i = 0; i < count; ++i) partials.push(values.get() + i * bytes);
        partials.finish(result);
        return Status::Ok;
    }

    Status by_runs() const {
        int64_t outputs = kept.size(), n = reduced.size();
        if (outputs == 1 && reduced.ndim == 1 && n * size > 4 * kGrainBytes && !r.saturates) {
            alignas(16) char value[16];
            Status s = reduce_single(value);
            if (s != Status::Ok) return s;
            finish(value, 1, kept.data[kOut], 0, kept.data[kCenter]);
            return Status::Ok;
        }
        auto body = [](void *opaque, int64_t begin, int64_t end) {
            const Engine &e = *static_cast<const Engine *>(opaque);
            Odometer<3> it(e.kept, e.kept.ndim);
            // Results are finished a tile at a time while the outputs lie in one line.
            alignas(64) char values[kTileBytes], centers[kTileBytes];
            for (int64_t i = begin, n; i < end; i += n) {
                it.seek(i);
                int64_t in_line = e.line_length() - i % e.line_length();
                n = std::min({kTileBytes / 16, in_line, end - i});
                e.reduce_line(values, it.p, n);
                if (e.r.center)
                    copy_line(centers, e.size, it.p[kCenter], e.line_step(kCenter), n, int(e.size));
                e.finish(values, n, it.p[kOut], e.line_step(kOut), centers);
            }
        };
        void *self = const_cast<Engine *>(this);
        if (outputs == 1 || outputs * n * in_size <= 2 * kGrainBytes) {
            body(self, 0, outputs);
        } else {
            parallel_for(outputs, std::max<int64_t>(1, kGrainBytes / (n * in_size)), body, self);
        }
        return Status::Ok;
    }

    // ---- rows of outputs at once ----

    // Reduces nrows rows of `width` lanes; narrow adjacent rows are taken several at a time.
    void add_rows(char *out, const char *x, int64_t nrows, int64_t stride, int64_t width,
                  const char *center) const {
        int64_t group = stride == width * r.lane_bytes && !center ? 256 / width : 1;
        if (group < 2 || nrows < 2 * group) {
            r.rows(out, x, nrows, stride, width, center);
            return;
        }
        alignas(64) char wide[kTileBytes];
        int64_t n = nrows / group, w = group * width;
        int64_t whole = std::min<int64_t>(n, kMaxRows);
        r.rows(wide, x, whole, w * r.lane_bytes, w, nullptr);
        for (int64_t rows = group; rows > 1;) {
            int64_t half = (rows + 1) / 2;
            r.merge_rows(wide, wide, 2, half * width * r.lane_bytes, (rows - half) * width,
                         nullptr);
            rows = half;
        }
        int64_t done = whole * group;
        if (done < nrows) {
            alignas(64) char pair[2 * kTileBytes];
            std::memcpy(pair, wide, size_t(width * r.lane_bytes));
            add_rows(pair + kTileBytes, x + done * stride, nrows - done, stride, width, center);
            r.merge_rows(out, pair, 2, kTileBytes, width, nullptr);
        } else {
            std::memcpy(out, wide, size_t(width * r.lane_bytes));
        }
    }

    // A tile: columns [j, j + cols) of the innermost kept axis, at kept addresses p.
    const char *tile_centers(char *to, char *const *p, int64_t j, int64_t cols) const {
        if (!r.center) return nullptr;
        const int64_t step = line_step(kCenter);
        copy_line(to, size, p[kCenter] + j * step, step, cols, int(size));
        return to;
    }

    // The tile's sums over [first, first + count) of the outermost reduced axis, not yet finished.
    Status accumulate(char *result, char *const *p, int64_t j, int64_t cols, int64_t first,
                      int64_t count) const {
        const int64_t col_step = line_step(kIn);
        int64_t width = cols * r.lanes, row_bytes = cols * size;
        alignas(64) char centers[kTileBytes], stage_buffer[2 * kStageBytes];
        const char *center = tile_centers(centers, p, j, cols);
        Nest<1> nest = reduced;
        nest.shape[0] = count;
        nest.data[kIn] = p[kIn] + j * col_step + first * nest.strides[kIn][0];
        const char *row_center = r.stage ? nullptr : center;
        const int64_t n = nest.shape[nest.ndim - 1], stride = run_step();
        bool direct = !staged && (col_step == in_size || cols == 1);
        int64_t batch = direct ? (width < 128 ? 4096 : kMaxRows)
                               : std::max<int64_t>(1, 2 * kStageBytes / row_bytes);
        int64_t chunks = nest.size() / n * ((n + batch - 1) / batch);
        int levels = 1;
        while (int64_t(1) << levels <= chunks) ++levels;
        Scratch partial(chunks > 1 ? (levels + 1) * 2 * kTileBytes : 0);
        if (!partial) return Status::OutOfMemory;
        int64_t pushed = 0;
        // Level i occupies two tiles: the stored row and, behind it, the row merged into it.
        auto push = [&](const char *row) {
            const char *carry = row;
            int level = 0;
            for (int64_t bits = pushed++; bits & 1; bits >>= 1, ++level) {
                char *pair = partial.get() + level * 2 * kTileBytes;
                std::memcpy(pair + kTileBytes, carry, size_t(row_bytes));
                r.merge_rows(pair, pair, 2, kTileBytes, width, nullptr);
                carry = pair;
            }
            std::memcpy(partial.get() + level * 2 * kTileBytes, carry, size_t(row_bytes));
        };
        for_each_outer(nest, 1, [&](char *const *q) {
            for (int64_t i = 0; i < n; i += batch) {
                int64_t m = std::min(batch, n - i);
                const char *rows = q[kIn] + i * stride;
                if (direct) {
                    // Wide rows never exceed kMaxRows per call; narrow ones are grouped within.
                    add_rows_limited(result, rows, m, stride, width, row_center);
                } else {
                    if (col_step == in_size && stride == cols * in_size && !center) {
                        stage(stage_buffer, rows, in_size, m * cols, nullptr, 0);
                    } else {
                        for (int64_t k = 0; k < m; ++k)
                            stage(stage_buffer + k * row_bytes, rows + k * stride, col_step, cols,
                                  center, 1);
                    }
                    add_rows_limited(result, stage_buffer, m, row_bytes, width, row_center);
                }
                if (chunks > 1) push(result);
            }
        });
        bool have = chunks <= 1;
        for (int level = 0; !have && level < levels + 1; ++level) {
            if (!(pushed >> level & 1)) continue;
            std::memcpy(result, partial.get() + level * 2 * kTileBytes, size_t(row_bytes));
            pushed &= ~(int64_t(1) << level);
            have = true;
        }
        for (int level = 0; chunks > 1 && level < levels + 1; ++level) {
            if (!(pushed >> level & 1)) continue;
            char *pair = partial.get() + level * 2 * kTileBytes;
            std::memcpy(pair + kTileBytes, result, size_t(row_bytes));
            r.merge_rows(result, pair, 2, kTileBytes, width, nullptr);
        }
        return Status::Ok;
    }

    void complete(char *result, char *const *p, int64_t j, int64_t cols) const {
        alignas(64) char centers[kTileBytes];
        const int64_t out_step = line_step(kOut);
        if (r.lanes_out < r.lanes)  // parts of complex numbers: add each pair
            for (int64_t i = 0; i < cols; ++i)
                r.merge_run(result + i * r.lane_bytes, result + i * size, r.lanes, r.lanes_out,
                            nullptr);
        finish(result, cols, p[kOut] + j * out_step, out_step, tile_centers(centers, p, j, cols));
    }

    Status tile(char *const *p, int64_t j, int64_t cols) const {
        alignas(64) char result[kTileBytes];
        Status s = accumulate(result, p, j, cols, 0, reduced.shape[0]);
        if (s == Status::Ok) complete(result, p, j, cols);
        return s;
    }

    void add_rows_limited(char *out, const char *x, int64_t nrows, int64_t stride, int64_t width,
                          const char *center) const {
        if (nrows <= kMaxRows || (stride == width * r.lane_bytes && !center && 256 / width >= 2))
            return add_rows(out, x, nrows, stride, width, center);
        alignas(64) char pair[2 * kTileBytes];
        add_rows(pair, x, kMaxRows, stride, width, center);
        add_rows_limited(pair + kTileBytes, x + kMaxRows * stride, nrows - kMaxRows, stride, width,
                         center);
        r.merge_rows(out, pair, 2, kTileBytes, width, nullptr);
    }

    struct Tiles {
        const Engine *e;
        int64_t most, per_row, extent;
        int64_t segments, segment;  // of the outermost reduced axis
        char *partial;
        std::atomic<bool> failed{false};

        // Calls f(kept addresses, first column, columns) for tiles [begin, end), or the one tile.
        template <class F> void each(int64_t begin, int64_t end, F &&f) const {
            Odometer<3> it(e->kept, e->kept.ndim - 1);
            it.seek(begin / per_row);
            for (int64_t i = begin; i < end; ++i) {
                int64_t j = i % per_row * most;
                f(it.p, j, std::min(most, extent - j));
                if (i % per_row == per_row - 1) it.next();
            }
        }
    };

    Status by_rows() const {
        Tiles t;
        t.e = this;
        t.most = std::min<int64_t>(kMaxWidth / r.lanes, kTileBytes / size);
        t.extent = line_length();
        t.per_row = (t.extent + t.most - 1) / t.most;
        int64_t tiles = kept.size() / t.extent * t.per_row;
        int64_t tile_bytes = reduced.size() * std::min(t.most, t.extent) * in_size;
        // Few tall tiles are cut at fixed places, so that threads find work and do not change the
        // result.
        t.segments =
            tiles < 8
                ? std::min<int64_t>({tile_bytes >> 20, reduced.shape[0] / kRowBlock, kMaxRows})
                : 1;
        if (t.segments > 1) return by_segments(t, tiles);
        auto body = [](void *opaque, int64_t begin, int64_t end) {
            auto *c = static_cast<Tiles *>(opaque);
            c->each(begin, end, [c](char *const *p, int64_t j, int64_t cols) {
                if (c->e->tile(p, j, cols) != Status::Ok) c->failed = true;
            });
        };
        if (tiles == 1 || tiles * tile_bytes <= 2 * kGrainBytes) {
            body(&t, 0, tiles);
        } else {
            parallel_for(tiles, std::max<int64_t>(1, kGrainBytes / tile_bytes), body, &t);
        }
        return t.failed ? Status::OutOfMemory : Status::Ok;
    }

    Status by_segments(Tiles &t, int64_t tiles) const {
        t.segment = (reduced.shape[0] + t.segments - 1) / t.segments;
        t.segments = (reduced.shape[0] + t.segment - 1) / t.segment;
        Scratch partial(tiles * t.segments * kTileBytes);
        if (!partial) return Status::OutOfMemory;
        t.partial = partial.get();
        parallel_for(
            tiles * t.segments, 1,
            [](void *opaque, int64_t begin, int64_t end) {
                auto *c = static_cast<Tiles *>(opaque);
                for (int64_t i = begin; i < end; ++i) {
                    int64_t tile = i / c->segments, first = i % c->segments * c->segment;
                    int64_t count = std::min(c->segment, c->e->reduced.shape[0] - first);
                    c->each(tile, tile + 1, [&](char *const *p, int64_t j, int64_t cols) {
                        if (c->e->accumulate(c->partial + i * kTileBytes, p, j, cols, first,
                                             count) != Status::Ok)
                            c->failed = true;
                    });
                }
            },
            &t);
        if (t.failed) return Status::OutOfMemory;
        char *rows = partial.get();
        t.each(0, tiles, [&](char *const *p, int64_t j, int64_t cols) {
            alignas(64) char result[kTileBytes];
            r.merge_rows(result, rows, t.segments, kTileBytes, cols * r.lanes, nullptr);
            complete(result, p, j, cols);
            rows += t.segments * kTileBytes;
        });
        return Status::Ok;
    }

    Status go() const {
        if (kept.ndim == 0 || reduced.ndim == 0) return by_runs();
        const auto distance = [](int64_t step) { return step ? std::llabs(step) : INT64_MAX; };
        const int64_t kept_step = distance(line_step(kIn)), reduced_step = distance(run_step());
        const int64_t run = run_length(), row = line_length();
        bool rows = kept_step < reduced_step ? row >= 4 || run < 64 : run < 12 && row >= 32;
        return rows ? by_rows() : by_runs();
    }
};

}  // namespace

Status run_reduction(const Reduction &r, const View &out, const View &in, uint32_t axes) {
    return Engine(r, out, in, axes).go();
}

}  // namespace cannsim::array
