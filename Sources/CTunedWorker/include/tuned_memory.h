// Keeping a process that mostly waits small.
#pragma once

// Lets go of the program's code and constants that are mapped from files, in every loaded object. What is still needed comes back
// from the page cache on first use, in microseconds; what only the start needed stays away. Nothing that was written is touched.
void tuned_forget_startup_pages(void);

// Keeps the C library's allocator to a few arenas. It would make eight a core, each of which keeps what it once held; the daemon's
// threads wait far more than they allocate. To be called early: arenas that
// exist already stay.
void tuned_bound_arenas(void);

// Bytes that the C library's allocator has given out and not got back, over all of its arenas.
long tuned_heap_in_use(void);
