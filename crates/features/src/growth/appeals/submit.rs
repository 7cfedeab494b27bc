//! How a case begins: brought in by its complainant, registered for a caller, or imported from another system.

use huitong_codes::search::Terms;
use huitong_codes::{Uscc, text};
use huitong_kernel::ctx::{Actor, OfficeKind, Post};
use huitong_kernel::error::FieldError;
use huitong_kernel::http::Filled;
use huitong_kernel::http::form::{self, Checked};
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Act, Form};
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::PROCEDURE;
use super::case::journal_view;
use super::entry::{self, Entry};
use super::model::{ANONYMOUS, Appeal, AppealId, BODY, INDIVIDUAL, WORDS};
use super::{number, store};
use crate::base::associations::{self, Association};
use crate::base::attachments::{self, KeptFile};
use crate::base::identity;
use crate::base::journal::UNNAMED;
use crate::base::matters::{self, Input, Rules, Spine, Step, clocks, sentences};
use crate::base::units::{self, Unit};

/// What the complainant is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The case.
    pub id: String,
    /// Its number.
    pub number: String,
    /// With the number it opens the case to whoever holds it; told once, never stored.
    pub tracking_code: String,
    /// When it will be accepted or declined at the latest (UTC milliseconds); none where nothing is promised.
    pub due_at: Option<i64>,
    /// The journal leaf of the submission.
    pub leaf: String,
}

/// Brings a case in (`appeal.submit`): the public without account, or a signed-in association or company.
pub fn submit(tx: &Tx, input: &Input) -> Result<Receipt> {
    let right = tx.ctx().right("appeal.submit")?;
    let post = right.through.iter().filter_map(|t| t.post).find(|p| p.kind != OfficeKind::Unit);
    let mut filled = input.filled.clone();
    filled.values.entry("disclosure".into()).or_insert_with(|| "named".into());
    if let Some(post) = post {
        // The account vouches for the body it speaks for and for no other, whatever the form names.
        for body in BODY {
            filled.values.remove(body);
            filled.values.remove(&format!("{body}_id"));
        }
        let own = if post.kind == OfficeKind::Association { "association" } else { "company_code" };
        filled.values.insert(own.into(), post.office.clone());
    }
    // Whoever is signed in is known, whatever the form says: nothing of them may be kept with a lead without a name.
    if tx.ctx().user().is_some() && filled.get("disclosure") == ANONYMOUS {
        return Err(Error::invalid(
            "disclosure",
            "已登录提交的诉求不能匿名；需要匿名的，请退出登录后在公开页面提交",
        ));
    }
    let said = checked(tx, "submit", &filled)?;
    begin(tx, "submit", &said, input, post, "online", None)
}

/// Registers a case for a caller (`appeal.register`), with the source system's own number.
///
/// `received_at` is when it came in there, where that is known; its clocks run from then.
pub fn register(tx: &Tx, input: &Input, received_at: Option<i64>) -> Result<Receipt> {
    let right = tx.ctx().right("appeal.register")?;
    let said = checked(tx, "register", &input.filled)?;
    let (source, number) = (said.text("source"), text::key(said.text("source_number")));
    if !number.is_empty() && store::by_source(tx, source, &number)?.is_some() {
        return Err(Error::invalid("source_number", format!("来源编号 {number} 已经录入过，请核对")));
    }
    begin(tx, "register", &said, input, right.first_post(), source, received_at)
}

fn checked(tx: &Tx, act: &str, filled: &Filled) -> Result<Checked> {
    let rules = Rules::now(tx.ctx(), PROCEDURE)?;
    let form = rules.of.act(act).and_then(|act| rules.of.form_of(act)).or_missing()?;
    form::check(form, rules.pack, filled, tx.ctx().today()).map_err(Error::fields)
}

