// Graphs: tasks that were captured, and what runs them again.
#pragma once

#include "cann_runtime.h"
#include "runtime/stream.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace cannsim {

struct Graph;

// A value in device memory that decides which bodies run (aclmdlRICondHandleCreate).
struct CondHandle {
    Graph *graph;
    int device;
    void *value; // 8 bytes on the device; null once the device was reset
    uint64_t default_value;
    bool assigns; // the default, whenever the graph is launched
    bool used;
};

struct Condition {
    CondHandle *handle;
    aclmdlRICondTaskType type;
    std::vector<std::unique_ptr<Graph>> bodies;
};

struct Node {
    Task task;
    Label label;
    int stream;
    void *owned = nullptr; // what the task uses, such as an executor
    void (*release)(void *) = nullptr;
    std::shared_ptr<Condition> condition = nullptr; // in place of a task

    // The operator of the task; null for others, such as a kernel of the program's own.
    const aclOpExecutor *executor() const {
        return in_pool(owned) ? static_cast<const aclOpExecutor *>(owned) : nullptr;
    }
};

// Nodes that may be issued anew (aclmdlRICaptureTaskGrpBegin).
struct TaskGroup {
    Graph *graph;
    std::vector<size_t> nodes;
};

struct Graph {
    uint32_t id;
    Graph *parent = nullptr; // of a body
    bool capturing = true;
    std::deque<Node> nodes;    // in the order of their launch, which is one of the allowed orders
    std::vector<Node> retired; // replaced ones, which a replay may still use
    std::vector<std::unique_ptr<TaskGroup>> groups;
    std::vector<std::unique_ptr<CondHandle>> handles;
    std::vector<Mark> uses; // replays and updates that may not be over

    explicit Graph(Graph *parent = nullptr);
    ~Graph();
    Graph *root() { return parent ? parent->root() : this; }
    void truncate(size_t size);
};

// A stream in a capture: how many tasks it noted, up to which another stream waits for them, and
// where its task group began.
struct Member {
    size_t tasks = 0, waited = 0;
    long group = -1;
};

struct Capture {
    DeviceStream *origin;
    aclmdlRICaptureMode mode;
    std::thread::id thread;
    Graph *graph;
    size_t first;      // node: an older graph has some already
    TaskGroup *update; // the tasks replace those of a group
    bool invalid = false;
    std::map<const DeviceStream *, Member> members;
};

// Everything about graphs is under one lock.
struct Graphs {
    std::mutex mutex;
    std::vector<Capture *> active;
    std::set<const void *> living; // graphs, bodies among them
    std::set<const void *> groups, handles;
};
Graphs &graphs();

Capture *capture_of(const DeviceStream *stream);

// The graph behind a handle, or an error. The lock is held.
int find_graph(const char *call, aclmdlRI handle, Graph **graph);
bool in_use(Graph *graph); // by a replay or an update

// Whether tasks may take the place of those of a group, and the exchange.
int check_update(const TaskGroup &group, const Graph &fresh);
void update_group(TaskGroup &group, Graph *fresh);

// Whether a body is still being captured.
bool has_open_body(const Graph *graph);

} // namespace cannsim
