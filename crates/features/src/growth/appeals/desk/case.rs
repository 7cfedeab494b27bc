//! One case: what it says, whose it is, until when, what was done, what can be done.

use askama::Template;
use huitong_kernel::clock::{minute_text, parse_instant};
use huitong_kernel::http::page::{Choice, Fact, Shell, Stage};
use huitong_kernel::http::{Call, Filled, Reply};
use huitong_kernel::pack::Pack;
use huitong_kernel::{Error, Result};

use super::{act, left, tone};
use crate::growth::appeals::case::{Offer, pack_of};
use crate::growth::appeals::clocks::{Standing, standing};
use crate::growth::appeals::days::{Arithmetic, arithmetic};
use crate::growth::appeals::model::{Appeal, RunningLimit};
use crate::growth::appeals::view::{self, AppealView, Complainant};
use crate::growth::appeals::{api, looks, store};

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/case.html")]
struct CasePage {
    shell: Shell,
    case: AppealView,
    tone: &'static str,
    left: String,
    stages: Vec<Stage>,
    facts: Vec<Fact>,
    lines: Vec<CaseLine>,
    clocks: Vec<Clock>,
    main: Option<Doing>,
    others: Vec<Doing>,
    unmet: Vec<Offer>,
    reasons: Vec<Choice>,
    person: Complainant,
    revealed: bool,
    anonymous: bool,
    confidential: bool,
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
    kind: &'static str,
    text: String,
}

struct Clock {
    arithmetic: Arithmetic,
    left: String,
    sla: &'static str,
    running: bool,
}

/// `GET /appeals/{id}`.
pub fn show(c: &Call) -> Result<Reply> {
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
    let person = c.city.db.write(&c.ctx, |tx| looks::reveal(tx, &id, &reason))?;
    match act::revealed(c, filled.get("act"), &person)? {
        Some(page) => Ok(page),
        None => draw(c, Some(&person)),
    }
}

fn draw(c: &Call, revealed: Option<&Complainant>) -> Result<Reply> {
    let (appeal, case, clocks) = c.read(|tx| {
        let appeal = api::found(c, tx)?;
        let case = view::full(tx, pack_of(&c.ctx, &appeal)?, &appeal)?;
        let clocks = store::clocks(tx, &appeal.id)?;
        Ok((appeal, case, clocks))
    })?;
    let pack = pack_of(&c.ctx, &appeal)?;
    let mut shell = c.shell(&appeal.title)?;
    shell.title = format!("{} {}", appeal.number, appeal.title);
    let (left_words, _, _) = left(&c.ctx, appeal.due_at);
    let (allowed, unmet): (Vec<Offer>, Vec<Offer>) = case.acts.clone().into_iter().partition(|o| o.allowed);
    let (main, others): (Vec<Offer>, Vec<Offer>) = allowed.into_iter().partition(|o| o.primary);
    let doing =
        |o: Offer| Doing { href: format!("/appeals/{}/{}", appeal.id, o.act), act: o.act, label: o.label };
    let leaves = |o: &Offer| pack.flow.act(&o.act).is_some_and(|a| a.leaves(&appeal.state));
    c.page(&CasePage {
        tone: tone(pack, &appeal.state),
        left: left_words,
        stages: stages(c, pack, &appeal),
        facts: facts(pack, &case),
        lines: lines(&case),
        clocks: clocks
            .iter()
            .map(|clock| {
                let running = clock.met_at.is_none();
                let (left, sla, _) = left(&c.ctx, Some(clock.due_at).filter(|_| running));
                let left = ended(pack, clock).unwrap_or(left);
                Clock { arithmetic: arithmetic(&c.ctx, pack, clock), left, sla, running }
            })
            .rev()
            .collect(),
        main: main.into_iter().map(&doing).next(),
        others: others.into_iter().map(&doing).collect(),
        unmet: unmet.into_iter().filter(leaves).collect(),
        reasons: choices(pack, "contact_reason"),
        person: revealed.unwrap_or(&case.complainant).clone(),
        revealed: revealed.is_some(),
        anonymous: appeal.anonymous(),
        confidential: appeal.confidential(),
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

/// The stage bar: what is done, where it stands, what is still to come.
pub fn stages(c: &Call, pack: &Pack, appeal: &Appeal) -> Vec<Stage> {
    let state = pack.flow.state(&appeal.state);
    let here = pack.flow.stages.iter().position(|s| state.is_some_and(|st| st.stage == s.key)).unwrap_or(0);
    let ended = state.is_some_and(|s| s.ends);
    let mark = |nth: usize| match nth {
        n if n < here || (n == here && ended) => "done",
        n if n == here && appeal.overdue(c.ctx.now) => "late",
        n if n == here => "now",
        _ => "todo",
    };
    let stages = pack.flow.stages.iter().enumerate();
    stages.map(|(nth, s)| Stage { label: s.label.clone(), state: mark(nth) }).collect()
}

fn facts(pack: &Pack, case: &AppealView) -> Vec<Fact> {
    let fact = |label: &str, value: &str| Fact {
        label: label.to_owned(),
        value: value.to_owned(),
        ..Fact::default()
    };
    let rule = case.row.category.as_deref().and_then(|c| pack.dispatch_rule(c));
    let time = |at: &str| parse_instant(at).map(minute_text).unwrap_or_default();
    let mut facts = vec![
        fact("诉求编号", &case.row.number),
        fact("提交时间", &time(&case.row.submitted_at)),
        fact("诉求类型", &case.row.kind),
        Fact {
            basis: rule.map(|r| r.source.basis.clone()).unwrap_or_default(),
            ..fact("诉求分类", &case.category_path)
        },
        fact("来源", &case.row.from),
        fact("受理渠道", &case.row.source),
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
        facts.push(fact("答复期限", &time(due)));
    }
    facts.push(fact("政策包版本", &case.pack));
    facts
}

fn lines(case: &AppealView) -> Vec<CaseLine> {
    let mut lines = Vec::new();
    for line in &case.timeline {
        let kind = match line {
            l if l.internal => "internal",
            l if l.act == "overdue" || l.act == "close" => "system",
            _ => "",
        };
        let time = parse_instant(&line.at).map(minute_text).unwrap_or_default();
        lines.push(CaseLine {
            title: line.title.clone(),
            time,
            who: line.who.clone(),
            kind,
            text: line.text.clone(),
        });
    }
    lines
}

/// How a clock that no longer runs ended, in words.
fn ended(pack: &Pack, clock: &RunningLimit) -> Option<String> {
    Some(match standing(pack, clock) {
        Standing::Running => return None,
        Standing::Met { at, late: false } => format!("{} 按时", minute_text(at)),
        Standing::Met { at, late: true } => format!("{} 办，超期", minute_text(at)),
        Standing::Stopped { at, act, late: false } => format!("{} 随{act}停止计时", minute_text(at)),
        Standing::Stopped { at, act, late: true } => {
            format!("{} 随{act}停止计时，停止时已超期", minute_text(at))
        }
    })
}
