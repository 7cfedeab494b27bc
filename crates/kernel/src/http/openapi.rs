//! The OpenAPI 3.1 document, written from the route table, the forms of the pack and the answers' types.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;

use crate::error::Result;
use crate::http::call::Call;
use crate::http::form;
use crate::http::reply::Reply;
use crate::http::route::{Access, Face, Method, Route};
use crate::http::table::RouteTable;
use crate::pack::Pack;

/// Named schemas of the document.
#[derive(Default)]
pub struct Schemas(BTreeMap<String, Json>);

impl Schemas {
    /// Adds a named schema and answers the reference to it.
    pub fn add(&mut self, name: &str, schema: Json) -> Json {
        self.0.entry(name.to_owned()).or_insert(schema);
        json!({"$ref": format!("#/components/schemas/{name}")})
    }
}

/// The schema of a type: `.answers(schema::<OpinionView>)`.
pub fn schema<T: ToSchema>(schemas: &mut Schemas) -> Json {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    for (name, part) in parts {
        schemas.add(&name, plain(&part));
    }
    schemas.add(&T::name(), plain(&T::schema()))
}

/// The schema of a list of a type: `.answers(list_of::<OpinionRow>)`.
pub fn list_of<T: ToSchema>(schemas: &mut Schemas) -> Json {
    let item = schema::<T>(schemas);
    json!({
        "type": "object",
        "required": ["items", "total", "next"],
        "properties": {
            "items": {"type": "array", "items": item},
            "total": {"type": ["integer", "null"], "description": "符合条件的总数"},
            "next": {"type": ["string", "null"], "description": "下一段的续读标记，放进 next 参数；没有更多时为 null"},
        },
    })
}

fn plain(schema: &impl serde::Serialize) -> Json {
    serde_json::to_value(schema).unwrap_or(Json::Null)
}

/// Answers `GET /api/openapi.json`: the document of this city's pack, made once.
pub fn answer(c: &Call) -> Result<Reply> {
    #[derive(Default)]
    struct Made(Mutex<Option<(String, Bytes)>>);
    let pack = c.ctx.pack()?;
    let made = c.ctx.shelf.of::<Made>();
    let mut made = made.0.lock();
    let bytes = match made.as_ref() {
        Some((version, bytes)) if *version == pack.version => bytes.clone(),
        _ => {
            let document = document(&c.ctx.policy.routes, pack, env!("CARGO_PKG_VERSION"));
            let bytes = Bytes::from(serde_json::to_string_pretty(&document)? + "\n");
            *made = Some((pack.version.clone(), bytes.clone()));
            bytes
        }
    };
    Ok(Reply::new("application/json", bytes))
}

/// The whole document; the same table and pack always give the same bytes.
pub fn document(routes: &RouteTable, pack: &Pack, version: &str) -> Json {
    let mut schemas = Schemas::default();
    schemas.add("Problem", problem());
    let mut paths: BTreeMap<&str, Map<String, Json>> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for route in routes.all().iter().filter(|r| r.face == Face::Api) {
        let name = unique(&mut names, route);
        let operation = operation(route, &name, pack, &mut schemas);
        let method = if route.method == Method::Get { "get" } else { "post" };
        paths.entry(&route.path).or_default().insert(method.to_owned(), operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "会通接口",
            "version": version,
            "description": "每个操作名就是一个权限、一种日志记录。时间为 RFC 3339（+08:00），错误为 application/problem+json（RFC 9457）。",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "huitong token create 生成的令牌"}},
            "schemas": schemas.0,
        },
    })
}

/// The act, and where it has a second address, the act with that address's last word.
fn unique(names: &mut BTreeSet<String>, route: &Route) -> String {
    let words: Vec<&str> = route.path.split('/').filter(|w| !w.is_empty() && !w.starts_with('{')).collect();
    let last = words.last().copied().unwrap_or("root");
    let mut tries = vec![route.act.to_string(), format!("{}.{last}", route.act)];
    tries.extend((2..100).map(|n| format!("{}.{last}.{n}", route.act)));
    let name = tries.into_iter().find(|name| !names.contains(name)).unwrap_or_default();
    names.insert(name.clone());
    name
}

fn operation(route: &Route, name: &str, pack: &Pack, schemas: &mut Schemas) -> Json {
    let mut operation = json!({
        "operationId": name,
        "summary": route.summary,
        "security": if matches!(route.access, Access::Public | Access::Open) { json!([{}, {"token": []}]) } else { json!([{"token": []}]) },
        "parameters": parameters(route),
        "responses": {
            "default": {
                "description": "没有办成：说明原因和办法",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    });
    let mut good = json!({"description": "办成"});
    if let Some(answer) = route.answer {
        good["content"] = json!({"application/json": {"schema": answer.write(route, pack, schemas)}});
    }
    operation["responses"][route.status.to_string()] = good;
    let body = match route.body {
        Some(schema) => Some(schema.write(route, pack, schemas)),
        None => filled_in(route, pack, schemas, false),
    };
    if let Some(schema) = body {
        let mut content = json!({"application/json": {"schema": schema}});
        if let Some(schema) = route.uploads.then(|| filled_in(route, pack, schemas, true)).flatten() {
            content["multipart/form-data"] = json!({"schema": schema});
        }
        operation["requestBody"] = json!({"required": true, "content": content});
    }
    operation
}

/// The schema of the form of a route, or of one of its forms.
fn filled_in(route: &Route, pack: &Pack, schemas: &mut Schemas, files: bool) -> Option<Json> {
    let forms = route.form.iter().chain(&route.forms_within).filter_map(|key| pack.form(key));
    let suffix = if files { "WithFiles" } else { "" };
    let mut all: Vec<Json> = forms
        .map(|form| {
            schemas.add(&format!("{}{suffix}", camel(&form.key)), form::schema(form, pack, files, route))
        })
        .collect();
    match all.len() {
        0 | 1 => all.pop(),
        _ => Some(json!({"anyOf": all})),
    }
}

fn parameters(route: &Route) -> Vec<Json> {
    let places = route.path.split('/').filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'));
    let places = places
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let declared = route.params.iter().map(|p| {
        let place = if p.header { "header" } else { "query" };
        json!({"name": p.name, "in": place, "description": p.about, "schema": {"type": "string"}})
    });
    let key = (route.method == Method::Post).then(|| {
        json!({
            "name": "Idempotency-Key",
            "in": "header",
            "description": "同一个键、同样的内容只办一次，24 小时内重复请求得到同样的回答",
            "schema": {"type": "string", "maxLength": 200},
        })
    });
    places.chain(declared).chain(key).collect()
}

/// `opinion_submit` → `OpinionSubmit`.
fn camel(key: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    key.split(['_', '.']).map(capital).collect()
}

fn problem() -> Json {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "给人看的一句话"},
            "code": {"type": "string"},
            "instance": {"type": "string", "description": "错误码，查日志用"},
            "errors": {
                "type": "array",
                "description": "有误的字段（422）",
                "items": {
                    "type": "object",
                    "required": ["field", "message"],
                    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                },
            },
            "version": {"type": "integer", "description": "记录的当前版本（409）"},
        },
    })
}
