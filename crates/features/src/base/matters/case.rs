//! A matter in the hands of one act: opened under the right, the state and the conditions; finished with step, clocks and record.

use huitong_kernel::ctx::Post;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::{Filled, form};
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Act, Bounds, Field, Form, Keeping};
use huitong_kernel::rights::Right;
use huitong_kernel::{Error, OrMissing, Result, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::matter::{KEYS, Matter, Rules};
use super::refs::About;
use super::spine::{Spine, Step};
use super::{clocks, counts, effects, guards, refs, sentences, store, words};
use crate::base::attachments::{self, KeptFile};
use crate::base::journal::UNNAMED;

/// What every act on a matter answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The matter.
    pub id: String,
    /// Its version now.
    pub version: i64,
    /// Its state now.
    pub state: String,
    /// When something is due next (UTC milliseconds).
    pub due_at: Option<i64>,
    /// The journal leaf of the act.
    pub leaf: String,
    /// What is said to whoever did it.
    pub said: String,
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

/// The step that a limit leaves which has passed; no act of a definition.
pub const OVERDUE: &str = "overdue";

/// The step that a clock leaves which was counted again by a calendar that had not been published; no act of a definition.
pub const RECOUNT: &str = "recount";

/// What is said to whoever sees a matter and may not act on it.
pub(super) fn out_of_reach(rules: Rules<'_>) -> Error {
    Error::denied(format!("这件{}不在您的办理范围内，您可以查看，不能办理", rules.of.title))
}

/// Enters the files of a step; those of a step that is not public stay inside, unless the act says otherwise.
pub fn keep_files(tx: &Tx, kind: &str, step: &Step, act: &Act, files: &[KeptFile]) -> Result<()> {
    keep_files_of(tx, kind, &step.matter, step, act, files)
}

/// The same where they belong to something within the matter.
fn keep_files_of(
    tx: &Tx,
    kind: &str,
    subject: &str,
    step: &Step,
    act: &Act,
    files: &[KeptFile],
) -> Result<()> {
    let internal = step.public_text.is_none() && !act.open_files;
    for file in files {
        attachments::add(tx, kind, subject, Some(step.id.as_str()), file, internal)?;
    }
    Ok(())
}

/// A matter, opened for one act; the act changes it and then finishes.
pub struct Case<'t, 'a, M: Matter> {
    /// The transaction.
    pub tx: &'t Tx<'a>,
    /// What it is under.
    pub rules: Rules<'a>,
    /// The matter as it will be.
    pub matter: M,
    /// What the form said, checked.
    pub said: form::Checked,
    /// The post in which the actor acts.
    pub post: Option<&'a Post>,
    /// The act.
    pub act: &'a Act,
    /// Whether it came from a program, which has its own key against repeating itself.
    pub strict: bool,
    /// What the act worked out on the way, for what is written beside.
    pub work: M::Work,
    before: M,
    files: &'t [KeptFile],
    /// Whether number and code opened it: then whoever follows it acts, whoever may be signed in on that machine.
    by_code: bool,
}

impl<'t, 'a, M: Matter> Case<'t, 'a, M> {
    /// Opens a matter for an act of a signed-in person; one out of reach is not there.
    pub fn open(
        tx: &'t Tx<'a>,
        procedure: &str,
        id: &str,
        act: &str,
        input: &'t Input,
    ) -> Result<Case<'t, 'a, M>> {
        let ctx = tx.ctx();
        let right = M::reach(tx, ctx.right(&format!("{procedure}.{act}"))?)?;
        let seen = match ctx.may(&format!("{procedure}.view")) {
            Some(seen) => M::reach(tx, seen)?,
            None => right.clone(),
        };
        let matter = match M::find(tx, &seen.scope(&KEYS), id)? {
            Some(matter) => matter,
            None => M::find(tx, &right.scope(&KEYS), id)?.or_missing()?,
        };
        let rules = Rules::of(ctx, matter.spine())?;
        if rules.of.family() != procedure {
            return Err(Error::missing());
        }
        if !matter.admitted(&right.scope(&KEYS)) {
            return Err(out_of_reach(rules));
        }
        Case::begin(tx, matter, act, Some(&right), input)
    }

    /// A matter that begins with this act.
    pub(super) fn new(
        tx: &'t Tx<'a>,
        rules: Rules<'a>,
        matter: M,
        (act, said): (&'a Act, form::Checked),
        post: Option<&'a Post>,
        input: &'t Input,
    ) -> Case<'t, 'a, M> {
        let (before, strict) = (matter.clone(), input.filled.strict);
        let work = M::Work::default();
        Case { tx, rules, before, matter, said, post, act, strict, work, files: &input.files, by_code: false }
    }

    /// Opens a matter for whoever holds what opens it without an account.
    pub fn by_code(tx: &'t Tx<'a>, matter: M, act: &str, input: &'t Input) -> Result<Case<'t, 'a, M>> {
        Ok(Case { by_code: true, ..Case::begin(tx, matter, act, None, input)? })
    }

    /// Opens a matter for the program itself: a job acts when a limit has passed.
    pub fn by_itself(tx: &'t Tx<'a>, matter: M, act: &str, nothing: &'t Input) -> Result<Case<'t, 'a, M>> {
        Case::begin(tx, matter, act, None, nothing)
    }

    fn begin(
        tx: &'t Tx<'a>,
        matter: M,
        act: &str,
        right: Option<&Right<'a>>,
        input: &'t Input,
    ) -> Result<Case<'t, 'a, M>> {
        let rules = Rules::of(tx.ctx(), matter.spine())?;
        let act = rules.of.act(act).or_missing()?;
        // A row within takes nothing away from what others entered beside it.
        let beside = act.keeping == Some(Keeping::Within);
        let opened = input.filled.values.get("version").filter(|v| !v.is_empty() && !beside);
        if let Some(version) = opened {
            unchanged(tx, matter.spine(), version)?;
        }
        if let Some(unmet) = guards::unmet(tx.ctx(), rules, act, &matter).first() {
            return Err(Error::unmet(unmet.clone()).at_version(matter.spine().version));
        }
        let said = match rules.of.form_of(act) {
            Some(form) => {
                let spine = matter.spine();
                let about = About {
                    association: spine.association.as_deref(),
                    unit: spine.unit.as_ref().map(|unit| unit.as_str()).filter(|_| rules.of.is_register()),
                };
                // What a row within says is not what its entry says under the same name.
                let keeps = |field: &str| matter.keeps(field).filter(|_| !beside);
                settled(tx, rules, form, input, about, &keeps)?
            }
            None => form::Checked::default(),
        };
        let post = right.and_then(|right| matter.post_for(right));
        let before = matter.clone();
        let (strict, work) = (input.filled.strict, M::Work::default());
        Ok(Case {
            tx,
            rules,
            before,
            matter,
            said,
            post,
            act,
            strict,
            work,
            files: &input.files,
            by_code: false,
        })
    }

    /// What the form said in a field; empty where it said nothing.
    pub fn said(&self, field: &str) -> &str {
        self.said.text(field)
    }

    /// Whether the act could be done, as far as that can be said without doing it.
    pub fn rehearse(&self) -> Result<()> {
        M::checked(self)?;
        self.outcome().map(drop)
    }

    /// Does what the definition says: checks, effects, what stays of the form; then finishes.
    pub fn perform(mut self) -> Result<Done> {
        self.not_repeated()?;
        M::checked(&self)?;
        let outcome = self.outcome()?;
        M::keep(&mut self)?;
        let (act, mut failed) = (self.act, Ok(()));
        for effect in act.effects(outcome.as_deref()) {
            failed = failed.and_then(|()| effects::apply(&mut self, effect));
        }
        failed?;
        self.finish(outcome.as_deref())
    }

    /// Refuses words that the same person wrote down on this matter last, where a page brought them.
    fn not_repeated(&self) -> Result<()> {
        let Some(minutes) = self.act.repeat.filter(|_| !self.strict && self.files.is_empty()) else {
            return Ok(());
        };
        let form = self.rules.of.form_of(self.act);
        let words = form.into_iter().flat_map(|form| &form.fields).filter(|field| field.free_text);
        let Some(field) = words.map(|field| &field.key).find(|key| !self.said(key).is_empty()) else {
            return Ok(());
        };
        let ctx = self.tx.ctx();
        let content = serde_json::to_string(self.said.values())?;
        let last = store::steps(self.tx, &self.matter.spine().id)?.pop();
        let same = |step: &Step| {
            let lately = ctx.now - step.at < minutes * 60_000;
            lately && step.act == self.act.key && step.actor == ctx.principal() && step.content == content
        };
        match last.filter(same) {
            Some(step) => {
                let at = huitong_kernel::clock::minute_text(step.at);
                Err(Error::invalid(field, format!("这段文字您已在 {at} 记录过，没有重复记录")))
            }
            None => Ok(()),
        }
    }

    /// Stores the matter with its step, clocks, counts and record: the one end of every act.
    pub(super) fn finish(mut self, outcome: Option<&str>) -> Result<Done> {
        let (ctx, of) = (self.tx.ctx(), self.rules.of);
        let from = self.before.spine().state.clone();
        let to = self.act.to(&from, outcome).or_missing()?.to_owned();
        let ended = of.state(&to).is_some_and(|s| s.ends);
        self.matter.count_act(&self.act.key, ctx.principal());
        let spine = self.matter.spine_mut();
        spine.state = to;
        spine.version += 1;
        spine.updated_at = spine.next_at(ctx.now);
        if ended {
            spine.closed_at = Some(spine.updated_at);
        }
        clocks::advance(self.tx, self.rules, &mut self.matter, (&self.act.key, outcome), ended)?;
        self.matter.settle(self.tx, self.rules)?;
        self.matter.update(self.tx, of)?;
        M::stored(&self)?;
        counts::moved(self.tx, &self.before, &self.matter)?;
        let step = self.step(outcome)?;
        store::insert_steps(self.tx, &[&step])?;
        let holder = M::holder_of_files(&self).unwrap_or(&step.matter);
        keep_files_of(self.tx, of.family(), holder, &step, self.act, self.files)?;
        let leaf = self.record(outcome)?;
        let done = self.act.done_in(&from, outcome);
        let spoken = (self.act, from.as_str(), outcome);
        let done = sentences::fill(self.tx, self.rules, done, &self.matter, spoken, &self.said)?;
        let Spine { id, version, state, due_at, .. } = self.matter.spine().clone();
        Ok(Done { id, version, state, due_at, leaf, said: done })
    }

    pub(super) fn outcome(&self) -> Result<Option<String>> {
        if self.act.outcomes.is_empty() {
            return Ok(None);
        }
        let outcome = self.act.outcome(self.said(OUTCOME));
        let choices = || self.act.outcomes.iter().map(|o| o.label.as_str()).collect::<Vec<_>>().join("、");
        let outcome = outcome.ok_or_else(|| Error::invalid(OUTCOME, format!("请选择结果：{}", choices())))?;
        let lacking = outcome.needs.iter().filter(|need| {
            let said = self.said.json(&need.field);
            said.is_none_or(|json| json.as_str().is_some_and(|text| text.trim().is_empty()))
        });
        let wrong: Vec<FieldError> = lacking
            .map(|need| FieldError { field: need.field.clone(), message: need.unmet.clone() })
            .collect();
        if wrong.is_empty() { Ok(Some(outcome.key.clone())) } else { Err(Error::fields(wrong)) }
    }

    fn step(&self, outcome: Option<&str>) -> Result<Step> {
        let ctx = self.tx.ctx();
        let unnamed = self.matter.is_unnamed(ctx, self.by_code);
        let post = self.post.filter(|_| !unnamed);
        let public_text = self.act.public_sentence.as_deref().map(|sentence| {
            let act = (self.act, self.before.spine().state.as_str(), outcome);
            sentences::fill(self.tx, self.rules, sentence, &self.matter, act, &self.said)
        });
        let spine = self.matter.spine();
        Ok(Step {
            matter: spine.id.clone(),
            version: spine.version,
            id: ctx.id(),
            at: spine.updated_at,
            act: self.act.key.clone(),
            actor: if unnamed { UNNAMED.to_owned() } else { ctx.principal().to_owned() },
            actor_name: if unnamed { String::from("诉求人") } else { ctx.actor_name().to_owned() },
            role: post.map_or_else(String::new, |p| p.role.clone()),
            office: post.map_or_else(String::new, |p| p.office.clone()),
            office_name: post.map_or_else(String::new, |p| p.office_name.clone()),
            state_before: self.before.spine().state.clone(),
            state_after: spine.state.clone(),
            outcome: outcome.map(str::to_owned),
            content: serde_json::to_string(self.said.values())?,
            public_text: public_text.transpose()?,
        })
    }

    fn record(&self, outcome: Option<&str>) -> Result<String> {
        let (spine, of) = (self.matter.spine(), self.rules.of);
        let mut record = Record::new(&self.act.name, &spine.id)
            .not_before(spine.updated_at)
            .in_post(self.post)
            .unnamed(self.matter.is_unnamed(self.tx.ctx(), self.by_code).then_some(UNNAMED))
            .change(self.before.journal_view(of), self.matter.journal_view(of))
            .fact("number", spine.number.as_str());
        if let Some(outcome) = outcome {
            record = record.fact(OUTCOME, outcome);
        }
        if !self.files.is_empty() {
            record = record.fact("files", attachments::facts(self.files));
        }
        let said = of.form_of(self.act).map(|form| journalled(form, &self.said)).unwrap_or_default();
        if !said.is_empty() {
            record = record.fact("form", Json::Object(said));
        }
        self.tx.record(M::recorded(self, record))
    }
}

/// The field by which an outcome is chosen.
pub const OUTCOME: &str = "outcome";

/// What the journal keeps of a form: the answers of those fields whose definition asks for it.
pub fn journalled(form: &Form, said: &form::Checked) -> Map<String, Json> {
    let mut kept = Map::new();
    for field in form.fields.iter().filter(|field| field.journal) {
        let id = format!("{}_id", field.key);
        for key in [&field.key, &id] {
            if let Some(answer) = said.json(key).filter(|answer| answer.as_str() != Some("")) {
                kept.insert(key.clone(), answer.clone());
            }
        }
    }
    kept
}

/// Checks what was filled in, and finds whom and what it names.
pub fn checked(
    tx: &Tx,
    rules: Rules<'_>,
    form: &Form,
    input: &Input,
    association: Option<&str>,
) -> Result<form::Checked> {
    settled(tx, rules, form, input, About { association, unit: None }, &|_| None)
}

/// The same where a matter keeps answers already: what it names stays named, whoever may look it up now, and what an entry says
/// and nobody touched is not held to bounds again that it may have left since.
fn settled<'m>(
    tx: &Tx,
    rules: Rules<'_>,
    form: &Form,
    input: &Input,
    about: About<'_>,
    keeps: refs::Keeps<'_, 'm>,
) -> Result<form::Checked> {
    let relaxed = rules.of.is_register().then(|| touched(form, &input.filled, keeps));
    let held = relaxed.as_ref().unwrap_or(form);
    let mut said = form::check(held, rules.pack, &input.filled, tx.ctx().today()).map_err(Error::fields)?;
    if !rules.of.coded {
        let stands = |field: &Field| is_kept(field, &input.filled, keeps);
        let lost = form::unasked(form, &input.filled, &stands);
        if !lost.is_empty() {
            return Err(Error::fields(lost));
        }
        refs::settle(tx, form, &mut said, about, keeps)?;
    }
    Ok(said)
}

/// A form that holds to bounds only what was touched.
fn touched<'m>(form: &Form, filled: &Filled, keeps: refs::Keeps<'_, 'm>) -> Form {
    let mut form = form.clone();
    for field in &mut form.fields {
        if is_kept(field, filled, keeps) {
            field.bounds = Bounds {
                max: Some(usize::MAX),
                not_before_of: field.bounds.not_before_of.take(),
                not_after_of: field.bounds.not_after_of.take(),
                ..Bounds::default()
            };
        }
    }
    form
}

/// Whether a form says of a field what stands.
fn is_kept<'m>(field: &Field, filled: &Filled, keeps: refs::Keeps<'_, 'm>) -> bool {
    let kept = keeps(&field.key).map(|kept| words::flat(field, kept)).unwrap_or_default();
    !kept.is_empty() && kept.iter().all(|(key, value)| filled.all(key) == [value.as_str()])
}

/// Refuses an act on what others have changed since; what the clocks did meanwhile is no change of theirs.
fn unchanged(tx: &Tx, spine: &Spine, version: &str) -> Result<()> {
    match version.parse::<i64>() {
        Ok(opened) if opened == spine.version => Ok(()),
        Ok(opened) if opened < spine.version => {
            let since = store::steps_after(tx, &spine.id, opened)?;
            let alone =
                !since.is_empty() && since.iter().all(|step| [OVERDUE, RECOUNT].contains(&step.act.as_str()));
            if alone { Ok(()) } else { Err(Error::conflict(spine.version)) }
        }
        Ok(_) => Err(Error::conflict(spine.version)),
        Err(_) => Err(Error::invalid("version", "版本号须是整数，取自打开的记录")),
    }
}
