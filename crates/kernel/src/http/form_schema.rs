//! The JSON schema of a form, for the OpenAPI document: the same bounds that [`crate::http::form::check`] holds it to.

use serde_json::{Map, Value as Json, json};

use crate::http::form::is_looked_up;
use crate::http::route::Route;
use crate::pack::{Control, Field, Form, Options, Pack};

/// The JSON schema of a form as a route takes it; `files` where the body can carry them; what the route has a default for
/// need not be sent.
pub fn schema(form: &Form, pack: &Pack, files: bool, route: &Route) -> Json {
    let mut properties = Map::new();
    for field in form.fields.iter().filter(|f| files || f.control != Control::Files) {
        properties.insert(field.key.clone(), field_schema(field, pack));
        if is_looked_up(field.control) {
            let about = format!("“{}”在系统中的编号；知道编号时用它代替名称", field.label);
            properties.insert(format!("{}_id", field.key), json!({"type": "string", "description": about}));
        }
    }
    // A record's version: whoever saw an older one is refused (409); what is only being made has none.
    if route.status != 201 {
        properties.insert("version".into(), json!({"type": "integer", "description": "所见记录的版本号"}));
    }
    let has_default = |key: &str| route.defaults.iter().any(|(name, _)| name == key);
    let needed =
        form.fields.iter().filter(|f| f.required && f.visible_if.is_none() && !is_looked_up(f.control));
    let needed = needed.filter(|f| !has_default(&f.key) && properties.contains_key(&f.key));
    let needed: Vec<&str> = needed.map(|f| f.key.as_str()).collect();
    json!({
        "type": "object",
        "title": form.title,
        "required": needed,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn field_schema(field: &Field, pack: &Pack) -> Json {
    let mut about = field.label.clone();
    if !field.hint.is_empty() {
        about = format!("{about}。{}", field.hint);
    }
    if let Some(condition) = &field.visible_if {
        about = format!("{about}（仅当{}时填写）", crate::condition::words::sentence(condition));
    }
    let mut schema = match field.control {
        Control::Files => json!({"type": "array", "items": {"type": "string", "contentEncoding": "binary"}}),
        Control::Check => json!({"type": "boolean"}),
        Control::Date => json!({"type": "string", "format": "date"}),
        _ => json!({"type": "string"}),
    };
    schema["description"] = json!(about);
    if matches!(field.control, Control::Text | Control::TextArea) {
        if let Some(min) = field.min.filter(|_| field.required) {
            schema["minLength"] = json!(min);
        }
        if let Some(max) = field.max {
            schema["maxLength"] = json!(max);
        }
    }
    if let Some(options) = field.options.as_ref().filter(|o| **o != Options::Templates) {
        let keys: Vec<String> = pack.options(options).into_iter().map(|c| c.key).collect();
        schema["enum"] = json!(keys);
    }
    schema
}
