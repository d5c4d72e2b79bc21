//! The JavaScript host: QuickJS, the module loader, the event loop and the k6 modules.
