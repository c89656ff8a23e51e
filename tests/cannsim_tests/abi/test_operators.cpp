// One result per category of operators, over layouts that matter: broadcasts, strides, casts,
// scalars.
#include "test.h"

#include "cann_operators.h"

namespace {

using F = std::vector<float>;
using I = std::vector<int64_t>;

void expect(const F &got, const F &wanted, const char *what) {
    bool same = got.size() == wanted.size();
    for (size_t i = 0; same && i < got.size(); ++i)
        same = std::isnan(wanted[i])
                   ? std::isnan(got[i])
                   : std::fabs(got[i] - wanted[i]) <= 1e-6f * (1 + std::fabs(wanted[i]));
    if (same) return;
    std::printf("%s:", what);
    for (float v : got) std::printf(" %g", v);
    std::printf(", expected");
    for (float v : wanted) std::printf(" %g", v);
    std::printf("\n");
    ++failures;
}

struct Ints {
    aclIntArray *p;
    Ints(I v) : p(aclCreateIntArray(v.data(), v.size())) {}
    ~Ints() { aclDestroyIntArray(p); }
};

// A view of another tensor's memory.
struct Strided {
    aclTensor *t;
    Strided(const Floats &of, I shape, I strides, int64_t offset) {
        int64_t storage = int64_t(of.memory.bytes / 4);
        t = aclCreateTensor(shape.data(), shape.size(), ACL_FLOAT, strides.data(), offset,
                            ACL_FORMAT_ND, &storage, 1, of.memory.p);
    }
    ~Strided() { aclDestroyTensor(t); }
};

#define RUN(name, ...)                                                                             \
    do {                                                                                           \
        OKAY(CALL(name, nullptr, __VA_ARGS__));                                                    \
        OKAY(aclrtSynchronizeStream(nullptr));                                                     \
    } while (0)

void elementwise() {
    Floats a({2, 3}, {1, 2, 3, 4, 5, 6}), row({3}, {10, 20, 30}), out({2, 3});
    Scalar two(2.0f), half(0.5f);
    RUN(aclnnAdd, a.tensor, row.tensor, two.p, out.tensor);
    expect(out.read(), {21, 42, 63, 24, 45, 66}, "a + 2 row");
    RUN(aclnnSub, a.tensor, row.tensor, two.p, out.tensor);
    expect(out.read(), {-19, -38, -57, -16, -35, -54}, "a - 2 row");
    RUN(aclnnMuls, a.tensor, half.p, out.tensor);
    expect(out.read(), {.5f, 1, 1.5f, 2, 2.5f, 3}, "a / 2");
    RUN(aclnnRsubs, a.tensor, two.p, half.p, out.tensor);
    expect(out.read(), {1.5f, 1, .5f, 0, -.5f, -1}, "2 - a / 2");
    RUN(aclnnPowScalarTensor, two.p, a.tensor, out.tensor);
    expect(out.read(), {2, 4, 8, 16, 32, 64}, "2 ** a");
    RUN(aclnnSqrt, a.tensor, out.tensor);
    expect(out.read(), {1, std::sqrt(2.f), std::sqrt(3.f), 2, std::sqrt(5.f), std::sqrt(6.f)},
           "sqrt");
    RUN(aclnnClamp, a.tensor, two.p, nullptr, out.tensor);
    expect(out.read(), {2, 2, 3, 4, 5, 6}, "clamp");
    RUN(aclnnInplaceAdds, out.tensor, two.p, two.p);
    expect(out.read(), {6, 6, 7, 8, 9, 10}, "in place");
    // Transposed input, every second element as output.
    Floats wide({12}, F(12, 0));
    Strided transposed(a, {3, 2}, {1, 3}, 0), sparse(wide, {3, 2}, {4, 2}, 1);
    RUN(aclnnNeg, transposed.t, sparse.t);
    expect(wide.read(), {0, -1, 0, -4, 0, -2, 0, -5, 0, -3, 0, -6}, "strided");
    Array<int64_t> whole(ACL_INT64, {3}, {1, 2, 3});
    Floats sum({3});
    RUN(aclnnAdd, whole.tensor, row.tensor, two.p, sum.tensor);
    expect(sum.read(), {21, 42, 63}, "int64 + float32");
    Array<uint8_t> truth(ACL_BOOL, {2, 3});
    RUN(aclnnGtScalar, a.tensor, two.p, truth.tensor);
    EXPECT(truth.read() == (std::vector<uint8_t>{0, 0, 1, 1, 1, 1}));
    RUN(aclnnSWhere, truth.tensor, a.tensor, row.tensor, out.tensor);
    expect(out.read(), {10, 20, 3, 4, 5, 6}, "where");
    Floats bad({3}, {NAN, INFINITY, -INFINITY}), good({3});
    RUN(aclnnNanToNum, bad.tensor, 1.0f, 2.0f, 3.0f, good.tensor);
    expect(good.read(), {1, 2, 3}, "nan_to_num");
    Array<uint8_t> close(ACL_BOOL, {3});
    RUN(aclnnIsClose, bad.tensor, bad.tensor, 1e-5, 1e-8, true, close.tensor);
    EXPECT(close.read() == (std::vector<uint8_t>{1, 1, 1}));
}

void large() {
    constexpr int64_t n = 300000;
    F values(n);
    for (int64_t i = 0; i < n; ++i) values[i] = float(i % 1000);
    Floats a({n}, values), out({n}), total({});
    Scalar one(1.0f);
    RUN(aclnnAdds, a.tensor, one.p, one.p, out.tensor);
    const F got = out.read();
    bool same = true;
    for (int64_t i = 0; i < n; ++i) same &= got[i] == values[i] + 1;
    EXPECT(same);
    Ints all({});
    RUN(aclnnReduceSum, out.tensor, all.p, false, ACL_FLOAT, total.tensor);
    expect(total.read(), {300 * 500500.f}, "sum");
}

void reductions() {
    Floats a({2, 3}, {1, 5, 3, 4, 2, 6}), rows({2}), columns({1, 3}), one({});
    Array<int64_t> index(ACL_INT64, {2});
    Ints last({-1}), first({0}), all({});
    RUN(aclnnReduceSum, a.tensor, last.p, false, ACL_FLOAT, rows.tensor);
    expect(rows.read(), {9, 12}, "sum of rows");
    RUN(aclnnMean, a.tensor, first.p, true, ACL_FLOAT, columns.tensor);
    expect(columns.read(), {2.5f, 3.5f, 4.5f}, "mean of columns");
    RUN(aclnnAmax, a.tensor, last.p, false, rows.tensor);
    expect(rows.read(), {5, 6}, "amax");
    RUN(aclnnMaxDim, a.tensor, 1, false, rows.tensor, index.tensor);
    EXPECT(index.read() == (I{1, 2}));
    RUN(aclnnMax, a.tensor, one.tensor);
    expect(one.read(), {6}, "max");
    RUN(aclnnVar, a.tensor, last.p, 1, false, rows.tensor);
    expect(rows.read(), {4, 4}, "var");
    Scalar two(2.0f);
    RUN(aclnnNorm, a.tensor, two.p, all.p, false, one.tensor);
    expect(one.read(), {std::sqrt(91.f)}, "norm");
    Floats scanned({2, 3}), sorted({2, 3});
    Array<int64_t> order(ACL_INT64, {2, 3});
    RUN(aclnnCumsum, a.tensor, 1, ACL_FLOAT, scanned.tensor);
    expect(scanned.read(), {1, 6, 9, 4, 6, 12}, "cumsum");
    RUN(aclnnSort, a.tensor, true, 1, true, sorted.tensor, order.tensor);
    expect(sorted.read(), {5, 3, 1, 6, 4, 2}, "sort");
    EXPECT(order.read() == (I{1, 2, 0, 2, 0, 1}));
    RUN(aclnnSoftmax, a.tensor, 0, scanned.tensor);
    const F s = scanned.read();
    expect({s[0] + s[3], s[1] + s[4], s[2] + s[5]}, {1, 1, 1}, "softmax");
}

void products() {
    Floats a({2, 3}, {1, 2, 3, 4, 5, 6}), b({3, 2}, {1, 0, 0, 1, 1, 1}), c({2, 2}),
        v({3}, {1, 1, 1}), w({2}), one({});
    Scalar two(2.0f), three(3.0f);
    RUN(aclnnMm, a.tensor, b.tensor, c.tensor, 0);
    expect(c.read(), {4, 5, 10, 11}, "mm");
    RUN(aclnnMatmul, a.tensor, v.tensor, w.tensor, 0);
    expect(w.read(), {6, 15}, "matrix times vector");
    RUN(aclnnAddmm, w.tensor, a.tensor, b.tensor, two.p, three.p, c.tensor, 0);
    expect(c.read(), {24, 45, 42, 63}, "2 w + 3 a b");
    RUN(aclnnDot, v.tensor, v.tensor, one.tensor);
    expect(one.read(), {3}, "dot");
    Floats square({2, 2}, {2, 0, 0, 4}), inverse({2, 2});
    RUN(aclnnInverse, square.tensor, inverse.tensor);
    expect(inverse.read(), {.5f, 0, 0, .25f}, "inverse");
}

void movement() {
    Floats a({2, 3}, {1, 2, 3, 4, 5, 6}), t({3, 2}), same({2, 3});
    Ints swap({1, 0}), both({0, 1}), shifts({1, -1}), pads({1, 0}), twice({1, 2});
    RUN(aclnnPermute, a.tensor, swap.p, t.tensor);
    expect(t.read(), {1, 4, 2, 5, 3, 6}, "permute");
    RUN(aclnnFlip, a.tensor, both.p, same.tensor);
    expect(same.read(), {6, 5, 4, 3, 2, 1}, "flip");
    RUN(aclnnRoll, a.tensor, shifts.p, both.p, same.tensor);
    expect(same.read(), {5, 6, 4, 2, 3, 1}, "roll");
    Floats padded({2, 4}), repeated({2, 6}), part({2, 2});
    Scalar nine(9.0f);
    RUN(aclnnConstantPadNd, a.tensor, pads.p, nine.p, padded.tensor);
    expect(padded.read(), {9, 1, 2, 3, 9, 4, 5, 6}, "pad");
    RUN(aclnnRepeat, a.tensor, twice.p, repeated.tensor);
    expect(repeated.read(), {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}, "repeat");
    RUN(aclnnSlice, a.tensor, 1, 0, 3, 2, part.tensor);
    expect(part.read(), {1, 3, 4, 6}, "slice");
    RUN(aclnnTril, a.tensor, -1, same.tensor);
    expect(same.read(), {0, 0, 0, 4, 0, 0}, "tril");
    Floats reflected({2, 5});
    Ints sides({1, 1});
    RUN(aclnnReflectionPad1d, a.tensor, sides.p, reflected.tensor);
    expect(reflected.read(), {2, 1, 2, 3, 2, 5, 4, 5, 6, 5}, "reflected");
    Ints second({1, -1, 7});
    RUN(aclnnIndexFillTensor, a.tensor, 1, second.p, nine.p, same.tensor);
    expect(same.read(), {1, 9, 9, 4, 9, 9}, "index_fill");
    Array<int32_t> ints(ACL_INT32, {2, 3});
    RUN(aclnnCast, a.tensor, ACL_INT32, ints.tensor);
    EXPECT(ints.read() == (std::vector<int32_t>{1, 2, 3, 4, 5, 6}));
    RUN(aclnnInplaceCopy, same.tensor, ints.tensor);
    expect(same.read(), {1, 2, 3, 4, 5, 6}, "copy");
    Floats sequence({4});
    Scalar start(1.0f), end(3.0f), step(0.5f);
    RUN(aclnnArange, start.p, end.p, step.p, sequence.tensor);
    expect(sequence.read(), {1, 1.5f, 2, 2.5f}, "arange");
}

void indexing() {
    Floats a({2, 3}, {1, 2, 3, 4, 5, 6}), two({2, 2}), taken({2}), same({2, 3});
    Array<int64_t> columns(ACL_INT64, {2}, {2, 0}), flat(ACL_INT64, {2}, {5, 1}),
        along(ACL_INT64, {2, 1}, {1, 2});
    RUN(aclnnIndexSelect, a.tensor, 1, columns.tensor, two.tensor);
    expect(two.read(), {3, 1, 6, 4}, "index_select");
    RUN(aclnnTake, a.tensor, flat.tensor, taken.tensor);
    expect(taken.read(), {6, 2}, "take");
    Floats gathered({2, 1}), source({2, 1}, {10, 20});
    RUN(aclnnGather, a.tensor, 1, along.tensor, gathered.tensor);
    expect(gathered.read(), {2, 6}, "gather");
    RUN(aclnnScatterAdd, a.tensor, 1, along.tensor, source.tensor, same.tensor);
    expect(same.read(), {1, 12, 3, 4, 5, 26}, "scatter_add");
    // a[:, [2, 0]], by a list with an empty entry for the first axis
    const int64_t shape[] = {2};
    aclTensor *index =
        aclCreateTensor(shape, 1, ACL_INT64, nullptr, 0, ACL_FORMAT_ND, shape, 1, columns.memory.p);
    aclTensor *entries[] = {nullptr, index};
    aclTensorList *list = aclCreateTensorList(entries, 2);
    RUN(aclnnIndex, a.tensor, list, two.tensor);
    expect(two.read(), {3, 1, 6, 4}, "index");
    Floats values({2}, {100, 200});
    RUN(aclnnIndexPutImpl, a.tensor, list, values.tensor, true, false);
    expect(a.read(), {201, 2, 103, 204, 5, 106}, "index_put accumulates");
    OKAY(aclDestroyTensorList(list));
    Array<uint8_t> mask(ACL_BOOL, {2, 3}, {1, 0, 0, 0, 1, 1});
    Floats selected({6});
    RUN(aclnnMaskedSelect, a.tensor, mask.tensor, selected.tensor);
    int64_t *dims;
    uint64_t n;
    OKAY(aclGetViewShape(selected.tensor, &dims, &n));
    EXPECT(n == 1 && dims[0] == 3);
    delete[] dims;
    const F got = selected.read();
    expect({got[0], got[1], got[2]}, {201, 5, 106}, "masked_select");
    Scalar zero(0.0f);
    RUN(aclnnInplaceMaskedFillScalar, a.tensor, mask.tensor, zero.p);
    expect(a.read(), {0, 2, 103, 204, 0, 0}, "masked_fill");
    Array<int64_t> numbers(ACL_INT64, {5}, {3, 1, 3, 2, 1}), unique(ACL_INT64, {5}),
        inverse(ACL_INT64, {5}), counts(ACL_INT64, {5});
    RUN(aclnnUnique2, numbers.tensor, true, true, true, unique.tensor, inverse.tensor,
        counts.tensor);
    const I u = unique.read(), c = counts.read();
    EXPECT(u[0] == 1 && u[1] == 2 && u[2] == 3 && c[0] == 2 && c[1] == 1 && c[2] == 2);
    EXPECT(inverse.read() == (I{2, 0, 2, 1, 0}));
}

void random_numbers() {
    Floats a({1000}), b({1000});
    RUN(aclnnInplaceUniform, a.tensor, 2.0, 4.0, 7, 0);
    RUN(aclnnInplaceUniform, b.tensor, 2.0, 4.0, 7, 0);
    EXPECT(a.read() == b.read());
    double mean = 0;
    for (float v : a.read()) {
        EXPECT(v >= 2 && v < 4);
        mean += v / 1000;
    }
    EXPECT(mean > 2.9 && mean < 3.1);
    RUN(aclnnInplaceUniform, b.tensor, 2.0, 4.0, 7, 1000);
    EXPECT(a.read() != b.read());
    RUN(aclnnInplaceNormal, a.tensor, 0.0f, 1.0f, 3, 0);
    double square = 0;
    for (float v : a.read()) square += double(v) * v / 1000;
    EXPECT(square > 0.8 && square < 1.2);
}

} // namespace

int main() {
    OKAY(aclrtSetDevice(0));
    elementwise();
    large();
    reductions();
    products();
    movement();
    indexing();
    random_numbers();
    return finish();
}
