//! The journal: who did what to which subject, when, in which role — written in the transaction of the act itself.

mod find;
mod verify;

pub use find::{Filter, From, count, find, list};
pub use verify::{Verified, verify};

use serde_json::{Map, Value as Json, json};

use crate::args;
use crate::ctx::{Actor, Ctx, Post};
use crate::db::{Row, Tx, Value};
use crate::digest::{hex, sm3, sm3_all};
use crate::error::{Error, Result};
use crate::id::{Id, Named};

/// Number of the entry format described in `docs/journal.md`.
pub const FORMAT: i64 = 1;

/// An entry of the journal.
pub struct Entry;
impl Named for Entry {
    const PREFIX: &'static str = "jrn";
}

/// What an act leaves behind; built by the act, written by [`Tx::record`].
#[derive(Debug, Clone)]
pub struct Record {
    act: String,
    kind: String,
    subject: String,
    behalf: String,
    post: Option<Post>,
    instead: Option<&'static str>,
    not_before: i64,
    body: Map<String, Json>,
    /// The login that a line of the security log is about, where there shall be one.
    guarded: Option<String>,
}

impl Record {
    /// A record of an act on a subject; `kind` is the word before the dot of the act (`link`).
    pub fn new(act: &str, subject: &str) -> Record {
        let kind = act.split('.').next().unwrap_or(act).to_owned();
        Record {
            act: act.to_owned(),
            kind,
            subject: subject.to_owned(),
            behalf: String::new(),
            post: None,
            instead: None,
            not_before: i64::MIN,
            body: Map::new(),
            guarded: None,
        }
    }

    /// Also leaves a line in the security log once it is saved; `login` is that of the account it is about.
    pub fn guarded(mut self, login: &str) -> Record {
        self.guarded = Some(login.to_owned());
        self
    }

    /// The post in which the actor did it.
    pub fn in_post(mut self, post: Option<&Post>) -> Record {
        self.post = post.cloned();
        self
    }

    /// Keeps account and post out of the journal, which is read by others: this word stands there instead.
    pub fn unnamed(mut self, word: Option<&'static str>) -> Record {
        self.instead = word;
        self
    }

    /// The instant of the last act on the subject: the clock may have gone back since, the record does not.
    pub fn not_before(mut self, at: i64) -> Record {
        self.not_before = at;
        self
    }

    /// On whose behalf it was done: an association, a caller of the hotline.
    pub fn on_behalf_of(mut self, whom: &str) -> Record {
        whom.clone_into(&mut self.behalf);
        self
    }

    /// State before and after; only what changed is kept.
    pub fn change(mut self, before: Json, after: Json) -> Record {
        let (mut old, mut new) = (Map::new(), Map::new());
        if let (Json::Object(before), Json::Object(after)) = (before, after) {
            for (key, value) in after {
                let was = before.get(&key).cloned().unwrap_or(Json::Null);
                if was != value {
                    old.insert(key.clone(), was);
                    new.insert(key, value);
                }
            }
        }
        self.body.insert("before".into(), Json::Object(old));
        self.body.insert("after".into(), Json::Object(new));
        self
    }

    /// A fact about the act itself: a reason, the paper it rests on. Never an unmasked personal value.
    pub fn fact(mut self, key: &str, value: impl Into<Json>) -> Record {
        self.body.insert(key.into(), value.into());
        self
    }
}

/// An entry as it is read back.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Entry id.
    pub id: Id<Entry>,
    /// Place in the one order of the journal; none until the entry has been given one.
    pub position: Option<i64>,
    /// When (UTC milliseconds).
    pub at: i64,
    /// Name of the act.
    pub act: String,
    /// Account or the word for who has none.
    pub actor: String,
    /// Role acted in.
    pub role: String,
    /// Office acted in.
    pub office: String,
    /// On whose behalf.
    pub behalf: String,
    /// Kind of the subject.
    pub subject_kind: String,
    /// Id of the subject.
    pub subject: String,
    /// Request it came by.
    pub request: String,
    /// Pack version in force.
    pub pack: String,
    /// Before, after and facts.
    pub body: Json,
    /// The leaf, in hexadecimal.
    pub leaf: String,
}

/// The columns of an entry, in the order [`Kept::read`] expects by name.
pub const COLUMNS: &str = "id, position, format, at, act, actor, role, office, behalf, subject_kind, subject, \
     request, pack, salt, body, leaf";

/// The same columns, one by one.
const INSERTED: [&str; 16] = [
    "id",
    "position",
    "format",
    "at",
    "act",
    "actor",
    "role",
    "office",
    "behalf",
    "subject_kind",
    "subject",
    "request",
    "pack",
    "salt",
    "body",
    "leaf",
];

impl Kept {
    /// Reads an entry from a row with [`COLUMNS`].
    pub fn read(row: &Row) -> Result<Kept> {
        Ok(Kept {
            id: row.get("id")?,
            position: row.get("position")?,
            at: row.get("at")?,
            act: row.get("act")?,
            actor: row.get("actor")?,
            role: row.get("role")?,
            office: row.get("office")?,
            behalf: row.get("behalf")?,
            subject_kind: row.get("subject_kind")?,
            subject: row.get("subject")?,
            request: row.get("request")?,
            pack: row.get("pack")?,
            body: serde_json::from_str(&row.get::<String>("body")?)?,
            leaf: hex(&row.get::<Vec<u8>>("leaf")?),
        })
    }
}

