//! The flags that say what is compared and what counts as a change.

use clap::{Arg, ArgAction, ArgMatches, Command};
use insight::{Policy, Profile};
use stats::multiple::Family;

use crate::error::Error;

/// What the user wants to know.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What counts as a change, and how sure findings are.
    pub profile: Profile,
    /// What fails a gate besides a change for the worse.
    pub policy: Policy,
    /// Words in the names of the figures that are compared; none for all.
    pub figures: Vec<String>,
    /// Whether runs that are not trusted are compared too.
    pub include_untrusted: bool,
}

/// A profile by its name.
pub struct ProfileName {
    /// What the user types.
    pub name: &'static str,
    /// What counts as a change.
    pub profile: fn() -> Profile,
    /// What fails a gate besides.
    pub policy: Policy,
}

/// Every profile, in alphabetical order.
pub static PROFILES: &[ProfileName] = &[
    ProfileName { name: "default", profile: Profile::default, policy: LENIENT },
    ProfileName { name: "field", profile: Profile::field, policy: LENIENT },
    ProfileName {
        name: "strict",
        profile: Profile::strict,
        policy: Policy { fail_on_inconclusive: true, fail_on_gone: true },
    },
];

const LENIENT: Policy = Policy { fail_on_inconclusive: false, fail_on_gone: false };

/// The flags with a value: name, placeholder, help.
const VALUES: &[(&str, &str, &str)] = &[
    ("confidence", "percent", "how sure findings are (95%; 99% where they fail a build)"),
    ("family", "name", "how many questions at once are kept from raising alarms: bh (default), holm or by"),
    ("figures", "list", "compare only these, such as p95,failed,requests/s"),
    ("min-effect", "percent", "changes smaller than this do not matter (5%)"),
    ("min-errors", "percent", "for shares of failures: changes by fewer points do not matter (0.1%)"),
    ("profile", "name", "what counts as a change: default, field or strict"),
    (
        "run-noise",
        "percent",
        "how much runs of one build are taken to differ where it cannot be measured (5%)",
    ),
];

/// Switches: name and help.
const SWITCHES: &[(&str, &str)] = &[
    ("fail-on-gone", "fail when an endpoint or figure is gone"),
    ("fail-on-inconclusive", "fail when the runs do not tell"),
    ("include-untrusted", "compare runs that are not trusted too, and those that ended early"),
];

impl Default for Asked {
    fn default() -> Self {
        let profile = Profile::default();
        Self { profile, policy: LENIENT, figures: Vec::new(), include_untrusted: false }
    }
}

impl Asked {
    /// Adds the flags.
    pub fn arguments(command: Command) -> Command {
        let values = VALUES.iter().map(|(name, value, help)| {
            Arg::new(*name).long(*name).value_name(*value).num_args(1).help(*help)
        });
        command.args(values).args(Self::switches())
    }

    fn switches() -> impl Iterator<Item = Arg> {
        SWITCHES.iter().map(|(name, help)| Arg::new(*name).long(*name).action(ArgAction::SetTrue).help(*help))
    }

    /// Whether a word is one of the flags, and whether it takes a value.
    #[must_use]
    pub fn flag(long: &str) -> Option<bool> {
        let value = VALUES.iter().any(|(name, _, _)| *name == long);
        let switch = SWITCHES.iter().any(|(name, _)| *name == long);
        (value || switch).then_some(value)
    }

