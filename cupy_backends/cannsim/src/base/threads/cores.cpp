#include "cores.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sched.h>
#include <unistd.h>

namespace cannsim {
namespace {

bool read_line(const char *path, char *line, int size) {
    FILE *file = std::fopen(path, "re");
    if (!file) return false;
    const bool read = std::fgets(line, size, file) != nullptr;
    std::fclose(file);
    return read;
}

// Cores in the quota of one control group, 0 where it sets none. Version 2 has one file, version 1
// two.
double quota_of(const char *folder) {
    char path[4400], line[128];
    double quota, period;
    std::snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", folder);
    if (read_line(path, line, sizeof line))
        return std::sscanf(line, "%lf %lf", &quota, &period) == 2 && period > 0 ? quota / period
                                                                                : 0;
    std::snprintf(path, sizeof path, "/sys/fs/cgroup/cpu%s/cpu.cfs_quota_us", folder);
    if (!read_line(path, line, sizeof line)) return 0;
    quota = std::atof(line);
    std::snprintf(path, sizeof path, "/sys/fs/cgroup/cpu%s/cpu.cfs_period_us", folder);
    if (!read_line(path, line, sizeof line)) return 0;
    period = std::atof(line);
    return quota > 0 && period > 0 ? quota / period : 0;
}

// The path of this process in the hierarchy that governs processors.
void own_group(char *group, int size) {
    group[0] = 0;
    FILE *file = std::fopen("/proc/self/cgroup", "re");
    if (!file) return;
    char line[4400];
    while (std::fgets(line, sizeof line, file)) {
        line[std::strcspn(line, "\n")] = 0;
        char *names = std::strchr(line, ':');
        char *path = names ? std::strchr(names + 1, ':') : nullptr;
        if (!path) continue;
        *path++ = 0;
        ++names;
        const bool cpu =
            !std::strcmp(names, "cpu") || !std::strncmp(names, "cpu,", 4) ||
            std::strstr(names, ",cpu,") ||
            (std::strlen(names) > 4 && !std::strcmp(names + std::strlen(names) - 4, ",cpu"));
        if (cpu || (*names == 0 && !*group)) std::snprintf(group, size_t(size), "%s", path);
    }
    std::fclose(file);
}

} // namespace

int usable_cores() {
    int cores = int(sysconf(_SC_NPROCESSORS_ONLN));
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
    // The quota of each enclosing group holds. A container sees its own group as the root.
    char group[4096];
    own_group(group, sizeof group);
    for (;;) {
        const double quota = quota_of(std::strcmp(group, "/") ? group : "");
        if (quota > 0) cores = std::min(cores, std::max(1, int(quota + 0.5)));
        char *slash = std::strrchr(group, '/');
        if (!slash) break;
        *slash = 0;
    }
    return std::max(cores, 1);
}

} // namespace cannsim
