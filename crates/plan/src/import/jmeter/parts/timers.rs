//! Timers.

use super::super::compile::{Compiler, Texts};
use super::super::document::Prop;
use super::super::timer::{Pace, Precise, Rendezvous, Shape, Timer};
use super::scripts::script;

/// The timer that an element is.
pub(super) fn timer(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Timer> {
    let element = texts.element;
    let (delay, range) = (texts.of("ConstantTimer.delay"), texts.of("RandomTimer.range"));
    Some(match element.class.as_str() {
        "ConstantTimer" => Timer::Constant(delay),
        "UniformRandomTimer" => Timer::Uniform(delay, range),
        "GaussianRandomTimer" => Timer::Gaussian(delay, range),
        "PoissonRandomTimer" => Timer::Poisson(delay, range),
        "ConstantThroughputTimer" => Timer::Throughput(Box::new(Pace {
            per_minute: texts.of("throughput"),
            mode: element.number("calcMode", 0),
            last: std::sync::atomic::AtomicI64::new(0),
        })),
        "PreciseThroughputTimer" => Timer::Precise(Box::new(Precise {
            rate: texts.of("throughput"),
            period: texts.of("throughputPeriod"),
            duration: texts.of("duration"),
            seed: texts.of("randomSeed"),
            schedule: std::sync::Mutex::default(),
        })),
        "SyncTimer" => Timer::Sync(Box::new(Rendezvous {
            size: texts.of("groupSize"),
            timeout: texts.of("timeoutInMs"),
            waiting: std::sync::Mutex::default(),
            met: tokio::sync::Notify::new(),
        })),
        "JSR223Timer" | "BeanShellTimer" | "BSFTimer" => Timer::Script(script(compiler, texts)),
        "kg.apc.jmeter.timers.VariableThroughputTimer" => {
            let rows = element.list("load_profile").iter().filter_map(|row| match row {
                Prop::List(cells) => {
                    let mut cells = cells.iter().filter_map(|cell| match cell {
                        Prop::Text(text) => Some(texts.text(text)),
                        _ => None,
                    });
                    Some([cells.next()?, cells.next()?, cells.next()?])
                }
                _ => None,
            });
            Timer::Shape(Box::new(Shape { rows: rows.collect(), state: std::sync::Mutex::default() }))
        }
        _ => return None,
    })
}
