// What changes a graph after its capture: updates of task groups, external events, captures into a
// graph, conditions.
#include "test.h"

#include "aclnnop/aclnn_add.h"
#include "aclnnop/aclnn_mul.h"

#include <fstream>
#include <sstream>

namespace {

constexpr auto kRelaxed = ACL_MODEL_RI_CAPTURE_MODE_RELAXED;

aclrtStream stream() {
    aclrtStream s = nullptr;
    OKAY(aclrtCreateStream(&s));
    return s;
}

void begin(aclrtStream s) { OKAY(aclmdlRICaptureBegin(s, kRelaxed)); }

aclmdlRI end(aclrtStream s) {
    aclmdlRI graph = nullptr;
    OKAY(aclmdlRICaptureEnd(s, &graph));
    return graph;
}

aclmdlRI captured(aclrtStream s) {
    aclmdlRI graph = nullptr;
    aclmdlRICaptureStatus status;
    OKAY(aclmdlRICaptureGetInfo(s, &status, &graph));
    return graph;
}

void replay(aclmdlRI graph, aclrtStream s) {
    OKAY(aclmdlRIExecuteAsync(graph, s));
    OKAY(aclrtSynchronizeStream(s));
}

int multiply(Floats &x, Floats &y, Floats &out, aclrtStream s) {
    return CALL(aclnnMul, s, x.tensor, y.tensor, out.tensor);
}

int add(Floats &x, float amount, aclrtStream s) {
    Floats one({1}, {1});
    Scalar alpha(amount);
    return CALL(aclnnInplaceAdds, s, x.tensor, alpha.p, alpha.p);
}

int code(int newer) {
    const char *release = std::getenv("CANNSIM_CANN");
    return release && *release == '8' ? int(ACL_ERROR_STREAM_TASK_GROUP_STATUS) : newer;
}

void updates() {
    const aclrtStream s = stream(), u = stream();
    Floats a({2}, {2, 3}), b({2}, {5, 7}), c({2}, {10, 20}), out({2}, {0, 0}), sum({2}, {0, 0});
    aclrtTaskGrp group = nullptr, none = nullptr;
    FAILS(aclmdlRICaptureTaskGrpBegin(s), ACL_ERROR_RT_STREAM_NOT_CAPTURED, "not captured");
    begin(s);
    FAILS(aclmdlRICaptureTaskGrpEnd(s, &none), ACL_ERROR_STREAM_TASK_GROUP_STATUS, "no task group");
    OKAY(aclmdlRICaptureTaskGrpBegin(s));
    FAILS(aclmdlRICaptureTaskGrpBegin(s), ACL_ERROR_STREAM_TASK_GROUP_STATUS, "already");
    OKAY(multiply(a, b, out, s));
    OKAY(aclmdlRICaptureTaskGrpEnd(s, &group));
    OKAY(aclrtMemcpyAsync(sum.memory.p, 8, out.memory.p, 8, ACL_MEMCPY_DEVICE_TO_DEVICE, s));
    FAILS(aclmdlRICaptureTaskUpdateBegin(u, group), ACL_ERROR_RT_MODEL_CAPTURED, "being captured");
    const aclmdlRI g = end(s);
    replay(g, s);
    EXPECT(sum.read() == std::vector<float>({10, 21}));
    FAILS(aclmdlRICaptureTaskUpdateEnd(u), ACL_ERROR_STREAM_TASK_GROUP_STATUS, "no update");
    FAILS(aclmdlRICaptureTaskUpdateBegin(u, &none), ACL_ERROR_RT_INVALID_HANDLE,
          "not a task group");
    OKAY(aclmdlRICaptureTaskUpdateBegin(u, group));
    FAILS(aclmdlRICaptureTaskUpdateBegin(u, group), ACL_ERROR_STREAM_TASK_GROUP_STATUS,
          "in an update");
    OKAY(multiply(a, c, out, u));
    OKAY(aclmdlRICaptureTaskUpdateEnd(u));
    OKAY(aclrtSynchronizeStream(u));
    EXPECT(out.read() == std::vector<float>({10, 21})); // the update itself computes nothing
    replay(g, s);
    EXPECT(sum.read() == std::vector<float>({20, 60}));

    // Another operator, or another number of them, leaves the graph as it is.
    OKAY(aclmdlRICaptureTaskUpdateBegin(u, group));
    OKAY(add(a, 1, u));
    FAILS(aclmdlRICaptureTaskUpdateEnd(u), code(ACL_ERROR_RT_MODEL_UPDATE_FAILED),
          "aclnnInplaceAdds");
    OKAY(aclmdlRICaptureTaskUpdateBegin(u, group));
    FAILS(aclmdlRICaptureTaskUpdateEnd(u), code(ACL_ERROR_RT_MODEL_UPDATE_FAILED), "0 tasks");
    replay(g, s);
    EXPECT(sum.read() == std::vector<float>({20, 60}));
    begin(s);
    OKAY(aclmdlRICaptureTaskGrpBegin(s));
    FAILS(aclmdlRICaptureEnd(s, &none), ACL_ERROR_STREAM_TASK_GROUP_INTR, "task group");
    OKAY(aclmdlRIDestroy(g));
    FAILS(aclmdlRICaptureTaskUpdateBegin(u, group), ACL_ERROR_RT_INVALID_HANDLE, "destroyed");
    OKAY(aclrtDestroyStream(s));
    OKAY(aclrtDestroyStream(u));
}

// The replay is launched first and waits within the graph until the update is done.
void external_events() {
    const aclrtStream s = stream(), u = stream();
    Floats a({2}, {2, 3}), b({2}, {5, 7}), c({2}, {10, 20}), out({2}, {0, 0});
    aclrtEvent ready = nullptr;
    aclrtTaskGrp group = nullptr;
    OKAY(aclrtCreateEventWithFlag(&ready, ACL_EVENT_EXTERNAL));
    begin(s);
    OKAY(aclrtStreamWaitEvent(s, ready));
    OKAY(aclrtResetEvent(ready, s));
    OKAY(aclmdlRICaptureTaskGrpBegin(s));
    OKAY(multiply(a, b, out, s));
    OKAY(aclmdlRICaptureTaskGrpEnd(s, &group));
    const aclmdlRI g = end(s);
    for (Floats *other : {&c, &b, &c}) {
        OKAY(aclmdlRIExecuteAsync(g, s));
        OKAY(aclmdlRICaptureTaskUpdateBegin(u, group));
        OKAY(multiply(a, *other, out, u));
        OKAY(aclmdlRICaptureTaskUpdateEnd(u));
        OKAY(aclrtRecordEvent(ready, u));
        OKAY(aclrtSynchronizeStream(s));
        EXPECT(out.read() ==
               (other == &c ? std::vector<float>({20, 60}) : std::vector<float>({10, 21})));
    }
    OKAY(aclmdlRIDestroy(g));
    OKAY(aclrtDestroyEvent(ready));
    OKAY(aclrtDestroyStream(s));
    OKAY(aclrtDestroyStream(u));
}

void into_a_graph() {
    const aclrtStream s = stream();
    Floats x({1}, {1});
    begin(s);
    OKAY(add(x, 1, s));
    FAILS(aclmdlRICaptureToModelRIBegin(s, captured(s), kRelaxed), ACL_ERROR_RT_STREAM_CAPTURED,
          "captured");
    const aclmdlRI g = end(s);
    OKAY(aclmdlRICaptureToModelRIBegin(s, g, kRelaxed));
    EXPECT(captured(s) == g);
    FAILS(aclmdlRIDestroy(g), ACL_ERROR_RT_MODEL_CAPTURED, "being captured");
    OKAY(add(x, 1, s));
    EXPECT(end(s) == g);
    replay(g, s);
    EXPECT_EQ(x.read()[0], 3.f);
    // A capture that fails adds nothing, nor a task group.
    aclrtTaskGrp group = nullptr;
    OKAY(aclmdlRICaptureToModelRIBegin(s, g, kRelaxed));
    OKAY(aclmdlRICaptureTaskGrpBegin(s));
    OKAY(add(x, 1, s));
    OKAY(aclmdlRICaptureTaskGrpEnd(s, &group));
    EXPECT_EQ(int(aclrtSynchronizeStream(s)) != 0, true);
    aclmdlRI none = nullptr;
    FAILS(aclmdlRICaptureEnd(s, &none), ACL_ERROR_RT_STREAM_CAPTURE_INVALIDATED, "invalid");
    EXPECT(!none);
    FAILS(aclmdlRICaptureTaskUpdateBegin(s, group), ACL_ERROR_RT_INVALID_HANDLE,
          "not a task group");
    replay(g, s);
    EXPECT_EQ(x.read()[0], 5.f);
    FAILS(aclmdlRICaptureToModelRIBegin(s, &none, kRelaxed), ACL_ERROR_RT_INVALID_HANDLE,
          "not a graph");
    FAILS(aclmdlRICaptureToModelRIBegin(s, nullptr, kRelaxed), ACL_ERROR_INVALID_PARAM, "null");
    OKAY(aclmdlRIDestroy(g));
    OKAY(aclrtDestroyStream(s));
}

struct Conditional {
    aclmdlRI graph = nullptr, bodies[3] = {};
    uint64_t *value = nullptr;
    aclmdlRICondHandle handle = nullptr;

