// aclrtIpcMem*: device memory of one process that others map, found by a key in words.
#include "check/check.h"
#include "runtime/api.h"
#include "runtime/fault.h"
#include "runtime/memory.h"
#include "runtime/sharing.h"

#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <unistd.h>

using namespace cannsim;

namespace {

struct Export {
    SharedPage *page;
    Ticket ticket;
    uintptr_t block;
    int device;
};

struct Import {
    void *p;
    int device;
    int count;
};

struct Keys {
    std::mutex mutex;
    std::map<std::string, Export> exports;
    std::map<std::string, Import> imports;
};

Keys &keys() {
    static Keys *instance = new Keys;
    return *instance;
}

constexpr char kFormat[] = "cannsim-%u-%u-%06x";

std::string text_of(const Ticket &t) {
    char text[48];
    std::snprintf(text, sizeof text, kFormat, t.pid, t.fd, t.token);
    return text;
}

int parse(const char *call, const char *key, Ticket *out) {
    int length = 0;
    if (std::sscanf(key, "cannsim-%u-%u-%x%n", &out->pid, &out->fd, &out->token, &length) == 3 &&
        !key[length])
        return 0;
    return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: '%.64s' is no key of aclrtIpcMemGetExportKey",
                call, key);
}

// The entries of a map that satisfy a condition are handed to `end` and removed.
template <class Map, class Condition, class End>
void remove_if(Map &map, const Condition &condition, const End &end) {
    for (auto it = map.begin(); it != map.end();) {
        if (condition(it->second)) {
            end(it->second);
            it = map.erase(it);
        } else {
            ++it;
        }
    }
}

void end_export(Export &e) { close_page(e.page, e.ticket); }

} // namespace

namespace cannsim {

void close_exports(uintptr_t block) {
    std::lock_guard<std::mutex> lock(keys().mutex);
    remove_if(keys().exports, [&](const Export &e) { return e.block == block; }, end_export);
}

void release_imports(int device) {
    std::lock_guard<std::mutex> lock(keys().mutex);
    remove_if(keys().exports, [&](const Export &e) { return e.device == device; }, end_export);
    // What they map goes with the other mapped memory of the device.
    remove_if(keys().imports, [&](const Import &i) { return i.device == device; }, [](Import &) {});
}

void keys_before_fork() { keys().mutex.lock(); }

// What the parent shares is not the child's to withdraw.
void keys_after_fork(bool child) {
    if (child)
        remove_if(
            keys().exports, [](const Export &) { return true; },
            [](Export &e) {
                leave_page(e.page);
                close(int(e.ticket.fd));
            });
    keys().mutex.unlock();
}

} // namespace cannsim

extern "C" {

aclError aclrtIpcMemGetExportKey(void *devPtr, size_t size, char *key, size_t len, uint64_t flags) {
    REQUIRE(devPtr);
    REQUIRE(key);
    if (flags > ACL_RT_IPC_MEM_EXPORT_FLAG_DISABLE_PID_VALIDATION)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: flags is %lu, not 0 or 1", __func__, flags);
    Context *context;
    if (int error = require_context(&context)) return error;
    Block block;
    const bool found = is_device(devPtr) && find_block(devPtr, &block);
    const uintptr_t at = reinterpret_cast<uintptr_t>(devPtr);
    if (!found || at - virtual_area.begin < virtual_area.size)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: %p is not memory of aclrtMalloc", __func__,
                    devPtr);
    const size_t offset = at - block.begin;
    if (!size || offset > block.size || size > block.size - offset)
        return fail(ACL_ERROR_INVALID_PARAM,
                    "%s: size is %zu; the block of %zu bytes holds %zu from %p on", __func__, size,
                    block.size, block.size - std::min(offset, block.size), devPtr);
    if (int error = check_broken(block.device, false)) return error;
    std::vector<Piece> pieces;
    if (int error = share_block(__func__, block, &pieces)) return error;
    Export e{nullptr, {}, block.begin, block.device};
    if (int error = make_page(__func__, PageKind::Memory, &e.page, &e.ticket)) return error;
    const std::string text = text_of(e.ticket);
    if (text.size() >= len || pieces.size() > kMaxPieces) {
        end_export(e);
        return fail(ACL_ERROR_INVALID_PARAM, "%s: len is %zu; the key needs %zu", __func__, len,
                    text.size() + 1);
    }
    SharedPage &page = *e.page;
    page.device = uint32_t(block.device);
    page.any_pid = uint32_t(flags);
    page.skip = at % size_t(sysconf(_SC_PAGESIZE));
    page.size = size;
    // The pieces begin at the block's first page, the memory perhaps in a later one.
    size_t ahead = at - page.skip -
                   block.begin / size_t(sysconf(_SC_PAGESIZE)) * size_t(sysconf(_SC_PAGESIZE));
    size_t wanted = page.skip + size;
    for (Piece piece : pieces) {
        const size_t left = std::min<size_t>(ahead, piece.size);
        ahead -= left;
        piece.offset += left;
        piece.size -= left;
        if (!piece.size || !wanted) continue;
        wanted -= std::min<size_t>(wanted, piece.size);
        page.pieces[page.npieces++] = piece;
    }
    if (checking()) check_shared(devPtr, size);
    std::lock_guard<std::mutex> lock(keys().mutex);
    keys().exports[text] = e;
    std::strcpy(key, text.c_str());
    return 0;
}

