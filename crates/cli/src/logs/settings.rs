//! What the user asked of the log: `--log-output`, `--log-format`, `--verbose`, `--no-color`.

use std::collections::BTreeMap;

use model::Level;

use super::Format;
use crate::flags::Flags;
use crate::screen::Terminals;

/// Where records go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// Standard error.
    Stderr,
    /// Standard output.
    Stdout,
    /// Nowhere.
    None,
    /// A file, for records of at least this level.
    File {
        /// Its path.
        path: String,
        /// The least level that is written.
        level: Level,
    },
}

/// The log as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The least level that is shown.
    pub level: Level,
    /// How lines look.
    pub format: Format,
    /// Where they go.
    pub target: Target,
}

impl Settings {
    /// Reads the global flags.
    ///
    /// # Errors
    /// The sentence for the user when a value is not known.
    pub fn new(flags: &Flags, env: &BTreeMap<String, String>, terminals: Terminals) -> Result<Self, String> {
        let level = if flags.on("verbose") { Level::Debug } else { Level::Info };
        let target = target(flags.text("log-output").unwrap_or("stderr"), level)?;
        let coloured = match target {
            Target::Stderr => terminals.stderr,
            Target::Stdout => terminals.stdout,
            Target::None | Target::File { .. } => false,
        };
        let coloured = coloured && !no_colour(flags, env);
        let format = match flags.text("log-format").unwrap_or("") {
            "raw" => Format::Raw,
            "json" => Format::Json,
            // Anything else is text, as scripts in use rely on (`--log-format=text`).
            _ if coloured => Format::Terminal,
            _ => Format::Logfmt,
        };
        Ok(Self { level, format, target })
    }
}

/// Whether colours are unwanted: by flag, or by the convention of the variable `NO_COLOR`.
#[must_use]
pub fn no_colour(flags: &Flags, env: &BTreeMap<String, String>) -> bool {
    flags.on("no-color") || env.contains_key("NO_COLOR")
}

fn target(text: &str, level: Level) -> Result<Target, String> {
    match text {
        "stderr" => Ok(Target::Stderr),
        "stdout" => Ok(Target::Stdout),
        "none" => Ok(Target::None),
        _ if text == "loki" || text.starts_with("loki=") => {
            Err("log output to Loki is not available; write a file and ship it, or use --log-format=json"
                .to_owned())
        }
        _ => file(text, level),
    }
}

/// `file=PATH[,level=LEVEL]`.
fn file(text: &str, default: Level) -> Result<Target, String> {
    let (mut path, mut level) = (None, default);
    for part in text.split(',') {
        match part.split_once('=') {
            Some(("file", "")) => return Err("filepath must not be empty".to_owned()),
            Some(("file", value)) => path = Some(value.to_owned()),
            Some(("level", value)) if path.is_some() => level = parse_level(value)?,
            Some((key, _)) if path.is_some() => return Err(format!("unknown logfile config key {key}")),
            _ => return Err(format!("unsupported log output '{text}'")),
        }
    }
    path.map(|path| Target::File { path, level }).ok_or_else(|| format!("unsupported log output '{text}'"))
}

fn parse_level(text: &str) -> Result<Level, String> {
    let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error];
    let known = levels.into_iter().find(|level| level.name().eq_ignore_ascii_case(text));
    let known = known.or_else(|| text.eq_ignore_ascii_case("warn").then_some(Level::Warning));
    known.ok_or_else(|| format!("unknown log level {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_outputs_are_read() {
        let check =
            |text: &str, wanted: Option<Target>| assert_eq!(target(text, Level::Info).ok(), wanted, "{text}");
        let file = |path: &str, level| Some(Target::File { path: path.to_owned(), level });
        check("stderr", Some(Target::Stderr));
        check("none", Some(Target::None));
        check("file=a.log", file("a.log", Level::Info));
        check("file=./a.log,level=warn", file("./a.log", Level::Warning));
        for bad in ["file=", "files", "file=a,level=loud", "file=a,b=c", "loki=http://x", "level=info"] {
            check(bad, None);
        }
    }
}
