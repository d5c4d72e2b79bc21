//! What the page's script draws: numbers only, in the order in which charts need them.
//!
//! Main function: [`of`]. `web/src/data.ts` describes the same form.

use metrics::Trend;
use serde_json::{Value, json};

use super::Run;
use super::figures::{Figures, Heat, OVER_TIME};
use super::measured::{Measured, PHASES};

/// The form's version.
pub const VERSION: u32 = 1;

/// Everything that is drawn, of all runs.
pub fn of(runs: &[Run], figures: &[Figures]) -> Value {
    let runs: Vec<Value> = runs.iter().zip(figures).map(|(run, figures)| of_run(run, figures)).collect();
    json!({ "version": VERSION, "runs": runs, "plots": [] })
}

fn of_run(run: &Run, figures: &Figures) -> Value {
    let measured = &run.measured;
    let step = measured.step as f64;
    let seconds: Vec<u64> = (0..measured.slots() as u64).map(|slot| slot * measured.step).collect();
    let per_second =
        |name: &str| -> Vec<Value> { measured.counters[name].iter().map(|sum| short(sum / step)).collect() };
    json!({
        "label": run.id.clone().unwrap_or_else(|| run.name.clone()),
        "metric": figures.metric,
        "seconds": seconds,
        "latency": latency(measured, figures),
        "requests": per_second("http_reqs"),
        "iterations": per_second("iterations"),
        "received": per_second("data_received"),
        "failed": measured.failed.iter().map(|one| short(one.hits as f64 / step)).collect::<Vec<_>>(),
        "users": measured.users,
        "phases": phases(measured),
        "curve": figures.curve.iter().map(|(q, ms)| json!([q, short(*ms)])).collect::<Vec<_>>(),
        "heat": heat(&figures.heat),
    })
}

/// The percentiles of each slot, a list each; null where nothing was measured.
fn latency(measured: &Measured, figures: &Figures) -> Value {
    let Some(metric) = figures.metric else { return json!({}) };
    let slots: Vec<Trend> = measured.durations[metric]
        .iter()
        .map(|slot| {
            let mut slot = slot.clone();
            slot.sort();
            slot
        })
        .collect();
    let list = |figure: &dyn Fn(&Trend) -> f64| -> Vec<Value> {
        slots.iter().map(|slot| if slot.count() == 0 { Value::Null } else { short(figure(slot)) }).collect()
    };
    let [half, most, nearly_all] = OVER_TIME.map(|q| list(&|slot: &Trend| slot.quantile(q)));
    json!({ "p50": half, "p95": most, "p99": nearly_all, "max": list(&|slot: &Trend| slot.max()) })
}

/// The mean of each phase in each slot.
fn phases(measured: &Measured) -> Value {
    PHASES
        .iter()
        .map(|(metric, name)| {
            let means: Vec<Value> = measured.phases[metric]
                .iter()
                .map(|(sum, count)| if *count == 0 { Value::Null } else { short(sum / *count as f64) })
                .collect();
            ((*name).to_owned(), json!(means))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn heat(heat: &Heat) -> Value {
    let edges: Vec<Value> = heat.edges.iter().map(|edge| short(*edge)).collect();
    json!({ "step": heat.step, "edges": edges, "columns": heat.columns })
}

/// A number with four digits: more are never seen in a chart.
pub fn short(value: f64) -> Value {
    if !value.is_finite() {
        return Value::Null;
    }
    if value == 0.0 {
        return json!(0);
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 9) as usize;
    json!(format!("{value:.digits$}").parse::<f64>().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let check = |value: f64, text: &str| assert_eq!(short(value).to_string(), text);
        check(0.0, "0");
        check(1.234_567, "1.235");
        check(123_456.7, "123457.0");
        check(0.000_123_456, "0.0001235");
        check(f64::NAN, "null");
    }
}
