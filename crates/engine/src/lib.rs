//! Virtual users, schedules, executors, worker threads and the run loop.
