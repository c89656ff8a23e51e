// What the C interface itself costs: a + b through both phases, in a bare loop.
//
//   c++ -O2 -I<include> abi_loop.cpp -L<lib> -lcannsim -o abi_loop && ./abi_loop
//
// Prints nanoseconds per operation (thread CPU time, best of several rounds) with three descriptors
// created and destroyed each time, with descriptors kept, and with a repeatable executor.
#include "acl/acl.h"
#include "aclnnop/aclnn_add.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <initializer_list>

namespace {

double now() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) * 1e9 + double(t.tv_nsec);
}

void check(int error, const char *what) {
    if (!error) return;
    const char *text = aclGetRecentErrMsg();
    std::fprintf(stderr, "%s failed with %d: %s\n", what, error, text ? text : "");
    std::exit(1);
}
#define CHECK(call) check(call, #call)

struct Problem {
    void *memory[3];
    int64_t n;
    aclScalar *alpha;

    aclTensor *tensor(int i) const {
        return aclCreateTensor(&n, 1, ACL_FLOAT, nullptr, 0, ACL_FORMAT_ND, &n, 1, memory[i]);
    }
};

template <class F> double measure(F &&body) {
    constexpr int kLoops = 20000, kRounds = 15;
    double best = 1e30;
    for (int round = 0; round < kRounds; ++round) {
        const double start = now();
        for (int i = 0; i < kLoops; ++i) body();
        const double each = (now() - start) / kLoops;
        if (each < best) best = each;
    }
    return best;
}

void run(aclTensor *a, aclTensor *b, aclTensor *out, const aclScalar *alpha) {
    uint64_t workspace;
    aclOpExecutor *executor;
    CHECK(aclnnAddGetWorkspaceSize(a, b, alpha, out, &workspace, &executor));
    CHECK(aclnnAdd(nullptr, workspace, executor, nullptr));
}

} // namespace

int main() {
    CHECK(aclInit(nullptr));
    CHECK(aclrtSetDevice(0));
    std::printf("%10s %18s %18s %18s\n", "elements", "descriptors/call", "kept descriptors",
                "repeatable");
    for (int64_t n : {1, 100, 10000}) {
        Problem p{{}, n, nullptr};
        for (void *&m : p.memory) {
            CHECK(aclrtMalloc(&m, size_t(n) * 4, ACL_MEM_MALLOC_HUGE_FIRST));
            CHECK(aclrtMemset(m, size_t(n) * 4, 0, size_t(n) * 4));
        }
        float one = 1;
        p.alpha = aclCreateScalar(&one, ACL_FLOAT);
        const double each = measure([&] {
            aclTensor *a = p.tensor(0), *b = p.tensor(1), *out = p.tensor(2);
            run(a, b, out, p.alpha);
            aclDestroyTensor(a);
            aclDestroyTensor(b);
            aclDestroyTensor(out);
        });
        aclTensor *a = p.tensor(0), *b = p.tensor(1), *out = p.tensor(2);
        const double kept = measure([&] { run(a, b, out, p.alpha); });
        uint64_t workspace;
        aclOpExecutor *executor;
        CHECK(aclnnAddGetWorkspaceSize(a, b, p.alpha, out, &workspace, &executor));
        CHECK(aclSetAclOpExecutorRepeatable(executor));
        const double repeated = measure([&] {
            CHECK(aclSetTensorAddr(executor, 0, a, p.memory[0]));
            CHECK(aclSetTensorAddr(executor, 1, b, p.memory[1]));
            CHECK(aclSetTensorAddr(executor, 2, out, p.memory[2]));
            CHECK(aclnnAdd(nullptr, workspace, executor, nullptr));
        });
        CHECK(aclDestroyAclOpExecutor(executor));
        for (aclTensor *t : {a, b, out}) aclDestroyTensor(t);
        aclDestroyScalar(p.alpha);
        for (void *m : p.memory) CHECK(aclrtFree(m));
        std::printf("%10ld %15.1f ns %15.1f ns %15.1f ns\n", long(n), each, kept, repeated);
    }
    return 0;
}
