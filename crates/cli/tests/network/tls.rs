//! Options of TLS, against nginx: a real server with a library of its own.

use std::process::Command;

use super::nginx::{Nginx, pem};
use super::run;
use crate::program::{folder, plimsoll, said, write};

#[test]
fn tls_options_reach_a_real_server() {
    let nginx = Nginx::start();
    let base = format!("https://localhost:{}", nginx.port);
    let check = |options: &str, env: &[(&str, &str)], expression: &str, expected: &str| {
        let opened: String = ["client", "client-key", "client-key-pkcs8", "client-key-legacy"]
            .iter()
            .map(|name| format!("'{name}': open('{}'),", pem(name)))
            .collect();
        let script = format!(
            "import http from 'k6/http';
             const BASE = '{base}', PEM = {{ {opened} }};
             const shown = (key, more) => [{{ cert: PEM.client, key: PEM[key], ...more }}];
             export const options = {{ {options} }};
             const seen = (params) => http.get(BASE, params).json();
             export default function () {{ const r = {expression}; console.log('got ' + r + '.'); }}"
        );
        let (_, log) = run(&script, env);
        assert!(
            log.contains(&format!("got {expected}.")),
            "{options} {expression}: {expected} expected:\n{log}"
        );
    };
    let any = "insecureSkipTLSVerify: true";
    let with = |more: &str| format!("{any}, {more}");
    check("", &[], "http.get(BASE).error_code", "1310");
    check(any, &[], "http.get(BASE).status", "200");
    check("", &[("SSL_CERT_FILE", &pem("ca"))], "http.get(BASE).status", "200");

    check(&with("tlsVersion: 'tls1.2'"), &[], "seen().tls", "TLSv1.2");
    check(&with("tlsVersion: { min: 'tls1.3' }"), &[], "seen().tls", "TLSv1.3");
    check(&with("tlsVersion: { max: http.TLS_1_2 }"), &[], "http.get(BASE).tls_version", "tls1.2");
    let suites = "tlsVersion: 'tls1.2', tlsCipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']";
    check(&with(suites), &[], "seen().cipher", "ECDHE-ECDSA-AES128-GCM-SHA256");

    let known = "CN=known client";
    check(any, &[], "seen().client", "");
    check(&with("tlsAuth: shown('client-key')"), &[], "seen().client", known);
    let password = "{ password: 'swordfish' }";
    check(&with(&format!("tlsAuth: shown('client-key-pkcs8', {password})")), &[], "seen().client", known);
    check(&with(&format!("tlsAuth: shown('client-key-legacy', {password})")), &[], "seen().client", known);
    check(&with("tlsAuth: shown('client-key', { domains: ['localhost'] })"), &[], "seen().client", known);
    check(&with("tlsAuth: shown('client-key', { domains: ['elsewhere.test'] })"), &[], "seen().client", "");

    let versions = "[{}, { httpVersion: '1.1' }, { httpVersion: '2' }].map((p) => seen(p).protocol)";
    check(any, &[], versions, "HTTP/2.0,HTTP/1.1,HTTP/2.0");
    check(any, &[("GODEBUG", "http2client=0")], "seen().protocol", "HTTP/1.1");
    let thrice = "[1, 2, 3].map(() => seen().reused)";
    check(&with("noConnectionReuse: true"), &[], thrice, ".,.,.");
    let resumes = "noConnectionReuse: true, plimsoll: { tlsResumption: true }";
    check(&with(resumes), &[], thrice, ".,r,r");
    check(&with("userAgent: 'me/1'"), &[], "seen().agent", "me/1");
    check(&with("userAgent: ''"), &[], "seen().agent", "");
    check(any, &[("K6_LOCAL_IPS", "127.0.0.7-127.0.0.9")], "seen().ip", "127.0.0.7");
    check(
        &with("vus: 3, iterations: 30"),
        &[("K6_LOCAL_IPS", "127.0.0.7-127.0.0.9")],
        "__VU + ' ' + seen().ip",
        "3 127.0.0.9",
    );
}

