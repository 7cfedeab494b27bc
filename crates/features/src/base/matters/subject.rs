//! Matters of every definition as the rest of the house meets them: named in the journal, told of, their files read, a place
//! in the navigation. One entry of each serves all definitions.

use std::borrow::Cow;
use std::sync::Arc;

use huitong_kernel::capability::Others;
use huitong_kernel::http::Call;
use huitong_kernel::journal::Kept;
use huitong_kernel::pack::{Definition, Pack};
use huitong_kernel::policy::Policy;
use huitong_kernel::rights::Scope;
use huitong_kernel::{OrMissing, Result, Tx};

use super::matter::{KEYS, Matter, Rules};
use super::notices::{self, Pages};
use super::plain::Plain;
use super::{list, queue, store, view, words};
use crate::base::attachments::{Attachment, Owner, Reading};
use crate::base::journal::{self, Described, Kind, Seen, Subject};
use crate::base::notices::Teller;
use crate::base::places::{Defined, Heading, Place, Side, Under, place};

/// Matters of one definition, by its key; the definition is looked up in the policy of whoever asks.
struct Defines {
    key: String,
    title: String,
}

/// The definition with a key, of the version in force or of one that matters began under.
fn definition<'p>(policy: &'p Policy, key: &str) -> Option<&'p Definition> {
    let versions = policy.pack.iter().map(Arc::as_ref).chain(policy.older.values().rev().map(Arc::as_ref));
    versions.filter_map(|pack| pack.definition(key)).find(|of| !of.coded)
}

fn defined(policy: &Policy) -> impl Iterator<Item = &Definition> {
    let pack = policy.pack.as_deref();
    pack.into_iter().flat_map(|pack| &pack.definitions).filter(|of| of.stands_alone())
}

fn kind(of: &Definition) -> Kind {
    Kind::new(Defines { key: of.key.clone(), title: of.title.clone() })
}

/// What the journal says of them.
pub const SUBJECTS: Others<Kind> = Others {
    of: |policy, key| definition(policy, key).map(kind),
    all: |policy| defined(policy).map(kind).collect(),
};

/// Whom their acts are told to.
pub const TELLERS: Others<Teller> = Others {
    of: |policy, key| definition(policy, key).map(teller),
    all: |policy| defined(policy).map(teller).collect(),
};

/// Who reads their files.
pub const OWNERS: Others<Owner> = Others {
    of: |policy, key| definition(policy, key).map(owner),
    all: |policy| defined(policy).map(owner).collect(),
};

/// Where one goes for them, and under which heading their rights are read.
pub const PLACES: Defined = Defined { places, headings };

fn teller(of: &Definition) -> Teller {
    Teller {
        subject_kind: Cow::Owned(of.key.clone()),
        recipients: |tx, entry, _| {
            let of = definition(&tx.ctx().policy, &entry.subject_kind).or_missing()?;
            let page = |matter: &Plain| {
                let href = format!("/{}/{}", of.path, matter.spine.id);
                Pages { inside: href.clone(), outside: href }
            };
            notices::recipients::<Plain>(tx, entry, &page)
        },
    }
}

fn owner(of: &Definition) -> Owner {
    Owner { subject_kind: Cow::Owned(of.key.clone()), may_read }
}

/// Files of a matter are for who sees it; those outside read what they brought themselves and what a step opens to them.
fn may_read(c: &Call, file: &Attachment) -> Result<Reading> {
    c.read(|tx| {
        let Some(matter) = within_reach(tx, &file.subject_kind, &file.subject)? else {
            return Ok(Reading::No);
        };
        let rules = Rules::of(tx.ctx(), &matter.spine)?;
        let inside = view::inside(tx, rules, &matter)?;
        Ok(if inside || !file.internal { Reading::Named } else { Reading::No })
    })
}

/// The matter, where this reader sees it.
fn within_reach(tx: &Tx, key: &str, id: &str) -> Result<Option<Plain>> {
    let Some(of) = definition(&tx.ctx().policy, key) else { return Ok(None) };
    let Some(right) = tx.ctx().may(&of.view()) else { return Ok(None) };
    store::find(tx, &Plain::reach(tx, right)?.scope(&KEYS), id)
}

impl Subject for Defines {
    fn kind(&self) -> &str {
        &self.key
    }

