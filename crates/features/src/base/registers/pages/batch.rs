//! A file that was brought in: what became of every row, and taking it back.

use std::collections::HashMap;

use askama::Template;
use huitong_kernel::clock::minute_text;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Id, OrMissing, Result, Tx};

use super::super::draft::Draft;
use super::super::{File, undo};
use super::fates::{self, Fates, RowFate, SHOWN};
use super::{file, said, upload};
use crate::base::imports::{self, BatchId, Counts, KeptBatch, Outcome, Part};
use crate::base::matters::entries::{admitted, batch};
use crate::base::matters::{KEYS, Matter as _, Plain};

#[derive(Template)]
#[template(path = "base/registers/pages/batch.html")]
struct BatchPage {
    shell: Shell,
    title: String,
    list: String,
    place: String,
    batch: String,
    draft: String,
    said: String,
    file: String,
    by: String,
    at: String,
    undone_at: String,
    gone: u64,
    counts: Counts,
    /// Rows that can still be taken back.
    left: u64,
    fates: Fates,
    /// Whether the reader may bring a further file in.
    brings: bool,
}

/// The batch that an address or a form names, of this file and for this reader.
fn found(tx: &Tx, file: &File<'_>, id: &str) -> Result<KeptBatch> {
    let id: BatchId = Id::parse(id).or_missing()?;
    let kept = imports::find(tx, &id)?.filter(|kept| kept.kind == file.address()).or_missing()?;
    undo::may(tx, file, &kept)?.or_missing()?;
    Ok(kept)
}

/// What came of a batch, in a sentence.
pub(super) fn told(tx: &Tx, kept: &KeptBatch) -> Result<String> {
    if kept.undone_at.is_none() && kept.finished_at.is_some() {
        return Ok(said(&kept.summary, true));
    }
    let counts = imports::counts(tx, &kept.id)?;
    let (undone, left) = (counts.undone, counts.left());
    Ok(match kept.undone_at {
        Some(_) if left == 0 => format!("已撤销，撤回了 {undone} 行。"),
        Some(_) => format!("已撤销一部分：撤回了 {undone} 行，留下 {left} 行。"),
        None => {
            let done = counts.new + counts.changed;
            format!("还没有导完，写入了 {done} 行：正在导入，或者中断了。中断的，再上传同一个文件，接着导。")
        }
    })
}

/// `GET /{path}/import/batch`: what came of a batch, and that it can be taken back.
pub fn came(c: &Call) -> Result<Reply> {
    let file = file(c)?;
    let (mut page, heading) = c.read(|tx| {
        let kept = found(tx, &file, c.query("batch").unwrap_or_default())?;
        Ok((drawn(c, tx, &file, kept)?, format!("导入{}", file.of.title)))
    })?;
    page.shell = c.shell(&heading)?;
    c.page(&page)
}

/// `POST /{path}/import/undo`: takes a batch back.
pub fn take_back(c: &Call) -> Result<Reply> {
    let file = file(c)?;
    let id = c.filled()?.get("batch").to_owned();
    let kept = c.read(|tx| found(tx, &file, &id))?;
    c.end_reading();
    undo::undo(&c.city, &c.ctx.actor, &kept.id)?;
    c.see(&format!("{}/import/batch?batch={id}", file.place()))
}

fn drawn(c: &Call, tx: &Tx, file: &File<'_>, kept: KeptBatch) -> Result<BatchPage> {
    let counts = imports::counts(tx, &kept.id)?;
    let asked = c.query("draft").unwrap_or_default();
    let draft = Draft::open(&c.city.data, &c.ctx, &file.address(), asked).ok();
    Ok(BatchPage {
        shell: Shell::default(),
        title: file.of.title.clone(),
        list: format!("/{}", file.register().path),
        place: file.place(),
        batch: kept.id.to_string(),
        draft: draft.filter(|draft| draft.rejected().exists()).map(|draft| draft.id).unwrap_or_default(),
        said: told(tx, &kept)?,
        by: upload::by(tx, &kept)?,
        at: minute_text(kept.started_at),
        undone_at: kept.undone_at.map(minute_text).unwrap_or_default(),
        gone: kept.summary.gone,
        left: counts.left(),
        fates: rows(c, tx, file, &kept, &counts)?,
        file: kept.file_name,
        counts,
        brings: c.ctx.may(&file.act.name).is_some(),
    })
}

/// What needs somebody's attention first; then what came in.
const FIRST: [Part; 5] = [Part::Kept, Part::New, Part::Changed, Part::Rejected, Part::Unchanged];

fn rows(c: &Call, tx: &Tx, file: &File<'_>, kept: &KeptBatch, counts: &Counts) -> Result<Fates> {
    let count = |part: Part| match part {
        Part::New => counts.new,
        Part::Changed => counts.changed,
        Part::Unchanged => counts.unchanged,
        Part::Rejected => counts.rejected,
        Part::Kept => counts.kept,
    };
    let part = fates::asked(c.query("part"), &FIRST, &count);
    let most = SHOWN as i64 + 1;
    let outcomes = imports::outcomes(tx, &kept.id, part, (fates::after(c.query("after")), most))?;
    let ids: Vec<&str> = outcomes.iter().filter_map(|one| one.subject.as_deref()).collect();
    let entries = if ids.is_empty() { Vec::new() } else { batch::several(tx, &ids)? };
    let view = tx.ctx().may(&file.of.view()).map(|right| Plain::reach(tx, right)).transpose()?;
    let scope = match &view {
        Some(right) => right.scope(&KEYS),
        None => Scope::none(),
    };
    let seen = entries.iter().filter(|entry| admitted(&scope, entry));
    let seen: HashMap<&str, &Plain> = seen.map(|entry| (entry.spine.id.as_str(), entry)).collect();
    let shown = |one: Outcome| {
        let entry = one.subject.as_deref().and_then(|id| seen.get(id));
        let (tone, fate) =
            match (one.undone, part != Part::Kept && !one.why.is_empty() && part != Part::Rejected) {
                (true, _) => ("muted", "已撤回"),
                (_, true) => fates::label(Part::Kept, true),
                _ => fates::label(part, true),
            };
        RowFate {
            place: one.row,
            row: kept.summary.places.line(one.row),
            name: entry.map_or(one.name, |entry| entry.spine.title.clone()),
            href: entry
                .map(|entry| format!("/{}/{}", file.register().path, entry.spine.id))
                .unwrap_or_default(),
            tone,
            fate,
            why: one.why,
        }
    };
    let address = format!("{}/import/batch?batch={}&", file.place(), kept.id);
    Ok(Fates::of((part, true), &count, outcomes.into_iter().map(shown).collect(), &address))
}