#[test]
fn an_artillery_script_shows_its_certificate() {
    let nginx = Nginx::start();
    let stores = folder();
    for (name, more) in [("new.pfx", &[][..]), ("old.pfx", &["-legacy"][..])] {
        let made = Command::new("openssl")
            .args(["pkcs12", "-export", "-passout", "pass:swordfish", "-out"])
            .arg(stores.path().join(name))
            .args(["-in", &pem("client"), "-inkey", &pem("client-key"), "-certfile", &pem("ca")])
            .args(more)
            .status();
        assert!(made.is_ok_and(|status| status.success()), "openssl writes {name}");
    }
    let check = |tls: &str, wanted: &str| {
        let folder = folder();
        let script = format!(
            "config: {{target: 'https://localhost:{}', tls: {tls}}}
scenarios: [{{flow: [{{get: {{url: /, capture: {{json: $.client, as: who, strict: false}}}}}}, {{log: 'who {{{{ who }}}}.'}}]}}]
",
            nginx.port
        );
        write(folder.path(), "s.yml", script);
        let mut command = plimsoll(folder.path(), &["run", "-q", "s.yml"]);
        // Where the script names no authority, the machine knows it.
        if !tls.contains("ca: ") {
            command.env("SSL_CERT_FILE", pem("ca"));
        }
        let (_, out, log) = said(&mut command);
        assert!([&*out, &*log].concat().contains(wanted), "{tls}: {wanted} expected:\n{out}{log}");
    };
    let (cert, key, packed) = (pem("client"), pem("client-key"), pem("client-key-pkcs8"));
    check("{}", "who .");
    check(&format!("{{cert: {cert}, key: {key}}}"), "who CN=known client.");
    check(
        &format!("{{client: {{cert: {cert}, key: {packed}, passphrase: swordfish}}}}"),
        "who CN=known client.",
    );
    check(&format!("{{cert: {cert}}}"), "key must be PEM");
    check(&format!("{{cert: {cert}, key: /nowhere.pem}}"), "/nowhere.pem: cannot be read");
    let store = |name: &str| stores.path().join(name).display().to_string();
    let (new, old) = (store("new.pfx"), store("old.pfx"));
    check(&format!("{{pfx: {new}, passphrase: swordfish}}"), "who CN=known client.");
    check(&format!("{{client: {{pfx: {new}, passphrase: swordfish}}}}"), "who CN=known client.");
    check(&format!("{{pfx: {new}, passphrase: guess}}"), "new.pfx: the passphrase is wrong");
    check(&format!("{{pfx: {old}, passphrase: swordfish}}"), "who CN=known client.");
    check(&format!("{{pfx: {old}, passphrase: guess}}"), "old.pfx: the passphrase is wrong");
    check("{pfx: none.pfx}", "none.pfx: cannot be read");
    check(&format!("{{pfx: {cert}}}"), "it is no PKCS#12");
    let ca = pem("ca");
    check(&format!("{{ca: {ca}, cert: {cert}, key: {key}}}"), "who CN=known client.");
    check(&format!("{{client: {{ca: [{ca}], cert: {cert}, key: {key}}}}}"), "who CN=known client.");
    check(&format!("{{ca: {cert}}}"), "100.00% 1 out of 1");
    check(&format!("{{ca: {cert}, rejectUnauthorized: false}}"), "who .");
    check("{ca: none.pem}", "none.pem: cannot be read");
}

