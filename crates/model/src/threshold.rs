//! Thresholds: `p(95)<500`, on a metric or on the part of it with certain tags.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::json::{self, Fields};
use crate::{Error, duration};

/// How the samples of a metric become one number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Aggregation {
    /// How many, of a counter: the sum.
    Count,
    /// A second, of a counter; the share of non-zero ones, of a rate.
    Rate,
    /// The last one, of a gauge.
    Value,
    /// The mean.
    Avg,
    /// The smallest.
    Min,
    /// The median.
    Med,
    /// The largest.
    Max,
    /// A percentile, from 0 to 100.
    P(f64),
}

impl Aggregation {
    /// Reads `avg`, `p(95)` and so on.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "count" => Self::Count,
            "rate" => Self::Rate,
            "value" => Self::Value,
            "avg" => Self::Avg,
            "min" => Self::Min,
            "med" => Self::Med,
            "max" => Self::Max,
            _ => {
                let inner = text.strip_prefix("p(")?.strip_suffix(')')?;
                let percent: f64 = inner.trim().parse().ok()?;
                return (0.0..=100.0).contains(&percent).then_some(Self::P(percent));
            }
        })
    }

    /// Its name without a percentile's number.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Rate => "rate",
            Self::Value => "value",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Med => "med",
            Self::Max => "max",
            Self::P(_) => "p",
        }
    }
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==` and `===`
    Equal,
    /// `!=`
    NotEqual,
}

impl Operator {
    /// Whether `left operator right`.
    #[must_use]
    #[expect(clippy::float_cmp, reason = "users who write == mean the very value")]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }
}

/// `aggregation operator number`, perhaps `for` a time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Expression {
    /// What is compared.
    pub aggregation: Aggregation,
    /// How.
    pub operator: Operator,
    /// With what.
    pub limit: f64,
    /// Over which time until now; the whole test when absent.
    pub window: Option<Duration>,
}

const OPERATORS: [(&str, Operator); 7] = [
    ("===", Operator::Equal),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// What a threshold looks like, for those who wrote another.
const FORM: &str = "an expression is one of avg, min, med, max, count, rate, value or p(N), an operator and a number, such \
                    as 'p(95)<500' or 'rate<0.01'";

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// With k6's words for what is wrong.
    pub fn parse(source: &str) -> Result<Self, Error> {
        let malformed = || {
            Error::new(format!(
                "failed parsing threshold expression {source:?}; reason: malformed threshold expression"
            ))
            .with_help(FORM)
        };
        let (text, window) = match source.rsplit_once(" for ") {
            Some((text, span)) => {
                let span = duration::parse(span.trim()).map_err(|_| malformed())?;
                (text, Some(span))
            }
            None => (source, None),
        };
        let found = OPERATORS
            .iter()
            .find_map(|(sign, operator)| text.split_once(sign).map(|parts| (parts, *operator)));
        let ((left, right), operator) = found.ok_or_else(malformed)?;
        let side = |side: &str, reason: &str| {
            Error::new(format!(
                "failed parsing threshold expression's {source:?} {side} hand side; reason: {reason}"
            ))
            .with_help(FORM)
        };
        let left = left.trim();
        let Some(aggregation) = Aggregation::parse(left) else {
            let reason = if left.starts_with("p(") {
                "malformed percentile value, provide a number between 0 and 100"
            } else {
                "failed parsing method from expression"
            };
            return Err(side("left", reason));
        };
        let right = right.trim();
        let limit = right
            .parse()
            .map_err(|_| side("right", &format!("strconv.ParseFloat: parsing {right:?}: invalid syntax")))?;
        Ok(Self { aggregation, operator, limit, window })
    }
}

/// A threshold as the user wrote it.
#[derive(Clone, PartialEq, Debug)]
pub struct Threshold {
    /// The expression's text.
    pub source: String,
    /// End the test when it is crossed.
    pub abort_on_fail: bool,
    /// Not before this much of the test has passed.
    pub delay_abort_eval: Option<Duration>,
    /// Judge each stage of the scenarios by itself; see [`crate::stages`].
    pub per_stage: bool,
}

impl Threshold {
    /// Its expression.
    ///
    /// # Errors
    /// As [`Expression::parse`].
    pub fn expression(&self) -> Result<Expression, Error> {
        Expression::parse(&self.source)
    }

    pub(crate) fn parse_all(value: &Value) -> Result<Vec<Self>, Error> {
        let Value::Array(items) = value else {
            return Err(json::mismatch(value, "[]metrics.thresholdConfig"));
        };
        items.iter().map(Self::parse_one).collect()
    }

    fn parse_one(value: &Value) -> Result<Self, Error> {
        match value {
            Value::String(source) => Ok(Self {
                source: source.clone(),
                abort_on_fail: false,
                delay_abort_eval: None,
                per_stage: false,
            }),
            Value::Object(members) => {
                let mut fields = Fields::new(members.clone());
                Ok(Self {
                    source: fields.text("threshold")?.unwrap_or_default(),
                    abort_on_fail: fields.flag("abortOnFail")?.unwrap_or(false),
                    delay_abort_eval: fields.span("delayAbortEval")?,
                    per_stage: fields.flag("perStage")?.unwrap_or(false),
                })
            }
            other => Err(json::mismatch(other, "metrics.thresholdConfig")),
        }
    }

    /// As `exec.test.options` shows it.
    #[must_use]
    pub fn shown(&self) -> Value {
        if !self.abort_on_fail && self.delay_abort_eval.is_none() && !self.per_stage {
            return Value::from(self.source.as_str());
        }
        let delay =
            self.delay_abort_eval.map_or(Value::Null, |delay| Value::from(duration::format_go(delay)));
        let mut object = Map::new();
        object.insert("threshold".to_owned(), json!(self.source));
        object.insert("abortOnFail".to_owned(), json!(self.abort_on_fail));
        object.insert("delayAbortEval".to_owned(), delay);
        if self.per_stage {
            object.insert("perStage".to_owned(), json!(true));
        }
        Value::Object(object)
    }
}

/// A metric, or the part of it that has certain tags.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Selector {
    /// The metric's name.
    pub metric: String,
    /// The tags; all must be there.
    pub tags: Vec<(String, String)>,
}

impl Selector {
    /// Reads `metric` and `metric{tag:value,tag2:value2}`.
    ///
    /// # Errors
    /// With k6's words for what is wrong.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let failed = |what: String| {
            Error::new(format!(
                "unable to validate threshold expressions; reason: parsing metric name failed, {what}"
            ))
        };
        let Some((metric, rest)) = text.split_once('{') else {
            if text.contains('}') {
                return Err(failed(format!("metric {text:?} has unmatched opening/close curly brace")));
            }
            return Ok(Self { metric: text.to_owned(), tags: Vec::new() });
        };
        let Some(inner) = rest.strip_suffix('}') else {
            return Err(failed(format!("metric {text:?} has unmatched opening/close curly brace")));
        };
        let mut tags = Vec::new();
        for pair in inner.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let trimmed = |part: &str| part.trim().trim_matches(['"', '\'']).to_owned();
            match pair.split_once(':').map(|(key, value)| (trimmed(key), trimmed(value))) {
                Some((key, value)) if !key.is_empty() && !value.is_empty() => tags.push((key, value)),
                _ => return Err(failed(format!("metric {pair:?} tag expression is malformed"))),
            }
        }
        Ok(Self { metric: metric.to_owned(), tags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let check = |text: &str, aggregation, operator, limit: f64| {
            let parsed = Expression::parse(text).expect("it is valid");
            assert_eq!(
                (parsed.aggregation, parsed.operator, parsed.limit),
                (aggregation, operator, limit),
                "{text}"
            );
        };
        check("p(95)<500", Aggregation::P(95.0), Operator::Less, 500.0);
        check("rate >= 0.5", Aggregation::Rate, Operator::GreaterOrEqual, 0.5);
        check("count===3", Aggregation::Count, Operator::Equal, 3.0);
        check("p(99.9)<=3", Aggregation::P(99.9), Operator::LessOrEqual, 3.0);
        assert_eq!(
            Expression::parse("p(95)<5 for 30s").expect("valid").window,
            Some(Duration::from_secs(30))
        );
        for bad in ["", "count is fine", "count=>1", "p(200)<1", "avg<x", "p(95)<5 for ever"] {
            assert!(Expression::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn selectors() {
        let parsed = Selector::parse("http_reqs{group:::g, status:200}").expect("valid");
        assert_eq!(parsed.metric, "http_reqs");
        assert_eq!(parsed.tags, [("group".into(), "::g".into()), ("status".into(), "200".into())]);
        for bad in ["a{", "a}", "a{b}", "a{b:}"] {
            assert!(Selector::parse(bad).is_err(), "{bad}");
        }
    }
}
