#include "../cann_runtime.h"
