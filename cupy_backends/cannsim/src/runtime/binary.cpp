// aclrtBinary*: shared objects with kernels for the simulated device (abi/cannsim_kernel.h).
#include "runtime/binary.h"

#include "check/check.h"
#include "runtime/api.h"
#include "runtime/kernel_args.h"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace cannsim;

namespace cannsim {

struct Binary {
    int device;
    int file; // open as long as the library is, since the linker knows libraries by their names
    void *library;
    const void *base; // where the dynamic linker put it
    int users = 1;    // the program's handle, and launches
    std::map<std::string, std::unique_ptr<Function>> functions = {};
    std::vector<std::pair<void *, void (*)(void *)>> kept = {}; // argument lists
};

namespace {

// aclrtBinary: what a program describes before it loads it. Its bytes stay the program's.
struct Image {
    const void *data;
    size_t length;
};

struct State {
    std::mutex mutex;
    std::set<const void *> images, binaries, functions; // those that handles of the program mean
    std::set<std::string> names;
};

State &state() {
    static State *instance = new State;
    return *instance;
}

#if defined(__x86_64__)
constexpr int kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int kMachine = EM_AARCH64;
#else
constexpr int kMachine = EM_NONE; // the dynamic linker decides
#endif

constexpr char kWanted[] =
    "cannsim runs shared objects for the host's machine that were compiled with cannsim_kernel.h";

// Whether all that the linker maps is there: it does not look.
bool is_whole(const Elf64_Ehdr &header, const void *data, size_t length) {
    const size_t n = header.e_phnum, size = sizeof(Elf64_Phdr);
    if (header.e_phentsize != size || header.e_phoff > length || n > (length - header.e_phoff) / size)
        return false;
    for (size_t i = 0; i < n; ++i) {
        Elf64_Phdr part;
        std::memcpy(&part, static_cast<const char *>(data) + header.e_phoff + i * size, size);
        if (part.p_offset > length || part.p_filesz > length - part.p_offset) return false;
    }
    return n > 0;
}

int check_image(const char *caller, const void *data, size_t length) {
    Elf64_Ehdr header;
    if (length < sizeof header || std::memcmp(data, ELFMAG, SELFMAG))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %zu bytes that are no ELF binary; %s", caller,
                    length, kWanted);
    std::memcpy(&header, data, sizeof header);
    if (kMachine != EM_NONE && header.e_machine != kMachine)
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                    "%s: a binary for machine 0x%x, not for this CPU (a kernel of a real device?); %s",
                    caller, header.e_machine, kWanted);
    if (header.e_type != ET_DYN)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: not linked as a shared object; %s", caller,
                    kWanted);
    if (!is_whole(header, data, length))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: a part of the binary lies behind its %zu bytes",
                    caller, length);
    return 0;
}

int check_option(const char *caller, const aclrtBinaryLoadOption &option) {
    int type; // which may be no value of the enumeration
    std::memcpy(&type, &option.type, sizeof type);
    switch (type) {
    case ACL_RT_BINARY_LOAD_OPT_LAZY_LOAD:
        if (option.value.isLazyLoad <= 1) return 0;
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: isLazyLoad is %u; expected 0 or 1", caller,
                    option.value.isLazyLoad);
    case ACL_RT_BINARY_LOAD_OPT_MAGIC:
        for (uint32_t magic : {ACL_RT_BINARY_MAGIC_ELF_AICORE, ACL_RT_BINARY_MAGIC_ELF_VECTOR_CORE,
                               ACL_RT_BINARY_MAGIC_ELF_CUBE_CORE})
            if (option.value.magic == magic) return 0;
        return fail(ACL_ERROR_RT_PARAM_INVALID,
                    "%s: magic 0x%x is none of ACL_RT_BINARY_MAGIC_ELF_*", caller,
                    option.value.magic);
    case ACL_RT_BINARY_LOAD_OPT_CPU_KERNEL_MODE:
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                    "%s: cannsim does not load kernels of the AI CPU", caller);
    }
    return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: unknown option %d", caller, type);
}

int check_options(const char *caller, const aclrtBinaryLoadOptions *options) {
    if (!options) return 0;
    if (options->numOpt && !options->options)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %zu options, but they are null", caller,
                    options->numOpt);
    for (size_t i = 0; i < options->numOpt; ++i)
        if (int error = check_option(caller, options->options[i])) return error;
    return 0;
}

