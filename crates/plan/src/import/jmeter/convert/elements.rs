//! Controllers and samplers as steps, with what belongs to them.

use serde_json::{Map, Value as Json, json};

use super::super::document::Element;
use super::super::elements::{ELEMENTS, Kind as What};
use super::{Scope, Writer, plain, texts_of};
use crate::convert::percent;
use crate::extract::jsonpath::{Dialect, Path};
use crate::import::curl;
use crate::note::Kind;

impl Writer<'_> {
    /// What stands below an element, as steps.
    pub(super) fn steps(&mut self, children: &[Element], scope: &Scope<'_>) -> Vec<Json> {
        // What a scope holds borrows from the elements, which outlive it.
        let scope = scope.with(children);
        let mut steps = Vec::new();
        for child in children.iter().filter(|child| child.enabled) {
            steps.extend(self.element(child, &scope));
        }
        steps
    }

    fn element(&mut self, element: &Element, scope: &Scope<'_>) -> Vec<Json> {
        let below = |writer: &mut Self| writer.steps(&element.children, scope);
        match element.class.as_str() {
            "HTTPSamplerProxy" | "HTTPSampler" | "HTTPSampler2" => self.sampler(element, scope),
            "GenericController" | "RecordingController" => below(self),
            "TransactionController" => {
                let name = self.template(element, &element.name);
                vec![json!({ "group": { "name": name, "steps": below(self) } })]
            }
            "LoopController" => {
                let loops = self.resolved(element.text_if("LoopController.loops").unwrap_or("1"));
                let mut made = Map::new();
                match loops.trim().parse::<i64>() {
                    Ok(loops) if loops >= 0 => drop(made.insert("times".to_owned(), loops.into())),
                    Ok(_) => {}
                    Err(_) => drop(made.insert("times".to_owned(), self.template(element, &loops).into())),
                }
                made.insert("steps".to_owned(), Json::Array(below(self)));
                vec![json!({ "loop": made })]
            }
            "RunTime" => {
                let seconds = self.resolved(element.text("RunTime.seconds"));
                let seconds = seconds.trim().parse::<u64>().unwrap_or(1);
                vec![json!({ "loop": { "for": format!("{seconds}s"), "steps": below(self) } })]
            }
            "OnceOnlyController" => {
                vec![json!({ "if": { "condition": "iteration == 0", "then": below(self) } })]
            }
            "IfController" | "WhileController" => self.conditional(element, scope),
            "RandomController" | "InterleaveControl" => {
                if element.class == "InterleaveControl" {
                    self.say(
                        Kind::Emulated,
                        element,
                        "one of its children each time, by chance and not in turn",
                    );
                }
                let inner = scope.with(&element.children);
                let mut choices = Vec::new();
                for child in element.children.iter().filter(|child| child.enabled) {
                    let steps = self.element(child, &inner);
                    if !steps.is_empty() {
                        choices.push(json!({ "weight": 1, "steps": steps }));
                    }
                }
                if choices.is_empty() { Vec::new() } else { vec![json!({ "choose": choices })] }
            }
            "RandomOrderController" | "CriticalSectionController" => {
                self.say(
                    Kind::Emulated,
                    element,
                    "its children are done in their order, without waiting for others",
                );
                below(self)
            }
            "TestAction" => self.action(element),
            class => self.other(element, class),
        }
    }

    fn other(&mut self, element: &Element, class: &str) -> Vec<Json> {
        let kind = ELEMENTS.iter().find(|row| row.class == class).map(|row| row.kind);
        match kind {
            Some(What::Sampler | What::Controller) | None => {
                let is_known = ["DebugSampler"].contains(&class);
                let kind = if is_known { Kind::Ignored } else { Kind::Unsupported };
                // What only belongs to others was looked at by them.
                if kind == Kind::Ignored || self.is_step(class) {
                    self.say(kind, element, format!("{class} is not carried over"));
                }
            }
            Some(What::Pre | What::Post | What::Timer | What::Assertion)
                if class.contains("JSR223") || class.contains("BeanShell") =>
            {
                self.say(Kind::Unsupported, element, format!("{class} is not carried over: it is a script"));
            }
            Some(What::Listener) => {
                self.say(Kind::Ignored, element, "results are shown in our own way");
            }
            Some(_) => {}
        }
        Vec::new()
    }

    fn is_step(&self, class: &str) -> bool {
        !class.ends_with("Extractor") && !class.ends_with("Timer") && !class.ends_with("Assertion")
    }

    fn conditional(&mut self, element: &Element, scope: &Scope<'_>) -> Vec<Json> {
        let is_if = element.class == "IfController";
        let text = element.text(if is_if { "IfController.condition" } else { "WhileController.condition" });
        let Some(condition) =
            self.condition(text).filter(|_| !text.trim().is_empty() && text.trim() != "LAST")
        else {
            self.say(
                Kind::Unsupported,
                element,
                "this condition is not carried over, nor what depends on it",
            );
            return Vec::new();
        };
        let steps = self.steps(&element.children, scope);
        if is_if {
            vec![json!({ "if": { "condition": condition, "then": steps } })]
        } else {
            vec![json!({ "while": { "condition": condition, "steps": steps } })]
        }
    }

    fn action(&mut self, element: &Element) -> Vec<Json> {
        match element.text("ActionProcessor.action") {
            "1" => {
                let time = self.resolved(element.text("ActionProcessor.duration"));
                self.think(element, &time, None).into_iter().collect()
            }
            "2" | "0" => vec![json!({ "stop": "user" })],
            "5" => vec!["break".into()],
            "4" | "6" => vec!["continue".into()],
            _ => {
                self.say(Kind::Unsupported, element, "this action is not carried over");
                Vec::new()
            }
        }
    }

    /// A pause of so many milliseconds, and up to so many more.
    fn think(&mut self, element: &Element, delay: &str, range: Option<&str>) -> Option<Json> {
        let millis =
            |text: &str| text.trim().parse::<f64>().ok().filter(|millis| (0.0..1e12).contains(millis));
        match (millis(delay), range.map(millis)) {
            (Some(delay), None) => Some(json!({ "think": format!("{}ms", delay.round()) })),
            (Some(delay), Some(Some(range))) => Some(json!({ "think": {
                "from": format!("{}ms", delay.round()), "to": format!("{}ms", (delay + range).round()),
            } })),
            (None, None) => {
                let text = self.template(element, delay);
                let inner = text.strip_prefix("{{")?.strip_suffix("}}")?.trim();
                Some(json!({ "think": format!("{{{{ ({inner}) / 1000 }}}}") }))
            }
            _ => {
                self.say(Kind::Unsupported, element, "this pause is not carried over");
                None
            }
        }
    }

    fn timer(&mut self, timer: &Element) -> Option<Json> {
        let delay = self.resolved(timer.text("ConstantTimer.delay"));
        match timer.class.as_str() {
            "ConstantTimer" => self.think(timer, &delay, None),
            "UniformRandomTimer" => {
                let range = self.resolved(timer.text("RandomTimer.range"));
                self.think(timer, &delay, Some(&range))
            }
            class => {
                self.say(Kind::Unsupported, timer, format!("{class} is not carried over"));
                None
            }
        }
    }

    fn sampler(&mut self, sampler: &Element, scope: &Scope<'_>) -> Vec<Json> {
        let scope = scope.with(&sampler.children);
        let mut steps: Vec<Json> = Vec::new();
        for timer in &scope.timers {
            steps.extend(self.timer(timer));
        }
        let mut request = Map::new();
        let method = match self.setting(sampler, &scope, "HTTPSampler.method").as_str() {
            "" => "GET".to_owned(),
            method => method.to_uppercase(),
        };
        let mut url = self.address(sampler, &scope);
        let (query, body) = self.arguments(sampler, &scope, &method);
        for (at, (name, value)) in query.iter().enumerate() {
            let sign = if at == 0 && !url.contains('?') { '?' } else { '&' };
            if value.contains("{{") {
                // Encoded when it is sent.
                let pairs = request.entry("query").or_insert_with(|| json!({}));
                pairs[name.as_str()] = value.as_str().into();
            } else {
                url.push_str(&format!("{sign}{}={}", percent(name), percent(value)));
            }
        }
        request.insert("url".to_owned(), url.into());
        if !sampler.name.is_empty() {
            request.insert("name".to_owned(), self.template(sampler, &sampler.name).into());
        }
        let headers = self.headers(&scope);
        if !headers.is_empty() {
            request.insert("headers".to_owned(), Json::Object(headers));
        }
        for (key, value) in body {
            request.insert(key, value);
        }
        let follows = sampler.flag("HTTPSampler.follow_redirects", true)
            || sampler.flag("HTTPSampler.auto_redirects", false);
        request.insert("redirects".to_owned(), if follows { 20 } else { 0 }.into());
        let timeout = self.setting(sampler, &scope, "HTTPSampler.response_timeout");
        if let Ok(millis) = timeout.trim().parse::<u64>()
            && millis > 0
        {
            request.insert("timeout".to_owned(), format!("{millis}ms").into());
        }
        self.captures(&scope, &mut request);
        self.expectations(&scope, &mut request);
        steps.push(curl::step_of(&method, request));
        steps
    }

    /// A setting of a sampler, or of the nearest defaults.
    fn setting(&mut self, sampler: &Element, scope: &Scope<'_>, name: &str) -> String {
        let own = std::iter::once(sampler).chain(scope.defaults.iter().rev().copied());
        let text = own.map(|element| element.text(name)).find(|text| !text.is_empty()).unwrap_or_default();
        self.resolved(text)
    }

    fn address(&mut self, sampler: &Element, scope: &Scope<'_>) -> String {
        let path = self.setting(sampler, scope, "HTTPSampler.path");
        if path.starts_with("http://") || path.starts_with("https://") {
            return self.template(sampler, &path);
        }
        let domain = self.setting(sampler, scope, "HTTPSampler.domain");
        let port = self.setting(sampler, scope, "HTTPSampler.port");
        let protocol = match self.setting(sampler, scope, "HTTPSampler.protocol").as_str() {
            "" => "http".to_owned(),
            protocol => protocol.to_lowercase(),
        };
        // Many write a whole address where only the host belongs.
        let (protocol, domain) = match domain.split_once("://") {
            Some((protocol, rest)) => (protocol.to_owned(), rest.trim_end_matches('/').to_owned()),
            None => (protocol, domain),
        };
        let usual = protocol == "http" && port == "80" || protocol == "https" && port == "443";
        let port = if port.is_empty() || usual { String::new() } else { format!(":{port}") };
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = path.replace(' ', "%20");
        self.template(sampler, &format!("{protocol}://{domain}{port}{slash}{path}"))
    }

    /// What goes into the address, and what is sent.
    fn arguments(
        &mut self,
        sampler: &Element,
        scope: &Scope<'_>,
        method: &str,
    ) -> (Vec<(String, String)>, Map<String, Json>) {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let given = scope.defaults.iter().copied().chain([sampler]);
        for element in given {
            let Some(list) = element.inner("HTTPsampler.Arguments") else { continue };
            for argument in list.elements("Arguments.arguments") {
                let value = argument.text("Argument.value").to_owned();
                pairs.push((argument.text("Argument.name").to_owned(), self.template(sampler, &value)));
            }
        }
        let mut body = Map::new();
        let files: Vec<&Element> = sampler
            .inner("HTTPsampler.Files")
            .into_iter()
            .flat_map(|files| files.elements("HTTPFileArgs.files"))
            .collect();
        let is_raw = sampler.flag("HTTPSampler.postBodyRaw", false)
            || !pairs.is_empty() && pairs.iter().all(|(name, _)| name.is_empty());
        let has_body = !["GET", "HEAD", "OPTIONS"].contains(&method);
        if is_raw && (has_body || !pairs.is_empty()) {
            let text: String = pairs.iter().map(|(_, value)| value.as_str()).collect();
            body.insert("body".to_owned(), text.into());
            return (Vec::new(), body);
        }
        if !files.is_empty() && has_body {
            let mut parts: Vec<Json> =
                pairs.iter().map(|(name, value)| json!({ "name": plain(name), "value": value })).collect();
            for file in files {
                let path = self.resolved(file.text("File.path"));
                let mut part = Map::from_iter([
                    ("name".to_owned(), plain(file.text("File.paramname"))),
                    ("file".to_owned(), path.into()),
                ]);
                if !file.text("File.mimetype").is_empty() {
                    part.insert("type".to_owned(), plain(file.text("File.mimetype")));
                }
                parts.push(Json::Object(part));
            }
            body.insert("multipart".to_owned(), Json::Array(parts));
            return (Vec::new(), body);
        }
        if has_body && method != "DELETE" {
            if !pairs.is_empty() {
                let form = pairs.into_iter().map(|(name, value)| (name, value.into()));
                body.insert("form".to_owned(), Json::Object(form.collect()));
            }
            return (Vec::new(), body);
        }
        (pairs, body)
    }

    /// Headers of all managers around: of two with one name the nearer wins.
    fn headers(&mut self, scope: &Scope<'_>) -> Map<String, Json> {
        let mut headers: Map<String, Json> = Map::new();
        for manager in &scope.headers {
            for header in manager.elements("HeaderManager.headers") {
                let name = header.text("Header.name").to_owned();
                if name.is_empty() {
                    continue;
                }
                let value = self.template(manager, header.text("Header.value"));
                let known = headers.keys().find(|known| known.eq_ignore_ascii_case(&name)).cloned();
                if let Some(known) = known {
                    headers.shift_remove(&known);
                }
                headers.insert(name, value.into());
            }
        }
        headers
    }

    fn captures(&mut self, scope: &Scope<'_>, request: &mut Map<String, Json>) {
        let mut captures = Map::new();
        for post in &scope.posts {
            let first = |text: &str| ["", "0", "1"].contains(&text.trim());
            let found = match post.class.as_str() {
                "RegexExtractor" => {
                    let is_body = ["", "false"].contains(&post.text("RegexExtractor.useHeaders"));
                    let regex = post.text("RegexExtractor.regex");
                    let fits = is_body
                        && post.text("RegexExtractor.template") == "$1$"
                        && first(post.text("RegexExtractor.match_number"))
                        && regex_lite::Regex::new(regex).is_ok();
                    fits.then(|| {
                        (
                            post.text("RegexExtractor.refname"),
                            json!({ "regex": regex }),
                            post.text("RegexExtractor.default"),
                        )
                    })
                }
                "JSONPostProcessor" => {
                    let path = Path::parse(post.text("JSONPostProcessor.jsonPathExprs"), Dialect::Jayway)
                        .ok()
                        .and_then(|path| path.plain());
                    let fits = first(post.text("JSONPostProcessor.match_numbers"));
                    path.filter(|_| fits).map(|path| {
                        (
                            post.text("JSONPostProcessor.referenceNames"),
                            json!({ "json": path }),
                            post.text("JSONPostProcessor.defaultValues"),
                        )
                    })
                }
                "BoundaryExtractor" => {
                    let (left, right) =
                        (post.text("BoundaryExtractor.lboundary"), post.text("BoundaryExtractor.rboundary"));
                    let fits = ["", "false"].contains(&post.text("BoundaryExtractor.useHeaders"))
                        && first(post.text("BoundaryExtractor.match_number"))
                        && !right.is_empty();
                    let regex = format!("(?s){}(.*?){}", regex_lite::escape(left), regex_lite::escape(right));
                    fits.then(|| {
                        (
                            post.text("BoundaryExtractor.refname"),
                            json!({ "regex": regex }),
                            post.text("BoundaryExtractor.default"),
                        )
                    })
                }
                _ => None,
            };
            match found {
                Some((name, mut from, default)) if !name.is_empty() && !name.contains([';', '$', '{']) => {
                    from["default"] = default.into();
                    captures.insert(name.to_owned(), from);
                }
                _ => self.say(Kind::Unsupported, post, format!("this {} is not carried over", post.class)),
            }
        }
        if !captures.is_empty() {
            request.insert("capture".to_owned(), Json::Object(captures));
        }
    }

    fn expectations(&mut self, scope: &Scope<'_>, request: &mut Map<String, Json>) {
        let mut expect: Map<String, Json> = Map::new();
        for assertion in &scope.assertions {
            let found = match assertion.class.as_str() {
                "ResponseAssertion" => self.response(assertion),
                "DurationAssertion" => {
                    let millis = self.resolved(assertion.text("DurationAssertion.duration"));
                    millis
                        .trim()
                        .parse::<u64>()
                        .ok()
                        .map(|millis| ("time_below", json!(format!("{millis}ms"))))
                }
                "JSONPathAssertion" => {
                    let path = Path::parse(assertion.text("JSON_PATH"), Dialect::Jayway)
                        .ok()
                        .and_then(|path| path.plain());
                    let fits = assertion.flag("JSONVALIDATION", false)
                        && !assertion.flag("ISREGEX", false)
                        && !assertion.flag("INVERT", false)
                        && !assertion.flag("EXPECT_NULL", false);
                    path.filter(|_| fits).map(|path| {
                        let value = self.template(assertion, assertion.text("EXPECTED_VALUE"));
                        ("json", json!({ path: value }))
                    })
                }
                _ => None,
            };
            match found {
                Some(("json", Json::Object(pairs))) => {
                    let known = expect.entry("json").or_insert_with(|| json!({}));
                    for (path, value) in pairs {
                        known[path.as_str()] = value;
                    }
                }
                Some((key, wanted)) if !expect.contains_key(key) => {
                    drop(expect.insert(key.to_owned(), wanted));
                }
                _ => self.say(
                    Kind::Unsupported,
                    assertion,
                    format!("this {} is not carried over", assertion.class),
                ),
            }
        }
        if !expect.is_empty() {
            request.insert("expect".to_owned(), Json::Object(expect));
        }
    }

    /// A response assertion, when it asks for a status or for one thing in the body.
    fn response(&mut self, assertion: &Element) -> Option<(&'static str, Json)> {
        const NOT: i64 = 4;
        const OR: i64 = 32;
        let kind = assertion.number("Assertion.test_type", 16);
        let mut strings = texts_of(assertion, "Asserion.test_strings");
        strings.extend(texts_of(assertion, "Assertion.test_strings"));
        if kind & NOT != 0 || strings.is_empty() {
            return None;
        }
        match assertion.text("Assertion.test_field") {
            "Assertion.response_code" => {
                let several = strings.len() > 1;
                if several && kind & OR == 0 {
                    return None;
                }
                let statuses: Option<Vec<Json>> = strings
                    .iter()
                    .map(|text| {
                        self.resolved(text)
                            .trim()
                            .parse::<u16>()
                            .ok()
                            .filter(|status| (100..1_000).contains(status))
                    })
                    .map(|status| status.map(Json::from))
                    .collect();
                let statuses = statuses?;
                Some(("status", if several { Json::Array(statuses) } else { statuses[0].clone() }))
            }
            "Assertion.response_data" | "" if strings.len() == 1 => match kind & !OR {
                16 => Some(("contains", self.template(assertion, &strings[0]).into())),
                2 if regex_lite::Regex::new(&strings[0]).is_ok() && !strings[0].contains("${") => {
                    Some(("matches", strings[0].as_str().into()))
                }
                _ => None,
            },
            _ => None,
        }
    }
}
