// aclrtLaunchKernel*: kernels of loaded binaries as tasks of a stream.
#include "check/check.h"
#include "model/cost.h"
#include "opapi/trace.h"
#include "runtime/api.h"
#include "runtime/binary.h"
#include "runtime/capture.h"
#include "runtime/fault.h"
#include "runtime/kernel_args.h"
#include "runtime/memory.h"

#include <cstring>
#include <memory>

using namespace cannsim;

namespace {

constexpr uint32_t kMostBlocks = 65535;

struct KernelLaunch {
    FunctionUse function;
    uint32_t blocks;
    KernelArguments args = {};
    const void *device_args = nullptr; // that are read when the stream is there
    bool fails = false; // on purpose
    Watch *watch = nullptr;
    int error = 0; // of the run
};

int broken(KernelLaunch &l, uint32_t block, const char *why) {
    if (l.error) return l.error;
    return l.error = fail(ACL_ERROR_RT_AICORE_EXCEPTION, "%s: block %u: %s",
                          l.function->name.c_str(), block, why);
}

bool holds(const void *device, size_t bytes) {
    Block block;
    if (!find_block(device, &block)) return false;
    const size_t offset = reinterpret_cast<uintptr_t>(device) - block.begin;
    return offset <= block.size && bytes <= block.size - offset;
}

// Host address of device memory; null, and the launch has failed, when it is not allocated.
void *translate(KernelLaunch &l, uint32_t block, uint64_t device, size_t bytes) {
    if (l.args.holds(device, bytes)) return reinterpret_cast<void *>(device);
    const void *p = reinterpret_cast<const void *>(device);
    if (holds(p, bytes)) return to_host(p);
    char why[96];
    std::snprintf(why, sizeof why, "%p (%zu bytes) is not allocated device memory", p, bytes);
    broken(l, block, why);
    return nullptr;
}

void *block_address(const cannsimBlock *block, uint64_t device, size_t bytes) {
    return translate(*static_cast<KernelLaunch *>(block->launch), block->index, device, bytes);
}

void block_fail(const cannsimBlock *block, const char *why) {
    broken(*static_cast<KernelLaunch *>(block->launch), block->index,
           why ? why : "the kernel failed");
}

int run(KernelLaunch &l) {
    l.error = 0;
    if (l.fails)
        return fail(ACL_ERROR_RT_AICORE_EXCEPTION, kInjected, l.function->name.c_str());
    if (l.device_args) {
        const void *from = translate(l, 0, reinterpret_cast<uintptr_t>(l.device_args), l.args.size);
        if (!from) return l.error;
        std::memcpy(l.args.bytes.data(), from, l.args.size);
    }
    cannsimBlock block{l.args.bytes.data(), l.args.size, 0,  l.blocks,
                       block_address,       block_fail,  &l};
    for (; block.index < l.blocks && !l.error; ++block.index) l.function->entry(&block);
    return l.error;
}

void release(void *launch) { delete static_cast<KernelLaunch *>(launch); }

// Takes the launch. Kernels fail as on a device: the launch is good and a later wait tells.
int submit_launch(std::unique_ptr<KernelLaunch> owned, DeviceStream *stream) {
    KernelLaunch *l = owned.release();
    const int device = stream->context->device;
    if (is_captured(stream)) {
        const auto task = [l, device] { return is_broken(device) ? 0 : run(*l); };
        const Label label{keep_name(l->function->name), ACL_MODEL_RI_TASK_KERNEL};
        return capture_task(stream, Task::of(task), label, l, release);
    }
    const int error = submit(stream, [l, device] {
        const int code = is_broken(device) ? 0 : run(*l);
        if (l->watch) check_launched(l->watch);
        delete l;
        return code;
    });
    if (error && !stream->queue) fail_task(stream, error);
    return stream->queue ? error : 0;
}

int launch(const char *caller, std::unique_ptr<KernelLaunch> l, aclrtStream handle) {
    RESOLVE(stream, handle);
    const Function &f = *l->function;
    if (stream->context->device != f.device)
        return fail(ACL_ERROR_RT_STREAM_CONTEXT,
                    "%s: the binary of %s was loaded on device %d, the stream is of device %d",
                    caller, f.name.c_str(), f.device, stream->context->device);
    attach();
    ++this_thread.counters.launches;
    if (watched(kLaunchWatches)) {
        const int error = disturb_launch(f.name.c_str(), stream, &l->fails);
        if (error || (!stream->queue && is_broken(f.device))) return error;
    }
    if (model_on.load(std::memory_order_relaxed)) model_kernel(keep_name(f.name), stream);
    if (checking()) {
        const bool there = l->device_args && holds(l->device_args, l->args.size);
        Watch *watch = check_kernel(keep_name(f.name), stream,
                                    there ? to_host(l->device_args) : l->args.bytes.data(),
                                    l->args.bytes.size());
        if (watch && is_captured(stream))
            check_launched(watch);
        else
            l->watch = watch;
    }
    return submit_launch(std::move(l), stream);
}

// --- arguments of the calls ----------------------------------------------------------------------

int check_config(const char *caller, const aclrtLaunchKernelCfg *cfg) {
    if (!cfg) return 0;
    if (cfg->numAttrs && !cfg->attrs)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %zu attributes, but they are null", caller,
                    cfg->numAttrs);
    const int last = settings().major >= 9 ? ACL_RT_LAUNCH_KERNEL_ATTR_ENABLE_PROFILING
                                           : ACL_RT_LAUNCH_KERNEL_ATTR_SCHEM_MODE;
    for (size_t i = 0; i < cfg->numAttrs; ++i) {
        const aclrtLaunchKernelAttr &attr = cfg->attrs[i];
        int id; // which may be no value of the enumeration
        std::memcpy(&id, &attr.id, sizeof id);
        if (id < ACL_RT_LAUNCH_KERNEL_ATTR_SCHEM_MODE || id > last)
            return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: unknown attribute %d", caller, id);
        // Everything else tells a device how to schedule, which changes no result.
        if (id == ACL_RT_LAUNCH_KERNEL_ATTR_BLOCKDIM_OFFSET && attr.value.blockDimOffset)
            return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                        "%s: cannsim begins with block 0, not with block %u", caller,
                        attr.value.blockDimOffset);
    }
    return 0;
}

