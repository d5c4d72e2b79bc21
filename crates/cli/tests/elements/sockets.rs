//! WebSocket samplers and filters.

use super::super::jmx::*;
use super::*;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn sockets() -> Vec<Row> {
    let socket = |class: &str, name: &str, props: &[(&str, &str)], below: &str| {
        let mut all =
            vec![("createNewConnection", "false"), ("connectTimeout", "20000"), ("readTimeout", "20000")];
        all.retain(|(name, _)| props.iter().all(|(own, _)| own != name));
        all.extend(props);
        el(&format!("eu.luminis.jmeter.wssampler.{class}"), name, &all, below)
    };
    let place = |path: &'static str| {
        [("TLS", "false"), ("server", "127.0.0.1"), ("port", "${__P(port)}"), ("path", path)]
    };
    let open = |path: &'static str| socket("OpenWebSocketSampler", "open", &place(path), "");
    let found = |name: &str| {
        el(
            "RegexExtractor",
            "r",
            &[
                ("RegexExtractor.refname", name),
                ("RegexExtractor.regex", "(.+)"),
                ("RegexExtractor.template", "$1$"),
                ("RegexExtractor.default", "none"),
            ],
            "",
        )
    };
    let read = |name: &str, props: &[(&str, &str)], below: &str| {
        socket("SingleReadWebSocketSampler", name, props, below)
    };
    let filter = |class: &str, name: &str, comparison: &str, value: &str| {
        el(
            &format!("eu.luminis.jmeter.wssampler.{class}"),
            name,
            &[("comparisonType", comparison), ("matchValue", value)],
            "",
        )
    };
    let close = || socket("CloseWebSocketSampler", "close", &[("statusCode", "1000")], "");
    vec![
        row(
            "talk",
            &[
                open("/ws/echo"),
                socket(
                    "SingleWriteWebSocketSampler",
                    "write",
                    &[("payloadType", "Text"), ("requestData", "hi ${who}")],
                    "",
                ),
                read("read", &[("dataType", "Text")], &found("text")),
                socket(
                    "RequestResponseWebSocketSampler",
                    "ask",
                    &[("payloadType", "Binary"), ("requestData", "0x61 62")],
                    &found("bytes"),
                ),
                socket("PingPongSampler", "ping", &[], ""),
                close(),
                show("${text}|${bytes}"),
            ],
            &["open 101", "write", "read", "ask", "ping", "close 1000", "hi me|ab"],
        ),
        row(
            "own connection",
            &[
                {
                    let mut props = place("/ws/echo").to_vec();
                    props.extend([("createNewConnection", "true"), ("requestData", "alone")]);
                    socket("RequestResponseWebSocketSampler", "ask", &props, &found("text"))
                },
                show("${text}"),
            ],
            &["ask 101", "alone"],
        ),
        row(
            "no connection",
            &[read("read", &[], ""), socket("PingPongSampler", "ping", &[], ""), close()],
            &["read Sampler error failed", "ping Sampler error failed", "close failed"],
        ),
        row(
            "refused",
            &[open("/ws/echo?reject=1"), open("/nowhere")],
            &["open 403 failed", "open 404 failed"],
        ),
        row(
            "silence",
            &[
                open("/ws/echo"),
                read("maybe", &[("readTimeout", "30"), ("optional", "true")], ""),
                read("must", &[("readTimeout", "30")], ""),
            ],
            &["open 101", "maybe No response", "must Websocket I/O error failed"],
        ),
        row(
            "other kind",
            &[open("/ws/ticks?count=1&interval_ms=1"), read("bytes", &[("dataType", "Binary")], "")],
            &["open 101", "bytes Sampler error: unexpected frame type. failed"],
        ),
        row(
            "filters",
            &[
                open("/ws/ticks?count=3&interval_ms=1"),
                filter("TextFrameFilter", "first", "Contains", "\"id\":1"),
                filter("BinaryFrameFilter", "bytes", "IsBinary", ""),
                el("eu.luminis.jmeter.wssampler.PingFrameFilter", "pings", &[], ""),
                read(
                    "read",
                    &[("dataType", "Any")],
                    &el(
                        "JSONPostProcessor",
                        "j",
                        &[
                            ("JSONPostProcessor.referenceNames", "id"),
                            ("JSONPostProcessor.jsonPathExprs", "$.id"),
                            ("JSONPostProcessor.match_numbers", "1"),
                        ],
                        "",
                    ),
                ),
                show("${id}"),
            ],
            &["open 101", "read", "Discarded text frame (by filter 'first')", "2"],
        ),
    ]
}
