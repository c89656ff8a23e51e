#include "random.h"

#include "../loops/driver.h"
#include "../loops/loops.h"
#include "copy.h"
#include "isa/isa.h"
#include "nest.h"
#include "scalar.h"
#include "scratch.h"
#include "sort_keys.h"

#include <algorithm>
#include <cmath>

namespace cannsim {
namespace array {
namespace {

constexpr int64_t kPiece = 1024;  // elements at a time; a multiple of every block's share

// Calls make(to, begin, n) for pieces of the C-ordered elements of type T.
template <class T, class F> Status generate(const View &out, F &&make) {
    View flat = out;
    Scratch memory(is_contiguous(out) ? 0 : out.size() * int64_t(sizeof(T)));
    if (!memory) return Status::OutOfMemory;
    if (!is_contiguous(out)) {
        flat.data = memory.get();
        set_contiguous(flat);
    }
    struct Context {
        F &make;
        char *data;
        int64_t total;
    } context{make, flat.data, out.size()};
    int64_t pieces = (context.total + kPiece - 1) / kPiece;
    parallel_for(
        pieces, 32,
        [](void *opaque, int64_t first, int64_t last) {
            auto *c = static_cast<Context *>(opaque);
            for (int64_t p = first; p < last; ++p) {
                int64_t begin = p * kPiece, n = std::min(kPiece, c->total - begin);
                c->make(reinterpret_cast<T *>(c->data) + begin, begin, n);
            }
        },
        &context);
    return flat.data == out.data ? Status::Ok : copy(out, flat);
}

// The largest float below x, and below x after rounding to the 16-bit formats.
template <class T> T below(double x) {
    if constexpr (std::is_same_v<T, double>) {
        return std::nextafter(x, -HUGE_VAL);
    } else if constexpr (std::is_same_v<T, float>) {
        float f = float(x);
        return double(f) < x ? f : std::nextafter(f, -HUGE_VALF);
    } else {
        T h = narrow<T>(float(x));
        while (!(double(widen(h)) < x)) {  // step towards minus infinity
            uint16_t bits = h.bits;
            if ((bits & 0x7fff) == 0)
                bits = 0x8001;
            else
                bits = bits & 0x8000 ? uint16_t(bits + 1) : uint16_t(bits - 1);
            h.bits = bits;
        }
        return h;
    }
}

template <class T> Status uniform(const View &out, double low, double high, Stream stream) {
    using W = Wide<T>;
    const W base = W(low), scale = W(high - low);
    const T last = below<T>(high);
    const bool clamp = low < high;
    return generate<T>(out, [=](T *to, int64_t begin, int64_t n) {
        if constexpr (is_half<T>) {
            alignas(64) uint32_t w[kPiece];
            isa().words(w, stream, uint64_t(begin), n);
            constexpr int drop = std::is_same_v<T, Half> ? 21 : 24;
            constexpr W unit = std::is_same_v<T, Half> ? W(0x1p-11) : W(0x1p-8);
            for (int64_t i = 0; i < n; ++i) {
                T x = narrow<T>(base + W(int32_t(w[i] >> drop)) * unit * scale);
                to[i] = clamp && widen(x) > widen(last) ? last : x;
            }
        } else {
            if constexpr (sizeof(T) == 8)
                isa().uniform_doubles(to, stream, uint64_t(begin), n);
            else
                isa().uniform_floats(to, stream, uint64_t(begin), n);
            if (low == 0 && high == 1) return;
            for (int64_t i = 0; i < n; ++i) {
                T x = base + to[i] * scale;
                to[i] = clamp && x > last ? last : x;
            }
        }
    });
}

template <class T> T from_double(double x) {
    if constexpr (std::is_same_v<T, double>)
        return x;
    else if constexpr (std::is_same_v<T, float>)
        return float(x);
    else
        return narrow<T>(float(x));
}

template <class F> Status on_floats(DType t, F &&f) {
    Status status = Status::UnsupportedDType;
    visit_dtype(t, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (is_float<T>) status = f(tag);
    });
    return status;
}

// A contiguous float64 copy of `v`, broadcast to `like`.
Status wide_copy(const View &v, const View &like, Scratch &memory) {
    if (!memory) return Status::OutOfMemory;
    View to = like;
    to.dtype = DType::Float64;
    to.data = memory.get();
    set_contiguous(to);
    return copy(to, v);
}

template <class P> Status bernoulli(const View &out, Stream stream, P &&p) {
    Status status = Status::UnsupportedDType;
    visit_dtype(out.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        T values[2];
        values[0] = T{};
        if constexpr (is_half<T> || std::is_same_v<T, Bool>)
            values[1] = narrow<T>(1);
        else
            values[1] = T(1);
        status = generate<T>(out, [&](T *to, int64_t begin, int64_t n) {
            alignas(64) uint64_t w[kPiece];
            isa().words64(w, stream, uint64_t(begin), n);
            for (int64_t i = 0; i < n; ++i)
                to[i] = values[double(int64_t(w[i] >> 11)) * 0x1p-53 < p(begin + i)];
        });
    });
    return status;
}

}  // namespace
}  // namespace array

