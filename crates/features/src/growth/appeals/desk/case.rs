//! One case: what it says, whose it is, until when, what was done, what can be done.

use askama::Template;
use huitong_kernel::clock::{minute_text, parse_instant};
use huitong_kernel::deadline::due_text;
use huitong_kernel::http::page::{Choice, Fact, Shell, Stage};
use huitong_kernel::http::{Call, Filled, Reply};
use huitong_kernel::pack::Pack;
use huitong_kernel::{Error, Result, Tx};

use super::{act, left, tone};
use crate::base::matters::clocks;
use crate::base::matters::coming::{Coming, coming};
use crate::base::matters::days::{Arithmetic, arithmetic};
use crate::base::matters::pages::{Paper, ended, stages};
use crate::base::matters::view::FileView;
use crate::base::matters::{OVERDUE, Offer, RECOUNT, Rules};
use crate::base::{imports, notices, units};
use crate::growth::appeals::model::{Appeal, BODY};
use crate::growth::appeals::rules::{self, Sight};
use crate::growth::appeals::view::{self, AppealView, Complainant, Whole};
use crate::growth::appeals::{api, flow, import, looks, paper, policy, timeline};

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/case.html")]
struct CasePage {
    shell: Shell,
    case: AppealView,
    tone: &'static str,
    left: String,
    left_tone: &'static str,
    stages: Vec<Stage>,
    facts: Vec<Fact>,
    lines: Vec<CaseLine>,
    clocks: Vec<Clock>,
    main: Option<Doing>,
    others: Vec<Doing>,
    coming: Vec<Coming>,
    /// Whom a case waits for on which the reader can do nothing now; empty where they can.
    waiting: String,
    /// What the leader wants changed, while the reply is being changed.
    returned: String,
    /// What came with the case.
    files: Vec<FileView>,
    reasons: Vec<Choice>,
    person: Complainant,
    revealed: bool,
    anonymous: bool,
    confidential: bool,
    paper: Paper,
    token: String,
}

/// An act that can be done now, with the page that does it.
struct Doing {
    act: String,
    label: String,
    href: String,
}

struct CaseLine {
    title: String,
    time: String,
    who: String,
    took: String,
    kind: &'static str,
    text: String,
    files: Vec<FileView>,
}

struct Clock {
    arithmetic: Arithmetic,
    left: String,
    sla: &'static str,
    running: bool,
}

/// `GET /appeals/{id}`.
pub fn show(c: &Call) -> Result<Reply> {
    notices::arrived(c, c.path())?;
    draw(c, None)
}

/// `POST /appeals/{id}/identity`: shows the person once, with a reason, and records the look.
pub fn reveal(c: &Call) -> Result<Reply> {
    let filled: &Filled = c.filled()?;
    // Beside the form of an act, which may have a reason of its own, the field goes by another name.
    let reason = [filled.get("look"), filled.get("reason")].concat();
    if c.ctx.pack()?.label("contact_reason", &reason).is_none() {
        return Err(Error::invalid("reason", "请先选择查看诉求人身份的事由"));
    }
    let id = c.id("id")?;
    // What is kept of a look that its page sent twice is when it was, never whom it showed.
    let looked = c.write(|tx| looks::reveal(tx, &id, &reason).map(|_| tx.ctx().now))?;
    let person = match c.ctx.now - looked < looks::ONE_LOOK {
        true => c.read(|tx| looks::again(tx, &id))?,
        false => c.city.db.write(&c.ctx, |tx| looks::reveal(tx, &id, &reason))?,
    };
    match act::revealed(c, filled.get("act"), &person)? {
        Some(page) => Ok(page),
        None => draw(c, Some(&person)),
    }
}

/// `GET /appeals/{id}/identity`: whoever comes back to the address of a look comes to the case, and looks at nobody.
pub fn looked(c: &Call) -> Result<Reply> {
    let appeal = c.read(|tx| api::found(c, tx))?;
    c.see(&format!("/appeals/{}", appeal.id))
}

