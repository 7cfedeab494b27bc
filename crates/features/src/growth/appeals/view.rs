//! A case as one reader may see it: in lists, in full, with the person masked or hidden as the rules say.

use huitong_codes::mask;
use huitong_kernel::clock::rfc3339;
use huitong_kernel::deadline::Measure;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Ctx, Id, Result, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Appeal, INDIVIDUAL, WORDS};
use super::rules::{self, Sight};
use super::{policy, sentences, timeline};
use crate::base::matters::clocks;
use crate::base::matters::view::clock;
use crate::base::matters::{
    self, ClockView, FileView, KEYS, Line, Names, Offer, Rules, RunningLimit, Step, Timeline, guards,
};
use crate::base::{associations, attachments, units};

/// A case in a list: what is needed to choose it, never its text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppealRow {
    /// Id.
    pub id: String,
    /// Number the complainant was told.
    pub number: String,
    /// Version for concurrent edits.
    pub version: i64,
    /// State of the flow.
    pub state: String,
    /// The state in words.
    pub state_label: String,
    /// Kind.
    pub kind: String,
    /// Category of the pack.
    pub category: Option<String>,
    /// One line.
    pub title: String,
    /// Channel it came by.
    pub source: String,
    /// The number it goes by there; only for those inside, empty where it has none.
    pub source_number: String,
    /// Whom it comes from, in words that this reader may read.
    pub from: String,
    /// Code of the company it comes from; empty where it has none, and where `from` keeps back whom it comes from.
    pub from_code: String,
    /// Whether `from` is a body that somebody named and nobody has vouched for.
    #[serde(skip)]
    pub claimed: bool,
    /// How identity is disclosed.
    pub disclosure: String,
    /// Whether intake has verified who the complainant is.
    pub verified: bool,
    /// The unit that answers for it now.
    pub unit: Option<String>,
    /// Its name.
    pub unit_name: String,
    /// The unit it is being given to, until that unit has signed.
    pub next_unit_name: String,
    /// Name of the assigned handler; only for those inside.
    pub handler_name: String,
    /// When it came in.
    pub submitted_at: String,
    /// When something is due next; only what was promised where the reader is the complainant.
    pub due_at: Option<String>,
    /// Which limit that is, in words.
    pub due_limit: String,
    /// Whether it is past.
    pub overdue: bool,
    /// How the limit is measured that is due next; for the words and the tone of what is left.
    #[serde(skip)]
    pub measure: Measure,
}

/// The person behind a case, as far as this reader may know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Complainant {
    /// 行业协会商会, 企业 or 个人; empty where even that is kept back.
    pub kind: String,
    /// Name, masked unless it is the reader's own.
    pub name: String,
    /// Telephone, masked unless it is the reader's own.
    pub phone: String,
    /// Association or company.
    pub organisation: String,
    /// Code of the company.
    pub organisation_code: String,
    /// Why something is not shown.
    pub note: String,
    /// Whether this reader may look behind the mask, giving a reason.
    pub may_reveal: bool,
}

/// A case in full.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppealView {
    /// What a list says of it.
    #[serde(flatten)]
    pub row: AppealRow,
    /// What happened and what is asked for.
    pub text: String,
    /// Category in words.
    pub category_path: String,
    /// The person behind it.
    pub complainant: Complainant,
    /// Whom it complains of.
    pub about: String,
    /// Version of the pack it began under.
    pub pack: String,
    /// When the answer is due.
    pub answer_due_at: Option<String>,
    /// The timeline.
    pub timeline: Vec<Line>,
    /// The limits.
    pub clocks: Vec<ClockView>,
    /// The files.
    pub files: Vec<FileView>,
    /// Judgement: solved?
    pub solved: Option<String>,
    /// Judgement: satisfied?
    pub satisfied: Option<String>,
    /// What this reader may do.
    pub acts: Vec<Offer>,
}

/// Whether a reader looks at a case from inside the office, or is the complainant.
pub fn inside(ctx: &Ctx, appeal: &Appeal) -> bool {
    use huitong_kernel::ctx::{Actor, OfficeKind};
    match &ctx.actor {
        Actor::System | Actor::CommandLine => true,
        Actor::Public => false,
        // Through a post in a unit: whoever also speaks for an association reads its cases as the association does.
        Actor::Person { .. } => ctx.may("appeal.view").is_some_and(|mut right| {
            right.through.retain(|through| through.post.is_some_and(|post| post.kind == OfficeKind::Unit));
            right.scope(&KEYS).admits(&|column| appeal.spine.key(column))
        }),
    }
}

