// Writes calls of first phases as lines of JSON: the operator, every argument with its full
// description, the status and the workspace. Launches of programs' own kernels have lines too. The format is that of recorded corpora.
#pragma once

#include "opapi/op.h"

#include <string>

namespace cannsim {

extern const char *const kDTypeNames[]; // by aclDataType; null where there is none
extern const int kDTypeNamesCount;
extern const char *const kFormatNames[]; // by aclFormat
extern const int kFormatNamesCount;

// Lines are appended to the file from now on. What is wrong with it, or null.
const char *trace_to_file(const char *path);

void trace_kernel(const char *name, uint32_t blocks, size_t bytes, int status); // of a program's own
// The tensors of a planned operator, as a list of JSON.
std::string arguments_of(const Executor &e);

void trace_call(const OpMeta &op, const Arg *args, int status, uint64_t workspace);

} // namespace cannsim
