//! The JSON interface of every procedure of the pack: the same acts and the same views as the pages.

use std::sync::Arc;

use huitong_kernel::ctx::Actor;
use huitong_kernel::http::{Call, Param, Reply, Schemas, form};
use huitong_kernel::list::Asked;
use huitong_kernel::pack::{Control, Definition, Field, Pack, Queue};
use huitong_kernel::{Error, OrMissing, Result, Tx};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;

use super::case::{Done, Input};
use super::entries::correction::{Performed, perform};
use super::guards::Offer;
use super::matter::{KEYS, Matter};
use super::plain::Plain;
use super::timeline::Line;
use super::view::{ClockView, FileView, Seen};
use super::{entries, entry, list, queue, words};
use crate::base::attachments::{self, Sender};

/// What an act on a matter answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActDone {
    /// The matter.
    id: String,
    /// Its version now.
    version: i64,
    /// Its state now.
    state: String,
    /// When something is due next.
    due_at: Option<String>,
    /// Journal leaf of the act.
    leaf: String,
}

impl ActDone {
    /// An act as programs are told of it.
    pub fn of(done: Done) -> ActDone {
        let Done { id, version, state, due_at, leaf, .. } = done;
        ActDone { id, version, state, due_at: due_at.map(huitong_kernel::clock::rfc3339), leaf }
    }
}

/// Judges what was uploaded and keeps it, then puts the act's input together.
pub fn input(c: &Call) -> Result<Input> {
    let filled = c.filled()?.clone();
    // The act will refuse a text with a stop marking; nothing that came with it may stay here.
    let pack = c.ctx.pack()?;
    let older = || c.ctx.policy.older.values().rev().map(Arc::as_ref);
    let forms = c.route.form.iter().chain(&c.route.forms_within);
    let mut forms =
        forms.filter_map(|key| pack.form(key).or_else(|| older().find_map(|pack| pack.form(key))));
    let files = match forms.any(|form| form::stopped(form, pack, &filled, &filled.files).is_some()) {
        true => Vec::new(),
        false => {
            // A stranger's files are not even looked at where what they wrote will be refused.
            if matches!(c.ctx.actor, Actor::Public) && c.route.form.is_some() && !filled.files.is_empty() {
                c.checked()?;
            }
            attachments::take(&c.city, pack, &Sender::of(c), &filled.files)?
        }
    };
    Ok(Input { filled, files })
}

/// The procedure that a row of the table was made from.
pub(super) fn definition(c: &Call) -> Result<&Definition> {
    let key = c.route.of.as_deref().unwrap_or_default();
    let pack = c.ctx.pack()?;
    // What a newer version has dropped is still there for the matters that began under it.
    let older = || c.ctx.policy.older.values().rev().find_map(|pack| pack.definition(key));
    pack.definition(key).or_else(older).or_missing()
}

/// The act of a row: `approve` of `interview.approve`.
pub(super) fn act_key(c: &Call) -> &str {
    c.route.act.rsplit('.').next().unwrap_or_default()
}

/// A matter of the row's procedure within the reader's reach, or nothing.
pub(super) fn found(c: &Call, tx: &Tx, of: &Definition) -> Result<Plain> {
    let id = c.param("id");
    let scope = Plain::reach(tx, c.ctx.right(&of.view())?)?.scope(&KEYS);
    let matter = Plain::find(tx, &scope, id)?.or_missing()?;
    let family = matter.spine.procedure.split('.').next();
    if family == Some(of.family()) { Ok(matter) } else { Err(Error::missing()) }
}

/// The queue that an address asks for, one of the reader's own.
pub(super) fn queue_asked<'c>(c: &'c Call, of: &'c Definition) -> Result<Option<&'c Queue>> {
    let Some(key) = c.query("queue") else { return Ok(None) };
    let mine = queue::of_reader(&c.ctx, of).into_iter().find(|q| q.key == key);
    mine.map(Some).ok_or_else(|| Error::invalid("queue", format!("您没有名为“{key}”的队列")))
}

