//! Archives of scripts.

#![no_main]

// The module alone: the command around it is no library.
#[path = "../../crates/cli/src/archive_file.rs"]
mod archive_file;

/// What the module asks of the command.
mod cmd {
    pub const K6_COMPATIBLE: &str = "2.2.0";
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| archive_file::fuzzing::archive(input));
