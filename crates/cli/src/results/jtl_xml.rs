//! JMeter's results as XML, read tag by tag: such files are larger than memory.

use std::io::BufRead;

use super::jtl::Row;
use super::{ENTRY_BYTES_MAX, Fault, Intake, read_until};

/// Samples are not deeper in each other.
const DEPTH_MAX: usize = 1_000;

/// Whether a file begins like one.
pub fn is_it(head: &str) -> bool {
    head.starts_with('<') && head.contains("<testResults")
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read, or is no results.
pub fn read(text: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let mut chunk = Vec::new();
    // Of the samples that are open: whether those inside count. A sampler's own parts, such as redirects and images, are
    // in its figures already; what stands in a transaction is a sample like any other.
    let mut open: Vec<bool> = Vec::new();
    let (mut number, mut seen) = (1, false);
    loop {
        chunk.clear();
        if read_until(text, b'>', &mut chunk, ENTRY_BYTES_MAX)? == 0 {
            break;
        }
        let from_line = number;
        number += chunk.iter().filter(|byte| **byte == b'\n').count() as u64;
        let piece = String::from_utf8_lossy(&chunk);
        let Some(tag) = piece.rfind('<').map(|at| piece[at + 1..].trim_end_matches('>')) else { continue };
        if let Some(name) = tag.strip_prefix('/') {
            if is_sample(name.trim()) {
                open.pop();
            }
            continue;
        }
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        seen |= name.trim_end_matches('/') == "testResults";
        if !is_sample(name.trim_end_matches('/')) {
            continue;
        }
        let counts = open.last().copied().unwrap_or(true);
        let row = row_of(attributes);
        let inside = match &row {
            Some(row) => counts && row.is_transaction(),
            None => false,
        };
        if !tag.ends_with('/') {
            if open.len() == DEPTH_MAX {
                return Err(Fault::form(format!("its samples are more than {DEPTH_MAX} deep in each other")));
            }
            open.push(inside);
        }
        match row {
            Some(row) if counts => row.take(intake)?,
            Some(_) => {}
            None => intake.skip(from_line, "it does not say when it was, or how long it took"),
        }
    }
    if seen { Ok(()) } else { Err(Fault::form("it has no <testResults>")) }
}

fn is_sample(name: &str) -> bool {
    matches!(name, "httpSample" | "sample")
}

/// A row from the attributes of its tag.
fn row_of(attributes: &str) -> Option<Row> {
    let (mut row, mut has_time, mut has_length) = (Row { success: true, ..Row::default() }, false, false);
    let mut rest = attributes;
    while let Some((name, behind)) = rest.split_once('=') {
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let (value, behind) = behind[1..].split_once(quote)?;
        rest = behind;
        let number = || value.parse::<f64>().unwrap_or(0.0);
        match name.trim() {
            "ts" => (row.begin_ms, has_time) = (number(), true),
            "t" => (row.elapsed_ms, has_length) = (number().max(0.0), true),
            "lt" => row.latency_ms = number(),
            "ct" => row.connect_ms = number(),
            "by" => row.received = number(),
            "sby" => row.sent = number(),
            "na" => row.threads = value.parse().ok(),
            "s" => row.success = value == "true",
            "lb" => row.label = unescaped(value),
            "rc" => row.code = unescaped(value),
            "rm" => row.message = unescaped(value),
            "tn" => row.thread = unescaped(value),
            _ => {}
        }
    }
    (has_time && has_length).then_some(row)
}

/// A text without the escapes of XML.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find(';') else { break };
        let letter = match &rest[1..end] {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            number => {
                let hex = number.strip_prefix("#x").map(|digits| u32::from_str_radix(digits, 16));
                let decimal = || number.strip_prefix('#').map(str::parse::<u32>);
                hex.or_else(decimal).and_then(Result::ok).and_then(char::from_u32)
            }
        };
        match letter {
            Some(letter) => {
                plain.push(letter);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::Registry;

    #[test]
    fn escapes_are_read() {
        let check = |text: &str, plain: &str| assert_eq!(unescaped(text), plain);
        check("a &lt;b&gt; &amp;amp; &quot;&#233;&#xe9;&quot;", "a <b> &amp; \"éé\"");
        check("a & b &nope; &#xZZ;&", "a & b &nope; &#xZZ;&");
    }

    #[test]
    fn parts_of_a_sampler_do_not_count_and_those_of_a_transaction_do() {
        let text = r#"<?xml version="1.0"?>
<testResults version="1.2">
<httpSample t="10" ts="1000" s="true" lb="page">
  <httpSample t="4" ts="1001" s="true" lb="image"/>
  <responseData class="java.lang.String">&lt;sample t=&quot;1&quot;/&gt;</responseData>
</httpSample>
<sample t="30" ts="2000" s="true" lb="buy" rm="Number of samples in transaction : 2, number of failing samples : 0">
  <httpSample t="10" ts="2000" s="true" lb="one"><httpSample t="3" ts="2001" lb="part"/></httpSample>
  <httpSample t="20" ts="2010" s='false' lb="two"/>
</sample>
<httpSample lb="broken"/>
</testResults>"#;
        let mut intake = Intake::looking(Registry::new());
        read(&mut text.as_bytes(), &mut intake).unwrap();
        // Eight samples of a request, seven without a number of threads, and two of bytes; one of a transaction.
        assert_eq!((intake.samples, intake.skipped), (3 * 8 + 1, 1));
        assert_eq!(intake.extent_ms, Some((1000.0, 2030.0)));
        let mut intake = Intake::looking(Registry::new());
        assert!(read(&mut "<html></html>".as_bytes(), &mut intake).is_err());
    }
}
