//! HTTP/2 through the client: by ALPN, by prior knowledge, beside HTTP/1.1.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::options::PlimsollOptions;
use model::{Clock, Nanos, Options};
use plimsoll_net::cookie::Jar;
use plimsoll_net::{
    Client, Error, Hop, Method, Proto, Request, Response, SettingsBuilder, Url, VersionPreference, Worker,
};
use target::{Running, Shop, ShopOptions};
use tokio::task::{LocalSet, spawn_local};

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        tokio::time::timeout(Duration::from_secs(20), test).await.expect("the test hangs")
    })
}

fn shop() -> Running {
    let tls_addr = Some(([127, 0, 0, 1], 0).into());
    Shop::start(ShopOptions { tls_addr, products: 20, threads: 1, ..ShopOptions::default() })
        .expect("the shop opens on a free port")
}

fn options() -> Options {
    Options { insecure_skip_tls_verify: Some(true), ..Options::default() }
}

fn client(options: &Options) -> Client {
    let env = BTreeMap::new();
    let settings = SettingsBuilder { clock: Clock::start(), options, env: &env, user_agent: "boat/1" };
    Client::new(Worker::new(Arc::new(settings.build().expect("valid options"))), 1)
}

fn request(method: &str, url: &str, version: VersionPreference) -> Request {
    let url = Rc::new(Url::parse(url).expect("an address"));
    Request { timeout: Duration::from_secs(10), version, ..Request::new(Method::new(method), url) }
}

async fn send(client: &Client, request: Request) -> Result<Response, Error> {
    client.send(request, None, &mut |_| ()).await
}

#[test]
fn the_version_is_what_both_sides_agree_on() {
    let shop = shop();
    let (plain, tls) = (shop.http_url(), shop.https_url().expect("TLS was asked for"));
    let check = |base: &str, h2c: bool, version, expected: Proto| {
        let options =
            Options { plimsoll: Some(PlimsollOptions { h2c, ..PlimsollOptions::default() }), ..options() };
        run(async {
            let client = client(&options);
            for turn in 0..2 {
                let asked = request("GET", &format!("{base}/health"), version);
                let response = send(&client, asked).await.expect("an answer");
                assert_eq!((response.status, response.proto), (200, expected), "{base} {h2c} {version:?}");
                assert_eq!(response.status_text, "200 OK");
                assert_eq!(response.trail.reused, turn > 0);
                assert_eq!(response.tls.is_some(), base.starts_with("https"));
            }
        });
    };
    use VersionPreference::{Auto, Http1, Http2};
    check(&tls, false, Auto, Proto::Http2);
    check(&tls, false, Http2, Proto::Http2);
    check(&tls, false, Http1, Proto::Http11);
    check(&plain, false, Auto, Proto::Http11);
    check(&plain, false, Http2, Proto::Http2);
    check(&plain, true, Auto, Proto::Http2);
    check(&plain, true, Http1, Proto::Http11);
}

#[test]
fn one_client_speaks_both_versions_side_by_side() {
    let shop = shop();
    let url = format!("{}/health", shop.https_url().expect("TLS was asked for"));
    run(async {
        let client = client(&options());
        use VersionPreference::{Auto, Http1, Http2};
        for (version, proto, reused) in [
            (Http1, Proto::Http11, false),
            // The kept connection was made without an offer of HTTP/2.
            (Auto, Proto::Http2, false),
            (Http2, Proto::Http2, true),
            (Http1, Proto::Http11, true),
            (Auto, Proto::Http2, true),
        ] {
            let response = send(&client, request("GET", &url, version)).await.expect("an answer");
            assert_eq!((response.proto, response.trail.reused), (proto, reused), "{version:?}");
        }
        client.close_idle();
        let response = send(&client, request("GET", &url, Auto)).await.expect("an answer");
        assert!(!response.trail.reused);
    });
}

#[test]
fn requests_share_a_connection_at_the_same_time() {
    let shop = shop();
    let base = shop.https_url().expect("TLS was asked for");
    run(async {
        let client = Rc::new(client(&options()));
        let first = request("GET", &format!("{base}/health"), VersionPreference::Auto);
        send(&client, first).await.expect("an answer");
        let tasks: Vec<_> = (0..50)
            .map(|number| {
                let (client, url) = (client.clone(), format!("{base}/products?number={number}"));
                spawn_local(async move { send(&client, request("GET", &url, VersionPreference::Auto)).await })
            })
            .collect();
        for task in tasks {
            let response = task.await.expect("no panic").expect("an answer");
            assert!(response.trail.reused && response.proto == Proto::Http2);
            assert_eq!(response.trail.connecting(), Nanos::ZERO);
        }
    });
}

