// Tells AddressSanitizer which bytes of our own pools are in use; it only knows malloc's. Nothing
// in other builds.
#pragma once

#include <cstddef>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace cannsim {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kPoisons = true;
inline void poison(const void *p, size_t size) { __asan_poison_memory_region(p, size); }
inline void unpoison(const void *p, size_t size) { __asan_unpoison_memory_region(p, size); }

// Blocks of a pool inside one block of ours: what lies between them, and those that were freed, is
// out of bounds.
void pool_block_used(const char *host, size_t size, size_t room);
void pool_block_freed(const char *host);
#else
constexpr bool kPoisons = false;
inline void poison(const void *, size_t) {}
inline void unpoison(const void *, size_t) {}
inline void pool_block_used(const char *, size_t, size_t) {}
inline void pool_block_freed(const char *) {}
#endif

} // namespace cannsim