/// `GET /api/v1/{path}`.
pub(super) fn listed(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    if of.is_register() {
        return entries::api::listed(c, of);
    }
    let def = list::of_reader(&c.ctx, of);
    let asked = Asked::read_strict(&def, c.queries(), &["queue"])?;
    let queue = queue_asked(c, of)?;
    let sorted = c.query("sort").is_some();
    let listed = c.read(|tx| {
        let page = list::page(tx, of, queue, &asked, sorted)?;
        let items: Result<Vec<Map<String, Json>>> =
            Seen::all(tx, page.items)?.iter().map(|seen| seen.json(tx)).collect();
        Ok(json!({"items": items?, "total": page.total, "next": page.next}))
    })?;
    c.json_reply(&listed)
}

/// `GET /api/v1/{path}/{id}`.
pub(super) fn show(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    if of.is_register() {
        return c.json_reply(&entries::api::asked(c, of)?);
    }
    c.json_reply(&c.read(|tx| Seen::new(tx, found(c, tx, of)?)?.full(tx))?)
}

/// `GET /api/v1/{path}/{id}/acts`.
pub(super) fn offered(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    c.json_reply(&c.read(|tx| Seen::new(tx, found(c, tx, of)?)?.offers(tx))?)
}

/// `POST /api/v1/{path}` and `POST /api/v1/{path}/{beginning}`.
pub(super) fn begin(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let input = input(c)?;
    let done = c.write(|tx| entry::begin(tx, &of.key, act_key(c), &input))?;
    let begun = c.read(|tx| {
        let matter = Plain::find(tx, &huitong_kernel::rights::Scope::all(), &done.id)?.or_missing()?;
        Ok(json!({
            "id": done.id, "number": matter.spine.number, "version": done.version, "state": done.state,
            "due_at": done.due_at.map(huitong_kernel::clock::rfc3339), "leaf": done.leaf,
        }))
    })?;
    c.json_reply(&begun)
}

/// `POST /api/v1/{path}/{id}/{act}`.
pub(super) fn act(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let input = input(c)?;
    let done = c.write(|tx| perform(tx, &of.key, c.param("id"), act_key(c), &input))?;
    match done {
        Performed::Done(done) => c.json_reply(&ActDone::of(done)),
        Performed::Asked(correction) => Ok(c.json_reply(&json!({"correction": correction.id}))?.status(202)),
    }
}

/// Parameters of [`every`].
pub(super) const EVERY: &[Param] = &[
    Param::query("procedure", "事项的代码，如 interview；不写是全部"),
    Param::query("queue", "队列的代码，与 procedure 一起用；不写是要办的"),
    Param::query("page_size", "每个队列的条数，最多 100，不写是 20"),
];

/// `GET /api/v1/matters`: what waits for the reader in the duty queues of every procedure of the pack.
pub(super) fn every(c: &Call) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let (wanted, queue) = (c.query("procedure"), c.query("queue"));
    if let Some(key) = wanted.filter(|key| pack.definition(key).is_none()) {
        let near = huitong_kernel::pack::did_you_mean(key, pack.definitions.iter().map(|p| p.key.as_str()));
        return Err(Error::invalid("procedure", format!("没有事项“{key}”。{near}")));
    }
    let chosen = |of: &&Definition| of.moves() && wanted.is_none_or(|key| of.key == key);
    let size = huitong_kernel::http::Pairs::one("page_size", c.query("page_size"));
    let listed = c.read(|tx| {
        let (mut items, mut total) = (Vec::new(), 0);
        for of in pack.definitions.iter().filter(chosen).filter(|of| c.ctx.may(&of.view()).is_some()) {
            let def = list::def(of);
            let asked = Asked::read(&def, &size)?;
            let mine = queue::of_reader(&c.ctx, of).into_iter();
            for one in mine.filter(|one| queue.map_or(one.duty, |key| one.key == key)) {
                let page = list::page(tx, of, Some(one), &asked, false)?;
                total += page.total.unwrap_or_default();
                for seen in Seen::all(tx, page.items)? {
                    let mut item = seen.json(tx)?;
                    item.insert(String::from("queue"), json!(one.key));
                    item.insert(String::from("queue_title"), json!(one.title));
                    items.push(Json::Object(item));
                }
            }
        }
        Ok(json!({"items": items, "total": total, "next": null}))
    })?;
    c.json_reply(&listed)
}

