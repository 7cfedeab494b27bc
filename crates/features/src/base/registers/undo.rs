//! A batch taken back: what it brought in becomes void, what it changed stands again as before; what something rests on is
//! named and kept.

use std::collections::HashSet;

use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::Kind;
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Keeping, VOID};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Error, OrMissing, Result, Tx};
use serde::Serialize;

use super::file::File;
use crate::base::imports::{self, BatchId, Brought};
use crate::base::matters::entries::{batch, children, correction};
use crate::base::matters::{Matter as _, Plain, Rules, Step};

/// What came of taking a batch back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Rows that were taken back.
    pub undone: u64,
    /// Rows that stay.
    pub kept: Vec<Kept>,
}

/// A row of a batch that stays because something rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its place in the file, first = 1.
    pub row: i64,
    /// The entry.
    pub subject: String,
    /// What rests on it.
    pub because: String,
}

/// Rows that are taken back in one commit.
const STEP: usize = 100;

/// Takes a batch back (`import.undo`). Whoever may bring such rows in may do that.
///
/// # Errors
/// 404 where there is no such batch, 409 where it is no batch of a register.
pub fn undo(city: &City, actor: &Actor, id: &BatchId) -> Result<Undone> {
    let ctx = city.ctx(actor.clone());
    let pack = ctx.policy.pack.clone().or_missing()?;
    let found = city.db.read(&ctx, |tx| imports::find(tx, id))?;
    let kept = found.ok_or_else(|| Error::new(Kind::Missing, format!("没有导入批次“{id}”")))?;
    let file = File::at(&pack, &kept.kind)
        .map_err(|_| Error::unmet(format!("“{}”的批次不能撤销；能撤销的是台账的导入", kept.kind)))?;
    ctx.right(&file.act.name)?;
    let rows = city.db.read(&ctx, |tx| imports::brought(tx, id))?;
    let whole: HashSet<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
    let mut undone = Undone::default();
    // The latest first: what a row of the batch rests on goes after it.
    let backwards: Vec<&Brought> = rows.iter().rev().collect();
    for some in backwards.chunks(STEP) {
        let ctx = city.ctx(actor.clone());
        let told = city.db.write(&ctx, |tx| {
            let told = some.iter().map(|row| take_back(tx, id, row, &whole));
            told.collect::<Result<Vec<Taken>>>()
        })?;
        for (row, taken) in some.iter().zip(told) {
            match taken {
                Taken::Back => undone.undone += 1,
                Taken::Before => {}
                Taken::Kept(because) => {
                    undone.kept.push(Kept { row: row.row, subject: row.subject.clone(), because });
                }
            }
        }
    }
    undone.kept.sort_by_key(|kept| kept.row);
    let ctx = city.ctx(actor.clone());
    city.db.write(&ctx, |tx| {
        imports::undone(tx, id)?;
        let record = Record::new("import.undo", id.as_str()).in_post(ctx.right(&file.act.name)?.first_post());
        tx.record(record.fact("undone", undone.undone).fact("kept", undone.kept.len()))
    })?;
    Ok(undone)
}

/// What became of a row.
enum Taken {
    Back,
    /// It was taken back earlier.
    Before,
    Kept(String),
}

fn take_back(tx: &Tx, id: &BatchId, row: &Brought, whole: &HashSet<&str>) -> Result<Taken> {
    let entry = Plain::find(tx, &Scope::all(), &row.subject)?.or_missing()?;
    if entry.spine.state == VOID {
        return Ok(Taken::Before);
    }
    let rules = Rules::of(tx.ctx(), &entry.spine)?;
    let of_rows =
        |step: &&Step| rules.of.act(&step.act).is_some_and(|act| act.keeping == Some(Keeping::Within));
    let (before, after) = row.versions.unwrap_or((0, 1));
    let steps = crate::base::matters::steps(tx, &entry.spine.id)?;
    let mut later = steps.iter().filter(|step| step.version > after && !of_rows(step));
    if let Some(first) = later.next() {
        let undone = row.versions.is_some() && first.content.contains(id.as_str());
        if undone {
            return Ok(Taken::Before);
        }
        if !batch::stands_as(tx, &entry, after)? {
            return Ok(Taken::Kept(format!("导入以后{}又改过", first.actor_name)));
        }
    }
    if row.versions.is_some() {
        batch::restore(tx, entry, (before, after), id.as_str())?;
        return Ok(Taken::Back);
    }
    for key in rules.of.register.iter().flat_map(|register| &register.within) {
        let within = children(tx, &entry.spine.id, key)?.len();
        if within > 0 {
            let title = rules.pack.definition(key).map_or(key.as_str(), |of| &of.title);
            return Ok(Taken::Kept(format!("下面已经有 {within} 条{title}")));
        }
    }
    if let Some(correction) = correction::waiting(tx, &entry.spine.id)? {
        return Ok(Taken::Kept(format!("有一个更正等待确认（{}）", correction.spine.number)));
    }
    let relying = correction::relying(tx, rules.pack, &entry)?;
    if let Some(other) = relying.iter().find(|other| !whole.contains(other.spine.id.as_str())) {
        let title = Rules::of(tx.ctx(), &other.spine)?.of.title.clone();
        return Ok(Taken::Kept(format!("{title}“{}”用到了它", other.spine.title)));
    }
    if batch::voiding(rules.of).is_none() {
        return Ok(Taken::Kept(format!("“{}”没有“作废”，登记了的不能撤回", rules.of.title)));
    }
    batch::take_back(tx, entry, id.as_str())?;
    Ok(Taken::Back)
}
