//! GraphQL: the endpoint over HTTP, and what its parts share.
//!
//! A small executor by hand: [`parse`] reads a document, [`schema`] knows which type has which fields,
//! [`execute`] walks a selection over [`resolve`]'s objects, [`subscribe`] speaks over WebSocket. Fields,
//! arguments, variables, aliases, fragments and the two standard directives work; introspection does not.

mod execute;
mod lex;
mod parse;
mod resolve;
mod schema;
mod subscribe;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::body::{Outcome, Refusal, json_answer};
use crate::exchange::Exchange;
use crate::shop::Shop;
use crate::shop::session::Asker;
use crate::websocket;

/// The most operations of one batch.
const MAX_BATCH: usize = 50;

/// One operation as a client sends it.
struct Request {
    query: String,
    variables: Map<String, Value>,
    operation: Option<String>,
}

impl Request {
    fn read(value: &Value) -> Result<Self, Refusal> {
        let query = value["query"].as_str().ok_or_else(|| Refusal::bad_request("`query` is needed"))?;
        Ok(Self {
            query: query.to_owned(),
            variables: value["variables"].as_object().cloned().unwrap_or_default(),
            operation: value["operationName"].as_str().filter(|name| !name.is_empty()).map(str::to_owned),
        })
    }
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
            let request = json!({"query": text("query"), "variables": variables, "operationName": text("operationName")});
            let (status, result) = run(shop, &asker, &Request::read(&request)?).await;
            Ok(json_answer(status, &result))
        }
        Method::POST => match exchange.fields().await?.0 {
            Value::Array(requests) if requests.len() <= MAX_BATCH => {
                let mut results = Vec::with_capacity(requests.len());
                for request in &requests {
                    results.push(run(shop, &asker, &Request::read(request)?).await.1);
                }
                Ok(json_answer(StatusCode::OK, &results))
            }
            Value::Array(_) => {
                Err(Refusal::bad_request(format!("a batch has at most {MAX_BATCH} operations")))
            }
            request => {
                let (status, result) = run(shop, &asker, &Request::read(&request)?).await;
                Ok(json_answer(status, &result))
            }
        },
        _ => Err(Refusal::method_not_allowed("GET, POST")),
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
    let (data, errors) = execute::operation(shop, asker, &document, operation, &variables).await;
    let mut result = json!({"data": data});
    if !errors.is_empty() {
        result["errors"] = errors.into();
    }
    (StatusCode::OK, result)
}
