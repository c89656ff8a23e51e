// Finds and opens CANN or its simulator with dlopen; nothing is linked and nothing happens at
// import.
//
// The choice is made from files alone, before anything is opened: libraries of two CANNs in one
// process capture each other's symbols.
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "launch.h"

namespace ascend {

Api api;
Machine machine;
std::atomic<uint32_t> binding{1};
__thread Thread thread;

namespace {

struct Library {
    std::string name, path, problem;
    void *handle = nullptr;
};

std::vector<Library> libraries;
std::string simulator_path;
std::string soc_name;
std::mutex loading;
std::atomic<bool> ready{false}, retired{false};
pid_t loading_process = 0;
std::atomic<Counters *> all_counts{nullptr}; // kept when a thread ends: totals do not shrink

bool exists(const std::string &path) { return access(path.c_str(), R_OK) == 0; }

const char *environment(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : nullptr;
}

std::vector<std::string> library_folders() {
    std::vector<std::string> folders;
    for (const char *name : {"ASCEND_HOME_PATH", "ASCEND_TOOLKIT_HOME"})
        if (const char *home = environment(name)) folders.push_back(std::string(home) + "/lib64");
    if (!folders.empty()) return folders; // the user named one CANN: no other may slip in
    std::vector<std::string> roots = {"/usr/local/Ascend"};
    if (const char *home = environment("HOME")) roots.push_back(std::string(home) + "/Ascend");
    for (const std::string &root : roots) {
        folders.push_back(root + "/ascend-toolkit/latest/lib64");
        folders.push_back(root + "/cann/lib64");
        folders.push_back(root + "/latest/lib64");
    }
    return folders;
}

std::string find_cann() {
    for (const std::string &folder : library_folders())
        if (exists(folder + "/libascendcl.so") || exists(folder + "/libacl_rt.so")) return folder;
    return "";
}

bool has_device_node() {
    bool found = false;
    if (DIR *folder = opendir("/dev")) {
        while (dirent *entry = readdir(folder))
            if (!strncmp(entry->d_name, "davinci", 7) &&
                (entry->d_name[7] >= '0' && entry->d_name[7] <= '9'))
                found = true;
        closedir(folder);
    }
    return found;
}

bool open_library(const std::string &name, const std::string &path) {
    Library library;
    library.name = name;
    library.path = path;
    library.handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library.handle) {
        const char *problem = dlerror();
        library.problem = problem ? problem : "cannot be opened";
    }
    bool opened = library.handle != nullptr;
    libraries.push_back(std::move(library));
    return opened;
}

std::string problems() {
    std::string text;
    for (const Library &library : libraries)
        if (!library.problem.empty()) text += (text.empty() ? "" : "; ") + library.problem;
    return text;
}

int open_simulator() {
    if (simulator_path.empty())
        return fail_text(CUPY_FAILED, "load", "this build has no CANN simulator");
    if (!open_library("libcannsim.so", simulator_path))
        return fail_text(CUPY_FAILED, "load", "the CANN simulator cannot be loaded: %s",
                         problems().c_str());
    machine.simulator = true;
    return CUPY_OK;
}

int open_cann(const std::string &folder, bool node) {
    const char *mend =
        "Run 'python -m cupy.doctor' for the cause, or set CUPY_CANN=sim to use the simulator.";
    if (folder.empty()) {
        return fail_text(
            CUPY_FAILED, "load",
            "%s but no CANN toolkit was found (ASCEND_HOME_PATH, /usr/local/Ascend). %s",
            node ? "an NPU is present" : "CUPY_CANN=real was asked for", mend);
    }
    bool runtime = open_library("libascendcl.so", folder + "/libascendcl.so");
    if (exists(folder + "/libacl_rt.so"))
        runtime |= open_library("libacl_rt.so", folder + "/libacl_rt.so");
    bool base = open_library("libnnopbase.so", folder + "/libnnopbase.so");
    bool operators = false;
    if (exists(folder + "/libopapi.so")) { // never together with the split ones
        operators = open_library("libopapi.so", folder + "/libopapi.so");
    } else {
        for (const char *part :
             {"libopapi_math.so", "libopapi_nn.so", "libopapi_cv.so", "libopapi_transformer.so"})
            if (exists(folder + "/" + part)) operators |= open_library(part, folder + "/" + part);
    }
    if (runtime && base && operators) return CUPY_OK;
    std::string why = problems();
    return fail_text(CUPY_FAILED, "load", "CANN in %s cannot be used: %s. %s", folder.c_str(),
                     why.empty() ? "it has no operator library" : why.c_str(), mend);
}

int open_all() {
    const char *wish = environment("CUPY_CANN");
    std::string choice = wish ? wish : "auto";
    if (choice == "sim") return open_simulator();
    if (choice != "auto" && choice != "real")
        return fail_text(CUPY_FAILED, "load", "CUPY_CANN=%s: expected sim, real or auto",
                         choice.c_str());
    std::string folder = find_cann();
    bool node = has_device_node();
    if (choice == "auto" && folder.empty() && !node) return open_simulator();
    return open_cann(folder, node);
}

int resolve_api() {
    for (const ApiSymbol &wanted : api_symbols) {
        void *found = symbol(wanted.name);
        memcpy(reinterpret_cast<char *>(&api) + wanted.offset, &found, sizeof found);
        if (!found && wanted.required)
            return fail_text(CUPY_FAILED, "load",
                             "%s lacks %s. Run 'python -m cupy.doctor', or set CUPY_CANN=sim.",
                             libraries.front().path.c_str(), wanted.name);
    }
    return CUPY_OK;
}

int family_of(const char *soc) {
    for (int i = 0; i < num_socs; i++)
        if (!strcmp(socs[i].name, soc)) return socs[i].family;
    // A chip newer than the facts: its name begins as its family's. Longest first.
    static const struct {
        const char *prefix, *family;
    } prefixes[] = {{"Ascend910_95", "950"}, {"Ascend910_93", "910_93"}, {"Ascend910B", "910B"},
                    {"Ascend310P", "310P"},  {"Ascend950", "950"},       {"Ascend910", "910"}};
    for (auto &row : prefixes)
        if (!strncmp(soc, row.prefix, strlen(row.prefix)))
            for (int i = 0; i < kFamilies; i++)
                if (!strcmp(family_names[i], row.family)) return i;
    return -1;
}

int read_random() {
    const char *wish = environment("CUPY_RANDOM");
    std::string choice = wish ? wish : "auto";
    if (choice != "auto" && choice != "portable")
        return fail_text(CUPY_FAILED, "load", "CUPY_RANDOM=%s: expected auto or portable",
                         choice.c_str());
    machine.only_portable = choice == "portable";
    auto stream = reinterpret_cast<const char *(*)()>(symbol("cannsimRandomStream"));
    machine.portable = stream && !strcmp(stream(), host_random);
    return CUPY_OK;
}

int read_trig() {
    const char *wish = environment("CUPY_TRIG");
    if (wish && strcmp(wish, "native") && strcmp(wish, "exact"))
        return fail_text(CUPY_FAILED, "load", "CUPY_TRIG=%s: expected native or exact", wish);
    machine.exact_trig = wish && !strcmp(wish, "exact");
    return CUPY_OK;
}

bool lacks_newer_operators() {
    for (int i = 0; i < num_functions; i++)
        if (!functions[i].in_8_1 &&
            symbol((std::string(functions[i].name) + "GetWorkspaceSize").c_str()))
            return false;
    return true;
}

void count_thread() {
    if (thread.counts) return;
    thread.counts = new Counters;
    thread.counts->next = all_counts.load(std::memory_order_relaxed);
    while (!all_counts.compare_exchange_weak(thread.counts->next, thread.counts)) {
    }
}

// The simulator goes on with copied memory; a real device's context does not survive.
void in_forked_child() {
    if (!machine.simulator) thread.bound = 0;
}

int load_locked() {
    for (Library &library : libraries)
        if (library.handle) dlclose(library.handle);
    libraries.clear();
    machine = Machine();
    if (int rc = open_all()) return rc;
    if (int rc = resolve_api()) return rc;
    if (int rc = read_random()) return rc;
    if (int rc = read_trig()) return rc;
    if (int code = api.aclInit(nullptr); code && code != ACL_ERROR_REPEAT_INITIALIZE)
        return fail(code, "aclInit");
    uint32_t devices = 0;
    if (int code = api.aclrtGetDeviceCount(&devices)) return fail(code, "aclrtGetDeviceCount");
    if (!devices)
        return fail_text(CUPY_FAILED, "load",
                         "CANN finds no NPU. Run 'python -m cupy.doctor', or set CUPY_CANN=sim.");
    if (int code = api.aclrtSetDevice(thread.device)) return fail(code, "aclrtSetDevice");
    count_thread();
    thread.bound = binding;
    const char *soc = api.aclrtGetSocName();
    soc_name = soc ? soc : "";
    machine.soc = soc_name.c_str();
    machine.family = family_of(machine.soc);
    if (machine.family < 0)
        return fail_text(CUPY_FAILED, "load", "the SoC %s is not one this version knows",
                         machine.soc);
    machine.old = lacks_newer_operators();
    watch_pool();
    const char *blocking = environment("CUPY_LAUNCH_BLOCKING");
    if (blocking && strcmp(blocking, "0") && strcmp(blocking, "1"))
        return fail_text(CUPY_FAILED, "load", "CUPY_LAUNCH_BLOCKING=%s: expected 0 or 1", blocking);
    machine.blocking = blocking && !strcmp(blocking, "1");
    loading_process = getpid();
    pthread_atfork(nullptr, nullptr, in_forked_child);
    ready.store(true, std::memory_order_release);
    return CUPY_OK;
}

} // namespace

