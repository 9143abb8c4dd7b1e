// Keeping a process that mostly waits small.
#pragma once

// Lets go of the program's code and constants that are mapped from files, in every loaded object. What is still needed comes back
// from the page cache on first use, in microseconds; what only the start needed stays away. Nothing that was written is touched.
void tuned_forget_startup_pages(void);