    void make(aclrtStream s, aclmdlRICondTaskType type, uint32_t size, uint32_t initial,
              aclmdlRICondHandleFlag flag) {
        graph = captured(s);
        OKAY(aclmdlRICondHandleCreate(graph, initial, flag, &handle));
        OKAY(aclmdlRICondHandleGetCondPtr(handle, &value));
        OKAY(aclmdlRIAddCondTask({handle, type, size, bodies}, s, 0));
    }
    void set(uint64_t v) { OKAY(aclrtMemcpy(value, 8, &v, 8, ACL_MEMCPY_HOST_TO_DEVICE)); }
};

template <class F> void body(aclrtStream s, aclmdlRI graph, const F &f) {
    OKAY(aclmdlRICaptureToModelRIBegin(s, graph, kRelaxed));
    f();
    aclmdlRI same = nullptr;
    OKAY(aclmdlRICaptureEnd(s, &same));
    EXPECT(same == graph);
}

constexpr auto kKeep = aclmdlRICondHandleFlag(0);
constexpr auto kAssign = ACL_MODEL_RI_COND_HANDLE_ASSIGN_DEFAULT;

void choices() {
    const aclrtStream s = stream(), t = stream();
    Floats x({1}, {0});
    Conditional two, many;
    begin(s);
    two.make(s, ACL_MODEL_RI_COND_TYPE_IF, 2, 1, kKeep);
    body(t, two.bodies[0], [&] { OKAY(add(x, 1, t)); });
    body(t, two.bodies[1], [&] { OKAY(add(x, 10, t)); });
    many.make(s, ACL_MODEL_RI_COND_TYPE_SWITCH, 3, 2, kAssign);
    FAILS(aclmdlRIExecuteAsync(two.bodies[0], t), ACL_ERROR_RT_PARAM_INVALID, "body");
    FAILS(aclmdlRIDestroy(two.bodies[0]), ACL_ERROR_RT_PARAM_INVALID, "body");
    const aclmdlRI g = end(s);
    EXPECT(g == two.graph);
    for (int i : {1, 2}) // after the capture of the graph
        body(t, many.bodies[i], [&] { OKAY(add(x, i * 10, t)); });
    replay(g, s);
    EXPECT_EQ(x.read()[0], 1 + 400.f); // the default is 2
    two.set(0);
    many.set(1); // is assigned anew
    replay(g, s);
    EXPECT_EQ(x.read()[0], 401 + 100 + 400.f);
    OKAY(aclmdlRIDestroy(g));
    FAILS(aclmdlRICondHandleGetCondPtr(two.handle, &two.value), ACL_ERROR_RT_INVALID_HANDLE,
          "destroyed");
    OKAY(aclrtDestroyStream(s));
    OKAY(aclrtDestroyStream(t));
}

// A loop counts down in device memory; within it a wait for what another stream does.
void loops() {
    const aclrtStream s = stream(), t = stream(), other = stream();
    Floats x({1}, {1});
    Memory go(8);
    OKAY(aclrtMemset(go.p, 8, 0, 8));
    Conditional loop;
    begin(s);
    loop.make(s, ACL_MODEL_RI_COND_TYPE_WHILE, 1, 3, kAssign);
    const int64_t shape[] = {1};
    aclTensor *counter =
        aclCreateTensor(shape, 1, ACL_INT64, nullptr, 0, ACL_FORMAT_ND, shape, 1, loop.value);
    Scalar minus(int64_t(-1)), one(int64_t(1));
    body(t, loop.bodies[0], [&] {
        OKAY(aclrtValueWait(go.p, 1, ACL_STREAM_WAIT_VALUE_GEQ, t));
        OKAY(add(x, 1, t));
        OKAY(CALL(aclnnInplaceAdds, t, counter, minus.p, one.p));
    });
    const aclmdlRI g = end(s);
    OKAY(aclmdlRIExecuteAsync(g, s));
    aclrtStreamStatus status;
    OKAY(aclrtStreamQuery(s, &status));
    EXPECT_EQ(int(status), int(ACL_STREAM_STATUS_NOT_READY));
    OKAY(aclrtValueWrite(go.p, 1, 0, other));
    OKAY(aclrtSynchronizeStream(s));
    EXPECT_EQ(x.read()[0], 4.f);
    replay(g, s);
    EXPECT_EQ(x.read()[0], 7.f);
    OKAY(aclmdlRIDestroy(g));
    OKAY(aclDestroyTensor(counter));
    for (aclrtStream each : {s, t, other}) OKAY(aclrtDestroyStream(each));
}

void refusals() {
    const aclrtStream s = stream(), t = stream();
    aclmdlRICondHandle handle = nullptr;
    aclmdlRI bodies[3];
    uint64_t *value;
    FAILS(aclmdlRICondHandleCreate(bodies, 0, kKeep, &handle), ACL_ERROR_RT_INVALID_HANDLE,
          "not a graph");
    FAILS(aclmdlRICondHandleCreate(nullptr, 0, kKeep, &handle), ACL_ERROR_INVALID_PARAM, "null");
    FAILS(aclmdlRICondHandleGetCondPtr(bodies, &value), ACL_ERROR_RT_INVALID_HANDLE,
          "not the handle");
    begin(s);
    const aclmdlRI g = captured(s);
    FAILS(aclmdlRICondHandleCreate(g, 0, aclmdlRICondHandleFlag(2), &handle),
          ACL_ERROR_INVALID_PARAM, "flag is 2");
    OKAY(cannsimSetFault("malloc:1"));
    FAILS(aclmdlRICondHandleCreate(g, 0, kKeep, &handle), ACL_ERROR_RT_MEMORY_ALLOCATION,
          "on purpose");
    OKAY(cannsimSetFault(nullptr));
    OKAY(aclmdlRICondHandleCreate(g, 0, kKeep, &handle));
    const auto IF = ACL_MODEL_RI_COND_TYPE_IF, WHILE = ACL_MODEL_RI_COND_TYPE_WHILE;
    FAILS(aclmdlRIAddCondTask({handle, IF, 3, bodies}, s, 0), ACL_ERROR_INVALID_PARAM, "3 bodies");
    FAILS(aclmdlRIAddCondTask({handle, WHILE, 2, bodies}, s, 0), ACL_ERROR_INVALID_PARAM,
          "2 bodies");
    FAILS(aclmdlRIAddCondTask({handle, WHILE, 0, bodies}, s, 0), ACL_ERROR_INVALID_PARAM,
          "0 bodies");
    FAILS(aclmdlRIAddCondTask({handle, IF, 1, bodies}, s, 1), ACL_ERROR_INVALID_PARAM,
          "flags is 1");
    FAILS(aclmdlRIAddCondTask({handle, IF, 1, nullptr}, s, 0), ACL_ERROR_INVALID_PARAM, "null");
    FAILS(aclmdlRIAddCondTask({bodies, IF, 1, bodies}, s, 0), ACL_ERROR_RT_INVALID_HANDLE,
          "not the handle");
    FAILS(aclmdlRIAddCondTask({handle, IF, 1, bodies}, t, 0), ACL_ERROR_RT_STREAM_NOT_CAPTURED,
          "not captured");
    OKAY(aclmdlRIAddCondTask({handle, IF, 1, bodies}, s, 0));
    FAILS(aclmdlRIAddCondTask({handle, IF, 1, bodies + 1}, s, 0), ACL_ERROR_RT_PARAM_INVALID,
          "another");
    OKAY(aclmdlRICaptureToModelRIBegin(t, bodies[0], kRelaxed));
    aclmdlRI none;
    FAILS(aclmdlRICaptureEnd(s, &none), ACL_ERROR_RT_SUB_ACLGRAPH_IS_CAPTURING, "body");
    EXPECT(end(t) == bodies[0]);
    OKAY(aclmdlRIDestroy(end(s)));
    OKAY(aclrtDestroyStream(s));
    OKAY(aclrtDestroyStream(t));
}

std::string content(const char *path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

void printed() {
    const aclrtStream s = stream();
    Floats x({2}, {1, 1});
    char path[] = "/tmp/cannsim_graph_XXXXXX";
    close(mkstemp(path));
    Conditional two;
    begin(s);
    OKAY(add(x, 1, s));
    OKAY(aclrtMemsetAsync(x.memory.p, 8, 0, 8, s));
    two.make(s, ACL_MODEL_RI_COND_TYPE_IF, 2, 1, kKeep);
    const aclmdlRI g = end(s);
    OKAY(aclmdlRIDebugJsonPrint(g, path, ACL_MDLRI_DEBUG_JSON_PRINT_SUMMARY));
    std::string text = content(path);
    for (const char *word :
         {"\"KERNEL\"", "\"aclnnInplaceAdds\"", "\"aclrtMemsetAsync\"", "\"IF\"", "\"graphs\""})
        EXPECT(text.find(word) != std::string::npos);
    EXPECT(text.find("arguments") == std::string::npos);
    OKAY(aclmdlRIDebugJsonPrint(g, path, ACL_MDLRI_DEBUG_JSON_PRINT_VERBOSE));
    text = content(path);
    for (const char *word : {"\"arguments\"", "\"selfRef\"", "[2]"})
        EXPECT(text.find(word) != std::string::npos);
    FAILS(aclmdlRIDebugJsonPrint(g, path, 2), ACL_ERROR_INVALID_PARAM, "flags is 2");
    FAILS(aclmdlRIDebugJsonPrint(g, "/nowhere/graph", 0), ACL_ERROR_RT_FILE_OPEN, "/nowhere/graph");
    FAILS(aclmdlRIDebugJsonPrint(path, path, 0), ACL_ERROR_RT_INVALID_HANDLE, "not a graph");
    unlink(path);
    OKAY(aclmdlRIDestroy(g));
    OKAY(aclrtDestroyStream(s));
}

} // namespace

int main() {
    OKAY(aclrtSetDevice(0));
    updates();
    external_events();
    into_a_graph();
    choices();
    loops();
    printed();
    refusals();
    return finish();
}