#[test]
fn trails_are_complete_and_in_order() {
    let shop = shop();
    let url = format!("{}/bin/anything", shop.https_url().expect("TLS was asked for"));
    run(async {
        let client = client(&options());
        let mut hops = Vec::new();
        for _ in 0..2 {
            let mut asked = request("POST", &url, VersionPreference::Auto);
            asked.body = Some(Bytes::from(vec![b'x'; 100_000]));
            let mut note = |hop: &Hop<'_>| hops.push((hop.proto, hop.status, *hop.trail));
            client.send(asked, None, &mut note).await.expect("an answer");
        }
        let [(_, _, fresh), (_, _, kept)] = hops[..] else { panic!("one hop for each request") };
        for (proto, status, trail) in &hops {
            assert_eq!((*proto, *status), ("HTTP/2.0", 200));
            let edges = [trail.start, trail.connected, trail.sent, trail.first_byte, trail.done, trail.seen];
            assert!(edges.is_sorted() && trail.start > Nanos::ZERO, "{trail:?}");
            assert!(trail.sent_bytes > 100_000 && trail.sent_bytes < 120_000, "{trail:?}");
            assert!(trail.received_bytes > 100, "{trail:?}");
        }
        assert!(fresh.connecting() > Nanos::ZERO && fresh.tls_handshaking() > Nanos::ZERO && !fresh.reused);
        assert!(kept.reused && kept.received_bytes < fresh.received_bytes, "the handshake counts once");
        assert_eq!(fresh.kernel_stamped, kept.kernel_stamped);
    });
}

#[test]
fn what_a_script_says_arrives_and_redirects_are_followed() {
    let shop = shop();
    let base = shop.https_url().expect("TLS was asked for");
    run(async {
        let client = client(&options());
        let mut asked = request("POST", &format!("{base}/bin/anything?a=b"), VersionPreference::Auto);
        asked.headers =
            vec![("x-own".to_owned(), "mine".to_owned()), ("cookie".to_owned(), "own=1".to_owned())].into();
        asked.body = Some(Bytes::from_static(b"words"));
        let response = send(&client, asked).await.expect("an answer");
        let text = String::from_utf8_lossy(&response.body).to_ascii_lowercase();
        for part in ["x-own", "mine", "boat/1", "own=1", "words"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(response.headers.text_of("content-type").is_some_and(|kind| kind.contains("json")));
        assert!(response.headers.joined().iter().any(|header| header.0 == "Content-Type"));

        let mut protos = Vec::new();
        let jar = RefCell::new(Jar::default());
        let asked = request("GET", &format!("{base}/bin/redirect/2"), VersionPreference::Auto);
        let response = client.send(asked, Some(&jar), &mut |hop| protos.push(hop.proto)).await;
        assert_eq!(response.expect("an answer").status, 200);
        assert_eq!(protos, ["HTTP/2.0"; 3]);

        let asked = request("GET", &format!("{base}/bin/cookies/set?crumb=42"), VersionPreference::Auto);
        client.send(asked, Some(&jar), &mut |_| ()).await.expect("an answer");
        let asked = request("GET", &format!("{base}/bin/cookies"), VersionPreference::Auto);
        let response = client.send(asked, Some(&jar), &mut |_| ()).await.expect("an answer");
        assert!(String::from_utf8_lossy(&response.body).contains("42"));

        let asked = request("GET", &format!("{base}/bin/gzip"), VersionPreference::Auto);
        let response = send(&client, asked).await.expect("an answer");
        assert!(response.body.starts_with(b"{"), "the body is decoded");
    });
}

#[test]
fn large_answers_pass_through_tls() {
    let shop = shop();
    let url = format!("{}/bin/anything", shop.https_url().expect("TLS was asked for"));
    run(async {
        let client = client(&options());
        for version in [VersionPreference::Http1, VersionPreference::Http2] {
            let mut asked = request("POST", &url, version);
            asked.body = Some(Bytes::from(vec![b'x'; 700_000]));
            let response = send(&client, asked).await.expect("an answer");
            assert!(response.body.len() > 700_000, "{version:?}");
            assert!(response.trail.first_byte >= response.trail.sent, "{version:?}");
        }
    });
}

/// What the protocol library only calls a protocol error of the connection (1652).
const NAMED_LESS_EXACTLY: [&str; 3] =
    ["h2-settings-bad-length", "h2-headers-garbage", "h2-headers-uppercase"];

/// The code of what comes of a request, and what is said of it.
async fn ask(client: &Client, base: &str, timeout: Duration) -> (u16, String) {
    let mut asked = request("GET", &format!("{base}/"), VersionPreference::Http2);
    asked.timeout = timeout;
    match send(client, asked).await {
        Ok(response) if response.status >= 400 => (1_000 + response.status, String::new()),
        Ok(_) => (0, String::new()),
        Err(error) => (error.code(), error.detail()),
    }
}

#[test]
fn rude_servers_get_their_numbers() {
    let rude = target::rude::all().filter(|one| one.speaks == target::rude::Speaks::Http2);
    let mut wrong = Vec::new();
    for behaviour in rude {
        let name = behaviour.name;
        let allowed = if NAMED_LESS_EXACTLY.contains(&name) { &[1_652] } else { behaviour.expect };
        let server = target::rude::start(behaviour).expect("the server opens on a free port");
        let bases = [server.http_url(), server.https_url().expect("it speaks TLS, too")];
        for base in bases {
            run(async {
                let client = client(&options());
                // Most of those that never answer are meant not to; only a busy machine needs more patience.
                let (mut code, mut said) = ask(&client, &base, Duration::from_millis(300)).await;
                if code == 1_050 && !allowed.contains(&code) {
                    (code, said) = ask(&client, &base, Duration::from_secs(10)).await;
                }
                if !allowed.contains(&code) {
                    wrong.push(format!("{name} at {base}: {code}, not one of {allowed:?}: {said}"));
                }
            });
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
