// The plugin ABI as Swift sees it: the header that plugin authors get, and nothing else.
#pragma once
#include "../../../sdk/include/tuned/plugin.h"
