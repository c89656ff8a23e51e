#include "opapi/trace.h"

#include "base/watch.h"
#include "cannsim.h"

#include <cerrno>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <unistd.h>

namespace cannsim {

namespace {

struct Sinks {
    std::mutex mutex;
    int file = -1;
    bool memory = false;
    std::string lines; // kept for cannsimTraceTake
};

// Never destroyed: threads may trace while the process ends.
Sinks &sinks() {
    static Sinks *instance = new Sinks;
    return *instance;
}

class Line {
  public:
    std::string text;

    Line &operator<<(const char *s) { return text += s, *this; }
    Line &operator<<(int64_t v) { return print("%" PRId64, v); }
    Line &operator<<(uint64_t v) { return print("%" PRIu64, v); }
    Line &operator<<(int v) { return print("%d", v); }
    Line &operator<<(bool v) { return *this << (v ? "true" : "false"); }

    // Shortest text that reads back as the same number; JSON has no names for the special ones.
    void real(double v, bool single) {
        if (!std::isfinite(v)) {
            *this << (std::isnan(v) ? "\"nan\"" : v > 0 ? "\"inf\"" : "\"-inf\"");
            return;
        }
        char digits[40];
        for (int precision = single ? 6 : 15; precision <= 17; ++precision) {
            std::snprintf(digits, sizeof digits, "%.*g", precision, v);
            const double back = std::strtod(digits, nullptr);
            if (single ? float(back) == float(v) : back == v) break;
        }
        *this << digits;
        if (!std::strpbrk(digits, ".e")) *this << ".0"; // a float, not an integer
    }

    void quoted(const char *s) {
        text += '"';
        for (; *s; ++s) {
            const unsigned char c = static_cast<unsigned char>(*s);
            if (c == '"' || c == '\\') text += '\\';
            if (c < 0x20)
                print("\\u%04x", int(c));
            else
                text += *s;
        }
        text += '"';
    }

    template <class T> void list(uint64_t n, const T *values) {
        *this << "[";
        for (uint64_t i = 0; i < n; ++i) *this << (i ? "," : "") << values[i];
        *this << "]";
    }
    void list(uint64_t n, const float *values) {
        *this << "[";
        for (uint64_t i = 0; i < n; ++i) {
            *this << (i ? "," : "");
            real(values[i], true);
        }
        *this << "]";
    }

    void name(const char *const *names, int count, int value) {
        if (value >= 0 && value < count && names[value])
            quoted(names[value]);
        else
            *this << value;
    }
    void dtype(DType t) { name(kDTypeNames, kDTypeNamesCount, int(t)); }

