#include "runtime/graph.h"

#include "check/check.h"
#include "opapi/trace.h"
#include "runtime/api.h"
#include "runtime/capture.h"
#include "runtime/fault.h"
#include "runtime/memory.h"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace cannsim {

Graphs &graphs() {
    static Graphs *instance = new Graphs;
    return *instance;
}

Graph::Graph(Graph *parent) : parent(parent) {
    static std::atomic<uint32_t> next{0};
    id = next++;
    graphs().living.insert(this);
    if (checking(kCheckLeak) && !parent) leak_noted(this, "aclmdlRI");
}

Graph::~Graph() {
    truncate(0);
    for (Node &n : retired)
        if (n.release) n.release(n.owned);
    for (auto &group : groups) graphs().groups.erase(group.get());
    for (auto &handle : handles) {
        graphs().handles.erase(handle.get());
        if (handle->value) device_free(handle->value);
    }
    graphs().living.erase(this);
    if (checking(kCheckLeak) && !parent) leak_forgotten(this);
}

void Graph::truncate(size_t size) {
    for (; nodes.size() > size; nodes.pop_back())
        if (nodes.back().release) nodes.back().release(nodes.back().owned);
    for (auto it = groups.begin(); it != groups.end();) {
        const auto &held = (*it)->nodes;
        const bool gone = !held.empty() && held.back() >= size;
        if (gone) graphs().groups.erase(it->get());
        it = gone ? groups.erase(it) : std::next(it);
    }
}

int find_graph(const char *call, aclmdlRI handle, Graph **graph) {
    if (!graphs().living.count(handle))
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "%s: %p is not a graph, or it was destroyed", call,
                    handle);
    *graph = static_cast<Graph *>(handle);
    return 0;
}

bool in_use(Graph *graph) {
    for (const Mark &mark : graph->uses)
        if (!is_complete(mark)) return true;
    graph->uses.clear();
    return false;
}

bool has_open_body(const Graph *graph) {
    for (const Node &n : graph->nodes)
        if (n.condition)
            for (auto &body : n.condition->bodies)
                if (body->capturing || has_open_body(body.get())) return true;
    return false;
}

void forget_conditions(int device) {
    std::lock_guard<std::mutex> lock(graphs().mutex);
    for (const void *p : graphs().handles) {
        auto handle = static_cast<CondHandle *>(const_cast<void *>(p));
        if (handle->device == device) handle->value = nullptr;
    }
}

int check_update(const TaskGroup &group, const Graph &fresh) {
    const int code = settings().major >= 9 ? int(ACL_ERROR_RT_MODEL_UPDATE_FAILED)
                                           : int(ACL_ERROR_STREAM_TASK_GROUP_STATUS);
    if (fresh.nodes.size() != group.nodes.size())
        return fail(code, "an update of %zu tasks for a task group of %zu", fresh.nodes.size(),
                    group.nodes.size());
    for (size_t i = 0; i < group.nodes.size(); ++i) {
        const Label &now = fresh.nodes[i].label, &old = group.graph->nodes[group.nodes[i]].label;
        if (now.type != old.type || std::strcmp(now.name, old.name))
            return fail(code, "task %zu of the update is %s; that of the task group is %s", i,
                        now.name, old.name);
    }
    return 0;
}

void update_group(TaskGroup &group, Graph *fresh) {
    std::lock_guard<std::mutex> lock(graphs().mutex);
    for (size_t i = 0; i < group.nodes.size(); ++i) {
        Node &node = group.graph->nodes[group.nodes[i]];
        fresh->nodes[i].stream = node.stream;
        std::swap(node, fresh->nodes[i]);
        group.graph->retired.push_back(fresh->nodes[i]);
    }
    fresh->nodes.clear(); // they live on
    delete fresh;
}

namespace {

uint64_t *value_of(const CondHandle &handle) {
    return reinterpret_cast<uint64_t *>(to_host(handle.value));
}

// A run of a graph and the bodies in it.
struct Replay {
    struct Frame {
        Graph *graph = nullptr;
        size_t index;
    };
    DeviceStream *stream;
    std::vector<Frame> frames;
    bool started = false;
    int64_t begun = 0; // a loop
    bool told = false;

