#include "CTunedPlugin.h"