/// A case for a list.
pub fn row(tx: &Tx, rules: Rules<'_>, appeal: &Appeal, names: Names) -> Result<AppealRow> {
    let (ctx, pack) = (tx.ctx(), rules.pack);
    let inside = inside(ctx, appeal);
    let state = rules.of.state(&appeal.state);
    let label = state.map(|s| if inside { s.label_for(appeal) } else { &s.public_label });
    let due = due_for(tx, appeal, inside)?;
    let kept_back = kept_back(ctx, appeal);
    let (from, from_code) = match kept_back {
        Some(words) => (words.to_owned(), String::new()),
        None => from(pack, appeal, &names),
    };
    Ok(AppealRow {
        id: appeal.id.clone(),
        number: appeal.number.clone(),
        version: appeal.version,
        state: appeal.state.clone(),
        state_label: label.unwrap_or(&appeal.state).to_owned(),
        kind: appeal.kind.clone(),
        category: appeal.category.clone(),
        title: appeal.title.clone(),
        source: pack.label("appeal_source", &appeal.source).unwrap_or(&appeal.source).to_owned(),
        source_number: appeal.source_number.clone().filter(|_| inside).unwrap_or_default(),
        from,
        from_code,
        claimed: kept_back.is_none() && !appeal.verified && appeal.claimed_kind() != INDIVIDUAL,
        disclosure: appeal.disclosure.clone(),
        verified: appeal.verified,
        unit: appeal.unit.as_ref().map(ToString::to_string),
        unit_name: names.unit,
        next_unit_name: names.next_unit,
        handler_name: if inside { names.handler } else { String::new() },
        submitted_at: rfc3339(appeal.began_at),
        due_at: due.as_ref().map(|(at, _)| rfc3339(*at)),
        due_limit: due
            .as_ref()
            .and_then(|(_, key)| rules.of.limit(key))
            .map_or_else(String::new, |limit| limit.title.clone()),
        overdue: due.is_some_and(|(at, _)| at < ctx.now),
        measure: clocks::measure_next(ctx, rules, appeal),
    })
}

/// What is due next, as far as the reader may know: the complainant knows what was promised.
fn due_for(tx: &Tx, appeal: &Appeal, inside: bool) -> Result<Option<(i64, String)>> {
    if inside {
        return Ok(appeal.due_at.zip(appeal.due_limit.clone()));
    }
    let clocks = matters::clocks_of(tx, &appeal.id)?;
    let promised = clocks.iter().filter(|c| c.promise && c.met_at.is_none()).min_by_key(|c| c.due_at);
    Ok(promised.map(|c| (c.due_at, c.limit_key.clone())))
}

/// What a reader who may not know whom a case comes from reads instead; none where they may.
fn kept_back(ctx: &Ctx, appeal: &Appeal) -> Option<&'static str> {
    match rules::sight(ctx, appeal) {
        _ if appeal.anonymous() => Some("匿名线索"),
        Sight::Own => None,
        _ if appeal.confidential() => Some("实名保密"),
        Sight::Hidden => Some("不予显示"),
        Sight::MayReveal | Sight::Masked => None,
    }
}

/// Whom a case comes from, with the code of a company.
fn from(pack: &Pack, appeal: &Appeal, names: &Names) -> (String, String) {
    match organisation(pack, appeal, names) {
        (name, code) if name.is_empty() => (kind(pack, appeal), code),
        organisation => organisation,
    }
}

fn kind(pack: &Pack, appeal: &Appeal) -> String {
    pack.label("complainant_kind", appeal.claimed_kind()).unwrap_or_default().to_owned()
}

/// The association or company on whose behalf it is, with the code of a company; what nobody named is called by its kind.
fn organisation(pack: &Pack, appeal: &Appeal, names: &Names) -> (String, String) {
    match (&appeal.association, &appeal.company_name, &appeal.company_code) {
        (Some(_), ..) => (names.association.clone(), String::new()),
        (None, Some(name), code) => (name.clone(), code.clone().unwrap_or_default()),
        (None, None, Some(code)) => (kind(pack, appeal), code.clone()),
        (None, None, None) => (String::new(), String::new()),
    }
}

/// The person as this reader may know them.
pub fn complainant(ctx: &Ctx, pack: &Pack, appeal: &Appeal, names: &Names) -> Complainant {
    let sight = rules::sight(ctx, appeal);
    let hidden = |note: &str| Complainant { note: note.to_owned(), ..Complainant::default() };
    match sight {
        _ if appeal.anonymous() => hidden("匿名线索，没有留下身份"),
        Sight::Hidden if appeal.confidential() => hidden("诉求人要求身份保密"),
        Sight::Hidden => hidden("您所在的单位是被反映对象，不能查看诉求人身份"),
        Sight::MayReveal if appeal.confidential() => Complainant {
            may_reveal: true,
            ..hidden("诉求人要求身份保密；确需查看的，选择事由后显示，每次都有记录")
        },
        Sight::Own => person(pack, appeal, names, str::to_owned, str::to_owned),
        Sight::MayReveal | Sight::Masked => {
            let shown = person(pack, appeal, names, mask::name, mask::phone);
            Complainant { may_reveal: sight == Sight::MayReveal, ..shown }
        }
    }
}

