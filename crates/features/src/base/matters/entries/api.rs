//! What programs ask of registers beside what they ask of every matter: a past day, and the rows within.

use huitong_kernel::clock::rfc3339;
use huitong_kernel::error::Kind;
use huitong_kernel::http::{Call, Pairs, Param, Reply, Schemas};
use huitong_kernel::list::Asked;
use huitong_kernel::pack::{CURRENT, Definition, Pack, Take};
use huitong_kernel::{Error, Result, Tx};
use serde_json::{Map, Value as Json, json};

use super::super::api::{definition, found, item_schema, queue_asked};
use super::super::plain::Plain;
use super::super::view::Seen;
use super::as_of::{Absent, AsOf, Day, Question, Within};
use super::{list, store};

/// What a past day is asked by.
pub const PAST: [Param; 2] = [
    Param::query("as_of", "哪一天的情况，如 2025-06-30"),
    Param::query("known_at", "按什么时候掌握的说，与 as_of 一起用；不写是按现在掌握的"),
];

/// What an item has only where it moves.
pub const ONLY_MATTERS: [&str; 4] = ["due_at", "due_limit", "overdue", "closed_at"];

/// What an item has only where it holds.
pub(in super::super) fn properties(of: &Definition) -> Vec<(String, Json)> {
    let maybe = |about: &str, kind: &str| json!({"type": [kind, "null"], "description": about});
    let own = [("from_on", "起始日"), ("until_on", "截止日"), ("parent", "在哪一条里")];
    let own = own.map(|(key, about)| (key.to_owned(), maybe(about, "string")));
    let derived = of.register.iter().flat_map(|register| &register.derived).filter(|one| !one.this_year);
    let derived = derived.map(|one| {
        let label = of.facts.iter().find(|fact| fact.key == one.key).map_or("", |fact| &fact.label);
        let kind = if matches!(one.take, Take::Latest | Take::Earliest) { "string" } else { "integer" };
        (one.key.clone(), maybe(label, kind))
    });
    let about = json!({"type": "array", "description": "涉及的协会", "items": {"type": "object", "properties": {
        "id": {"type": "string"}, "name": {"type": "string"},
    }}});
    let several = of.register.as_ref().is_some_and(|register| register.several);
    let about = several.then(|| (String::from("about"), about));
    own.into_iter().chain(derived).chain(about).collect()
}

/// `GET /api/v1/{path}`.
pub(in super::super) fn listed(c: &Call, of: &Definition) -> Result<Reply> {
    let queue = queue_asked(c, of)?;
    let past = AsOf::read(c.queries(), c.ctx.today())?;
    let sorted = c.query("sort").is_some();
    let listed = c.read(|tx| {
        let def = list::asked_for(of, c.queries(), list::is_wide(tx, of)?);
        let asked = Asked::read_strict(&def, c.queries(), &["queue", "as_of", "known_at"])?;
        let (items, total, next, by) = match past {
            Some(past) => {
                let day = Day::read(tx, of, past)?;
                let question = Question { of, def: &def, asked: &asked, pairs: c.queries(), queue };
                let page = day.page(tx, &question)?;
                let by = if day.by_versions() { "versions" } else { "validity" };
                (Seen::then(tx, page.items)?, page.total, page.next, Some(by))
            }
            None => {
                let page = list::page(tx, (of, &def), queue, &asked, sorted)?;
                (Seen::all(tx, page.items)?, page.total, page.next, None)
            }
        };
        let items: Result<Vec<Map<String, Json>>> = items.iter().map(|seen| seen.json(tx)).collect();
        let mut answer = json!({"items": items?, "total": total, "next": next});
        if let Some(by) = by {
            answer["answered_by"] = json!(by);
        }
        Ok(answer)
    })?;
    c.json_reply(&listed)
}

/// An entry as it stood on a day, or why it did not; for whoever may see it today.
pub(in super::super) fn on_day<'a>(
    tx: &Tx<'a>,
    of: &Definition,
    entry: &Plain,
    past: AsOf,
) -> Result<std::result::Result<Seen<'a>, Absent>> {
    let within = Within::read(tx, of, Some(&entry.spine.id), past)?;
    let stood = past.of(tx, entry, &store::versions_of(tx, &entry.spine.id)?, &within)?;
    match stood {
        Ok(stood) => Ok(Seen::then(tx, vec![stood])?.pop().ok_or(Absent::Unknown)),
        Err(absent) => Ok(Err(absent)),
    }
}

