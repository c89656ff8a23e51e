#include "blas.h"

#include "matmul.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <pthread.h>

namespace cannsim {
namespace array {
namespace {

struct Blas {
    bool ilp64 = false;
    void *gemm[4] = {};
    void *gemv[4] = {};
    void *dot[4] = {};
    void (*set_threads)(int) = nullptr;
    int (*get_threads)() = nullptr;
};

Blas g_blas;
bool g_loaded = false, g_decided = false;
std::mutex g_mutex;

void *find(void *library, const char *prefix, const char *name, const char *suffix) {
    char symbol[128];
    std::snprintf(symbol, sizeof symbol, "%s%s%s", prefix, name, suffix);
    return dlsym(library, symbol);
}

// The library stays open for good: its threads may be running.
bool load(const char *path, const char *prefix, const char *suffix, bool ilp64) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return false;
    Blas b;
    b.ilp64 = ilp64;
    char name[32];
    for (int t = 0; t < 4; ++t) {
        std::snprintf(name, sizeof name, "cblas_%cgemm", "sdcz"[t]);
        b.gemm[t] = find(library, prefix, name, suffix);
        std::snprintf(name, sizeof name, "cblas_%cgemv", "sdcz"[t]);
        b.gemv[t] = find(library, prefix, name, suffix);
        std::snprintf(name, sizeof name, t < 2 ? "cblas_%cdot" : "cblas_%cdotu_sub", "sdcz"[t]);
        b.dot[t] = find(library, prefix, name, suffix);
        if (!b.gemm[t] || !b.gemv[t] || !b.dot[t]) {
            dlclose(library);
            return false;
        }
    }
    b.set_threads =
        reinterpret_cast<void (*)(int)>(find(library, prefix, "openblas_set_num_threads", suffix));
    b.get_threads =
        reinterpret_cast<int (*)()>(find(library, prefix, "openblas_get_num_threads", suffix));
    g_blas = b;
    g_loaded = g_decided = true;
    return true;
}

void decide() {
    std::lock_guard<std::mutex> lock(g_mutex);
    if (g_decided) return;
    const char *path = std::getenv("CANNSIM_BLAS");
    static constexpr struct {
        const char *prefix, *suffix;
        bool ilp64;
    } conventions[] = {
        {"scipy_", "64_", true}, {"scipy_", "", false}, {"", "64_", true}, {"", "", false}};
    if (path && *path) {
        for (const auto &c : conventions)
            if (load(path, c.prefix, c.suffix, c.ilp64)) break;
    } else {
        load("libopenblas.so.0", "", "", false);
    }
    __atomic_store_n(&g_decided, true, __ATOMIC_RELEASE);
}

// Who wants one BLAS thread. The library belongs to NumPy as well, which gets its number back.
struct Limit {
    std::mutex mutex;
    int users = 0, before = 0;
};
Limit *g_limit = new Limit;

// The users of the parent's threads are not in the child, and one of them may hold the lock.
void after_fork_in_child() {
    Limit *fresh = new Limit;
    if (g_limit->users > 0) fresh->before = g_limit->before;
    g_limit = fresh;
}

// Calls a CBLAS function with the integers' width it was built for.
template <class Int> struct Call {
    static void gemm(int type, int order, int ta, int tb, int64_t m, int64_t n, int64_t k,
                     const void *a, int64_t lda, const void *b, int64_t ldb, void *c, int64_t ldc) {
        void *f = g_blas.gemm[type];
        Int M = Int(m), N = Int(n), K = Int(k), A = Int(lda), B = Int(ldb), C = Int(ldc);
        switch (type) {
        case 0:
            using S = void (*)(int, int, int, Int, Int, Int, float, const void *, Int, const void *,
                               Int, float, void *, Int);
            return reinterpret_cast<S>(f)(order, ta, tb, M, N, K, 1, a, A, b, B, 0, c, C);
        case 1:
            using D = void (*)(int, int, int, Int, Int, Int, double, const void *, Int,
                               const void *, Int, double, void *, Int);
            return reinterpret_cast<D>(f)(order, ta, tb, M, N, K, 1, a, A, b, B, 0, c, C);
        default:
            using Z = void (*)(int, int, int, Int, Int, Int, const void *, const void *, Int,
                               const void *, Int, const void *, void *, Int);
            return reinterpret_cast<Z>(f)(order, ta, tb, M, N, K, one(type), a, A, b, B, zero(), c,
                                          C);
        }
    }

    static void gemv(int type, int order, int ta, int64_t m, int64_t n, const void *a, int64_t lda,
                     const void *x, int64_t incx, void *y, int64_t incy) {
        void *f = g_blas.gemv[type];
        Int M = Int(m), N = Int(n), A = Int(lda), X = Int(incx), Y = Int(incy);
        switch (type) {
        case 0:
            using S = void (*)(int, int, Int, Int, float, const void *, Int, const void *, Int,
                               float, void *, Int);
            return reinterpret_cast<S>(f)(order, ta, M, N, 1, a, A, x, X, 0, y, Y);
        case 1:
            using D = void (*)(int, int, Int, Int, double, const void *, Int, const void *, Int,
                               double, void *, Int);
            return reinterpret_cast<D>(f)(order, ta, M, N, 1, a, A, x, X, 0, y, Y);
        default:
            using Z = void (*)(int, int, Int, Int, const void *, const void *, Int, const void *,
                               Int, const void *, void *, Int);
            return reinterpret_cast<Z>(f)(order, ta, M, N, one(type), a, A, x, X, zero(), y, Y);
        }
    }

    static void dot(int type, int64_t n, const void *x, int64_t incx, const void *y, int64_t incy,
                    void *result) {
        void *f = g_blas.dot[type];
        Int N = Int(n), X = Int(incx), Y = Int(incy);
        switch (type) {
        case 0:
            using S = float (*)(Int, const void *, Int, const void *, Int);
            return put(result, reinterpret_cast<S>(f)(N, x, X, y, Y));
        case 1:
            using D = double (*)(Int, const void *, Int, const void *, Int);
            return put(result, reinterpret_cast<D>(f)(N, x, X, y, Y));
        default:
            using Z = void (*)(Int, const void *, Int, const void *, Int, void *);
            return reinterpret_cast<Z>(f)(N, x, X, y, Y, result);
        }
    }

    template <class T> static void put(void *to, T x) { std::memcpy(to, &x, sizeof x); }

    static const void *one(int type) {
        static const float c[2] = {1, 0};
        static const double z[2] = {1, 0};
        return type == 2 ? static_cast<const void *>(c) : z;
    }
    static const void *zero() {
        static const double z[2] = {0, 0};
        return z;
    }
};

}  // namespace

bool has_blas() {
    if (!__atomic_load_n(&g_decided, __ATOMIC_ACQUIRE)) decide();
    return g_loaded;
}

OneBlasThread::OneBlasThread(bool large)
    : active_(large && g_blas.set_threads && g_blas.get_threads) {
    if (!active_) return;
    static const int registered = pthread_atfork(nullptr, nullptr, after_fork_in_child);
    (void)registered;
    Limit &limit = *g_limit;
    std::lock_guard<std::mutex> lock(limit.mutex);
    if (limit.users++) return;
    const int threads = g_blas.get_threads();
    if (threads > 1) limit.before = threads;
    if (threads > 1) g_blas.set_threads(1);
}

OneBlasThread::~OneBlasThread() {
    if (!active_) return;
    Limit &limit = *g_limit;
    std::lock_guard<std::mutex> lock(limit.mutex);
    if (--limit.users || limit.before == 0) return;
    g_blas.set_threads(limit.before);
    limit.before = 0;
}

int blas_type(DType t) {
    switch (t) {
    case DType::Float32: return 0;
    case DType::Float64: return 1;
    case DType::Complex64: return 2;
    case DType::Complex128: return 3;
    default: return -1;
    }
}

void blas_gemm(int type, Order order, Trans ta, Trans tb, int64_t m, int64_t n, int64_t k,
               const void *a, int64_t lda, const void *b, int64_t ldb, void *c, int64_t ldc) {
    auto call = g_blas.ilp64 ? Call<int64_t>::gemm : Call<int32_t>::gemm;
    call(type, int(order), int(ta), int(tb), m, n, k, a, lda, b, ldb, c, ldc);
}

void blas_gemv(int type, Order order, Trans ta, int64_t m, int64_t n, const void *a, int64_t lda,
               const void *x, int64_t incx, void *y, int64_t incy) {
    auto call = g_blas.ilp64 ? Call<int64_t>::gemv : Call<int32_t>::gemv;
    call(type, int(order), int(ta), m, n, a, lda, x, incx, y, incy);
}

void blas_dot(int type, int64_t n, const void *x, int64_t incx, const void *y, int64_t incy,
              void *result) {
    auto call = g_blas.ilp64 ? Call<int64_t>::dot : Call<int32_t>::dot;
    call(type, n, x, incx, y, incy, result);
}

}  // namespace array

bool set_blas_library(const char *path, const char *prefix, const char *suffix, bool ilp64) {
    std::lock_guard<std::mutex> lock(array::g_mutex);
    return array::load(path, prefix ? prefix : "", suffix ? suffix : "", ilp64);
}

void clear_blas_library() {
    std::lock_guard<std::mutex> lock(array::g_mutex);
    array::g_loaded = false;
    array::g_decided = true;
}

void set_blas_threads(int n) {
    if (array::has_blas() && array::g_blas.set_threads) array::g_blas.set_threads(n);
}

}  // namespace cannsim