bool write_all(int file, const void *data, size_t length) {
    for (const char *at = static_cast<const char *>(data); length;) {
        const ssize_t n = write(file, at, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        length -= size_t(n);
    }
    return true;
}

// Every load is a copy of its own, as on a device: the file may change, and globals are not shared.
void *open_image(const char *name, const void *data, size_t length, int *file) {
    *file = memfd_create(std::string(name).substr(0, 200).c_str(), MFD_CLOEXEC); // no more fit
    if (*file < 0) return nullptr;
    char path[32];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", *file);
    return write_all(*file, data, length) ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
}

void close_image(void *library, int file) {
    if (library) dlclose(library);
    if (file >= 0) close(file);
}

int load(const char *caller, const char *name, const void *data, size_t length,
         aclrtBinHandle *out) {
    Context *context;
    if (int error = require_context(&context)) return error;
    if (int error = check_image(caller, data, length)) return error;
    int file;
    void *library = open_image(name, data, length, &file);
    if (!library) {
        const int number = errno;
        const char *why = dlerror();
        close_image(library, file);
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %s; %s", caller,
                    why ? why : std::strerror(number), kWanted);
    }
    Dl_info info{};
    const uint32_t *version = static_cast<uint32_t *>(dlsym(library, "cannsimBinaryVersion"));
    if (!version || *version != CANNSIM_BINARY_VERSION || !dladdr(version, &info)) {
        const uint32_t given = version ? *version : 0;
        close_image(library, file);
        return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                    "%s: the binary has version %u of the kernels' convention, expected %u; %s",
                    caller, given, CANNSIM_BINARY_VERSION, kWanted);
    }
    Binary *binary = new Binary{context->device, file, library, info.dli_fbase};
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        state().binaries.insert(binary);
    }
    if (checking(kCheckLeak)) leak_noted(binary, "aclrtBinHandle");
    *out = binary;
    return 0;
}

// The lock is held.
Binary *find_binary(const char *caller, const void *handle, int *error) {
    if (state().binaries.count(handle))
        return static_cast<Binary *>(const_cast<void *>(handle));
    *error = handle ? fail(ACL_ERROR_RT_INVALID_HANDLE, "%s: %p is not a binary, or it was unloaded",
                           caller, handle)
                    : fail(ACL_ERROR_RT_PARAM_INVALID, "%s: binHandle is null", caller);
    return nullptr;
}

// A symbol of the binary itself: libraries that it needs have no kernels.
void *symbol(const Binary &binary, const char *name) {
    void *p = dlsym(binary.library, name);
    Dl_info info{};
    return p && dladdr(p, &info) && info.dli_fbase == binary.base ? p : nullptr;
}

void leave(Binary *binary) {
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        if (--binary->users) return;
    }
    close_image(binary->library, binary->file);
    delete binary;
}

} // namespace

FunctionUse::FunctionUse(const char *caller, const void *handle) {
    std::lock_guard<std::mutex> lock(state().mutex);
    if (state().functions.count(handle)) {
        function = static_cast<Function *>(const_cast<void *>(handle));
        ++function->binary->users;
        return;
    }
    error = handle ? fail(ACL_ERROR_RT_INVALID_HANDLE,
                          "%s: %p is not a kernel, or its binary was unloaded", caller, handle)
                   : fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the kernel is null", caller);
}

FunctionUse::~FunctionUse() {
    if (function) leave(function->binary);
}

void keep_with(const FunctionUse &function, void *object, void (*release)(void *)) {
    std::lock_guard<std::mutex> lock(state().mutex);
    function->binary->kept.emplace_back(object, release);
}

int check_params(const char *caller, const Function &f) {
    if (f.params) return 0;
    return fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT,
                "%s: nothing is known of the parameters of %s: declare them with CANNSIM_PARAMS",
                caller, f.name.c_str());
}

const char *keep_name(const std::string &name) {
    std::lock_guard<std::mutex> lock(state().mutex);
    return state().names.insert(name).first->c_str();
}

} // namespace cannsim

extern "C" {

aclError aclrtBinaryLoadFromFile(const char *binPath, aclrtBinaryLoadOptions *options,
                                 aclrtBinHandle *binHandle) {
    REQUIRE(binPath);
    REQUIRE(binHandle);
    if (int error = check_options(__func__, options)) return error;
    const int file = open(binPath, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (file < 0 || fstat(file, &about) || !S_ISREG(about.st_mode)) {
        const int why = errno;
        if (file >= 0) close(file);
        return fail(ACL_ERROR_RT_FILE_OPEN, "%s: %s: %s", __func__, binPath,
                    file < 0 ? std::strerror(why) : "not a file");
    }
    const size_t length = size_t(about.st_size);
    void *data = length ? mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
    close(file);
    if (data == MAP_FAILED)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %s is empty or cannot be read", __func__,
                    binPath);
    const char *slash = std::strrchr(binPath, '/');
    const int error = load(__func__, slash ? slash + 1 : binPath, data, length, binHandle);
    munmap(data, length);
    return error;
}

aclError aclrtBinaryLoadFromData(const void *data, size_t length,
                                 const aclrtBinaryLoadOptions *options, aclrtBinHandle *binHandle) {
    REQUIRE(data);
    REQUIRE(binHandle);
    if (int error = check_options(__func__, options)) return error;
    return load(__func__, "kernel", data, length, binHandle);
}

aclrtBinary aclrtCreateBinary(const void *data, size_t dataLen) {
    if (!data || !dataLen) {
        fail(ACL_ERROR_INVALID_PARAM, "%s: %zu bytes at %p", __func__, dataLen, data);
        return nullptr;
    }
    Image *image = new Image{data, dataLen};
    std::lock_guard<std::mutex> lock(state().mutex);
    state().images.insert(image);
    if (checking(kCheckLeak)) leak_noted(image, "aclrtBinary");
    return image;
}

aclError aclrtDestroyBinary(aclrtBinary binary) {
    REQUIRE(binary);
    std::lock_guard<std::mutex> lock(state().mutex);
    if (!state().images.erase(binary))
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "%s: %p is not a binary, or it was destroyed",
                    __func__, binary);
    if (checking(kCheckLeak)) leak_forgotten(binary);
    delete static_cast<Image *>(binary);
    return 0;
}