/// An entry as an address asks for it: as it stands, or as it stood on a day.
pub(in super::super) fn asked(c: &Call, of: &Definition) -> Result<Map<String, Json>> {
    let past = AsOf::read(c.queries(), c.ctx.today())?;
    c.read(|tx| {
        let entry = found(c, tx, of)?;
        let Some(past) = past else { return Seen::new(tx, entry)?.full(tx) };
        match on_day(tx, of, &entry, past)? {
            Ok(seen) => seen.full_on(tx, Some(past)),
            Err(absent) => Err(Error::new(Kind::Missing, absent.said())),
        }
    })
}

/// `GET /api/v1/{path}/{id}/{within}`.
pub(in super::super) fn rows(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let items = c.read(|tx| {
        let rows = store::children(tx, &found(c, tx, of)?.spine.id, &of.key)?;
        Seen::all(tx, rows)?.iter().map(|seen| seen.json(tx)).collect::<Result<Vec<Map<String, Json>>>>()
    })?;
    c.json_reply(&json!({"total": items.len(), "items": items, "next": null}))
}

/// Names that are suggested at most.
const SUGGESTIONS: i64 = 8;

/// `GET /{path}/suggest`: entries that stand and that the reader sees, for a form that names one.
pub(in super::super) fn suggest(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let size = SUGGESTIONS.to_string();
    let pairs =
        Pairs::of([("q", c.query("q").unwrap_or_default()), ("state", CURRENT), ("page_size", &size)]);
    if pairs.get("q").is_none_or(|words| words.trim().is_empty()) {
        return Reply::json(&json!({"items": []}));
    }
    let items = c.read(|tx| {
        let def = list::def(of);
        let queue = c.query("queue").and_then(|key| of.queue(key));
        let found = list::page(tx, (of, &def), queue, &Asked::read(&def, &pairs)?, false)?.items;
        let item = |entry: Plain| {
            let sub = super::super::sentences::about(tx, &entry)?;
            Ok(json!({"value": entry.spine.id, "label": entry.spine.title, "sub": sub}))
        };
        found.into_iter().map(item).collect::<Result<Vec<Json>>>()
    })?;
    Reply::json(&json!({"items": items}))
}

/// `GET /api/v1/{path}/{id}/versions`: every version with what it says, for those inside.
pub(in super::super) fn versions(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let items = c.read(|tx| {
        let seen = Seen::new(tx, found(c, tx, of)?)?;
        if !seen.inside {
            return Err(Error::missing());
        }
        let all = store::versions_of(tx, &seen.matter.spine.id)?;
        let shown = all.iter().map(|version| {
            let mut stood = seen.matter.clone();
            super::stand(&mut stood, seen.rules.of, &version.stood);
            stood.spine.version = version.version;
            let mut item = Seen::new(tx, stood)?.json(tx)?;
            item.insert(String::from("since_on"), json!(version.since_on.to_string()));
            item.insert(String::from("known_at"), json!(rfc3339(version.at)));
            item.insert(String::from("act"), json!(version.act));
            Ok(item)
        });
        shown.collect::<Result<Vec<Map<String, Json>>>>()
    })?;
    c.json_reply(&json!({"total": items.len(), "items": items, "next": null}))
}

/// The schema of the rows of one kind within an entry.
pub(in super::super) fn rows_schema(schemas: &mut Schemas, pack: &Pack, key: &str) -> Json {
    all_schema(&item_schema(schemas, pack, key))
}

/// The schema of the versions of an entry, or of a row within one.
pub(in super::super) fn versions_schema(schemas: &mut Schemas, pack: &Pack, key: &str) -> Json {
    let own = [("since_on", "从哪一天起是这样"), ("known_at", "什么时候掌握的"), ("act", "由哪一步得来")];
    all_schema(&of_family(pack, key, |key| {
        let mut item = item_schema(schemas, pack, key);
        for (name, about) in own {
            item["properties"][name] = json!({"type": "string", "description": about});
        }
        item
    }))
}

/// The schema of what an address answers that names an entry or a row within one.
pub(in super::super) fn of_family(pack: &Pack, key: &str, mut one: impl FnMut(&str) -> Json) -> Json {
    let register = pack.definition(key).and_then(|of| of.register.as_ref());
    let within = register.iter().flat_map(|register| &register.within).map(String::as_str);
    let mut all: Vec<Json> = std::iter::once(key).chain(within).map(&mut one).collect();
    match all.len() {
        1 => all.swap_remove(0),
        _ => json!({"anyOf": all}),
    }
}

fn all_schema(item: &Json) -> Json {
    json!({
        "type": "object",
        "required": ["items", "total", "next"],
        "properties": {
            "items": {"type": "array", "items": item},
            "total": {"type": "integer", "description": "条数"},
            "next": {"type": "null"},
        },
    })
}
