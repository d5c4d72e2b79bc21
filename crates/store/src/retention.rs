//! How long runs stay: so many of them, or those of a time.
//!
//! Main type: [`Retention`]. Runs that are under way or belong to a baseline are never removed; without a policy nothing
//! is. Searches are counted by themselves, and their trials go when they do.

use std::time::Duration;

use crate::database::{Database, cells};
use crate::error::Error;
use crate::library::ALONE;
use crate::searches::remove;

/// A run without an end that has not been heard of for so long is not under way.
const SILENT_MS: i64 = 3_600_000;

/// Which runs stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retention {
    /// The latest so many.
    Latest(u64),
    /// Those that began no longer ago than this.
    Within(Duration),
}

impl Retention {
    /// Reads a number of runs, such as `100`, or a time, such as `90d`.
    ///
    /// # Errors
    /// The sentence for the user when it is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Ok(count) = text.parse::<u64>() {
            return if count > 0 { Ok(Self::Latest(count)) } else { Err("keep one run at least".to_owned()) };
        }
        let time = model::duration::parse(text).ok().filter(|time| !time.is_zero());
        time.map(Self::Within).ok_or_else(|| {
            format!("{text:?} is neither a number of runs, such as 100, nor a time, such as 90d")
        })
    }

    /// Removes what need not stay, and says how many runs and searches that were.
    pub(crate) fn apply(self, store: &Database, now_ms: i64) -> Result<u64, Error> {
        let silent = now_ms - SILENT_MS;
        let (condition, value) = self.condition("runs", "key", &format!(" WHERE {ALONE}"), now_ms);
        let over = format!(
            "{condition} AND {ALONE} AND (ended_ms IS NOT NULL OR written_ms < ?2) \
             AND key NOT IN (SELECT run FROM baselines)"
        );
        let points = format!("DELETE FROM points WHERE run IN (SELECT key FROM runs WHERE {over})");
        store.execute(&points, &cells![value, silent])?;
        let runs = store.execute(&format!("DELETE FROM runs WHERE {over}"), &cells![value, silent])?;
        let (condition, value) = self.condition("searches", "id", "", now_ms);
        let over = format!("{condition} AND (ended_ms IS NOT NULL OR written_ms < ?2)");
        let ids = format!("SELECT id FROM searches WHERE {over}");
        let ids: Vec<String> = store.all(&ids, &cells![value, silent], |row| row.get(0))?;
        ids.iter().try_for_each(|id| remove(store, id))?;
        Ok(runs + ids.len() as u64)
    }

    /// What of a table need not stay, and the value in it.
    fn condition(self, table: &str, key: &str, of_these: &str, now_ms: i64) -> (String, i64) {
        match self {
            Self::Latest(count) => (
                format!(
                    "{key} NOT IN (SELECT {key} FROM {table}{of_these} ORDER BY started_ms DESC, {key} DESC LIMIT ?1)"
                ),
                i64::try_from(count).unwrap_or(i64::MAX),
            ),
            Self::Within(time) => {
                let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
                ("started_ms < ?1".to_owned(), now_ms.saturating_sub(millis))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_numbers_or_times() {
        let check = |text: &str, expected: Option<Retention>| {
            assert_eq!(Retention::parse(text).ok(), expected, "{text}");
        };
        check("100", Some(Retention::Latest(100)));
        check("90d", Some(Retention::Within(Duration::from_secs(90 * 86_400))));
        check("1h30m", Some(Retention::Within(Duration::from_secs(5_400))));
        for wrong in ["", "0", "0s", "-1", "many"] {
            check(wrong, None);
        }
    }
}
