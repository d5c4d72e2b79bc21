//! Command-line flags: what each is called, what it takes, and what the user gave.
//!
//! [`Flag`] is a row of a static table ([`global::FLAGS`], [`options::FLAGS`], [`runtime::FLAGS`]); [`Flags`]
//! holds the values after parsing. Names, short forms and the wording of complaints are those k6 users know.
//! What a flag means for a run is not known here.

pub mod artillery;
pub mod capacity;
pub mod complaint;
pub mod formats;
pub mod global;
pub mod jmeter;
pub mod judgement;
pub mod options;
pub mod profile;
pub mod runtime;
mod value;

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches, Command};

pub use value::{Given, Kind};

/// A flag: a row of one of the tables.
pub struct Flag {
    /// The long name, without dashes.
    pub long: &'static str,
    /// The one-letter name.
    pub short: Option<char>,
    /// What kind of value it takes.
    pub kind: Kind,
    /// The environment variable that stands in for it, without the `PLIMSOLL_` or `K6_` in front. Empty when
    /// there is none, or when the options read it themselves.
    pub env: &'static str,
    /// One line of help.
    pub help: &'static str,
}

impl Flag {
    fn arg(&self) -> Arg {
        let mut arg = Arg::new(self.long).long(self.long).help(self.help).action(ArgAction::Append);
        if let Some(short) = self.short {
            arg = arg.short(short);
        }
        arg = arg.value_name(self.kind.placeholder());
        match self.kind.without_value() {
            // `--flag value` would be ambiguous when the value may be left out, so it needs `--flag=value`.
            Some(implied) => {
                arg = arg.num_args(0..=1).require_equals(true).default_missing_value(implied);
                if self.kind == Kind::Bool { arg.hide_possible_values(true) } else { arg }
            }
            None => arg.num_args(1).allow_hyphen_values(true),
        }
    }

    /// How complaints name it: `-u, --vus`.
    fn shown(&self) -> String {
        match self.short {
            Some(short) => format!("-{short}, --{}", self.long),
            None => format!("--{}", self.long),
        }
    }
}

/// Adds every flag of a table to a command.
#[must_use]
pub fn add(command: Command, flags: &'static [Flag]) -> Command {
    command.args(flags.iter().map(Flag::arg))
}

/// Adds some flags of a table, without their letters: the command uses those for something else.
#[must_use]
pub fn add_named(command: Command, flags: &'static [Flag], names: &[&str]) -> Command {
    let wanted = flags.iter().filter(|flag| names.contains(&flag.long));
    command.args(wanted.map(|flag| flag.arg().short(None)))
}

/// Tables of flags that only a format's files have a use for; see `plan::import`.
pub const OF_FORMATS: &[&[Flag]] = &[artillery::FLAGS, jmeter::FLAGS];

/// Every flag that was given, by its long name, with its values as they were typed; switches have none.
#[must_use]
pub fn given(matches: &ArgMatches) -> BTreeMap<String, Vec<String>> {
    let ids = matches.ids().map(clap::Id::as_str);
    let given = ids.filter(|id| matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine));
    given
        .map(|id| {
            let values = matches.try_get_many::<String>(id).ok().flatten().into_iter().flatten();
            (id.to_owned(), values.cloned().collect())
        })
        .collect()
}

/// Adds flags that every command below has too.
#[must_use]
pub fn add_global(command: Command, flags: &'static [Flag]) -> Command {
    command.args(flags.iter().map(|flag| flag.arg().global(true).help_heading("Global options")))
}

