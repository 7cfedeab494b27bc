//! A case as one reader may see it: in lists, in full, with the person masked or hidden as the rules say.

use huitong_codes::mask;
use huitong_kernel::clock::rfc3339;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Ctx, Id, Result, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use super::case::{self, Offer};
use super::clocks::{self, Standing};
use super::model::{Appeal, RunningLimit, Step, WORDS};
use super::rules::{self, Sight};
use super::timeline::{self, Line, Timeline};
use super::{sentences, store};
use crate::base::units;
use crate::base::{associations, attachments, identity};

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
    /// Whom it comes from, in words that this reader may read.
    pub from: String,
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
    /// Why something is not shown.
    pub note: String,
    /// Whether this reader may look behind the mask, giving a reason.
    pub may_reveal: bool,
}

/// One limit of a case with its arithmetic.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClockView {
    /// Key of the limit.
    pub limit: String,
    /// Its name.
    pub title: String,
    /// How long: `4 工作小时`.
    pub rule: String,
    /// Whether it was promised to the complainant.
    pub promise: bool,
    /// When it began.
    pub started_at: String,
    /// When it falls due.
    pub due_at: String,
    /// When it was met or stopped; none while it runs.
    pub met_at: Option<String>,
    /// Whether it was or is missed.
    pub late: bool,
    /// The arithmetic in one sentence.
    pub sentence: String,
}

/// An attachment, for the link to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// SM3 of the content.
    pub digest: String,
    /// The step it came with; none where it came with the case itself.
    #[serde(skip)]
    pub step: Option<String>,
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
            right.scope(&store::KEYS).admits(&|column| store::key_of(appeal, column))
        }),
    }
}

/// Names that a case refers to by id; a list reads them in its own statement.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Of the unit that answers.
    pub unit: String,
    /// Of the unit it is being given to.
    pub next_unit: String,
    /// Of the association on whose behalf.
    pub association: String,
    /// Of the assigned handler.
    pub handler: String,
}

impl Names {
    /// Looks them up one by one, for a single case.
    pub fn of(tx: &Tx, appeal: &Appeal) -> Result<Names> {
        let unit = appeal.unit.as_ref().map_or(Ok(String::new()), |unit| units::name_of(tx, unit))?;
        Names::beside(tx, appeal, unit)
    }

    /// The same where the name of its unit is at hand.
    fn beside(tx: &Tx, appeal: &Appeal, unit: String) -> Result<Names> {
        let association = appeal.association.clone().map(Id::stored);
        let handler = appeal.assignee.clone().map(Id::stored);
        let next = appeal.next_unit.as_ref();
        Ok(Names {
            unit,
            next_unit: next.map_or(Ok(String::new()), |unit| units::name_of(tx, unit))?,
            association: association.map_or(Ok(String::new()), |id| associations::name_of(tx, &id))?,
            handler: handler.map_or(Ok(String::new()), |id| identity::name_of(tx, &id))?,
        })
    }
}

/// A case for a list.
pub fn row(tx: &Tx, pack: &Pack, appeal: &Appeal, names: Names) -> Result<AppealRow> {
    let ctx = tx.ctx();
    let inside = inside(ctx, appeal);
    let state = pack.flow.state(&appeal.state);
    let label = state.map(|s| if inside { s.label_when(appeal.approved) } else { &s.public_label });
    let due = due_for(tx, appeal, inside)?;
    Ok(AppealRow {
        id: appeal.id.to_string(),
        number: appeal.number.clone(),
        version: appeal.version,
        state: appeal.state.clone(),
        state_label: label.unwrap_or(&appeal.state).to_owned(),
        kind: appeal.kind.clone(),
        category: appeal.category.clone(),
        title: appeal.title.clone(),
        source: pack.label("appeal_source", &appeal.source).unwrap_or(&appeal.source).to_owned(),
        from: from_words(ctx, pack, appeal, &names),
        disclosure: appeal.disclosure.clone(),
        verified: appeal.verified,
        unit: appeal.unit.as_ref().map(ToString::to_string),
        unit_name: names.unit,
        next_unit_name: names.next_unit,
        handler_name: if inside { names.handler } else { String::new() },
        submitted_at: rfc3339(appeal.submitted_at),
        due_at: due.as_ref().map(|(at, _)| rfc3339(*at)),
        due_limit: due
            .as_ref()
            .and_then(|(_, key)| pack.limit(key))
            .map_or_else(String::new, |limit| limit.title.clone()),
        overdue: due.is_some_and(|(at, _)| at < ctx.now),
    })
}

