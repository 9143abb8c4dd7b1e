#define _GNU_SOURCE
#include "tuned_crash.h"

#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#define MODULES 512
#define STACK_WORDS 2048
#define HANDLER_STACK (64 * 1024)

typedef struct module {
    uintptr_t start, end, base;
    uintptr_t code_start, code_end;
    int is_plugin;
    char name[TUNED_MODULE_NAME];
} module;

typedef struct module_table {
    size_t count;
    module modules[MODULES];
} module_table;

static tuned_page *watched_page;
static module_table *current_modules;
static const char *loading_plugin;
static pthread_key_t exit_key;

// ---- Where code lies. -----------------------------------------------------------------------------------------------

typedef struct collecting {
    module_table *table;
    const char *plugin;
} collecting;

static int collect(struct dl_phdr_info *info, size_t size, void *argument) {
    (void)size;
    collecting *to = argument;
    if (to->table->count == MODULES) return 1;
    uintptr_t start = UINTPTR_MAX, end = 0, code_start = UINTPTR_MAX, code_end = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD) continue;
        uintptr_t from = info->dlpi_addr + header->p_vaddr;
        if (from < start) start = from;
        if (from + header->p_memsz > end) end = from + header->p_memsz;
        if ((header->p_flags & PF_X) == 0) continue;
        if (from < code_start) code_start = from;
        if (from + header->p_memsz > code_end) code_end = from + header->p_memsz;
    }
    if (end == 0) return 0;
    module *entry = &to->table->modules[to->table->count++];
    const char *path = info->dlpi_name != NULL ? info->dlpi_name : "";
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (*name == 0) name = "tuned-worker";
    entry->start = start;
    entry->end = end;
    entry->code_start = code_start;
    entry->code_end = code_end;
    entry->base = info->dlpi_addr;
    entry->is_plugin = to->plugin != NULL && strcmp(path, to->plugin) == 0;
    // Its file is a copy that is named by a hash, which would tell nobody anything.
    if (entry->is_plugin) name = "plugin";
    strncpy(entry->name, name, sizeof entry->name - 1);
    return 0;
}

void tuned_crash_loading(const char *plugin) { loading_plugin = strdup(plugin); }

void tuned_crash_refresh(const char *plugin) {
    module_table *table = calloc(1, sizeof *table);
    if (table == NULL) return;
    collecting to = {table, plugin};
    dl_iterate_phdr(collect, &to);
    // The table before stays: a handler on another thread may be reading it. There are two in a worker's life.
    __atomic_store_n(&current_modules, table, __ATOMIC_RELEASE);
}

static const module *module_of(uintptr_t address) {
    const module_table *table = __atomic_load_n(&current_modules, __ATOMIC_ACQUIRE);
    for (size_t i = 0; table != NULL && i < table->count; i++)
        if (address >= table->modules[i].start && address < table->modules[i].end) return &table->modules[i];
    return NULL;
}

// ---- Where code lies that is being loaded. Async-signal-safe: a constructor may crash before the loader has returned.

static uintptr_t hexadecimal(const char **at) {
    uintptr_t value = 0;
    for (;; (*at)++) {
        char c = **at;
        if (c >= '0' && c <= '9') value = value << 4 | (uintptr_t)(c - '0');
        else if (c >= 'a' && c <= 'f') value = value << 4 | (uintptr_t)(c - 'a' + 10);
        else return value;
    }
}

// One line of /proc/self/maps: "START-END rwxp OFFSET DEVICE INODE   PATH". Keeps where the mapped file began.
typedef struct mapping {
    char file[TUNED_MODULE_NAME];
    uintptr_t base;
} mapping;

static int maps_line(const char *line, uintptr_t address, mapping *seen, tuned_crash *crash) {
    const char *at = line;
    uintptr_t start = hexadecimal(&at);
    if (*at++ != '-') return 0;
    uintptr_t end = hexadecimal(&at);
    const char *path = strchr(line, '/');
    if (path == NULL) return 0;
    if (strncmp(seen->file, path, sizeof seen->file - 1) != 0) {
        strncpy(seen->file, path, sizeof seen->file - 1);
        seen->base = start;
    }
    if (address < start || address >= end) return 0;
    const char *slash = strrchr(path, '/');
    const char *name = loading_plugin != NULL && strcmp(path, loading_plugin) == 0 ? "plugin" : slash + 1;
    strncpy(crash->module, name, sizeof crash->module - 1);
    crash->offset = address - seen->base;
    return 1;
}

