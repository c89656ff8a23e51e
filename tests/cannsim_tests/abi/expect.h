// Assertions that go on, and children of the process; needs nothing of CANN.
#pragma once

#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

inline int failures = 0;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                            \
            ++failures;                                                                            \
        }                                                                                          \
    } while (0)

// Status of a child process that runs f: its exit code, or -signal.
template <class F> int in_child(F &&f) {
    std::fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        f();
        std::fflush(stdout);
        _exit(failures ? 99 : 0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

inline int finish() {
    if (!failures) std::printf("ok\n");
    return failures != 0;
}