Status random_bits(const View &out, Stream stream) {
    using namespace array;
    Status status = Status::UnsupportedDType;
    visit_dtype(out.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (std::is_integral_v<T> || std::is_same_v<T, Bool>) {
            status = generate<T>(out, [&](T *to, int64_t begin, int64_t n) {
                if constexpr (sizeof(T) == 8) {
                    isa().words64(reinterpret_cast<uint64_t *>(to), stream, uint64_t(begin), n);
                } else {
                    alignas(64) uint32_t w[kPiece];
                    isa().words(w, stream, uint64_t(begin), n);
                    for (int64_t i = 0; i < n; ++i) {
                        if constexpr (std::is_same_v<T, Bool>)
                            to[i].value = uint8_t(w[i] >> 31);
                        else
                            to[i] = T(w[i] >> (32 - 8 * sizeof(T)));
                    }
                }
            });
        }
    });
    return status;
}

Status random_uniform(const View &out, double low, double high, Stream stream) {
    using namespace array;
    if (!std::isfinite(low) || !std::isfinite(high) || low > high) return Status::BadArgument;
    return on_floats(out.dtype, [&](auto tag) {
        return uniform<typename decltype(tag)::type>(out, low, high, stream);
    });
}

Status random_normal(const View &out, double mean, double deviation, Stream stream) {
    using namespace array;
    const bool standard = mean == 0 && deviation == 1;
    return on_floats(out.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        return generate<T>(out, [=](T *to, int64_t begin, int64_t n) {
            if constexpr (std::is_same_v<T, double>) {
                isa().normals(to, stream, uint64_t(begin), n);
                for (int64_t i = 0; i < n && !standard; ++i) to[i] = mean + deviation * to[i];
            } else {
                alignas(64) double z[kPiece];
                isa().narrow_normals(z, stream, uint64_t(begin), n);
                for (int64_t i = 0; i < n && !standard; ++i) z[i] = mean + deviation * z[i];
                for (int64_t i = 0; i < n; ++i) to[i] = from_double<T>(z[i]);
            }
        });
    });
}

Status random_normal(const View &out, const View *mean, const View *deviation, Stream stream) {
    using namespace array;
    Scratch means(mean ? out.size() * 8 : 0), deviations(deviation ? out.size() * 8 : 0);
    if (!means || !deviations) return Status::OutOfMemory;
    Status s = mean ? wide_copy(*mean, out, means) : Status::Ok;
    if (s == Status::Ok && deviation) s = wide_copy(*deviation, out, deviations);
    if (s != Status::Ok) return s;
    return on_floats(out.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        return generate<T>(out, [&](T *to, int64_t begin, int64_t n) {
            alignas(64) double z[kPiece];
            (sizeof(T) == 8 ? isa().normals : isa().narrow_normals)(z, stream, uint64_t(begin), n);
            for (int64_t i = 0; i < n; ++i)
                to[i] = from_double<T>((mean ? means.as<double>()[begin + i] : 0) +
                                       (deviation ? deviations.as<double>()[begin + i] : 1) * z[i]);
        });
    });
}

Status random_integers(const View &out, int64_t low, uint64_t extent, Stream stream) {
    using namespace array;
    Status status = Status::UnsupportedDType;
    visit_dtype(out.dtype, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (!is_complex<T>)
            status = generate<T>(out, [=](T *to, int64_t begin, int64_t n) {
                auto draw = [=](uint64_t *w) {
                    isa().random_integers(w, stream, uint64_t(begin), n, uint64_t(low), extent);
                };
                if constexpr (std::is_integral_v<T> && sizeof(T) == 8)
                    return draw(reinterpret_cast<uint64_t *>(to));
                alignas(64) uint64_t w[kPiece];
                draw(w);
                for (int64_t i = 0; i < n; ++i) {
                    if constexpr (std::is_integral_v<T>)
                        to[i] = T(w[i]);
                    else
                        to[i] = narrow<T>(Wide<T>(int64_t(w[i])));
                }
            });
    });
    return status;
}

