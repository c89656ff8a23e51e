// aclTensorDesc and aclDataBuffer: the descriptors of CANN's older interfaces.
#include "base/error.h"
#include "cann_runtime.h"
#include "check/check.h"
#include "runtime/api.h"
#include "runtime/tensor_desc.h"

#include <cstring>
#include <new>

using namespace cannsim;

namespace {

bool check_dims(const char *caller, int n, const int64_t *dims) {
    if (n >= 0 && (n == 0 || dims)) return true;
    fail(ACL_ERROR_INVALID_PARAM, "%s: numDims is %d, dims %p", caller, n,
         static_cast<const void *>(dims));
    return false;
}

int set_dims(const char *caller, std::vector<int64_t> *to, int n, const int64_t *dims) {
    if (!check_dims(caller, n, dims)) return ACL_ERROR_INVALID_PARAM;
    to->assign(dims, dims + n);
    return 0;
}

int64_t elements(const aclTensorDesc *desc) {
    int64_t n = 1;
    for (int64_t d : desc->dims)
        if (d < 0 || __builtin_mul_overflow(n, d, &n)) return 0;
    return n;
}

int check_index(const char *caller, const aclTensorDesc *desc, size_t index) {
    if (index < desc->dims.size()) return 0;
    return fail(ACL_ERROR_INVALID_PARAM, "%s: index %zu, but there are %zu dims", caller, index,
                desc->dims.size());
}

} // namespace

extern "C" {

aclDataBuffer *aclCreateDataBuffer(void *data, size_t size) {
    aclDataBuffer *buffer = new (std::nothrow) aclDataBuffer{data, size};
    if (checking(kCheckLeak) && buffer) leak_noted(buffer, "aclDataBuffer");
    return buffer;
}

aclError aclDestroyDataBuffer(const aclDataBuffer *dataBuffer) {
    REQUIRE(dataBuffer);
    if (checking(kCheckLeak)) leak_forgotten(dataBuffer);
    delete dataBuffer;
    return 0;
}

aclError aclUpdateDataBuffer(aclDataBuffer *dataBuffer, void *data, size_t size) {
    REQUIRE(dataBuffer);
    *dataBuffer = {data, size};
    return 0;
}

void *aclGetDataBufferAddr(const aclDataBuffer *dataBuffer) {
    return dataBuffer ? dataBuffer->data : nullptr;
}
uint32_t aclGetDataBufferSize(const aclDataBuffer *dataBuffer) {
    return dataBuffer ? uint32_t(dataBuffer->size) : 0;
}
size_t aclGetDataBufferSizeV2(const aclDataBuffer *dataBuffer) {
    return dataBuffer ? dataBuffer->size : 0;
}

aclTensorDesc *aclCreateTensorDesc(aclDataType dataType, int numDims, const int64_t *dims,
                                   aclFormat format) {
    if (!check_dims(__func__, numDims, dims)) return nullptr;
    aclTensorDesc *desc = new (std::nothrow) aclTensorDesc{};
    if (!desc) return nullptr;
    desc->dtype = dataType;
    desc->format = desc->storage_format = desc->origin_format = format;
    desc->dims.assign(dims, dims + numDims);
    desc->storage_dims = desc->origin_dims = desc->dims;
    desc->known = !(numDims == 1 && dims[0] == -2);
    if (checking(kCheckLeak)) leak_noted(desc, "aclTensorDesc");
    return desc;
}

void aclDestroyTensorDesc(const aclTensorDesc *desc) {
    if (checking(kCheckLeak)) leak_forgotten(desc);
    delete desc;
}

aclDataType aclGetTensorDescType(const aclTensorDesc *desc) {
    return desc ? desc->dtype : ACL_DT_UNDEFINED;
}
aclFormat aclGetTensorDescFormat(const aclTensorDesc *desc) {
    return desc ? desc->format : ACL_FORMAT_UNDEFINED;
}
size_t aclGetTensorDescElementCount(const aclTensorDesc *desc) {
    return desc ? size_t(elements(desc)) : 0;
}
size_t aclGetTensorDescSize(const aclTensorDesc *desc) {
    return desc ? size_t(elements(desc)) * aclDataTypeSize(desc->dtype) : 0;
}
size_t aclGetTensorDescNumDims(const aclTensorDesc *desc) {
    return !desc ? 0 : desc->known ? desc->dims.size() : size_t(ACL_UNKNOWN_RANK);
}

int64_t aclGetTensorDescDim(const aclTensorDesc *desc, size_t index) {
    return !desc || check_index(__func__, desc, index) ? -1 : desc->dims[index];
}

aclError aclGetTensorDescDimV2(const aclTensorDesc *desc, size_t index, int64_t *dimSize) {
    REQUIRE(desc);
    REQUIRE(dimSize);
    if (int error = check_index(__func__, desc, index)) return error;
    *dimSize = desc->dims[index];
    return 0;
}

aclError aclSetTensorShapeRange(aclTensorDesc *desc, size_t dimsCount,
                                int64_t dimsRange[][ACL_TENSOR_SHAPE_RANGE_NUM]) {
    REQUIRE(desc);
    REQUIRE(dimsRange);
    if (dimsCount != desc->dims.size())
        return fail(ACL_ERROR_INVALID_PARAM, "%s: %zu ranges for %zu dims", __func__, dimsCount,
                    desc->dims.size());
    desc->ranges.assign(&dimsRange[0][0], &dimsRange[0][0] + 2 * dimsCount);
    return 0;
}

aclError aclGetTensorDescDimRange(const aclTensorDesc *desc, size_t index, size_t dimRangeNum,
                                  int64_t *dimRange) {
    REQUIRE(desc);
    REQUIRE(dimRange);
    if (int error = check_index(__func__, desc, index)) return error;
    if (dimRangeNum < 2)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: dimRangeNum is %zu; expected 2", __func__,
                    dimRangeNum);
    const bool ranged = !desc->ranges.empty();
    dimRange[0] = ranged ? desc->ranges[2 * index] : desc->dims[index];
    dimRange[1] = ranged ? desc->ranges[2 * index + 1] : desc->dims[index];
    return 0;
}

