//! `plimsoll export --format parquet`, read back and held against the JSON of the same run.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Command, Stdio};

use parquet::basic::Compression;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Value, json};

/// Every kind of metric, with tags and without; a series of a rate that is never above zero.
const SCRIPT: &str = "
    import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
    import { check, sleep } from 'k6';
    const sold = new Counter('sold'), level = new Gauge('level'), fine = new Rate('fine');
    const wait = new Trend('wait', true), size = new Trend('size');
    export const options = { vus: 1, iterations: 30, tags: { build: '7 \"x\"' } };
    export default function () {
        sold.add(0.5, { item: 'tea' });
        level.add(__ITER);
        fine.add(false);
        for (let n = 0; n < 50; n++) { wait.add(n * 1.25, { page: n % 2 ? 'cart' : '' }); }
        size.add(-3);
        check(__ITER, { 'even': (n) => n % 2 === 0 });
        sleep(0.05);
    }
";

fn plimsoll(home: &std::path::Path, args: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(args).current_dir(home).env_clear().env("HOME", home).stdin(Stdio::null());
    let output = command.env("PLIMSOLL_STORE", home.join("results.db")).output().expect("it starts");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The columns of a row by name; those that are null are left out.
fn columns(row: &Row) -> BTreeMap<String, Value> {
    let value = |field: &Field| match field {
        Field::Null => None,
        Field::Long(number) | Field::TimestampMillis(number) => Some(json!(number)),
        Field::Double(number) => Some(json!(number)),
        Field::Str(text) => Some(json!(text)),
        Field::MapInternal(map) => {
            let text = |field: &Field| match field {
                Field::Str(text) => text.clone(),
                other => panic!("{other:?} is no text"),
            };
            Some(map.entries().iter().map(|(key, value)| (text(key), json!(text(value)))).collect())
        }
        other => panic!("{other:?} is no such column"),
    };
    row.get_column_iter().filter_map(|(name, field)| Some((name.clone(), value(field)?))).collect()
}

#[test]
fn a_row_is_a_series_in_a_second() {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let home = folder.path();
    std::fs::write(home.join("t.js"), SCRIPT).expect("a temporary folder can be written");
    plimsoll(home, &["run", "-q", "t.js"]);
    plimsoll(home, &["export", "latest", "--format", "parquet", "-o", "run.parquet"]);
    let document: Value = serde_json::from_slice(&plimsoll(home, &["export", "latest"])).expect("it is JSON");

    let file = File::open(home.join("run.parquet")).expect("it was written");
    let reader = SerializedFileReader::new(file).expect("it is a Parquet file");
    let head = reader.metadata().file_metadata();
    let about = head.key_value_metadata().and_then(|all| all.iter().find(|one| one.key == "plimsoll.run"));
    let about = about.and_then(|one| one.value.as_ref()).expect("it says which run it is");
    let about: Value = serde_json::from_str(about).expect("it is JSON");
    assert_eq!((&about["id"], &about["name"]), (&document["id"], &json!("t.js")));
    assert!(matches!(reader.metadata().row_group(0).column(0).compression(), Compression::ZSTD(_)));

    let rows: Vec<BTreeMap<String, Value>> =
        reader.get_row_iter(None).expect("there are rows").map(|row| columns(&row.expect("a row"))).collect();
    let mut expected = 0;
    for series in document["series"].as_array().expect("a list") {
        let of_series = |row: &&BTreeMap<String, Value>| {
            row["metric"] == series["metric"] && row["tags"] == series["tags"]
        };
        let found: Vec<&BTreeMap<String, Value>> = rows.iter().filter(of_series).collect();
        let points = series["points"].as_array().expect("a list");
        assert_eq!(found.len(), points.len(), "{series:#}");
        for (row, point) in found.iter().zip(points) {
            check(row, point, series);
        }
        expected += points.len();
    }
    assert_eq!(rows.len(), expected);
    for kind in ["counter", "gauge", "rate", "trend"] {
        assert!(rows.iter().any(|row| row["type"] == kind), "{kind}");
    }
    assert!(rows.iter().any(|row| row["tags"]["build"] == "7 \"x\"" && row["tags"]["item"] == "tea"));

    // What goes to standard output is the same file.
    let printed = plimsoll(home, &["export", "latest", "--format", "parquet"]);
    assert_eq!(printed, std::fs::read(home.join("run.parquet")).expect("it was written"));
}

/// Holds a row against the point of the JSON.
fn check(row: &BTreeMap<String, Value>, point: &Value, series: &Value) {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    assert_eq!((&row["type"], &row["contains"]), (&series["type"], &series["contains"]));
    assert_eq!(row["second"], point["second"]);
    for (column, figure) in [("count", "count"), ("sum", "sum"), ("value", "value"), ("mean", "avg")] {
        assert_eq!(number(row.get(column)), number(point.get(figure)), "{column} {series:#}");
    }
    for column in ["min", "max", "p50", "p90", "p95", "p99"] {
        assert_eq!(number(row.get(column)), number(point.get(column)), "{column} {series:#}");
    }
    let of_rate = (series["type"] == "rate")
        .then(|| point["sum"].as_f64().expect("a number") / point["count"].as_f64().expect("a number"));
    assert_eq!(number(row.get("rate")), of_rate, "{series:#}");
    let ladder = ["min", "p50", "p75", "p90", "p95", "p99", "p999", "max"];
    if series["type"] == "trend" {
        let values: Vec<f64> = ladder.iter().filter_map(|column| number(row.get(*column))).collect();
        assert!(values.len() == ladder.len() && values.is_sorted(), "{row:?}");
    }
    let ms = row["time"].as_i64().expect("a moment");
    assert!(ms > 1_600_000_000_000, "{ms}");
}
