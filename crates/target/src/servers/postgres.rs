//! A PostgreSQL server for a test.
//!
//! Main type: [`Postgres`]. Where PostgreSQL is not installed a test fails with what to install; with
//! `PLIMSOLL_SKIP_POSTGRES=1` it is left out.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Set to leave out what needs the server.
const SKIP: &str = "PLIMSOLL_SKIP_POSTGRES";
/// How often the server is asked whether it is there, and how long between.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// A running server; it ends with this value.
#[derive(Debug)]
pub struct Postgres {
    process: Option<Child>,
    port: u16,
    programs: PathBuf,
    directory: tempfile::TempDir,
}

impl Postgres {
    /// Starts a server that takes connections; none when the user leaves such tests out.
    ///
    /// # Panics
    /// When it is not installed, or does not come up.
    #[must_use]
    pub fn start() -> Option<Self> {
        if std::env::var_os(SKIP).is_some() {
            eprintln!("left out: {SKIP} is set");
            return None;
        }
        let programs = programs().unwrap_or_else(|| {
            panic!(
                "no PostgreSQL server found under /usr/lib/postgresql: install it (apt-get install -y postgresql) \
                 or leave this test out with {SKIP}=1"
            )
        });
        let directory = tempfile::tempdir().expect("the system has a temporary folder");
        if let Some((user, group)) = account() {
            chown(directory.path(), Some(user), Some(group)).expect("root may give folders away");
        }
        let made = command(&programs.join("initdb"))
            .args(["-A", "trust", "-U", "shop", "--no-sync", "-D"])
            .arg(directory.path().join("data"))
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = free.expect("loopback has a free port").port();
        let mut server = Self { process: None, port, programs, directory };
        server.resume();
        Some(server)
    }

    /// Where it is, for its user `shop`, who needs no password.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://shop@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it at once; connections break.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        // SIGINT is a fast shutdown, which cleans up; the standard library can only kill.
        let _ = Command::new("kill").arg("-INT").arg(process.id().to_string()).status();
        let _ = process.wait();
    }

    /// Starts it again on the same port with the same data.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn resume(&mut self) {
        let process = command(&self.programs.join("postgres"))
            .arg("-D")
            .arg(self.directory.path().join("data"))
            .arg("-k")
            .arg(self.directory.path())
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .stderr(Stdio::null())
            .spawn()
            .expect("the server's program starts");
        self.process = Some(process);
        let ready = || {
            let asked = command(&self.programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status();
            asked.is_ok_and(|status| status.success())
        };
        for _ in 0..TRIES {
            if ready() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("the database server did not come up in 10 s");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
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

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).current_dir("/");
    if let Some((user, group)) = account() {
        command.uid(user).gid(group);
    }
    command
}