/// What is wrong on a page with the company that is named. A company given by its code alone nobody recognises; beside an
/// association it would be lost, because a case is brought in for one body. A lead without a name keeps neither. Programs may do
/// as they know.
pub(super) fn wrong_company(tx: &Tx, form: &Form, filled: &Filled) -> Result<Option<FieldError>> {
    let Some(field) = form.field("company_name").filter(|_| filled.get("disclosure") != ANONYMOUS) else {
        return Ok(None);
    };
    let (name, code) = (text::name(filled.get("company_name")), text::code(filled.get("company_code")));
    let other = form.field("association").filter(|other| !filled.get(&other.key).is_empty());
    let message = match other {
        Some(other) if !name.is_empty() || !code.is_empty() => format!(
            "“{}”和“{}”只填一项：企业自己的诉求填前一项，替协会提出的填后一项",
            field.label, other.label
        ),
        None if name.is_empty() && !code.is_empty() && known_company(tx, &code)?.is_none() => {
            format!("请填写“{}”；只有代码，办理人员认不出是哪家单位", field.label)
        }
        _ => return Ok(None),
    };
    Ok(Some(FieldError { field: field.key.clone(), message }))
}

/// What the body of this code is called. Of the companies that have accounts here intake is told, and each of itself: to
/// anybody else a name would say which codes have one.
fn known_company(tx: &Tx, code: &str) -> Result<Option<String>> {
    let registered =
        Uscc::parse(code).ok().map(|uscc| associations::by_uscc(tx, &uscc)).transpose()?.flatten();
    let own = tx.ctx().posts().iter().find(|post| post.kind == OfficeKind::Company && post.office == code);
    match registered {
        Some(association) => Ok(Some(association.name)),
        None if own.is_some() => Ok(own.map(|post| post.office_name.clone())),
        None if tx.ctx().may("appeal.register").is_some() => identity::company_name(tx, code),
        None => Ok(None),
    }
}

fn begin(
    tx: &Tx,
    act: &str,
    said: &Checked,
    input: &Input,
    post: Option<&Post>,
    source: &str,
    received_at: Option<i64>,
) -> Result<Receipt> {
    let entry = entry(tx, act, said, &input.files, post, source, received_at)?;
    let receipt = entry::write(tx, vec![entry])?.pop();
    receipt.ok_or_else(|| Error::internal("an appeal left no receipt"))
}

/// A new case with its first clocks, step and record, decided but not yet written.
pub(super) fn entry<'f>(
    tx: &'f Tx,
    act: &str,
    said: &Checked,
    files: &'f [KeptFile],
    post: Option<&Post>,
    source: &str,
    received_at: Option<i64>,
) -> Result<Entry<'f>> {
    let ctx = tx.ctx();
    let rules = Rules::now(ctx, PROCEDURE)?;
    let act = rules.of.act(act).or_missing()?;
    let tracking_code = number::tracking_code(&ctx.random);
    let mut appeal = compose(tx, rules, act, said, source, received_at)?;
    if act.key == "submit" && post.is_some() {
        // An account that its association or company vouches for needs no second verification.
        appeal.vouch();
    }
    appeal.tracking = number::tracking_digest(&appeal.number, &tracking_code);
    let clocks = clocks::first(ctx, rules, &mut appeal, &act.key);
    let step = first_step(tx, rules, act, &appeal, said, post)?;
    let record = Record::new(&act.name, &appeal.id)
        .in_post(post)
        .unnamed(((appeal.confidential() || appeal.anonymous()) && act.key == "submit").then_some(UNNAMED))
        .change(json!({}), journal_view(&appeal))
        .fact("number", appeal.number.as_str())
        .fact("source", appeal.source.as_str())
        .fact("text_sm3", huitong_kernel::digest::sm3_hex(appeal.text.as_bytes()))
        .fact("files", attachments::facts(files));
    // Of a confidential case the journal keeps no trace of whose behalf it is.
    let behalf =
        appeal.association.as_deref().or(appeal.company_code.as_deref()).filter(|_| !appeal.confidential());
    let record = record.on_behalf_of(behalf.unwrap_or_default());
    let matter = matters::Entry { matter: appeal, clocks, step, act, record, files };
    Ok(Entry { matter, tracking_code })
}

