#include "check/footprint.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace cannsim {

Footprint footprint_of(const void *device, size_t bytes) {
    Footprint f;
    f.begin = reinterpret_cast<uintptr_t>(device);
    f.end = f.begin + bytes;
    f.run = bytes;
    return f;
}

Footprint footprint_of(const void *device, size_t pitch, size_t width, size_t height) {
    if (height <= 1 || pitch == width) return footprint_of(device, width * height);
    Footprint f = footprint_of(device, (height - 1) * pitch + width);
    f.run = width;
    f.ndim = 1;
    f.shape[0] = int64_t(height);
    f.strides[0] = int64_t(pitch);
    return f;
}

Footprint footprint_of(const View &view, uintptr_t device) {
    Footprint f;
    struct Axis {
        int64_t stride, extent;
    } axes[kMaxRank];
    int n = 0;
    f.begin = f.end = device;
    f.run = size_t(itemsize(view.dtype));
    for (int i = 0; i < view.ndim; ++i) {
        int64_t extent = view.shape[i], stride = view.strides[i];
        if (extent <= 0) return f;
        if (extent == 1 || stride == 0) continue;
        if (stride < 0) {
            f.begin += uintptr_t(stride * (extent - 1));
            stride = -stride;
        }
        int k = n++; // descending
        for (; k && axes[k - 1].stride < stride; --k) axes[k] = axes[k - 1];
        axes[k] = {stride, extent};
    }
    // Axes that continue the run, or one another.
    while (n && uint64_t(axes[n - 1].stride) <= f.run) {
        f.run += size_t(axes[n - 1].stride * (axes[n - 1].extent - 1));
        --n;
    }
    f.end = f.begin + f.run;
    for (int i = 0; i < n; ++i) {
        f.end += uintptr_t(axes[i].stride * (axes[i].extent - 1));
        if (f.ndim && f.strides[f.ndim - 1] == axes[i].stride * axes[i].extent) {
            f.shape[f.ndim - 1] *= axes[i].extent;
            f.strides[f.ndim - 1] = axes[i].stride;
        } else {
            f.shape[f.ndim] = axes[i].extent;
            f.strides[f.ndim++] = axes[i].stride;
        }
    }
    return f;
}

bool overlap(const Footprint &a, const Footprint &b) {
    const uintptr_t low = std::max(a.begin, b.begin), high = std::min(a.end, b.end);
    if (low >= high) return false;
    if (a.dense() && b.dense()) return true;
    if (high - low > size_t(1) << 30) return false; // too much to look through
    // Paint the one, look for paint under the other.
    std::vector<bool> paint(high - low);
    auto clipped = [&](uintptr_t at, size_t bytes, auto &&f) {
        for (uintptr_t p = std::max(at, low); p < std::min(at + bytes, high); ++p)
            if (!f(p - low)) return false;
        return true;
    };
    a.each_run([&](uintptr_t at, size_t bytes) {
        return clipped(at, bytes, [&](size_t i) { return paint[i] = true; });
    });
    return !b.each_run([&](uintptr_t at, size_t bytes) {
        return clipped(at, bytes, [&](size_t i) { return !paint[i]; });
    });
}

bool covers(const Footprint &a, const Footprint &b) {
    if (a.begin > b.begin || a.end < b.end) return false;
    return a.dense() || (a.begin == b.begin && a.run == b.run && a.ndim == b.ndim &&
                         !std::memcmp(a.shape, b.shape, size_t(a.ndim) * 8) &&
                         !std::memcmp(a.strides, b.strides, size_t(a.ndim) * 8));
}

} // namespace cannsim
