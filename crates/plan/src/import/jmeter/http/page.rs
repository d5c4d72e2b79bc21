//! What a page shows: its images, scripts, styles and frames, fetched as a browser would, each a sub-sample of the page.
//!
//! Main function: [`with_resources`]. A frame is fetched like an image; what it shows in turn is not.

use net::Url;
use script::{Page, PageContent};
use smol_str::SmolStr;

use super::super::sample::Sample;
use super::super::user::User;
use super::network::Network;
use super::send::{Leg, is_redirect, one, redirects};
use super::{Call, uri};
use crate::extract::regex;
use crate::session::Session;

/// Fetches what a page shows; each resource is a sub-sample beside the page itself.
pub(super) async fn with_resources(
    call: &Call,
    (wanted, unwanted): &(String, String),
    label: &SmolStr,
    page: Sample,
    network: &mut Network,
    user: &mut User,
    session: &mut Session,
) -> Sample {
    let base = page.url.clone().unwrap_or_default();
    let mut targets = resources(&page.text(), &base);
    let compiled = |pattern: &str| {
        Some(pattern).filter(|pattern| !pattern.is_empty()).and_then(|pattern| regex::compile(pattern).ok())
    };
    if let Some(wanted) = compiled(wanted) {
        targets.retain(|url| wanted.is_all_of(url).unwrap_or(true));
    }
    if let Some(unwanted) = compiled(unwanted) {
        targets.retain(|url| !unwanted.is_all_of(url).unwrap_or(false));
    }
    if targets.is_empty() {
        return page;
    }
    let mut all = Sample { label: label.clone(), bytes: 0, sent_bytes: 0, subs: Vec::new(), ..page.clone() };
    let mut parts = if page.subs.is_empty() { vec![page] } else { page.subs };
    let mut failures = String::new();
    for target in targets {
        let leg = Leg { method: "GET", url: target.into(), first: false, label, ready: None };
        let Some(sample) = one(call, &leg, network, user, session).await else { continue };
        let sample = if is_redirect(&sample) {
            redirects(call, label, *sample, network, user, session).await
        } else {
            *sample
        };
        if !sample.success {
            let url = sample.url.as_deref().unwrap_or_default();
            failures.push_str(&format!("{url} code:{} message:{}, ", sample.code, sample.message));
        }
        parts.push(sample);
    }
    for (at, mut part) in parts.into_iter().enumerate() {
        part.label = format!("{label}-{at}").into();
        all.elapsed_ms = (part.ended_ms - all.started_ms).max(all.elapsed_ms);
        all.add_sub(part);
    }
    if !failures.is_empty() {
        all.success = false;
        all.message = format!("Embedded resource download error:{failures}").into();
    }
    all
}

/// The addresses of what a page shows, each once.
fn resources(html: &str, base: &str) -> Vec<String> {
    let (Some(page), Ok(mut base)) = (Page::parse(html), Url::parse(&uri::sent(base))) else {
        return Vec::new();
    };
    let mut found: Vec<String> = Vec::new();
    for node in page.descendants(page.root()) {
        let PageContent::Element(name, _) = page.content(node) else { continue };
        let attribute = |key: &str| page.attribute(node, key);
        let target = match name {
            "base" => {
                if let Some(url) = attribute("href").and_then(|href| base.join(href).ok()) {
                    base = url;
                }
                None
            }
            "img" | "script" | "iframe" | "frame" | "embed" | "bgsound" => attribute("src"),
            "input" if attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("image")) => {
                attribute("src")
            }
            "link"
                if attribute("rel").is_some_and(|rel| {
                    rel.split_whitespace().any(|word| {
                        matches!(word.to_ascii_lowercase().as_str(), "stylesheet" | "icon" | "preload")
                    })
                }) =>
            {
                attribute("href")
            }
            "object" => attribute("data"),
            "applet" => attribute("code"),
            "body" | "td" | "table" => attribute("background"),
            _ => None,
        };
        let url = target
            .filter(|target| !target.trim().is_empty())
            .and_then(|target| base.join(target.trim()).ok());
        if let Some(url) = url.filter(Url::is_http) {
            let text = url.as_str().split('#').next().unwrap_or_default().to_owned();
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_resources_once() {
        let page = r#"<link rel=stylesheet href=s.css><script src=/s.js></script><img src=i.png><img src=i.png#x>
            <a href=/no>n</a><link rel=next href=no><img src="data:image/png;base64,AA"><input type=image src=b.gif>"#;
        let wanted =
            ["http://h.test/d/s.css", "http://h.test/s.js", "http://h.test/d/i.png", "http://h.test/d/b.gif"];
        assert_eq!(resources(page, "http://h.test/d/p.html"), wanted);
    }
}