void *symbol(const char *name) {
    for (const Library &library : libraries)
        if (library.handle)
            if (void *found = dlsym(library.handle, name)) {
                // The simulator has the names of all releases of CANN and simulates one of them.
                auto provides = reinterpret_cast<bool (*)(const char *)>(
                    machine.simulator ? dlsym(library.handle, "cannsimProvides") : nullptr);
                return provides && !provides(name) ? nullptr : found;
            }
    return nullptr;
}

bool loaded() { return ready.load(std::memory_order_acquire); }

int load() {
    if (loaded()) return CUPY_OK;
    return guarded("load", [] {
        std::lock_guard<std::mutex> hold(loading);
        return loaded() ? int(CUPY_OK) : load_locked();
    });
}

int bind_thread() {
    if (int rc = load()) return rc;
    // The simulator stays: streams and events that the program kept to its end are destroyed in it.
    if (retired && !machine.simulator) return fail_text(CUPY_FAILED, "bind", "the process is ending");
    if (!machine.simulator && getpid() != loading_process)
        return fail_text(
            CUPY_FAILED, "bind",
            "CANN cannot be used after fork: start the process with the 'spawn' method");
    ASCEND_TRY(aclrtSetDevice, thread.device);
    return guarded("bind", [] {
        count_thread();
        thread.bound = binding;
        return int(CUPY_OK);
    });
}

