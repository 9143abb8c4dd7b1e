// The structs of the NVIDIA Management Library that an inventory needs, in the layout of its binary interface. The library
// itself is opened at run time, so nothing of NVIDIA's is needed to build.
#pragma once

// nvmlMemory_t: bytes.
typedef struct {
    unsigned long long total, free, used;
} tuned_nvml_memory;

// nvmlPciInfo_t, as nvmlDeviceGetPciInfo_v3 fills it.
typedef struct {
    char bus_id_legacy[16];
    unsigned domain, bus, device, pci_device_id, pci_subsystem_id;
    char bus_id[32];
} tuned_nvml_pci;

// nvmlProcessInfo_v2_t, as nvmlDeviceGetComputeRunningProcesses_v2 and _v3 fill it.
typedef struct {
    unsigned pid;
    unsigned long long used_gpu_memory;  // all bits set where the driver does not know
    unsigned gpu_instance_id, compute_instance_id;
} tuned_nvml_process;