/// The person in full, for a look that is recorded.
pub fn revealed(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Complainant> {
    Ok(person(pack, appeal, &Names::of(tx, appeal)?, str::to_owned, str::to_owned))
}

fn person(
    pack: &Pack,
    appeal: &Appeal,
    names: &Names,
    name: impl Fn(&str) -> String,
    phone: impl Fn(&str) -> String,
) -> Complainant {
    let (organisation, organisation_code) = organisation(pack, appeal, names);
    Complainant {
        kind: kind(pack, appeal),
        name: appeal.contact_name.as_deref().map(name).unwrap_or_default(),
        phone: appeal.contact_phone.as_deref().map(phone).unwrap_or_default(),
        organisation,
        organisation_code,
        note: String::new(),
        may_reveal: false,
    }
}

/// Whom a case complains of, by name.
pub fn about(tx: &Tx, appeal: &Appeal) -> Result<String> {
    match (appeal.about_kind.as_deref(), &appeal.about) {
        (Some("association"), Some(id)) => associations::name_of(tx, &Id::stored(id.clone())),
        (Some(WORDS), Some(words)) => Ok(words.clone()),
        (_, Some(id)) => units::name_of(tx, &Id::stored(id.clone())),
        _ => Ok(String::new()),
    }
}

/// A case in full.
pub fn full(tx: &Tx, rules: Rules<'_>, appeal: &Appeal) -> Result<AppealView> {
    Ok(whole(tx, rules, appeal)?.view)
}

/// A case in full with the rows it was made from: a page draws more of them than a program is told.
pub struct Whole {
    /// What this reader may know.
    pub view: AppealView,
    /// All its steps.
    pub steps: Vec<Step>,
    /// All its clocks.
    pub clocks: Vec<RunningLimit>,
}

/// The same with its rows.
pub fn whole(tx: &Tx, rules: Rules<'_>, appeal: &Appeal) -> Result<Whole> {
    let pack = rules.pack;
    let inside = inside(tx.ctx(), appeal);
    let steps = matters::steps(tx, &appeal.id)?;
    let clocks = matters::clocks_of(tx, &appeal.id)?;
    let files = attachments::list(tx, &appeal.id, inside)?;
    let first = steps.iter().find(|s| s.state_before.is_empty()).map(|s| s.id.to_string());
    let files = files.into_iter().filter(|f| match inside {
        true => f.step != first || files_are_shown(tx.ctx(), appeal),
        false => timeline::may_read_file(&steps, appeal, f.step.as_deref()),
    });
    let facts = sentences::facts(tx, rules, appeal)?;
    let unit = facts.get("unit").cloned().unwrap_or_default();
    let names = Names::beside(tx, appeal, unit)?;
    let view = AppealView {
        complainant: complainant(tx.ctx(), pack, appeal, &names),
        row: row(tx, rules, appeal, names)?,
        text: appeal.text.clone(),
        category_path: appeal
            .category
            .as_deref()
            .and_then(|c| policy::of(pack).category_path(c))
            .unwrap_or_default(),
        about: about(tx, appeal)?,
        pack: appeal.pack.clone(),
        answer_due_at: appeal.answer_due_at.filter(|_| inside || !appeal.anonymous()).map(rfc3339),
        timeline: Timeline { rules, matter: appeal, steps: &steps, facts: &facts, inside }.lines(tx)?,
        clocks: clocks.iter().filter(|c| inside || c.promise).map(|c| clock(tx.ctx(), rules.of, c)).collect(),
        files: files
            .map(|f| FileView {
                step: f.step.filter(|step| first.as_ref() != Some(step)),
                id: f.id.to_string(),
                name: f.name,
                size: f.size,
                digest: f.digest,
            })
            .collect(),
        solved: appeal.solved.clone(),
        satisfied: appeal.satisfied.clone(),
        acts: guards::offers(tx, rules, appeal)?,
    };
    Ok(Whole { view, steps, clocks })
}

/// Whether what a complainant attached may be opened by this reader: a picture may show who sent it.
pub fn files_are_shown(ctx: &Ctx, appeal: &Appeal) -> bool {
    match rules::sight(ctx, appeal) {
        Sight::Own | Sight::MayReveal | Sight::Masked => true,
        Sight::Hidden => appeal.anonymous() && !rules::complained_of(ctx, appeal),
    }
}