fn compose(
    tx: &Tx,
    rules: Rules<'_>,
    act: &Act,
    said: &Checked,
    source: &str,
    received_at: Option<i64>,
) -> Result<Appeal> {
    let ctx = tx.ctx();
    let mut wrong = Vec::new();
    let association = found(&mut wrong, named_association(tx, picked(said, "association")));
    let company = found(&mut wrong, company_code(said.text("company_code")));
    let about = found(&mut wrong, complained_of(tx, picked(said, "about")));
    super::acts::several(wrong)?;
    let anonymous = said.text("disclosure") == ANONYMOUS;
    let person = |field: &str| Some(said.text(field).to_owned()).filter(|v| !anonymous && !v.is_empty());
    let association = association.filter(|_| !anonymous);
    // It is brought in on behalf of one body: a company beside an association would be found by a name that no page says.
    let of_company = !anonymous && association.is_none();
    let company = company.filter(|_| of_company);
    let company_name = match (&company, text::name(said.text("company_name"))) {
        _ if !of_company => None,
        (Some(code), name) if name.is_empty() => known_company(tx, code)?,
        (_, name) => Some(name).filter(|name| !name.is_empty()),
    };
    let at = received_at.unwrap_or(ctx.now);
    let user = ctx.user().filter(|_| act.key == "submit" && !anonymous).map(ToString::to_string);
    let number_of = text::key(said.text("source_number"));
    let id: AppealId = ctx.id();
    let mut spine =
        Spine::begin(rules.of, &rules.pack.version, id.to_string(), number::draw(at, &ctx.random), at);
    spine.state = act.start.clone().or_missing()?;
    spine.kind = said.text("kind").to_owned();
    spine.title = said.text("title").to_owned();
    spine.source = source.to_owned();
    spine.source_number = Some(number_of).filter(|n| !n.is_empty());
    spine.owner_user = user;
    spine.association = association.map(|a| a.id.to_string());
    spine.updated_at = ctx.now;
    let mut appeal = Appeal {
        search: String::new(),
        spine,
        category: Some(said.text("category").to_owned()).filter(|c| !c.is_empty()),
        text: said.text("text").to_owned(),
        disclosure: said.text("disclosure").to_owned(),
        complainant_kind: INDIVIDUAL.to_owned(),
        contact_name: person("contact_name"),
        contact_phone: person("contact_phone"),
        verified: false,
        company_code: company,
        company_name,
        about_kind: about.as_ref().map(|(kind, _)| (*kind).to_owned()),
        about: about.map(|(_, id)| id),
        tracking: String::new(),
        approved: false,
        replied_by: None,
        proposed: None,
        accepted_at: None,
        dispatched_at: None,
        signed_at: None,
        contacted_at: None,
        replied_at: None,
        answered_at: None,
        answer_due_at: None,
        solved: None,
        satisfied: None,
    };
    appeal.search = appeal.found_by();
    Ok(appeal)
}

/// What was picked from a list of suggestions, else what was typed.
fn picked<'a>(said: &'a Checked, field: &str) -> &'a str {
    said.id(field).unwrap_or_else(|| said.text(field))
}

fn first_step(
    tx: &Tx,
    rules: Rules<'_>,
    act: &Act,
    appeal: &Appeal,
    said: &Checked,
    post: Option<&Post>,
) -> Result<Step> {
    let ctx = tx.ctx();
    let public_text = act.public_sentence.as_deref();
    let public_text =
        public_text.map(|s| sentences::fill(tx, rules, s, appeal, (act, "", None), said)).transpose()?;
    let may_be_named = act.key == "register" || !(appeal.confidential() || appeal.anonymous());
    let post = post.filter(|_| may_be_named);
    // Of what is handed in the office never says whose it is; what it registers itself has somebody who did so.
    let known = match ctx.actor {
        Actor::Person { .. } => may_be_named,
        Actor::Public => false,
        Actor::System | Actor::CommandLine => act.key == "register",
    };
    Ok(Step {
        matter: appeal.id.clone(),
        version: appeal.version,
        id: ctx.id(),
        at: appeal.began_at,
        act: act.key.clone(),
        actor: if known { ctx.principal().to_owned() } else { UNNAMED.to_owned() },
        actor_name: if known { ctx.actor_name().to_owned() } else { String::from("诉求人") },
        role: post.map_or_else(String::new, |p| p.role.clone()),
        office: post.map_or_else(String::new, |p| p.office.clone()),
        office_name: post.map_or_else(String::new, |p| p.office_name.clone()),
        state_before: String::new(),
        state_after: appeal.state.clone(),
        outcome: None,
        content: String::from("{}"),
        public_text,
    })
}

