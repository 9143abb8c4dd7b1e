/* A plain function that does next to nothing: what a call of it costs is the host's doing. plain.tuned.json declares it. */
#include <stdint.h>

__attribute__((visibility("default"))) double plain(double rate, int32_t depth, const char *kernel);
double plain(double rate, int32_t depth, const char *kernel) { return rate * depth + kernel[0]; }
