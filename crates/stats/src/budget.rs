//! Error budgets: how fast a rate of failures uses up what an objective allows.
//!
//! *Question*: at this error rate, when is the month's budget gone, and would an alert have fired? *Misleads* when the
//! load of the test is not the load of production: the budget is counted in requests, not in minutes of a test.
//!
//! Source: "The Site Reliability Workbook", chapter 5.

/// A pair of windows that pages when both burn faster than `rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alert {
    /// Times faster than the objective allows.
    pub rate: f64,
    /// The long window, in hours.
    pub long_h: f64,
    /// The short window, in hours, which ends the alert soon after the trouble ends.
    pub short_h: f64,
    /// Share of the period's budget that is gone when the alert fires.
    pub budget: f64,
    /// Whether someone should be woken up.
    pub page: bool,
}

/// The workbook's recommended alerts for a period of 30 days.
pub const ALERTS: [Alert; 3] = [
    Alert { rate: 14.4, long_h: 1.0, short_h: 1.0 / 12.0, budget: 0.02, page: true },
    Alert { rate: 6.0, long_h: 6.0, short_h: 0.5, budget: 0.05, page: true },
    Alert { rate: 1.0, long_h: 72.0, short_h: 6.0, budget: 0.10, page: false },
];

impl Alert {
    /// The error rate that fires this alert for an objective such as 0.999.
    pub fn threshold(&self, objective: f64) -> f64 {
        self.rate * (1.0 - objective)
    }

    /// Seconds from the start of a failure of `error_rate` until the long window fires; `None` if it never does.
    pub fn detection_s(&self, objective: f64, error_rate: f64) -> Option<f64> {
        let share = self.threshold(objective) / error_rate;
        (share <= 1.0).then_some(self.long_h * 3600.0 * share)
    }
}

/// How many times faster than allowed the budget burns at `error_rate` under an objective such as 0.999.
pub fn burn_rate(error_rate: f64, objective: f64) -> f64 {
    error_rate / (1.0 - objective)
}

/// Days until a budget for `period_days` is gone at this burn rate; infinite at 0.
pub fn exhaustion_days(burn_rate: f64, period_days: f64) -> f64 {
    period_days / burn_rate
}

/// Share of the budget for `period_days` that an hour at this burn rate uses.
pub fn budget_per_hour(burn_rate: f64, period_days: f64) -> f64 {
    burn_rate / (period_days * 24.0)
}