    fn label(&self) -> &str {
        &self.title
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        let Some(number) = store::number_of(tx, &self.key, id)? else { return Ok(None) };
        let path = definition(&tx.ctx().policy, &self.key).map(|of| of.path.clone()).unwrap_or_default();
        // By its number, and with a link only for who may open it.
        let open = within_reach(tx, &self.key, id)?.is_some();
        Ok(Some(Described { text: number, href: open.then(|| format!("/{path}/{id}")) }))
    }

    fn find(&self, tx: &Tx, typed: &str) -> Result<Option<String>> {
        let named = store::named(tx, typed.trim())?;
        // A row within is told of under the key of its register.
        Ok(named.filter(|(_, of)| of.split('.').next() == Some(self.key.as_str())).map(|(id, _)| id))
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("state", "办理状态"),
            ("association", "协会"),
            ("unit", "承办单位"),
            ("next_unit", "正转往"),
            ("assignee", "经办人"),
            ("due_limit", "当前时限"),
            ("due_at", "到期时间"),
            ("number", "编号"),
            ("outcome", "结果"),
            ("files", "附件"),
            ("limit", "时限"),
        ]
    }

    fn inner(&self, tx: &Tx, _: &Kept, path: &str) -> Option<String> {
        let of = definition(&tx.ctx().policy, &self.key)?;
        of.field(last(path)).map(|field| field.label.clone())
    }

    fn meaning(&self, tx: &Tx, entry: &Kept, path: &str, text: &str) -> Option<String> {
        let policy = &tx.ctx().policy;
        let pack = policy.version(&entry.pack).or(policy.pack.as_deref())?;
        let of = pack.definition(&self.key)?;
        match last(path) {
            "state" => of.state(text).map(|state| state.label.clone()),
            "due_limit" | "limit" => of.limit(text).map(|limit| limit.title.clone()),
            "outcome" => of.act_named(&entry.act)?.outcome(text).map(|outcome| outcome.label.clone()),
            key => {
                let field = of.field(key)?;
                words::say(tx, pack, field, Some(&serde_json::Value::from(text))).ok()
            }
        }
    }

    fn seen(&self, tx: &Tx, id: &str) -> Result<Seen> {
        let Some(matter) = store::find(tx, &Scope::all(), id)? else { return Ok(Seen::By(Vec::new())) };
        let value = |column: &str| matter.spine.key(column);
        let view = format!("{}.view", self.key);
        Ok(Seen::By(journal::by_roles(tx, &view, &KEYS, &value, &|_| false)?))
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Places of definitions follow those of the house that stand before this order, in the order of the pack.
const FIRST: u16 = 25;

fn places(pack: &Pack) -> Vec<Place> {
    let plain = pack.definitions.iter().filter(|of| of.stands_alone()).enumerate();
    let places = plain.map(|(nth, of)| {
        let short: String = of.title.chars().take(4).collect();
        let order = FIRST + u16::try_from(nth).unwrap_or(u16::MAX / 2);
        let place = place(format!("/{}", of.path), of.title.clone(), short, "list-check", of.view());
        place.at(Side::Inside, order).at(Side::Outside, order).by_post().counted(waiting)
    });
    places.collect()
}

/// How many matters wait in queues that are this reader's to work through.
fn waiting(tx: &Tx, place: &Place) -> Result<i64> {
    let ctx = tx.ctx();
    let of = ctx.pack()?.definitions.iter().find(|of| place.href.strip_prefix('/') == Some(of.path.as_str()));
    let Some(of) = of.filter(|of| ctx.may(&of.view()).is_some()) else { return Ok(0) };
    let duties = queue::of_reader(ctx, of).into_iter().filter(|queue| queue.duty);
    duties.map(|queue| list::count(tx, of, queue)).sum()
}

fn headings(pack: &Pack) -> Vec<Under> {
    let plain = pack.definitions.iter().filter(|of| of.stands_alone()).enumerate();
    let headings = plain.map(|(nth, of)| Under {
        heading: Heading {
            order: FIRST + u16::try_from(nth).unwrap_or(u16::MAX / 2),
            id: Cow::Owned(of.path.clone()),
            title: Cow::Owned(of.title.clone()),
        },
        kinds: vec![Cow::Owned(of.key.clone())],
    });
    headings.collect()
}