Status random_bernoulli(const View &out, double p, Stream stream) {
    if (!(p >= 0 && p <= 1)) return Status::BadArgument;
    return array::bernoulli(out, stream, [p](int64_t) { return p; });
}

Status random_bernoulli(const View &out, const View &p, Stream stream) {
    using namespace array;
    Scratch memory(out.size() * 8);
    Status s = wide_copy(p, out, memory);
    if (s != Status::Ok) return s;
    const double *wide = memory.as<double>();
    for (int64_t i = 0; i < out.size(); ++i)
        if (!(wide[i] >= 0 && wide[i] <= 1)) return Status::BadArgument;
    return bernoulli(out, stream, [wide](int64_t i) { return wide[i]; });
}

Status random_permutation(const View &out, Stream stream) {
    using namespace array;
    if (out.ndim != 1) return Status::BadArgument;
    int64_t n = out.shape[0];
    Scratch keys(n * 8), order(n * 8);
    if (!keys || !order) return Status::OutOfMemory;
    View bits = out;
    bits.dtype = DType::UInt64;
    bits.data = keys.get();
    set_contiguous(bits);
    Status s = random_bits(bits, stream);
    if (s != Status::Ok || n == 0) return s;
    s = order_contiguous(DType::UInt64, keys.get(), n, false, order.as<int64_t>());
    if (s != Status::Ok) return s;
    bits.dtype = DType::Int64;
    bits.data = order.get();
    return copy(out, bits);
}

Status random_multinomial(const View &out, const View &weights, bool replacement, Stream stream) {
    using namespace array;
    if (out.ndim != weights.ndim || out.ndim < 1) return Status::BadArgument;
    for (int i = 0; i + 1 < out.ndim; ++i)
        if (out.shape[i] != weights.shape[i]) return Status::BadArgument;
    int64_t draws = out.shape[out.ndim - 1], classes = weights.shape[out.ndim - 1];
    if (out.size() == 0) return Status::Ok;
    int64_t rows = out.size() / draws;
    if (classes == 0 || (!replacement && draws > classes)) return Status::BadArgument;
    View numbers = replacement ? out : weights, result = out;
    Scratch wide(weights.size() * 8), random(numbers.size() * 8), chosen(out.size() * 8),
        order(classes * 8);
    if (!random || !chosen || !order) return Status::OutOfMemory;
    Status s = wide_copy(weights, weights, wide);
    if (s != Status::Ok) return s;
    numbers.dtype = DType::Float64;
    numbers.data = random.get();
    set_contiguous(numbers);
    if ((s = random_uniform(numbers, 0, 1, stream)) != Status::Ok) return s;
    for (int64_t r = 0; r < rows; ++r) {
        double *w = wide.as<double>() + r * classes, total = 0;
        int64_t *to = chosen.as<int64_t>() + r * draws, positive = 0;
        for (int64_t j = 0; j < classes; ++j) {
            if (!(w[j] >= 0) || std::isinf(w[j])) return Status::BadArgument;
            positive += w[j] > 0;
            total += w[j];
        }
        if (!(total > 0) || (!replacement && positive < draws)) return Status::BadArgument;
        if (replacement) {
            const double *u = random.as<double>() + r * draws;
            for (int64_t j = 1; j < classes; ++j) w[j] += w[j - 1];
            int64_t last = classes - 1;
            while (last > 0 && w[last] == w[last - 1]) --last;  // of positive weight
            for (int64_t i = 0; i < draws; ++i) {
                int64_t at = std::upper_bound(w, w + classes, u[i] * w[classes - 1]) - w;
                to[i] = std::min(at, last);
            }
        } else {
            double *u = random.as<double>() + r * classes;
            for (int64_t j = 0; j < classes; ++j) u[j] = 1 - u[j];
            isa().logarithms(u, classes);
            for (int64_t j = 0; j < classes; ++j) u[j] = w[j] > 0 ? -u[j] / w[j] : HUGE_VAL;
            s = order_contiguous(DType::Float64, reinterpret_cast<char *>(u), classes, false,
                                 order.as<int64_t>());
            if (s != Status::Ok) return s;
            std::memcpy(to, order.get(), size_t(draws) * 8);
        }
    }
    result.dtype = DType::Int64;
    result.data = chosen.get();
    set_contiguous(result);
    return copy(out, result);
}

}  // namespace cannsim
