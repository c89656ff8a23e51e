// Operators on arrays so long that helper threads join in, launched by many threads at once.
#include "test.h"

#include "aclnnop/aclnn_argmax.h"
#include "aclnnop/aclnn_matmul.h"
#include "aclnnop/aclnn_reduce_sum.h"
#include "aclnnop/aclnn_sort.h"

#include <thread>

namespace {

constexpr int64_t kRows = 600, kColumns = 1000;

std::vector<float> numbers() {
    std::vector<float> x(kRows * kColumns);
    uint32_t state = 1;
    for (float &v : x) v = float((state = state * 1664525 + 1013904223) >> 8) / (1 << 24);
    return x;
}

// Every result, as bytes.
std::string compute(aclrtStream stream) {
    Floats a({kRows, kColumns}, numbers()), sum({kRows, kColumns}), total({kColumns}),
        sorted({kRows, kColumns}), product({kRows, kRows}), other({kColumns, kRows}, numbers());
    Array<int64_t> order(ACL_INT64, {kRows, kColumns}), best(ACL_INT64, {1});
    const int64_t everything[] = {kRows * kColumns}, axis[] = {0};
    aclTensor *flat = aclCreateTensor(everything, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND,
                                      everything, 1, a.memory.p);
    aclIntArray *axes = aclCreateIntArray(axis, 1);
    Scalar unit(1.0f);
    OKAY(CALL(aclnnAdd, stream, a.tensor, a.tensor, unit.p, sum.tensor));
    OKAY(CALL(aclnnReduceSum, stream, a.tensor, axes, false, ACL_FLOAT, total.tensor));
    OKAY(CALL(aclnnSort, stream, a.tensor, true, 1, false, sorted.tensor, order.tensor));
    OKAY(CALL(aclnnArgMax, stream, flat, 0, true, best.tensor));
    OKAY(CALL(aclnnMatmul, stream, a.tensor, other.tensor, product.tensor, int8_t(0)));
    OKAY(aclrtSynchronizeStream(stream));
    aclDestroyIntArray(axes);
    aclDestroyTensor(flat);
    std::string bytes;
    for (const Floats *x : {&sum, &total, &sorted, &product}) {
        const std::vector<float> values = x->read();
        bytes.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
    }
    for (const Array<int64_t> *x : {&order, &best}) {
        const std::vector<int64_t> values = x->read();
        bytes.append(reinterpret_cast<const char *>(values.data()),
                     values.size() * sizeof(int64_t));
    }
    return bytes;
}

} // namespace

int main() {
    OKAY(aclInit(nullptr));
    OKAY(aclrtSetDevice(0));
    OKAY(cannsimSetThreads(1));
    const std::string want = compute(nullptr);
    for (int count : {2, 3, 7}) {
        OKAY(cannsimSetThreads(count));
        EXPECT(compute(nullptr) == want);
    }
    cannsimThreadValues seen;
    cannsimThreads(&seen);
    EXPECT_EQ(seen.threads, uint64_t(7));
    EXPECT(seen.shared > 0);
    FAILS(cannsimSetThreads(-1), ACL_ERROR_INVALID_PARAM, "not a number from 0");

    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i)
        callers.emplace_back([&] {
            OKAY(aclrtSetDevice(0));
            aclrtStream stream;
            OKAY(aclrtCreateStream(&stream));
            for (int k = 0; k < 3; ++k) EXPECT(compute(stream) == want);
            OKAY(aclrtDestroyStream(stream));
        });
    for (std::thread &caller : callers) caller.join();
#ifndef __SANITIZE_THREAD__ // which knows no threads that begin after a fork
    EXPECT_EQ(in_child([&] {
                  for (int k = 0; k < 2; ++k) EXPECT(compute(nullptr) == want);
              }),
              0);
#endif
    OKAY(aclrtResetDevice(0));
    OKAY(aclFinalize());
    return finish();
}
