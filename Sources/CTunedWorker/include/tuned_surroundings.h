// What a worker's runs share and a plugin may change: working directory, environment, file mode mask
// and signal handlers. For use inside the
// worker only, on the thread that runs the plugin.
#pragma once

#define TUNED_CHANGED_DIRECTORY 1u
#define TUNED_CHANGED_ENVIRONMENT 2u
#define TUNED_CHANGED_MASK 4u
#define TUNED_CHANGED_HANDLERS 8u

// Notes how they are now.
void tuned_surroundings_note(void);

// Puts back what is not as it was noted, and tells what that was, as bits.
unsigned tuned_surroundings_restore(void);