// ── Schemas ──────────────────────────────────────────────────────────────

/// The schema of an item of a procedure's list.
pub(super) fn item_schema(_: &mut Schemas, pack: &Pack, key: &str) -> Json {
    let Some(of) = pack.definition(key) else { return json!({"type": "object"}) };
    json!({"type": "object", "title": of.title, "properties": properties(of)})
}

fn properties(of: &Definition) -> Map<String, Json> {
    let text = |about: &str| json!({"type": "string", "description": about});
    let maybe = |about: &str| json!({"type": ["string", "null"], "description": about});
    let mut all = Map::new();
    let fixed = [
        ("id", text("编号（系统）")),
        match of.is_register() {
            true => ("register", text("台账的代码")),
            false => ("procedure", text("事项的代码")),
        },
        ("number", text("编号")),
        ("version", json!({"type": "integer", "description": "版本号"})),
        (
            "state",
            json!({"type": "string", "enum": of.states.iter().map(|s| s.key.as_str()).collect::<Vec<_>>()}),
        ),
        ("state_label", text("办理状态")),
        ("name", text("名称")),
        ("summary", text("一句话情况")),
        ("association", maybe("协会")),
        ("association_name", text("协会名称")),
        ("unit", maybe("承办单位")),
        ("unit_name", text("承办单位名称")),
        ("assignee", maybe("经办人")),
        ("assignee_name", text("经办人姓名")),
        ("began_at", text("提出时间")),
        ("due_at", maybe("到期时间")),
        ("due_limit", text("到期的是哪个时限")),
        ("overdue", json!({"type": "boolean"})),
        ("closed_at", maybe("办结时间")),
        ("updated_at", text("更新时间")),
    ];
    all.extend(fixed.map(|(key, schema)| (key.to_owned(), schema)));
    if of.is_register() {
        all.retain(|key, _| !entries::api::ONLY_MATTERS.contains(&key.as_str()));
        all.extend(entries::api::properties(of));
    }
    for field in of.fields.iter().filter(|field| !field.step_only && field.control != Control::Files) {
        let mut schema = answer_schema(field);
        schema["description"] = json!(field.label);
        all.insert(field.key.clone(), schema);
        if let Some(beside) = words::beside(field) {
            let about = format!("{}，用文字说", field.label);
            all.entry(format!("{}_{beside}", field.key)).or_insert_with(|| text(&about));
        }
    }
    all
}

/// An answer as [`words::json`] gives it.
fn answer_schema(field: &Field) -> Json {
    let one = match field.control {
        _ if field.personal => json!({"type": "object", "properties": {"masked": {"type": "string"}}}),
        Control::Check => json!({"type": "boolean"}),
        Control::Integer | Control::Score => json!({"type": "integer"}),
        Control::Money => json!({"type": "object", "properties": {"fen": {"type": "integer"}}}),
        Control::Period => {
            let day = json!({"type": ["string", "null"], "format": "date"});
            json!({"type": "object", "properties": {"from": &day, "until": &day}})
        }
        Control::Table => {
            let cells = field
                .columns
                .iter()
                .map(|(key, heading)| (key.clone(), json!({"type": "string", "description": heading})));
            let row = json!({"type": "object", "properties": cells.collect::<Map<String, Json>>()});
            return json!({"type": "array", "items": row});
        }
        _ => json!({"type": "string"}),
    };
    let many = !field.personal && (field.several || field.control == Control::Many);
    if many { json!({"type": "array", "items": one}) } else { one }
}

