//! Queries and bodies of requests.
//!
//! Main type: [`Body`].

use super::super::encoding;
use super::super::function::encode_bytes;
use super::super::function::java_decode;
use super::{Call, Pair};

/// A body with its type.
#[derive(Clone, Default, Debug)]
pub struct Body {
    /// The bytes; nothing for no body at all.
    pub bytes: Option<Vec<u8>>,
    /// The type that it has unless a header says otherwise.
    pub content_type: Option<String>,
    /// It as the sample shows it.
    pub shown: String,
}

/// Why there is no body: the class and message of Java's exception, and what was sent nevertheless.
pub struct BadBody {
    /// The class.
    pub class: &'static str,
    /// The message.
    pub message: String,
}

impl Call {
    /// The arguments as a query.
    pub(super) fn query(&self) -> String {
        let charset = if self.encoding.is_empty() { "UTF-8" } else { &self.encoding };
        let join = |pair: &Pair| {
            let sign = if pair.equals { "=" } else { "" };
            if pair.encode {
                let code = |text: &str| encode_bytes(&encoding::encode(text, charset));
                format!("{}{sign}{}", code(&pair.name), code(&pair.value))
            } else {
                format!("{}{sign}{}", pair.name, pair.value)
            }
        };
        let named = self.pairs.iter().filter(|pair| !pair.name.is_empty());
        named.map(join).collect::<Vec<_>>().join("&")
    }

    /// The arguments as the body of a form: what is not to be encoded counts as encoded already.
    fn form(&self) -> String {
        let charset = if self.encoding.is_empty() { "UTF-8" } else { &self.encoding };
        let code = |text: &str, encode: bool| {
            let plain = if encode { None } else { java_decode(text).ok() };
            encode_bytes(&encoding::encode(plain.as_deref().unwrap_or(text), charset))
        };
        let named = self.pairs.iter().filter(|pair| !pair.name.is_empty());
        let join =
            |pair: &Pair| format!("{}={}", code(&pair.name, pair.encode), code(&pair.value, pair.encode));
        named.map(join).collect::<Vec<_>>().join("&")
    }

    /// The body of the request.
    pub(super) fn body(&self, typed: bool) -> Result<Body, BadBody> {
        let takes_body = !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
        let charset = if self.encoding.is_empty() { "ISO-8859-1" } else { &self.encoding };
        if let Some(why) = self.file_outside.as_deref().filter(|_| takes_body) {
            return Err(BadBody { class: "java.io.FileNotFoundException", message: why.to_owned() });
        }
        if self.multipart || self.files.iter().any(|[_, name, _]| !name.is_empty()) {
            return if takes_body { self.parts() } else { Ok(Body::default()) };
        }
        if let [[path, _, kind]] = &*self.files
            && takes_body
        {
            let bytes = read(path)?;
            let kind = Some(kind.clone()).filter(|kind| !kind.is_empty() && !typed);
            return Ok(Body {
                bytes: Some(bytes),
                content_type: kind,
                shown: "<actual file content, not shown here>".to_owned(),
            });
        }
        if self.raw && (takes_body || self.method == "GET") {
            let text: String = self.pairs.iter().map(|pair| pair.value.as_str()).collect();
            let kind = if self.encoding.is_empty() {
                "text/plain".to_owned()
            } else {
                format!("text/plain; charset={}", self.encoding)
            };
            return Ok(Body {
                bytes: Some(encoding::encode(&text, charset)),
                content_type: Some(kind),
                shown: text,
            });
        }
        if !takes_body {
            return Ok(Body::default());
        }
        let form = self.form();
        let kind = if self.encoding.is_empty() { "UTF-8" } else { &self.encoding };
        Ok(Body {
            bytes: Some(form.clone().into_bytes()),
            content_type: Some(format!("application/x-www-form-urlencoded; charset={kind}")),
            shown: form,
        })
    }

    /// A body of parts.
    fn parts(&self) -> Result<Body, BadBody> {
        let boundary = boundary();
        let charset = if self.encoding.is_empty() { "US-ASCII" } else { &self.encoding };
        let (mut bytes, mut shown) = (Vec::new(), String::new());
        let line = |bytes: &mut Vec<u8>, shown: &mut String, text: &str| {
            bytes.extend_from_slice(text.as_bytes());
            bytes.extend_from_slice(b"\r\n");
            shown.push_str(text);
            shown.push('\n');
        };
        for pair in self.pairs.iter().filter(|pair| !pair.name.is_empty()) {
            line(&mut bytes, &mut shown, &format!("--{boundary}"));
            line(&mut bytes, &mut shown, &format!("Content-Disposition: form-data; name=\"{}\"", pair.name));
            if !self.browser {
                let kind = if pair.content_type.is_empty() { "text/plain" } else { &pair.content_type };
                line(&mut bytes, &mut shown, &format!("Content-Type: {kind}; charset={charset}"));
                line(&mut bytes, &mut shown, "Content-Transfer-Encoding: 8bit");
            } else if !pair.content_type.is_empty() {
                line(&mut bytes, &mut shown, &format!("Content-Type: {}", pair.content_type));
            }
            line(&mut bytes, &mut shown, "");
            bytes.extend_from_slice(&encoding::encode(&pair.value, charset));
            shown.push_str(&pair.value);
            line(&mut bytes, &mut shown, "");
        }
        for [path, name, kind] in &self.files {
            if kind.is_empty() {
                let message = "Invalid content type: ".to_owned();
                return Err(BadBody { class: "org.apache.http.ParseException", message });
            }
            let file = path.rsplit('/').next().unwrap_or_default();
            line(&mut bytes, &mut shown, &format!("--{boundary}"));
            let disposition = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"");
            line(&mut bytes, &mut shown, &disposition);
            line(&mut bytes, &mut shown, &format!("Content-Type: {kind}"));
            if !self.browser {
                line(&mut bytes, &mut shown, "Content-Transfer-Encoding: binary");
            }
            line(&mut bytes, &mut shown, "");
            bytes.extend_from_slice(&read(path)?);
            shown.push_str("<actual file content, not shown here>");
            line(&mut bytes, &mut shown, "");
        }
        line(&mut bytes, &mut shown, &format!("--{boundary}--"));
        let kind = format!("multipart/form-data; boundary={boundary}");
        Ok(Body { bytes: Some(bytes), content_type: Some(kind), shown })
    }
}

fn read(path: &str) -> Result<Vec<u8>, BadBody> {
    std::fs::read(path).map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "No such file or directory".to_owned(),
            std::io::ErrorKind::PermissionDenied => "Permission denied".to_owned(),
            _ => error.to_string(),
        };
        BadBody { class: "java.io.FileNotFoundException", message: format!("{path} ({reason})") }
    })
}

fn boundary() -> String {
    let mut text = String::new();
    for _ in 0..2 {
        text.push_str(&format!("{:016x}", super::super::random::seed()));
    }
    text
}
