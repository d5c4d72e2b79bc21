//! Stackful coroutines on pooled stacks that await futures.
