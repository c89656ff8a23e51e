// What a profiler is told: each operator that is called, each launch that runs on the host.
#include "cannsim.h"
#include "launch.h"

namespace ascend {
namespace {

using Model = bool (*)(bool);
using LastTask = bool (*)(cannsimTask *);

} // namespace

void tell_call(const char *function) {
    cupyTask task{function, "", 0, -1};
    static auto last = reinterpret_cast<LastTask>(symbol("cannsimLastTask"));
    cannsimTask modelled;
    if (last && last(&modelled)) {
        // Contiguous memory of one dtype is copied without a kernel.
        static const char *const units[] = {"copy", "AI Core", "AI CPU", "AI Core, AI CPU"};
        task.unit = units[modelled.units & 3];
        task.bytes = modelled.bytes;
        task.nanoseconds = modelled.nanoseconds;
    }
    machine.watch(&task);
}

void tell_host(int op, const cupyOperand *ops, int n) {
    uint64_t bytes = 0;
    for (int k = 0; k < n; k++)
        if (!is_scalar(ops[k])) bytes += uint64_t(elements(ops[k]) * itemsize(ops[k].dtype));
    const cupyTask task{cupy_op_info[op].name, "host", bytes, -1};
    machine.watch(&task);
}

void watch_tasks(cupyTaskFn watch) {
    if (auto model = reinterpret_cast<Model>(symbol("cannsimModel"))) {
        model(watch);
        if (watch) forget_executors(); // they were prepared before the model took notes
    }
    machine.watch = watch;
}

} // namespace ascend
