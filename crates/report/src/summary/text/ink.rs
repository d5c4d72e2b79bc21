//! Colours of a terminal, or none.

/// Paints text when the reader can see colours, and leaves it alone otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    pub color: bool,
}

impl Ink {
    /// Success.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Failure.
    pub fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// Measured values.
    pub fn cyan(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// Headings.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Whatever only guides the eye.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// `✓` or `✗` in its colour.
    pub fn mark(self, ok: bool) -> String {
        if ok { self.green("✓") } else { self.red("✗") }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