aclError aclrtBinaryLoad(const aclrtBinary binary, aclrtBinHandle *binHandle) {
    REQUIRE(binary);
    REQUIRE(binHandle);
    Image image{};
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        if (!state().images.count(binary))
            return fail(ACL_ERROR_RT_INVALID_HANDLE, "%s: %p is not a binary, or it was destroyed",
                        __func__, binary);
        image = *static_cast<const Image *>(binary);
    }
    return load(__func__, "kernel", image.data, image.length, binHandle);
}

// What is launched already runs to its end, and graphs keep their kernels.
aclError aclrtBinaryUnLoad(aclrtBinHandle binHandle) {
    Binary *binary;
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        int error = 0;
        binary = find_binary(__func__, binHandle, &error);
        if (!binary) return error;
        state().binaries.erase(binary);
        for (auto &[name, function] : binary->functions) state().functions.erase(function.get());
    }
    for (auto &[object, release] : binary->kept) release(object);
    if (checking(kCheckLeak)) leak_forgotten(binary);
    leave(binary);
    return 0;
}

aclError aclrtBinaryGetFunction(const aclrtBinHandle binHandle, const char *kernelName,
                                aclrtFuncHandle *funcHandle) {
    REQUIRE(kernelName);
    REQUIRE(funcHandle);
    std::lock_guard<std::mutex> lock(state().mutex);
    int error = 0;
    Binary *binary = find_binary(__func__, binHandle, &error);
    if (!binary) return error;
    std::unique_ptr<Function> &function = binary->functions[kernelName];
    if (!function) {
        void *entry = symbol(*binary, kernelName);
        if (!entry) {
            binary->functions.erase(kernelName);
            return fail(ACL_ERROR_RT_KERNEL_LOOKUP, "%s: the binary has no kernel %s", __func__,
                        kernelName);
        }
        const std::string params = std::string(kernelName) + "_cannsimParams";
        function.reset(new Function{binary, binary->device, kernelName,
                                    reinterpret_cast<void (*)(const cannsimBlock *)>(entry),
                                    static_cast<uint32_t *>(symbol(*binary, params.c_str()))});
        state().functions.insert(function.get());
    }
    *funcHandle = function.get();
    return 0;
}

aclError aclrtGetFunctionName(aclrtFuncHandle funcHandle, uint32_t maxLen, char *name) {
    REQUIRE(name);
    FunctionUse f(__func__, funcHandle);
    if (f.error) return f.error;
    if (maxLen <= f->name.size())
        return fail(ACL_ERROR_INVALID_PARAM, "%s: maxLen is %u, but %s needs %zu", __func__, maxLen,
                    f->name.c_str(), f->name.size() + 1);
    std::memcpy(name, f->name.c_str(), f->name.size() + 1);
    return 0;
}

aclError aclrtFunctionGetParamCount(const void *func, size_t *paramCount) {
    REQUIRE(paramCount);
    FunctionUse f(__func__, func);
    if (f.error || (f.error = check_params(__func__, *f))) return f.error;
    for (*paramCount = 0; f->params[*paramCount];) ++*paramCount;
    return 0;
}

aclError aclrtFunctionGetParamInfo(const void *func, size_t paramIndex, size_t *paramOffset,
                                   size_t *paramSize) {
    REQUIRE(paramOffset);
    FunctionUse f(__func__, func);
    if (f.error || (f.error = check_params(__func__, *f))) return f.error;
    size_t offset = 0;
    for (size_t i = 0; f->params[i]; ++i) {
        offset = argument_offset(offset, f->params[i]);
        if (i < paramIndex) {
            offset += f->params[i];
            continue;
        }
        *paramOffset = offset;
        if (paramSize) *paramSize = f->params[i];
        return 0;
    }
    return fail(ACL_ERROR_INVALID_PARAM, "%s: %s has no parameter %zu", __func__, f->name.c_str(),
                paramIndex);
}

} // extern "C"
