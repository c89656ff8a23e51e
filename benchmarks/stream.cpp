// What the memory allows: the time to read and write so many bytes once, on all cores.
//
//   c++ -O3 -march=native -pthread stream.cpp -o stream && ./stream THREADS READ WRITTEN
//
// Prints nanoseconds. Each thread passes over its part again and again without waiting for the
// others, so neither starting nor meeting them is counted.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <thread>
#include <vector>

namespace {

constexpr int64_t kBlocks = 256, kHuge = 2 << 20;
constexpr std::chrono::milliseconds kTime(60);

uint64_t *memory(int64_t bytes) {
    const int64_t whole = (bytes + kHuge) / kHuge * kHuge;
    void *p = std::aligned_alloc(kHuge, whole);
    if (!p) std::abort();
    madvise(p, whole, MADV_HUGEPAGE);
    auto *words = static_cast<uint64_t *>(p);
    for (int64_t i = 0; i < whole / 8; ++i) words[i] = i;
    return words;
}

// Passes per nanosecond over `read` and `written` words.
double rate(int64_t read, int64_t written) {
    const uint64_t *const in = memory(read * 8);
    uint64_t *const out = memory(written * 8);
    using Clock = std::chrono::steady_clock;
    auto start = Clock::now();
    uint64_t sum = 0;
    int64_t passes = -2; // the first ones fill caches
    for (; passes < 3 || Clock::now() - start < kTime; ++passes) {
        if (passes == 0) start = Clock::now();
        for (int64_t block = 0; block < kBlocks; ++block) {
            for (int64_t i = read * block / kBlocks; i < read * (block + 1) / kBlocks; ++i) sum += in[i];
            for (int64_t i = written * block / kBlocks; i < written * (block + 1) / kBlocks; ++i)
                out[i] = sum;
        }
    }
    const std::chrono::duration<double, std::nano> elapsed = Clock::now() - start;
    if (sum == 1 && out[0] == 2) std::puts(""); // so that nothing is left out
    return double(passes) / elapsed.count();
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 4) return 1;
    const int count = std::atoi(argv[1]);
    const int64_t read = std::atoll(argv[2]) / 8 / count, written = std::atoll(argv[3]) / 8 / count;
    std::vector<double> rates(count);
    std::vector<std::thread> threads;
    for (double &mine : rates) threads.emplace_back([&] { mine = rate(read, written); });
    double sum = 0;
    for (int i = 0; i < count; ++i) {
        threads[i].join();
        sum += rates[i];
    }
    std::printf("%.0f\n", count / sum);
}
