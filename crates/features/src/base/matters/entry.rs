//! New matters with all that is written with them, one or many at once by the same statements.

use huitong_kernel::ctx::{Actor, OfficeKind, Post};
use huitong_kernel::http::form::Checked;
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Act, Definition, Form, Reach, StandsFor};
use huitong_kernel::rights::Right;
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};
use serde_json::json;

use super::case::{self, Case, Done, Input, OUTCOME, keep_files};
use super::matter::{Matter, Rules};
use super::plain::Plain;
use super::spine::{RunningLimit, Spine, Step};
use super::{clocks, counts, effects, entries, number, sentences, store};
use crate::base::attachments::{self, KeptFile};
use crate::base::{associations, units};

/// A new matter, decided but not yet written.
pub struct Entry<'f, M> {
    /// The matter.
    pub matter: M,
    /// The limits that begin with it.
    pub clocks: Vec<RunningLimit>,
    /// Its first step.
    pub step: Step,
    /// The act that begins it.
    pub act: &'f Act,
    /// Its record in the journal.
    pub record: Record,
    /// Files that came with it.
    pub files: &'f [KeptFile],
}

/// Writes new matters with their clocks, counts, steps, files and records; answers the leaf of each.
pub fn write<M: Matter>(tx: &Tx, of: &Definition, entries: Vec<Entry<'_, M>>) -> Result<Vec<String>> {
    let matters: Vec<&M> = entries.iter().map(|e| &e.matter).collect();
    M::insert(tx, &matters, of)?;
    clocks::insert::<M>(tx, &entries.iter().flat_map(|e| e.clocks.iter().cloned()).collect::<Vec<_>>())?;
    counts::began(tx, &matters)?;
    store::insert_steps(tx, &entries.iter().map(|e| &e.step).collect::<Vec<_>>())?;
    for entry in &entries {
        keep_files(tx, &of.key, &entry.step, entry.act, entry.files)?;
    }
    tx.record_all(entries.into_iter().map(|entry| entry.record).collect())
}

/// Begins a matter of a procedure of the pack: rights, form, effects, clocks, step and record like any other act.
pub fn begin(tx: &Tx, procedure: &str, act: &str, input: &Input) -> Result<Done> {
    let ctx = tx.ctx();
    let rules = Rules::now(ctx, procedure)?;
    let act = rules.of.beginnings().find(|known| known.key == act).or_missing()?;
    let right = Plain::reach(tx, ctx.right(&act.name)?)?;
    begun(tx, rules, act, &right, input, &|_| ())
}

/// The same where the program begins it for somebody who had the right to what it follows from; `beside` puts in what no form
/// says.
pub(super) fn begin_by_program(
    tx: &Tx,
    procedure: &str,
    act: &str,
    input: &Input,
    beside: &dyn Fn(&mut Plain),
) -> Result<Done> {
    let rules = Rules::now(tx.ctx(), procedure)?;
    let act = rules.of.act(act).filter(|act| act.start.is_some()).or_missing()?;
    begun(tx, rules, act, &Right::all(), input, beside)
}

fn begun<'a>(
    tx: &Tx<'a>,
    rules: Rules<'a>,
    act: &'a Act,
    right: &Right<'a>,
    input: &Input,
    beside: &dyn Fn(&mut Plain),
) -> Result<Done> {
    let form = rules.of.form_of(act).or_missing()?;
    let said = case::checked(tx, rules, form, input, own_association(right).as_deref())?;
    let begun = decided(tx, rules, (act, form, said), right, input, beside)?;
    match rules.of.is_register() {
        true => entries::once(tx, rules, &begun.entry.matter)?,
        false => once(tx, rules, &begun.entry.matter)?,
    }
    let Spine { id, version, state, due_at, .. } = begun.entry.matter.spine.clone();
    let said = begun.said;
    let leaf = write_begun(tx, rules.of, vec![begun.entry])?.pop().unwrap_or_default();
    Ok(Done { id, version, state, due_at, leaf, said })
}

