//! Samplers.

use super::super::compile::{Compiler, Texts};
use super::super::database::{Kind as Statement, Query};
use super::super::document::Element;
use super::super::socket::{Act, Payload, SocketSampler};
use super::super::text::Text;
use super::super::tree::{Dummy, NodeKind};
use super::requests::http;
use super::scripts::script;
use super::{assignments, unsupported};
use crate::note::Kind;

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
        "JSR223Sampler" | "BeanShellSampler" | "BSFSampler" => {
            NodeKind::Script(Box::new(script(compiler, texts)))
        }
        "kg.apc.jmeter.control.sampler.SetVariablesAction" => assignments(texts, "SetVariablesAction"),
        "JDBCSampler" => NodeKind::Query(Box::new(query(compiler, texts))),
        "kg.apc.jmeter.samplers.DummySampler" => NodeKind::Dummy(Box::new(Dummy {
            success: texts.of("SUCCESFULL"),
            texts: ["RESPONSE_CODE", "RESPONSE_MESSAGE", "RESPONSE_DATA", "REQUEST_DATA", "URL"]
                .map(|name| texts.of(name)),
            millis: texts.of("RESPONSE_TIME"),
            waits: element.flag("WAITING", false),
        })),
        class => {
            let known = match class.strip_prefix("eu.luminis.jmeter.wssampler.") {
                Some(class) => socket(class, texts).map(|sampler| NodeKind::Socket(Box::new(sampler))),
                None if class == "JavaSampler" => java(texts).map(|dummy| NodeKind::Dummy(Box::new(dummy))),
                None => None,
            };
            known.unwrap_or_else(|| {
                if class == "JavaSampler" {
                    let message =
                        format!("{class} (the class {}) is not supported", element.text("classname"));
                    compiler.note(Kind::Unsupported, element, message);
                } else {
                    unsupported(compiler, element);
                }
                NodeKind::Unsupported(class.to_owned())
            })
        }
    }
}

fn socket(class: &str, texts: &Texts<'_>) -> Option<SocketSampler> {
    let element = texts.element;
    let act = match class {
        "OpenWebSocketSampler" => Act::Open,
        "RequestResponseWebSocketSampler" => Act::Ask,
        "SingleReadWebSocketSampler" => Act::Read,
        "SingleWriteWebSocketSampler" => Act::Write,
        "PingPongSampler" => Act::Ping,
        "CloseWebSocketSampler" => Act::Close,
        _ => return None,
    };
    let said = if act == Act::Read { element.text("dataType") } else { element.text("payloadType") };
    let payload = match said {
        "Binary" => Payload::Binary,
        "Any" => Payload::Any,
        "" if element.flag("binaryPayload", false) => Payload::Binary,
        _ => Payload::Text,
    };
    // Without the property a request opens a connection, a read or a write does not.
    let fresh = element.flag("createNewConnection", act == Act::Ask);
    let status = texts.of("statusCode");
    Some(SocketSampler {
        act,
        fresh: fresh && matches!(act, Act::Ask | Act::Read | Act::Write),
        tls: element.flag("TLS", false),
        place: ["server", "port", "path"].map(|name| texts.of(name)),
        connect_timeout: texts.of("connectTimeout"),
        read_timeout: texts.of("readTimeout"),
        payload,
        data: texts.of("requestData"),
        file: element.flag("loadDataFromFile", false).then(|| texts.of("dataFile")),
        optional: element.flag("optional", false),
        status: if status.is_blank() { Text::literal("1000") } else { status },
    })
}

/// What an element asks of a database.
pub(super) fn query(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Query {
    let element = texts.element;
    let kind = texts.of("queryType");
    if kind.is_fixed() && Statement::named(kind.raw()).is_none() {
        let message = format!("there is no query type {}; its samples fail, as in JMeter", kind.raw());
        compiler.note(Kind::Ignored, element, message);
    }
    Query {
        source: texts.of("dataSource"),
        kind,
        text: texts.of("query"),
        arguments: texts.of("queryArguments"),
        types: texts.of("queryArgumentsTypes"),
        names: texts.of("variableNames"),
        result: texts.of("resultVariable"),
        most: texts.of("resultSetMaxRows"),
        timeout: texts.of("queryTimeout"),
        counts: element.text("resultSetHandler") == "Count Records",
    }
}

/// The classes of Java that JMeter brings for trying things out.
fn java(texts: &Texts<'_>) -> Option<Dummy> {
    let element = texts.element;
    let list = element.inner("arguments");
    let given = |name: &str| -> Option<String> {
        let mut all = list?.elements("Arguments.arguments");
        all.find(|one: &&Element| one.text("Argument.name") == name)
            .map(|one| one.text("Argument.value").trim().to_owned())
    };
    let number = |name: &str, default: &str| {
        let text = given(name).filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned());
        let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        hex.and_then(|digits| i64::from_str_radix(digits, 16).ok()).map_or(text, |value| value.to_string())
    };
    let (time, mask) = match element.text("classname").rsplit('.').next()? {
        "JavaTest" => (number("Sleep_Time", "100"), number("Sleep_Mask", "0xFF")),
        "SleepTest" => (number("SleepTime", "1000"), number("SleepMask", "0x3FF")),
        _ => return None,
    };
    let millis = format!("${{__intSum({time},${{__Random(0,{mask})}})}}");
    let words = |name: &str| texts.text(&given(name).unwrap_or_default());
    let status = given("Status").unwrap_or_else(|| "OK".to_owned());
    let success = if status.contains("${") { status } else { (status == "OK").to_string() };
    Some(Dummy {
        success: texts.text(&success),
        texts: [
            words("ResponseCode"),
            words("ResponseMessage"),
            words("ResultData"),
            words("SamplerData"),
            Text::literal(""),
        ],
        millis: texts.text(&millis),
        waits: true,
    })
}
