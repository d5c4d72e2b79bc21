//! Every element of JMeter that works here, in a small plan of its own, run by the built program against the demo shop.
//!
//! The groups of a table run one after another in one process. A test compares the rows with the table of elements, so
//! that none is left out.

mod elements;
mod jmx;
mod postgres;
mod program;

use elements::{assertions, check, controllers, databases, extractors, groups, samplers, settings, sockets};

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
