// OpenBLAS: cblas and its thread control.
#pragma once
#include <cblas.h>
