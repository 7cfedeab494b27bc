//! The page of one act on a case: its form, what it rests on, and why it cannot be done where it cannot.

use askama::Template;
use huitong_kernel::deadline::due_text;
use huitong_kernel::error::{FieldError, Kind};
use huitong_kernel::http::FormView;
use huitong_kernel::http::page::{Choice, Link, Shell};
use huitong_kernel::http::{Call, Filled, Reply};
use huitong_kernel::pack::Pack;
use huitong_kernel::{Id, OrMissing, Result, Tx};

use super::cards::{self, Card};
use super::case::choices;
use super::tone;
use crate::base::journal::{Opened, Since};
use crate::base::matters::view::FileView;
use crate::base::matters::{self, Done, Rules, guards};
use crate::base::{identity, units};
use crate::growth::appeals::model::{Appeal, AppealId};
use crate::growth::appeals::proposals::{self, Proposals};
use crate::growth::appeals::timeline::{self, Draft};
use crate::growth::appeals::view::{self, AppealView, Complainant};
use crate::growth::appeals::{acts, api, flow, policy, rules, sentences};

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/act.html")]
struct ActPage {
    shell: Shell,
    case: AppealView,
    tone: &'static str,
    act: String,
    label: String,
    /// Whether the button warns.
    grave: bool,
    /// What can be done instead, where this cannot be done now.
    next: Option<Link>,
    /// What the button says: that it is done on purpose where others were faster.
    verb: String,
    /// How a unit is given the case: 派 or 转办.
    give: String,
    form: FormView,
    unmet: Vec<String>,
    /// What others did meanwhile, where the page was sent from an older version or the act cannot be done any more.
    since: Option<Since>,
    files_lost: bool,
    version: i64,
    token: String,
    proposals: Proposals,
    cards: Vec<Card>,
    /// Whether it was never dispatched: only then is another choice a correction of the proposal.
    first_dispatch: bool,
    templates: Vec<Prepared>,
    presets: Vec<Choice>,
    /// The reply that is reviewed or sent, or being changed: text, outcome in words, evidence.
    draft: String,
    outcome: String,
    evidence: Vec<FileView>,
    returned: String,
    /// Whom to call, on the acts that call: masked until a look is recorded.
    person: Option<Complainant>,
    revealed: bool,
    reasons: Vec<Choice>,
}

/// A reply template, filled for this case.
struct Prepared {
    key: String,
    text: String,
}

/// The act that a route of this page does: `sign` of `appeal.sign`.
fn key(c: &Call) -> &str {
    c.route.act.rsplit('.').next().unwrap_or_default()
}

/// `GET /appeals/{id}/{act}`.
pub fn form(c: &Call) -> Result<Reply> {
    draw(c, key(c), &[], false, None)
}

/// Acts that speak with the complainant: their pages show whom to call.
const CALLS: [&str; 2] = ["verify", "contact"];

/// The page of an act that calls the complainant, once the number was asked for there.
pub fn revealed(c: &Call, act: &str, person: &Complainant) -> Result<Option<Reply>> {
    let Some(act) = CALLS.iter().find(|key| **key == act) else { return Ok(None) };
    draw(c, act, &[], false, Some(person)).map(Some)
}

/// `POST /appeals/{id}/{act}`: does it and goes back to the case; whoever was slower sees what changed and loses nothing.
pub fn perform(c: &Call) -> Result<Reply> {
    let id: AppealId = c.id("id")?;
    if key(c) == "reply" && !c.filled()?.get("fill").is_empty() {
        return draw(c, key(c), &[], false, None);
    }
    let input = matters::input(c);
    let result = input.and_then(|input| c.write(|tx| acts::act(tx, &id, key(c), &input)));
    match result {
        Ok(done) => c.see_saying(&format!("/appeals/{id}"), &said(&done, c.ctx.now)),
        Err(error) if error.kind() == Kind::Conflict => Ok(draw(c, key(c), &[], true, None)?.status(409)),
        Err(error) => c.again(error, |errors| draw(c, key(c), errors, false, None)),
    }
}

/// What was done, in one sentence, and until when something is due next.
fn said(done: &Done, now: i64) -> String {
    let next = done.due_at.map(|at| format!("下一时限 {}。", due_text(at, now)));
    format!("{}{}", done.said, next.unwrap_or_default())
}