void retire() {
    api.aclrtSynchronizeDevice();
    retired = true;
    ++binding;
}

void reset_counts() {
    for (Counters *one = all_counts; one; one = one->next)
        for (auto *counter :
             {&one->calls, &one->first_phases, &one->host_runs, &one->scratch_allocs})
            *counter = 0;
}

} // namespace ascend

using namespace ascend;

extern "C" {

int cupy_ascend_load(void) { return load(); }
void cupy_ascend_set_simulator(const char *path) { simulator_path = path ? path : ""; }
int cupy_ascend_is_loaded(void) { return loaded(); }
int cupy_ascend_is_simulator(void) { return machine.simulator; }
const char *cupy_ascend_soc(void) { return machine.soc; }
const char *cupy_ascend_family(void) {
    return machine.family < 0 ? "" : family_names[machine.family];
}
void *cupy_ascend_symbol(const char *name) { return loaded() ? symbol(name) : nullptr; }

int cupy_ascend_library(int index, const char **name, const char **path, const char **problem) {
    if (index < 0 || size_t(index) >= libraries.size()) return 0;
    *name = libraries[size_t(index)].name.c_str();
    *path = libraries[size_t(index)].path.c_str();
    *problem = libraries[size_t(index)].problem.c_str();
    return 1;
}

int cupy_ascend_function(int index, const char **name, int *available) {
    if (index < 0 || index >= num_functions) return 0;
    *name = functions[index].name;
    *available =
        loaded() &&
        symbol((std::string(functions[index].name) + "GetWorkspaceSize").c_str()) != nullptr;
    return 1;
}

void cupy_ascend_counters(cupyAscendCounters *out) {
    *out = {};
    for (Counters *one = all_counts; one; one = one->next) {
        out->calls += one->calls;
        out->first_phases += one->first_phases;
        out->host_runs += one->host_runs;
        out->scratch_allocs += one->scratch_allocs;
        out->constants += one->constants;
    }
    count_executors(&out->executors, &out->executor_room);
}
}
