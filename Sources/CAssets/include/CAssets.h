/* Files inside the executable, so that it needs no folder beside it: what the daemon serves, and what `tuned new` writes. */
#ifndef CASSETS_H
#define CASSETS_H

#include <stddef.h>

const unsigned char *tuned_asset_openapi_bytes(void);
size_t tuned_asset_openapi_size(void);

/* One file of a project in a language (c, cpp, swift). Path and bytes hold placeholders: @NAME@, @ID@, @TYPE@, @SDK@. */
typedef struct tuned_asset_template {
    const char *language;
    const char *path;
    const unsigned char *bytes;
    size_t size;
} tuned_asset_template;

size_t tuned_asset_template_count(void);
/* NULL beyond the last. */
const tuned_asset_template *tuned_asset_template_at(size_t index);

#endif