  private:
    template <class T> Line &print(const char *format, T v) {
        char digits[40];
        std::snprintf(digits, sizeof digits, format, v);
        return *this << digits;
    }
};

void write(Line &out, const aclTensor &t) {
    out << "{\"k\":\"tensor\",\"dtype\":";
    out.dtype(t.dtype);
    out << ",\"shape\":";
    out.list(uint64_t(t.ndim), t.view_dims());
    out << ",\"strides\":";
    out.list(uint64_t(t.ndim), t.view_strides());
    out << ",\"offset\":" << t.offset << ",\"storage_shape\":";
    out.list(uint64_t(t.storage_ndim), t.storage_dims());
    out << ",\"format\":";
    out.name(kFormatNames, kFormatNamesCount, t.format);
    out << "}";
}

void write(Line &out, const aclScalar &s) {
    out << "{\"k\":\"scalar\",\"dtype\":";
    out.dtype(s.dtype);
    out << ",\"value\":";
    const DType t = s.dtype;
    const bool single = t != DType::Float64 && t != DType::Complex128;
    switch (t) {
    case DType::Complex64:
    case DType::Complex128:
        out << "[";
        out.real(s.real(), single);
        out << ",";
        out.real(s.imag(), single);
        out << "]";
        break;
    case DType::Float16:
    case DType::BFloat16:
    case DType::Float32:
    case DType::Float64: out.real(s.real(), single); break;
    case DType::Bool: out << (s.integer() != 0); break;
    case DType::UInt64: out << uint64_t(s.integer()); break;
    default: out << s.integer();
    }
    out << "}";
}

template <class T> void write_array(Line &out, const char *kind, const T &array) {
    out << "{\"k\":\"" << kind << "\",\"v\":";
    out.list(array.size, array.data);
    out << "}";
}
void write(Line &out, const aclIntArray &a) { write_array(out, "int_array", a); }
void write(Line &out, const aclBoolArray &a) { write_array(out, "bool_array", a); }
void write(Line &out, const aclFloatArray &a) { write_array(out, "float_array", a); }

// What a handle refers to; `null`, or that it is no living object of the kind.
template <class T> void object(Line &out, const void *handle) {
    const T *p = static_cast<const T *>(handle);
    if (!p)
        out << "null";
    else if (!is_alive(p))
        out << "{\"k\":\"dead\"}";
    else
        write(out, *p);
}

template <class List> void write_list(Line &out, const char *kind, const List &list) {
    out << "{\"k\":\"" << kind << "\",\"items\":[";
    for (uint64_t i = 0; i < list.size; ++i) {
        out << (i ? "," : "");
        object<std::remove_pointer_t<std::remove_reference_t<decltype(list.items[0])>>>(
            out, list.items[i]);
    }
    out << "]}";
}
void write(Line &out, const aclTensorList &l) { write_list(out, "tensor_list", l); }
void write(Line &out, const aclScalarList &l) { write_list(out, "scalar_list", l); }

void argument(Line &out, ArgKind kind, const Arg &arg) {
    switch (kind) {
    case ArgKind::Tensor: return object<aclTensor>(out, arg.pointer);
    case ArgKind::TensorList: return object<aclTensorList>(out, arg.pointer);
    case ArgKind::Scalar: return object<aclScalar>(out, arg.pointer);
    case ArgKind::ScalarList: return object<aclScalarList>(out, arg.pointer);
    case ArgKind::IntArray: return object<aclIntArray>(out, arg.pointer);
    case ArgKind::FloatArray: return object<aclFloatArray>(out, arg.pointer);
    case ArgKind::BoolArray: return object<aclBoolArray>(out, arg.pointer);
    case ArgKind::Text:
        if (!arg.pointer) break;
        return out.quoted(static_cast<const char *>(arg.pointer));
    case ArgKind::Pointer:
        if (!arg.pointer) break;
        out << "{\"k\":\"pointer\"}";
        return;
    case ArgKind::Bool: out << (arg.i != 0); return;
    case ArgKind::Int: out << arg.i; return;
    case ArgKind::UInt: out << uint64_t(arg.i); return;
    case ArgKind::Float: return out.real(arg.d, true);
    case ArgKind::Double: return out.real(arg.d, false);
    case ArgKind::DataType:
        out << "{\"k\":\"dtype\",\"v\":";
        out.dtype(DType(arg.i));
        out << "}";
        return;
    }
    out << "null";
}

} // namespace

const char *trace_to_file(const char *path) {
    Sinks &s = sinks();
    std::lock_guard<std::mutex> lock(s.mutex);
    // Appended to, because the processes that a program starts inherit the variable.
    s.file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (s.file < 0) return std::strerror(errno);
    watches.fetch_or(kTraced);
    return nullptr;
}

std::string arguments_of(const Executor &e) {
    Line out;
    const auto write_view = [&](const View &v, const char *name) {
        out << (out.text.empty() ? "[{\"name\":" : ",{\"name\":");
        out.quoted(name);
        out << ",\"dtype\":";
        out.dtype(v.dtype);
        out << ",\"shape\":";
        out.list(uint64_t(v.ndim), v.shape);
        out << ",\"address\":"
            << uint64_t(reinterpret_cast<uintptr_t>(v.data) - uintptr_t(device_range.twin)) << "}";
    };
    for (int i = 0; i < e.nviews; ++i)
        if (e.source[i] >= 0 && e.views[i].data)
            write_view(e.views[i], e.op->params[e.source[i]].name);
    if (e.extra)
        for (size_t i = 0; i < e.extra->views.size(); ++i)
            if (e.extra->views[i].data)
                write_view(e.extra->views[i], e.op->params[e.extra->params[i]].name);
    return out.text.empty() ? "[]" : out.text + "]";
}

static void emit(const Line &line) {
    Sinks &s = sinks();
    std::lock_guard<std::mutex> lock(s.mutex);
    if (s.memory) s.lines += line.text;
    const char *at = line.text.data();
    // In one piece wherever the system can, since other processes write too.
    for (size_t left = s.file >= 0 ? line.text.size() : 0; left;) {
        const ssize_t n = ::write(s.file, at, left);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break;
        at += n;
        left -= size_t(n);
    }
}

void trace_kernel(const char *name, uint32_t blocks, size_t bytes, int status) {
    Line line;
    line << "{\"kernel\":";
    line.quoted(name);
    line << ",\"blocks\":" << uint64_t(blocks) << ",\"args\":" << uint64_t(bytes)
         << ",\"status\":" << status << "}\n";
    emit(line);
}

void trace_call(const OpMeta &op, const Arg *args, int status, uint64_t workspace) {
    Line line;
    line << "{\"op\":\"" << op.name << "\",\"args\":[";
    for (int i = 0; i < op.nparams; ++i) {
        line << (i ? "," : "");
        argument(line, op.params[i].kind, args[i]);
    }
    line << "],\"status\":" << status << ",\"ws\":" << workspace << "}\n";
    emit(line);
}

} // namespace cannsim

using namespace cannsim;

extern "C" {

void cannsimTraceBegin(void) {
    Sinks &s = sinks();
    std::lock_guard<std::mutex> lock(s.mutex);
    s.memory = true;
    watches.fetch_or(kTraced);
}

void cannsimTraceEnd(void) {
    Sinks &s = sinks();
    std::lock_guard<std::mutex> lock(s.mutex);
    s.memory = false;
    s.lines.clear();
    if (s.file < 0) watches.fetch_and(~kTraced);
}

const char *cannsimTraceTake(void) {
    static thread_local std::string taken;
    Sinks &s = sinks();
    std::lock_guard<std::mutex> lock(s.mutex);
    taken.clear();
    taken.swap(s.lines);
    return taken.c_str();
}

} // extern "C"
