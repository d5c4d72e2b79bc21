//! Thread groups.

use super::super::jmx::*;
use super::*;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn groups() -> Vec<Row> {
    let schedule = |name: &'static str, class: &str, props: &[(&str, &str)], other: &str| {
        with(class, name, props, other, &show("a"))
    };
    let once =
        el("TestAction", "end", &[("ActionProcessor.action", "0"), ("ActionProcessor.target", "0")], "");
    let lives = |name: &'static str, class: &str, props: &[(&str, &str)], other: &str| {
        with(class, name, props, other, &(show("a") + &once))
    };
    vec![
        own(
            "setup",
            kind_of_group(
                "SetupThreadGroup",
                "setup",
                "1",
                "1",
                &[],
                &(groovy("JSR223Sampler", "s", "props.put('made', 'before')")),
            ),
            &["s"],
        ),
        own(
            "teardown",
            kind_of_group("PostThreadGroup", "teardown", "1", "1", &[], &show("${__P(made)} ${__P(last)}")),
            &["before yes"],
        ),
        loops("threads", "3", "2", &[show("a")], &["a"; 6]),
        own(
            "on error",
            group(
                "on error",
                "1",
                "2",
                &[("ThreadGroup.on_sample_error", "startnextloop")],
                &(get("bad", "/bin/status/500", "") + &show("never")),
            ),
            &["bad 500 failed", "bad 500 failed"],
        ),
        own(
            "on error stops",
            group(
                "on error stops",
                "1",
                "2",
                &[("ThreadGroup.on_sample_error", "stopthread")],
                &(get("bad", "/bin/status/500", "") + &show("never")),
            ),
            &["bad 500 failed"],
        ),
        own(
            "scheduled",
            group(
                "scheduled",
                "1",
                "-1",
                &[
                    ("ThreadGroup.scheduler", "true"),
                    ("ThreadGroup.duration", "1"),
                    ("ThreadGroup.delay", "0"),
                ],
                &(show("a")
                    + &el(
                        "TestAction",
                        "p",
                        &[("ActionProcessor.action", "1"), ("ActionProcessor.duration", "60000")],
                        "",
                    )),
            ),
            &["a"],
        ),
        own(
            "open model",
            schedule(
                "open model",
                "OpenModelThreadGroup",
                &[("OpenModelThreadGroup.schedule", "rate(10/sec) even_arrivals(200 ms)")],
                "",
            ),
            &["a"; 2],
        ),
        own(
            "ultimate",
            lives(
                "ultimate",
                "kg.apc.jmeter.threads.UltimateThreadGroup",
                &[],
                &table("ultimatethreadgroupdata", &[&["2", "0", "0", "9", "0"], &["1", "0", "0", "9", "0"]]),
            ),
            &["a"; 3],
        ),
        own(
            "stepping",
            lives(
                "stepping",
                "kg.apc.jmeter.threads.SteppingThreadGroup",
                &[
                    ("ThreadGroup.num_threads", "2"),
                    ("Threads initial delay", "0"),
                    ("Start users count", "2"),
                    ("Start users count burst", "0"),
                    ("Start users period", "0"),
                    ("Stop users count", "2"),
                    ("Stop users period", "0"),
                    ("flighttime", "9"),
                    ("rampUp", "0"),
                ],
                "",
            ),
            &["a"; 2],
        ),
        own(
            "concurrency",
            schedule(
                "concurrency",
                "com.blazemeter.jmeter.threads.concurrency.ConcurrencyThreadGroup",
                &[
                    ("TargetLevel", "2"),
                    ("RampUp", "0"),
                    ("Steps", "1"),
                    ("Hold", "9"),
                    ("Iterations", "2"),
                    ("Unit", "S"),
                ],
                "",
            ),
            &["a"; 4],
        ),
        own(
            "arrivals",
            schedule(
                "arrivals",
                "com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup",
                &[
                    ("TargetLevel", "3"),
                    ("RampUp", "0"),
                    ("Steps", "0"),
                    ("Hold", "1"),
                    ("Unit", "S"),
                    ("ConcurrencyLimit", ""),
                ],
                "",
            ),
            &["a"; 3],
        ),
        own(
            "free arrivals",
            schedule(
                "free arrivals",
                "com.blazemeter.jmeter.threads.arrivals.FreeFormArrivalsThreadGroup",
                &[("Unit", "S")],
                &table("Schedule", &[&["2", "2", "1"]]),
            ),
            &["a"; 2],
        ),
        row("last", &[groovy("JSR223Sampler", "s", "props.put('last', 'yes')")], &["s"]),
    ]
}
