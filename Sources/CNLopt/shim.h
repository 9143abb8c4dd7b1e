// NLopt for Swift.
#pragma once

#include <nlopt.h>