/// The schema of what waits in the duty queues of every procedure.
pub(super) fn every_schema(schemas: &mut Schemas, pack: &Pack, _: &str) -> Json {
    let items = pack.definitions.iter().filter(|of| of.moves()).map(|of| {
        let mut item = item_schema(schemas, pack, &of.key);
        item["properties"]["queue"] = json!({"type": "string", "description": "队列的代码"});
        item["properties"]["queue_title"] = json!({"type": "string", "description": "队列"});
        item
    });
    let items: Vec<Json> = items.collect();
    json!({
        "type": "object",
        "required": ["items", "total", "next"],
        "properties": {
            "items": {"type": "array", "items": {"anyOf": items}},
            "total": {"type": "integer", "description": "各队列件数之和，在两个队列里的计两次"},
            "next": {"type": "null"},
        },
    })
}

/// The schema of a procedure's list.
pub(super) fn list_schema(schemas: &mut Schemas, pack: &Pack, key: &str) -> Json {
    let item = item_schema(schemas, pack, key);
    let mut listed = json!({
        "type": "object",
        "required": ["items", "total", "next"],
        "properties": {
            "items": {"type": "array", "items": item},
            "total": {"type": ["integer", "null"], "description": "符合条件的总数"},
            "next": {"type": ["string", "null"], "description": "下一段的续读标记"},
        },
    });
    if pack.definition(key).is_some_and(Definition::is_register) {
        listed["properties"]["answered_by"] = json!({
            "type": "string",
            "enum": ["versions", "validity"],
            "description": "问过去某一天（as_of）的，按各条的版本还是只按有效期回答",
        });
    }
    listed
}

/// The schema of a whole matter.
pub(super) fn full_schema(schemas: &mut Schemas, pack: &Pack, key: &str) -> Json {
    entries::api::of_family(pack, key, |key| whole(schemas, pack, key))
}

fn whole(schemas: &mut Schemas, pack: &Pack, key: &str) -> Json {
    let mut item = item_schema(schemas, pack, key);
    let list = |schema: Json| json!({"type": "array", "items": schema});
    let within = pack.definition(key).and_then(|of| of.register.as_ref());
    for child in within.iter().flat_map(|register| &register.within).filter_map(|key| pack.definition(key)) {
        item["properties"][child.short()] = list(item_schema(schemas, pack, &child.key));
    }
    let parts = [
        ("pack", json!({"type": "string", "description": "规则版本"})),
        ("timeline", list(huitong_kernel::http::schema::<Line>(schemas))),
        ("clocks", list(huitong_kernel::http::schema::<ClockView>(schemas))),
        ("files", list(huitong_kernel::http::schema::<FileView>(schemas))),
        ("acts", list(huitong_kernel::http::schema::<Offer>(schemas))),
    ];
    for (key, schema) in parts {
        item["properties"][key] = schema;
    }
    item
}

/// The schema of what the beginning of a matter answers.
pub(super) fn begun_schema(_: &mut Schemas, _: &Pack, _: &str) -> Json {
    json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"}, "number": {"type": "string"}, "version": {"type": "integer"},
            "state": {"type": "string"}, "due_at": {"type": ["string", "null"]}, "leaf": {"type": "string"},
        },
    })
}

/// The schema of the answer where a correction waits for a second person.
pub(super) fn asked_schema(_: &mut Schemas) -> Json {
    json!({
        "type": "object",
        "required": ["correction"],
        "properties": {"correction": {"type": "string", "description": "等待确认的更正"}},
    })
}

/// The schema of the acts on offer.
pub(super) fn offers_schema(schemas: &mut Schemas) -> Json {
    json!({"type": "array", "items": huitong_kernel::http::schema::<Offer>(schemas)})
}

/// What a definition's rows ask of the query string.
pub(super) fn params(of: &Definition) -> Vec<Param> {
    let own = list::def(of);
    let ours = [
        ("queue", "队列的代码"),
        ("sort", "排序，倒序加减号"),
        ("page", "页码，从 1 起"),
        ("page_size", "每页条数，最多 100"),
        ("next", "续读的位置，由上一页给出"),
    ];
    let ours = ours.map(|(name, about)| Param::query(name, about));
    let own = own.filters.iter().map(|filter| Param {
        name: filter.name.clone(),
        about: filter.about.clone(),
        header: false,
    });
    let past = entries::api::PAST.into_iter().filter(|_| of.is_register());
    ours.into_iter().chain(own).chain(past).collect()
}
