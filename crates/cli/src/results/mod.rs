//! Results that other tools wrote, taken into the store as runs: what `plimsoll import` does.
//!
//! Main types: [`Format`], one row of [`FORMATS`] each, and [`Intake`], what a format's reader hands its samples and figures
//! to. A file is read twice: first to see when its run began and ended, then to keep it, so that nothing of its size has to
//! be held in memory.

mod artillery;
mod entry;
mod intake;
mod jtl;
mod jtl_xml;
mod k6_lines;
mod k6_summary;
mod table;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;

use crate::bounded::{Bounded, read_until};

pub use entry::{Wanted, import};
pub use intake::{Fault, Figure, Intake};

/// A format of results.
pub struct Format {
    /// What the user types.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// The tool that wrote it.
    pub tool: &'static str,
    /// Whether a file begins like one.
    pub is_it: fn(&str) -> bool,
    /// Reads a file.
    pub read: fn(&mut dyn BufRead, &mut Intake) -> Result<(), Fault>,
    /// What it cannot tell of a run.
    pub limits: &'static str,
}

/// Every format, in alphabetical order.
pub static FORMATS: &[Format] = &[
    Format {
        name: "artillery",
        title: "Artillery report",
        tool: "artillery",
        is_it: artillery::is_it,
        read: artillery::read,
        limits: "counts by period of 10 s; of latencies only the percentiles of the whole run, not how they were distributed",
    },
    Format {
        name: "jtl",
        title: "JMeter results (CSV)",
        tool: "jmeter",
        is_it: jtl::is_it,
        read: jtl::read,
        limits: "every sampler counts as a request; iterations are not in it",
    },
    Format {
        name: "jtl-xml",
        title: "JMeter results (XML)",
        tool: "jmeter",
        is_it: jtl_xml::is_it,
        read: jtl_xml::read,
        limits: "every sampler counts as a request; iterations are not in it",
    },
    Format {
        name: "k6",
        title: "k6 JSON lines",
        tool: "k6",
        is_it: k6_lines::is_it,
        read: k6_lines::read,
        limits: "thresholds are not judged in it",
    },
    Format {
        name: "k6-summary",
        title: "k6 summary",
        tool: "k6",
        is_it: k6_summary::is_it,
        read: k6_summary::read,
        limits: "figures of the whole run only: no series of time, and no distribution",
    },
];

/// Bytes at the beginning of a file by which its format is told.
const HEAD_BYTES: usize = 64 << 10;

/// The format of a file.
///
/// # Errors
/// When the file cannot be read.
pub fn detect(path: &Path) -> io::Result<Option<&'static Format>> {
    let mut head = Vec::new();
    open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let head = String::from_utf8_lossy(&head);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    Ok(FORMATS.iter().find(|format| (format.is_it)(head)))
}

/// A document that is read as a whole is not larger, unpacked: it takes several times as much memory.
const DOCUMENT_BYTES_MAX: u64 = 256 << 20;

/// A line, a row or a tag is not longer.
const ENTRY_BYTES_MAX: usize = 64 << 20;

/// A document of JSON, read as a whole.
///
/// # Errors
/// When it cannot be read, is too large, or is no JSON.
fn document(text: &mut dyn BufRead) -> Result<Value, Fault> {
    let bytes = Bounded::new(text, DOCUMENT_BYTES_MAX).whole()?;
    serde_json::from_slice(&bytes).map_err(|why| Fault::form(format!("it is no JSON: {why}")))
}

/// Opens a file, unpacked when it is packed with gzip.
///
/// # Errors
/// When it cannot be read.
pub fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut file = BufReader::new(File::open(path)?);
    Ok(match file.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(file))),
        _ => Box::new(file),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_beginning() {
        assert!(FORMATS.is_sorted_by_key(|format| format.name));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        let check = |text: &str, expected: Option<&str>| {
            std::fs::write(&path, text).unwrap();
            assert_eq!(detect(&path).unwrap().map(|format| format.name), expected, "{text}");
        };
        check("", None);
        check("{\"type\":\"Metric\",\"data\":{},\"metric\":\"http_reqs\"}\n", Some("k6"));
        check("{\"metric\":\"vus\",\"type\":\"Point\",\"data\":{\"time\":\"x\",\"value\":1}}\n", Some("k6"));
        check("{\n  \"root_group\": {},\n  \"metrics\": {}\n}", Some("k6-summary"));
        check("{\"metrics\":{\"http_reqs\":{\"count\":1,\"rate\":1}}}", Some("k6-summary"));
        check("{\"version\":\"1.0.0\",\"config\":{},\"results\":{\"metrics\":[]}}", Some("k6-summary"));
        check("{\"aggregate\":{\"counters\":{}},\"intermediate\":[]}", Some("artillery"));
        check("timeStamp,elapsed,label,responseCode\n1,2,a,200\n", Some("jtl"));
        check("1700000000000,12,Home,200,OK,Group 1-1,text,true,,1,1,1,1,u,1,0,0\n", Some("jtl"));
        check("\u{feff}<?xml version=\"1.0\"?>\n<testResults version=\"1.2\">\n", Some("jtl-xml"));
        check("name,age\nann,7\n", None);
    }
}
