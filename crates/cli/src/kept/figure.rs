//! One figure of kept runs: `http_req_duration p95`, of a whole run or of each of its seconds.
//!
//! Main type: [`Figure`].

use std::collections::BTreeMap;
use std::time::Duration;

use metrics::{Contains, Kind, Sink, value};
use model::{Aggregation, Selector};
use store::{Kept, Library, Listed, Measured, Selected, Series};

use super::given::Given;
use super::seconds;
use crate::error::Error;

/// A metric, or a part of it, and what is made of its samples.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// As the user wrote it.
    pub name: String,
    selector: Selector,
    aggregation: Aggregation,
}

impl Figure {
    /// Reads `METRIC{tag:value} FIGURE`, where the figure is that of a threshold, or `p95` for `p(95)`.
    ///
    /// # Errors
    /// With what there is.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let name = text.trim();
        let wrong = || {
            Error::Usage(format!(
                "'{name}' is no figure: write a metric and what is made of it, such as 'http_req_duration p95' or 'http_reqs rate'"
            ))
        };
        let behind = name.rfind('}').map_or(0, |at| at + 1);
        let at = name[behind..].rfind(char::is_whitespace).map(|at| at + behind).ok_or_else(wrong)?;
        let (metric, figure) = (name[..at].trim_end(), name[at..].trim_start());
        let percentile = || {
            let number: f64 = figure.strip_prefix('p')?.parse().ok()?;
            (0.0..=100.0).contains(&number).then_some(Aggregation::P(number))
        };
        let aggregation = Aggregation::parse(figure).or_else(percentile).ok_or_else(wrong)?;
        let selector = Selector::parse(metric).map_err(|_| wrong())?;
        if selector.metric.is_empty() {
            return Err(wrong());
        }
        Ok(Self { name: name.to_owned(), selector, aggregation })
    }

    /// Its value in a run, and whether it is a time in milliseconds; none when the run has no such samples. What the run
    /// worked out itself is not worked out again.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn of_run(&self, library: &Library, run: &Listed) -> Result<Option<(f64, bool)>, store::Error> {
        if let Some(summary) = library.summary(run)?
            && let Some(given) = Given::find(&summary, &self.selector)
            && let Some(value) = given.value(self.aggregation, run.load_ns.map_or(0.0, |ns| ns as f64 / 1e9))
        {
            return Ok(Some((value, self.is_span(given.contains()))));
        }
        Ok(self.of_samples(library, run.clone())?.zip(Some(self.is_time(library, run)?)))
    }

    /// Its value from what was measured.
    fn of_samples(&self, library: &Library, run: Listed) -> Result<Option<f64>, store::Error> {
        let names = [self.selector.metric.as_str()];
        let kept: Kept = library.load(run, Selected::Metrics(&names))?;
        let Some(metric) = kept.state.registry().lookup(&self.selector.metric) else { return Ok(None) };
        let sink = kept.state.merged(metric, |tags| {
            self.selector
                .tags
                .iter()
                .all(|(key, value)| tags.iter().any(|tag| *tag.0 == **key && *tag.1 == **value))
        });
        let elapsed = Duration::try_from_secs_f64(seconds(&kept)).unwrap_or_default();
        Ok(sink.and_then(|sink| value(&sink, self.aggregation, elapsed)))
    }

    /// Its value in each second of a run from the beginning of the load, with the kind of the metric; where a second has
    /// no samples, that of the second before. None when the run has no such samples.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn by_second(
        &self,
        library: &Library,
        run: &Listed,
    ) -> Result<Option<(Kind, Vec<f64>)>, store::Error> {
        let mut series = library.series(run)?;
        series.retain(|one| self.is_of(one));
        let Some(kind) = series.first().map(|one| one.kind) else { return Ok(None) };
        let mut sinks: BTreeMap<u64, Sink> = BTreeMap::new();
        library.measurements(run, &series, |_, Measured { second, point, .. }| {
            if let Ok(second) = u64::try_from(second) {
                sinks.entry(second).or_insert_with(|| Sink::new(kind)).absorb(point.sink());
            }
        })?;
        let one = Duration::from_secs(1);
        let found: BTreeMap<u64, f64> =
            sinks.iter().filter_map(|(at, sink)| Some((*at, value(sink, self.aggregation, one)?))).collect();
        let Some((first, last)) = found.keys().next().zip(found.keys().next_back()) else { return Ok(None) };
        let mut before = found[first];
        let values = (*first..=*last).map(|at| {
            before = found.get(&at).copied().unwrap_or(before);
            before
        });
        Ok(Some((kind, values.collect())))
    }

    fn is_of(&self, series: &Series) -> bool {
        series.metric == self.selector.metric
            && self.selector.tags.iter().all(|wanted| series.tags.contains(wanted))
    }

    /// Whether it is a time in milliseconds, in a run that has it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_time(&self, library: &Library, run: &Listed) -> Result<bool, store::Error> {
        let series = library.series(run)?;
        let of_times = series.iter().any(|one| self.is_of(one) && one.contains == Contains::Time);
        Ok(of_times && self.is_span(Contains::Time))
    }

    /// Whether its value is one of the metric's values, and those are times.
    fn is_span(&self, contains: Contains) -> bool {
        contains == Contains::Time && !matches!(self.aggregation, Aggregation::Count | Aggregation::Rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read() {
        let check = |text: &str, metric: &str, tags: usize, aggregation: Aggregation| {
            let figure = Figure::parse(text).unwrap();
            assert_eq!(
                (figure.selector.metric.as_str(), figure.selector.tags.len()),
                (metric, tags),
                "{text}"
            );
            assert_eq!(figure.aggregation, aggregation, "{text}");
        };
        check("http_req_duration p95", "http_req_duration", 0, Aggregation::P(95.0));
        check(" http_req_duration{name:a b}  p(99.9) ", "http_req_duration", 1, Aggregation::P(99.9));
        check("http_reqs rate", "http_reqs", 0, Aggregation::Rate);
        for wrong in ["", "http_reqs", "http_reqs much", "http_reqs p101", "a{b p95"] {
            assert!(Figure::parse(wrong).is_err(), "{wrong}");
        }
    }
}