/// The values of one table's flags.
#[derive(Default, Debug)]
pub struct Flags(BTreeMap<&'static str, Given>);

impl Flags {
    /// Reads the flags of a table: from the command line, else from the environment.
    ///
    /// # Errors
    /// The sentence for the user when a value does not have the flag's form.
    pub fn read(
        table: &'static [Flag],
        matches: &ArgMatches,
        env: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let mut found = BTreeMap::new();
        for flag in table {
            // A command may have only some of the tables' flags.
            let texts: Vec<&String> =
                matches.try_get_many(flag.long).ok().flatten().into_iter().flatten().collect();
            if let Some(given) = flag.kind.parse(&texts).map_err(|(text, why)| {
                format!("invalid argument \"{text}\" for \"{}\" flag: {why}", flag.shown())
            })? {
                found.insert(flag.long, given);
            } else if let Some((name, text)) = variable(env, flag.env) {
                let given = flag.kind.parse_variable(text);
                let given =
                    given.map_err(|(text, why)| format!("invalid value \"{text}\" of {name}: {why}"))?;
                found.extend(given.map(|given| (flag.long, given)));
            }
        }
        Ok(Self(found))
    }

    /// The value of a flag, if it was given.
    #[must_use]
    pub fn get(&self, long: &str) -> Option<&Given> {
        self.0.get(long)
    }

    /// A switch; off when it was not given.
    #[must_use]
    pub fn on(&self, long: &str) -> bool {
        matches!(self.get(long), Some(Given::Bool(true)))
    }

    /// A text.
    #[must_use]
    pub fn text(&self, long: &str) -> Option<&str> {
        match self.get(long) {
            Some(Given::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A list; empty when it was not given.
    #[must_use]
    pub fn list(&self, long: &str) -> &[String] {
        match self.get(long) {
            Some(Given::List(list)) => list,
            _ => &[],
        }
    }
}

/// The variable that stands in for a flag; ours wins over k6's. An empty variable counts as not set.
fn variable<'a>(env: &'a BTreeMap<String, String>, name: &str) -> Option<(String, &'a String)> {
    if name.is_empty() {
        return None;
    }
    ["PLIMSOLL_", "K6_"].iter().find_map(|prefix| {
        let full = format!("{prefix}{name}");
        env.get(&full).filter(|value| !value.is_empty()).map(|value| (full, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Flag] = &[
        Flag { long: "vus", short: Some('u'), kind: Kind::Int, env: "", help: "" },
        Flag { long: "quiet", short: Some('q'), kind: Kind::Bool, env: "", help: "" },
        Flag { long: "verbose", short: Some('v'), kind: Kind::Bool, env: "", help: "" },
        Flag { long: "summary-mode", short: None, kind: Kind::Text, env: "SUMMARY_MODE", help: "" },
        Flag { long: "http-debug", short: None, kind: Kind::TextOr("headers"), env: "", help: "" },
        Flag { long: "system-tags", short: None, kind: Kind::List, env: "", help: "" },
        Flag { long: "tag", short: None, kind: Kind::Many, env: "", help: "" },
    ];

    fn read(args: &str, env: &[(&str, &str)]) -> Result<Flags, String> {
        let command = add(Command::new("t").arg(Arg::new("file").num_args(0..)), TABLE);
        let matches = command.try_get_matches_from(std::iter::once("t").chain(args.split_whitespace()));
        let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Flags::read(TABLE, &matches.map_err(|e| e.to_string())?, &env)
    }

    #[test]
    fn flags_are_read_in_every_form() {
        let flags =
            read("-u5 -qv x.js --http-debug --system-tags a,b --system-tags=c --tag a=1,2", &[]).unwrap();
        assert_eq!(flags.get("vus"), Some(&Given::Int(5)));
        assert!(flags.on("quiet") && flags.on("verbose"));
        assert_eq!(flags.text("http-debug"), Some("headers"));
        assert_eq!(flags.list("system-tags"), ["a", "b", "c"]);
        assert_eq!(flags.list("tag"), ["a=1,2"]);
    }

    #[test]
    fn the_last_value_wins_and_a_switch_can_be_turned_off() {
        let flags = read("--vus 1 -u -3 --quiet=false --http-debug=full x.js", &[]).unwrap();
        assert_eq!(flags.get("vus"), Some(&Given::Int(-3)));
        assert!(!flags.on("quiet"));
        assert_eq!(flags.text("http-debug"), Some("full"));
    }

    #[test]
    fn a_bad_value_is_named_with_its_flag() {
        assert_eq!(
            read("--vus many x.js", &[]).unwrap_err(),
            "invalid argument \"many\" for \"-u, --vus\" flag: strconv.ParseInt: parsing \"many\": invalid syntax"
        );
    }

    #[test]
    fn variables_stand_in_and_ours_win() {
        let env = [("K6_SUMMARY_MODE", "full"), ("PLIMSOLL_SUMMARY_MODE", "compact")];
        assert_eq!(read("", &env).unwrap().text("summary-mode"), Some("compact"));
        assert_eq!(read("", &env[..1]).unwrap().text("summary-mode"), Some("full"));
        assert_eq!(read("--summary-mode disabled", &env).unwrap().text("summary-mode"), Some("disabled"));
    }
}
