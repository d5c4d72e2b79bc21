//! Many questions at once: p-values adjusted so that the false alarms of the whole family stay bounded.
//!
//! *Question*: of 200 endpoints, which really got slower? [`holm`] bounds the probability of any false alarm,
//! [`benjamini_hochberg`] the expected share of false ones among the alarms. *Misleads* when the family is chosen after
//! looking. Sources: Holm 1979; Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001.

/// How a family of questions is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Any false alarm at all is rare; fewest alarms.
    Holm,
    /// Few of the alarms are false; the rule for comparing many endpoints.
    BenjaminiHochberg,
    /// Like Benjamini–Hochberg under any dependence between the questions.
    BenjaminiYekutieli,
}

impl Family {
    /// Adjusted p-values, in the order given.
    pub fn adjust(self, p_values: &[f64]) -> Vec<f64> {
        match self {
            Self::Holm => holm(p_values),
            Self::BenjaminiHochberg => benjamini_hochberg(p_values),
            Self::BenjaminiYekutieli => benjamini_yekutieli(p_values),
        }
    }
}

/// Indices in ascending order of p-value.
fn order(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    order
}

/// Bonferroni's adjustment: p times the number of questions. Holm's is never worse.
pub fn bonferroni(p_values: &[f64]) -> Vec<f64> {
    p_values.iter().map(|p| (p * p_values.len() as f64).min(1.0)).collect()
}

/// Holm's step-down adjustment.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut adjusted = vec![1.0; m];
    let mut worst = 0.0f64;
    for (rank, index) in order(p_values).into_iter().enumerate() {
        worst = worst.max(p_values[index] * (m - rank) as f64).min(1.0);
        adjusted[index] = worst;
    }
    adjusted
}

/// Benjamini and Hochberg's step-up adjustment.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    step_up(p_values, 1.0)
}

/// Benjamini and Yekutieli's step-up adjustment.
pub fn benjamini_yekutieli(p_values: &[f64]) -> Vec<f64> {
    step_up(p_values, (1..=p_values.len()).map(|i| 1.0 / i as f64).sum())
}

fn step_up(p_values: &[f64], factor: f64) -> Vec<f64> {
    let m = p_values.len();
    let mut adjusted = vec![1.0; m];
    let mut best = 1.0f64;
    for (rank, index) in order(p_values).into_iter().enumerate().rev() {
        best = best.min(p_values[index] * factor * m as f64 / (rank + 1) as f64);
        adjusted[index] = best;
    }
    adjusted
}