/// What happened to a case since the sender opened it, beside what they typed.
fn since(c: &Call, tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Since> {
    let filled = c.filled()?;
    let version = filled.version().unwrap_or(appeal.version);
    let parts = [("appeal", appeal.id.to_string())];
    let since = Since::read(tx, &Opened { parts: &parts, version, outsider: "诉求人" })?;
    let form = flow(pack).act(key(c)).and_then(|act| act.form.as_deref()).and_then(|key| pack.form(key));
    Ok(since.beside(|field| {
        let text = filled.get(field);
        let unit = Id::parse(text).and_then(|id| units::find(tx, &id).ok().flatten());
        let options = form.and_then(|form| form.field(field)).and_then(|field| field.options.as_deref());
        let choice = options.and_then(|list| pack.label(list, text)).map(str::to_owned);
        unit.map(|unit| unit.name).or(choice).unwrap_or_else(|| text.to_owned())
    }))
}

fn draw(
    c: &Call,
    key: &str,
    errors: &[FieldError],
    late: bool,
    revealed: Option<&Complainant>,
) -> Result<Reply> {
    let page = c.read(|tx| {
        let appeal = api::found(c, tx)?;
        let rules = Rules::of(&c.ctx, &appeal.spine)?;
        let pack = rules.pack;
        let act = flow(pack).act(key).or_missing()?;
        let case = view::full(tx, rules, &appeal)?;
        let drafted = match key {
            "reply" | "review" | "send" => timeline::draft(&matters::steps(tx, &appeal.id)?),
            _ => None,
        };
        let mut view = form_view(c, tx, pack, act.form.as_deref(), (&appeal, drafted.as_ref()), errors)?;
        let proposals = match key {
            // Whoever takes a case on or says what it is about sees where it may go, and what came in before.
            "accept" | "classify" | "dispatch" => {
                proposals::for_reader(tx, pack, &appeal)?.unwrap_or_default()
            }
            _ => Proposals::default(),
        };
        let templates = if key == "reply" { templates(tx, pack, &appeal)? } else { Vec::new() };
        if key == "reply" && c.route.method == huitong_kernel::http::POST {
            with_template(c.filled()?, &mut view, &templates);
        }
        let since = if late { Some(since(c, tx, pack, &appeal)?) } else { None };
        let next = guards::primary(tx, rules, &appeal)?.filter(|next| next.act != key);
        Ok((appeal, pack.clone(), view, case, proposals, templates, (drafted, since, next)))
    })?;
    let (appeal, pack, form, case, proposals, templates, (drafted, since, next)) = page;
    let act = flow(&pack).act(key).or_missing()?;
    let label = act.label_in(&appeal.state).to_owned();
    let mut shell = c.shell(&label)?;
    shell.title = format!("{label} {}", appeal.number);
    shell.has_errors = !errors.is_empty();
    let of_draft = |f: &&FileView| drafted.as_ref().is_some_and(|d| f.step.as_ref() == Some(&d.step));
    let evidence = case.files.iter().filter(of_draft).cloned().collect();
    let presets = if key == "decline" { presets(&pack) } else { Vec::new() };
    let give = if label == act.label { "派" } else { label.as_str() }.to_owned();
    let calls = CALLS.contains(&key);
    let redrawn = c.route.method == huitong_kernel::http::POST;
    c.page(&ActPage {
        tone: tone(&pack, &appeal.state),
        unmet: guards::unmet(&c.ctx, Rules { pack: &pack, of: flow(&pack) }, act, &appeal),
        files_lost: redrawn && !c.filled()?.files.is_empty(),
        first_dispatch: appeal.dispatched_at.is_none(),
        version: appeal.version,
        token: c.submit_token(),
        act: key.to_owned(),
        person: calls.then(|| revealed.unwrap_or(&case.complainant).clone()),
        revealed: revealed.is_some(),
        reasons: if calls { reasons(&pack, key) } else { Vec::new() },
        give,
        verb: if late {
            format!("核对无误，仍要{label}")
        } else {
            act.button_in(&appeal.state).to_owned()
        },
        grave: flow(&pack).gives_up(act),
        next: next
            .map(|next| Link { href: format!("/appeals/{}/{}", appeal.id, next.act), label: next.label }),
        presets,
        shell,
        case,
        label,
        form,
        since,
        cards: cards::cards(&proposals),
        proposals,
        templates,
        outcome: drafted
            .as_ref()
            .and_then(|d| pack.label("reply_outcome", &d.outcome))
            .unwrap_or_default()
            .to_owned(),
        draft: drafted.as_ref().filter(|_| key != "reply").map(|d| d.text.clone()).unwrap_or_default(),
        evidence,
        returned: match &drafted {
            Some(draft) if key == "reply" && !draft.returned.is_empty() => {
                format!("负责人退回修改：{}", draft.returned)
            }
            _ => String::new(),
        },
    })
}

/// Why one looks at a number, the reason that the act itself gives first.
fn reasons(pack: &Pack, act: &str) -> Vec<Choice> {
    let mut reasons = choices(pack, "contact_reason");
    reasons.iter_mut().for_each(|reason| reason.checked = reason.value == act);
    reasons
}

fn form_view(
    c: &Call,
    tx: &Tx,
    pack: &Pack,
    form: Option<&str>,
    (appeal, drafted): (&Appeal, Option<&Draft>),
    errors: &[FieldError],
) -> Result<FormView> {
    let form = form.and_then(|key| pack.form(key)).or_missing()?;
    // A look at the number is sent from this page, too, and fills in nothing of its form.
    let sent = c.route.method == huitong_kernel::http::POST && c.filled()?.get("act").is_empty();
    let typed = if sent { c.filled()?.clone() } else { known(form, appeal, drafted, c.query("unit")) };
    let mut view = FormView::new(form, pack, &typed, errors);
    for field in &form.fields {
        match field.control {
            huitong_kernel::pack::Control::Unit => view = view.choices(&field.key, unit_choices(tx, appeal)?),
            huitong_kernel::pack::Control::Handler => view = view.choices(&field.key, handlers(tx, appeal)?),
            _ => {}
        }
    }
    Ok(view)
}

/// Adds the text of the chosen template below what was typed, for browsers whose script did not.
fn with_template(filled: &Filled, view: &mut FormView, templates: &[Prepared]) {
    let chosen = templates.iter().find(|t| t.key == filled.get("template"));
    let text = view.fields.iter_mut().find(|field| field.key == "text");
    if let (false, Some(chosen), Some(text)) = (filled.get("fill").is_empty(), chosen, text) {
        text.value = [text.value.trim_end(), chosen.text.trim()].join("\n\n").trim_start().to_owned();
    }
}

/// What is known already is filled in; a reply that was sent back is changed, not written again.
fn known(
    form: &huitong_kernel::pack::Form,
    appeal: &Appeal,
    drafted: Option<&Draft>,
    unit: Option<&str>,
) -> Filled {
    let mut pairs = Vec::new();
    // A unit that was picked from the proposals.
    if let Some(unit) = unit.filter(|_| form.field("unit").is_some()) {
        pairs.push(("unit", unit));
    }
    if form.field("kind").is_some() {
        pairs.push(("kind", appeal.kind.as_str()));
    }
    if form.field("category").is_some() {
        pairs.push(("category", appeal.category.as_deref().unwrap_or_default()));
    }
    if let Some(draft) = drafted.filter(|draft| form.key == "appeal_reply" && !draft.returned.is_empty()) {
        pairs.extend([("outcome", draft.outcome.as_str()), ("text", draft.text.as_str())]);
    }
    Filled::of(&pairs)
}

fn unit_choices(tx: &Tx, appeal: &Appeal) -> Result<Vec<Choice>> {
    let units = units::all(tx)?.into_iter().filter(|unit| rules::cannot_be_given(unit, appeal).is_none());
    Ok(units.map(|u| Choice { value: u.id.to_string(), label: u.name, ..Choice::default() }).collect())
}

fn handlers(tx: &Tx, appeal: &Appeal) -> Result<Vec<Choice>> {
    let Some(unit) = &appeal.desk_unit else { return Ok(Vec::new()) };
    let holders = identity::people_in_role(tx, unit.as_str(), "handler")?;
    Ok(holders
        .into_iter()
        .map(|holder| Choice { value: holder.user.to_string(), label: holder.name, ..Choice::default() })
        .collect())
}

fn templates(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Vec<Prepared>> {
    let values = sentences::facts(tx, Rules { pack, of: flow(pack) }, appeal)?;
    let fill = |text: &str| {
        huitong_kernel::pack::fill(text.trim_start(), &|name| values.get(name).map(String::as_str))
    };
    Ok(policy::of(pack)
        .templates
        .iter()
        .map(|t| Prepared { key: t.key.clone(), text: fill(&t.text) })
        .collect())
}

fn presets(pack: &Pack) -> Vec<Choice> {
    let choices = pack.list("decline_reason").map(|l| l.choices.as_slice()).unwrap_or_default();
    choices
        .iter()
        .map(|c| Choice {
            value: c.key.clone(),
            label: c.label.clone(),
            hint: c.preset.clone(),
            checked: false,
        })
        .collect()
}