    // Runs on until a task stalls: the result of the replay as a task.
    int run() {
        const int device = stream->context->device;
        if (!started) assign_defaults();
        started = true;
        while (!frames.empty()) {
            Node node{};
            {
                std::lock_guard<std::mutex> lock(graphs().mutex); // updates
                Frame &f = frames.back();
                if (f.index == f.graph->nodes.size()) {
                    frames.pop_back();
                    continue;
                }
                node = f.graph->nodes[f.index];
            }
            if (is_broken(device)) return 0;
            if (node.condition) {
                choose(*node.condition);
                continue;
            }
            if (node.label.type == ACL_MODEL_RI_TASK_KERNEL && fault(Fault::Async)) {
                fail_task(stream, fail(ACL_ERROR_RT_AICORE_EXCEPTION, kInjected, node.label.name));
                return 0;
            }
            if (const int code = node.task.run(node.task.storage)) return code;
            ++frames.back().index;
        }
        return 0;
    }

    void assign_defaults() {
        for (auto &handle : frames[0].graph->handles)
            if (handle->assigns)
                __atomic_store_n(value_of(*handle), handle->default_value, __ATOMIC_RELEASE);
    }

    void choose(const Condition &c) {
        const uint64_t value = __atomic_load_n(value_of(*c.handle), __ATOMIC_ACQUIRE);
        const bool loops = c.type == ACL_MODEL_RI_COND_TYPE_WHILE;
        size_t body = c.bodies.size();
        if (c.type == ACL_MODEL_RI_COND_TYPE_SWITCH)
            body = value < body ? value : body;
        else if (value || !loops)
            body = value ? 0 : 1;
        if (loops && value)
            watch_loop();
        else
            ++frames.back().index;
        if (body < c.bodies.size()) frames.push_back({c.bodies[body].get(), 0});
    }

    // A loop that nothing ends is said, since it takes the host's thread with it.
    void watch_loop() {
        const int64_t now = now_nanoseconds();
        if (!begun) begun = now;
        if (told || now - begun < 10000000000) return;
        std::fprintf(stderr, "cannsim: a loop of graph %u on stream %d has run for 10 s\n",
                     frames.back().graph->id, stream->id);
        told = true;
    }
};

void judge(const Graph &graph, DeviceStream *stream) {
    for (const Node &n : graph.nodes) {
        const Label &l = n.label;
        if (n.executor()) check_replay(*n.executor(), stream);
        if (l.type == ACL_MODEL_RI_TASK_VALUE_WRITE) check_signal(l.name, stream, l.at, l.value);
        if (l.type == ACL_MODEL_RI_TASK_VALUE_WAIT)
            check_signal_awaited(stream, l.at, l.value, l.flag);
        if (n.condition)
            for (auto &body : n.condition->bodies) judge(*body, stream);
    }
}

// A name or a path as JSON has it.
std::string quoted(const char *text) {
    std::string out = "\"";
    for (; *text; ++text) {
        if (*text == '"' || *text == '\\') out += '\\';
        out += *text;
    }
    return out + '"';
}

const char *type_name(const Node &n) {
    static const char *const names[] = {"DEFAULT",     "KERNEL",      "EVENT_RECORD", "EVENT_WAIT",
                                        "EVENT_RESET", "VALUE_WRITE", "VALUE_WAIT"};
    if (!n.condition) return names[n.label.type];
    static const char *const conditions[] = {"IF", "WHILE", "SWITCH"};
    return conditions[n.condition->type];
}

void print(FILE *out, const Graph &graph, bool verbose, int indent) {
    std::fprintf(out, "{\"id\": %u, \"tasks\": [", graph.id);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        const Node &n = graph.nodes[i];
        std::fprintf(out, "%s\n%*s{\"id\": %zu, \"stream\": %d, \"type\": \"%s\", \"name\": %s",
                     i ? "," : "", indent, "", i, n.stream, type_name(n),
                     quoted(n.label.name).c_str());
        if (verbose && n.executor())
            std::fprintf(out, ", \"arguments\": %s", arguments_of(*n.executor()).c_str());
        if (verbose && n.label.at)
            std::fprintf(out, ", \"address\": \"0x%" PRIxPTR "\", \"value\": %" PRIu64,
                         reinterpret_cast<uintptr_t>(n.label.at), n.label.value);
        if (n.condition) {
            if (verbose)
                std::fprintf(out, ", \"address\": \"0x%" PRIxPTR "\"",
                             reinterpret_cast<uintptr_t>(n.condition->handle->value));
            std::fprintf(out, ", \"graphs\": [");
            for (size_t k = 0; k < n.condition->bodies.size(); ++k) {
                if (k) std::fprintf(out, ", ");
                print(out, *n.condition->bodies[k], verbose, indent + 2);
            }
            std::fprintf(out, "]");
        }
        std::fprintf(out, "}");
    }
    std::fprintf(out, "]}");
}

} // namespace

} // namespace cannsim

