/* Prints the schema of each trainable of a plugin, a line each, or why it does not load: schema_of PLUGIN */
#include <tuned/plugin.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static int32_t fail(const tuned_trial *trial, int32_t code, const char *text) {
    (void)trial;
    printf("failed: %s\n", text);
    return code;
}

int main(int count, char **arguments) {
    static const tuned_host host = {.size = sizeof host, .abi_minor = TUNED_ABI_MINOR, .fail = fail};
    void *library = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = library ? dlsym(library, "tuned_plugin_v1") : NULL;
    const tuned_plugin *(*entry)(const tuned_host *);
    if (!symbol) return fprintf(stderr, "%s\n", dlerror()), 2;
    memcpy(&entry, &symbol, sizeof entry);  /* ISO C has no conversion from an object pointer */
    const tuned_plugin *plugin = entry(&host);
    if (!plugin) return 1;
    for (uint32_t i = 0; i < plugin->trainable_count; i++) puts(plugin->trainable(i)->schema_json);
    return 0;
}
