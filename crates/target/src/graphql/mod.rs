//! GraphQL: the endpoint over HTTP, and what its parts share.
//!
//! A small executor by hand: [`parse`] reads a document, [`types`] knows which type has which fields, [`schema`]
//! checks an operation against them, [`execute`] walks a selection over [`resolve`]'s objects, [`subscribe`] speaks
//! over WebSocket and [`news`] is what it tells. Fields, arguments, variables, aliases, fragments, the two standard
//! directives, introspection and persisted documents work.

mod execute;
mod lex;
mod news;
mod parse;
mod resolve;
mod schema;
mod subscribe;
mod types;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use self::resolve::Object;
use crate::body::{Answer, Outcome, Refusal, json_answer, text};
use crate::exchange::Exchange;
use crate::shop::Shop;
use crate::shop::session::Asker;
use crate::websocket;

/// The most operations of one batch.
const MAX_BATCH: usize = 50;

/// Documents that clients have left behind, by the SHA-256 of their text in hexadecimal digits.
pub type Documents = Mutex<HashMap<String, String>>;

/// The most documents that are kept.
const MAX_DOCUMENTS: usize = 1000;

/// One operation as a client sends it.
struct Request {
    query: String,
    variables: Map<String, Value>,
    operation: Option<String>,
}

impl Request {
    /// Reads a request whose document may have been left here before.
    ///
    /// # Errors
    /// The error that the answer shows.
    fn read(shop: &Shop, value: &Value) -> Result<Self, Value> {
        let hash = value["extensions"]["persistedQuery"]["sha256Hash"].as_str();
        Ok(Self {
            query: kept(&shop.documents, value["query"].as_str(), hash)?,
            variables: value["variables"].as_object().cloned().unwrap_or_default(),
            operation: value["operationName"].as_str().filter(|name| !name.is_empty()).map(str::to_owned),
        })
    }
}

/// The text of a document that is given by text, by hash, or by both, which leaves it here.
fn kept(documents: &Documents, query: Option<&str>, hash: Option<&str>) -> Result<String, Value> {
    let error = |message: &str, code: &str| json!({"message": message, "extensions": {"code": code}});
    let mut known = documents.lock().unwrap_or_else(PoisonError::into_inner);
    match (query, hash) {
        (Some(query), None) => Ok(query.to_owned()),
        (Some(query), Some(hash)) => {
            let own = Sha256::digest(query.as_bytes());
            if own.iter().map(|byte| format!("{byte:02x}")).collect::<String>() != hash {
                return Err(error("provided sha does not match query", "BAD_REQUEST"));
            }
            if known.len() < MAX_DOCUMENTS {
                known.insert(hash.to_owned(), query.to_owned());
            }
            Ok(query.to_owned())
        }
        (None, Some(hash)) => {
            let found = known.get(hash).cloned();
            found.ok_or_else(|| error("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND"))
        }
        (None, None) => Err(error("`query` is needed", "BAD_REQUEST")),
    }
}

/// `/graphql/schema`: the schema as text.
pub fn schema_text() -> Answer {
    text(types::TEXT)
}

/// `/graphql`: one operation or a list of them by `POST`, a query by `GET`, subscriptions by WebSocket.
pub async fn answer(shop: &Arc<Shop>, exchange: &mut Exchange<'_>) -> Outcome {
    if websocket::wanted(exchange) {
        return subscribe::answer(shop, exchange).await;
    }
    let asker = shop.asker(exchange).await?;
    match *exchange.method() {
        Method::GET => {
            let text =
                |name: &str| exchange.arg(name).map_or(Value::Null, |text| Value::from(text.into_owned()));
            let variables =
                exchange.arg("variables").and_then(|text| serde_json::from_str::<Value>(&text).ok());
            let extensions =
                exchange.arg("extensions").and_then(|text| serde_json::from_str::<Value>(&text).ok());
            let request = json!({"query": text("query"), "variables": variables,
                "operationName": text("operationName"), "extensions": extensions});
            let (status, result) = answered(shop, &asker, &request).await;
            Ok(json_answer(status, &result))
        }
        Method::POST => match exchange.fields().await?.0 {
            Value::Array(requests) if requests.len() <= MAX_BATCH => {
                let mut results = Vec::with_capacity(requests.len());
                for request in &requests {
                    results.push(answered(shop, &asker, request).await.1);
                }
                Ok(json_answer(StatusCode::OK, &results))
            }
            Value::Array(_) => {
                Err(Refusal::bad_request(format!("a batch has at most {MAX_BATCH} operations")))
            }
            request => {
                let (status, result) = answered(shop, &asker, &request).await;
                Ok(json_answer(status, &result))
            }
        },
        _ => Err(Refusal::method_not_allowed("GET, POST")),
    }
}

async fn answered(shop: &Arc<Shop>, asker: &Asker, request: &Value) -> (StatusCode, Value) {
    match Request::read(shop, request) {
        Ok(request) => run(shop, asker, &request).await,
        // Whoever asked by hash only asks again with the text: nothing is wrong with the request.
        Err(error) if error["message"] == "PersistedQueryNotFound" => {
            (StatusCode::OK, json!({"errors": [error]}))
        }
        Err(error) => (StatusCode::BAD_REQUEST, json!({"message": error["message"], "errors": [error]})),
    }
}

/// Runs one operation. What cannot run at all is a 400 without data; what fails in part is a 200 with both.
async fn run(shop: &Arc<Shop>, asker: &Asker, request: &Request) -> (StatusCode, Value) {
    let refused = |errors: Vec<Value>| (StatusCode::BAD_REQUEST, json!({"errors": errors}));
    let document = match parse::document(&request.query) {
        Ok(document) => document,
        Err(error) => return refused(vec![error.json()]),
    };
    let operation = match document.operation(request.operation.as_deref()) {
        Ok(operation) => operation,
        Err(message) => return refused(vec![json!({"message": message})]),
    };
    let problems = schema::problems(&document, operation);
    if !problems.is_empty() {
        return refused(problems);
    }
    let variables = match execute::variables(operation, &request.variables) {
        Ok(variables) => variables,
        Err(problems) => return refused(problems),
    };
    if operation.root == "Subscription" {
        return refused(vec![json!({"message": "Subscriptions are answered over WebSocket."})]);
    }
    let root = Object::Root(operation.root);
    let (data, errors) = execute::operation(shop, asker, &document, operation, &variables, root).await;
    let mut result = json!({"data": data});
    if !errors.is_empty() {
        result["errors"] = errors.into();
    }
    (StatusCode::OK, result)
}