using namespace cannsim;

extern "C" {

aclError aclmdlRIExecuteAsync(aclmdlRI modelRI, aclrtStream stream) {
    REQUIRE(modelRI);
    RESOLVE(s, stream);
    Graph *graph = nullptr;
    {
        std::lock_guard<std::mutex> lock(graphs().mutex);
        if (int error = find_graph(__func__, modelRI, &graph)) return error;
        if (graph->parent)
            return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: graph %u is the body of a condition",
                        __func__, graph->id);
        if (graph->capturing)
            return fail(ACL_ERROR_RT_MODEL_CAPTURED, "%s: graph %u is being captured", __func__,
                        graph->id);
        if (has_open_body(graph))
            return fail(ACL_ERROR_RT_SUB_ACLGRAPH_IS_CAPTURING,
                        "%s: a body of graph %u is being captured", __func__, graph->id);
        for (auto &handle : graph->handles)
            if (!handle->value)
                return fail(ACL_ERROR_RT_PARAM_INVALID,
                            "%s: a condition's value of graph %u went when the device was reset",
                            __func__, graph->id);
    }
    if (is_captured(s)) return refuse_capture(s, "a graph cannot be launched into a capture");
    attach();
    if (int error = disturb_call(__func__, s->context->device, ACL_ERROR_RT_MODEL_EXECUTE))
        return error;
    if (checking()) judge(*graph, s);
    Replay *replay = new Replay{s, {{graph, 0}}};
    const int error = submit_wait(s, Task::of([replay] {
                                      const int code = replay->run();
                                      if (code != kStalled) delete replay;
                                      return code;
                                  }),
                                  {__func__, ACL_MODEL_RI_TASK_DEFAULT});
    nudge_streams();
    std::lock_guard<std::mutex> lock(graphs().mutex);
    in_use(graph); // forgets what is over
    if (s->queue) graph->uses.push_back(mark_of(s));
    return error;
}

aclError aclmdlRIDestroy(aclmdlRI modelRI) {
    REQUIRE(modelRI);
    Graph *graph = nullptr;
    std::vector<Mark> uses;
    {
        std::lock_guard<std::mutex> lock(graphs().mutex);
        if (int error = find_graph(__func__, modelRI, &graph)) return error;
        if (graph->parent)
            return fail(ACL_ERROR_RT_PARAM_INVALID,
                        "%s: graph %u is the body of a condition and ends with its graph", __func__,
                        graph->id);
        if (graph->capturing || has_open_body(graph))
            return fail(ACL_ERROR_RT_MODEL_CAPTURED, "%s: graph %u is being captured", __func__,
                        graph->id);
        uses.swap(graph->uses);
    }
    int error = 0;
    for (const Mark &mark : uses)
        if (!error) error = wait_for(mark, -1);
    std::lock_guard<std::mutex> lock(graphs().mutex);
    if (error)
        graph->uses.swap(uses);
    else
        delete graph;
    return error;
}

// JSON of our own, since CANN documents none: the graph's tasks in order, bodies of conditions
// within them. VERBOSE adds the operators' arguments.
aclError aclmdlRIDebugJsonPrint(aclmdlRI modelRI, const char *path, uint32_t flags) {
    REQUIRE(modelRI);
    REQUIRE(path);
    if (flags > ACL_MDLRI_DEBUG_JSON_PRINT_VERBOSE)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: flags is %u, not 0 or 1", __func__, flags);
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Graph *graph = nullptr;
    if (int error = find_graph(__func__, modelRI, &graph)) return error;
    FILE *out = std::fopen(path, "w");
    if (!out)
        return fail(ACL_ERROR_RT_FILE_OPEN, "%s: cannot open '%s': %s", __func__, path,
                    std::strerror(errno));
    print(out, *graph, flags == ACL_MDLRI_DEBUG_JSON_PRINT_VERBOSE, 1);
    std::fputc('\n', out);
    const bool bad = std::ferror(out);
    if (std::fclose(out) || bad)
        return fail(ACL_ERROR_RT_FILE_WRITE, "%s: cannot write '%s'", __func__, path);
    return 0;
}

