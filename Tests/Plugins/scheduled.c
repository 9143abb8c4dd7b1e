/* A plugin that does nothing but ask for scheduled values: "plain" goes through its epochs itself, "stepwise" leaves them to the host,
 * both report the rate of each; "asks" asks once, as its config says. */
#include "settings.h"

#include <tuned/plugin.h>

#include <stdlib.h>
#include <string.h>

enum { RATE, WIDTH, OFFSET, KIND };
enum { METRIC_RATE, METRIC_WIDTH };
enum { EPOCHS = 20 };

#define PARAMETERS \
    "\"parameters\": [" \
    "{\"name\": \"rate\", \"type\": \"float\", \"low\": 1e-5, \"high\": 1, \"log\": true, \"default\": 0.1, \"schedule\": true}," \
    "{\"name\": \"width\", \"type\": \"int\", \"low\": 16, \"high\": 256, \"default\": 64, \"schedule\": [\"polynomial\"]}," \
    "{\"name\": \"offset\", \"type\": \"int\", \"low\": 0, \"high\": 10, \"default\": 0}," \
    "{\"name\": \"kind\", \"type\": \"categorical\", \"choices\": [\"a\", \"b\"], \"default\": \"a\"}]"

/* Before the epoch `epoch`, counted from 1: what is done of training in full, whatever the budget is. */
static double scheduled(const tuned_trial *trial, uint32_t parameter, int64_t epoch) {
    return tuned_scheduled(trial, parameter, (double)(epoch - 1) / EPOCHS);
}

static int32_t run_epoch(void *self, const tuned_trial *trial, int64_t epoch) {
    (void)self;
    return tuned_step(trial, METRIC_RATE, epoch, scheduled(trial, RATE, epoch));
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    const tuned_value *drops = trial->host->value(trial, "rate.drops");
    (void)self;
    if (!drops) return trial->host->fail(trial, TUNED_FAILED, "rate.drops is not there");
    trial->host->objective(trial, METRIC_RATE, scheduled(trial, RATE, tuned_budget(trial, EPOCHS)));  /* of its last epoch */
    return trial->host->objective(
        trial, METRIC_WIDTH, scheduled(trial, WIDTH, EPOCHS) + (double)tuned_i64(trial, OFFSET) + (double)drops->i64);
}

/* ---- "plain" */

static int32_t plain_train(void *self, const tuned_trial *trial) {
    int64_t epoch = 0, state = 0;
    int32_t status = tuned_load_checkpoint(trial, &epoch, &state, sizeof state);
    if (status != TUNED_OK && status != TUNED_ABSENT) return status;
    while (epoch < tuned_budget(trial, EPOCHS)) {
        status = run_epoch(self, trial, ++epoch);
        if (status == TUNED_OK) status = tuned_save_checkpoint(trial, epoch, &state, sizeof state);
        if (status != TUNED_OK) return status;
    }
    return TUNED_OK;
}

static const tuned_trainable plain = {
    .size = sizeof plain,
    .flags = TUNED_DETERMINISTIC | TUNED_CHECKPOINTS,
    .id = "plain",
    .schema_json = "{\"id\": \"plain\", " PARAMETERS ", \"metrics\": [{\"name\": \"rate\"}, {\"name\": \"width\"}],"
                   "\"fidelity\": {\"name\": \"epochs\", \"low\": 1, \"high\": 20}}",
    .train = plain_train,
    .evaluate = evaluate,
};

/* ---- "stepwise" */

static int32_t begin(void *self, const tuned_trial *trial) { return (void)self, (void)trial, TUNED_OK; }

static int32_t save(void *self, const tuned_trial *trial) {
    const tuned_checkpoint_extension *checkpoint = tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    (void)self;
    return checkpoint->write(trial, "state", 5);
}

static int32_t load(void *self, const tuned_trial *trial) {
    char state[5];
    (void)self;
    return tuned_read_checkpoint(trial, state, sizeof state);
}

static const tuned_stepwise_extension steps = {.size = sizeof steps, .begin = begin, .step = run_epoch, .save = save, .load = load};
TUNED_OFFER(offer_steps, TUNED_STEPWISE, steps)

static const tuned_trainable stepwise = {
    .size = sizeof stepwise,
    .flags = TUNED_DETERMINISTIC | TUNED_CHECKPOINTS,
    .id = "stepwise",
    .schema_json = "{\"id\": \"stepwise\", " PARAMETERS ", \"metrics\": [{\"name\": \"rate\"}, {\"name\": \"width\"}],"
                   "\"fidelity\": {\"name\": \"epochs\", \"low\": 1, \"high\": 20}}",
    .evaluate = evaluate,
    .extension = offer_steps,
};

/* ---- "asks" */

typedef struct question {
    double progress;
    uint32_t parameter;
    int is_silent;
} question;

static int32_t asks_create(const tuned_host *host, const tuned_config *config, void **self) {
    question *q = calloc(1, sizeof *q);
    if (!q) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    q->progress = strtod(setting(config, "progress", "0"), NULL);
    q->parameter = (uint32_t)setting_number(config, "parameter", 0);
    q->is_silent = setting_number(config, "silent", 0) != 0;
    *self = q;
    return TUNED_OK;
}

static int32_t asks_evaluate(void *self, const tuned_trial *trial) {
    const question *q = self;
    double value = 0;
    const tuned_schedule_extension *schedule = tuned_find_extension(trial->host, TUNED_SCHEDULE);
    if (!q->is_silent && schedule->value(trial, q->parameter, q->progress, &value) != TUNED_OK) {
        return trial->host->fail(trial, TUNED_FAILED, "the host has no value");
    }
    return trial->host->objective(trial, 0, value);
}

static const tuned_trainable asks = {
    .size = sizeof asks,
    .flags = TUNED_DETERMINISTIC,
    .id = "asks",
    .schema_json = "{\"id\": \"asks\", " PARAMETERS ", \"metrics\": [{\"name\": \"value\"}],"
                   "\"config\": [{\"name\": \"progress\"}, {\"name\": \"parameter\"}, {\"name\": \"silent\"}]}",
    .create = asks_create,
    .evaluate = asks_evaluate,
    .destroy = free,
};

static const tuned_trainable *trainable(uint32_t index) {
    static const tuned_trainable *const all[] = {&plain, &stepwise, &asks};
    return index < 3 ? all[index] : NULL;
}

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const tuned_plugin plugin = {
        .size = sizeof plugin, .abi_minor = TUNED_ABI_MINOR, .id = "scheduled", .version = "1.0.0", .build = "",
        .trainable_count = 3, .trainable = trainable,
    };
    (void)host;
    return &plugin;
}