    /// Reads the flags.
    ///
    /// # Errors
    /// When one has a value that means nothing.
    pub fn read(matches: &ArgMatches) -> Result<Self, Error> {
        let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
        let share = |name: &str| text(name).map(|given| percent(given, name)).transpose();
        let name = text("profile").unwrap_or("default");
        let row = PROFILES.iter().find(|row| row.name == name).ok_or_else(|| {
            let names: Vec<&str> = PROFILES.iter().map(|row| row.name).collect();
            Error::Usage(format!("--profile {name}: there is no such profile, only {}", names.join(", ")))
        })?;
        let mut profile = (row.profile)();
        if let Some(minimum) = share("min-effect")? {
            profile = profile.with_minimum_effect(minimum);
        }
        if let Some(points) = share("min-errors")? {
            profile.errors.absolute = points;
        }
        if let Some(noise) = share("run-noise")? {
            profile.run_noise = noise;
        }
        if let Some(level) = share("confidence")? {
            if !(0.5..1.0).contains(&level) {
                return Err(Error::Usage("--confidence: between 50% and 100%, such as 95%".to_owned()));
            }
            (profile.level, profile.alarm_level) = (level, level);
        }
        if let Some(family) = text("family") {
            profile.family = self::family(family)?;
        }
        let mut policy = row.policy;
        policy.fail_on_inconclusive |= matches.get_flag("fail-on-inconclusive");
        policy.fail_on_gone |= matches.get_flag("fail-on-gone");
        let figures = text("figures").unwrap_or_default().split(',').map(str::trim);
        Ok(Self {
            profile,
            policy,
            figures: figures.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            include_untrusted: matches.get_flag("include-untrusted"),
        })
    }
}

fn family(name: &str) -> Result<Family, Error> {
    match name {
        "bh" => Ok(Family::BenjaminiHochberg),
        "by" => Ok(Family::BenjaminiYekutieli),
        "holm" => Ok(Family::Holm),
        _ => Err(Error::Usage(format!("--family {name}: it is bh, by or holm"))),
    }
}

/// A share written as `5%` or `0.05`.
fn percent(given: &str, flag: &str) -> Result<f64, Error> {
    let share = match given.trim().strip_suffix('%') {
        Some(number) => number.trim().parse::<f64>().ok().map(|number| number / 100.0),
        None => given.trim().parse::<f64>().ok().filter(|share| *share < 1.0),
    };
    let share = share.filter(|share| share.is_finite() && *share >= 0.0);
    share.ok_or_else(|| Error::Usage(format!("--{flag} {given}: write a share, such as 5% or 0.05")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Asked, String> {
        let command = Asked::arguments(Command::new("t"));
        let matches = command.try_get_matches_from(std::iter::once("t").chain(line.split_whitespace()));
        Asked::read(&matches.map_err(|e| e.to_string())?).map_err(|e| e.to_string())
    }

    #[test]
    fn tables_are_sorted_and_flags_are_read() {
        assert!(PROFILES.is_sorted_by_key(|row| row.name));
        assert!(VALUES.is_sorted_by_key(|row| row.0) && SWITCHES.is_sorted_by_key(|row| row.0));
        let asked =
            read("--min-effect 8% --min-errors 0.01 --confidence 90% --run-noise 2% --figures p95,failed")
                .expect("all are known");
        let profile = asked.profile;
        assert_eq!((profile.latency.relative, profile.throughput.relative), (0.08, 0.08));
        assert_eq!((profile.errors.absolute, profile.run_noise), (0.01, 0.02));
        assert_eq!((profile.level, profile.alarm_level), (0.9, 0.9));
        assert_eq!(asked.figures, ["p95", "failed"]);
        let asked = read("--profile field --family holm").expect("it is known");
        assert_eq!((asked.profile.latency.relative, asked.profile.family), (0.2, Family::Holm));
        assert!(read("--profile strict").is_ok_and(|asked| asked.policy.fail_on_inconclusive));
        assert!(read("").is_ok_and(|asked| asked.profile == Profile::default() && asked.figures.is_empty()));
        assert_eq!(
            (Asked::flag("profile"), Asked::flag("fail-on-gone"), Asked::flag("vus")),
            (Some(true), Some(false), None)
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for line in
            ["--min-effect 5", "--min-effect x%", "--profile lax", "--family none", "--confidence 20%"]
        {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
