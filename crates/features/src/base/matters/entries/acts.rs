//! What acts do to entries: closed, whatever a definition calls them.

use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Act, Control, Definition, Field, Keeping, SINCE, StandsFor, UNTIL, VOID};
use huitong_kernel::{Error, OrMissing, Result, Tx};
use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::super::case::Case;
use super::super::entry;
use super::super::matter::{Matter as _, Rules};
use super::super::plain::Plain;
use super::super::sentences::IMPORT;
use super::versions::{self, Changes, Next, Stood, Version};
use super::{about, correction, derived, once, store};

/// What an act on an entry works out on the way.
#[derive(Debug, Default)]
pub struct Work {
    /// What a correction says otherwise.
    changes: Changes,
    /// The row that was entered within.
    pub(in super::super) row: Option<String>,
    /// The batch of an import that acts, or is taken back.
    pub(in super::super) batch: Option<String>,
}

/// An act that is there to change something changes something; one that ends something ends it after it began.
pub(in super::super) fn checked(case: &Case<'_, '_, Plain>) -> Result<()> {
    match &case.act.keeping {
        Some(Keeping::Change | Keeping::Correct { .. }) => {
            let own = own_fields(case.rules, case.act);
            let Some(first) = own.first() else { return Ok(()) };
            match (said(case)?.is_empty(), case.said.date(SINCE)) {
                (false, _) => Ok(()),
                (true, None) => Err(Error::invalid(&first.key, "填写的和原来一样，没有改动")),
                (true, Some(_)) => Err(Error::invalid(
                    SINCE,
                    "从这一天起本来就是这样，没有改动；后来又登记过的，请填后来登记的那一天",
                )),
            }
        }
        Some(Keeping::Void) => match correction::relying(case.tx, case.rules.pack, &case.matter)?.first() {
            Some(other) => {
                Err(Error::unmet(format!("“{}”里还用到这一条，请先改那里，再作废", other.spine.title)))
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The fields of an act that stay with the entry.
fn own_fields<'a>(rules: Rules<'a>, act: &Act) -> Vec<&'a Field> {
    let form = rules.of.form_of(act);
    form.into_iter().flat_map(|form| &form.fields).filter(|field| !field.step_only).collect()
}

/// What the act says otherwise than the entry; a personal field that was left empty says nothing, for it is not filled in again.
pub(super) fn said(case: &Case<'_, '_, Plain>) -> Result<Changes> {
    let answers = own_fields(case.rules, case.act).into_iter().filter_map(|field| {
        let answer = plain(field, case.said.json(&field.key));
        let silent = answer.is_none() && field.personal;
        (!silent).then(|| (field.key.clone(), answer))
    });
    if matches!(case.act.keeping, Some(Keeping::Correct { .. })) {
        let all = store::versions_of(case.tx, &case.matter.spine.id)?;
        return Ok(versions::otherwise(&all, case.said.date(SINCE), answers.collect()));
    }
    Ok(answers.filter(|(field, answer)| answer.as_ref() != case.matter.said(field)).collect())
}

/// An answer as an entry keeps it.
pub fn plain(field: &Field, answer: Option<&Json>) -> Option<Json> {
    let answer = answer?;
    let ticked = field.control == Control::Check;
    Some(match answer.as_str() {
        Some(text) if ticked => Json::Bool(text == "1"),
        _ => answer.clone(),
    })
}

/// Keeps what an act says; answers whether nothing is left to keep.
pub(in super::super) fn keep(case: &mut Case<'_, '_, Plain>, keeping: &Keeping) -> Result<bool> {
    match keeping {
        Keeping::Add | Keeping::Change => Ok(false),
        Keeping::End => end(case).map(|()| false),
        Keeping::Void => Ok(true),
        Keeping::Correct { .. } => correct(case).map(|()| true),
        Keeping::Within => within(case).map(|()| true),
    }
}

fn end(case: &mut Case<'_, '_, Plain>) -> Result<()> {
    let until = case.said.date(UNTIL).or_missing()?;
    let field = case.rules.of.standing_for(StandsFor::Validity).or_missing()?;
    let from = case.matter.from_on.clone();
    if from.as_deref().is_some_and(|from| until.to_string().as_str() < from) {
        let from = from.unwrap_or_default();
        return Err(Error::invalid(UNTIL, format!("结束日期早于起始日 {from}")));
    }
    let period = json!({"from": from, "until": until.to_string()});
    case.matter.set(field, Some(&period));
    Ok(())
}

/// Which versions a correction writes.
fn correction(case: &Case<'_, '_, Plain>) -> Result<Vec<Next>> {
    let all = store::versions_of(case.tx, &case.matter.spine.id)?;
    let changes = &case.work.changes;
    let from = case.rules.of.standing_for(StandsFor::Validity).and_then(|field| {
        let period = changes.get(&field.key)?.as_ref()?;
        period.get("from")?.as_str()?.parse().ok()
    });
    Ok(versions::corrected(&all, case.said.date(SINCE), changes, from))
}

/// Corrects what was entered: what stands now follows from the versions, for a correction may concern the past alone.
fn correct(case: &mut Case<'_, '_, Plain>) -> Result<()> {
    case.work.changes = said(case)?;
    let next = correction(case)?;
    let now = next.last().map(|one| one.stood.clone());
    let all = store::versions_of(case.tx, &case.matter.spine.id)?;
    let later = next.last().is_some_and(|last| all.iter().any(|one| one.since_on > last.since_on));
    if let Some(stood) = now.filter(|_| !later) {
        stand(&mut case.matter, case.rules.of, &stood);
    }
    Ok(())
}

/// Lets an entry stand as a version says.
pub fn stand(entry: &mut Plain, of: &Definition, stood: &Stood) {
    entry.spine.state.clone_from(&stood.state);
    for field in of.fields.iter().filter(|field| !field.step_only) {
        entry.set(field, stood.body.get(&field.key));
    }
}

/// Enters a row within the entry.
fn within(case: &mut Case<'_, '_, Plain>) -> Result<()> {
    let (tx, parent) = (case.tx, &case.matter);
    let key = format!("{}.{}", case.rules.of.key, case.act.key);
    let of = case.rules.pack.definition(&key).or_missing()?;
    let rules = Rules { pack: case.rules.pack, of };
    let mut row = entry::fresh(tx, rules, case.act, case.post);
    row.spine.state = huitong_kernel::pack::CURRENT.to_owned();
    for field in of.fields.iter().filter(|field| !field.step_only) {
        if let Some(answer) = case.said.json(&field.key) {
            row.set(field, Some(answer));
        }
    }
    row.count_act(&case.act.key, tx.ctx().principal());
    lie_within(&mut row, parent);
    row.settle(tx, rules)?;
    Plain::insert(tx, &[&row], of)?;
    began(tx, &[(&row, case.act)])?;
    derived::settle(tx, case.rules, &mut case.matter)?;
    case.work.row = Some(row.spine.id);
    Ok(())
}

/// A row within is seen by whoever sees its entry.
pub(super) fn lie_within(row: &mut Plain, entry: &Plain) {
    let (own, of) = (&mut row.spine, &entry.spine);
    row.parent = Some(of.id.clone());
    own.association.clone_from(&of.association);
    // Who entered the row is told by its step; what makes the entry somebody's own makes the row so, and nothing else does.
    own.owner_user.clone_from(&of.owner_user);
    own.owner_association.clone_from(&of.owner_association);
    own.owner_company.clone_from(&of.owner_company);
    own.unit.clone_from(&of.unit);
    own.desk_unit.clone_from(&of.unit);
    own.next_unit.clone_from(&of.next_unit);
    own.assignee.clone_from(&of.assignee);
    row.marks.about.clone_from(&entry.marks.about);
}

/// The first version of an entry: true from the day on which it begins to hold or happened, at the latest from today.
pub(in super::super) fn began(tx: &Tx, entries: &[(&Plain, &Act)]) -> Result<()> {
    let versions: Vec<(&Plain, &str, Next)> =
        entries.iter().map(|(entry, act)| (*entry, act.key.as_str(), first(tx, entry))).collect();
    store::insert_versions(tx, &versions)
}

fn first(tx: &Tx, entry: &Plain) -> Next {
    let today = tx.ctx().today();
    let day = entry.day.as_deref().and_then(|day| day.parse().ok()).unwrap_or(today);
    Next {
        since_on: day.min(today),
        said: entry.body.0.keys().cloned().collect(),
        stood: Stood { state: entry.spine.state.clone(), body: entry.body.0.clone() },
    }
}

fn last(all: &[Version], today: Date) -> Date {
    all.iter().map(|one| one.since_on).max().unwrap_or(today)
}

/// Once an act has stored an entry: its versions, and what follows for others.
pub(in super::super) fn stored(case: &Case<'_, '_, Plain>) -> Result<()> {
    let Some(keeping) = &case.act.keeping else { return Ok(()) };
    let (tx, entry) = (case.tx, &case.matter);
    let all = store::versions_of(tx, &entry.spine.id)?;
    let today = tx.ctx().today();
    let next = match keeping {
        Keeping::Add | Keeping::Within => Vec::new(),
        Keeping::Change | Keeping::End => vec![Next {
            // Told as it happens; never before what is known already.
            since_on: today.max(last(&all, today)),
            said: changed(&all, entry),
            stood: Stood { state: entry.spine.state.clone(), body: entry.body.0.clone() },
        }],
        Keeping::Correct { .. } => correction(case)?,
        Keeping::Void => versions::void(&all, VOID),
    };
    let rows: Vec<(&Plain, &str, Next)> =
        next.into_iter().map(|next| (entry, case.act.key.as_str(), next)).collect();
    store::insert_versions(tx, &rows)?;
    if matches!(keeping, Keeping::Change | Keeping::Correct { .. }) {
        once(tx, case.rules, entry)?;
    }
    // A row that is entered within changes nothing that others take from its entry.
    if *keeping != Keeping::Within {
        about::follow(tx, entry)?;
    }
    match &entry.parent {
        Some(parent) => parent_follows(tx, parent),
        None => Ok(()),
    }
}

/// The fields that stand otherwise than in the version before.
fn changed(all: &[Version], entry: &Plain) -> Vec<String> {
    let before = versions::periods(all).last().map(|one| one.stood.body.clone()).unwrap_or_default();
    let now = &entry.body.0;
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    keys.into_iter().filter(|key| before.get(*key) != now.get(*key)).cloned().collect()
}

/// What is known of an entry from its rows follows a row that was corrected or taken back.
fn parent_follows(tx: &Tx, id: &str) -> Result<()> {
    let parent = Plain::find(tx, &huitong_kernel::rights::Scope::all(), id)?;
    let Some(mut parent) = parent else { return Ok(()) };
    let rules = Rules::of(tx.ctx(), &parent.spine)?;
    derived::settle(tx, rules, &mut parent)?;
    store::follow(tx, &parent)?;
    super::facts::set_facts(tx, rules.of, &[&parent])
}

/// What the record of an act says beside: the row that was entered within, from when a correction holds.
pub(in super::super) fn recorded(case: &Case<'_, '_, Plain>, record: Record) -> Record {
    let record = match &case.work.batch {
        Some(batch) => record.fact(IMPORT, batch.as_str()),
        None => record,
    };
    let record = match &case.work.row {
        Some(row) => record.fact("row", row.as_str()),
        None => record,
    };
    match case.said.date(SINCE) {
        Some(since) => record.fact("since_on", since.to_string()),
        None => record,
    }
}
