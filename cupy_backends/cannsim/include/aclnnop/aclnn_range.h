#include "../cann_operators.h"