/// A matter that begins, decided but not yet written; whether there is one already is not looked at.
pub struct Begun<'f> {
    /// The matter with all that is written with it.
    pub entry: Entry<'f, Plain>,
    /// What is said to whoever began it.
    pub said: String,
}

/// Writes matters that begin, and the first version of each that is an entry.
pub fn write_begun(tx: &Tx, of: &Definition, begun: Vec<Entry<'_, Plain>>) -> Result<Vec<String>> {
    if of.is_register() {
        let entries: Vec<(&Plain, &Act)> = begun.iter().map(|entry| (&entry.matter, entry.act)).collect();
        entries::began(tx, &entries)?;
    }
    write(tx, of, begun)
}

/// Decides what a form begins that was checked; `beside` puts in what the form of the act does not say.
pub fn decided<'f, 'a: 'f>(
    tx: &'f Tx<'a>,
    rules: Rules<'a>,
    (act, form, said): (&'a Act, &Form, Checked),
    right: &Right<'a>,
    input: &'f Input,
    beside: &dyn Fn(&mut Plain),
) -> Result<Begun<'f>> {
    let own = own_association(right);
    let mut matter = fresh(tx, rules, act, right.first_post());
    if rules.of.standing_for(StandsFor::Association).is_none() {
        matter.spine.association = own;
    }
    let mut case = Case::new(tx, rules, matter, (act, said), right.first_post(), input);
    let outcome = case.outcome()?;
    Plain::keep(&mut case)?;
    beside(&mut case.matter);
    // Who speaks for an association brings in what is about it, whatever the form names.
    let own = right.first_post().filter(|post| post.kind == OfficeKind::Association);
    if let (Some(post), Some(field)) = (own, rules.of.standing_for(StandsFor::Association)) {
        case.matter.set(field, Some(&json!(post.office)));
    }
    let about = rules.of.standing_for(StandsFor::Association).map_or("", |field| &field.key);
    if rules.of.is_register() {
        // What an entry is about may follow from another entry.
        case.matter.settle(tx, rules)?;
    }
    case.post = through(right, about, &case.matter.associations())?;
    let mut failed = Ok(());
    for effect in act.effects(outcome.as_deref()) {
        failed = failed.and_then(|()| effects::apply(&mut case, effect));
    }
    failed?;
    finish(case, form, input)
}

/// The association that whoever acts speaks for, where they act as one.
fn own_association(right: &Right<'_>) -> Option<String> {
    let post = right
        .through
        .iter()
        .filter_map(|through| through.post)
        .find(|post| post.kind == OfficeKind::Association);
    post.map(|post| post.office.clone())
}

pub(super) fn fresh(tx: &Tx, rules: Rules<'_>, act: &Act, post: Option<&Post>) -> Plain {
    let ctx = tx.ctx();
    let id = match rules.of.is_register() {
        true => ctx.id::<entries::Entry>().to_string(),
        false => ctx.id::<Plain>().to_string(),
    };
    // Entries are called by their names; only those have a number whose register gives one.
    let number = match rules.of.number.as_str() {
        "" => String::new(),
        letters => number::draw(letters, ctx.now, &ctx.random),
    };
    let mut spine = Spine::begin(rules.of, &rules.pack.version, id, number, ctx.now);
    spine.state = act.start.clone().unwrap_or_default();
    spine.owner_user = ctx.user().map(ToString::to_string);
    match post.map(|post| (post.kind, &post.office)) {
        Some((OfficeKind::Association, office)) => spine.owner_association = Some(office.clone()),
        Some((OfficeKind::Company, office)) => spine.owner_company = Some(office.clone()),
        _ => {}
    }
    let mut matter = Plain::of_spine(spine);
    matter.marks.derived = entries::nothing_within(rules.of);
    matter
}

