// Inner loops that exist once per instruction set and are chosen when the library is first used.
//
// Each file of this folder is compiled several times with CANNSIM_ISA naming the namespace
// (isa_baseline, isa_avx2, isa_avx512). Every variant gives bit-equal results: lane counts and the
// order of additions are fixed here, not by the register width.
#pragma once

#include "../../view.h"
#include "../random_stream.h"
#include "../sort.h"

namespace cannsim::array {

enum class RowsOp { Sum, SumSquares, SumAbs, SumSquaredDeviations, Prod, Max, Min, Count };

// Reduces `nrows` rows of `width` elements, `stride` bytes apart, into out[width], all of one
// compute type. SumSquaredDeviations subtracts center[j] first. Rows are added pairwise above
// blocks of kRowBlock. At most kMaxRows rows and kMaxWidth columns per call.
using RowsLoop = void (*)(void *out, const char *x, int64_t nrows, int64_t stride, int64_t width,
                          const void *center);
// Reduces `n` adjacent elements (at most kMaxRows * kRunBytes bytes) to `lanes` adjacent results, 1
// or, for pairs of a complex number's parts, 2; `center` then holds kRunBytes of centres.
using RunLoop = void (*)(void *out, const char *x, int64_t n, int64_t lanes, const void *center);
constexpr int kRowBlock = 16;
constexpr int kMaxRows = 256;
constexpr int kMaxWidth = 512;  // elements of at most 8 bytes
constexpr int kRunBytes = 256;  // row width used for contiguous runs

// Index of the element type among those that have vector loops, else -1.
static inline int compute_index(DType t) {
    switch (t) {
    case DType::Float32: return 0;
    case DType::Float64: return 1;
    case DType::Int8: return 2;
    case DType::UInt8:
    case DType::Bool: return 3;
    case DType::Int16: return 4;
    case DType::UInt16: return 5;
    case DType::Int32: return 6;
    case DType::UInt32: return 7;
    case DType::Int64: return 8;
    case DType::UInt64: return 9;
    default: return -1;
    }
}
constexpr int kComputeTypes = 10;

// c[m][n] += a[m][k] * b[k][n]; rows of b and c are adjacent elements, ldb and ldc count elements,
// the strides of a bytes.
using GemmLoop = void (*)(void *c, int64_t ldc, const char *a, int64_t a_row, int64_t a_col,
                          const void *b, int64_t ldb, int64_t m, int64_t n, int64_t k);

// The first of n adjacent elements that equals *value, or that is no number where that is none; else n.
using FindLoop = int64_t (*)(const char *x, int64_t n, const void *value);

// Sorting by words: what distinguishes a key (order_key.h) above a place in 32 bits. For one element type;
// keys are complemented if `descending`.
struct WordLoops {
    // The least and the largest key of n >= 1 adjacent elements.
    void (*extremes)(const char *x, int64_t n, bool descending, uint64_t *low, uint64_t *high);
    // words[i] = (key - low) >> shift, above the place first + i.
    void (*pack)(uint64_t *words, const char *x, int64_t first, int64_t n, bool descending,
                 uint64_t low, int shift);
    // Counts the values of (key - low) >> shift.
    void (*count)(uint32_t *counts, const char *x, int64_t n, bool descending, uint64_t low, int shift);
    // Puts each of the words that `pack` would make to the next place of its bucket, which the bits from
    // `bin` on tell.
    void (*divide)(uint64_t *words, int64_t *places, const uint16_t *bucket, int bin, const char *x,
                   int64_t first, int64_t n, bool descending, uint64_t low, int shift);
    // Leaves the places of words with shift 0. Their elements go to x; those that share a key with
    // others are copied from where they are in `data`.
    void (*unpack)(char *x, uint64_t *words, int64_t n, bool descending, uint64_t low,
                   const char *data);
};

// Where one of n adjacent elements at `row` is better than the one at `best`, it takes its place, and
// `position` the one at `at` (int64 for elements of 64 bits, else int32). A number that is none is best.
using KeepLoop = void (*)(void *best, void *at, const char *row, int64_t n, int64_t position);

constexpr int kMostZipped = 4;

struct IsaTable {
    // dst[j][i] = src[i][j] for i < rows, j < cols; elements of `width` bytes adjacent along j in
    // src and along i in dst, strides in bytes.
    void (*transpose)(int width, char *dst, int64_t dst_stride, const char *src, int64_t src_stride,
                      int64_t rows, int64_t cols);
    // dst[i * count + r] = rows[r][i] and the reverse for i < n, r < count, of adjacent elements and a
    // count of 2 to kMostZipped.
    void (*zip)(int width, char *dst, const char *const *rows, int count, int64_t n);
    void (*unzip)(int width, char *const *rows, int count, const char *src, int64_t n);

    RowsLoop rows[int(RowsOp::Count)][kComputeTypes];
    RunLoop run[int(RowsOp::Count)][kComputeTypes];

    GemmLoop gemm[kComputeTypes];
    FindLoop find[kComputeTypes];
    KeepLoop keep_least[kComputeTypes], keep_largest[kComputeTypes];

    // Copies the elements of `width` bytes whose mask byte is not zero, at most `capacity`, writing
    // nothing beyond them; returns how many.
    int64_t (*compress)(int width, char *dst, const char *src, const uint8_t *mask, int64_t n,
                        int64_t capacity);

    // Writes base + i for every non-zero mask[i], at most `capacity`; returns how many.
    int64_t (*where)(int64_t *dst, const uint8_t *mask, int64_t n, int64_t base, int64_t capacity);

    // Whether any of n adjacent indices lies outside [-extent, extent).
    bool (*any_outside)(const char *index, bool is64, int64_t n, int64_t extent);

    // The least and the largest of n >= 1 adjacent int64 elements.
    void (*limits)(const int64_t *x, int64_t n, int64_t *least, int64_t *largest);

    // For element types of 32 and 64 bits.
    WordLoops words_of[kComputeTypes];
    // Sorts n words with keys from low to low + 2**bits - 1; `other` and `parts` have room for as many.
    // With `counts` the bits above those are known: how many words have each of so many values there;
    // they are used up. `sort` gets what is left of a key beside the place in its group. False if it
    // fails.
    bool (*sort_words)(uint64_t *x, uint64_t *other, uint32_t *parts, int64_t n, uint32_t low, int bits,
                       uint32_t *counts, uint32_t digits, SortFunction sort);

    // How many of n keys in order are less (right: not greater) than each of `count` others; for 32
    // bits n is below 2**31.
    void (*bounds)(const uint32_t *table, int64_t n, bool right, const uint32_t *x, int64_t count,
                   int32_t *found);
    void (*bounds64)(const uint64_t *table, int64_t n, bool right, const uint64_t *x, int64_t count,
                     int64_t *found);

    // Elements first .. first + n - 1 of a random stream, see random_stream.h; `first` is a multiple
    // of 4. Natural logarithms of numbers in (0, 1].
    template <class T> using Draw = void (*)(T *out, Stream, uint64_t first, int64_t n);
    Draw<uint32_t> words;
    Draw<uint64_t> words64;
    Draw<float> uniform_floats;
    Draw<double> uniform_doubles, normals, narrow_normals;
    void (*random_integers)(uint64_t *out, Stream, uint64_t first, int64_t n, uint64_t low,
                            uint64_t extent);
    void (*logarithms)(double *x, int64_t n);
};

const IsaTable &isa();

// "baseline", "avx2", "avx512"; false when this machine or build lacks it. CANNSIM_ISA sets the
// first choice, as it does for the elementwise loops.
bool select_isa(const char *name);

}  // namespace cannsim::array
