/* Sums the rows of a matrix by an operator that is named by its type, compiled and run in one call. */
#include "check.h"

#include "acl/acl_op_compiler.h"

enum { ROWS = 3, COLUMNS = 4 };

int main(void) {
    float x[ROWS][COLUMNS], sums[ROWS];
    for (int i = 0; i < ROWS; ++i)
        for (int j = 0; j < COLUMNS; ++j) x[i][j] = (float)(10 * i + j);
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    aclrtStream stream;
    CHECK(aclrtCreateStream(&stream));
    void *dx, *dy;
    CHECK(aclrtMalloc(&dx, sizeof x, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMalloc(&dy, sizeof sums, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMemcpy(dx, sizeof x, x, sizeof x, ACL_MEMCPY_HOST_TO_DEVICE));

    const int64_t shape[] = {ROWS, COLUMNS}, rank[] = {1}, unknown[] = {-1};
    int64_t axis = 1;
    aclTensorDesc *inputs[] = {aclCreateTensorDesc(ACL_FLOAT, 2, shape, ACL_FORMAT_ND),
                               aclCreateTensorDesc(ACL_INT64, 1, rank, ACL_FORMAT_ND)};
    aclTensorDesc *outputs[] = {aclCreateTensorDesc(ACL_FLOAT, 1, unknown, ACL_FORMAT_ND)};
    aclDataBuffer *in[] = {aclCreateDataBuffer(dx, sizeof x), aclCreateDataBuffer(NULL, 0)};
    aclDataBuffer *out[] = {aclCreateDataBuffer(dy, sizeof sums)};
    CHECK(aclSetTensorConst(inputs[1], &axis, sizeof axis)); /* which the compiler knows */
    aclopAttr *attr = aclopCreateAttr();
    CHECK(aclopSetAttrBool(attr, "keep_dims", 0));
    CHECK(aclopCompileAndExecuteV2("ReduceSum", 2, inputs, in, 1, outputs, out, attr,
                                   ACL_ENGINE_SYS, ACL_COMPILE_SYS, NULL, stream));
    CHECK(aclrtSynchronizeStream(stream));
    CHECK(aclrtMemcpy(sums, sizeof sums, dy, sizeof sums, ACL_MEMCPY_DEVICE_TO_HOST));
    printf("%d sums: %g %g %g\n", (int)aclGetTensorDescDim(outputs[0], 0), sums[0], sums[1], sums[2]);

    aclopDestroyAttr(attr);
    for (int i = 0; i < 2; ++i) {
        aclDestroyTensorDesc(inputs[i]);
        CHECK(aclDestroyDataBuffer(in[i]));
    }
    aclDestroyTensorDesc(outputs[0]);
    CHECK(aclDestroyDataBuffer(out[0]));
    CHECK(aclrtFree(dx));
    CHECK(aclrtFree(dy));
    CHECK(aclrtDestroyStream(stream));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return sums[0] == 6 && sums[1] == 46 && sums[2] == 86 ? 0 : 1;
}
