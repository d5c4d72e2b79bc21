//! SLAs as users write them: `http_req_duration p95 < 500ms`, `http_req_failed rate < 1%`.
//!
//! Main type: [`Sla`]. Each is brought to the form "of these samples, less than a share may be bad", which is what can
//! be judged at a confidence. How that is done is not known here.

use crate::{Error, Selector, duration};

/// The metric that a percentile alone is about.
const LATENCY: &str = "http_req_duration";
/// The metric that `errors` is about.
const FAILURES: &str = "http_req_failed";

/// A limit on a percentile of a trend, or on a rate.
#[derive(Clone, PartialEq, Debug)]
pub struct Sla {
    /// As the user wrote it, without spaces around it.
    pub source: String,
    /// The metric, or the part of it.
    pub selector: Selector,
    /// Which samples are bad.
    pub bad: Bad,
    /// The share of bad samples that is still kept, above 0 and below 1.
    pub allowed: f64,
}

/// Which samples of a metric are bad.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Bad {
    /// Values of a trend above a limit, in milliseconds where they are times.
    Above(f64),
    /// Values of a trend at a limit or above it.
    From(f64),
    /// Samples of a rate that are not zero.
    Nonzero,
    /// Samples of a rate that are zero.
    Zero,
}

impl Bad {
    /// The limit of a percentile; none of a rate.
    #[must_use]
    pub const fn limit(self) -> Option<f64> {
        match self {
            Self::Above(limit) | Self::From(limit) => Some(limit),
            Self::Nonzero | Self::Zero => None,
        }
    }
}

impl Sla {
    /// Reads `METRIC{tag:value} p95 < 500ms` and `METRIC rate < 1%`; `p95 < 500ms` and `errors < 1%` are short for those
    /// of HTTP requests.
    ///
    /// # Errors
    /// With what is wrong and what there is.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let source = text.trim();
        let wrong = |what: &str| {
            Error::new(format!(
                "the SLA '{source}' {what}; write one as 'http_req_duration p95 < 500ms' or 'http_req_failed rate < 1%'"
            ))
        };
        let at = outside_braces(source).ok_or_else(|| wrong("compares nothing"))?;
        let (left, right) = source.split_at(at);
        let operator = ["<=", ">=", "<", ">"].into_iter().find(|operator| right.starts_with(operator));
        let operator = operator.ok_or_else(|| wrong("compares nothing"))?;
        let value = right[operator.len()..].trim();
        let (metric, figure) = names(left.trim()).ok_or_else(|| wrong("names no metric and figure"))?;
        let selector = Selector::parse(metric).map_err(|_| wrong("names no metric"))?;
        let (bad, allowed) = match figure {
            Figure::Percentile(percent) => {
                let limit = duration::parse(value).map_err(|_| wrong("has no limit"))?.as_secs_f64() * 1e3;
                let bad = match operator {
                    "<" => Bad::From(limit),
                    "<=" => Bad::Above(limit),
                    _ => return Err(wrong("wants a percentile to be high, which cannot be judged")),
                };
                (bad, 1.0 - percent / 100.0)
            }
            Figure::Rate => {
                let share =
                    share(value).ok_or_else(|| wrong("has no rate from 0 to 1, or from 0% to 100%"))?;
                if operator.starts_with('<') { (Bad::Nonzero, share) } else { (Bad::Zero, 1.0 - share) }
            }
        };
        if allowed <= 0.0 || allowed >= 1.0 {
            return Err(wrong("allows all samples to be bad or none, which no run can prove"));
        }
        Ok(Self { source: source.to_owned(), selector, bad, allowed })
    }

    /// Reads several, separated by commas: `p95 < 300ms, errors < 1%`.
    ///
    /// # Errors
    /// As [`Self::parse`], and when there is none.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, Error> {
        let mut depth = 0_u32;
        let parts = text.split(|c: char| {
            depth = match c {
                '{' => depth + 1,
                '}' => depth.saturating_sub(1),
                _ => depth,
            };
            c == ',' && depth == 0
        });
        parts.map(Self::parse).collect()
    }
}

enum Figure {
    Percentile(f64),
    Rate,
}

