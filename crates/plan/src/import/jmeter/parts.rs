//! What one element becomes: a controller, a sampler, or a part that applies to samplers.

use std::sync::Arc;

use super::assertion::{Assertion, Response, Valued};
use super::compile::{Compiler, Texts};
use super::config::{
    CacheConfig, Config, CookieConfig, Counter, Credentials, RandomVariable, UserParameters,
};
use super::csv::CsvData;
use super::document::{Element, Prop};
use super::elements;
use super::extractor::{Apply, Extractor, Target};
use super::http::{Argument, File, HttpSampler, HttpTexts};
use super::listener::{Listener, ResultFile, SaveConfig};
use super::script_element::Script;
use super::scripts::Language;
use super::text::Text;
use super::timer::{Pace, Precise, Rendezvous, Shape, Timer};
use super::tree::{Dummy, NodeKind, Part, Throughput};
use crate::extract::xpath::Mode;
use crate::groovy;
use crate::note::Kind;

/// What a controller does.
pub fn controller(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> NodeKind {
    let element = texts.element;
    match element.class.as_str() {
        "LoopController" => NodeKind::Loop {
            count: texts.of("LoopController.loops"),
            forever: element.flag("LoopController.continue_forever", true),
        },
        "IfController" => {
            let script = !element.flag("IfController.useExpression", false);
            NodeKind::If {
                condition: texts.of("IfController.condition"),
                each: element.flag("IfController.evaluateAll", false),
                script,
            }
        }
        "WhileController" => NodeKind::While { condition: texts.of("WhileController.condition") },
        "ForeachController" => NodeKind::Foreach {
            input: texts.of("ForeachController.inputVal"),
            output: texts.of("ForeachController.returnVal"),
            separator: element.flag("ForeachController.useSeparator", true),
            start: texts.of_if("ForeachController.startIndex"),
            end: texts.of_if("ForeachController.endIndex"),
        },
        "OnceOnlyController" => NodeKind::Once,
        "InterleaveControl" | "RandomController" => NodeKind::Interleave {
            whole: element.number("InterleaveControl.style", 0) == 1,
            random: element.class == "RandomController",
            across: element.flag("InterleaveControl.accrossThreads", false).then(Arc::default),
        },
        "RandomOrderController" => NodeKind::RandomOrder,
        "SwitchController" => NodeKind::Switch { value: texts.of("SwitchController.value") },
        "ThroughputController" => {
            let percent = element.number("ThroughputController.style", 0) == 1;
            let name = if percent {
                "ThroughputController.percentThroughput"
            } else {
                "ThroughputController.maxThroughput"
            };
            NodeKind::Throughput(Box::new(Throughput {
                percent,
                value: texts.of(name),
                per_thread: element.flag("ThroughputController.perThread", false),
                counts: std::sync::Mutex::default(),
            }))
        }
        "RunTime" => NodeKind::Runtime { seconds: texts.of("RunTime.seconds") },
        "TransactionController" => NodeKind::Transaction {
            parent: element.flag("TransactionController.parent", false),
            timers: element.flag("TransactionController.includeTimers", true),
        },
        "CriticalSectionController" => {
            NodeKind::Critical { lock: texts.of("CriticalSectionController.lockName") }
        }
        "com.blazemeter.jmeter.controller.ParallelSampler" => {
            compiler.note(
                Kind::Emulated,
                element,
                "the samplers of a parallel controller run one after another",
            );
            NodeKind::Simple
        }
        _ => NodeKind::Simple,
    }
}

/// What a sampler does.
pub fn sampler(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> NodeKind {
    let element = texts.element;
    match element.class.as_str() {
        "HTTPSamplerProxy" | "HTTPSampler" | "HTTPSampler2" => {
            NodeKind::Http(Box::new(http(compiler, texts)))
        }
        "DebugSampler" => NodeKind::Debug {
            variables: element.flag("displayJMeterVariables", false),
            props: element.flag("displayJMeterProperties", false),
        },
        "TestAction" => NodeKind::Action {
            action: element.number("ActionProcessor.action", 0),
            whole_test: element.number("ActionProcessor.target", 0) == 2,
            duration: texts.of("ActionProcessor.duration"),
        },
        "JSR223Sampler" | "BeanShellSampler" => NodeKind::Script(Box::new(script(compiler, texts))),
        "kg.apc.jmeter.samplers.DummySampler" => NodeKind::Dummy(Box::new(Dummy {
            success: texts.of("SUCCESFULL"),
            texts: ["RESPONSE_CODE", "RESPONSE_MESSAGE", "RESPONSE_DATA", "REQUEST_DATA", "URL"]
                .map(|name| texts.of(name)),
            millis: texts.of("RESPONSE_TIME"),
            waits: element.flag("WAITING", false),
        })),
        class => {
            unsupported(compiler, element);
            NodeKind::Unsupported(class.to_owned())
        }
    }
}

fn unsupported(compiler: &mut Compiler<'_>, element: &Element) {
    let what = elements::find(&element.class).map_or("", |row| row.does.trim_start_matches("unsupported: "));
    compiler.note(Kind::Unsupported, element, format!("{} ({what}) is not supported", element.class));
}

/// The part that an element is, when it applies to samplers.
pub fn part(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Part> {
    let element = texts.element;
    let row = elements::find(&element.class)?;
    if !row.is_supported()
        && !matches!(row.kind, elements::Kind::Sampler | elements::Kind::Controller | elements::Kind::Group)
    {
        unsupported(compiler, element);
        return None;
    }
    match row.kind {
        elements::Kind::Config => config(compiler, texts).map(Part::Config),
        elements::Kind::Pre => match element.class.as_str() {
            "UserParameters" => Some(Part::Config(Config::Users(users(texts)))),
            "JSR223PreProcessor" | "BeanShellPreProcessor" => Some(Part::PreScript(script(compiler, texts))),
            _ => {
                ignored(compiler, element, row.does);
                None
            }
        },
        elements::Kind::Timer => timer(compiler, texts).map(Part::Timer),
        elements::Kind::Post => post(compiler, texts),
        elements::Kind::Assertion => assertion(compiler, texts).map(Part::Assert),
        elements::Kind::Listener => listener(compiler, texts).map(Part::Listen),
        _ => None,
    }
}

fn ignored(compiler: &mut Compiler<'_>, element: &Element, does: &str) {
    compiler.note(Kind::Ignored, element, format!("{} has no effect here: {does}", element.class));
}

// --- requests

fn http_texts(texts: &Texts<'_>) -> HttpTexts {
    let element = texts.element;
    let flag = |name: &str| element.text_if(name).map(|text| text.trim().eq_ignore_ascii_case("true"));
    let arguments =
        element.inner("HTTPsampler.Arguments").map(|list| arguments(texts, list)).unwrap_or_default();
    HttpTexts {
        domain: texts.of("HTTPSampler.domain"),
        port: texts.of("HTTPSampler.port"),
        protocol: texts.of("HTTPSampler.protocol"),
        path: texts.of("HTTPSampler.path"),
        method: texts.of("HTTPSampler.method"),
        encoding: texts.of("HTTPSampler.contentEncoding"),
        connect_timeout: texts.of("HTTPSampler.connect_timeout"),
        response_timeout: texts.of("HTTPSampler.response_timeout"),
        embedded: texts.of("HTTPSampler.embedded_url_re"),
        embedded_not: texts.of("HTTPSampler.embedded_url_exclude_re"),
        images: flag("HTTPSampler.image_parser"),
        md5: flag("HTTPSampler.md5"),
        arguments,
    }
}

fn arguments(texts: &Texts<'_>, list: &Element) -> Vec<Argument> {
    let argument = |item: &Element| Argument {
        name: texts.text(item.text("Argument.name")),
        value: texts.text(&item.text("Argument.value").replace("\r\n", "\n")),
        encode: item.flag("HTTPArgument.always_encode", false),
        equals: item.flag("HTTPArgument.use_equals", true) || item.text("Argument.metadata") == "=",
        content_type: texts.text(item.text("HTTPArgument.content_type")),
    };
    list.elements("Arguments.arguments").map(argument).collect()
}

/// A host that is a whole address is taken apart, which JMeter would not have done.
fn check_domain(compiler: &mut Compiler<'_>, element: &Element) {
    let domain = element.text("HTTPSampler.domain").to_owned();
    let resolved = compiler.now(element, &domain);
    if resolved.contains("://") {
        let message =
            format!("the host is an address ({resolved}); JMeter would have failed, its parts are taken");
        compiler.note(Kind::Lenient, element, message);
    }
}

fn http(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> HttpSampler {
    let element = texts.element;
    let mut http = http_texts(texts);
    check_domain(compiler, element);
    if http.arguments.is_empty()
        && let Some(Prop::Element(list)) = element
            .props
            .iter()
            .map(|(_, prop)| prop)
            .find(|prop| matches!(prop, Prop::Element(list) if list.class == "Arguments"))
        && !list.list("Arguments.arguments").is_empty()
    {
        http.arguments = arguments(texts, list);
    }
    let old_file = element.text("HTTPSampler.FILE_NAME");
    let mut files: Vec<File> = element
        .inner("HTTPsampler.Files")
        .into_iter()
        .flat_map(|list| list.elements("HTTPFileArgs.files"))
        .map(|file| File {
            path: texts.text(file.text("File.path")),
            name: texts.text(file.text("File.paramname")),
            content_type: texts.text(file.text("File.mimetype")),
        })
        .collect();
    if files.is_empty() && !old_file.is_empty() {
        files.push(File {
            path: texts.text(old_file),
            name: texts.of("HTTPSampler.FILE_FIELD"),
            content_type: texts.of("HTTPSampler.mimetype"),
        });
    }
    if !element.text("HTTPSampler.proxyHost").is_empty() {
        compiler.note(
            Kind::Unsupported,
            element,
            "a proxy of a single sampler is not supported; HTTP_PROXY is",
        );
    }
    let raw = element.flag("HTTPSampler.postBodyRaw", false);
    HttpSampler {
        texts: http,
        raw,
        follow: element.flag("HTTPSampler.follow_redirects", false),
        auto: element.flag("HTTPSampler.auto_redirects", false),
        keep_alive: element.flag("HTTPSampler.use_keepalive", true),
        multipart: element.flag("HTTPSampler.DO_MULTIPART_POST", false),
        browser: element.flag("HTTPSampler.BROWSER_COMPATIBLE_MULTIPART", false),
        files,
    }
}

// --- scripts

/// The script of an element.
pub fn script(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Script {
    let element = texts.element;
    let bean_shell = element.class.starts_with("BeanShell");
    let prefix = if element.text_if("BeanShellSampler.query").is_some() || element.class == "BeanShellSampler"
    {
        "BeanShellSampler."
    } else if element.class == "BeanShellAssertion" {
        "BeanShellAssertion."
    } else {
        ""
    };
    let name = |key: &str| format!("{prefix}{key}");
    let language = element.text("scriptLanguage");
    let named = if bean_shell { Some(Language::BeanShell) } else { Language::named(language) };
    // JEXL is a language of expressions only.
    let named = named.filter(|named| *named != Language::Jexl);
    if named.is_none() {
        let message =
            format!("no scripts in the language {language} can run; its samples fail, as in JMeter");
        compiler.note(Kind::Ignored, element, message);
    }
    let source = texts.of(&if prefix.is_empty() { "script".to_owned() } else { name("query") });
    let language_of = named.unwrap_or(Language::Groovy);
    if source.is_fixed() && named.is_some() {
        check_script(compiler, element, source.raw(), language_of);
    }
    Script {
        cached: !bean_shell && !matches!(element.text("cacheKey").trim(), "" | "false"),
        language: named.unwrap_or(Language::Groovy),
        unknown: named.is_none().then(|| language.to_owned()),
        source,
        file: texts.of(&name("filename")),
        parameters: texts.of(&name("parameters")),
        bean_shell,
        reset: element.flag(&name("resetInterpreter"), false),
        id: compiler.id(),
    }
}

/// Says what of a script cannot run here, before anything runs.
fn check_script(compiler: &mut Compiler<'_>, element: &Element, source: &str, language: Language) {
    if let Err(error) = groovy::compile(source, super::host::of(language)) {
        let place = format!("line {}, column {} of the script", error.line, error.column);
        if error.is_unsupported() {
            compiler.note(
                Kind::Unsupported,
                element,
                format!("{}, in {place}, is not supported", error.construct),
            );
        } else {
            let message = format!("{} ({place}); the script fails when it runs, as in JMeter", error.message);
            compiler.note(Kind::Ignored, element, message);
        }
    }
}

// --- settings

fn config(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Config> {
    let element = texts.element;
    Some(match element.class.as_str() {
        "HeaderManager" => {
            let pair = |header: &Element| {
                (texts.text(header.text("Header.name")), texts.text(header.text("Header.value")))
            };
            Config::Headers(element.elements("HeaderManager.headers").map(pair).collect())
        }
        "ConfigTestElement"
            if element.gui.contains("HttpDefaults") || element.text_if("HTTPSampler.domain").is_some() =>
        {
            check_domain(compiler, element);
            Config::Defaults(Box::new(http_texts(texts)))
        }
        "CookieManager" => Config::Cookies(CookieConfig {
            own: element
                .elements("CookieManager.cookies")
                .map(|cookie| {
                    let fields = [
                        texts.text(&cookie_name(element, cookie)),
                        texts.text(cookie.text("Cookie.value")),
                        texts.text(cookie.text("Cookie.domain")),
                        texts.text(cookie.text("Cookie.path")),
                    ];
                    (fields, cookie.flag("Cookie.secure", false))
                })
                .collect(),
            clear: element.flag("CookieManager.clearEachIteration", false),
            by_group: element.flag("CookieManager.controlledByThreadGroup", false),
            ignore: element.text("CookieManager.policy") == "ignoreCookies",
        }),
        "CacheManager" => Config::Cache(CacheConfig {
            use_expires: element.flag("useExpires", false),
            clear: element.flag("clearEachIteration", false),
            by_group: element.flag("CacheManager.controlledByThread", false),
        }),
        "AuthManager" => Config::Auth(
            element
                .elements("AuthManager.auth_list")
                .map(|auth| Credentials {
                    url: texts.text(auth.text("Authorization.url")),
                    user: texts.text(auth.text("Authorization.username")),
                    password: texts.text(auth.text("Authorization.password")),
                    digest: matches!(auth.text("Authorization.mechanism"), "DIGEST" | "BASIC_DIGEST"),
                })
                .collect(),
        ),
        "CSVDataSet" => Config::Csv(Box::new(CsvData {
            file: texts.of("filename"),
            names: texts.of("variableNames"),
            delimiter: texts.of("delimiter"),
            encoding: texts.of("fileEncoding"),
            ignore_first: element.flag("ignoreFirstLine", false),
            quoted: element.flag("quotedData", false),
            recycle: element.flag("recycle", true),
            stop: element.flag("stopThread", false),
            share: texts.of("shareMode"),
            random: false,
            independent: false,
        })),
        "com.blazemeter.jmeter.RandomCSVDataSetConfig" => Config::Csv(Box::new(CsvData {
            file: texts.of("filename"),
            names: texts.of("variableNames"),
            delimiter: texts.of("delimiter"),
            encoding: texts.of("fileEncoding"),
            ignore_first: element.flag("ignoreFirstLine", false),
            quoted: true,
            recycle: element.flag("rewindOnTheEndOfList", true),
            stop: !element.flag("rewindOnTheEndOfList", true),
            share: Text::literal("shareMode.all"),
            random: element.flag("randomOrder", true),
            independent: element.flag("independentListPerThread", false),
        })),
        "CounterConfig" => Config::Counter(Box::new(Counter {
            name: texts.of("CounterConfig.name"),
            start: texts.of("CounterConfig.start"),
            end: texts.of("CounterConfig.end"),
            step: texts.of("CounterConfig.incr"),
            format: texts.of("CounterConfig.format"),
            per_user: element.flag("CounterConfig.per_user", false),
            reset: element.flag("CounterConfig.reset_on_tg_iteration", false),
            shared: std::sync::Mutex::default(),
        })),
        "RandomVariableConfig" => Config::Random(Box::new(RandomVariable {
            name: texts.of("variableName"),
            least: texts.of("minimumValue"),
            most: texts.of("maximumValue"),
            format: texts.of("outputFormat"),
            seed: texts.of("randomSeed"),
            per_thread: element.flag("perThread", false),
            shared: std::sync::Mutex::default(),
        })),
        // Variables were read before the test.
        "Arguments" => return None,
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            return None;
        }
    })
}

/// A cookie's name is that of its property.
fn cookie_name(manager: &Element, cookie: &Element) -> String {
    if !cookie.name.is_empty() {
        return cookie.name.clone();
    }
    let own = cookie.text("Cookie.name");
    if own.is_empty() { manager.name.clone() } else { own.to_owned() }
}

fn users(texts: &Texts<'_>) -> UserParameters {
    let element = texts.element;
    let columns = element.list("UserParameters.thread_values").iter().filter_map(|column| match column {
        Prop::List(values) => Some(
            values
                .iter()
                .filter_map(|value| match value {
                    Prop::Text(text) => Some(texts.text(text)),
                    _ => None,
                })
                .collect(),
        ),
        _ => None,
    });
    UserParameters {
        names: element.texts("UserParameters.names").map(|name| texts.text(name)).collect(),
        columns: columns.collect(),
        per_iteration: element.flag("UserParameters.per_iteration", false),
    }
}

// --- timers

fn timer(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Timer> {
    let element = texts.element;
    let (delay, range) = (texts.of("ConstantTimer.delay"), texts.of("RandomTimer.range"));
    Some(match element.class.as_str() {
        "ConstantTimer" => Timer::Constant(delay),
        "UniformRandomTimer" => Timer::Uniform(delay, range),
        "GaussianRandomTimer" => Timer::Gaussian(delay, range),
        "PoissonRandomTimer" => Timer::Poisson(delay, range),
        "ConstantThroughputTimer" => Timer::Throughput(Box::new(Pace {
            per_minute: texts.of("throughput"),
            mode: element.number("calcMode", 0),
            last: std::sync::atomic::AtomicI64::new(0),
        })),
        "PreciseThroughputTimer" => Timer::Precise(Box::new(Precise {
            rate: texts.of("throughput"),
            period: texts.of("throughputPeriod"),
            duration: texts.of("duration"),
            seed: texts.of("randomSeed"),
            schedule: std::sync::Mutex::default(),
        })),
        "SyncTimer" => Timer::Sync(Box::new(Rendezvous {
            size: texts.of("groupSize"),
            timeout: texts.of("timeoutInMs"),
            waiting: std::sync::Mutex::default(),
            met: tokio::sync::Notify::new(),
        })),
        "JSR223Timer" | "BeanShellTimer" => Timer::Script(script(compiler, texts)),
        "kg.apc.jmeter.timers.VariableThroughputTimer" => {
            let rows = element.list("load_profile").iter().filter_map(|row| match row {
                Prop::List(cells) => {
                    let mut cells = cells.iter().filter_map(|cell| match cell {
                        Prop::Text(text) => Some(texts.text(text)),
                        _ => None,
                    });
                    Some([cells.next()?, cells.next()?, cells.next()?])
                }
                _ => None,
            });
            Timer::Shape(Box::new(Shape { rows: rows.collect(), state: std::sync::Mutex::default() }))
        }
        _ => return None,
    })
}

// --- post-processors

fn apply(texts: &Texts<'_>, scope: &str) -> Apply {
    match texts.element.text(scope) {
        "all" => Apply::All,
        "children" => Apply::Children,
        "variable" => Apply::Variable(texts.of("Scope.variable")),
        _ => Apply::Main,
    }
}

fn target(texts: &Texts<'_>, name: &str, which: &str, default: &str, empty: &str) -> Target {
    Target {
        apply: apply(texts, "Sample.scope"),
        name: texts.of(name),
        which: texts.of(which),
        default: texts.of(default),
        default_empty: texts.element.flag(empty, false),
    }
}

fn post(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Part> {
    let element = texts.element;
    let plain = |prefix: &str| {
        target(
            texts,
            &format!("{prefix}.refname"),
            &format!("{prefix}.match_number"),
            &format!("{prefix}.default"),
            &format!("{prefix}.default_empty_value"),
        )
    };
    Some(Part::Extract(match element.class.as_str() {
        "RegexExtractor" => Extractor::Regex(
            plain("RegexExtractor"),
            element.text("RegexExtractor.useHeaders").to_owned(),
            texts.of("RegexExtractor.regex"),
            texts.of("RegexExtractor.template"),
        ),
        "JSONPostProcessor" => Extractor::Json(
            target(
                texts,
                "JSONPostProcessor.referenceNames",
                "JSONPostProcessor.match_numbers",
                "JSONPostProcessor.defaultValues",
                "",
            ),
            texts.of("JSONPostProcessor.jsonPathExprs"),
            element.flag("JSONPostProcessor.compute_concat", false),
        ),
        "BoundaryExtractor" => Extractor::Boundary(
            plain("BoundaryExtractor"),
            element.text("BoundaryExtractor.useHeaders").to_owned(),
            texts.of("BoundaryExtractor.lboundary"),
            texts.of("BoundaryExtractor.rboundary"),
        ),
        "HtmlExtractor" => Extractor::Css(
            plain("HtmlExtractor"),
            texts.of("HtmlExtractor.expr"),
            texts.of("HtmlExtractor.attribute"),
        ),
        "XPathExtractor" => Extractor::Xpath(
            target(
                texts,
                "XPathExtractor.refname",
                "XPathExtractor.matchNumber",
                "XPathExtractor.default",
                "",
            ),
            texts.of("XPathExtractor.xpathQuery"),
            Mode {
                tolerant: element.flag("XPathExtractor.tolerant", false),
                fragment: element.flag("XPathExtractor.fragment", false),
                ..Mode::default()
            },
            Text::literal(""),
        ),
        "XPath2Extractor" => Extractor::Xpath(
            target(
                texts,
                "XPathExtractor2.refname",
                "XPathExtractor2.matchNumber",
                "XPathExtractor2.default",
                "",
            ),
            texts.of("XPathExtractor2.xpathQuery"),
            Mode {
                fragment: element.flag("XPathExtractor2.fragment", false),
                indent: true,
                whole_text: true,
                ..Mode::default()
            },
            texts.of("XPathExtractor2.namespaces"),
        ),
        "JMESPathExtractor" => Extractor::Jmes(
            target(
                texts,
                "JMESExtractor.referenceName",
                "JMESExtractor.matchNumber",
                "JMESExtractor.defaultValue",
                "",
            ),
            texts.of("JMESExtractor.jmesPathExpr"),
        ),
        "JSR223PostProcessor" | "BeanShellPostProcessor" => {
            return Some(Part::PostScript(script(compiler, texts)));
        }
        "ResultAction" => return Some(Part::OnFailure(element.number("OnError.action", 0))),
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            return None;
        }
    }))
}

// --- assertions

fn assertion(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Assertion> {
    let element = texts.element;
    let valued = |path: &str| {
        Box::new(Valued {
            path: texts.of(path),
            expected: texts.of("EXPECTED_VALUE"),
            compare: element.flag("JSONVALIDATION", false),
            null: element.flag("EXPECT_NULL", false),
            invert: element.flag("INVERT", false),
            regex: element.flag("ISREGEX", true),
        })
    };
    Some(match element.class.as_str() {
        "ResponseAssertion" => Assertion::Response(Box::new(Response {
            apply: apply(texts, "Assertion.scope"),
            field: match element.text("Assertion.test_field") {
                "" => "Assertion.response_data".to_owned(),
                field => field.to_owned(),
            },
            kind: element.number("Assertion.test_type", 2),
            patterns: element
                .texts("Asserion.test_strings")
                .chain(element.texts("Assertion.test_strings"))
                .map(|text| texts.text(text))
                .collect(),
            message: texts.of("Assertion.custom_message"),
            assume_success: element.flag("Assertion.assume_success", false),
        })),
        "JSONPathAssertion" => Assertion::Json(valued("JSON_PATH")),
        "JMESPathAssertion" => Assertion::Jmes(valued("JMES_PATH")),
        "DurationAssertion" => Assertion::Duration(texts.of("DurationAssertion.duration")),
        "SizeAssertion" => Assertion::Size(
            element.text("Assertion.test_field").to_owned(),
            texts.of("SizeAssertion.size"),
            element.number("SizeAssertion.operator", 1),
        ),
        "XPathAssertion" => Assertion::Xpath(
            apply(texts, "Assertion.scope"),
            texts.of("XPath.xpath"),
            element.flag("XPath.negate", false),
            Mode { tolerant: element.flag("XPath.tolerant", false), ..Mode::default() },
        ),
        "XPath2Assertion" => Assertion::Xpath(
            apply(texts, "Assertion.scope"),
            texts.of("XPath2.xpath"),
            element.flag("XPath2.negate", false),
            Mode::default(),
        ),
        "XMLAssertion" => Assertion::Xml(Apply::Main),
        "MD5HexAssertion" => Assertion::Md5(texts.of("MD5HexAssertion.size")),
        "JSR223Assertion" | "BeanShellAssertion" => Assertion::Script(script(compiler, texts)),
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            Assertion::Nothing
        }
    })
}

// --- listeners

fn listener(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Listener> {
    let element = texts.element;
    match element.class.as_str() {
        "JSR223Listener" | "BeanShellListener" => Some(Listener::Script(script(compiler, texts))),
        "ResultCollector" | "kg.apc.jmeter.vizualizers.CorrectedResultCollector" => {
            let name = element.text("filename").to_owned();
            let name = compiler.now(element, &name);
            if name.trim().is_empty() {
                return None;
            }
            let save = SaveConfig::of_props(&compiler.shared);
            let save = match element.get("saveConfig") {
                Some(Prop::Map(map)) => save.of_element(map),
                _ => save,
            };
            compiler.files.push(ResultFile {
                path: std::path::PathBuf::from(name.trim()),
                save,
                errors_only: element.flag("ResultCollector.error_logging", false),
                successes_only: element.flag("ResultCollector.success_only_logging", false),
            });
            Some(Listener::File(compiler.files.len() - 1))
        }
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            None
        }
    }
}
