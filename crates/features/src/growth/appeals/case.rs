//! A case in the hands of one act: opened under the right, the state and the conditions; finished with step, clocks and record.

use huitong_kernel::condition::Frame;
use huitong_kernel::ctx::{OfficeKind, Post};
use huitong_kernel::http::{Filled, form};
use huitong_kernel::journal::{COMPLAINANT, Record};
use huitong_kernel::pack::{Flow, FlowAct, Guard, Pack};
use huitong_kernel::rights::Right;
use huitong_kernel::{Ctx, Error, OrMissing, Result, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::model::{Appeal, AppealId, Step};
use super::{clocks, counts, number, rules, sentences, store};
use crate::base::attachments::{self, KeptFile};

/// What every act on a case answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The case.
    pub id: String,
    /// Its version now.
    pub version: i64,
    /// Its state now.
    pub state: String,
    /// When something is due next (UTC milliseconds).
    pub due_at: Option<i64>,
    /// The journal leaf of the act.
    pub leaf: String,
}

/// What an act is given: the form as it was filled in, and files that were judged and kept before.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The form.
    pub filled: Filled,
    /// Files.
    pub files: Vec<KeptFile>,
}

impl Input {
    /// Puts values together, for callers that are no browser.
    pub fn of(pairs: &[(&str, &str)]) -> Input {
        Input { filled: Filled::of(pairs), files: Vec::new() }
    }
}

/// Enters the files of a step; those of a step that the public does not see stay inside.
pub(super) fn keep_files(tx: &Tx, step: &Step, files: &[KeptFile]) -> Result<()> {
    // A reply is written before it is sent; its evidence is meant for the complainant all the same.
    let internal = step.public_text.is_none() && step.act != "reply";
    for file in files {
        attachments::add(tx, "appeal", step.appeal.as_str(), Some(step.id.as_str()), file, internal)?;
    }
    Ok(())
}

/// The case that number and code open; a number that cannot be one of ours is not looked up at all.
pub fn tracked(tx: &Tx, number: &str, code: &str) -> Result<Appeal> {
    if !number::plausible(number) {
        return Err(Error::missing());
    }
    store::tracked(tx, number, &number::tracking_digest(number, code))?.or_missing()
}

/// Within this time the same words of the same person are one record sent twice [D].
const SAME_WORDS: i64 = 30 * 60_000;

/// The flow that a case began under.
pub fn pack_of<'a>(ctx: &'a Ctx, appeal: &Appeal) -> Result<&'a Pack> {
    let kept = ctx.policy.version(&appeal.pack);
    // Another version would judge it by rules it did not begin under.
    kept.ok_or_else(|| Error::internal(format!("pack {} of {} is not kept", appeal.pack, appeal.id)))
}

/// A case, opened for one act; the act changes `appeal` and then finishes.
pub struct Case<'t, 'a> {
    /// The transaction.
    pub tx: &'t Tx<'a>,
    /// The pack the case began under.
    pub pack: &'a Pack,
    /// The case as it will be.
    pub appeal: Appeal,
    /// What the form said, checked.
    pub said: form::Checked,
    /// The post in which the actor acts.
    pub post: Option<&'a Post>,
    before: Appeal,
    act: &'a FlowAct,
    files: &'t [KeptFile],
    hidden: Vec<&'static str>,
    /// Whether number and code opened it: then the complainant acts, whoever may be signed in on that machine.
    by_code: bool,
}

impl<'t, 'a> Case<'t, 'a> {
    /// Opens a case for an act of a signed-in person; a case out of reach is not there.
    pub fn open(tx: &'t Tx<'a>, id: &AppealId, act: &str, input: &'t Input) -> Result<Case<'t, 'a>> {
        let ctx = tx.ctx();
        let right = ctx.right(&format!("appeal.{act}"))?;
        let seen = ctx.may("appeal.view").unwrap_or_else(|| right.clone());
        let appeal = match store::find(tx, &seen.scope(&store::KEYS), id)? {
            Some(appeal) => appeal,
            None => store::find(tx, &right.scope(&store::KEYS), id)?.or_missing()?,
        };
        if !right.scope(&store::KEYS).admits(&|column| store::key_of(&appeal, column)) {
            return Err(Error::denied("这件诉求不在您的办理范围内，您可以查看，不能办理"));
        }
        Case::begin(tx, appeal, act, Some(&right), input)
    }

