//! The shop over a PostgreSQL server that the test starts itself: own directory, own port, gone afterwards.
//!
//! Where PostgreSQL is not installed the test fails and says what to install; `PLIMSOLL_SKIP_POSTGRES=1`
//! leaves it out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to fail here")]

mod common;

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::Client;
use plimsoll_target::{Running, Shop, ShopOptions};

/// A database server of our own.
struct Server {
    process: Child,
    port: u16,
    _directory: tempfile::TempDir,
}

/// Where the server's programs are: the newest installed version.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    versions.sort();
    versions.pop()
}

/// The ids of the user `postgres` where the test runs as root, which the server refuses to run as.
fn account() -> Option<(u32, u32)> {
    let id = |flags: &[&str]| {
        let output = Command::new("id").args(flags).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) == Some(0) { Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?)) } else { None }
}

fn command(program: &Path, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).current_dir("/");
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}

impl Server {
    fn start(programs: &Path) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let account = account();
        if let Some((user, group)) = account {
            chown(directory.path(), Some(user), Some(group)).unwrap();
        }
        let data = directory.path().join("data");
        let made = command(&programs.join("initdb"), account)
            .args(["-A", "trust", "-U", "shop", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = command(&programs.join("postgres"), account)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(directory.path())
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, port, _directory: directory }
    }

    fn url(&self) -> String {
        format!("postgres://shop@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts a shop, as soon as the server takes connections.
    fn shop(&self) -> Running {
        for _ in 0..200 {
            let options = ShopOptions { postgres: Some(self.url()), threads: 2, ..ShopOptions::default() };
            match Shop::start(options) {
                Ok(shop) => return shop,
                Err(error) => eprintln!("not yet: {error}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the database server did not come up in 10 s");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT is a fast shutdown, which cleans up; the standard library can only kill.
        let _ = Command::new("kill").arg("-INT").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

#[test]
fn the_whole_walk_over_postgres() {
    if std::env::var_os("PLIMSOLL_SKIP_POSTGRES").is_some() {
        eprintln!("left out: PLIMSOLL_SKIP_POSTGRES is set");
        return;
    }
    let Some(programs) = programs() else {
        panic!(
            "no PostgreSQL server found under /usr/lib/postgresql: install it (apt-get install -y postgresql) \
             or leave this test out with PLIMSOLL_SKIP_POSTGRES=1"
        );
    };
    let server = Server::start(&programs);
    let shop = server.shop();
    common::flow::walk(shop.http);
    let memory = Shop::start(ShopOptions::default()).unwrap();
    for path in
        ["/api/products", "/api/products/7", "/api/search?q=amber%20tea", "/products?category=toys&page=2"]
    {
        let [one, other] = [&shop, &memory].map(|shop| Client::connect(shop.http).get(path).json());
        assert_eq!(one, other, "{path} differs between database and memory");
    }
    shop.stop();
    let again = server.shop();
    let sums = Client::connect(again.http).bearer("admin-token").get("/api/admin/analytics").json();
    assert_eq!(sums["orders"], 3, "orders outlive the shop");
    drop(server);
    assert_eq!(Client::connect(again.http).get("/api/products").status, 503, "a lost database is a 503");
}
