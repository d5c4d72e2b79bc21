//! A browser without a window, led over the DevTools protocol: what a page does when it is really opened.
//!
//! Main type: [`Browser`], and [`looks_right`] for pages of ours. Messages go through pipes, so nothing listens on a port. Every wait has an end.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// A browser that says nothing for so long will not say anything any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub struct Browser {
    process: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    last_id: u64,
    session: Option<String>,
    /// What the page did that it was not asked for.
    pub events: Vec<Value>,
}

impl Browser {
    /// Starts it; its profile goes into `folder`.
    pub fn start(folder: &Path) -> Self {
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--remote-debugging-pipe",
        ];
        // It reads from descriptor 3 and writes to 4.
        let mut command = Command::new("sh");
        command.args(["-c", "exec chromium \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null", "sh"]).args(flags);
        command.arg(format!("--user-data-dir={}", folder.join("profile").display())).env("HOME", folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("every system has sh");
        let to = process.stdin.take().expect("it is piped");
        let out = process.stdout.take().expect("it is piped");
        let (sender, from) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(out).split(0) {
                let Ok(message) = message else { return };
                let Ok(value) = serde_json::from_slice(&message) else { return };
                if sender.send(value).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self { process, to, from, last_id: 0, session: None, events: Vec::new() };
        let target = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.ask("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Asks for something and waits for the answer.
    #[track_caller]
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let sent = self.to.write_all(format!("{message}\0").as_bytes()).and_then(|()| self.to.flush());
        sent.expect("is chromium installed? `cargo xtask test` installs what tests need");
        loop {
            let answer = self.hear();
            if answer["id"] != json!(self.last_id) {
                self.events.push(answer);
                continue;
            }
            assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
            return answer["result"].clone();
        }
    }

    fn hear(&mut self) -> Value {
        let heard = self.from.recv_timeout(PATIENCE);
        heard.expect("is chromium installed? `cargo xtask test` installs what tests need")
    }

    /// Shows pages so wide, and in dark or light.
    pub fn look(&mut self, width: u32, scheme: &str) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", &size);
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.ask("Emulation.setEmulatedMedia", &media);
    }

    /// Opens a file and waits until it is there.
    pub fn open(&mut self, file: &Path) {
        self.events.clear();
        self.ask("Page.navigate", &json!({ "url": format!("file://{}", file.display()) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.hear();
            self.events.push(event);
        }
    }

    /// The value of an expression on the page; one that is a promise is awaited.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask("Runtime.evaluate", &ask);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Errors that the page made, and what it asked the network for.
    pub fn complaints(&self) -> Vec<String> {
        let complaint = |event: &Value| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Runtime.exceptionThrown" => Some(params.to_string()),
                "Runtime.consoleAPICalled" => Some(params.to_string()),
                "Log.entryAdded" => Some(params.to_string()),
                "Network.requestWillBeSent" => {
                    let url = params["request"]["url"].as_str()?;
                    let inside = url.starts_with("file:") || url.starts_with("data:");
                    (!inside).then(|| format!("it asked for {url}"))
                }
                _ => None,
            }
        };
        self.events.iter().filter_map(complaint).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether this program was built with what draws charts.
pub fn has_charts() -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist/report.js").exists()
}

/// What is wrong with the page as it is shown now.
const FAULTS: &str = "(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const faults = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) faults.push(`it is ${root.scrollWidth} wide`);
    for (const figure of document.querySelectorAll('figure.chart')) {
        const kind = figure.dataset.chart;
        if (getComputedStyle(figure).display === 'none') { faults.push(`${kind} is hidden`); continue; }
        const canvas = figure.querySelector('canvas');
        const line = figure.querySelector('path[data-line]');
        const dot = figure.querySelector('circle[data-dot]');
        if (canvas) {
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            if (!data.some((byte) => byte !== 0)) faults.push(`${kind} is empty`);
        } else if (!dot && (!line || line.getTotalLength() < 10)) {
            faults.push(`${kind} is not drawn`);
        }
    }
    for (const link of document.querySelectorAll('[href],[src]')) {
        const to = link.getAttribute('href') ?? link.getAttribute('src');
        const inside = to.startsWith('data:') || (to.startsWith('#') && document.getElementById(to.slice(1)));
        if (!inside) faults.push(`${to} leads out of the file`);
    }
    for (const table of document.querySelectorAll('table:not(.u-legend)')) {
        if (!table.caption?.textContent || !table.querySelector('thead th[scope=col]')) faults.push('a bare table');
    }
    const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
    if (new Set(ids).size < ids.length) faults.push('an id stands twice');
    for (const plot of document.querySelectorAll('.plot')) {
        if (!plot.getAttribute('aria-label')) faults.push('a chart without words');
    }
    const numbers = (text) => text.match(/[0-9.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = colour.map((n) => (n / 255 <= 0.03928 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = numbers(getComputedStyle(at).backgroundColor);
            if (colour.length < 4 || colour[3] > 0.5) return colour;
        }
        return [255, 255, 255];
    };
    const faint = new Set();
    for (const element of document.querySelectorAll('body *:not(script)')) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!hasText || !element.offsetParent) continue;
        const [a, b] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) faint.add(`${element.tagName}.${element.className} has a contrast of ${contrast.toFixed(1)}`);
    }
    faults.push(...faint);
    if (document.querySelectorAll('h1, main, nav, footer').length < 4) faults.push('landmarks are missing');
    if (document.querySelector('img, b, iframe')) faults.push('text became markup');
    return faults;
})()";

/// Opens a report in dark and light at three widths; how many charts there are. Without a script there is nothing to
/// draw, and a look is enough.
#[track_caller]
pub fn looks_right(browser: &mut Browser, file: &Path) -> u64 {
    let mut charts = 0;
    if !has_charts() {
        browser.open(file);
        assert_eq!(browser.complaints(), Vec::<String>::new());
        return 0;
    }
    for scheme in ["light", "dark"] {
        for width in [390, 768, 1280] {
            browser.look(width, scheme);
            browser.open(file);
            let faults = browser.value(FAULTS);
            let at = format!("{} at {width}, {scheme}", file.display());
            assert_eq!(faults, json!([]), "{at}");
            assert_eq!(browser.complaints(), Vec::<String>::new(), "{at}");
            charts = browser.value("document.querySelectorAll('figure.chart').length").as_u64().unwrap_or(0);
        }
    }
    charts
}