aclError aclrtIpcMemSetImportPid(const char *key, int32_t *pid, size_t num) {
    REQUIRE(key);
    REQUIRE(pid);
    if (!num) return fail(ACL_ERROR_INVALID_PARAM, "%s: num is 0", __func__);
    std::lock_guard<std::mutex> lock(keys().mutex);
    auto it = keys().exports.find(key);
    if (it == keys().exports.end())
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: this process exported nothing as '%.64s'",
                    __func__, key);
    return allow_pids(__func__, it->second.page, pid, num);
}

// As with CUDA, a process does not import its own memory, and counts how often it imports a key.
aclError aclrtIpcMemImportByKey(void **devPtr, const char *key, uint64_t flags) {
    REQUIRE(devPtr);
    REQUIRE(key);
    if (flags > ACL_RT_IPC_MEM_IMPORT_FLAG_ENABLE_PEER_ACCESS)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: flags is %lu, not 0 or 1", __func__, flags);
    Context *context;
    if (int error = require_context(&context)) return error;
    if (int error = check_broken(context->device, false)) return error;
    Ticket ticket;
    if (int error = parse(__func__, key, &ticket)) return error;
    if (ticket.pid == uint32_t(getpid()))
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: '%.64s' is a key of this process", __func__,
                    key);
    Keys &k = keys();
    {
        std::lock_guard<std::mutex> lock(k.mutex);
        if (auto it = k.imports.find(key); it != k.imports.end()) {
            ++it->second.count;
            *devPtr = it->second.p;
            return 0;
        }
    }
    SharedPage *page;
    if (int error = open_page(__func__, PageKind::Memory, ticket, &page)) return error;
    void *p = nullptr;
    const int device = int(page->device);
    int error = check_pid(__func__, page);
    if (!error) error = check_device(device);
    if (!error) error = inject_malloc(__func__, page->size);
    if (!error) error = map_shared(__func__, page, &p);
    leave_page(page);
    if (error) return error;
    std::lock_guard<std::mutex> lock(k.mutex);
    k.imports[key] = {p, device, 1};
    *devPtr = p;
    return 0;
}

// Of an importer: the memory is unmapped. Of the exporter: nobody can import it any more.
aclError aclrtIpcMemClose(const char *key) {
    REQUIRE(key);
    Keys &k = keys();
    void *p = nullptr;
    {
        std::lock_guard<std::mutex> lock(k.mutex);
        if (auto it = k.exports.find(key); it != k.exports.end()) {
            end_export(it->second);
            k.exports.erase(it);
            return 0;
        }
        auto it = k.imports.find(key);
        if (it == k.imports.end())
            return fail(ACL_ERROR_RT_PARAM_INVALID,
                        "%s: this process neither exported nor imported '%.64s' (closed twice?)",
                        __func__, key);
        if (--it->second.count) return 0;
        p = it->second.p;
        k.imports.erase(it);
    }
    return unmap_shared(p);
}

} // extern "C"
