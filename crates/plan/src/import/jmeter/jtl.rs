//! Lines of result files, in CSV and XML.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::entities::escape_xml;
use super::function::format_java;
use super::listener::SaveConfig;
use super::sample::Sample;
use super::user::User;

/// The variables that each line shows, with their names.
pub type Shown = Vec<(String, Option<String>)>;

/// The first lines of a file.
#[must_use]
pub fn opening(save: &SaveConfig, variables: &[String]) -> String {
    if save.xml {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testResults version=\"1.2\">\n".to_owned();
    }
    if !save.field_names {
        return String::new();
    }
    let names = columns(save).map(|(name, _)| name.to_owned());
    let own = variables.iter().map(|name| format!("\"{name}\""));
    format!("{}\n", names.chain(own).collect::<Vec<_>>().join(&save.delimiter.to_string()))
}

/// The last lines of a file.
#[must_use]
pub fn closing(save: &SaveConfig) -> &'static str {
    if save.xml { "\n</testResults>\n" } else { "" }
}

type Column = for<'s> fn(&'s Sample, &SaveConfig) -> Cow<'s, str>;

/// Whether a file has a column, its name, and what it says.
type Row = (fn(&SaveConfig) -> bool, &'static str, Column);

/// The columns in their order.
const COLUMNS: [Row; 22] = [
    (
        |save| save.timestamp,
        "timeStamp",
        |sample, save| match &save.timestamp_format {
            Some((format, zone)) => {
                format_java(format, sample.started_ms, "en", zone).unwrap_or_default().into()
            }
            None => number(&sample.started_ms),
        },
    ),
    (|save| save.time, "elapsed", |sample, _| number(&sample.elapsed_ms)),
    (|save| save.label, "label", |sample, _| Cow::Borrowed(&sample.label)),
    (|save| save.code, "responseCode", |sample, _| Cow::Borrowed(&sample.code)),
    (|save| save.message, "responseMessage", |sample, _| Cow::Borrowed(&sample.message)),
    (|save| save.thread_name, "threadName", |sample, _| Cow::Borrowed(&sample.thread)),
    (|save| save.data_type, "dataType", |sample, _| Cow::Borrowed(sample.data_type)),
    (
        |save| save.success,
        "success",
        |sample, _| Cow::Borrowed(if sample.success { "true" } else { "false" }),
    ),
    (|save| save.failure_message, "failureMessage", |sample, _| Cow::Borrowed(sample.failure_message())),
    (|save| save.bytes, "bytes", |sample, _| number(&sample.bytes)),
    (|save| save.sent_bytes, "sentBytes", |sample, _| number(&sample.sent_bytes)),
    (|save| save.thread_counts, "grpThreads", |sample, _| number(&sample.group_threads)),
    (|save| save.thread_counts, "allThreads", |sample, _| number(&sample.all_threads)),
    (|save| save.url, "URL", |sample, _| Cow::Borrowed(sample.url.as_deref().unwrap_or("null"))),
    (|save| save.file_name, "Filename", |_, _| Cow::Borrowed("")),
    (|save| save.latency, "Latency", |sample, _| number(&sample.latency_ms)),
    (
        |save| save.encoding,
        "Encoding",
        |sample, _| Cow::Borrowed(sample.charset.as_deref().unwrap_or("ISO-8859-1")),
    ),
    (|save| save.sample_count, "SampleCount", |_, _| Cow::Borrowed("1")),
    (
        |save| save.sample_count,
        "ErrorCount",
        |sample, _| Cow::Borrowed(if sample.success { "0" } else { "1" }),
    ),
    (|save| save.hostname, "Hostname", |_, _| Cow::Borrowed(hostname())),
    (|save| save.idle_time, "IdleTime", |sample, _| number(&sample.idle_ms)),
    (|save| save.connect_time, "Connect", |sample, _| number(&sample.connect_ms)),
];

fn number(number: &impl ToString) -> Cow<'static, str> {
    Cow::Owned(number.to_string())
}

fn columns(save: &SaveConfig) -> impl Iterator<Item = (&'static str, Column)> {
    COLUMNS.into_iter().filter(|(on, _, _)| on(save)).map(|(_, name, column)| (name, column))
}

fn hostname() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        name.trim().to_owned()
    })
}

/// The variables that lines show, as they are now.
#[must_use]
pub fn shown(names: &[String], user: &User) -> Shown {
    names.iter().map(|name| (name.clone(), user.vars.text(name).map(std::borrow::Cow::into_owned))).collect()
}

/// The lines of a sample and its sub-samples.
pub fn write(out: &mut String, sample: &Sample, save: &SaveConfig, variables: &Shown) {
    if save.xml { xml(out, sample, save, variables, 0) } else { csv(out, sample, save, variables) }
}

