//! `plimsoll ab`: two variants in rounds, in an order that favours neither, and what differs between them.

use clap::{Arg, ArgMatches, Command};
use model::ExitCode;
use stats::compare::Design;

use super::Spec;
use super::gate::{decide, output_flag, with_outputs};
use crate::error::Error;
use crate::flags::{Flags, runtime};
use crate::judgement::{Asked, Plan, Sides, Variant, play};
use crate::kept::{Shelf, now_ms, with_store};
use crate::run::keeping;
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "ab", about: "Run two variants in turn and compare them", arguments, run };

/// Fewer rounds have no spread to speak of.
const ROUNDS_MIN: u32 = 3;
/// Flags of the commands that make runs in rounds, beside those of the gate, that take a value.
const OWN: &[&str] = &["per-side", "rounds", "seed", "store", "with-a", "with-b"];

fn arguments(command: Command) -> Command {
    let command = own_flags(command);
    let extra = |name: &'static str, letter: &str| {
        let help = format!("flags of the runs of {letter} alone, such as '-e BASE_URL=http://old'");
        Arg::new(name).long(name).value_name("flags").num_args(1).allow_hyphen_values(true).help(help)
    };
    command.arg(extra("with-a", "A")).arg(extra("with-b", "B")).arg(words_argument(
        "A, B (or one test, where the flags make the difference), then flags of the runs",
    ))
}

/// The flags of commands that make runs in rounds.
pub fn own_flags(command: Command) -> Command {
    let rounds = Arg::new("rounds").long("rounds").value_name("int").default_value("5");
    let rounds = rounds.value_parser(clap::value_parser!(u32)).help("how often either side is run (5)");
    let seed = Arg::new("seed").long("seed").value_name("int").default_value("1");
    let seed = seed.value_parser(clap::value_parser!(u64)).help("decides the order of the runs (1)");
    with_outputs(Asked::arguments(with_store(command))).arg(rounds).arg(seed)
}

/// The tests and everything behind them.
pub fn words_argument(help: &'static str) -> Arg {
    Arg::new("words")
        .num_args(1..)
        .required(true)
        .trailing_var_arg(true)
        .allow_hyphen_values(true)
        .value_name("test")
        .help(help)
}

/// What stands behind the tests: flags of this command, and flags of the runs.
pub struct Words {
    /// The tests.
    pub tests: Vec<String>,
    /// This command's flags, as they were typed.
    pub own: Vec<String>,
    /// The flags of the runs.
    pub passed_on: Vec<String>,
}

impl Words {
    /// Takes words apart. Tests stand first, at most `most` of them; the first flag ends them.
    #[must_use]
    pub fn of(words: &[String], most: usize) -> Self {
        let tests = words.iter().take(most).take_while(|word| *word == "-" || !word.starts_with('-')).count();
        let mut own = Vec::new();
        let mut passed_on = Vec::new();
        let mut rest = words[tests..].iter();
        while let Some(word) = rest.next() {
            let name =
                word.strip_prefix("--").map(|name| name.split_once('=').map_or(name, |(name, _)| name));
            match name.and_then(takes_value) {
                Some(takes_value) => {
                    own.push(word.clone());
                    if takes_value && !word.contains('=') {
                        own.extend(rest.next().cloned());
                    }
                }
                None if word == "--" => {}
                None => passed_on.push(word.clone()),
            }
        }
        Self { tests: words[..tests].to_vec(), own, passed_on }
    }
}

/// Whether a word is a flag of this command, and whether it takes a value.
fn takes_value(long: &str) -> Option<bool> {
    if OWN.contains(&long) { Some(true) } else { Asked::flag(long).or_else(|| output_flag(long)) }
}

/// Where the runs are kept, which the command cannot do without.
///
/// # Errors
/// When there is no such place.
pub fn place(session: &Session, matches: &ArgMatches) -> Result<store::Place, Error> {
    let flags = Flags::read(runtime::RUN_FLAGS, matches, &session.env).map_err(Error::Usage)?;
    keeping::place(session, &flags)?.ok_or_else(|| {
        Error::Usage("there is no place for the runs: no data folder, or they are not to be kept; say with --store where they are kept".to_owned())
    })
}