// A launch without arguments yet; null after an error.
std::unique_ptr<KernelLaunch> begin(const char *caller, const void *handle, uint32_t blocks,
                                    const aclrtLaunchKernelCfg *cfg, int *error) {
    FunctionUse function(caller, handle);
    *error = function.error;
    if (!*error && (blocks == 0 || blocks > kMostBlocks))
        *error = fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %u blocks; expected 1 to %u", caller, blocks,
                      kMostBlocks);
    if (!*error) *error = check_config(caller, cfg);
    if (*error) return nullptr;
    return std::unique_ptr<KernelLaunch>(new KernelLaunch{std::move(function), blocks});
}

int finish(const char *caller, std::unique_ptr<KernelLaunch> l, int error, aclrtStream stream) {
    const std::string name = l && watched(kTraced) ? l->function->name : "";
    const uint32_t blocks = l ? l->blocks : 0;
    const size_t bytes = l ? l->args.size : 0;
    if (!error) error = launch(caller, std::move(l), stream);
    if (!name.empty()) trace_kernel(name.c_str(), blocks, bytes, error);
    return error;
}

int launch_device_args(const char *caller, aclrtFuncHandle handle, uint32_t blocks,
                       const void *args, size_t size, const aclrtLaunchKernelCfg *cfg,
                       aclrtStream stream) {
    int error;
    std::unique_ptr<KernelLaunch> l = begin(caller, handle, blocks, cfg, &error);
    if (!l) return error;
    if (size && !is_device(args))
        error = fail(ACL_ERROR_RT_PARAM_INVALID, "%s: argsData %p is not device memory", caller, args);
    l->args.bytes.assign(size, 0);
    l->args.size = size;
    if (size) l->device_args = args;
    return finish(caller, std::move(l), error, stream);
}

