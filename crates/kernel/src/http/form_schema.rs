//! The JSON schema of a form, for the OpenAPI document: the same bounds that [`crate::http::form::check`] holds it to.

use serde_json::{Map, Value as Json, json};

use crate::http::route::Route;
use crate::pack::{Control, Field, Form, Pack};

/// The JSON schema of a form as a route takes it; `files` where the body can carry them; what the route has a default for
/// need not be sent.
pub fn schema(form: &Form, pack: &Pack, files: bool, route: &Route) -> Json {
    let mut properties = Map::new();
    for field in form.fields.iter().filter(|f| files || f.control != Control::Files) {
        properties.insert(field.key.clone(), field_schema(field, pack));
        if field.control.looks_up() {
            let about = format!("“{}”在系统中的编号；知道编号时用它代替名称", field.label);
            properties.insert(format!("{}_id", field.key), json!({"type": "string", "description": about}));
        }
    }
    // A record's version: whoever saw an older one is refused (409); what is only being made has none.
    if route.status != 201 {
        properties.insert("version".into(), json!({"type": "integer", "description": "所见记录的版本号"}));
    }
    let has_default = |key: &str| route.defaults.iter().any(|(name, _)| name == key);
    let needed = form.fields.iter().filter(|f| f.required && f.visible_if.is_none() && !f.control.looks_up());
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
        Control::Instant => json!({"type": "string", "format": "date-time"}),
        Control::Integer | Control::Score => json!({"type": "integer"}),
        Control::Money => json!({"type": "object", "properties": {"fen": {"type": "integer"}}}),
        Control::Period => {
            json!({"type": "object", "properties": {"from": {"type": "string", "format": "date"}, "until": {"type": ["string", "null"], "format": "date"}}})
        }
        Control::Table => {
            let columns = field
                .columns
                .iter()
                .map(|(key, heading)| (key.clone(), json!({"type": "string", "description": heading})));
            json!({"type": "array", "items": {"type": "object", "properties": columns.collect::<Map<_, _>>()}})
        }
        Control::Many => json!({"type": "array", "items": {"type": "string"}}),
        _ if field.several => json!({"type": "array", "items": {"type": "string"}}),
        _ => json!({"type": "string"}),
    };
    schema["description"] = json!(about);
    if matches!(field.control, Control::Text | Control::TextArea) {
        if let Some(min) = field.bounds.min.filter(|_| field.required) {
            schema["minLength"] = json!(min);
        }
        if let Some(max) = field.bounds.max {
            schema["maxLength"] = json!(max);
        }
    }
    if let Some(list) = field.options.as_deref().and_then(|key| pack.list(key)).filter(|list| list.told) {
        let keys: Vec<&str> = list.choices.iter().map(|choice| choice.key.as_str()).collect();
        match schema["items"].is_object() {
            true => schema["items"]["enum"] = json!(keys),
            false => schema["enum"] = json!(keys),
        }
    }
    schema
}
