//! One JMeter thread: its variables, its numbers, and what it shares with all others.
//!
//! Main types: [`User`], [`Vars`] and [`Shared`]. What a user does next is not decided here.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use serde_json::Value;
use smol_str::SmolStr;

use super::random::{JavaRandom, seed};
use super::sample::Sample;
use super::scripts::Scripts;
use super::zone::Zone;

/// A variable's value.
#[derive(Clone, PartialEq, Debug)]
pub enum Var {
    /// What `vars.put` puts.
    Text(SmolStr),
    /// What `vars.putObject` puts.
    Object(Rc<Value>),
}

/// The variables of a user.
#[derive(Clone, Default, Debug)]
pub struct Vars {
    map: FxHashMap<SmolStr, Var>,
}

impl Vars {
    /// The value as text; objects as JSON.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.map.get(name)? {
            Var::Text(text) => Some(Cow::Borrowed(text)),
            Var::Object(value) => Some(match &**value {
                Value::String(text) => Cow::Borrowed(text.as_str()),
                other => Cow::Owned(other.to_string()),
            }),
        }
    }

    /// The value as it is.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Var> {
        self.map.get(name)
    }

    /// Sets a text.
    pub fn put(&mut self, name: &str, value: &str) {
        match self.map.get_mut(name) {
            // Many are set again and again to what they are.
            Some(Var::Text(old)) if old == value => {}
            Some(old) => *old = Var::Text(value.into()),
            None => {
                self.map.insert(name.into(), Var::Text(value.into()));
            }
        }
    }

    /// Sets a number, as text.
    pub fn put_number(&mut self, name: &str, value: i64) {
        // Each round of each loop comes here: no formatter, no text on the heap.
        self.put(name, itoa::Buffer::new().format(value));
    }

    /// Sets any value.
    pub fn set(&mut self, name: &str, value: Var) {
        match self.map.get_mut(name) {
            Some(old) => *old = value,
            None => {
                self.map.insert(name.into(), value);
            }
        }
    }

    /// Forgets a variable; says whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.map.remove(name).is_some()
    }

    /// Takes over what is not as it was in `before`.
    pub fn join(&mut self, other: &Self, before: &Self) {
        for (name, value) in other.map.iter().filter(|(name, value)| before.map.get(*name) != Some(*value)) {
            self.map.insert(name.clone(), value.clone());
        }
        for name in before.map.keys().filter(|name| !other.map.contains_key(*name)) {
            self.map.remove(name);
        }
    }

    /// Names and values, by name.
    #[must_use]
    pub fn sorted(&self) -> Vec<(&str, &Var)> {
        let mut list: Vec<(&str, &Var)> = self.map.iter().map(|(name, value)| (&**name, value)).collect();
        list.sort_by_key(|(name, _)| *name);
        list
    }
}

/// The variable that says whether the last sample was a success.
pub const LAST_SAMPLE_OK: &str = "JMeterThread.last_sample_ok";

/// A writer of log lines; the level is JMeter's word in lower case.
pub type LogLine = Arc<dyn Fn(model::Level, &str) + Send + Sync>;

/// What all users of a process share.
pub struct Shared {
    /// JMeter's properties.
    pub props: Mutex<BTreeMap<String, String>>,
    /// The plan's folder.
    pub folder: PathBuf,
    /// Which files the plan may have read: as data, as bodies, by functions, as parts of itself.
    pub reach: crate::import::Reach,
    /// The plan's file name.
    pub file_name: String,
    /// Where lines of scripts and functions go.
    pub log: LogLine,
    /// Lines that scripts print on the standard output.
    pub print: LogLine,
    /// When the test began, in ms since 1970.
    pub started_ms: i64,
    /// Files that functions read line by line, by name.
    pub files: Mutex<BTreeMap<String, super::function::LineFile>>,
    /// The zone of dates.
    pub zone: Zone,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Shared {
    /// A property's value.
    #[must_use]
    pub fn prop(&self, name: &str) -> Option<String> {
        self.props.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Sets a property; gives the old value back.
    pub fn set_prop(&self, name: &str, value: &str) -> Option<String> {
        self.props.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_owned())
    }

    /// A property that is `true` or `false`.
    #[must_use]
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.prop(name).map_or(default, |text| text.trim().eq_ignore_ascii_case("true"))
    }

