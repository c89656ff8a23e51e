// Tensors, scalars, arrays, lists.
#include "test.h"

namespace {

void tensors() {
    const int64_t shape[] = {2, 3}, strides[] = {10, 2}, storage[] = {40};
    aclTensor *t = aclCreateTensor(shape, 2, ACL_FLOAT16, strides, 5, ACL_FORMAT_ND, storage, 1,
                                   reinterpret_cast<void *>(64));
    EXPECT(t != nullptr);
    int64_t *dims = nullptr, offset = 0;
    uint64_t n = 0;
    aclDataType dtype;
    aclFormat format;
    void *address = nullptr;
    OKAY(aclGetViewShape(t, &dims, &n));
    EXPECT(n == 2 && dims[0] == 2 && dims[1] == 3);
    delete[] dims;
    OKAY(aclGetViewStrides(t, &dims, &n));
    EXPECT(n == 2 && dims[0] == 10 && dims[1] == 2);
    delete[] dims;
    OKAY(aclGetStorageShape(t, &dims, &n));
    EXPECT(n == 1 && dims[0] == 40);
    delete[] dims;
    OKAY(aclGetViewOffset(t, &offset));
    EXPECT_EQ(offset, 5);
    OKAY(aclGetDataType(t, &dtype));
    EXPECT_EQ(int(dtype), int(ACL_FLOAT16));
    OKAY(aclGetFormat(t, &format));
    EXPECT_EQ(int(format), int(ACL_FORMAT_ND));
    OKAY(aclSetRawTensorAddr(t, &n));
    OKAY(aclGetRawTensorAddr(t, &address));
    EXPECT(address == &n);
    OKAY(aclInitTensor(t, shape, 1, ACL_INT8, nullptr, 0, ACL_FORMAT_ND, storage, 1, nullptr));
    OKAY(aclGetViewShape(t, &dims, &n));
    EXPECT(n == 1 && dims[0] == 2);
    delete[] dims;
    OKAY(aclDestroyTensor(t));
    FAILS(aclDestroyTensor(t), ACLNN_ERR_PARAM_INVALID, "destroyed");
    FAILS(aclGetDataType(t, &dtype), ACLNN_ERR_PARAM_NULLPTR, "destroyed");
    OKAY(aclDestroyTensor(nullptr));
    EXPECT(aclCreateTensor(nullptr, 2, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, storage, 1, nullptr) ==
           nullptr);
    // No axes, and more axes than any operator takes.
    t = aclCreateTensor(nullptr, 0, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, nullptr, 0, nullptr);
    OKAY(aclGetViewShape(t, &dims, &n));
    EXPECT_EQ(n, 0u);
    delete[] dims;
    OKAY(aclDestroyTensor(t));
    const std::vector<int64_t> many(12, 2);
    t = aclCreateTensor(many.data(), 12, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, many.data(), 12,
                        nullptr);
    OKAY(aclGetViewStrides(t, &dims, &n));
    EXPECT(n == 12 && dims[0] == 2048 && dims[11] == 1);
    delete[] dims;
    OKAY(aclDestroyTensor(t));
}

void others() {
    double value = 1.5;
    aclScalar *s = aclCreateScalar(&value, ACL_DOUBLE);
    value = 0; // was copied
    OKAY(aclDestroyScalar(s));
    FAILS(aclDestroyScalar(s), ACLNN_ERR_PARAM_INVALID, "destroyed");
    EXPECT(aclCreateScalar(nullptr, ACL_FLOAT) == nullptr);
    EXPECT(aclCreateScalar(&value, ACL_STRING) == nullptr);
    std::vector<int64_t> numbers(20, 7);
    uint64_t n = 0;
    for (size_t size : {size_t(0), size_t(3), size_t(20)}) {
        aclIntArray *a = aclCreateIntArray(numbers.data(), size);
        OKAY(aclGetIntArraySize(a, &n));
        EXPECT_EQ(n, size);
        OKAY(aclDestroyIntArray(a));
        FAILS(aclDestroyIntArray(a), ACLNN_ERR_PARAM_INVALID, "destroyed");
    }
    const bool flags[] = {true, false};
    const float floats[] = {1, 2, 3};
    aclBoolArray *b = aclCreateBoolArray(flags, 2);
    aclFloatArray *f = aclCreateFloatArray(floats, 3);
    OKAY(aclGetBoolArraySize(b, &n));
    EXPECT_EQ(n, 2u);
    OKAY(aclGetFloatArraySize(f, &n));
    EXPECT_EQ(n, 3u);
    OKAY(aclDestroyBoolArray(b));
    OKAY(aclDestroyFloatArray(f));
    EXPECT(aclCreateIntArray(nullptr, 2) == nullptr);
    // Another kind of object is recognised.
    aclIntArray *a = aclCreateIntArray(numbers.data(), 2);
    FAILS(aclDestroyTensor(reinterpret_cast<aclTensor *>(a)), ACLNN_ERR_PARAM_INVALID,
          "not a tensor");
    OKAY(aclDestroyIntArray(a));
}

void lists() {
    const int64_t shape[] = {2};
    aclTensor *items[3];
    for (aclTensor *&t : items)
        t = aclCreateTensor(shape, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, shape, 1, nullptr);
    aclTensorList *list = aclCreateTensorList(items, 3);
    uint64_t n = 0;
    OKAY(aclGetTensorListSize(list, &n));
    EXPECT_EQ(n, 3u);
    OKAY(aclDestroyTensorList(list)); // takes its members along
    FAILS(aclDestroyTensor(items[1]), ACLNN_ERR_PARAM_INVALID, "destroyed");
    EXPECT(aclCreateTensorList(items, 3) == nullptr);
    float v = 1;
    aclScalar *scalars[] = {aclCreateScalar(&v, ACL_FLOAT), aclCreateScalar(&v, ACL_FLOAT)};
    aclScalarList *sl = aclCreateScalarList(scalars, 2);
    OKAY(aclGetScalarListSize(sl, &n));
    EXPECT_EQ(n, 2u);
    OKAY(aclDestroyScalarList(sl));
}

void halves() {
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
        const float f = aclFloat16ToFloat(aclFloat16(bits));
        if (f != f) continue;
        if (aclFloatToFloat16(f) != bits) {
            EXPECT_EQ(aclFloatToFloat16(f), bits);
            break;
        }
    }
    EXPECT_EQ(aclFloatToFloat16(65520.0f), 0x7C00u);       // rounds to infinity
    EXPECT_EQ(aclFloatToFloat16(1.00048828125f), 0x3C00u); // ties to even
    EXPECT_EQ(aclFloatToFloat16(1.0014648438f), 0x3C02u);
    EXPECT_EQ(aclFloatToFloat16(2.98023223876953125e-8f), 0u); // half the smallest subnormal
    EXPECT_EQ(aclDataTypeSize(ACL_COMPLEX128), size_t(16));
}

} // namespace

int main() {
    tensors();
    others();
    lists();
    halves();
    return finish();
}
