//! Settings in scope of samplers, and elements that tick at each iteration.
//!
//! Main type: [`Config`].

use std::sync::{Mutex, PoisonError};

use super::csv::{CsvData, Line, Readers};
use super::decimal;
use super::http::HttpTexts;
use super::random::{JavaRandom, seed};
use super::text::{Fault, Text};
use super::user::User;

/// A setting.
#[derive(Debug)]
pub enum Config {
    /// Headers of requests.
    Headers(Vec<(Text, Text)>),
    /// What requests leave blank.
    Defaults(Box<HttpTexts>),
    /// Keeps cookies.
    Cookies(CookieConfig),
    /// Asks again only for what changed.
    Cache(CacheConfig),
    /// Credentials.
    Auth(Vec<Credentials>),
    /// A line of a file.
    Csv(Box<CsvData>),
    /// Counts.
    Counter(Box<Counter>),
    /// A number by chance.
    Random(Box<RandomVariable>),
    /// Values of variables for each user.
    Users(UserParameters),
    /// Throws frames of WebSockets away.
    Frames(Box<super::socket::FrameFilter>),
}

/// A cookie manager.
#[derive(Debug)]
pub struct CookieConfig {
    /// Name, value, domain, path and whether only TLS gets it.
    pub own: Vec<([Text; 4], bool)>,
    /// Each iteration begins without the cookies that came.
    pub clear: bool,
    /// The group decides that.
    pub by_group: bool,
    /// Cookies are not kept.
    pub ignore: bool,
}

/// A cache manager.
#[derive(Debug)]
pub struct CacheConfig {
    /// Answers that say how long they hold are not asked for again.
    pub use_expires: bool,
    /// Each iteration begins with an empty cache.
    pub clear: bool,
    /// The group decides that.
    pub by_group: bool,
}

/// Credentials for addresses.
#[derive(Debug)]
pub struct Credentials {
    /// How the addresses begin.
    pub url: Text,
    /// The name.
    pub user: Text,
    /// The password.
    pub password: Text,
    /// Digest instead of Basic.
    pub digest: bool,
}

/// A counter.
#[derive(Debug)]
pub struct Counter {
    /// The variable.
    pub name: Text,
    /// Where it starts.
    pub start: Text,
    /// The last number before it starts again.
    pub end: Text,
    /// From one to the next.
    pub step: Text,
    /// How it is written.
    pub format: Text,
    /// Each user counts for itself.
    pub per_user: bool,
    /// A user's count starts again with each iteration of its group.
    pub reset: bool,
    /// The count of all users.
    pub shared: Mutex<Option<i64>>,
}

/// A number by chance.
#[derive(Debug)]
pub struct RandomVariable {
    /// The variable.
    pub name: Text,
    /// The least.
    pub least: Text,
    /// The greatest.
    pub most: Text,
    /// How it is written.
    pub format: Text,
    /// Where the numbers start.
    pub seed: Text,
    /// Each user has its own sequence.
    pub per_thread: bool,
    /// The sequence of all users.
    pub shared: Mutex<Option<JavaRandom>>,
}

/// Values of variables, one column a user.
#[derive(Debug)]
pub struct UserParameters {
    /// The variables.
    pub names: Vec<Text>,
    /// A list of values for each column.
    pub columns: Vec<Vec<Text>>,
    /// Set once an iteration instead of at each sampler.
    pub per_iteration: bool,
}

/// What a user keeps for its own elements, by their numbers.
#[derive(Default, Debug)]
pub struct OwnCounts {
    /// Counters: the last number, and the iteration it belongs to.
    pub counters: rustc_hash::FxHashMap<usize, (i64, u64)>,
    /// Sequences of numbers by chance.
    pub randoms: rustc_hash::FxHashMap<usize, JavaRandom>,
}

/// What a tick leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ticked {
    /// Nothing.
    On,
    /// The thread ends.
    Stop,
}

