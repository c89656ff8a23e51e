// The host route: wait for the stream, compute on the CPU, put the result back. In place on the
// simulator.
#include <cstdlib>
#include <cstring>

#include "launch.h"

namespace ascend {

cupyHostRun host_run = nullptr;
cupyNote note = nullptr;
const char *host_random = "";

namespace {

enum { kRead = 1, kWrite = 2 };

using HostPointer = void *(*)(void *device, size_t bytes, int access, void *stream);

// First and one past the last byte of the elements, relative to the block.
void span(const cupyOperand &o, int64_t *low, int64_t *high) {
    *low = o.offset;
    *high = o.offset + itemsize(o.dtype);
    for (int d = 0; d < o.ndim; d++) {
        int64_t reach = o.strides[d] * (o.shape[d] - 1);
        (reach < 0 ? *low : *high) += reach;
    }
}

class HostCopies {
  public:
    ~HostCopies() {
        for (int k = 0; k < count_; k++) free(copies_[k].memory);
    }
    // Moves the operand's bytes to the host (or finds them there) and lets it point at them.
    int bring(cupyOperand &o, bool output, cupyStream stream) {
        if (is_scalar(o) || is_empty(o)) return CUPY_OK;
        int64_t low, high;
        span(o, &low, &high);
        char *device = static_cast<char *>(o.block) + low;
        size_t bytes = size_t(high - low);
        if (machine.simulator) {
            static auto pointer = reinterpret_cast<HostPointer>(symbol("cannsimHostPointer"));
            if (!pointer)
                return fail_text(CUPY_FAILED, "cannsimHostPointer", "this simulator is too old");
            void *host = pointer(device, bytes, output ? kRead | kWrite : kRead, stream);
            if (!host) {
                const int code = api.aclrtSynchronizeStream(reinterpret_cast<aclrtStream>(stream));
                return fail_late(code ? code : ACL_ERROR_INVALID_PARAM, "cannsimHostPointer",
                                 &stream);
            }
            o.block = static_cast<char *>(host) - low;
            return CUPY_OK;
        }
        void *memory = malloc(bytes);
        if (!memory)
            return fail_text(CUPY_OUT_OF_MEMORY, "malloc", "the host lacks %zu bytes", bytes);
        copies_[count_++] = {memory, device, bytes, output};
        ASCEND_TRY(aclrtMemcpy, memory, bytes, device, bytes, ACL_MEMCPY_DEVICE_TO_HOST);
        o.block = static_cast<char *>(memory) - low;
        return CUPY_OK;
    }
    int put_back() {
        for (int k = 0; k < count_; k++)
            if (copies_[k].output)
                ASCEND_TRY(aclrtMemcpy, copies_[k].device, copies_[k].bytes, copies_[k].memory,
                           copies_[k].bytes, ACL_MEMCPY_HOST_TO_DEVICE);
        return CUPY_OK;
    }

  private:
    struct Copy {
        void *memory, *device;
        size_t bytes;
        bool output;
    };
    static constexpr int kMost = 64;
    Copy copies_[kMost];
    int count_ = 0;

  public:
    static constexpr int kMostOperands = kMost;
};

} // namespace

int launch_host(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs, cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    if (!host_run)
        return fail_text(CUPY_NO_ROUTE, cupy_op_info[plan->op].name,
                         "%s; and there is no host backend to run it",
                         plan->why ? plan->why : "the device has no operator for it");
    if (n > HostCopies::kMostOperands)
        return fail_text(CUPY_NO_ROUTE, cupy_op_info[plan->op].name,
                         "more than %d operands on the host", HostCopies::kMostOperands);
    if (int rc = bind()) return rc;
    if (note)
        if (int rc = note(plan, 1)) return rc;
    for (Plan *counted = plan; counted; counted = counted->parent)
        __atomic_fetch_add(&counted->host_runs, 1, __ATOMIC_RELAXED);
    count(thread.counts->host_runs);
    if (!machine.simulator)
        ASCEND_WAIT(&stream, aclrtSynchronizeStream, reinterpret_cast<aclrtStream>(stream));
    int nin = inputs_of(*plan, n);
    HostCopies copies;
    cupyOperand list[HostCopies::kMostOperands];
    memcpy(list, ops, sizeof(cupyOperand) * size_t(n));
    for (int k = 0; k < n; k++)
        if (int rc = copies.bring(list[k], k >= nin, stream)) return rc;
    if (int rc = host_run(plan->op, list, n, attrs)) {
        if (rc == CUPY_PYTHON_ERROR) return rc;
        return fail_text(rc, cupy_op_info[plan->op].name, "the host backend failed");
    }
    if (machine.watch) tell_host(plan->op, ops, n);
    return copies.put_back();
}

// The first launch of a plan that is worth a word.
int launch_noted(cupyPlan *base, cupyOperand *ops, int n, const cupyAttr *attrs, cupyStream stream) {
    Plan *plan = static_cast<Plan *>(base);
    plan->launch = plan->silent;
    if (note)
        if (int rc = note(plan, 0)) return rc;
    return plan->silent(base, ops, n, attrs, stream);
}

} // namespace ascend

extern "C" void cupy_ascend_set_note(cupyNote wanted) { ascend::note = wanted; }

extern "C" void cupy_ascend_set_host(cupyHostRun run, const char *random) {
    ascend::host_run = run;
    ascend::host_random = random;
}
