// What processes share: files without a name, which another process finds by process, descriptor
// and token under /proc. Nothing stays behind, however a process ends.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cannsim {

struct Block;

// Names a shared page; all that has to travel from one process to the other.
struct Ticket {
    uint32_t pid, fd, token;
};

enum class PageKind : uint32_t { Memory = 0xCA551001, Physical, Event };

// A run of bytes of a file of the process that shares them.
struct Piece {
    uint32_t fd, unused;
    uint64_t offset, size;
};

constexpr size_t kMaxPieces = 16, kMaxPids = 512;

// The head of a page, and what pages of memory tell those who import it.
struct SharedPage {
    PageKind kind;
    uint32_t token, pid;
    std::atomic<uint32_t> open; // else the key is no longer valid
    // Memory
    uint32_t device, any_pid;
    uint64_t skip, size; // of the memory, in the pieces
    uint32_t npieces, unused;
    Piece pieces[kMaxPieces];
    std::atomic<uint32_t> npids;
    int32_t pids[kMaxPids];
    // Event: how often it was recorded, the last record that is complete, and who made the last.
    std::atomic<uint64_t> recorded, completed;
    std::atomic<int32_t> recorder;
};

// A page of this process, and its end: nobody can open it any more.
int make_page(const char *call, PageKind kind, SharedPage **page, Ticket *ticket);
void close_page(SharedPage *page, const Ticket &ticket);

// A page of some process.
int open_page(const char *call, PageKind kind, const Ticket &ticket, SharedPage **page);
void leave_page(SharedPage *page);
int open_file(const char *call, uint32_t pid, uint32_t fd, int *out);

int make_file(const char *call, size_t size); // its descriptor, or a negative error

// Who may import what the page describes: the process itself and the pids on its list.
int allow_pids(const char *call, SharedPage *page, const int32_t *pids, size_t n);
int check_pid(const char *call, const SharedPage *page);

// Host addresses: their bytes move into a file, which is mapped in their place when `map`.
bool move_to_file(char *at, size_t size, int fd, bool map = true);
bool map_file(char *at, size_t size, int fd, uint64_t offset);
bool map_nothing(char *at, size_t size);
bool copy_privately(char *at, size_t size); // what a file is mapped at

// The pages of a block of aclrtMalloc become shared; when it is freed they are private again.
int share_block(const char *call, const Block &block, std::vector<Piece> *pieces);
extern std::atomic<size_t> shared_blocks;
void unshare_block(uintptr_t begin, size_t size);
bool is_shared(const void *device); // with other processes, as far as this one knows

// Shared memory at an address of this process, in addresses that nothing else uses.
int map_shared(const char *call, const SharedPage *page, void **out);
int unmap_shared(void *p);

void close_exports(uintptr_t block); // it is freed
void release_imports(int device);    // and exports: the device is reset

void sharing_before_fork();
void sharing_after_fork(bool child);
void keys_before_fork();
void keys_after_fork(bool child);

} // namespace cannsim