fn draw(c: &Call, revealed: Option<&Complainant>) -> Result<Reply> {
    let (case, clocks, steps, appeal, imported) = c.read(|tx| {
        let appeal = api::found(c, tx)?;
        let Whole { view, steps, mut clocks } = view::whole(tx, Rules::of(&c.ctx, &appeal.spine)?, &appeal)?;
        clocks.retain(|clock| clock.promise || view::inside(&c.ctx, &appeal));
        let imported =
            if view::inside(&c.ctx, &appeal) { imported(tx, c.ctx.pack()?, &appeal)? } else { Vec::new() };
        // Drawn from the last to the first: what runs comes first, then by start.
        clocks.sort_by_key(|clock| (clock.met_at.is_none(), clock.started_at));
        Ok((view, clocks, steps, appeal, imported))
    })?;
    let rules = Rules::of(&c.ctx, &appeal.spine)?;
    let pack = rules.pack;
    let mut shell = c.shell(&appeal.title)?;
    shell.title = format!("{} {}", appeal.number, appeal.title);
    // An association that comes by this address reads no more than on its own page.
    let inside = view::inside(&c.ctx, &appeal);
    let due = left(&c.ctx, appeal.due_at.filter(|_| inside), clocks::measure_next(&c.ctx, rules, &appeal));
    let coming = coming(&c.ctx, rules, &appeal, &case.acts);
    let allowed: Vec<Offer> = case.acts.iter().filter(|o| o.allowed).cloned().collect();
    let idle = allowed.is_empty() && coming.is_empty() && !case.acts.is_empty();
    let state = flow(pack).state(&appeal.state).filter(|_| idle);
    let drafted = timeline::draft(&steps).filter(|draft| inside && !draft.returned.is_empty());
    let (main, others): (Vec<Offer>, Vec<Offer>) = allowed.into_iter().partition(|o| o.primary);
    let doing =
        |o: Offer| Doing { href: format!("/appeals/{}/{}", appeal.id, o.act), act: o.act, label: o.label };
    c.page(&CasePage {
        tone: tone(pack, &appeal.state),
        left: due.words,
        left_tone: due.tone,
        stages: stages(&c.ctx, rules.of, &appeal.spine, &steps),
        facts: facts(pack, &case, imported, c.ctx.now),
        lines: lines(&case),
        clocks: clocks
            .iter()
            .map(|clock| {
                let running = clock.met_at.is_none();
                let left =
                    left(&c.ctx, Some(clock.due_at).filter(|_| running), clocks::measure(&c.ctx, clock));
                Clock {
                    arithmetic: arithmetic(&c.ctx, rules.of, clock),
                    left: ended(rules.of, clock).unwrap_or(left.words),
                    sla: left.tone,
                    running,
                }
            })
            .rev()
            .collect(),
        main: main.into_iter().map(&doing).next(),
        others: others.into_iter().map(&doing).collect(),
        coming,
        waiting: state.map(|s| s.waiting_for(&appeal).to_owned()).unwrap_or_default(),
        // Once it was written anew, the reviewer has the word again.
        returned: drafted.map(|draft| format!("负责人退回修改：{}", draft.returned)).unwrap_or_default(),
        files: case.files.iter().filter(|f| f.step.is_none()).cloned().collect(),
        reasons: choices(pack, "contact_reason"),
        person: revealed.unwrap_or(&case.complainant).clone(),
        revealed: revealed.is_some(),
        anonymous: appeal.anonymous(),
        confidential: appeal.confidential(),
        paper: paper::of_case(&c.ctx, rules, &appeal, &case),
        token: c.submit_token(),
        case,
        shell,
    })
}

pub(super) fn choices(pack: &Pack, list: &str) -> Vec<Choice> {
    let choices = pack.list(list).map(|l| l.choices.as_slice()).unwrap_or_default();
    choices
        .iter()
        .map(|choice| Choice { value: choice.key.clone(), label: choice.label.clone(), ..Choice::default() })
        .collect()
}

fn fact(label: &str, value: &str) -> Fact {
    Fact { label: label.to_owned(), value: value.to_owned(), ..Fact::default() }
}

/// What the file said of a case that was brought in beside what the case itself holds; whom it comes from only to who may
/// know.
fn imported(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Vec<Fact>> {
    if appeal.source_number.is_none() {
        return Ok(Vec::new());
    }
    let Some(row) = imports::rows_of(tx, &[&appeal.id])?.remove(&appeal.id) else { return Ok(Vec::new()) };
    let mut facts = Vec::new();
    if let Some(unit) = &row.unit {
        facts.push(fact("来源平台的承办单位", &units::name_of(tx, unit)?));
    }
    let form = pack.form(import::FORM);
    let hidden = rules::sight(tx.ctx(), appeal) == Sight::Hidden;
    for (key, words) in row.unread.iter().filter(|(key, _)| !(hidden && BODY.contains(&key.as_str()))) {
        let label = form.and_then(|form| form.field(key)).map_or(key, |field| &field.label);
        facts.push(fact(&format!("{label}（原文，未能识别）"), words));
    }
    Ok(facts)
}

fn facts(pack: &Pack, case: &AppealView, imported: Vec<Fact>, now: i64) -> Vec<Fact> {
    let rule = case.row.category.as_deref().and_then(|c| policy::of(pack).dispatch_rule(c));
    let time = |at: &str| parse_instant(at).map(minute_text).unwrap_or_default();
    let mut facts = vec![
        fact("诉求编号", &case.row.number),
        fact("提交时间", &time(&case.row.submitted_at)),
        fact("诉求类型", &case.row.kind),
        Fact {
            basis: rule.map(|r| r.source.basis.clone()).unwrap_or_default(),
            ..fact("诉求分类", &case.category_path)
        },
        Fact { below: case.row.from_code.clone(), ..fact("诉求人", &case.row.from) },
        fact("受理渠道", &case.row.source),
        fact("来源编号", &case.row.source_number),
        fact("承办单位", &case.row.unit_name),
        fact("经办人", &case.row.handler_name),
    ];
    if !case.row.next_unit_name.is_empty() {
        facts.push(fact(
            "正转往",
            &format!("{}（签收前由{}继续负责）", case.row.next_unit_name, case.row.unit_name),
        ));
    }
    if !case.about.is_empty() {
        facts.push(fact("反映对象", &case.about));
    }
    if let Some(due) = &case.answer_due_at {
        let due = parse_instant(due).map(|due| format!("{} 前", due_text(due, now)));
        facts.push(fact("答复期限", &due.unwrap_or_default()));
    }
    facts.retain(|fact| fact.label != "来源编号" || !fact.value.is_empty());
    facts.extend(imported);
    facts.push(fact("规则版本", &case.pack));
    facts
}

fn lines(case: &AppealView) -> Vec<CaseLine> {
    let mut lines = Vec::new();
    for line in &case.timeline {
        let kind = match line {
            l if l.internal => "internal",
            l if [OVERDUE, RECOUNT, "close"].contains(&l.act.as_str()) => "system",
            _ => "",
        };
        let time = parse_instant(&line.at).map(minute_text).unwrap_or_default();
        lines.push(CaseLine {
            title: line.title.clone(),
            time,
            who: line.office().to_owned(),
            took: line.took.clone(),
            kind,
            text: line.text.clone(),
            files: case.files.iter().filter(|f| f.step.as_deref() == Some(&line.step)).cloned().collect(),
        });
    }
    lines
}