    /// Opens a case for its complainant, who holds the number and the tracking code.
    pub fn tracked(
        tx: &'t Tx<'a>,
        number: &str,
        code: &str,
        act: &str,
        input: &'t Input,
    ) -> Result<Case<'t, 'a>> {
        let appeal = tracked(tx, number, code)?;
        Ok(Case { by_code: true, ..Case::begin(tx, appeal, act, None, input)? })
    }

    /// Opens a case for the program itself: a job acts when a limit has passed.
    pub fn by_itself(tx: &'t Tx<'a>, appeal: Appeal, act: &str, nothing: &'t Input) -> Result<Case<'t, 'a>> {
        Case::begin(tx, appeal, act, None, nothing)
    }

    fn begin(
        tx: &'t Tx<'a>,
        appeal: Appeal,
        act: &str,
        right: Option<&Right<'a>>,
        input: &'t Input,
    ) -> Result<Case<'t, 'a>> {
        let pack = pack_of(tx.ctx(), &appeal)?;
        let act = pack.flow.act(act).or_missing()?;
        if let Some(version) = input.filled.values.get("version").filter(|v| !v.is_empty()) {
            match version.parse::<i64>() {
                Ok(opened) if opened == appeal.version => {}
                Ok(_) => return Err(Error::conflict(appeal.version)),
                Err(_) => return Err(Error::invalid("version", "版本号须是整数，取自打开的记录")),
            }
        }
        if let Some(unmet) = unmet(tx.ctx(), pack, act, &appeal).first() {
            return Err(Error::unmet(unmet.clone()).at_version(appeal.version));
        }
        let said = match act.form.as_deref().and_then(|key| pack.form(key)) {
            Some(form) => form::check(form, pack, &input.filled).map_err(Error::fields)?,
            None => form::Checked::default(),
        };
        let post = right.and_then(|r| r.post_for(&store::KEYS, &|column| store::key_of(&appeal, column)));
        Ok(Case {
            tx,
            pack,
            before: appeal.clone(),
            appeal,
            said,
            post,
            act,
            files: &input.files,
            hidden: Vec::new(),
            by_code: false,
        })
    }

    /// What the form said in a field; empty where it said nothing.
    pub fn said(&self, field: &str) -> &str {
        self.said.text(field)
    }

    /// Keeps a field of the form out of the journal: personal text belongs to the case alone.
    pub fn hide(mut self, field: &'static str) -> Case<'t, 'a> {
        self.hidden.push(field);
        self
    }

    /// When this actor did the same act with the same words a short while ago, where nothing happened since: a browser that
    /// went back and sent its form again must not write it down twice.
    pub fn repeats(&self) -> Result<Option<i64>> {
        let last = store::steps(self.tx, &self.appeal.id)?.pop();
        let content = serde_json::to_string(self.said.values())?;
        let same = |step: &Step| {
            let ctx = self.tx.ctx();
            let lately = ctx.now - step.at < SAME_WORDS;
            lately && step.act == self.act.key && step.actor == ctx.principal() && step.content == content
        };
        Ok(last.filter(|step| self.files.is_empty() && same(step)).map(|step| step.at))
    }

    /// Stores the case with its step, clocks, counts and record: the one end of every act.
    pub fn finish(mut self) -> Result<Done> {
        let ctx = self.tx.ctx();
        let outcome = self.outcome()?;
        let from = self.before.state.clone();
        let to = self.act.to(&from, outcome.as_deref()).or_missing()?.to_owned();
        let ended = self.pack.flow.state(&to).is_some_and(|s| s.ends);
        self.appeal.state = to;
        self.appeal.version += 1;
        self.appeal.updated_at = ctx.now;
        if ended {
            self.appeal.closed_at = Some(ctx.now);
        }
        clocks::advance(self.tx, self.pack, &mut self.appeal, &self.act.key, ended)?;
        store::update(self.tx, &self.appeal)?;
        counts::moved(self.tx, &self.before, &self.appeal)?;
        let step = self.step(outcome.as_deref())?;
        store::insert_step(self.tx, &step)?;
        keep_files(self.tx, &step, self.files)?;
        let leaf = self.record(outcome.as_deref())?;
        let Appeal { id, version, state, due_at, .. } = self.appeal;
        Ok(Done { id: id.to_string(), version, state, due_at, leaf })
    }