/// The matches of this command with the flags that stood behind the tests.
///
/// # Errors
/// When one of them is wrong.
pub fn all_matches(
    arguments: fn(Command) -> Command,
    matches: &ArgMatches,
    words: &Words,
) -> Result<ArgMatches, Error> {
    // What stood before the tests comes first: the last value of a flag wins.
    let mut line = vec!["plimsoll".to_owned()];
    for id in matches.ids().map(clap::Id::as_str).filter(|id| *id != "words" && takes_value(id).is_some()) {
        if matches.value_source(id) != Some(clap::parser::ValueSource::CommandLine) {
            continue;
        }
        let raw: Vec<String> = matches
            .get_raw(id)
            .into_iter()
            .flatten()
            .map(|text| text.to_string_lossy().into_owned())
            .collect();
        match (takes_value(id), raw.last()) {
            (Some(true), Some(text)) => line.extend([format!("--{id}={text}")]),
            _ => line.push(format!("--{id}")),
        }
    }
    line.extend(words.own.iter().cloned());
    line.extend(words.tests.iter().cloned());
    let command = arguments(Command::new("plimsoll").args_override_self(true));
    command
        .try_get_matches_from(line)
        .map_err(|error| Error::Usage(crate::flags::complaint::sentence(&error)))
}

/// The words behind the flags of a command.
#[must_use]
pub fn given(matches: &ArgMatches) -> Vec<String> {
    matches.get_many::<String>("words").into_iter().flatten().cloned().collect()
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let words = Words::of(&given(matches), 2);
    let matches = &all_matches(arguments, matches, &words)?;
    let asked = Asked::read(matches)?;
    let (a, b) = match &words.tests[..] {
        [one] => (one.clone(), one.clone()),
        [a, b] => (a.clone(), b.clone()),
        _ => return Err(Error::Usage("name the tests first: plimsoll ab A.js B.js --rounds 5".to_owned())),
    };
    let extra = |name: &str| -> Vec<String> {
        let text = matches.get_one::<String>(name).map_or("", String::as_str);
        text.split_whitespace().map(str::to_owned).collect()
    };
    let (with_a, with_b) = (extra("with-a"), extra("with-b"));
    if a == b && with_a == with_b {
        return Err(Error::Usage(
            "A and B are the same: name two tests, or give --with-a or --with-b; plimsoll calibrate runs one test twice"
                .to_owned(),
        ));
    }
    let rounds = matches.get_one::<u32>("rounds").copied().unwrap_or(5);
    if rounds < ROUNDS_MIN {
        return Err(Error::Usage(format!(
            "--rounds {rounds}: {ROUNDS_MIN} rounds are the least that can tell"
        )));
    }
    let plan = Plan {
        variants: [
            Variant { letter: "A", script: a, flags: with_a },
            Variant { letter: "B", script: b, flags: with_b },
        ],
        rounds,
        seed: matches.get_one::<u64>("seed").copied().unwrap_or(1),
        flags: words.passed_on,
        store: place(session, matches)?,
    };
    let [before, after] = play(session, &plan)?;
    let shelf = Shelf::open(session, matches)?;
    let sides = Sides::read(&shelf, before, after, &asked, now_ms(session))?;
    decide(session, matches, "plimsoll ab", &sides, &asked, Design::Rounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn flags_of_both_kinds_are_told_apart() {
        let check = |line: &str, tests: &str, own: &str, passed_on: &str| {
            let found = Words::of(&words(line), 2);
            assert_eq!(
                (found.tests, found.own, found.passed_on),
                (words(tests), words(own), words(passed_on)),
                "{line}"
            );
        };
        check("A.js B.js --rounds 5", "A.js B.js", "--rounds 5", "");
        check("A.js B.js -u 5 --rounds=3 -e X=1 --json", "A.js B.js", "--rounds=3 --json", "-u 5 -e X=1");
        check("A.js --with-b -v B.js", "A.js", "--with-b -v", "B.js");
        check("A.js B.js -- --duration 1s", "A.js B.js", "", "--duration 1s");
    }

    #[test]
    fn flags_count_wherever_they_stand() {
        let command = arguments(Command::new("t").args_override_self(true));
        let line = words("t --rounds 4 --json --min-effect 8% -- A.js B.js --rounds 7 -u 2 --with-a -v");
        let matches = command.try_get_matches_from(line).expect("all is known");
        let split = Words::of(&given(&matches), 2);
        let all = all_matches(arguments, &matches, &split).expect("all is known");
        assert_eq!(all.get_one::<u32>("rounds"), Some(&7));
        assert_eq!(all.get_one::<String>("with-a").map(String::as_str), Some("-v"));
        assert!(all.get_flag("json") && all.get_one::<String>("min-effect").is_some());
        assert_eq!((split.tests, split.passed_on), (words("A.js B.js"), words("-u 2")));
    }
}
