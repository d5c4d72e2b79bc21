//! The last stage of a run: the final word of the thresholds, the outputs, the summary, the exit status.

use std::time::Duration;

use engine::trust::MachineUse;
use engine::{AbortCause, Progress as Counters};
use metrics::{Sink, builtin};
use model::{Executor, ExitCode, Level, Nanos, Record};
use report::sink::Report;
use report::summary::{Coverage, Measured, Mode, Options, SlaVerdict, State, Summary, build};
use script::ErrorKind;

use super::{Conductor, lifecycle_failed};
use crate::cmd::K6_COMPATIBLE;
use crate::error::Error;
use crate::run::keeping::End;
use crate::run::lifecycle::Lifecycle;
use crate::run::results;
use crate::run::trust::{Facts, judge};
use crate::run::verdict::Finding;

/// `handleSummary()` may take this long by default.
const SUMMARY_LIMIT: Duration = Duration::from_secs(120);
/// Outputs may take this long to write what they still have.
const OUTPUTS_PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether they have.
const OUTPUTS_LOOK: Duration = Duration::from_millis(2);

impl Conductor<'_> {
    /// Brings the run to its end.
    pub(super) async fn close(&mut self, lifecycle: &Lifecycle) -> Result<ExitCode, Error> {
        let finished =
            self.finished.clone().unwrap_or_else(|| unreachable!("the run is over when it is closed"));
        let now = self.session.clock.now();
        self.judge.settle(finished.elapsed.into(), now);
        self.ending.crossed = self.judge.crossed();
        self.ending.marked_failed = !self.control.failures().is_empty();
        let aborted = self.control.aborted();
        let decided = aborted.is_some_and(|abort| abort.cause == AbortCause::Decided);
        self.ending.abort = aborted.filter(|_| !decided).cloned();
        let counters = Counters::of(&self.control, now);
        let live = self.live.as_mut().map(|live| live.line(self.judge.aggregate(), now));
        self.progress.finish("running", &counters, live.unwrap_or_default());
        self.warn_of_no_iterations(&counters);
        self.warn_of_folding();

        self.phase = "closing";
        let reports = self.finish_outputs().await;
        let mut summary = self.summary(finished.elapsed.into(), finished.machine, &counters, &reports);
        summary.slas = self.judge.slas(summary.trust.trusted, decided);
        if let Some(watch) = &mut self.watch {
            watch.trust = Some(summary.trust.clone());
        }
        self.ending.broken = summary.slas.iter().flat_map(|slas| slas.of(SlaVerdict::Fail)).collect();
        self.ending.findings = self.findings(&summary);
        if let Err(why) = self.hand_out(lifecycle, &summary).await {
            let record = Record::new(Level::Error, "failed to handle the end-of-test summary");
            self.session.logger().log(record.with("error", why));
        }
        let ended = match std::mem::take(&mut self.ending).error() {
            None => Ok(ExitCode::SUCCESS),
            Some(error) => Err(error),
        };
        let ended = self.finish_dialect(finished.elapsed.into(), ended);
        self.end_keeping(&summary, finished.elapsed, ended.as_ref().map_or_else(Error::code, |code| *code));
        ended
    }

    /// Lets the outputs write what they still have, while signals are heard and questions answered.
    async fn finish_outputs(&mut self) -> Vec<Report> {
        let Some(mut closing) = self.outputs.close() else { return Vec::new() };
        let deadline = self.session.clock.now() + Nanos::from(OUTPUTS_PATIENCE);
        // Someone who was in a hurry before may still want the samples; one more signal leaves them behind.
        let heard = self.signals_heard.max(1);
        while !closing.is_done() && self.signals_heard <= heard && self.session.clock.now() < deadline {
            tokio::select! {
                () = self.step() => {}
                () = tokio::time::sleep(OUTPUTS_LOOK) => {}
            }
        }
        closing.reports()
    }

    /// Ends the run in the store.
    fn end_keeping(&mut self, summary: &Summary, load: Nanos, exit: ExitCode) {
        let outcomes = self.judge.outcomes().to_vec();
        self.judge.keeping().finish(self.session, &End { summary, load, exit, outcomes });
    }

    /// What the user wants to count as a failure and was found.
    fn findings(&self, summary: &Summary) -> Vec<Finding> {
        let failed = self.control.iterations_failed();
        let checks = match self.judge.aggregate().total(builtin::CHECKS) {
            Some(&Sink::Rate { nonzero, total }) => (total - nonzero, total),
            _ => (0, 0),
        };
        let undecided = summary.slas.as_ref().map_or(0, |slas| slas.of(SlaVerdict::Inconclusive).len());
        let wanted = &self.wanted;
        let page = wanted.quick(self.judge.aggregate(), summary);
        let unanswered = page.is_some_and(|page| page.is_unanswered());
        let found = [
            (wanted.fail_on_exceptions && failed > 0).then_some(Finding::Exceptions(failed)),
            (wanted.fail_on_checks && checks.0 > 0).then_some(Finding::Checks(checks.0, checks.1)),
            unanswered.then_some(Finding::Unanswered),
            (wanted.fail_on_inconclusive && undecided > 0).then_some(Finding::Undecided(undecided)),
            (wanted.fail_on_untrusted && !summary.trust.trusted).then_some(Finding::Untrusted),
        ];
        found.into_iter().flatten().collect()
    }

    fn warn_of_no_iterations(&self, counters: &Counters) {
        let planned = self.ending.setup.is_none() && self.control.aborted().is_none();
        if planned && counters.iterations_completed == 0 {
            self.session.say(
                Level::Warning,
                "No script iterations fully finished, consider making the test duration longer",
            );
        }
    }

    fn warn_of_folding(&self) {
        let folded = self.judge.aggregate().folded();
        if folded > 0 {
            let text = format!(
                "too many combinations of tags: {folded} tag values became 'other'; \
                 give requests with many addresses one name, by the tag name"
            );
            self.session.say(Level::Warning, text);
        }
    }

    fn summary(
        &self,
        elapsed: Duration,
        machine: MachineUse,
        counters: &Counters,
        reports: &[Report],
    ) -> Summary {
        let scenarios = self.settled.scenarios();
        let open = scenarios.iter().zip(&counters.scenarios).filter(|(scenario, _)| {
            matches!(
                scenario.executor,
                Executor::ConstantArrivalRate { .. }
                    | Executor::RampingArrivalRate { .. }
                    | Executor::SteppedArrivalRate { .. }
                    | Executor::Timetable { .. }
            )
        });
        let (started, dropped) =
            open.fold((0, 0), |(started, dropped), (_, p)| (started + p.iterations, dropped + p.dropped));
        let facts = Facts {
            machine,
            started_arrivals: started,
            dropped_arrivals: dropped,
            shortages: &self.shortages,
            outputs: reports,
            time_scale: self.settled.time_scale,
        };
        let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
        let measured = Measured {
            state: self.judge.aggregate(),
            outcomes: self.judge.outcomes(),
            scenarios: &names,
            mode: self.wanted.mode,
        };
        let bare = Summary {
            options: Options::of(&self.settled.options, !self.session.coloured()),
            state: self.state(elapsed),
            setup_data: self.setup_data.as_deref().and_then(|json| serde_json::from_str(json).ok()),
            trust: judge(self.judge.aggregate(), &facts),
            graphql: self.coverage(),
            incomplete: self.incomplete(),
            ..Summary::default()
        };
        build(bare, &measured)
    }

    /// What was asked of GraphQL schemas, when the script speaks it through our module.
    fn coverage(&self) -> Option<Coverage> {
        let fields = self.loaded.test.script()?.graphql_fields()?;
        let schema: Vec<(&str, &str)> =
            fields.iter().map(|(kind, name)| (kind.name(), name.as_str())).collect();
        Some(Coverage::of(self.judge.aggregate(), &schema))
    }

    fn state(&self, duration: Duration) -> State {
        let clock = self.session.clock;
        State {
            stdout_is_terminal: self.session.terminals.stdout,
            stderr_is_terminal: self.session.terminals.stderr,
            duration,
            script: self.loaded.name.clone(),
            execution: "local".to_owned(),
            generated_at: crate::logs::timestamp(clock.unix_ns(clock.now()), 0),
            k6_version: K6_COMPATIBLE.to_owned(),
        }
    }

    /// Why the run did not end as planned.
    fn incomplete(&self) -> Option<String> {
        if self.ending.setup.is_some() {
            return Some("setup() failed, there was no load".to_owned());
        }
        let abort = self.ending.abort.as_ref()?;
        Some(match abort.cause {
            AbortCause::Signal => "interrupted".to_owned(),
            AbortCause::Threshold => "ended by a threshold with abortOnFail".to_owned(),
            AbortCause::Script | AbortCause::Init { .. } | AbortCause::Panic => abort.message.clone(),
            AbortCause::Api => "stopped through the REST API".to_owned(),
            AbortCause::Decided => return None,
        })
    }

    /// Lets the script handle the summary, or prints it, and writes the files that were asked for.
    async fn hand_out(&mut self, lifecycle: &Lifecycle, summary: &Summary) -> Result<(), String> {
        if self.wanted.mode == Mode::Disabled || self.dialect_replaces_summary() {
            return self.wanted.write_export(summary);
        }
        let failure = match self.handled(lifecycle, summary).await {
            Handled::Files(files) => results::write_files(self.session, &files).err(),
            Handled::Wrong(why) => Some(why),
            Handled::Not => {
                self.wanted.print(self.session, self.judge.aggregate(), summary);
                None
            }
        };
        let exported = self.wanted.write_export(summary);
        failure.map_or(exported, Err)
    }

    /// Lets the script's `handleSummary()` do its work, if there is one.
    async fn handled(&mut self, lifecycle: &Lifecycle, summary: &Summary) -> Handled {
        let exports = self.loaded.test.script().map(script::Test::exports).unwrap_or_default();
        let Some(export) = exports.iter().find(|export| export.name == "handleSummary") else {
            return Handled::Not;
        };
        if !export.is_function {
            return Handled::Wrong("exported identifier handleSummary must be a function".to_owned());
        }
        let limit = self.settled.options.handle_summary_timeout.unwrap_or(SUMMARY_LIMIT);
        let argument = self.wanted.argument(summary).to_string();
        // Someone who was in a hurry before may still want the summary; one more signal ends it.
        let (heard, work) = (self.signals_heard.max(1), lifecycle.handle_summary(argument, limit));
        match self.beside(lifecycle, work, |this| this.signals_heard > heard).await {
            None | Some(Ok(None)) => Handled::Not,
            Some(Ok(Some(files))) => Handled::Files(files),
            Some(Err(error)) if error.kind == ErrorKind::BadSummary => Handled::Wrong(error.message),
            // It threw or took too long: it says so, and the results are shown all the same.
            Some(Err(error)) => {
                self.session
                    .logger()
                    .log(lifecycle_failed("handleSummary", limit, ExitCode::GENERIC, &error).record());
                Handled::Not
            }
        }
    }
}

/// What became of the summary in the script's hands.
enum Handled {
    /// It is to be shown as if the script said nothing of it.
    Not,
    /// The script made these files of it, by path.
    Files(Vec<(String, bytes::Bytes)>),
    /// What the script offers or returned is not what it must be.
    Wrong(String),
}