fn csv(out: &mut String, sample: &Sample, save: &SaveConfig, variables: &Shown) {
    let mut first = true;
    let mut put = |out: &mut String, text: &str| {
        if !std::mem::take(&mut first) {
            out.push(save.delimiter);
        }
        if text.contains([save.delimiter, '"', '\r', '\n']) {
            out.push('"');
            out.push_str(&text.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(text);
        }
    };
    for (_, column) in columns(save) {
        put(out, &column(sample, save));
    }
    for (_, value) in variables {
        put(out, value.as_deref().unwrap_or("null"));
    }
    out.push('\n');
    if save.subresults {
        sample.subs.iter().for_each(|sub| csv(out, sub, save, variables));
    }
}

fn xml(out: &mut String, sample: &Sample, save: &SaveConfig, variables: &Shown, depth: usize) {
    let pad = "  ".repeat(depth);
    let tag = if sample.is_http { "httpSample" } else { "sample" };
    out.push_str(&format!("{pad}<{tag}"));
    let mut attribute = |on: bool, name: &str, value: &str| {
        if on {
            out.push_str(&format!(" {name}=\"{}\"", escape_attribute(value)));
        }
    };
    attribute(save.time, "t", &sample.elapsed_ms.to_string());
    attribute(save.idle_time, "it", &sample.idle_ms.to_string());
    attribute(save.latency, "lt", &sample.latency_ms.to_string());
    attribute(save.connect_time, "ct", &sample.connect_ms.to_string());
    attribute(save.timestamp, "ts", &sample.started_ms.to_string());
    attribute(save.success, "s", &sample.success.to_string());
    attribute(save.label, "lb", &sample.label);
    attribute(save.code, "rc", &sample.code);
    attribute(save.message, "rm", &sample.message);
    attribute(save.thread_name, "tn", &sample.thread);
    attribute(save.data_type, "dt", sample.data_type);
    attribute(save.encoding, "de", sample.charset.as_deref().unwrap_or("ISO-8859-1"));
    attribute(save.bytes, "by", &sample.bytes.to_string());
    attribute(save.sent_bytes, "sby", &sample.sent_bytes.to_string());
    attribute(save.sample_count, "sc", "1");
    attribute(save.sample_count, "ec", if sample.success { "0" } else { "1" });
    attribute(save.thread_counts, "ng", &sample.group_threads.to_string());
    attribute(save.thread_counts, "na", &sample.all_threads.to_string());
    attribute(save.hostname, "hn", hostname());
    for (name, value) in variables {
        attribute(true, name, value.as_deref().unwrap_or_default());
    }
    let mut inner = String::new();
    children(&mut inner, sample, save, variables, depth + 1);
    if inner.is_empty() {
        out.push_str("/>\n");
    } else {
        out.push_str(&format!(">\n{inner}{pad}</{tag}>\n"));
    }
}

fn children(out: &mut String, sample: &Sample, save: &SaveConfig, variables: &Shown, depth: usize) {
    let pad = "  ".repeat(depth);
    if save.assertions {
        for verdict in &sample.verdicts {
            out.push_str(&format!(
                "{pad}<assertionResult>\n{pad}  <name>{}</name>\n{pad}  <failure>{}</failure>\n{pad}  <error>{}</error>\n",
                escape(&verdict.name), verdict.failure, verdict.error
            ));
            if let Some(message) = verdict.message.as_ref().filter(|_| verdict.failure || verdict.error) {
                out.push_str(&format!("{pad}  <failureMessage>{}</failureMessage>\n", escape(message)));
            }
            out.push_str(&format!("{pad}</assertionResult>\n"));
        }
    }
    if save.subresults {
        sample.subs.iter().for_each(|sub| xml(out, sub, save, variables, depth));
    }
    let mut text = |on: bool, tag: &str, value: &str| {
        if !on {
        } else if value.is_empty() {
            out.push_str(&format!("{pad}<{tag} class=\"java.lang.String\"/>\n"));
        } else {
            out.push_str(&format!("{pad}<{tag} class=\"java.lang.String\">{}</{tag}>\n", escape(value)));
        }
    };
    text(save.response_headers, "responseHeader", &sample.response_headers.text());
    text(save.request_headers, "requestHeader", &sample.request_headers.text());
    text(
        save.response_data || (save.response_data_on_error && !sample.success),
        "responseData",
        &sample.text(),
    );
    if sample.is_http {
        text(save.sampler_data, "cookies", &sample.cookies);
        text(save.sampler_data, "method", &sample.method);
        text(save.sampler_data, "queryString", &sample.query);
        text(save.sampler_data && !sample.location.is_empty(), "redirectLocation", &sample.location);
    } else {
        text(save.sampler_data, "samplerData", &sample.sampler_data);
    }
    if let Some(url) = sample.url.as_ref().filter(|_| save.url) {
        out.push_str(&format!("{pad}<java.net.URL>{}</java.net.URL>\n", escape(url)));
    }
}

/// A text without what XML cannot hold at all.
fn escape(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    escape_xml(&kept).replace("&apos;", "'")
}

fn escape_attribute(text: &str) -> String {
    escape(text).replace('\n', "&#xa;").replace('\r', "&#xd;").replace('\t', "&#x9;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::jmeter::user::Shared;

    fn sample() -> Sample {
        Sample {
            label: "a,b".into(),
            code: "200".into(),
            message: "say \"hi\"".into(),
            thread: "TG 1-1".into(),
            data_type: "text",
            success: true,
            started_ms: 5,
            elapsed_ms: 7,
            ..Sample::default()
        }
    }

    #[test]
    fn csv_quotes_where_it_must() {
        let save = SaveConfig::of_props(&Shared::for_tests());
        let mut out = String::new();
        write(&mut out, &sample(), &save, &vec![("v".into(), None)]);
        assert_eq!(out, "5,7,\"a,b\",200,\"say \"\"hi\"\"\",TG 1-1,text,true,,0,0,0,0,null,0,0,0,null\n");
        let head = opening(&save, &["v".to_owned()]);
        assert!(
            head.starts_with("timeStamp,elapsed,label,")
                && head.ends_with(",Latency,IdleTime,Connect,\"v\"\n"),
            "{head}"
        );
    }

    #[test]
    fn xml_is_well_formed() {
        let save =
            SaveConfig { xml: true, response_data: true, ..SaveConfig::of_props(&Shared::for_tests()) };
        let mut whole = sample();
        whole.own_text = Some("<\u{1}>".into());
        whole.add_sub(sample());
        let mut out = opening(&save, &[]);
        write(&mut out, &whole, &save, &Vec::new());
        out.push_str(closing(&save));
        let document = roxmltree::Document::parse(&out).unwrap();
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("sample")).count(), 2);
    }
}
