//! Runs an operation: variables first, then field by field, errors gathered with their paths.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json, json};

use super::parse::{Arguments, Directive, Document, Field, Operation, Selection, Value};
use super::resolve::{self, Found, Object};
use crate::shop::Shop;
use crate::shop::session::Asker;

/// The most objects that one operation may touch.
const MAX_OBJECTS: usize = 100_000;

/// The values of an operation's variables. Those that are given but not declared count too: clients forget.
pub fn variables(operation: &Operation, given: &Map<String, Json>) -> Result<Map<String, Json>, Vec<Json>> {
    let mut values = given.clone();
    let mut problems = Vec::new();
    for variable in &operation.variables {
        if values.get(&variable.name).is_some_and(|value| !value.is_null()) {
            continue;
        }
        match &variable.default {
            Some(default) => {
                values.insert(variable.name.clone(), plain(default, given));
            }
            None if variable.kind.ends_with('!') => problems.push(json!({
                "message": format!(
                    "Variable \"${}\" of required type \"{}\" was not provided.",
                    variable.name, variable.kind
                ),
            })),
            None => {}
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// A written value with its variables put in.
fn plain(value: &Value, variables: &Map<String, Json>) -> Json {
    match value {
        Value::Variable(name) => variables.get(name).cloned().unwrap_or_default(),
        Value::Plain(plain) => plain.clone(),
        Value::Enum(word) => word.clone().into(),
        Value::List(list) => list.iter().map(|entry| plain(entry, variables)).collect(),
        Value::Object(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.clone(), plain(value, variables))).collect())
        }
    }
}

/// The values of a field's arguments.
pub fn arguments(arguments: &Arguments, variables: &Map<String, Json>) -> Json {
    let values = arguments.iter().map(|(name, value)| (name.clone(), plain(value, variables)));
    Json::Object(values.collect())
}

/// Runs an operation on its root; gives the data and the errors.
pub async fn operation(
    shop: &Shop,
    asker: &Asker,
    document: &Document,
    operation: &Operation,
    variables: &Map<String, Json>,
    root: Object,
) -> (Json, Vec<Json>) {
    let mut run = Run { shop, asker, document, variables, errors: Vec::new(), objects: 0 };
    let data = run.object(&root, &[&operation.selection], &mut Vec::new()).await;
    (data, run.errors)
}

/// A field, and what is wanted of it wherever it stands.
struct Joined<'a> {
    first: &'a Field,
    selections: Vec<&'a [Selection]>,
}

struct Run<'a> {
    shop: &'a Shop,
    asker: &'a Asker,
    document: &'a Document,
    variables: &'a Map<String, Json>,
    errors: Vec<Json>,
    objects: usize,
}

impl<'a> Run<'a> {
    fn object<'b>(
        &'b mut self,
        object: &'b Object,
        selections: &'b [&'b [Selection]],
        path: &'b mut Vec<Json>,
    ) -> BoxFuture<'b, Json> {
        async move {
            self.objects += 1;
            let mut fields = Vec::new();
            for selection in selections {
                self.collect(object.kind(), selection, &mut fields);
            }
            let mut shown = Map::new();
            for field in fields {
                path.push(field.first.key().into());
                let value = self.field(object, &field, path).await;
                path.pop();
                shown.insert(field.first.key().to_owned(), value);
            }
            Json::Object(shown)
        }
        .boxed()
    }

    /// The fields of a selection, with fragments opened, directives heeded and repeated fields joined.
    fn collect<'b>(&self, kind: &str, selection: &'b [Selection], fields: &mut Vec<Joined<'b>>)
    where
        'a: 'b,
    {
        for entry in selection {
            match entry {
                Selection::Field(field) if self.wanted(&field.directives) => {
                    match fields.iter_mut().find(|known| known.first.key() == field.key()) {
                        Some(known) => known.selections.push(&field.selection),
                        None => fields.push(Joined { first: field, selections: vec![&field.selection] }),
                    }
                }
                Selection::Inline(on, directives, inner)
                    if on.as_deref().is_none_or(|on| on == kind) && self.wanted(directives) =>
                {
                    self.collect(kind, inner, fields);
                }
                Selection::Spread(name, directives) if self.wanted(directives) => {
                    if let Some(fragment) = self.document.fragment(name) {
                        self.collect(kind, &fragment.selection, fields);
                    }
                }
                _ => {}
            }
        }
    }

    fn wanted(&self, directives: &[Directive]) -> bool {
        directives.iter().all(|directive| {
            let condition = directive.arguments.iter().find(|(name, _)| name == "if");
            let condition = condition.map(|(_, value)| plain(value, self.variables) == Json::Bool(true));
            match directive.name.as_str() {
                "include" => condition != Some(false),
                "skip" => condition != Some(true),
                _ => true,
            }
        })
    }

    async fn field(&mut self, object: &Object, joined: &Joined<'_>, path: &mut Vec<Json>) -> Json {
        let field = joined.first;
        if field.name == "__typename" {
            return object.kind().into();
        }
        if self.objects > MAX_OBJECTS {
            // Said once; every further field is null.
            if self.objects <= MAX_OBJECTS + 1 {
                self.objects += 1;
                let message = format!("The operation touches more than {MAX_OBJECTS} objects.");
                self.errors.push(json!({"message": message, "path": path}));
            }
            return Json::Null;
        }
        let arguments = arguments(&field.arguments, self.variables);
        match resolve::field(self.shop, self.asker, object, &field.name, &arguments).await {
            Ok(Found::Nothing) => Json::Null,
            Ok(Found::Leaf(value)) => value,
            Ok(Found::One(inner)) => self.object(&inner, &joined.selections, path).await,
            Ok(Found::Many(list)) => {
                let mut shown = Vec::with_capacity(list.len());
                for (index, inner) in list.iter().enumerate() {
                    path.push(index.into());
                    shown.push(self.object(inner, &joined.selections, path).await);
                    path.pop();
                }
                shown.into()
            }
            Err(refusal) => {
                self.errors.push(json!({
                    "message": refusal.message(),
                    "locations": [{"line": field.place.line, "column": field.place.column}],
                    "path": path,
                    "extensions": {"code": refusal.code().to_uppercase()},
                }));
                Json::Null
            }
        }
    }
}
