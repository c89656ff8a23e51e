// aclIntArray, aclFloatArray, aclBoolArray, aclTensorList, aclScalarList.
#include "base/error.h"
#include "nnopbase/objects.h"

#include <cstring>

using namespace cannsim;

namespace {

template <class Object, class T>
Object *create_array(const T *value, uint64_t size, const char *caller) {
    Object *a = value || !size ? pool_new<Object>(KindOf<Object>::value) : nullptr;
    if (!a) {
        fail(ACLNN_ERR_PARAM_NULLPTR, "%s: the value is null", caller);
        return nullptr;
    }
    a->size = size;
    a->data = size > kMaxRank ? new T[size] : a->values;
    if (size) std::memcpy(a->data, value, size * sizeof(T));
    a->set_tag(live_tag(KindOf<Object>::value));
    return a;
}

template <class Object> aclnnStatus destroy_array(const Object *array, const char *caller) {
    if (!array) return 0;
    if (!is_alive(array))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %p is not such an array, or it was destroyed",
                    caller, array);
    Object *a = const_cast<Object *>(array);
    if (a->data != a->values) delete[] a->data;
    pool_delete(a, KindOf<Object>::value);
    return 0;
}

template <class Object>
aclnnStatus get_size(const Object *object, uint64_t *size, const char *caller) {
    if (!is_alive(object) || !size)
        return fail(ACLNN_ERR_PARAM_NULLPTR, "%s: an argument is null or was destroyed", caller);
    *size = object->size;
    return 0;
}

template <class List, class T>
List *create_list(const T *const *value, uint64_t size, const char *caller) {
    if (!value && size) {
        fail(ACLNN_ERR_PARAM_NULLPTR, "%s: the value is null", caller);
        return nullptr;
    }
    for (uint64_t i = 0; i < size; ++i)
        if (value[i] && !is_alive(value[i])) {
            fail(ACLNN_ERR_PARAM_INVALID, "%s: item %lu was destroyed or is of another kind",
                 caller, i);
            return nullptr;
        }
    List *list = pool_new<List>(KindOf<List>::value);
    if (!list) return nullptr;
    list->size = size;
    list->items = new T *[size ? size : 1];
    for (uint64_t i = 0; i < size; ++i) list->items[i] = const_cast<T *>(value[i]);
    list->set_tag(live_tag(KindOf<List>::value));
    return list;
}

// A list owns its items.
template <class List, class T>
aclnnStatus destroy_list(const List *list, aclnnStatus (*destroy)(const T *), const char *caller) {
    if (!list) return 0;
    if (!is_alive(list))
        return fail(ACLNN_ERR_PARAM_INVALID, "%s: %p is not such a list, or it was destroyed",
                    caller, list);
    int first = 0;
    for (uint64_t i = 0; i < list->size; ++i)
        if (int error = destroy(list->items[i]); error && !first) first = error;
    delete[] list->items;
    pool_delete(const_cast<List *>(list), KindOf<List>::value);
    return first;
}

} // namespace

extern "C" {

aclIntArray *aclCreateIntArray(const int64_t *value, uint64_t size) {
    return create_array<aclIntArray>(value, size, __func__);
}
aclFloatArray *aclCreateFloatArray(const float *value, uint64_t size) {
    return create_array<aclFloatArray>(value, size, __func__);
}
aclBoolArray *aclCreateBoolArray(const bool *value, uint64_t size) {
    return create_array<aclBoolArray>(value, size, __func__);
}
aclnnStatus aclDestroyIntArray(const aclIntArray *array) { return destroy_array(array, __func__); }
aclnnStatus aclDestroyFloatArray(const aclFloatArray *array) {
    return destroy_array(array, __func__);
}
aclnnStatus aclDestroyBoolArray(const aclBoolArray *array) {
    return destroy_array(array, __func__);
}

aclnnStatus aclGetIntArraySize(const aclIntArray *array, uint64_t *size) {
    return get_size(array, size, __func__);
}
aclnnStatus aclGetFloatArraySize(const aclFloatArray *array, uint64_t *size) {
    return get_size(array, size, __func__);
}
aclnnStatus aclGetBoolArraySize(const aclBoolArray *array, uint64_t *size) {
    return get_size(array, size, __func__);
}
aclnnStatus aclGetTensorListSize(const aclTensorList *tensorList, uint64_t *size) {
    return get_size(tensorList, size, __func__);
}
aclnnStatus aclGetScalarListSize(const aclScalarList *scalarList, uint64_t *size) {
    return get_size(scalarList, size, __func__);
}

aclTensorList *aclCreateTensorList(const aclTensor *const *value, uint64_t size) {
    return create_list<aclTensorList>(value, size, __func__);
}
aclScalarList *aclCreateScalarList(const aclScalar *const *value, uint64_t size) {
    return create_list<aclScalarList>(value, size, __func__);
}
aclnnStatus aclDestroyTensorList(const aclTensorList *array) {
    return destroy_list(array, aclDestroyTensor, __func__);
}
aclnnStatus aclDestroyScalarList(const aclScalarList *array) {
    return destroy_list(array, aclDestroyScalar, __func__);
}

aclnnStatus aclnnInit(const char *) { return 0; }
aclnnStatus aclnnFinalize() { return 0; }

} // extern "C"