void aclSetTensorDescName(aclTensorDesc *desc, const char *name) {
    if (desc) desc->name = name ? name : "";
}
const char *aclGetTensorDescName(aclTensorDesc *desc) { return desc ? desc->name.c_str() : ""; }

aclError aclSetTensorFormat(aclTensorDesc *desc, aclFormat format) {
    REQUIRE(desc);
    desc->storage_format = format;
    return 0;
}
aclError aclSetTensorStorageFormat(aclTensorDesc *desc, aclFormat format) {
    return aclSetTensorFormat(desc, format);
}
aclError aclSetTensorOriginFormat(aclTensorDesc *desc, aclFormat format) {
    REQUIRE(desc);
    desc->origin_format = format;
    return 0;
}

aclError aclSetTensorShape(aclTensorDesc *desc, int numDims, const int64_t *dims) {
    REQUIRE(desc);
    return set_dims(__func__, &desc->storage_dims, numDims, dims);
}
aclError aclSetTensorStorageShape(aclTensorDesc *desc, int numDims, const int64_t *dims) {
    REQUIRE(desc);
    return set_dims(__func__, &desc->storage_dims, numDims, dims);
}
aclError aclSetTensorOriginShape(aclTensorDesc *desc, int numDims, const int64_t *dims) {
    REQUIRE(desc);
    return set_dims(__func__, &desc->origin_dims, numDims, dims);
}

aclTensorDesc *aclGetTensorDescByIndex(aclTensorDesc *desc, size_t index) {
    return index == 0 ? desc : nullptr;
}
void *aclGetTensorDescAddress(const aclTensorDesc *) { return nullptr; }

aclError aclSetTensorDynamicInput(aclTensorDesc *desc, const char *dynamicInputName) {
    REQUIRE(desc);
    REQUIRE(dynamicInputName);
    desc->dynamic_name = dynamicInputName;
    return 0;
}

aclError aclSetTensorConst(aclTensorDesc *desc, void *dataBuffer, size_t length) {
    REQUIRE(desc);
    REQUIRE(dataBuffer);
    if (!length) return fail(ACL_ERROR_INVALID_PARAM, "%s: length is 0", __func__);
    const char *bytes = static_cast<const char *>(dataBuffer);
    desc->constant.assign(bytes, bytes + length);
    return 0;
}

aclError aclSetTensorPlaceMent(aclTensorDesc *desc, aclMemType memType) {
    REQUIRE(desc);
    desc->place = memType;
    return 0;
}

} // extern "C"
