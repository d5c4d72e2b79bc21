//! Every element of JMeter that works here, in a small plan of its own, run by the built program against the demo shop.
//!
//! The groups of a table run one after another in one process. A test compares the rows with the table of elements, so
//! that none is left out.

mod elements;
mod jmx;
mod mariadb;
mod postgres;
mod program;

use elements::{
    assertions, check, check_in, controllers, databases, encryption, extractors, groups, mysql, samplers,
    settings, sockets, zones,
};

#[test]
fn controllers_lead_where_they_should() {
    check(&controllers::controllers(), "", &[]);
}

#[test]
fn samplers_make_their_samples() {
    check(&samplers::samplers(), "", &[]);
}

#[test]
fn settings_apply() {
    check(&settings::settings(), "", &[]);
}

#[test]
fn answers_are_used() {
    check(&extractors::extractors(), "", &[]);
}

#[test]
fn answers_are_judged() {
    check(&assertions::assertions(), "", &[]);
}

#[test]
fn sockets_talk() {
    check(&sockets::sockets(), "", &[]);
}

#[test]
fn databases_answer() {
    let Some(server) = postgres::Server::start() else { return };
    check(&databases::databases(), &databases::sources(), &[&format!("-Jdb={}", server.port)]);
}

#[test]
fn mariadb_answers() {
    let Some(server) = mariadb::Server::start() else { return };
    check(&mysql::mysql(), &mysql::sources(), &[&format!("-Jmydb={}", server.port)]);
}

/// Certificates and keys that the tests have, and those of one file with both.
fn tls() -> (tempfile::TempDir, impl Fn(&str) -> Vec<u8>) {
    let read = |name: &str| {
        let path = format!("{}/tests/tls/{name}.pem", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).expect("it is in the repository")
    };
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    for name in ["ca", "client", "client-key"] {
        std::fs::write(folder.path().join(format!("{name}.pem")), read(name)).expect("the folder is ours");
    }
    let path = |name: &str| folder.path().join(name).display().to_string();
    let authority = ["-nokeys", "-in", &path("ca.pem")];
    let client = ["-in", &path("client.pem"), "-inkey", &path("client-key.pem")];
    for (name, more) in [("ca.p12", &authority[..]), ("client.p12", &client[..])] {
        let made = std::process::Command::new("openssl")
            .args(["pkcs12", "-export", "-passout", "pass:swordfish", "-out", &path(name)])
            .args(more)
            .status();
        assert!(made.is_ok_and(|status| status.success()), "openssl writes {name}");
    }
    for (name, seed) in [("ca.jks", "java-trusted"), ("client.jks", "java")] {
        let path = format!("{}/../../fuzz/seeds/pkcs12/{seed}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).expect("it is in the repository");
        let end = bytes.iter().position(|byte| *byte == b'\n').expect("the password is a line");
        std::fs::write(folder.path().join(name), &bytes[end + 1..]).expect("the folder is ours");
    }
    let both = [read("client"), read("client-key")].concat();
    std::fs::write(folder.path().join("both.pem"), both).expect("the folder is ours");
    (folder, read)
}

#[test]
fn postgres_is_asked_over_tls() {
    let (folder, read) = tls();
    let rules =
        "hostnossl all sealed all reject\nhostssl all \"known client\" all cert\nhost all all all trust\n";
    let files = [
        ("server.crt", read("server")),
        ("server.key", read("server-key")),
        ("ca.crt", read("ca")),
        ("pg_hba.conf", rules.as_bytes().to_vec()),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (*name, &content[..])).collect();
    let Some(server) = postgres::Server::start_with(&files, &["ssl=on", "ssl_ca_file=ca.crt"]) else {
        return;
    };
    let (rows, sources) = encryption::postgres();
    let tls = format!("-Jtls={}", folder.path().display());
    check(&rows, &sources, &[&format!("-Jdb={}", server.port), &tls]);
}

#[test]
fn mariadb_is_asked_over_tls() {
    let (folder, read) = tls();
    let files = [("ssl-cert", read("server")), ("ssl-key", read("server-key")), ("ssl-ca", read("ca"))];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (*name, &content[..])).collect();
    let Some(server) = mariadb::Server::start_with(&files) else { return };
    let (rows, sources) = encryption::mariadb();
    let tls = format!("-Jtls={}", folder.path().display());
    check(&rows, &sources, &[&format!("-Jdb={}", server.port), &tls]);
}

#[test]
fn dates_follow_the_zone() {
    // The machine's zone, and one that is named for the run.
    check_in("Europe/Berlin", &zones::zones(&zones::BERLIN), "", &[]);
    check_in("Asia/Tokyo", &zones::zones(&zones::NEW_YORK), "", &["-Duser.timezone=America/New_York"]);
}

#[test]
fn groups_make_their_threads() {
    check(&groups::groups(), "", &[]);
}

/// Each class that works stands in a plan above.
#[test]
fn no_element_is_left_out() {
    use plan::import::jmeter::elements::{ELEMENTS, Kind};
    let mut all = jmx::plan(&[], &(elements::beside() + &databases::sources()));
    let rows = [
        controllers::controllers(),
        samplers::samplers(),
        sockets::sockets(),
        databases::databases(),
        settings::settings(),
        extractors::extractors(),
        assertions::assertions(),
        groups::groups(),
    ];
    for row in rows.into_iter().flatten() {
        all.push_str(&row.xml);
    }
    let wanted = ELEMENTS.iter().filter(|row| row.is_supported() && row.kind != Kind::Idle);
    let missing: Vec<&str> =
        wanted.map(|row| row.class).filter(|class| !all.contains(&format!("<{class} "))).collect();
    assert!(missing.is_empty(), "no row shows what these do: {missing:?}");
}
