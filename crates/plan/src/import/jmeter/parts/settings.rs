//! Settings in scope of samplers, and elements that tick.

use super::super::compile::{Compiler, Texts};
use super::super::config::{
    CacheConfig, Config, CookieConfig, Counter, Credentials, RandomVariable, UserParameters,
};
use super::super::csv::CsvData;
use super::super::database;
use super::super::document::{Element, Prop};
use super::super::elements;
use super::super::socket::{FrameFilter, Payload};
use super::super::text::Text;
use super::ignored;
use super::requests::{check_domain, http_texts};
use crate::note::Kind;

/// The setting that an element is.
pub(super) fn config(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Config> {
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
        "CSVDataSet" => Config::Csv(Box::new(csv(texts))),
        "com.blazemeter.jmeter.RandomCSVDataSetConfig" => Config::Csv(Box::new(random_csv(texts))),
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
        "eu.luminis.jmeter.wssampler.TextFrameFilter" | "eu.luminis.jmeter.wssampler.BinaryFrameFilter" => {
            let text = element.class.ends_with("TextFrameFilter");
            Config::Frames(Box::new(FrameFilter {
                name: texts.name(),
                kind: if text { Payload::Text } else { Payload::Binary },
                comparison: element.text("comparisonType").to_owned(),
                value: texts.of("matchValue"),
                position: texts.of("matchPosition"),
            }))
        }
        // Pings are answered by the connection, and are no frames to any sampler.
        "eu.luminis.jmeter.wssampler.PingFrameFilter" => return None,
        "JDBCDataSource" => {
            source(compiler, element);
            return None;
        }
        // Variables were read before the test.
        "Arguments" | "kg.apc.jmeter.config.VariablesFromCSVFile" => return None,
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            return None;
        }
    })
}

/// Lines of a file.
fn csv(texts: &Texts<'_>) -> CsvData {
    let element = texts.element;
    CsvData {
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
    }
}

/// Lines of a file by chance.
fn random_csv(texts: &Texts<'_>) -> CsvData {
    let element = texts.element;
    CsvData {
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
    }
}

/// A pool of connections; it is there for all groups, wherever it stands.
fn source(compiler: &mut Compiler<'_>, element: &Element) {
    let mut said = |name: &str| {
        let text = element.text(name).to_owned();
        compiler.now(element, &text).trim().to_owned()
    };
    let source = database::Source {
        name: said("dataSource"),
        url: said("dbUrl"),
        user: said("username"),
        password: said("password"),
        most: said("poolMax").parse().unwrap_or(0),
        wait_ms: said("timeout").parse().unwrap_or(10_000),
        auto_commit: element.flag("autocommit", true),
        first: said("initQuery").lines().map(str::to_owned).collect(),
    };
    for message in source.unsupported() {
        compiler.note(Kind::Unsupported, element, message);
    }
    if !compiler.sources.iter().any(|known| known.name == source.name) {
        compiler.sources.push(source);
    }
}

/// A cookie's name is that of its property.
fn cookie_name(manager: &Element, cookie: &Element) -> String {
    if !cookie.name.is_empty() {
        return cookie.name.clone();
    }
    let own = cookie.text("Cookie.name");
    if own.is_empty() { manager.name.clone() } else { own.to_owned() }
}

/// Values of variables for each user.
pub(super) fn users(texts: &Texts<'_>) -> UserParameters {
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
