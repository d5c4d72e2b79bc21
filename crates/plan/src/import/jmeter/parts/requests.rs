//! Requests of HTTP, and their defaults.

use std::sync::OnceLock;

use super::super::compile::{Compiler, Texts};
use super::super::document::{Element, Prop};
use super::super::http::{Argument, File, HttpSampler, HttpTexts};
use crate::note::Kind;

/// What a sampler says, or defaults do.
pub(super) fn http_texts(texts: &Texts<'_>) -> HttpTexts {
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
pub(super) fn check_domain(compiler: &mut Compiler<'_>, element: &Element) {
    let domain = element.text("HTTPSampler.domain").to_owned();
    let resolved = compiler.now(element, &domain);
    if resolved.contains("://") {
        let message =
            format!("the host is an address ({resolved}); JMeter would have failed, its parts are taken");
        compiler.note(Kind::Lenient, element, message);
    }
}

/// A sampler of HTTP.
pub(super) fn http(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> HttpSampler {
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
        fixed: OnceLock::new(),
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