/// What is due next, as far as the reader may know: the complainant knows what was promised.
fn due_for(tx: &Tx, appeal: &Appeal, inside: bool) -> Result<Option<(i64, String)>> {
    if inside {
        return Ok(appeal.due_at.zip(appeal.due_limit.clone()));
    }
    let clocks = store::clocks(tx, &appeal.id)?;
    let promised = clocks.iter().filter(|c| c.promise && c.met_at.is_none()).min_by_key(|c| c.due_at);
    Ok(promised.map(|c| (c.due_at, c.limit_key.clone())))
}

/// Whom a case comes from, in words that this reader may read.
fn from_words(ctx: &Ctx, pack: &Pack, appeal: &Appeal, names: &Names) -> String {
    if appeal.anonymous() {
        return String::from("匿名线索");
    }
    let sight = rules::sight(ctx, appeal);
    if sight == Sight::Hidden || (appeal.confidential() && sight != Sight::Own) {
        return String::from(if appeal.confidential() { "实名保密" } else { "不予显示" });
    }
    match organisation(appeal, names) {
        organisation if !organisation.is_empty() => organisation,
        _ => pack.label("complainant_kind", &appeal.complainant_kind).unwrap_or_default().to_owned(),
    }
}

fn organisation(appeal: &Appeal, names: &Names) -> String {
    match (&appeal.association, &appeal.company_code) {
        (Some(_), _) => names.association.clone(),
        (None, Some(code)) => format!("企业 {code}"),
        (None, None) => String::new(),
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
    Complainant {
        kind: pack.label("complainant_kind", &appeal.complainant_kind).unwrap_or_default().to_owned(),
        name: appeal.contact_name.as_deref().map(name).unwrap_or_default(),
        phone: appeal.contact_phone.as_deref().map(phone).unwrap_or_default(),
        organisation: organisation(appeal, names),
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
pub fn full(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<AppealView> {
    Ok(whole(tx, pack, appeal)?.view)
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
pub fn whole(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Whole> {
    let inside = inside(tx.ctx(), appeal);
    let steps = store::steps(tx, &appeal.id)?;
    let clocks = store::clocks(tx, &appeal.id)?;
    let files = attachments::list(tx, appeal.id.as_str(), inside)?;
    let first = steps.iter().find(|s| s.state_before.is_empty()).map(|s| s.id.to_string());
    let files = files.into_iter().filter(|f| match inside {
        true => f.step != first || files_are_shown(tx.ctx(), appeal),
        false => timeline::may_read_file(&steps, appeal, f.step.as_deref()),
    });
    let facts = sentences::facts(tx, pack, appeal)?;
    let unit = facts.get("unit").cloned().unwrap_or_default();
    let names = Names::beside(tx, appeal, unit)?;
    let view = AppealView {
        complainant: complainant(tx.ctx(), pack, appeal, &names),
        row: row(tx, pack, appeal, names)?,
        text: appeal.text.clone(),
        category_path: appeal.category.as_deref().and_then(|c| pack.category_path(c)).unwrap_or_default(),
        about: about(tx, appeal)?,
        pack: appeal.pack.clone(),
        answer_due_at: appeal.answer_due_at.filter(|_| inside || !appeal.anonymous()).map(rfc3339),
        timeline: Timeline { pack, appeal, steps: &steps, facts: &facts, inside }.lines(tx)?,
        clocks: clocks.iter().filter(|c| inside || c.promise).map(|c| clock(tx.ctx(), pack, c)).collect(),
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
        acts: case::offers(tx.ctx(), &pack.flow, pack, appeal),
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

/// A limit with its arithmetic, recomputed from the pinned rule.
pub fn clock(ctx: &Ctx, pack: &Pack, clock: &RunningLimit) -> ClockView {
    let title = pack.limit(&clock.limit_key).map_or_else(|| clock.limit_key.clone(), |l| l.title.clone());
    ClockView {
        limit: clock.limit_key.clone(),
        title,
        rule: clock.rule.clone(),
        promise: clock.promise,
        started_at: rfc3339(clock.started_at),
        due_at: rfc3339(clock.due_at),
        met_at: clock.met_at.map(rfc3339),
        late: match clocks::standing(pack, clock) {
            Standing::Running => ctx.now > clock.due_at,
            Standing::Met { late, .. } | Standing::Stopped { late, .. } => late,
        },
        sentence: clocks::sentence(ctx, clock),
    }
}
