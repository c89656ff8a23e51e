// Device memory: an address range that faults when the host touches it, and its twin at a constant
// distance, where the simulator works.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cannsim {

struct DeviceRange {
    uintptr_t begin; // of all devices
    size_t size;
    intptr_t twin;     // host address = device address + twin
    size_t per_device; // each device owns one slice
};

[[gnu::visibility("hidden")]] extern DeviceRange device_range;

// Its last part holds no device's slice, but addresses that programs reserve by themselves.
struct VirtualArea {
    uintptr_t begin;
    size_t size;
};
extern VirtualArea virtual_area;

// Behind it each device has a little for itself, which programs are told the address of but do not
// allocate.
constexpr size_t kSystemMemory = size_t(64) << 10;
void *system_memory(int device);

inline bool is_device(const void *p) {
    return reinterpret_cast<uintptr_t>(p) - device_range.begin < device_range.size;
}

inline bool is_system(const void *p) {
    return is_device(p) &&
           reinterpret_cast<uintptr_t>(p) >= virtual_area.begin + virtual_area.size;
}

// Host address behind a device address; the caller knows that it is one.
inline char *to_host(const void *device) {
    return reinterpret_cast<char *>(reinterpret_cast<uintptr_t>(device) + device_range.twin);
}

constexpr size_t kGranularity = 512;

int reserve_devices(); // once; an aclError
int inject_malloc(const char *call, size_t size); // CANNSIM_FAULT=malloc
int device_malloc(int device, size_t size, void **out);
int device_free(void *p);
void free_device_memory(int device); // everything the device still holds
void memory_in_use(uint64_t *blocks, uint64_t *bytes); // of all devices
void memory_info(int device, size_t *free, size_t *total);

struct Block {
    uintptr_t begin = 0;
    size_t size = 0; // as asked for
    int device = -1;
};

// The living block that holds p, if any.
bool find_block(const void *p, Block *out);

// Memory without an address, and what virtual_memory.cpp makes of it.
int device_charge(int device, size_t size);
void device_uncharge(int device, size_t size);
bool find_mapped(uintptr_t at, Block *out);
void release_virtual(int device);
void forget_conditions(int device); // of graphs
void virtual_before_fork();
void virtual_after_fork(bool child);

int host_malloc(size_t size, void **out);
int host_free(void *p);
int host_register(void *p, size_t size); // pins what another allocator gave
int host_unregister(void *p);
bool is_pinned(const void *p);

void memory_before_fork();
void memory_after_fork(bool child);

} // namespace cannsim
