//! Answers: their bodies, and the short ways to make the common ones.
//!
//! Main types: [`Answer`] and [`Refusal`]. Encodings and faults are put around an answer elsewhere.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use hyper::body::{Frame, SizeHint};
use serde::Serialize;
use serde_json::json;

/// An answer of the shop.
pub type Answer = Response<Body>;

/// What a handler returns.
pub type Outcome = Result<Answer, Refusal>;

type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The body of an answer: whole, or as it comes.
pub enum Body {
    /// Sent with a `Content-Length`.
    Whole(Bytes),
    /// Sent in chunks, unless the answer carries a `Content-Length` of its own. Dropped with its connection.
    Chunks(Chunks),
}

impl Body {
    /// A body made of what the stream gives; an error in it cuts the connection.
    pub fn stream(chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self::Chunks(Box::pin(chunks))
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Chunks(chunks) => {
                chunks.as_mut().poll_next(cx).map(|chunk| chunk.map(|data| data.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Chunks(_) => SizeHint::default(),
        }
    }
}

/// A request that is turned down; becomes `{"error":{"code","message"},"message"}`.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None }
    }

    /// 400: the request does not hold what the endpoint needs.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 401: no credentials, or false ones.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        let mut refusal = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message);
        refusal.header = Some((http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        refusal
    }

    /// 403: known, but not allowed.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// 404: no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 405: the path exists, for the methods in `allow`.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        let mut refusal = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            format!("this path answers to {allow}"),
        );
        refusal.header = Some((ALLOW, HeaderValue::from_static(allow)));
        refusal
    }

    /// 409: in conflict with what is stored.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 413: more body than the shop reads.
    pub fn too_large(limit_bytes: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("the body is larger than {limit_bytes} bytes"),
        )
    }

    /// 503: the database or a queue cannot take this now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }

    /// What went wrong, for callers that answer in a form of their own, such as GraphQL.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The machine-readable kind.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// This refusal as an answer.
    pub fn into_answer(self) -> Answer {
        let body = json!({"error": {"code": self.code, "message": self.message}, "message": self.message});
        let mut answer = json_answer(self.status, &body);
        if let Some((name, value)) = self.header {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer whose JSON is already written.
pub fn json_bytes(status: StatusCode, body: Bytes) -> Answer {
    typed(status, JSON, body)
}

/// An answer of one JSON value.
pub fn json_answer(status: StatusCode, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).expect("the shop's own values have string keys");
    json_bytes(status, body.into())
}

/// `200 OK` with a JSON value.
pub fn ok(value: &impl Serialize) -> Outcome {
    Ok(json_answer(StatusCode::OK, value))
}

/// `201 Created` with a JSON value.
pub fn created(value: &impl Serialize) -> Outcome {
    Ok(json_answer(StatusCode::CREATED, value))
}

/// An answer of the given content type.
pub fn typed(status: StatusCode, content_type: HeaderValue, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Body::Whole(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}

/// `200 OK` with plain text.
pub fn text(body: impl Into<Bytes>) -> Answer {
    typed(StatusCode::OK, HeaderValue::from_static("text/plain; charset=utf-8"), body)
}

/// `200 OK` with HTML.
pub fn html(body: impl Into<Bytes>) -> Answer {
    typed(StatusCode::OK, HeaderValue::from_static("text/html; charset=utf-8"), body)
}

/// An answer without a body.
pub fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Body::Whole(Bytes::new()));
    *answer.status_mut() = status;
    answer
}
