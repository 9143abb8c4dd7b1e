#include "CAssets.h"

static const unsigned char openapi[] = {
#embed "openapi.json"
};

const unsigned char *tuned_asset_openapi_bytes(void) { return openapi; }
size_t tuned_asset_openapi_size(void) { return sizeof openapi; }