static void find_in_maps(uintptr_t address, tuned_crash *crash) {
    static char buffer[8192];
    static mapping seen;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    size_t held = 0;
    for (;;) {
        ssize_t got = read(fd, buffer + held, sizeof buffer - 1 - held);
        if (got <= 0) break;
        held += (size_t)got;
        buffer[held] = 0;
        char *line = buffer, *end;
        while ((end = strchr(line, '\n')) != NULL) {
            *end = 0;
            if (maps_line(line, address, &seen, crash)) {
                close(fd);
                return;
            }
            line = end + 1;
        }
        held -= (size_t)(line - buffer);
        if (held == sizeof buffer - 1) held = 0;  // a line that is longer than any path
        memmove(buffer, line, held);
    }
    close(fd);
}

// ---- Signals. Async-signal-safe from here on. -----------------------------------------------------------------------

// Whether the instruction before this one may be a call, as it is before every return address; a pointer to a function that lies
// on the stack mostly follows none. The bytes before the first of a module's code are its own headers.
static int follows_call(const module *found, uintptr_t address) {
#if defined(__x86_64__)
    if (address < found->code_start + 7) return 0;
    const unsigned char *at = (const unsigned char *)address;
    if (at[-5] == 0xE8) return 1;
    for (int length = 2; length <= 7; length++)
        if (at[-length] == 0xFF && (at[-length + 1] & 0x38) == 0x10) return 1;
    return 0;
#else
    return address >= found->code_start + 4;
#endif
}

// The nearest word on the stack that points into the plugin: with a crash inside libc (abort, memcpy) most likely the
// plugin's own frame. The stack may be damaged, so it is read by a system call that fails instead of faulting.
static void find_caller(uintptr_t stack, tuned_crash *crash) {
    uintptr_t words[64];
    for (size_t at = 0; at < STACK_WORDS; at += 64) {
        struct iovec to = {words, sizeof words};
        struct iovec from = {(void *)(stack + at * sizeof *words), sizeof words};
        ssize_t got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
        if (got <= 0) return;
        for (size_t i = 0; i < (size_t)got / sizeof *words; i++) {
            const module *found = module_of(words[i]);
            // A pointer to the plugin's data is no return address.
            if (found == NULL || !found->is_plugin || words[i] < found->code_start || words[i] >= found->code_end) continue;
            if (!follows_call(found, words[i])) continue;
            memcpy(crash->caller, found->name, sizeof crash->caller);
            crash->caller_offset = words[i] - found->base;
            return;
        }
    }
}

static void registers(const void *context, uintptr_t *pc, uintptr_t *stack) {
#if defined(__x86_64__)
    const mcontext_t *machine = &((const ucontext_t *)context)->uc_mcontext;
    *pc = (uintptr_t)machine->gregs[REG_RIP];
    *stack = (uintptr_t)machine->gregs[REG_RSP];
#elif defined(__aarch64__)
    const mcontext_t *machine = &((const ucontext_t *)context)->uc_mcontext;
    *pc = (uintptr_t)machine->pc;
    *stack = (uintptr_t)machine->sp;
#else
    (void)context;
    *pc = *stack = 0;
#endif
}

static void on_signal(int signal, siginfo_t *info, void *context) {
    tuned_crash *crash = &watched_page->crash;
    uint32_t none = TUNED_CRASH_NONE;
    // The first thread to crash is the cause; what follows is its echo.
    if (__atomic_compare_exchange_n(&crash->kind, &none, TUNED_CRASH_SIGNAL, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        uintptr_t pc, stack;
        registers(context, &pc, &stack);
        crash->signal = signal;
        crash->code = info->si_code;
        crash->thread = (int32_t)syscall(SYS_gettid);
        crash->address = (uint64_t)(uintptr_t)info->si_addr;
        crash->pc = pc;
        crash->stack = stack;
        const module *found = module_of(pc);
        if (found != NULL) {
            memcpy(crash->module, found->name, sizeof crash->module);
            crash->offset = pc - found->base;
        } else {
            find_in_maps(pc, crash);
        }
        if (found == NULL || !found->is_plugin) find_caller(stack, crash);
    }
    // The default action is back in place (SA_RESETHAND): die of the same signal, so that the exit status tells it too.
    raise(signal);
}

static void on_thread_exit(void *value) {
    (void)value;
    uint32_t phase = tuned_page_phase(watched_page);
    if (phase == TUNED_PHASE_ENDING) return;
    __atomic_store_n(&watched_page->crash.kind, TUNED_CRASH_THREAD_EXIT, __ATOMIC_RELEASE);
    _exit(70);
}

void tuned_crash_watch(tuned_page *page) {
    watched_page = page;
    static char handler_stack[HANDLER_STACK];
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    sigaltstack(&stack, NULL);

    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);

    // Destructors of thread-specific values run when the thread ends, but not when the process exits.
    if (pthread_key_create(&exit_key, on_thread_exit) == 0) pthread_setspecific(exit_key, page);
}