/// The value, or nothing and one more thing to say.
fn found<T>(wrong: &mut Vec<FieldError>, result: Field<Option<T>>) -> Option<T> {
    result.map_err(|error| wrong.push(error)).ok().flatten()
}

type Field<T> = std::result::Result<T, FieldError>;

fn bad<T>(field: &str, message: String) -> Field<T> {
    Err(FieldError { field: field.into(), message })
}

/// An association as people and programs name it: by id, by code, or by its full name.
fn named_association(tx: &Tx, said: &str) -> Field<Option<Association>> {
    if said.is_empty() {
        return Ok(None);
    }
    match association(tx, said) {
        Ok(Some(association)) => Ok(Some(association)),
        Ok(None) => bad("association", format!("没有找到“{said}”，请从提示中选择协会，或者留空")),
        Err(error) => bad("association", error.message().to_owned()),
    }
}

fn association(tx: &Tx, said: &str) -> Result<Option<Association>> {
    if let Some(id) = Id::parse(said) {
        return associations::find(tx, &id);
    }
    if let Ok(uscc) = Uscc::parse(said) {
        return associations::by_uscc(tx, &uscc);
    }
    let mut named = associations::by_name(tx, said)?;
    if named.len() > 1 {
        return Err(Error::invalid(
            "association",
            format!("有 {} 家协会都叫“{said}”，请从提示中选择，或者填写统一社会信用代码", named.len()),
        ));
    }
    Ok(named.pop())
}

fn company_code(said: &str) -> Field<Option<String>> {
    if said.is_empty() {
        return Ok(None);
    }
    match Uscc::parse(said) {
        Ok(code) => Ok(Some(code.to_string())),
        Err(error) => bad("company_code", error.to_string()),
    }
}

/// What is complained of: a unit or an association, by id, code, key or full name; else the words themselves, because
/// whom one complains of need not be in any register.
fn complained_of(tx: &Tx, said: &str) -> Field<Option<(&'static str, String)>> {
    if said.is_empty() {
        return Ok(None);
    }
    let lookup = || -> Result<Option<(&'static str, String)>> {
        if let Some(association) = association(tx, said)? {
            return Ok(Some(("association", association.id.to_string())));
        }
        let unit = match Id::parse(said) {
            Some(id) => units::find(tx, &id)?,
            None => units::by_name(tx, said)?.map_or_else(|| units::by_key(tx, said), |u| Ok(Some(u)))?,
        };
        Ok(unit.map(|unit| ("unit", unit.id.to_string())))
    };
    match lookup() {
        Ok(Some(about)) => Ok(Some(about)),
        Ok(None) if is_an_id(said) || held(tx, said) => bad(
            "about",
            format!("没有找到“{said}”，请从提示中选择单位或者协会；不知道全称的可以不填，在正文中写明"),
        ),
        Ok(None) => Ok(Some((WORDS, said.to_owned()))),
        Err(error) => bad("about", error.message().to_owned()),
    }
}

/// Whether some name in the registers holds these words: then one of them may be meant, and it must never be given the case.
fn held(tx: &Tx, said: &str) -> bool {
    let terms = Terms::of(said);
    let fits = |unit: &Unit| terms.fit(&[&unit.name, &unit.short_name]);
    // What cannot be read now is no reason to keep mere words.
    associations::count(tx, &terms).map_or(true, |found| found > 0)
        || units::all(tx).map_or(true, |all| all.iter().any(fits))
}

/// Whether a text points at a row of a register instead of naming somebody.
fn is_an_id(said: &str) -> bool {
    Id::<Association>::parse(said).is_some() || Id::<Unit>::parse(said).is_some()
}
