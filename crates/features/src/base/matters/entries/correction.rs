//! A correction and who may make it: the author alone where what was entered is fresh and nothing rests on it, else a second
//! person, before whom it waits as a matter of its own.

use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::http::Filled;
use huitong_kernel::pack::{Act, Field, Keeping, Pack, REASON, RelativeDay, SINCE};
use huitong_kernel::{Error, OrMissing, Result, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::super::case::{Case, Done, Input};
use super::super::matter::{Matter as _, Rules};
use super::super::plain::Plain;
use super::super::{entry, words};
use super::acts::said;
use super::versions::{self, Changes};
use super::{facts, store};

/// The procedure that a correction waits in.
pub const PROCEDURE: &str = "correction";
/// The act that begins it.
const ASK: &str = "ask";
/// The act that makes it.
const CONFIRM: &str = "confirm";
/// The effect by which it is made, as definitions name it.
pub const EFFECT: &str = "correction.make";

/// What came of an act.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Performed {
    /// It was done.
    Done(Done),
    /// A second person is asked: the correction that waits.
    Asked(Done),
}

impl Performed {
    /// What is said to whoever acted, and the id of what they go to next.
    pub fn done(&self) -> &Done {
        match self {
            Performed::Done(done) | Performed::Asked(done) => done,
        }
    }
}

/// What a waiting correction keeps for its confirmation, beside what people read of it.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    entry: String,
    version: i64,
    changes: Changes,
    since: Option<String>,
}

/// The key under which that lies in its body; no field has it.
const KEPT: &str = "asked";

/// Does an act on a matter, or asks a second person where the act is a correction that needs one.
pub fn perform(tx: &Tx, procedure: &str, id: &str, act: &str, input: &Input) -> Result<Performed> {
    let case = Case::<Plain>::open(tx, procedure, id, act, input)?;
    if let Some(why) = barred(tx, case.act, &case.matter)? {
        return Err(Error::unmet(why).at_version(case.matter.spine.version));
    }
    match &case.act.keeping {
        Some(Keeping::Correct { second: Some(_) }) if !may_alone(&case)? => {
            Plain::checked(&case)?;
            ask(&case).map(Performed::Asked)
        }
        _ => case.perform().map(Performed::Done),
    }
}

/// How long the author may correct alone.
const FRESH: &str = "3 工作日后";

/// Whether whoever acts entered it, lately, and nothing rests on it yet.
fn may_alone(case: &Case<'_, '_, Plain>) -> Result<bool> {
    let (ctx, entry) = (case.tx.ctx(), &case.matter);
    let author = ctx.user().is_some_and(|me| entry.entered_by() == Some(me.as_str()));
    let began = huitong_kernel::clock::civil_date(entry.spine.began_at);
    let fresh = RelativeDay::parse(FRESH).is_some_and(|day| ctx.today() <= day.on(began, ctx.calendar()));
    // The system corrects what it enters itself.
    let program = ctx.user().is_none();
    let relied = || Ok::<bool, Error>(!relying(case.tx, case.rules.pack, entry)?.is_empty());
    Ok(program || author && fresh && entry.spine.version == 1 && !relied()?)
}

/// The entries that name this one, void ones apart.
pub fn relying(tx: &Tx, pack: &Pack, entry: &Plain) -> Result<Vec<Plain>> {
    let entry = &entry.spine;
    let mut all = Vec::new();
    for of in pack.definitions.iter().filter(|of| of.is_register()) {
        let names = |field: &&Field| field.register.as_deref() == Some(entry.procedure.as_str());
        for field in of.fields.iter().filter(|field| facts::is_fact(field)).filter(names) {
            all.extend(store::referring(tx, &of.key, &field.key, &entry.id)?);
        }
    }
    Ok(all)
}

fn ask(case: &Case<'_, '_, Plain>) -> Result<Done> {
    let (tx, rules, entry) = (case.tx, case.rules, &case.matter);
    let changes = said(case)?;
    let mut form = Map::new();
    let mut put = |key: &str, value: Json| drop(form.insert(key.to_owned(), value));
    put("book", json!(rules.of.title));
    put("entry", json!(entry.spine.title));
    put("reason", json!(case.said(REASON)));
    put("changes", Json::Array(told(case, &changes)?));
    let since = case.said.date(SINCE).map(|day| day.to_string());
    put("since", json!(since.clone().unwrap_or_default()));
    put("association", json!(entry.spine.association.clone().unwrap_or_default()));
    let own = case.post.filter(|post| post.kind == OfficeKind::Unit).map(|post| post.office.clone());
    let unit = own.or_else(|| entry.spine.unit.as_ref().map(ToString::to_string));
    put("unit", json!(unit.unwrap_or_default()));
    let input =
        Input { filled: Filled::from_json(serde_json::to_string(&form)?.as_bytes())?, files: Vec::new() };
    let kept = Asked { entry: entry.spine.id.clone(), version: entry.spine.version, changes, since };
    let kept = serde_json::to_value(kept)?;
    entry::begin_by_program(tx, PROCEDURE, ASK, &input, &|correction| {
        correction.body.0.insert(KEPT.to_owned(), kept.clone());
        correction.parent = Some(entry.spine.id.clone());
    })
}

