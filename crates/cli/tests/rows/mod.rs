//! What the tests of the corpus share: a shop, a folder with all files, and how a run is compared with a [`Row`].

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use crate::program::{folder, plimsoll, said};
use serde_json::{Value, json};
use target::{Running, Shop, ShopOptions};
use tempfile::TempDir;

/// Host names that the scripts have in them; in the test all of them are the shop.
const HOSTS: [&str; 9] = [
    "user-service",
    "order-service",
    "payment-service",
    "inventory-service",
    "catalog-service",
    "cart-service",
    "notification-service",
    "localhost:4000",
    "localhost:15000",
];

/// One user, one iteration, in place of the hours that a file asks for.
const ONCE: [&str; 4] = ["-u", "1", "-i", "1"];

/// What is expected of a file, and why.
pub struct Row<'a> {
    /// What is run: the file, or a companion that imports it.
    pub run: &'a str,
    /// Why this is what has to come of it.
    pub why: &'a str,
    /// Files that did not come with it, by path and text.
    pub companions: &'a [(&'a str, &'a str)],
    /// The script's environment, as `NAME=VALUE`.
    pub env: &'a [&'a str],
    /// The exit status.
    pub code: i32,
    /// How many iterations it completes; `None` when there is no run.
    pub iterations: Option<u64>,
    /// What standard output has in it.
    pub says: &'a [&'a str],
    /// What the log has in it.
    pub logs: &'a [&'a str],
    /// What the log must not have in it.
    pub never: &'a [&'a str],
    /// Files that it writes, by name and a part of their text.
    pub writes: &'a [(&'a str, &'a str)],
}

/// A file that runs once and has nothing to complain of.
pub const RUNS: Row<'static> = Row {
    run: "",
    why: "",
    companions: &[],
    env: &[],
    code: 0,
    iterations: Some(1),
    says: &["iterations"],
    logs: &[],
    never: &["level=error"],
    writes: &[],
};

/// A file that does not get as far as a run.
pub const FAILS: Row<'static> = Row { iterations: None, says: &[], never: &[], ..RUNS };

pub fn shop() -> Running {
    let tls_addr = Some("127.0.0.1:0".parse().expect("it is an address"));
    Shop::start(ShopOptions { tls_addr, ..ShopOptions::default() }).expect("the shop opens on free ports")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder can be written");
    for entry in std::fs::read_dir(from).expect("the corpus is in the repository") {
        let entry = entry.expect("the corpus can be read");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a temporary folder can be written");
        }
    }
}

/// A folder with the whole corpus, the companions of a file, and the configuration that leads every host to the shop.
pub fn folder_for(companions: &[(&str, &str)], shop: &Running) -> TempDir {
    let folder = folder();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it can be made");
        std::fs::write(path, text).expect("a temporary folder can be written");
    };
    copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus")), folder.path());
    for (name, text) in companions {
        write(name, text);
    }
    let plain = shop.http.to_string();
    let tls = shop.https.expect("the shop speaks TLS").to_string();
    let mut hosts: serde_json::Map<String, Value> =
        HOSTS.iter().map(|name| ((*name).to_owned(), plain.clone().into())).collect();
    hosts.insert("api.example.com".to_owned(), tls.into());
    let config = json!({ "hosts": hosts, "insecureSkipTLSVerify": true });
    write("config.json", &config.to_string());
    folder
}

/// Runs a row in a folder of its own, and compares.
#[track_caller]
pub fn check(row: &Row) {
    let shop = shop();
    let folder = folder_for(row.companions, &shop);
    let usual = ["run", "-q", "-c", "config.json", "--summary-export", "exported.json"];
    let mut command = plimsoll(folder.path(), &usual);
    command.args(ONCE);
    for pair in row.env {
        command.args(["-e", &pair.replace("SHOP", &shop.http_url())]);
    }
    let (code, out, log) = said(command.arg(row.run));

    let told = format!("{}, because {}\n--- log\n{log}\n--- output\n{out}", row.run, row.why);
    assert_eq!(code, row.code, "{told}");
    assert_eq!(iterations(&folder.path().join("exported.json")), row.iterations, "{told}");
    for (wanted, text) in
        row.says.iter().map(|part| (part, &out)).chain(row.logs.iter().map(|part| (part, &log)))
    {
        assert!(text.contains(wanted), "{wanted} is not said by {told}");
    }
    for part in row.never {
        assert!(!log.contains(part), "{part} is said by {told}");
    }
    for (name, part) in row.writes {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert!(text.contains(part), "{name} has no {part}: {told}");
    }
}

/// The completed iterations of an exported summary, if there is one.
fn iterations(path: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let summary: Value = serde_json::from_str(&text).expect("the exported summary is JSON");
    Some(summary["metrics"]["iterations"]["count"].as_u64().unwrap_or(0))
}

/// How many requests the shop has answered, those for this page aside.
pub fn served(shop: &Running) -> u64 {
    let mut stream = TcpStream::connect(shop.http).expect("the shop is there");
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").expect("the shop listens");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("the shop answers");
    let counts = page.lines().filter(|line| line.starts_with("shop_requests_total{"));
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}
