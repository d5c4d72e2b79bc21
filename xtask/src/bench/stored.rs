//! What it takes to work with big kept runs: 10,000 requests a second for ten minutes, written by the store's own writer.

use std::process::Command;
use std::time::Duration;

use super::cases::Bench;
use super::{Line, child};

/// Comparing two such runs, and following their figure; and the room that they take.
pub(super) fn compare(bench: &Bench) -> Result<Vec<Line>, String> {
    let store = bench.folder.path().join("busy.db");
    let mut make = Command::new("cargo");
    make.args(["run", "--release", "-q", "-p", "plimsoll-store", "--example", "busy", "--"]);
    make.arg(&store).args(["2", "600", "10000"]).current_dir(&bench.root);
    if !child::run(&mut make, Duration::from_secs(1_200))?.ok {
        return Err("the runs could not be made".to_owned());
    }
    let bytes = std::fs::metadata(&store).map_err(|error| error.to_string())?.len();
    let seconds = |args: &[&str]| -> Result<f64, String> {
        let mut rounds = Vec::new();
        for _ in 0..5 {
            let mut command = Command::new(&bench.program);
            command.args(args).arg("--store").arg(&store);
            let cost = child::run(&mut command, Duration::from_secs(60))?;
            if !cost.ok {
                return Err(format!("{args:?} failed: {}", cost.stdout));
            }
            rounds.push(cost.wall.as_secs_f64());
        }
        rounds.sort_by(f64::total_cmp);
        Ok(rounds[2])
    };
    let (compared, followed) = (seconds(&["compare", "busy~1", "busy"])?, seconds(&["trend", "busy"])?);
    let room = bytes as f64 / 2e6;
    Ok(vec![
        Line {
            measure: "`compare` of two kept runs of ten minutes at 10,000 requests a second",
            found: format!("{compared:.2} s"),
            wanted: "≤ 1 s",
            met: compared <= 1.0,
        },
        Line {
            measure: "`trend` over two such runs",
            found: format!("{followed:.2} s"),
            wanted: "≤ 0.2 s",
            met: followed <= 0.2,
        },
        Line {
            measure: "room of such a run",
            found: format!("{room:.1} MB"),
            wanted: "≤ 20 MB",
            met: room <= 20.0,
        },
    ])
}