/// The post through which a matter about these associations may be begun: where the right goes by links, all must be theirs.
fn through<'a>(right: &Right<'a>, field: &str, about: &[String]) -> Result<Option<&'a Post>> {
    let gives = |through: &&huitong_kernel::rights::Through<'a>| {
        let all = || through.among.as_ref().is_some_and(|all| about.iter().all(|one| all.contains(one)));
        through.reach != Reach::Linked || !about.is_empty() && all()
    };
    match right.through.iter().find(gives) {
        Some(through) => Ok(through.post),
        None => Err(Error::invalid(field, "这家协会不由您所在的单位对应，不能由您提出")),
    }
}

/// Refuses a second one of what there may be only one that has not ended.
fn once(tx: &Tx, rules: Rules<'_>, matter: &Plain) -> Result<()> {
    let Some(once) = &rules.of.once else { return Ok(()) };
    let association = matter.spine.association.clone();
    // Two who begin one at the same moment meet at the association it is about, else at the unit that has it.
    match (&association, &matter.spine.unit) {
        (Some(id), _) => associations::claim(tx, &Id::stored(id.clone()))?,
        (None, Some(unit)) => units::claim(tx, unit)?,
        (None, None) => {}
    }
    let open = store::open_about(tx, &rules.of.key, association.as_deref())?;
    // What nobody filled in is not the same as another that nobody filled in.
    let alike =
        |other: &Plain, field: &str| matter.said(field).is_some_and(|said| other.said(field) == Some(said));
    let same = |other: &&Plain| once.among.iter().all(|field| alike(other, field));
    let field = once.among.first().map_or("", String::as_str);
    match open.iter().find(same) {
        Some(_) => Err(Error::invalid(field, once.what.clone())),
        None => Ok(()),
    }
}

fn finish<'f, 'a: 'f>(case: Case<'f, 'a, Plain>, form: &Form, input: &'f Input) -> Result<Begun<'f>> {
    let (tx, ctx, rules, act) = (case.tx, case.tx.ctx(), case.rules, case.act);
    let mut matter = case.matter;
    matter.count_act(&act.key, ctx.principal());
    matter.settle(tx, rules)?;
    let clocks = clocks::first(ctx, rules, &mut matter, &act.key);
    let step = first_step(tx, rules, &matter, act, &case.said, case.post)?;
    let mut record = Record::new(&act.name, &matter.spine.id)
        .in_post(case.post)
        .change(json!({}), matter.journal_view(rules.of))
        .fact("number", matter.spine.number.as_str());
    if !input.files.is_empty() {
        record = record.fact("files", attachments::facts(&input.files));
    }
    let form = case::journalled(form, &case.said);
    if !form.is_empty() {
        record = record.fact("form", serde_json::Value::Object(form));
    }
    let said = sentences::fill(tx, rules, &act.done, &matter, (act, "", None), &case.said)?;
    Ok(Begun { entry: Entry { matter, clocks, step, act, record, files: &input.files }, said })
}

fn first_step(
    tx: &Tx,
    rules: Rules<'_>,
    matter: &Plain,
    act: &Act,
    said: &Checked,
    post: Option<&Post>,
) -> Result<Step> {
    let ctx = tx.ctx();
    let public = act.public_sentence.as_deref();
    let public =
        public.map(|text| sentences::fill(tx, rules, text, matter, (act, "", None), said)).transpose()?;
    let known = matches!(ctx.actor, Actor::Person { .. });
    Ok(Step {
        matter: matter.spine.id.clone(),
        version: matter.spine.version,
        id: ctx.id(),
        at: matter.spine.began_at,
        act: act.key.clone(),
        actor: ctx.principal().to_owned(),
        actor_name: if known { ctx.actor_name().to_owned() } else { String::from("公众") },
        role: post.map_or_else(String::new, |p| p.role.clone()),
        office: post.map_or_else(String::new, |p| p.office.clone()),
        office_name: post.map_or_else(String::new, |p| p.office_name.clone()),
        state_before: String::new(),
        state_after: matter.spine.state.clone(),
        outcome: Some(said.text(OUTCOME).to_owned()).filter(|outcome| !outcome.is_empty()),
        content: serde_json::to_string(said.values())?,
        public_text: public,
    })
}