/// Why an entry cannot be corrected now: a correction waits, and another would take what it was weighed against from it.
pub fn barred(tx: &Tx, act: &Act, entry: &Plain) -> Result<Option<String>> {
    if !matches!(act.keeping, Some(Keeping::Correct { .. })) {
        return Ok(None);
    }
    let why = |other: Plain| format!("已有一条更正等待确认：{}。确认或者撤回以后再更正", other.spine.number);
    Ok(waiting(tx, &entry.spine.id)?.map(why))
}

/// The correction of an entry that waits for a second person.
pub fn waiting(tx: &Tx, entry: &str) -> Result<Option<Plain>> {
    Ok(super::super::store::open_of(tx, PROCEDURE, entry)?.into_iter().next())
}

/// The version of its entry that a correction produced, if it was made.
pub(super) fn made(correction: &Plain) -> Option<i64> {
    let asked: Asked = serde_json::from_value(correction.body.0.get(KEPT)?.clone()).ok()?;
    Some(asked.version + 1).filter(|_| correction.times(CONFIRM) > 0)
}

/// The changes in words, for whoever confirms them; what is personal stays masked.
fn told(case: &Case<'_, '_, Plain>, changes: &Changes) -> Result<Vec<Json>> {
    let mut rows = Vec::new();
    let (all, since) = (store::versions_of(case.tx, &case.matter.spine.id)?, case.said.date(SINCE));
    for field in case.rules.of.fields.iter().filter(|field| changes.contains_key(&field.key)) {
        let words = |answer: Option<&Json>| words::brief(case.tx, case.rules.pack, field, answer);
        let after = changes.get(&field.key).and_then(Option::as_ref);
        rows.push(json!({
            "what": field.label,
            "before": words(versions::before(&all, since, &field.key))?,
            "after": words(after)?,
        }));
    }
    Ok(rows)
}

/// Makes a correction that was confirmed: the same act on the entry, with what was asked for.
pub(in super::super) fn make(case: &mut Case<'_, '_, Plain>) -> Result<()> {
    let tx = case.tx;
    let asked: Asked = serde_json::from_value(case.matter.body.0.get(KEPT).cloned().or_missing()?)?;
    let entry = Plain::find(tx, &huitong_kernel::rights::Scope::all(), &asked.entry)?.or_missing()?;
    if entry.spine.version != asked.version {
        return Err(Error::unmet("这一条在提出更正以后又有变动，请不同意这次更正，由提出人核对以后重新提出"));
    }
    let rules = Rules::of(tx.ctx(), &entry.spine)?;
    let act = rules.of.acts.iter().find(|act| matches!(act.keeping, Some(Keeping::Correct { .. })));
    let act = act.or_missing()?;
    if let Some(Keeping::Correct { second: Some(role) }) = &act.keeping {
        let holds = case.post.is_none_or(|post| {
            post.role == *role
                || case.matter.spine.unit.as_ref().is_some_and(|unit| unit.as_str() == post.office)
        });
        if !holds {
            let title = rules.pack.role(role).map_or(role.as_str(), |role| &role.title);
            return Err(Error::unmet(format!("这本台账的更正由{title}或者提出人单位的负责人确认")));
        }
    }
    let mut form = Map::new();
    for field in
        rules.of.form_of(act).into_iter().flat_map(|form| &form.fields).filter(|field| !field.step_only)
    {
        let answer = match asked.changes.get(&field.key) {
            Some(changed) => changed.clone(),
            // What is personal and did not change says nothing.
            None if field.personal => None,
            None => entry.said(&field.key).cloned(),
        };
        form.extend(answer.map(|answer| (field.key.clone(), answer)));
    }
    form.insert(REASON.to_owned(), json!(words::plain(case.matter.said(REASON))));
    form.extend(asked.since.map(|since| (SINCE.to_owned(), json!(since))));
    let input =
        Input { filled: Filled::from_json(serde_json::to_string(&form)?.as_bytes())?, files: Vec::new() };
    Case::by_itself(tx, entry, &act.key, &input)?.perform().map(drop)
}