impl Config {
    /// Whether it ticks when a controller begins an iteration.
    #[must_use]
    pub fn ticks(&self) -> bool {
        match self {
            Self::Csv(_) | Self::Counter(_) | Self::Random(_) => true,
            Self::Users(users) => users.per_iteration,
            _ => false,
        }
    }

    /// An iteration begins.
    ///
    /// # Errors
    /// When a file cannot be read or a function throws.
    pub fn tick(
        &self,
        id: usize,
        own: &mut OwnCounts,
        readers: &Readers,
        user: &mut User,
    ) -> Result<Ticked, Fault> {
        match self {
            Self::Csv(data) => match data.tick(readers, user)? {
                Line::Stop => return Ok(Ticked::Stop),
                Line::Values(values) => values.iter().for_each(|(name, value)| user.vars.put(name, value)),
            },
            Self::Counter(counter) => counter.tick(id, own, user)?,
            Self::Random(random) => random.tick(id, own, user)?,
            Self::Users(users) => users.set(user)?,
            _ => {}
        }
        Ok(Ticked::On)
    }
}

impl Counter {
    fn tick(&self, id: usize, own: &mut OwnCounts, user: &mut User) -> Result<(), Fault> {
        let start = self.start.number(user)?.unwrap_or(0);
        let end = self.end.number(user)?.unwrap_or(i64::MAX);
        let step = self.step.number(user)?.unwrap_or(0);
        let after = |last: Option<i64>| match last {
            None => start,
            Some(last) => last.checked_add(step).filter(|next| *next <= end).unwrap_or(start),
        };
        let number = if self.per_user {
            let iteration = user.iteration;
            let last = own
                .counters
                .get(&id)
                .filter(|(_, at)| !self.reset || *at == iteration)
                .map(|(last, _)| *last);
            let number = after(last);
            own.counters.insert(id, (number, iteration));
            number
        } else {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            let number = after(*shared);
            *shared = Some(number);
            number
        };
        put_number(&self.name, &self.format, number, user)
    }
}

fn put_number(name: &Text, format: &Text, number: i64, user: &mut User) -> Result<(), Fault> {
    let format = format.eval(user)?.into_owned();
    let text = if format.is_empty() { number.to_string() } else { decimal::format(&format, number) };
    let name = name.eval(user)?.into_owned();
    user.vars.put(&name, &text);
    Ok(())
}

impl RandomVariable {
    fn tick(&self, id: usize, own: &mut OwnCounts, user: &mut User) -> Result<(), Fault> {
        let (least, most) = (self.least.number(user)?, self.most.number(user)?);
        let (Some(least), Some(most)) = (least, most) else {
            user.shared.say(model::Level::Error, "a random variable has bounds that are no numbers");
            return Ok(());
        };
        if most < least {
            user.shared.say(model::Level::Error, "a random variable has a maximum below its minimum");
            return Ok(());
        }
        let start = self.seed.number(user)?;
        let fresh = || JavaRandom::new(start.unwrap_or_else(seed));
        let draw = |random: &mut JavaRandom| match i32::try_from(most - least + 1) {
            Ok(span) => least + i64::from(random.below(span)),
            Err(_) => random.between(least, most),
        };
        let number = if self.per_thread {
            draw(own.randoms.entry(id).or_insert_with(fresh))
        } else {
            draw(self.shared.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(fresh))
        };
        put_number(&self.name, &self.format, number, user)
    }
}

impl UserParameters {
    /// Sets the variables of the user's column.
    ///
    /// # Errors
    /// When a function throws.
    pub fn set(&self, user: &mut User) -> Result<(), Fault> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let column = &self.columns[(user.number.max(1) as usize - 1) % self.columns.len()];
        for (name, value) in self.names.iter().zip(column) {
            let name = name.eval(user)?.trim().to_owned();
            let value = value.eval(user)?.into_owned();
            user.vars.put(&name, &value);
        }
        Ok(())
    }
}
