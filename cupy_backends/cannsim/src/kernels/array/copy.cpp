#include "copy.h"

#include "../loops/driver.h"
#include "../loops/loops.h"
#include "../spaced.h"
#include "copy_nest.h"
#include "isa/isa.h"
#include "scalar.h"
#include "scratch.h"

#include <algorithm>

namespace cannsim {
namespace array {
namespace {

enum { kDst = 0, kSrc = 1 };

// Elements each repeated so often at most are written without a call for each.
constexpr int64_t kShort = 32;

// Elements that one thread should at least move.
constexpr int64_t kGrainBytes = 1 << 18;

template <class T>
void copy_row(char *dst, int64_t dst_step, const char *src, int64_t src_step, int64_t n) {
    if (dst_step == int64_t(sizeof(T))) {
        if (src_step == 0) {
            T value = load<T>(src);
            for (int64_t i = 0; i < n; ++i) store<T>(dst + i * int64_t(sizeof(T)), value);
        } else if (src_step == -int64_t(sizeof(T))) {
            for (int64_t i = 0; i < n; ++i)
                store<T>(dst + i * int64_t(sizeof(T)), load<T>(src - i * int64_t(sizeof(T))));
        } else if (sizeof(T) < 8 && src_step == 2 * int64_t(sizeof(T))) {
            for (int64_t i = 0; i < n; ++i)
                store<T>(dst + i * int64_t(sizeof(T)), load<T>(src + i * 2 * int64_t(sizeof(T))));
        } else {
            copy_spaced<T>(dst, dst_step, src, src_step, n);
        }
    } else {
        copy_spaced<T>(dst, dst_step, src, src_step, n);
    }
}

// Runs f(p, begin, end) over pieces of axis 0 of the nest; `p` are addresses at index `begin`.
template <class F> void split_axis0(const Nest<2> &nest, int64_t bytes_per_index, F &&f) {
    struct Context {
        const Nest<2> &nest;
        F &f;
    } context{nest, f};
    int64_t grain = std::max<int64_t>(1, kGrainBytes / std::max<int64_t>(1, bytes_per_index));
    auto body = [](void *opaque, int64_t begin, int64_t end) {
        auto *c = static_cast<Context *>(opaque);
        Nest<2> part = c->nest;
        part.shape[0] = end - begin;
        for (int k = 0; k < 2; ++k) part.data[k] += begin * part.strides[k][0];
        c->f(part);
    };
    if (nest.shape[0] * bytes_per_index <= 2 * kGrainBytes) return f(nest);
    parallel_for(nest.shape[0], grain, body, &context);
}

// The axis other than the last along which src is contiguous, else -1.
int transposed_axis(const Nest<2> &nest, int64_t width) {
    int last = nest.ndim - 1;
    if (nest.strides[kDst][last] != width || nest.strides[kSrc][last] == width ||
        nest.strides[kSrc][last] == 0 || nest.shape[last] < 4)
        return -1;
    for (int i = last - 1; i >= 0; --i)
        if (nest.strides[kSrc][i] == width && nest.shape[i] >= 4) return i;
    return -1;
}

// The operand (else -1) in which few elements, as the channels of a pixel, are adjacent, that lie in rows of
// the other one. Their axis becomes the last, and that along the rows the one before it.
int interleave(Nest<2> &nest, int64_t width) {
    const int last = nest.ndim - 1;
    const auto fits = [&](int whole, int few, int line) {
        const int64_t count = nest.shape[few];
        return count >= 2 && count <= kMostZipped && nest.strides[whole][few] == width &&
               nest.strides[whole][line] == count * width && nest.strides[1 - whole][line] == width;
    };
    if (last > 0 && fits(kDst, last, last - 1)) return kDst;
    for (int few = 0; few < last; ++few) {
        if (!fits(kSrc, few, last)) continue;
        for (int i = few; i < last; ++i) nest.swap_axes(i, i + 1);
        return kSrc;
    }
    return -1;
}

void copy_same(Nest<2> nest, int width) {
    if (nest.ndim == 0) {
        std::memmove(nest.data[kDst], nest.data[kSrc], size_t(width));
        return;
    }
    int last = nest.ndim - 1;
    bool row_contiguous = nest.strides[kDst][last] == width && nest.strides[kSrc][last] == width;
    if (row_contiguous && nest.ndim == 1) {
        int64_t n = nest.shape[0];
        char *dst = nest.data[kDst], *src = nest.data[kSrc];
        bool overlap = dst < src + n * width && src < dst + n * width;
        if (overlap) {
            std::memmove(dst, src, size_t(n * width));
            return;
        }
    }
    const int whole = interleave(nest, width);
    const int across = whole >= 0 ? -1 : transposed_axis(nest, width);
    if (across >= 0) {
        // Bring the pair innermost: `across` becomes the last axis but one.
        for (int i = across; i + 1 < last; ++i) nest.swap_axes(i, i + 1);
    }
    int64_t bytes = nest.size() / nest.shape[0] * width;
    split_axis0(nest, bytes, [&](const Nest<2> &part) {
        int64_t n = part.shape[last];
        int64_t dst_step = part.strides[kDst][last], src_step = part.strides[kSrc][last];
        if (whole >= 0) {
            const int64_t line = part.shape[last - 1], apart = part.strides[1 - whole][last];
            for_each_outer(part, 2, [&](char *const *p) {
                char *rows[kMostZipped];
                for (int64_t r = 0; r < n; ++r) rows[r] = p[1 - whole] + r * apart;
                if (whole == kDst)
                    isa().zip(width, p[kDst], rows, int(n), line);
                else
                    isa().unzip(width, rows, int(n), p[kSrc], line);
            });
        } else if (across >= 0) {
            int64_t cols = part.shape[last - 1];
            int64_t dst_stride = part.strides[kDst][last - 1];
            for_each_outer(part, 2, [&](char *const *p) {
                isa().transpose(width, p[kDst], dst_stride, p[kSrc], src_step, n, cols);
            });
        } else if (dst_step == width && src_step == 0 && n <= kShort && last > 0) {
            const int64_t rows = part.shape[last - 1];
            const int64_t to = part.strides[kDst][last - 1], from = part.strides[kSrc][last - 1];
            visit_width(width, [&](auto tag) {
                using T = typename decltype(tag)::type;
                for_each_outer(part, 2, [&](char *const *p) {
                    for (int64_t i = 0; i < rows; ++i) {
                        const T value = load<T>(p[kSrc] + i * from);
                        for (int64_t k = 0; k < n; ++k)
                            store<T>(p[kDst] + i * to + k * int64_t(sizeof(T)), value);
                    }
                });
            });
        } else if (row_contiguous) {
            for_each_outer(
                part, 1, [&](char *const *p) { copy_bytes(p[kDst], p[kSrc], size_t(n * width)); });
        } else {
            visit_width(width, [&](auto tag) {
                using T = typename decltype(tag)::type;
                for_each_outer(part, 1, [&](char *const *p) {
                    copy_row<T>(p[kDst], dst_step, p[kSrc], src_step, n);
                });
            });
        }
    });
}

// Casts between layouts whose innermost axes agree: row by row.
void cast_rows(const Nest<2> &nest, DType to, DType from) {
    LoopFn cast = find_cast(from, to);
    if (nest.ndim == 0) {
        char *args[2] = {nest.data[kSrc], nest.data[kDst]};
        intptr_t n = 1, steps[2] = {0, 0};
        cast(args, &n, steps);
        return;
    }
    int last = nest.ndim - 1;
    int64_t bytes = nest.size() / nest.shape[0] * std::max(itemsize(to), itemsize(from));
    split_axis0(nest, bytes, [&](const Nest<2> &part) {
        intptr_t n = part.shape[last];
        intptr_t steps[2] = {intptr_t(part.strides[kSrc][last]),
                             intptr_t(part.strides[kDst][last])};
        for_each_outer(part, 1, [&](char *const *p) {
            char *args[2] = {p[kSrc], p[kDst]};
            cast(args, &n, steps);
        });
    });
}

// Casts a transposed source: a few rows at a time are transposed into L1, then cast.
Status cast_transposed(Nest<2> nest, int across, DType to, DType from) {
    int last = nest.ndim - 1, width = itemsize(from);
    for (int i = across; i + 1 < last; ++i) nest.swap_axes(i, i + 1);
    constexpr int64_t kRows = 16, kCols = 256;
    LoopFn cast = find_cast(from, to);
    int64_t out = itemsize(to);
    split_axis0(nest, nest.size() / nest.shape[0] * std::max<int64_t>(out, width), [&](const Nest<2> &part) {
        alignas(64) char tile[kRows * kCols * 16];
        int64_t rows = part.shape[last - 1], cols = part.shape[last];
        int64_t src_stride = part.strides[kSrc][last], dst_stride = part.strides[kDst][last - 1];
        for_each_outer(part, 2, [&](char *const *p) {
            for (int64_t i = 0; i < rows; i += kRows) {
                int64_t h = std::min(kRows, rows - i);
                for (int64_t j = 0; j < cols; j += kCols) {
                    int64_t w = std::min(kCols, cols - j);
                    isa().transpose(width, tile, kCols * width,
                                    p[kSrc] + i * width + j * src_stride, src_stride, w, h);
                    for (int64_t r = 0; r < h; ++r) {
                        char *args[2] = {tile + r * kCols * width,
                                         p[kDst] + (i + r) * dst_stride + j * out};
                        intptr_t n = w, steps[2] = {width, intptr_t(out)};
                        cast(args, &n, steps);
                    }
                }
            }
        });
    });
    return Status::Ok;
}

}  // namespace

void copy_line(char *dst, int64_t dst_step, const char *src, int64_t src_step, int64_t n,
               int width) {
    if (dst_step == width && src_step == width) {
        copy_bytes(dst, src, size_t(n * width));
        return;
    }
    visit_width(width, [&](auto tag) {
        copy_row<typename decltype(tag)::type>(dst, dst_step, src, src_step, n);
    });
}

// Of contiguous views nothing has to be put in order.
void copy_flat(const View &dst, const View &src) {
    intptr_t n = dst.size(), steps[2] = {itemsize(src.dtype), itemsize(dst.dtype)};
    if (src.dtype == dst.dtype) {
        const int64_t bytes = n * steps[0];
        if (dst.data < src.data + bytes && src.data < dst.data + bytes)
            std::memmove(dst.data, src.data, size_t(bytes));
        else
            copy_bytes(dst.data, src.data, size_t(bytes));
        return;
    }
    char *args[2] = {src.data, dst.data};
    find_cast(src.dtype, dst.dtype)(args, &n, steps);
}

// Bytes between one element and the next, in C order, where that is the same everywhere; else 0.
static int64_t spacing(const View &v) {
    int64_t step = 0, next = 0;
    for (int i = v.ndim - 1; i >= 0; --i) {
        if (v.shape[i] == 1) continue;
        if (step == 0) step = next = v.strides[i];
        if (v.strides[i] != next) return 0;
        next *= v.shape[i];
    }
    return step;
}

// The channels of an image put together (`whole` is 1) or taken apart (0); false where the pairs are no such.
static bool copy_channels(const View *views, int64_t count, int whole) {
    constexpr int64_t kGrain = 65536;
    const int64_t channels = count / 2, size = views[0].size();
    const int width = itemsize(views[0].dtype);
    char *const pixels = views[whole].data, *rows[kMostZipped];
    if (channels < 2 || channels > kMostZipped || size < 2) return false;
    for (int64_t c = 0; c < channels; ++c) {
        const View &all = views[2 * c + whole], &row = views[2 * c + 1 - whole];
        if (all.dtype != views[0].dtype || row.dtype != views[0].dtype || all.data != pixels + c * width ||
            all.size() != size || row.size() != size || spacing(all) != channels * width ||
            spacing(row) != width)
            return false;
        rows[c] = row.data;
    }
    parallel_pieces(size, kGrain, [&](int64_t begin, int64_t end) {
        char *from[kMostZipped], *const at = pixels + begin * channels * width;
        for (int64_t c = 0; c < channels; ++c) from[c] = rows[c] + begin * width;
        if (whole)
            isa().zip(width, at, from, int(channels), end - begin);
        else
            isa().unzip(width, from, int(channels), at, end - begin);
    });
    return true;
}

void copy_nest(Nest<2> nest, int width) {
    for (int i = 0; i < nest.ndim; ++i)
        if (nest.shape[i] == 0) return;
    nest.make_positive(kDst);
    nest.sort_axes(kDst);
    nest.coalesce();
    copy_same(nest, width);
}

}  // namespace array

Status copy(const View &dst, const View &src) {
    using namespace array;
    View from;
    if (!broadcast_to(src, dst, &from)) return Status::BadArgument;
    int width = itemsize(src.dtype);
    if (width == 0 || itemsize(dst.dtype) == 0) return Status::UnsupportedDType;
    const int64_t size = dst.size();
    if (size == 0) return Status::Ok;
    if (size * itemsize(dst.dtype) <= kGrainBytes && src.size() == size && is_contiguous(dst) &&
        is_contiguous(src)) {
        copy_flat(dst, src);
        return Status::Ok;
    }
    Nest<2> nest = nest_of<2>({&dst, &from});
    if (src.dtype == dst.dtype) {
        copy_nest(nest, width);
        return Status::Ok;
    }
    nest.make_positive(kDst);
    nest.sort_axes(kDst);
    nest.coalesce();
    if (nest.ndim >= 2 && nest.strides[kDst][nest.ndim - 1] == itemsize(dst.dtype) &&
        nest.strides[kSrc][nest.ndim - 1] != width && nest.shape[nest.ndim - 1] >= 4)
        for (int i = 0; i < nest.ndim - 1; ++i)
            if (nest.strides[kSrc][i] == width && nest.shape[i] >= 4 &&
                nest.strides[kSrc][nest.ndim - 1] != 0)
                return cast_transposed(nest, i, dst.dtype, src.dtype);
    cast_rows(nest, dst.dtype, src.dtype);
    return Status::Ok;
}

Status copy_pairs(const View *views, int64_t count) {
    using namespace array;
    if (count && (copy_channels(views, count, 1) || copy_channels(views, count, 0))) return Status::Ok;
    for (int64_t i = 0; i + 1 < count; i += 2)
        if (views[i + 1].size())
            if (Status s = copy(views[i + 1], views[i]); s != Status::Ok) return s;
    return Status::Ok;
}

Status fill(const View &dst, const void *value) {
    using namespace array;
    int width = itemsize(dst.dtype);
    if (width == 0) return Status::UnsupportedDType;
    if (dst.size() == 0) return Status::Ok;
    alignas(16) char bytes[16];
    std::memcpy(bytes, value, size_t(width));
    View scalar;
    scalar.data = bytes;
    scalar.dtype = dst.dtype;
    bool uniform = true;
    for (int i = 1; i < width; ++i) uniform = uniform && bytes[i] == bytes[0];
    if (uniform && is_contiguous(dst)) {
        parallel_set(dst.data, bytes[0], size_t(dst.size() * width));
        return Status::Ok;
    }
    return copy(dst, scalar);
}

Status fill_zero(const View &dst) {
    const char zero[16] = {};
    return fill(dst, zero);
}

}  // namespace cannsim
