//! The demo shop and the rude servers that tests and the demo talk to.
