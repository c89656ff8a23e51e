// Assertions with messages, and the few things that every test does.
#pragma once

#include "acl/acl.h"
#include "aclnnop/aclnn_add.h"
#include "cannsim.h"
#include "expect.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

inline std::string last_message() {
    const char *text = aclGetRecentErrMsg();
    return text ? text : "";
}

#define EXPECT_EQ(a, b)                                                                            \
    do {                                                                                           \
        auto x_ = (a);                                                                             \
        auto y_ = (b);                                                                             \
        if (!(x_ == y_)) {                                                                         \
            std::printf("%s:%d: %s is %lld, expected %lld (%s)\n", __FILE__, __LINE__, #a,         \
                        (long long)(x_), (long long)(y_), last_message().c_str());                 \
            ++failures;                                                                            \
        }                                                                                          \
    } while (0)

#define OKAY(call) EXPECT_EQ(int(call), 0)

// The call fails with the code and leaves a message that holds the text.
#define FAILS(call, code, text)                                                                    \
    do {                                                                                           \
        last_message();                                                                            \
        const int got_ = int(call);                                                                \
        const std::string message_ = last_message();                                               \
        if (got_ != (code) || message_.find(text) == std::string::npos) {                          \
            std::printf("%s:%d: %s gave %d '%s', expected %d with '%s'\n", __FILE__, __LINE__,     \
                        #call, got_, message_.c_str(), int(code), text);                           \
            ++failures;                                                                            \
        }                                                                                          \
    } while (0)

enum class Mode { Inline, Deferred, Worker };

inline Mode mode() {
    const char *text = std::getenv("CANNSIM_ASYNC");
    return !text || !std::strcmp(text, "0") ? Mode::Inline
           : !std::strcmp(text, "1")        ? Mode::Deferred
                                            : Mode::Worker;
}

struct Memory {
    void *p = nullptr;
    size_t bytes;

    explicit Memory(size_t n) : bytes(n) { OKAY(aclrtMalloc(&p, n, ACL_MEM_MALLOC_HUGE_FIRST)); }
    ~Memory() {
        if (p) OKAY(aclrtFree(p));
    }
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
};

template <class T> struct Array {
    std::vector<int64_t> shape;
    Memory memory;
    aclTensor *tensor;

    static size_t count(const std::vector<int64_t> &shape) {
        size_t n = 1;
        for (int64_t d : shape) n *= size_t(d);
        return n;
    }

    Array(aclDataType dtype, std::vector<int64_t> dims, const std::vector<T> &values = {})
        : shape(dims), memory(count(dims) * sizeof(T) + 64) {
        if (!values.empty())
            OKAY(aclrtMemcpy(memory.p, memory.bytes, values.data(), values.size() * sizeof(T),
                             ACL_MEMCPY_HOST_TO_DEVICE));
        tensor = aclCreateTensor(shape.data(), shape.size(), dtype, nullptr, 0, ACL_FORMAT_ND,
                                 shape.data(), shape.size(), memory.p);
    }
    ~Array() { OKAY(aclDestroyTensor(tensor)); }

    std::vector<T> read() const {
        std::vector<T> out(count(shape));
        if (!out.empty())
            OKAY(aclrtMemcpy(out.data(), out.size() * sizeof(T), memory.p, out.size() * sizeof(T),
                             ACL_MEMCPY_DEVICE_TO_HOST));
        return out;
    }
};

struct Floats : Array<float> {
    Floats(std::vector<int64_t> dims, const std::vector<float> &values = {})
        : Array(ACL_FLOAT, dims, values) {}
};

struct Scalar {
    aclScalar *p;
    explicit Scalar(float v) : p(aclCreateScalar(&v, ACL_FLOAT)) {}
    explicit Scalar(int64_t v) : p(aclCreateScalar(&v, ACL_INT64)) {}
    ~Scalar() { aclDestroyScalar(p); }
};

// Both phases on a stream; stops at the first failure.
#define CALL(name, stream, ...)                                                                    \
    [&] {                                                                                          \
        uint64_t workspace_ = 0;                                                                   \
        aclOpExecutor *executor_ = nullptr;                                                        \
        const int status_ = name##GetWorkspaceSize(__VA_ARGS__, &workspace_, &executor_);          \
        return status_ ? status_ : name(nullptr, workspace_, executor_, stream);                   \
    }()
