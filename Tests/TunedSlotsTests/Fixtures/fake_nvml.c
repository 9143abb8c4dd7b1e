// A stand-in for NVIDIA's libnvidia-ml.so.1. Device 0 is whole, device 1 fell off the bus, device 2 is split into MIG devices
// of which the indices have a gap. FAKE_INIT is the status of nvmlInit_v2; FAKE_HANG makes it never return; FAKE_PID computes
// on device 0.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tuned_nvml.h"

#ifndef FAKE_INIT
#define FAKE_INIT 0
#endif
#ifndef FAKE_PID
#define FAKE_PID 1
#endif

enum { SUCCESS = 0, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, GPU_IS_LOST = 15 };

typedef struct {
    const char *uuid, *name;
    unsigned long long memory;
} device;

static device whole = {"GPU-00000000-aaaa", "Fake 9000", 80ULL << 30};
static device split = {"GPU-00000000-bbbb", "Fake 9000", 80ULL << 30};
static device parts[] = {
    {"MIG-00000000-cccc", "Fake 9000 MIG 1g.10gb", 10ULL << 30},
    {"MIG-00000000-dddd", "Fake 9000 MIG 1g.10gb", 10ULL << 30},
};

int nvmlInit_v2(void) {
    puts("a driver that prints to standard output");
    fflush(stdout);
#ifdef FAKE_HANG
    for (;;) pause();
#endif
    return FAKE_INIT;
}

int nvmlShutdown(void) { return SUCCESS; }

const char *nvmlErrorString(int status) { return status == 18 ? "Driver/library version mismatch" : "GPU is lost"; }

int nvmlSystemGetDriverVersion(char *text, unsigned length) {
    snprintf(text, length, "999.01");
    return SUCCESS;
}

int nvmlDeviceGetCount_v2(unsigned *count) {
    *count = 3;
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, device **found) {
    if (index == 1) return GPU_IS_LOST;
    *found = index == 0 ? &whole : &split;
    return SUCCESS;
}

int nvmlDeviceGetUUID(device *device, char *text, unsigned length) {
    snprintf(text, length, "%s", device->uuid);
    return SUCCESS;
}

int nvmlDeviceGetName(device *device, char *text, unsigned length) {
    snprintf(text, length, "%s", device->name);
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(device *device, tuned_nvml_memory *memory) {
    memory->total = device->memory;
    memory->free = memory->used = device->memory / 2;
    return SUCCESS;
}

int nvmlDeviceGetPciInfo_v3(device *device, tuned_nvml_pci *pci) {
    memset(pci, 0, sizeof *pci);
    pci->bus = device == &whole ? 0x3b : 0xaf;
    return SUCCESS;
}

int nvmlDeviceGetMigMode(device *device, unsigned *current, unsigned *pending) {
    *current = *pending = device == &split;
    return SUCCESS;
}

int nvmlDeviceGetMaxMigDeviceCount(device *device, unsigned *count) {
    *count = 7;
    return SUCCESS;
}

int nvmlDeviceGetMigDeviceHandleByIndex(device *device, unsigned index, void **found) {
    if (index != 0 && index != 3) return NOT_FOUND;
    *found = &parts[index == 3];
    return SUCCESS;
}

int nvmlDeviceGetComputeRunningProcesses_v3(device *device, unsigned *count, tuned_nvml_process *processes) {
    unsigned capacity = *count;
    *count = device == &whole;
    if (*count > capacity) return INSUFFICIENT_SIZE;
    if (*count) processes[0].pid = FAKE_PID;
    return SUCCESS;
}