/// A store as OpenSSL or keytool wrote it, from behind the line with its password.
fn made_store(name: &str) -> Vec<u8> {
    let path = format!("{}/../../fuzz/seeds/pkcs12/{name}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).expect("it is in the repository");
    let end = bytes.iter().position(|byte| *byte == b'\n').expect("a password is a line");
    bytes[end + 1..].to_vec()
}

#[test]
fn a_plan_of_jmeter_shows_the_certificate_of_a_key_store() {
    let nginx = Nginx::start();
    let folder = folder();
    let sampler = format!(
        "<HTTPSamplerProxy testname=\"who\"><stringProp name=\"HTTPSampler.domain\">localhost</stringProp>
         <stringProp name=\"HTTPSampler.port\">{}</stringProp><stringProp name=\"HTTPSampler.protocol\">https</stringProp>
         <stringProp name=\"HTTPSampler.path\">/</stringProp></HTTPSamplerProxy><hashTree>
         <ResponseAssertion testname=\"known\"><collectionProp name=\"Asserion.test_strings\">
         <stringProp name=\"1\">CN=known client</stringProp></collectionProp>
         <stringProp name=\"Assertion.test_field\">Assertion.response_data</stringProp>
         <intProp name=\"Assertion.test_type\">16</intProp></ResponseAssertion><hashTree/></hashTree>",
        nginx.port
    );
    let plan = format!(
        "<jmeterTestPlan version=\"1.2\"><hashTree><TestPlan testname=\"t\"/><hashTree><ThreadGroup testname=\"g\">
         <stringProp name=\"ThreadGroup.num_threads\">1</stringProp><elementProp name=\"ThreadGroup.main_controller\"
         elementType=\"LoopController\"><stringProp name=\"LoopController.loops\">1</stringProp></elementProp></ThreadGroup>
         <hashTree>{sampler}</hashTree></hashTree></hashTree></jmeterTestPlan>"
    );
    write(folder.path(), "p.jmx", plan);
    for name in ["java", "legacy", "trusted", "java-key-with-a-password-of-its-own"] {
        write(folder.path(), name, made_store(name));
    }
    let check = |store: &str, password: &str, wanted: &str| {
        let store = format!("-Djavax.net.ssl.keyStore={store}");
        let password = format!("-Djavax.net.ssl.keyStorePassword={password}");
        let args = ["run", "-q", "--jtl", "out.jtl", &store, &password, "p.jmx"];
        let (_, out, log) = said(&mut plimsoll(folder.path(), &args));
        let results = std::fs::read_to_string(folder.path().join("out.jtl")).unwrap_or_default();
        let _ = std::fs::remove_file(folder.path().join("out.jtl"));
        let all = [out, log, results].concat();
        assert!(all.contains(wanted), "{store}: {wanted} expected:\n{all}");
    };
    let (shown, not_shown) = ("who,200,OK,g 1-1,text,true", "who,200,OK,g 1-1,text,false");
    check("java", "swordfish", shown);
    check("legacy", "swordfish", shown);
    check("NONE", "", not_shown);
    check("java", "guess", "javax.net.ssl.keyStore: the passphrase is wrong");
    check("trusted", "swordfish", "javax.net.ssl.keyStore: there is no key in it");
    check("java-key-with-a-password-of-its-own", "swordfish", "its key has a passphrase of its own");
    check("none.jks", "", "javax.net.ssl.keyStore: it cannot be read");
    check("p.jmx", "", "javax.net.ssl.keyStore: it is no PKCS#12");
}

#[test]
fn a_client_key_that_cannot_be_read_ends_the_run_before_it_starts() {
    let check = |key: &str, more: &str, part: &str| {
        let script = format!(
            "export const options = {{ tlsAuth: [{{ cert: open('{}'), key: open('{}'), {more} }}] }};
             export default function () {{ console.log('load'); }}",
            pem("client"),
            pem(key)
        );
        let (code, log) = run(&script, &[]);
        assert!(code == 104 && log.contains(part) && !log.contains("load"), "{key}: {code} {log}");
    };
    check("client-key-pkcs8", "", "tlsAuth has no password");
    check("client-key-legacy", "password: 'guess'", "the password is wrong");
    check("server-key", "", "the client certificate cannot be used");
}
