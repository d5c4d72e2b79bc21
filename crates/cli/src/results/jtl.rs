//! JMeter's results as a table, and what a row of them means in metrics of the program.
//!
//! Main type: [`Row`], which the form in XML fills as well.

use std::io::BufRead;

use metrics::builtin;

use super::table::{Rows, split};
use super::{Fault, Intake};

/// The columns of a file without titles: JMeter's own choice.
const USUAL: [&str; 17] = [
    "timeStamp",
    "elapsed",
    "label",
    "responseCode",
    "responseMessage",
    "threadName",
    "dataType",
    "success",
    "failureMessage",
    "bytes",
    "sentBytes",
    "grpThreads",
    "allThreads",
    "URL",
    "Latency",
    "IdleTime",
    "Connect",
];
/// How rows of transaction controllers begin to say what they are.
const TRANSACTION: &str = "Number of samples in transaction";

/// A sample of JMeter; times in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// When it began, since 1970.
    pub begin_ms: f64,
    /// From its beginning to its end.
    pub elapsed_ms: f64,
    /// From its beginning to the first byte of the answer.
    pub latency_ms: f64,
    /// Connecting, which is a part of both.
    pub connect_ms: f64,
    /// The name of the sampler.
    pub label: String,
    /// The status, or what stands for it.
    pub code: String,
    /// The message.
    pub message: String,
    /// The thread.
    pub thread: String,
    /// Whether it succeeded.
    pub success: bool,
    /// Bytes that came.
    pub received: f64,
    /// Bytes that were sent.
    pub sent: f64,
    /// Threads of the test.
    pub threads: Option<f64>,
    /// Where it went.
    pub url: String,
}

impl Row {
    /// Whether it is a transaction controller's, which adds up what stands in rows of its own.
    #[must_use]
    pub fn is_transaction(&self) -> bool {
        self.message.starts_with(TRANSACTION)
    }

    /// Hands in what it means.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn take(&self, intake: &mut Intake) -> Result<(), Fault> {
        let end_ms = self.begin_ms + self.elapsed_ms;
        intake.covers(self.begin_ms);
        let group = self.thread.rsplit_once(' ').map_or(&*self.thread, |(group, _)| group);
        if self.is_transaction() {
            let path = format!("::{}", self.label);
            let tags = [("scenario", group), ("group", &*path)];
            let tags = intake.tags(tags.into_iter().filter(|(_, value)| !value.is_empty()));
            return intake.sample(builtin::GROUP_DURATION, tags, self.elapsed_ms, end_ms);
        }
        let url = if self.url == "null" { "" } else { &*self.url };
        let tags = [
            ("scenario", group),
            ("name", &*self.label),
            ("url", url),
            ("status", &*self.code),
            ("expected_response", if self.success { "true" } else { "false" }),
        ];
        let tags = intake.tags(tags.into_iter().filter(|(_, value)| !value.is_empty()));
        let connect = self.connect_ms.clamp(0.0, self.elapsed_ms);
        let latency = self.latency_ms.clamp(connect, self.elapsed_ms.max(connect));
        let of_request = [
            (builtin::HTTP_REQS, 1.0),
            (builtin::HTTP_REQ_DURATION, self.elapsed_ms - connect),
            (builtin::HTTP_REQ_CONNECTING, connect),
            (builtin::HTTP_REQ_WAITING, latency - connect),
            (builtin::HTTP_REQ_RECEIVING, self.elapsed_ms - latency),
            (builtin::HTTP_REQ_FAILED, f64::from(u8::from(!self.success))),
        ];
        for (metric, value) in of_request {
            intake.sample(metric, tags, value, end_ms)?;
        }
        let of_thread = intake.tags([("scenario", group)].into_iter().filter(|(_, value)| !value.is_empty()));
        intake.sample(builtin::DATA_RECEIVED, of_thread, self.received, end_ms)?;
        intake.sample(builtin::DATA_SENT, of_thread, self.sent, end_ms)?;
        if let Some(threads) = self.threads {
            let none = intake.tags(std::iter::empty());
            intake.sample(builtin::VUS, none, threads, end_ms)?;
        }
        Ok(())
    }
}

