/* Files that the daemon serves, inside its executable, so that it needs no folder beside it. */
#ifndef CASSETS_H
#define CASSETS_H

#include <stddef.h>

const unsigned char *tuned_asset_openapi_bytes(void);
size_t tuned_asset_openapi_size(void);

#endif