    fn outcome(&self) -> Result<Option<String>> {
        if self.act.outcomes.is_empty() {
            return Ok(None);
        }
        let said = self.said("outcome");
        match self.act.outcomes.iter().find(|o| o.key == said) {
            Some(outcome) => Ok(Some(outcome.key.clone())),
            None => {
                let choices: Vec<&str> = self.act.outcomes.iter().map(|o| o.label.as_str()).collect();
                Err(Error::invalid("outcome", format!("请选择结果：{}", choices.join("、"))))
            }
        }
    }

    /// Whether nobody's name is written down: the complainant acts by number and code, or on a confidential case.
    fn is_unnamed(&self) -> bool {
        let me = self.tx.ctx().user().map(|u| u.as_str());
        let own = me.is_some() && self.appeal.submitter.as_deref() == me;
        self.by_code || (own && self.appeal.confidential())
    }

    fn step(&self, outcome: Option<&str>) -> Result<Step> {
        let ctx = self.tx.ctx();
        let unnamed = self.is_unnamed();
        let post = self.post.filter(|_| !unnamed);
        let public_text = self.act.public_sentence.as_deref().map(|sentence| {
            let act = (self.act, self.before.state.as_str());
            sentences::fill(self.tx, self.pack, sentence, &self.appeal, act, &self.said)
        });
        Ok(Step {
            id: ctx.id(),
            appeal: self.appeal.id.clone(),
            at: ctx.now,
            act: self.act.key.clone(),
            actor: if unnamed { COMPLAINANT.to_owned() } else { ctx.principal().to_owned() },
            actor_name: if unnamed { String::from("诉求人") } else { ctx.actor_name().to_owned() },
            role: post.map_or_else(String::new, |p| p.role.clone()),
            office: post.map_or_else(String::new, |p| p.office.clone()),
            office_name: post.map_or_else(String::new, |p| p.office_name.clone()),
            state_before: self.before.state.clone(),
            state_after: self.appeal.state.clone(),
            outcome: outcome.map(str::to_owned),
            content: serde_json::to_string(self.said.values())?,
            public_text: public_text.transpose()?,
        })
    }

    /// Whether a field is text in which a person may be named; of free texts only the reasons of the office are recorded.
    fn is_personal(&self, key: &str) -> bool {
        let form = self.act.form.as_deref().and_then(|form| self.pack.form(form));
        let free = form.and_then(|form| form.field(key)).is_some_and(|field| field.free_text);
        free && !matches!(key, "reason" | "opinion")
    }

    fn record(&self, outcome: Option<&str>) -> Result<String> {
        let mut record = Record::new(&self.act.name, self.appeal.id.as_str())
            .in_post(self.post)
            .unnamed(self.is_unnamed())
            .change(journal_view(&self.before), journal_view(&self.appeal))
            .fact("number", self.appeal.number.as_str());
        if let Some(outcome) = outcome {
            record = record.fact("outcome", outcome);
        }
        let mut form = Map::new();
        for (key, value) in self.said.values() {
            if !self.hidden.contains(&key.as_str()) && !self.is_personal(key) && !value.is_empty() {
                form.insert(key.clone(), json!(value));
            }
        }
        if !self.files.is_empty() {
            record = record.fact("files", attachments::facts(self.files));
        }
        if !form.is_empty() {
            record = record.fact("form", Json::Object(form));
        }
        self.tx.record(record)
    }
}

