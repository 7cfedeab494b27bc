//! Entries that a file brings in, many at once, and what is taken back of them.

use huitong_kernel::http::form::Checked;
use huitong_kernel::journal;
use huitong_kernel::pack::{Act, Definition, Keeping};
use huitong_kernel::{OrMissing, Result, Tx};

use super::super::case::{Case, Done, Input};
use super::super::matter::Rules;
use super::super::plain::Plain;
use super::super::sentences::{IMPORT, UNDONE};
use super::acts::stand;
use super::store;
use super::versions::{self, Version};

/// Entries that are read at once.
const CHUNK: i64 = 500;

/// Looks at every entry of a register, or at every row of one kind within, void ones among them.
pub fn each(tx: &Tx, of: &Definition, mut look: impl FnMut(Plain)) -> Result<()> {
    let mut after = String::new();
    loop {
        let chunk = store::after(tx, &of.key, &after, CHUNK)?;
        let Some(last) = chunk.last() else { return Ok(()) };
        after.clone_from(&last.spine.id);
        chunk.into_iter().for_each(&mut look);
    }
}

/// Entries by their ids, void ones among them.
pub fn several(tx: &Tx, ids: &[&str]) -> Result<Vec<Plain>> {
    store::several(tx, ids)
}

/// How far a register has come: another one whenever an act on one of its entries was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Where nobody acted on anything at all, nothing has to be counted.
    position: Option<i64>,
    versions: i64,
}

impl Turn {
    /// That of now; the same where nothing happened since the one before.
    pub fn now(tx: &Tx, of: &Definition, before: Option<Turn>) -> Result<Turn> {
        let position = journal::last_position(tx)?;
        match before.filter(|before| before.position.is_some() && before.position == position) {
            Some(before) => Ok(before),
            None => {
                let versions = store::turns(tx, &of.key)?;
                let same = before.filter(|before| before.versions == versions);
                Ok(same.unwrap_or(Turn { position, versions }))
            }
        }
    }

    /// That after an act which entered so many new entries and changed none.
    pub fn after(self, tx: &Tx, new: usize) -> Result<Turn> {
        let new = i64::try_from(new).unwrap_or(i64::MAX);
        Ok(Turn { position: journal::last_position(tx)?, versions: self.versions + new })
    }
}

/// Does an act of a file on an entry; answers the row that was entered within, where one was.
pub fn perform(mut case: Case<'_, '_, Plain>, batch: &str) -> Result<(Done, Option<String>)> {
    case.work.batch = Some(batch.to_owned());
    case.said.mean(IMPORT, batch);
    let within = case.act.keeping == Some(Keeping::Within);
    let (tx, of) = (case.tx, format!("{}.{}", case.rules.of.key, case.act.key));
    let done = case.perform()?;
    // The row within that the act entered is the one that its step began.
    let row = match within {
        true => Some(store::newest_child(tx, &done.id, &of)?.or_missing()?),
        false => None,
    };
    Ok((done, row))
}

/// Whether an entry stands as it stood at a version, whatever was changed and put back since.
pub fn stands_as(tx: &Tx, entry: &Plain, version: i64) -> Result<bool> {
    let mut all = store::versions_of(tx, &entry.spine.id)?;
    all.retain(|one| one.version <= version);
    let stood = versions::periods(&all).last().map(|one| &one.stood);
    Ok(stood.is_some_and(|stood| stood.state == entry.spine.state && stood.body == entry.body.0))
}

/// The act by which entries of a register are taken back; none where its pack has none.
pub fn voiding(of: &Definition) -> Option<&Act> {
    of.acts.iter().find(|act| act.keeping == Some(Keeping::Void))
}

/// Takes an entry back that a batch brought in. The right to that was asked for the batch as a whole.
pub fn take_back(tx: &Tx, entry: Plain, batch: &str) -> Result<()> {
    let rules = Rules::of(tx.ctx(), &entry.spine)?;
    let act = voiding(rules.of).or_missing()?;
    undo(tx, rules, (entry, act), batch, |_| ())
}

/// Lets an entry that a batch changed from one version to another stand again as it stood, by the act that changed it.
pub fn restore(tx: &Tx, entry: Plain, (version, after): (i64, i64), batch: &str) -> Result<()> {
    let rules = Rules::of(tx.ctx(), &entry.spine)?;
    let all = store::versions_of(tx, &entry.spine.id)?;
    let changed = all.iter().find(|one| one.version == after).or_missing()?;
    let act = rules.of.act(&changed.act).or_missing()?;
    let before: Vec<Version> = all.iter().filter(|one| one.version <= version).cloned().collect();
    let stood = versions::periods(&before).last().map(|one| one.stood.clone()).or_missing()?;
    undo(tx, rules, (entry, act), batch, |entry| stand(entry, rules.of, &stood))
}

fn undo<'a>(
    tx: &Tx<'a>,
    rules: Rules<'a>,
    (entry, act): (Plain, &'a Act),
    batch: &str,
    change: impl Fn(&mut Plain),
) -> Result<()> {
    let nothing = Input::default();
    let mut said = Checked::default();
    said.mean(UNDONE, batch);
    let mut case = Case::new(tx, rules, entry, (act, said), None, &nothing);
    change(&mut case.matter);
    case.work.batch = Some(batch.to_owned());
    case.finish(None).map(drop)
}
