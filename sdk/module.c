#include "tuned/plugin.h"