/// Where the comparison begins: tags may have `<` in them.
fn outside_braces(text: &str) -> Option<usize> {
    let behind = text.rfind('}').map_or(0, |at| at + 1);
    text[behind..].find(['<', '>']).map(|at| at + behind)
}

/// The metric and the figure on the left-hand side.
fn names(left: &str) -> Option<(&str, Figure)> {
    let behind = left.rfind('}').map_or(0, |at| at + 1);
    let (metric, figure) = match left[behind..].rfind(char::is_whitespace) {
        Some(at) => (left[..behind + at].trim_end(), left[behind + at..].trim_start()),
        None if behind > 0 => (&left[..behind], &left[behind..]),
        None if left == "errors" => (FAILURES, "rate"),
        None if figure_of(left).is_some() => (LATENCY, left),
        None => return None,
    };
    if metric.is_empty() {
        return None;
    }
    let metric = if metric == "errors" { FAILURES } else { metric };
    Some((metric, figure_of(figure)?))
}

fn figure_of(text: &str) -> Option<Figure> {
    match text {
        "rate" => return Some(Figure::Rate),
        "med" => return Some(Figure::Percentile(50.0)),
        _ => {}
    }
    let number = text.strip_prefix('p')?;
    let number = number.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(number);
    let percent: f64 = number.trim().parse().ok()?;
    (percent > 0.0 && percent < 100.0).then_some(Figure::Percentile(percent))
}

fn share(text: &str) -> Option<f64> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().ok()? / 100.0,
        None => text.parse().ok()?,
    };
    (0.0..=1.0).contains(&share).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slas_are_read_in_every_form() {
        let check = |text: &str, metric: &str, tags: usize, bad: Bad, allowed: f64| {
            let sla = Sla::parse(text).unwrap();
            let found = (sla.selector.metric.as_str(), sla.selector.tags.len(), sla.bad);
            assert_eq!(found, (metric, tags, bad), "{text}");
            assert!((sla.allowed - allowed).abs() < 1e-12, "{text}: {}", sla.allowed);
        };
        check("http_req_duration p95 < 500ms", "http_req_duration", 0, Bad::From(500.0), 0.05);
        check(" http_req_duration  p(99.9)<=1.5s ", "http_req_duration", 0, Bad::Above(1500.0), 0.001);
        check("http_req_duration{name:a b<c} p50 < 20", "http_req_duration", 1, Bad::From(20.0), 0.5);
        check("http_req_duration{a:1,b:2} med<20us", "http_req_duration", 2, Bad::From(0.02), 0.5);
        check("p95<300ms", "http_req_duration", 0, Bad::From(300.0), 0.05);
        check("errors<1%", "http_req_failed", 0, Bad::Nonzero, 0.01);
        check("errors{url:x} rate < 0.02", "errors", 1, Bad::Nonzero, 0.02);
        check("checks rate > 99%", "checks", 0, Bad::Zero, 0.01);
        check("checks rate >= 0.9", "checks", 0, Bad::Zero, 0.1);
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        let check = |text: &str, part: &str| {
            let said = Sla::parse(text).unwrap_err().to_string();
            assert!(said.contains(part) && said.contains(text.trim()), "{said}");
        };
        check("", "compares nothing");
        check("http_req_duration p95", "compares nothing");
        check("http_req_duration < 500ms", "names no metric and figure");
        check("http_req_duration avg < 500ms", "names no metric and figure");
        check("http_req_duration p100 < 500ms", "names no metric and figure");
        check("p95 > 500ms", "wants a percentile to be high");
        check("p95 < fast", "has no limit");
        check("http_req_failed rate < 0", "which no run can prove");
        check("http_req_failed rate < 120%", "has no rate");
        check("a{b p95 < 1", "names no metric");
    }

    #[test]
    fn several_are_separated_by_commas() {
        let all = Sla::parse_all("p95<300ms, http_req_duration{a:1,b:2} p99 < 1s,errors<1%").unwrap();
        let sources: Vec<&str> = all.iter().map(|sla| sla.source.as_str()).collect();
        assert_eq!(sources, ["p95<300ms", "http_req_duration{a:1,b:2} p99 < 1s", "errors<1%"]);
        assert!(Sla::parse_all("p95<300ms,").is_err());
    }
}
