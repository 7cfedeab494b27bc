//! As much of JSON schema as our document uses: says where a value is not what the document promises.

use serde_json::Value as Json;

/// Words of a schema that bind nothing.
const WORDS: [&str; 6] = ["description", "title", "format", "contentEncoding", "example", "default"];

/// What is wrong with a value under a schema of the document; nothing where it fits.
pub fn faults(document: &Json, schema: &Json, value: &Json) -> Vec<String> {
    let mut faults = Vec::new();
    check(document, schema, value, "$", &mut faults);
    faults
}

fn check(document: &Json, schema: &Json, value: &Json, at: &str, faults: &mut Vec<String>) {
    let Some(rules) = schema.as_object() else {
        faults.push(format!("{at}: the schema is {schema}"));
        return;
    };
    for (rule, said) in rules {
        match rule.as_str() {
            "$ref" => {
                let path = said.as_str().unwrap().trim_start_matches('#');
                match document.pointer(path) {
                    Some(part) => check(document, part, value, at, faults),
                    None => faults.push(format!("{at}: nothing stands at {said}")),
                }
            }
            "type" => {
                let types: Vec<&str> = match said {
                    Json::Array(many) => many.iter().filter_map(Json::as_str).collect(),
                    one => one.as_str().into_iter().collect(),
                };
                if !types.iter().any(|kind| is(kind, value)) {
                    faults.push(format!("{at}: {value} is no {said}"));
                }
            }
            "enum" if !said.as_array().unwrap().contains(value) => {
                faults.push(format!("{at}: {value} is none of {said}"));
            }
            "const" if said != value => faults.push(format!("{at}: {value} is not {said}")),
            "required" => {
                let missing = |name: &&Json| value.is_object() && value.get(name.as_str().unwrap()).is_none();
                faults.extend(
                    said.as_array().unwrap().iter().filter(missing).map(|name| format!("{at}: no {name}")),
                );
            }
            "properties" => {
                for (name, part) in said.as_object().unwrap() {
                    if let Some(inner) = value.get(name) {
                        check(document, part, inner, &format!("{at}.{name}"), faults);
                    }
                }
            }
            "additionalProperties" => beyond(document, rules, said, value, at, faults),
            "items" => {
                for (nth, inner) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, said, inner, &format!("{at}[{nth}]"), faults);
                }
            }
            "allOf" => {
                said.as_array().unwrap().iter().for_each(|part| check(document, part, value, at, faults));
            }
            "anyOf" | "oneOf" => {
                let fits = |part: &&Json| self::faults(document, part, value).is_empty();
                if !said.as_array().unwrap().iter().any(|part| fits(&part)) {
                    faults.push(format!("{at}: {value} fits none of {said}"));
                }
            }
            "minLength" | "maxLength" => {
                let (length, bound) =
                    (value.as_str().map_or(0, |v| v.chars().count() as u64), said.as_u64().unwrap());
                if value.is_string() && (if rule == "minLength" { length < bound } else { length > bound }) {
                    faults.push(format!("{at}: {length} characters under {rule} {bound}"));
                }
            }
            "minimum" if value.as_f64() < said.as_f64() => {
                faults.push(format!("{at}: {value} is below {said}"));
            }
            "enum" | "const" | "minimum" => {}
            word if WORDS.contains(&word) => {}
            unknown => faults.push(format!("{at}: the checker does not know the rule {unknown}")),
        }
    }
}

/// Properties that the schema does not name.
fn beyond(
    document: &Json,
    rules: &serde_json::Map<String, Json>,
    said: &Json,
    value: &Json,
    at: &str,
    faults: &mut Vec<String>,
) {
    let named = |name: &String| rules.get("properties").is_some_and(|p| p.get(name).is_some());
    for (name, inner) in value.as_object().into_iter().flatten().filter(|(name, _)| !named(name)) {
        match said {
            Json::Bool(false) => faults.push(format!("{at}: {name} is not in the schema")),
            Json::Bool(true) => {}
            part => check(document, part, inner, &format!("{at}.{name}"), faults),
        }
    }
}

fn is(kind: &str, value: &Json) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

/// Names that stand in a value and in no property of its schema, for a document that is to be complete.
pub fn unnamed(document: &Json, schema: &Json, value: &Json) -> Vec<String> {
    let names = properties(document, schema);
    let mut found = Vec::new();
    match value {
        Json::Array(items) => {
            let inner = item_of(document, schema);
            items.iter().for_each(|item| found.extend(unnamed(document, &inner, item)));
        }
        Json::Object(members) => {
            for (name, inner) in members {
                match names.iter().find(|(known, _)| known == name) {
                    Some((_, part)) => found.extend(unnamed(document, part, inner)),
                    None if names.is_empty() => {}
                    None => found.push(name.clone()),
                }
            }
        }
        _ => {}
    }
    found
}

fn resolved<'a>(document: &'a Json, schema: &'a Json) -> &'a Json {
    let path = schema["$ref"].as_str().map(|path| path.trim_start_matches('#'));
    path.and_then(|path| document.pointer(path)).unwrap_or(schema)
}

/// Every property of a schema, those of its parts too.
fn properties(document: &Json, schema: &Json) -> Vec<(String, Json)> {
    let schema = resolved(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten().map(|(n, p)| (n.clone(), p.clone()));
    let parts = ["allOf", "anyOf", "oneOf"].iter().filter_map(|word| schema[*word].as_array()).flatten();
    own.chain(parts.flat_map(|part| properties(document, part))).collect()
}

fn item_of(document: &Json, schema: &Json) -> Json {
    resolved(document, schema)["items"].clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_checker_says_what_does_not_fit() {
        let document = json!({"components": {"schemas": {"Name": {"type": "string", "minLength": 2}}}});
        let name = json!({"$ref": "#/components/schemas/Name"});
        let schema = json!({
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": {"name": name, "age": {"type": ["integer", "null"]}, "kind": {"enum": ["a", "b"]}},
        });
        let wrong = |value: Json| faults(&document, &schema, &value).len();
        assert_eq!(wrong(json!({"name": "甲乙", "age": null, "kind": "a"})), 0);
        assert_eq!(wrong(json!({"name": "甲"})), 1);
        assert_eq!(wrong(json!({"age": "3", "kind": "c", "more": 1})), 4);
        assert_eq!(wrong(json!([])), 1);
        assert_eq!(faults(&document, &json!({"pattern": "x"}), &json!("x")).len(), 1);
        assert_eq!(
            unnamed(&document, &json!({"items": schema}), &json!([{"name": "甲乙", "more": 1}])),
            ["more"]
        );
    }
}