impl Tx<'_> {
    /// Writes the record of the act; answers the leaf in hexadecimal.
    pub fn record(&self, record: Record) -> Result<String> {
        let leaf = self.record_all(vec![record])?.pop();
        leaf.ok_or_else(|| Error::internal("a record left no leaf"))
    }

    /// Writes the records of many acts that happen together; answers the leaves in the same order.
    pub fn record_all(&self, records: Vec<Record>) -> Result<Vec<String>> {
        let (mut rows, mut leaves) = (Vec::with_capacity(records.len()), Vec::with_capacity(records.len()));
        for record in records {
            if let Some(login) = &record.guarded {
                self.note(&record.act, &record.subject, login);
            }
            let (row, leaf) = self.entry(record)?;
            rows.push(row);
            leaves.push(hex(&leaf));
            self.count_record();
        }
        self.insert_many("journal", &INSERTED, &rows)?;
        Ok(leaves)
    }

    /// One entry: its values in the order of the columns, and its leaf.
    fn entry(&self, record: Record) -> Result<(Vec<Value>, [u8; 32])> {
        let ctx = self.ctx();
        let at = ctx.now.max(record.not_before);
        let id = ctx.id_at::<Entry>(at);
        let post = record.post.as_ref().filter(|_| record.instead.is_none());
        let header = Header {
            id: id.as_str(),
            at,
            act: &record.act,
            actor: record.instead.unwrap_or_else(|| actor_key(ctx)),
            role: post.map_or("", |p| p.role.as_str()),
            office: post.map_or("", |p| p.office.as_str()),
            behalf: &record.behalf,
            subject_kind: &record.kind,
            subject: &record.subject,
            request: &ctx.request,
            pack: ctx.roles().version(),
        };
        let body = Json::Object(record.body).to_string();
        let salt = ctx.random.bytes32();
        let leaf = header.leaf(&salt, &body);
        let position = if self.is_embedded() { Some(self.next_position()?) } else { None };
        let row = args![
            &id,
            position,
            FORMAT,
            header.at,
            header.act,
            header.actor,
            header.role,
            header.office,
            header.behalf,
            header.subject_kind,
            header.subject,
            header.request,
            header.pack,
            salt.to_vec(),
            &body,
            leaf.to_vec()
        ];
        Ok((row.to_vec(), leaf))
    }

    /// The embedded engine has one writer at a time, so the next position is known inside the transaction.
    fn next_position(&self) -> Result<i64> {
        let last = match self.position() {
            Some(last) => last,
            None => self.number("SELECT COALESCE(MAX(position), 0) FROM journal", args![])?,
        };
        self.set_position(last + 1);
        Ok(last + 1)
    }
}

/// What the leaf binds besides the salted body; holds no personal text.
struct Header<'a> {
    id: &'a str,
    at: i64,
    act: &'a str,
    actor: &'a str,
    role: &'a str,
    office: &'a str,
    behalf: &'a str,
    subject_kind: &'a str,
    subject: &'a str,
    request: &'a str,
    pack: &'a str,
}

impl Header<'_> {
    /// SM3(header ‖ SM3(salt ‖ body)); the header is one JSON array, so that no field can run into the next.
    fn leaf(&self, salt: &[u8], body: &str) -> [u8; 32] {
        let header = json!([
            FORMAT,
            self.id,
            self.at,
            self.act,
            self.actor,
            self.role,
            self.office,
            self.behalf,
            self.subject_kind,
            self.subject,
            self.request,
            self.pack
        ]);
        let inner = sm3_all(&[salt, body.as_bytes()]);
        sm3(&[header.to_string().as_bytes(), &inner].concat())
    }
}

fn actor_key(ctx: &Ctx) -> &str {
    match &ctx.actor {
        Actor::Person { user, .. } => user.as_str(),
        _ => ctx.principal(),
    }
}

/// The instant of the newest entry (UTC milliseconds).
pub fn last_at(tx: &Tx) -> Result<Option<i64>> {
    tx.one("SELECT at FROM journal ORDER BY position DESC, id DESC LIMIT 1", args![])?
        .map(|row| row.get("at"))
        .transpose()
}

/// The position of the newest entry, where entries get theirs in their act: then nobody acted as long as it stays the same.
pub fn last_position(tx: &Tx) -> Result<Option<i64>> {
    if !tx.is_embedded() {
        return Ok(None);
    }
    tx.number("SELECT COALESCE(MAX(position), 0) FROM journal", args![]).map(Some)
}

/// Gives committed entries their position, at most 5,000 at a time; needed where several may write at once.
pub(crate) fn sequence(tx: &Tx) -> Result<u64> {
    let last = tx.number("SELECT COALESCE(MAX(position), 0) FROM journal", args![])?;
    // Asked so that no index fits it: PostgreSQL takes the entries that wait for none and would look through all of them for
    // each. It is asked at all because a second sequencer may have been faster.
    tx.exec(
        "UPDATE journal SET position = o.n FROM ( \
           SELECT id, $1 + row_number() OVER (ORDER BY id) AS n \
           FROM (SELECT id FROM journal WHERE position IS NULL ORDER BY id LIMIT 5000) w \
         ) o WHERE journal.id = o.id AND COALESCE(journal.position, 0) = 0",
        args![last],
    )
}