    /// Writes to the log.
    pub fn say(&self, level: model::Level, line: &str) {
        (self.log)(level, line);
    }

    /// A file that the plan names: absolute, or beside the plan.
    #[must_use]
    pub fn beside_plan(&self, name: &str) -> PathBuf {
        let path = Path::new(name);
        if path.is_absolute() { path.to_owned() } else { self.folder.join(path) }
    }
}

/// One JMeter thread.
pub struct User {
    /// What all users share.
    pub shared: Arc<Shared>,
    /// Its variables.
    pub vars: Vars,
    /// Its number within the group, from 1.
    pub number: u32,
    /// The group's number within its kind, from 1.
    pub group_number: u32,
    /// The group's name.
    pub group_name: SmolStr,
    /// Group and numbers: `Users 1-1`.
    pub name: SmolStr,
    /// Which iteration of the group runs, from 1; 0 before the first.
    pub iteration: u64,
    /// The name of the sampler that runs.
    pub sampler_name: SmolStr,
    /// The last sample.
    pub previous: Option<Rc<RefCell<Sample>>>,
    /// Where its chances come from.
    pub random: JavaRandom,
    /// How scripts are run; nothing while a plan is being loaded.
    pub scripts: Option<Rc<dyn Scripts>>,
    /// The `counter(TRUE,)` of each reference, by its address.
    pub counters: FxHashMap<usize, i64>,
    /// What functions remember for this user, by the address of the reference.
    pub rows: FxHashMap<(usize, String), usize>,
    /// Threads of the group that run now.
    pub group_threads: u32,
    /// Threads of the group as planned.
    pub planned_threads: u32,
    /// What a second of the plan is, in seconds.
    pub time_scale: f64,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("name", &self.name).finish_non_exhaustive()
    }
}

impl User {
    /// A user that belongs to no group: reads the plan's own texts.
    #[must_use]
    pub fn loading(shared: Arc<Shared>) -> Self {
        Self {
            vars: Vars::default(),
            number: 0,
            group_number: 0,
            group_name: SmolStr::default(),
            name: SmolStr::default(),
            iteration: 0,
            sampler_name: SmolStr::default(),
            previous: None,
            random: JavaRandom::new(seed()),
            scripts: None,
            counters: FxHashMap::default(),
            rows: FxHashMap::default(),
            group_threads: 0,
            planned_threads: 0,
            time_scale: 1.0,
            shared,
        }
    }

    /// One that does something beside this one, with variables that are a copy.
    #[must_use]
    pub fn beside(&mut self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            vars: self.vars.clone(),
            number: self.number,
            group_number: self.group_number,
            group_name: self.group_name.clone(),
            name: self.name.clone(),
            iteration: self.iteration,
            sampler_name: self.sampler_name.clone(),
            previous: self.previous.clone(),
            random: JavaRandom::new(i64::from(self.random.below(i32::MAX))),
            scripts: self.scripts.clone(),
            counters: self.counters.clone(),
            rows: self.rows.clone(),
            group_threads: self.group_threads,
            planned_threads: self.planned_threads,
            time_scale: self.time_scale,
        }
    }

    /// Whether the last sample was a success, as the plan's conditions see it.
    #[must_use]
    pub fn last_sample_ok(&self) -> bool {
        self.vars.text(LAST_SAMPLE_OK).is_some_and(|text| text == "true")
    }

    /// Tells functions and scripts which sampler runs; gives its name back.
    pub fn name_sampler(&mut self, name: &str) -> SmolStr {
        if self.sampler_name != name {
            self.sampler_name = name.into();
        }
        self.sampler_name.clone()
    }

    /// A user with nothing, for tests of functions.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self::loading(Arc::new(Shared::for_tests()))
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Shared {
    pub(crate) fn for_tests() -> Self {
        Self {
            props: Mutex::default(),
            folder: PathBuf::from("/plans"),
            reach: crate::import::Reach::new(Path::new("/plans"), true),
            file_name: "p.jmx".to_owned(),
            log: Arc::new(|_, _| {}),
            print: Arc::new(|_, _| {}),
            started_ms: 0,
            files: Mutex::default(),
            zone: Zone::utc(),
        }
    }
}
