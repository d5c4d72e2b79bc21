//! The command line could not be read: k6's sentence for what clap found.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The sentence for a command line that clap rejected.
#[must_use]
pub fn sentence(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    };
    // clap shows an argument with its placeholder: `--vus <int>`.
    let argument = context(ContextKind::InvalidArg);
    let argument = argument.split_whitespace().next().unwrap_or_default().trim_end_matches("=<string>");
    match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with("--") => {
            format!("unknown flag: {}", argument.split('=').next().unwrap_or(argument))
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') && argument.len() > 1 => {
            format!("unknown shorthand flag: '{}' in {argument}", argument.chars().nth(1).unwrap_or('-'))
        }
        ErrorKind::InvalidSubcommand => {
            format!("unknown command \"{}\" for \"plimsoll\"", context(ContextKind::InvalidSubcommand))
        }
        // The one way in which a flag that takes any text can be wrong.
        ErrorKind::InvalidValue | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("flag needs an argument: {argument}")
        }
        _ => first_line(&error.to_string()),
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn rejections_read_as_users_know_them() {
        let check = |args: &[&str], sentence: &str| {
            let error = crate::cmd::command().try_get_matches_from(args).unwrap_err();
            assert_eq!(super::sentence(&error), sentence, "{args:?}");
        };
        check(&["plimsoll", "run", "--no-such-flag", "x.js"], "unknown flag: --no-such-flag");
        check(&["plimsoll", "run", "--no-such-flag=5", "x.js"], "unknown flag: --no-such-flag");
        check(&["plimsoll", "run", "-Z", "x.js"], "unknown shorthand flag: 'Z' in -Z");
        check(&["plimsoll", "run", "x.js", "--vus"], "flag needs an argument: --vus");
        check(&["plimsoll", "walk"], "unknown command \"walk\" for \"plimsoll\"");
    }
}