/// Whether a file begins like one.
pub fn is_it(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default();
    let has = |name: &str| first.split([',', ';', '\t', '|']).any(|title| title.trim_matches('"') == name);
    if has("timeStamp") && has("elapsed") {
        return true;
    }
    let mut fields = Vec::new();
    split(first, ',', &mut fields);
    let is_number = |at: usize| fields.get(at).is_some_and(|field| field.parse::<u64>().is_ok());
    fields.len() >= 9 && is_number(0) && is_number(1) && matches!(&*fields[7], "true" | "false")
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read, or has no times.
pub fn read(text: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let delimiter = {
        let head = String::from_utf8_lossy(text.fill_buf()?);
        let first = head.lines().next().unwrap_or_default();
        [',', ';', '\t', '|'].into_iter().max_by_key(|one| first.matches(*one).count()).unwrap_or(',')
    };
    let (mut rows, mut fields) = (Rows::of(text, delimiter as u8), Vec::new());
    let mut titles: Option<Vec<String>> = None;
    while rows.next(&mut fields)? {
        // Files that were appended to have their titles again.
        if fields.iter().any(|field| field == "timeStamp") {
            if !fields.iter().any(|field| field == "elapsed") {
                return Err(Fault::form("it has no column `elapsed`"));
            }
            titles = Some(fields.clone());
            continue;
        }
        let titles = titles.get_or_insert_with(|| USUAL.map(str::to_owned).to_vec());
        match row_of(titles, &fields) {
            Ok(row) => row.take(intake)?,
            Err(why) => intake.skip(rows.line, why),
        }
    }
    Ok(())
}

/// A row by its titles.
fn row_of(titles: &[String], fields: &[String]) -> Result<Row, &'static str> {
    let text = |name: &str| {
        let at = titles.iter().position(|title| title == name)?;
        fields.get(at).map(String::as_str)
    };
    let number = |name: &str| text(name).and_then(|text| text.parse::<f64>().ok());
    let owned = |name: &str| text(name).unwrap_or_default().to_owned();
    Ok(Row {
        begin_ms: text("timeStamp")
            .and_then(moment_ms)
            .ok_or("it has no time, or in a form that is not known")?,
        elapsed_ms: number("elapsed").filter(|ms| *ms >= 0.0).ok_or("it does not say how long it took")?,
        latency_ms: number("Latency").unwrap_or(0.0),
        connect_ms: number("Connect").unwrap_or(0.0),
        label: owned("label"),
        code: owned("responseCode"),
        message: owned("responseMessage"),
        thread: owned("threadName"),
        success: text("success").is_none_or(|text| text.eq_ignore_ascii_case("true")),
        received: number("bytes").unwrap_or(0.0),
        sent: number("sentBytes").unwrap_or(0.0),
        threads: number("allThreads"),
        url: owned("URL"),
    })
}

/// A moment in milliseconds since 1970: as a number, or as a date and a time, which are taken for UTC.
fn moment_ms(text: &str) -> Option<f64> {
    use time::PrimitiveDateTime;
    use time::macros::format_description;
    if let Ok(number) = text.parse::<f64>() {
        return Some(number);
    }
    let text = text.replace('/', "-").replace('T', " ");
    let with_parts = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond]");
    let whole = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let read = |form| PrimitiveDateTime::parse(&text, form).ok();
    let moment = read(with_parts).or_else(|| read(whole))?.assume_utc();
    Some(moment.unix_timestamp_nanos() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read() {
        for text in ["1700000000500", "2023/11/14 22:13:20.500", "2023-11-14T22:13:20.500"] {
            assert_eq!(moment_ms(text), Some(1_700_000_000_500.0), "{text}");
        }
        assert_eq!(moment_ms("2023/11/14 22:13:20"), Some(1_700_000_000_000.0));
        assert_eq!(moment_ms("timeStamp"), None);
    }

    #[test]
    fn rows_have_the_columns_that_their_file_has() {
        let titles: Vec<String> = ["elapsed", "timeStamp", "success"].map(str::to_owned).to_vec();
        let fields = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let row = row_of(&titles, &fields(&["12", "1000", "FALSE"])).unwrap();
        assert_eq!((row.begin_ms, row.elapsed_ms, row.success), (1000.0, 12.0, false));
        assert!(row_of(&titles, &fields(&["", "1000", "true"])).is_err());
        assert!(row_of(&titles, &fields(&["12"])).is_err());
    }
}