aclError aclmdlRICondHandleCreate(aclmdlRI modelRI, uint32_t defaultLaunchValue,
                                  aclmdlRICondHandleFlag flag, aclmdlRICondHandle *handle) {
    REQUIRE(modelRI);
    REQUIRE(handle);
    if (flag && flag != ACL_MODEL_RI_COND_HANDLE_ASSIGN_DEFAULT)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: flag is %d, not 0 or 1", __func__, int(flag));
    Context *context;
    if (int error = require_context(&context)) return error;
    std::lock_guard<std::mutex> lock(graphs().mutex);
    Graph *graph = nullptr;
    if (int error = find_graph(__func__, modelRI, &graph)) return error;
    void *value;
    if (int error = inject_malloc(__func__, sizeof(uint64_t))) return error;
    if (int error = device_malloc(context->device, sizeof(uint64_t), &value)) return error;
    const bool assigns = flag == ACL_MODEL_RI_COND_HANDLE_ASSIGN_DEFAULT;
    auto made = std::make_unique<CondHandle>(
        CondHandle{graph->root(), context->device, value, defaultLaunchValue, assigns, false});
    *value_of(*made) = defaultLaunchValue;
    if (checking()) check_shared(value, sizeof(uint64_t));
    *handle = made.get();
    graphs().handles.insert(made.get());
    graph->root()->handles.push_back(std::move(made));
    return 0;
}

static aclError find_handle(const char *call, void *handle, CondHandle **out) {
    if (!graphs().handles.count(handle))
        return fail(ACL_ERROR_RT_INVALID_HANDLE,
                    "%s: %p is not the handle of a condition, or its graph was destroyed", call,
                    handle);
    *out = static_cast<CondHandle *>(handle);
    return 0;
}

aclError aclmdlRICondHandleGetCondPtr(aclmdlRICondHandle handle, uint64_t **ptr) {
    REQUIRE(handle);
    REQUIRE(ptr);
    std::lock_guard<std::mutex> lock(graphs().mutex);
    CondHandle *h = nullptr;
    if (int error = find_handle(__func__, handle, &h)) return error;
    *ptr = static_cast<uint64_t *>(h->value);
    return 0;
}

// As with CUDA: the runtime makes the bodies and stores them in modelRIArray, to be captured by
// aclmdlRICaptureToModelRIBegin; the second body of an IF runs where the value is 0; a SWITCH runs
// the body that the value numbers, if there is one; a handle decides one condition.
aclError aclmdlRIAddCondTask(aclmdlRICondTaskParams params, aclrtStream stream, uint32_t flags) {
    REQUIRE(params.handle);
    REQUIRE(params.modelRIArray);
    if (flags) return fail(ACL_ERROR_INVALID_PARAM, "%s: flags is %u, not 0", __func__, flags);
    const uint32_t most = params.type == ACL_MODEL_RI_COND_TYPE_IF       ? 2
                          : params.type == ACL_MODEL_RI_COND_TYPE_WHILE  ? 1
                          : params.type == ACL_MODEL_RI_COND_TYPE_SWITCH ? 1 << 16
                                                                         : 0;
    if (!params.size || params.size > most)
        return fail(ACL_ERROR_INVALID_PARAM, "%s: a condition of type %d with %u bodies (1 to %u)",
                    __func__, int(params.type), params.size, most);
    RESOLVE(s, stream);
    std::lock_guard<std::mutex> lock(graphs().mutex);
    CondHandle *handle = nullptr;
    if (int error = find_handle(__func__, params.handle, &handle)) return error;
    Capture *c = capture_of(s);
    if (!c || c->update)
        return fail(ACL_ERROR_RT_STREAM_NOT_CAPTURED, "%s: stream %d is not captured", __func__,
                    s->id);
    if (handle->graph != c->graph->root() || handle->used)
        return fail(ACL_ERROR_RT_PARAM_INVALID, "%s: the handle %s", __func__,
                    handle->used ? "decides another condition" : "belongs to another graph");
    handle->used = true;
    auto condition = std::make_shared<Condition>();
    condition->handle = handle;
    condition->type = params.type;
    for (uint32_t i = 0; i < params.size; ++i) {
        condition->bodies.push_back(std::make_unique<Graph>(c->graph));
        condition->bodies.back()->capturing = false;
        params.modelRIArray[i] = condition->bodies.back().get();
    }
    Node node{};
    node.label = {__func__, ACL_MODEL_RI_TASK_DEFAULT};
    node.stream = s->id;
    node.condition = std::move(condition);
    c->graph->nodes.push_back(std::move(node));
    ++c->members[s].tasks;
    return 0;
}

} // extern "C"
