//! Exit codes: those of k6, so that pipelines that look at them keep working.

/// The status with which the program ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExitCode(pub u8);

impl ExitCode {
    /// Everything went well; iterations may have thrown.
    pub const SUCCESS: Self = Self(0);
    /// A threshold was crossed.
    pub const THRESHOLDS_FAILED: Self = Self(99);
    /// `setup()` took too long.
    pub const SETUP_TIMEOUT: Self = Self(100);
    /// `teardown()` took too long.
    pub const TEARDOWN_TIMEOUT: Self = Self(101);
    /// Something else took too long.
    pub const GENERIC_TIMEOUT: Self = Self(102);
    /// Stopped through the control interface.
    pub const STOPPED_BY_API: Self = Self(103);
    /// Options or configuration are invalid.
    pub const INVALID_CONFIG: Self = Self(104);
    /// Ended by a signal.
    pub const EXTERNAL_ABORT: Self = Self(105);
    /// The control interface could not be started.
    pub const API_CANNOT_START: Self = Self(106);
    /// The script threw in init, setup or teardown.
    pub const SCRIPT_EXCEPTION: Self = Self(107);
    /// The script called `exec.test.abort()`.
    pub const SCRIPT_ABORTED: Self = Self(108);
    /// The program itself failed.
    pub const PANIC: Self = Self(109);
    /// The script called `exec.test.fail()`.
    pub const MARKED_FAILED: Self = Self(110);
    /// A comparison that had to be decided had nothing to go by.
    pub const NOT_JUDGED: Self = Self(111);
    /// Anything else.
    pub const GENERIC: Self = Self(255);
}
