/* The study's config, key by key. */
#ifndef TEST_SETTINGS_H
#define TEST_SETTINGS_H

#include <tuned/plugin.h>

#include <stdlib.h>
#include <string.h>

static inline const char *setting(const tuned_config *config, const char *key, const char *otherwise) {
    for (uint32_t i = 0; i < config->key_count; i++) {
        if (strcmp(config->keys[i], key) == 0) return config->values[i];
    }
    return otherwise;
}

static inline long setting_number(const tuned_config *config, const char *key, long otherwise) {
    const char *text = setting(config, key, NULL);
    return text ? strtol(text, NULL, 10) : otherwise;
}

#endif
