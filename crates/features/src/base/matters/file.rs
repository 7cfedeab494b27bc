//! What the definitions of the pack bring to the file of an association: a block each, read in the way its list is.

use huitong_kernel::http::Pairs;
use huitong_kernel::http::page::Link;
use huitong_kernel::pack::{Definition, FileTab};
use huitong_kernel::{Result, Tx};

use super::matter::{KEYS, Matter as _};
use super::plain::Plain;
use super::view::Seen;
use super::{guards, list};
use crate::base::associations::{AssociationId, FileBlock, FileBlocks, FileLine};

/// What the file of an association is handed.
pub const BLOCKS: FileBlocks = FileBlocks(blocks);

/// So many rows stand in a block.
const LINES: usize = 3;
/// So many rows are looked at to say how many there are.
const LOOKED_AT: &str = "100";

fn blocks(tx: &Tx, association: &AssociationId) -> Result<Vec<FileBlock>> {
    let all = tx.ctx().pack()?.definitions.iter();
    let of_tabs = all.filter_map(|of| Some((of.file_tab()?, of)));
    let mut blocks = Vec::new();
    for (tab, of) in of_tabs.filter(|(_, of)| tx.ctx().may(&of.view()).is_some()) {
        blocks.extend(block(tx, tab, of, association.as_str())?);
    }
    Ok(blocks)
}

/// The block of a definition; none where its reader sees nothing and has nothing to add.
fn block(tx: &Tx, tab: FileTab, of: &Definition, association: &str) -> Result<Option<FileBlock>> {
    let ctx = tx.ctx();
    let asked = Pairs::of([("association", association), ("page_size", LOOKED_AT)]);
    let found = list::first(tx, of, &asked)?;
    // Who does not reach whatever concerns this association is not told that there is nothing.
    let scope = Plain::reach(tx, ctx.right(&of.view())?)?.scope(&KEYS);
    let of_association = [KEYS.association, KEYS.owner_association];
    let reaches = scope.admits(&|column| of_association.contains(&Some(column)).then_some(association));
    let may_add = of.beginnings().filter(|act| reaches && ctx.may(&act.name).is_some());
    let add: Vec<Link> = may_add
        .map(|act| Link {
            href: format!("/{}/new/{}?association={association}", of.path, act.key),
            label: act.label.clone(),
        })
        .collect();
    if found.is_empty() && add.is_empty() {
        return Ok(None);
    }
    let ends = |one: &Plain| of.state(&one.spine.state).is_some_and(|state| state.ends);
    let (open, ended): (Vec<Plain>, Vec<Plain>) = found.into_iter().partition(|one| !ends(one));
    let all = if open.is_empty() && ended.is_empty() {
        String::new()
    } else {
        format!("/{}?queue=all&association={association}", of.path)
    };
    let said = said(of, open.len(), open.len() + ended.len());
    let latest = open.into_iter().chain(ended).take(LINES).collect();
    let line = |seen: &Seen<'_>| -> Result<FileLine> {
        let href = format!("/{}/{}", of.path, seen.matter.spine.id);
        let act = guards::primary(tx, seen.rules, &seen.matter)?.filter(|_| of.is_register());
        Ok(FileLine {
            name: seen.matter.spine.title.clone(),
            said: seen.summary(),
            state: seen.state_label(),
            tone: seen.tone(),
            act: act.map(|offer| Link { href: format!("{href}/{}", offer.act), label: offer.label }),
            href,
        })
    };
    let lines = Seen::all(tx, latest)?.iter().map(line).collect::<Result<Vec<FileLine>>>()?;
    let title = of.title.clone();
    Ok(Some(FileBlock { tab, title, said, all, lines, add, internal: of.work_secret }))
}

/// How many there are, and how many of them hold or go on.
fn said(of: &Definition, open: usize, all: usize) -> String {
    let (unit, going_on) = if of.is_register() { ("条", "有效") } else { ("件", "未办结") };
    let most = if all.to_string() == LOOKED_AT { "以上" } else { "" };
    match (open, all) {
        (_, 0) => of.sentences.empty.clone(),
        (0, all) => format!("共 {all} {unit}{most}，没有{going_on}的。"),
        (open, all) if open == all && all == 1 => format!("{going_on} 1 {unit}。"),
        (open, all) => format!("共 {all} {unit}{most}，{going_on} {open} {unit}。"),
    }
}
