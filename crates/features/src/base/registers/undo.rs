//! A batch taken back: what it brought in becomes void, what it changed stands again as before; what something rests on is
//! named and kept.

use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::Kind;
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Act, Keeping, VOID};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Ctx, Error, OrMissing, Result, Tx};
use serde::Serialize;

use super::file::File;
use crate::base::imports::{self, BatchId, Brought, KeptBatch};
use crate::base::matters::entries::{admitted, batch, children, correction};
use crate::base::matters::{KEYS, Matter as _, Plain, Rules, Step};

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
    /// The row of the file.
    pub row: i64,
    /// The entry.
    pub subject: String,
    /// What rests on it.
    pub because: String,
}

/// Rows that are taken back in one commit.
const STEP: usize = 100;

/// By which act somebody may see a batch and take it back: who began it by the one that brings rows in, else whoever reaches
/// all that it brought with the one that voids.
pub fn may<'f>(tx: &Tx, file: &'f File<'_>, batch: &KeptBatch) -> Result<Option<&'f Act>> {
    let ctx = tx.ctx();
    if batch.started_by == ctx.principal() && ctx.may(&file.act.name).is_some() {
        return Ok(Some(file.act));
    }
    let voids = batch::voiding(file.of).and_then(|act| Some((act, ctx.may(&act.name)?)));
    let Some((act, right)) = voids else { return Ok(None) };
    let right = Plain::reach(tx, right)?;
    let scope = right.scope(&KEYS);
    if scope.ways().is_some() || scope.goes_by_links() {
        let rows = imports::brought(tx, &batch.id)?;
        let ids: Vec<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
        for some in ids.chunks(STEP) {
            let entries = batch::several(tx, some)?;
            if !entries.iter().all(|entry| admitted(&scope, entry)) {
                return Ok(None);
            }
        }
    }
    Ok(Some(act))
}

/// Whether somebody may see and take back every batch of a file.
pub fn may_all(tx: &Tx, file: &File<'_>) -> Result<bool> {
    let Some(right) = batch::voiding(file.of).and_then(|act| tx.ctx().may(&act.name)) else {
        return Ok(false);
    };
    let right = Plain::reach(tx, right)?;
    let scope = right.scope(&KEYS);
    Ok(scope.ways().is_none() && !scope.goes_by_links())
}

/// Takes a batch back (`import.undo`), or what is left of it. Who may do that: [`may`].
///
/// # Errors
/// 404 where there is no such batch for whoever asks, 409 where it is no batch of a register.
pub fn undo(city: &City, actor: &Actor, id: &BatchId) -> Result<Undone> {
    let ctx = city.ctx(actor.clone());
    let pack = ctx.policy.pack.clone().or_missing()?;
    let missing = || Error::new(Kind::Missing, format!("没有导入批次“{id}”"));
    let kept = city.db.read(&ctx, |tx| imports::find(tx, id))?.ok_or_else(missing)?;
    let file = File::at(&pack, &kept.kind)
        .map_err(|_| Error::unmet(format!("“{}”的批次不能撤销；能撤销的是台账的导入", kept.kind)))?;
    let act = city.db.read(&ctx, |tx| may(tx, &file, &kept))?.ok_or_else(missing)?;
    let record = |ctx: &Ctx, kind: &str| -> Result<Record> {
        Ok(Record::new(kind, id.as_str()).in_post(ctx.right(&act.name)?.first_post()))
    };
    // Closed first, so that a run that still goes on brings nothing more.
    city.db.write(&ctx, |tx| {
        imports::close(tx, id)?;
        tx.record(record(tx.ctx(), "import.undo")?)
    })?;
    let rows = city.db.read(&ctx, |tx| imports::brought(tx, id))?;
    let mut undone = Undone::default();
    // The latest first: what a row of the batch rests on goes after it.
    let mut left: Vec<&Brought> = rows.iter().rev().collect();
    loop {
        let before = undone.undone;
        undone.kept.clear();
        for some in left.chunks(STEP) {
            for (row, taken) in some.iter().zip(step(city, actor, id, some)?) {
                match taken {
                    Taken::Back => undone.undone += 1,
                    Taken::Before => {}
                    Taken::Kept(because) => {
                        undone.kept.push(Kept { row: row.row, subject: row.subject.clone(), because });
                    }
                }
            }
        }
        // What went may have been all that another row was kept for.
        if undone.kept.is_empty() || undone.undone == before {
            break;
        }
        left.retain(|row| undone.kept.iter().any(|kept| kept.row == row.row));
    }
    undone.kept.sort_by_key(|kept| kept.row);
    let ctx = city.ctx(actor.clone());
    city.db.write(&ctx, |tx| {
        let record = record(tx.ctx(), "import.undone")?;
        tx.record(record.fact("undone", undone.undone).fact("kept", undone.kept.len()))
    })?;
    Ok(undone)
}

/// Takes some rows back in one commit; where one of them is refused, each in its own.
fn step(city: &City, actor: &Actor, id: &BatchId, some: &[&Brought]) -> Result<Vec<Taken>> {
    let ctx = city.ctx(actor.clone());
    let done = city.db.write(&ctx, |tx| {
        let taken: Vec<Taken> = some.iter().map(|row| take_back(tx, id, row)).collect::<Result<_>>()?;
        let said = some.iter().zip(&taken).map(|(row, taken)| match taken {
            Taken::Back | Taken::Before => (row.row, None),
            Taken::Kept(because) => (row.row, Some(because.as_str())),
        });
        imports::undone(tx, id, &said.collect::<Vec<_>>())?;
        Ok(taken)
    });
    let error = match done {
        Ok(taken) => return Ok(taken),
        Err(error) if matches!(error.kind(), Kind::Internal | Kind::Busy) => return Err(error),
        Err(error) => error,
    };
    if some.len() > 1 {
        let each = some.iter().map(|row| step(city, actor, id, &[*row]));
        return Ok(each.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect());
    }
    let because = match error.field_errors() {
        [] => error.message().to_owned(),
        all => all.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("；"),
    };
    let said: Vec<_> = some.iter().map(|row| (row.row, Some(because.as_str()))).collect();
    city.db.write(&ctx, |tx| imports::undone(tx, id, &said))?;
    Ok(vec![Taken::Kept(because)])
}

/// What became of a row.
enum Taken {
    Back,
    /// It was taken back earlier.
    Before,
    Kept(String),
}

fn take_back(tx: &Tx, id: &BatchId, row: &Brought) -> Result<Taken> {
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
    if let Some(first) = later.next()
        && !batch::stands_as(tx, &entry, after)?
    {
        return Ok(Taken::Kept(format!("导入以后{}又改过", first.actor_name)));
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
    if let Some(other) = correction::relying(tx, rules.pack, &entry)?.first() {
        let title = Rules::of(tx.ctx(), &other.spine)?.of.title.clone();
        return Ok(Taken::Kept(format!("{title}“{}”用到了它", other.spine.title)));
    }
    if batch::voiding(rules.of).is_none() {
        return Ok(Taken::Kept(format!("“{}”没有“作废”，登记了的不能撤回", rules.of.title)));
    }
    batch::take_back(tx, entry, id.as_str())?;
    Ok(Taken::Back)
}
