#include "internal.h"

static const char *const names[PB_LAYER_COUNT] = {
    [PB_LAYER_USER_NAMESPACE] = "user-namespace",
    [PB_LAYER_MOUNT_NAMESPACE] = "mount-namespace",
    [PB_LAYER_NETWORK_NAMESPACE] = "network-namespace",
    [PB_LAYER_IPC_NAMESPACE] = "ipc-namespace",
    [PB_LAYER_UTS_NAMESPACE] = "uts-namespace",
    [PB_LAYER_PID_NAMESPACE] = "pid-namespace",
    [PB_LAYER_IDENTITY] = "identity",
    [PB_LAYER_EMPTY_ROOT] = "empty-root",
    [PB_LAYER_PARENT_DEATH] = "parent-death",
    [PB_LAYER_LIMITS] = "limits",
    [PB_LAYER_NO_NEW_PRIVILEGES] = "no-new-privileges",
    [PB_LAYER_CAPABILITIES] = "capabilities",
    [PB_LAYER_LANDLOCK] = "landlock",
    [PB_LAYER_SECCOMP] = "seccomp",
};

const char *pb_layer_name(pb_layer layer) {
    return (uint32_t)layer < PB_LAYER_COUNT ? names[layer] : "unknown";
}

pb_layer_status pb_report_status(const pb_report *report, pb_layer layer) {
    pb_layer_status status = {PB_LAYER_NOT_WANTED, 0};
    if ((uint32_t)layer >= PB_LAYER_COUNT || !(report->wanted & pb_layer_bit(layer))) return status;
    if (report->active & pb_layer_bit(layer)) {
        status.state = PB_LAYER_ACTIVE;
    } else {
        status.state = PB_LAYER_UNAVAILABLE;
        status.error = report->errors[layer];
    }
    return status;
}

uint32_t pb_report_missing(const pb_report *report, uint32_t required) {
    return required & ~report->active & PB_LAYERS_ALL;
}

void pb_report_set(pb_report *report, pb_layer layer, int error) {
    if ((uint32_t)layer >= PB_LAYER_COUNT) return;
    report->wanted |= pb_layer_bit(layer);
    if (error == 0) {
        report->active |= pb_layer_bit(layer);
        report->errors[layer] = 0;
    } else {
        report->active &= ~pb_layer_bit(layer);
        report->errors[layer] = error < 0 ? -error : error;
    }
}
