//! Kept searches for capacity as the commands `runs`, `show`, `rm` and `report` work with them.
//!
//! Main type: [`Entry`], a run or a search. Trials are runs that stand behind their search: they are found by their own id
//! only. What a search says is worked out by [`crate::capacity`].

use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::{Grouped, Listed, Search};

use super::table::table;
use super::{HEARD_OF_MS, Shelf, failed, moment};
use crate::capacity::{Recalled, Standing, TRIAL_TITLES, text, trial_rows};
use crate::error::Error;

/// The word that means what was begun last.
const LATEST: &str = "latest";

/// Something that was kept.
pub enum Entry {
    /// A run.
    Run(Box<Listed>),
    /// A search, with its trials.
    Search(Box<Search>),
}

impl Entry {
    const fn started_ms(&self) -> i64 {
        match self {
            Self::Run(run) => run.started_ms,
            Self::Search(search) => search.started_ms,
        }
    }
}

impl Shelf {
    /// All runs and searches, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        let runs = self.list()?.into_iter().map(|run| Entry::Run(Box::new(run)));
        let searches = self.searches()?.into_iter().map(|search| Entry::Search(Box::new(search)));
        let mut all: Vec<Entry> = runs.chain(searches).collect();
        all.sort_by_key(|entry| std::cmp::Reverse(entry.started_ms()));
        Ok(all)
    }

    /// All searches, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn searches(&self) -> Result<Vec<Search>, Error> {
        self.reading().searches().map_err(|e| failed(&e))
    }

    /// The run or the search that the user means: `latest` is whichever was begun last.
    ///
    /// # Errors
    /// When it is none or several.
    pub fn entry(&self, name: &str) -> Result<Entry, Error> {
        let mut searches = self.searches()?;
        let run = self.reading().find(name);
        if name == LATEST {
            let began = run.as_ref().map_or(i64::MIN, |run| run.started_ms);
            searches.retain(|search| search.started_ms > began);
            searches.truncate(1);
        } else {
            let wanted = name.to_ascii_lowercase();
            searches.retain(|search| run.is_err() && !wanted.is_empty() && search.id.starts_with(&wanted));
        }
        match (run, searches.len()) {
            (_, 1) => Ok(Entry::Search(Box::new(searches.remove(0)))),
            (Ok(run), _) => Ok(Entry::Run(Box::new(run))),
            (Err(why), _) if !why.is_not_found() => Err(failed(&why)),
            (Err(why), 0) => Err(failed(&why)),
            (Err(_), _) => Err(Error::File(format!("several searches have ids like {name:?}"))),
        }
    }

    /// Whether a search without an end is under way: the run of its last trial tells.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn standing(&self, search: &Search, now_ms: i64) -> Result<Standing, Error> {
        if search.ended_ms.is_some() {
            return Ok(Standing::Ended);
        }
        let trials = self.trials(search)?;
        let heard = trials.iter().map(|one| one.run.written_ms).max().unwrap_or(search.written_ms);
        let is_silent = now_ms - heard.max(search.written_ms) > HEARD_OF_MS;
        Ok(if is_silent { Standing::Killed } else { Standing::Running })
    }

    /// The runs that were made for a search.
    fn trials(&self, search: &Search) -> Result<Vec<Grouped>, Error> {
        self.reading().group(&search.id).map_err(|e| failed(&e))
    }

    /// What a search says, worked out again.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    pub fn recall(&self, search: &Search, now_ms: i64) -> Result<Recalled, Error> {
        let trials = self.reading().trials(search).map_err(|e| failed(&e))?;
        Recalled::of(search, &trials, self.standing(search, now_ms)?)
    }
}

/// How a search ended, in a word.
#[must_use]
pub fn search_word(search: &Search, standing: Standing) -> &str {
    let told = search.outcome.as_ref().and_then(|outcome| outcome["word"].as_str());
    told.or(standing.unanswered()).unwrap_or("ended")
}

/// How long a search took, as far as is known, in seconds.
#[must_use]
pub fn search_seconds(search: &Search) -> f64 {
    let end = search.ended_ms.unwrap_or(search.written_ms);
    (end - search.started_ms).max(0) as f64 / 1e3
}

/// What is known of a search without working anything out, for programs.
#[must_use]
pub fn search_head(search: &Search, standing: Standing) -> Value {
    let outcome = search.outcome.as_ref();
    let told = |name: &str| outcome.map_or(Value::Null, |outcome| outcome[name].clone());
    json!({
        "id": search.id,
        "name": search.name,
        "verdict": search_word(search, standing),
        "exit_code": search.exit_code,
        "started": moment(search.started_ms),
        "ended": search.ended_ms.map(moment),
        "seconds": search_seconds(search),
        "search": {
            "objectives": search.aim["slo"],
            "trials": search.trials,
            "kept": told("kept"),
            "broken": told("broken"),
        },
    })
}

/// Everything about a search, for programs.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn search_json(shelf: &Shelf, search: &Search, now_ms: i64) -> Result<String, Error> {
    let recalled = shelf.recall(search, now_ms)?;
    let mut document = search_head(search, shelf.standing(search, now_ms)?);
    let runs: Vec<Value> = shelf
        .trials(search)?
        .into_iter()
        .map(|one| json!({ "number": one.round, "load": one.variant, "run": one.run.id }))
        .collect();
    document["search"]["runs"] = runs.into();
    document["capacity"] = recalled.outcome().to_json();
    Ok(format!("{document:#}\n"))
}

/// A search for people: what was decided, and the trials with their runs.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn search_page(shelf: &Shelf, search: &Search, now_ms: i64) -> Result<String, Error> {
    let recalled = shelf.recall(search, now_ms)?;
    let outcome = recalled.outcome();
    let grouped = shelf.trials(search)?;
    let runs: BTreeMap<u32, &Grouped> = grouped.iter().map(|one| (one.round, one)).collect();
    let run = |number: u32| runs.get(&number).map_or("-", |one| one.run.id.as_str()).to_owned();
    let mut rows: Vec<Vec<String>> = (1..)
        .zip(trial_rows(&outcome))
        .map(|(number, mut row)| {
            row.push(run(number));
            row
        })
        .collect();
    // The overload at the end, and a trial that did not come to its end, have runs and no verdict.
    for (number, one) in runs.range(rows.len() as u32 + 1..) {
        rows.push(vec![
            number.to_string(),
            one.variant.clone(),
            String::new(),
            String::new(),
            one.run.id.clone(),
        ]);
    }
    let titles: Vec<&str> = TRIAL_TITLES.into_iter().chain(["RUN"]).collect();
    let trials: String = table(&titles, &rows).lines().map(|line| format!("    {line}\n")).collect();
    let word = search_word(search, shelf.standing(search, now_ms)?);
    Ok(format!(
        "\n  search: {} · {} · {word}\n started: {}\n{}\n  TRIALS\n\n{trials}\n",
        search.id,
        search.name,
        moment(search.started_ms),
        text(&outcome),
    ))
}