/// What the journal keeps of a case: nothing that names a person.
pub fn journal_view(a: &Appeal) -> Json {
    json!({
        "version": a.version, "state": a.state, "kind": a.kind, "category": a.category, "verified": a.verified, "unit": a.unit,
        "next_unit": a.next_unit, "proposed": a.proposed, "assignee": a.assignee, "approved": a.approved,
        "due_at": a.due_at.map(huitong_kernel::clock::rfc3339), "due_limit": a.due_limit,
        "answer_due_at": a.answer_due_at.map(huitong_kernel::clock::rfc3339),
        "solved": a.solved, "satisfied": a.satisfied,
    })
}

/// Why an act is not available now, in sentences; empty where it is.
pub fn unmet(ctx: &Ctx, pack: &Pack, act: &FlowAct, appeal: &Appeal) -> Vec<String> {
    if !act.leaves(&appeal.state) {
        let state = pack.flow.state(&appeal.state).map_or(appeal.state.as_str(), |s| &s.label);
        return vec![format!("现在是“{state}”，不能“{}”", act.label)];
    }
    let failing = failing(ctx, act, appeal).into_iter();
    failing.map(|guard| guard.unmet.clone()).chain(rules::unmet(ctx, act, appeal)).collect()
}

/// Whether an act is over for good on a case: what has been done need not be offered, not even with its reason.
pub fn over(ctx: &Ctx, act: &FlowAct, appeal: &Appeal) -> bool {
    failing(ctx, act, appeal).iter().any(|guard| guard.over)
}

/// The conditions of the pack that do not hold.
fn failing<'f>(ctx: &Ctx, act: &'f FlowAct, appeal: &Appeal) -> Vec<&'f Guard> {
    let units = ctx.posts().iter().filter(|p| p.kind == OfficeKind::Unit).map(|p| p.office.as_str());
    let units: Vec<&str> = units.collect();
    let me = ctx.user().map(|u| u.as_str());
    let frame = Frame { now: ctx.now, me, my_units: &units };
    act.guards.iter().filter(|guard| !rules::holds(&guard.check, ctx, appeal, &frame)).collect()
}

/// One act on offer for a case: what the button and the API say.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Offer {
    /// Key of the act.
    pub act: String,
    /// The verb on the button.
    pub label: String,
    /// Whether it can be done now.
    pub allowed: bool,
    /// What is missing, in sentences.
    pub unmet: Vec<String>,
    /// Whether it is the main thing to do in this state.
    pub primary: bool,
}

/// What whoever holds number and code can do now.
pub fn tracked_offers(ctx: &Ctx, pack: &Pack, appeal: &Appeal) -> Vec<Offer> {
    let acts = ["judge", "withdraw"].iter().filter_map(|key| pack.flow.act(key));
    acts.filter(|act| act.leaves(&appeal.state))
        .map(|act| {
            let unmet = unmet(ctx, pack, act, appeal);
            let label = act.label_in(&appeal.state).to_owned();
            Offer {
                act: act.key.clone(),
                label,
                allowed: unmet.is_empty(),
                unmet,
                primary: act.key == "judge",
            }
        })
        .collect()
}

/// The acts that this reader has the right to on this case, with what is missing.
pub fn offers(ctx: &Ctx, flow: &Flow, pack: &Pack, appeal: &Appeal) -> Vec<Offer> {
    let main = flow.state(&appeal.state).map(|s| s.primary.as_slice()).unwrap_or_default();
    let mine =
        flow.acts.iter().filter(|act| act.start.is_none() && act.after_limit.is_none()).filter(|act| {
            let right = ctx.may(&act.name);
            right.is_some_and(|r| r.scope(&store::KEYS).admits(&|column| store::key_of(appeal, column)))
        });
    let mut offers: Vec<Offer> = mine
        .map(|act| {
            let unmet = unmet(ctx, pack, act, appeal);
            let label = act.label_in(&appeal.state).to_owned();
            Offer { act: act.key.clone(), label, allowed: unmet.is_empty(), unmet, primary: false }
        })
        .collect();
    let first = main.iter().find_map(|key| offers.iter().position(|o| o.act == *key && o.allowed));
    if let Some(offer) = first.and_then(|place| offers.get_mut(place)) {
        offer.primary = true;
    }
    offers
}
