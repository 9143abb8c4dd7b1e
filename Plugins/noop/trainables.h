#ifndef NOOP_TRAINABLES_H
#define NOOP_TRAINABLES_H

#include <tuned/plugin.h>

extern const tuned_trainable noop;
extern const tuned_trainable noop10;
extern const tuned_trainable sleeper;
extern const tuned_trainable noop_batch;

#endif