int set_placeholders(const char *caller, KernelArguments &args,
                     const aclrtPlaceHolderInfo *placeholders, size_t n) {
    if (n && !placeholders)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %zu placeholders, but they are null", caller, n);
    for (size_t i = 0; i < n; ++i) {
        const aclrtPlaceHolderInfo &p = placeholders[i];
        if (args.size < sizeof(uint64_t) || p.addrOffset > args.size - sizeof(uint64_t) ||
            p.dataOffset >= args.size)
            return fail(ACL_ERROR_RT_PARAM_INVALID,
                        "%s: placeholder %zu: pointer at %u and data at %u leave the %zu bytes",
                        caller, i, p.addrOffset, p.dataOffset, args.size);
        args.point(p.addrOffset, p.dataOffset);
    }
    return 0;
}

int pack(const char *caller, const Function &f, void *const *values, KernelArguments *out) {
    if (int error = check_params(caller, f)) return error;
    for (size_t i = 0; f.params[i]; ++i) {
        if (!values || !values[i])
            return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: argument %zu of %s is null", caller, i,
                        f.name.c_str());
        const size_t at = argument_offset(out->bytes.size(), f.params[i]);
        out->bytes.resize(at + f.params[i]);
        std::memcpy(out->bytes.data() + at, values[i], f.params[i]);
    }
    out->bytes.resize(argument_offset(out->bytes.size(), 8));
    out->size = out->bytes.size();
    return 0;
}

} // namespace

extern "C" {

aclError aclrtLaunchKernel(aclrtFuncHandle funcHandle, uint32_t blockDim, const void *argsData,
                           size_t argsSize, aclrtStream stream) {
    return launch_device_args(__func__, funcHandle, blockDim, argsData, argsSize, nullptr, stream);
}

aclError aclrtLaunchKernelV2(aclrtFuncHandle funcHandle, uint32_t numBlocks, const void *argsData,
                             size_t argsSize, aclrtLaunchKernelCfg *cfg, aclrtStream stream) {
    return launch_device_args(__func__, funcHandle, numBlocks, argsData, argsSize, cfg, stream);
}

aclError aclrtLaunchKernelWithConfig(aclrtFuncHandle funcHandle, uint32_t blockDim,
                                     aclrtStream stream, aclrtLaunchKernelCfg *cfg,
                                     aclrtArgsHandle argsHandle, void *) {
    int error;
    std::unique_ptr<KernelLaunch> l = begin(__func__, funcHandle, blockDim, cfg, &error);
    if (!l) return error;
    error = read_arguments(__func__, funcHandle, argsHandle, &l->args);
    return finish(__func__, std::move(l), error, stream);
}

aclError aclrtLaunchKernelWithHostArgs(aclrtFuncHandle funcHandle, uint32_t numBlocks,
                                       aclrtStream stream, aclrtLaunchKernelCfg *cfg,
                                       void *hostArgs, size_t argsSize,
                                       aclrtPlaceHolderInfo *placeHolderArray,
                                       size_t placeHolderNum) {
    int error;
    std::unique_ptr<KernelLaunch> l = begin(__func__, funcHandle, numBlocks, cfg, &error);
    if (!l) return error;
    if (argsSize && (!hostArgs || is_device(hostArgs)))
        error = fail(ACL_ERROR_RT_PARAM_INVALID, "%s: hostArgs %p is not host memory", __func__,
                     hostArgs);
    if (!error && argsSize) {
        const char *from = static_cast<const char *>(hostArgs);
        l->args.bytes.assign(from, from + argsSize);
        l->args.size = argsSize;
        error = set_placeholders(__func__, l->args, placeHolderArray, placeHolderNum);
    }
    return finish(__func__, std::move(l), error, stream);
}

aclError aclrtLaunchKernelWithArgsArray(void *func, uint32_t numBlocks, aclrtStream stream,
                                        aclrtLaunchKernelCfg *cfg, void **args) {
    int error;
    std::unique_ptr<KernelLaunch> l = begin(__func__, func, numBlocks, cfg, &error);
    if (!l) return error;
    error = pack(__func__, *l->function, args, &l->args);
    return finish(__func__, std::move(l), error, stream);
}

} // extern "C"
