//! A case as its complainant sees it: the course in public words, what was promised with the arithmetic, the answer.

use huitong_kernel::clock::minute_text;
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::deadline::due_text;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::Filled;
use huitong_kernel::http::form::FormView;
use huitong_kernel::http::page::{DayMark, Fact, Stage};
use huitong_kernel::pack::{Act, Definition, Pack, Tone};
use huitong_kernel::{Ctx, Result, Tx};

use crate::base::attachments::{self, Attachment};
use crate::base::matters::clocks::{self, Standing, waits_for_others};
use crate::base::matters::pages::{Paper, left};
use crate::base::matters::{self, KEYS, Names, Rules, RunningLimit, Step, Stopwatch, days, guards};
use crate::growth::appeals::model::Appeal;
use crate::growth::appeals::policy::{self, ANSWER};
use crate::growth::appeals::{flow, paper, view};

/// One limit with its arithmetic.
pub struct ClockView {
    /// Its name.
    pub title: String,
    /// How long: `4 个工作小时`.
    pub rule: String,
    /// When it falls due.
    pub due: String,
    /// The same instant, which paper says with its year.
    pub due_at: i64,
    /// What is to be done until then: 告知是否受理, 答复.
    pub what: &'static str,
    /// `剩 3 小时 24 分`, or when it was met.
    pub standing: String,
    /// Tone of the standing: calm soon over none.
    pub tone: &'static str,
    /// Share of the limit that is used (0–100).
    pub percent: i64,
    /// The arithmetic in one sentence.
    pub sentence: String,
    /// Its days; empty once it was met.
    pub days: Vec<DayMark>,
    /// The rule it rests on.
    pub basis: String,
}

/// One line of the course.
pub struct Line {
    /// What happened.
    pub title: String,
    /// When.
    pub time: String,
    /// Who did it.
    pub who: String,
    /// Working time that the office had it for since the line before.
    pub took: String,
    /// Further words meant for the complainant.
    pub text: String,
}

/// The answer, once it was sent.
pub struct AnswerView {
    /// Unit that answers.
    pub who: String,
    /// When it was sent.
    pub time: String,
    /// 已解决, 部分解决 …
    pub outcome: String,
    /// Its words.
    pub text: String,
    /// Its evidence.
    pub files: Vec<FileLink>,
}

/// A file and its link.
pub struct FileLink {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `1.2 MB`.
    pub size: String,
    /// SM3 of its content.
    pub digest: String,
}

/// One act of the complainant.
pub struct ActView {
    /// Key of the act.
    pub act: String,
    /// The verb.
    pub label: String,
    /// Its form, where it can be done now.
    pub form: Option<FormView>,
    /// What is missing, where it cannot.
    pub unmet: String,
}

/// The case.
pub struct Progress {
    /// Number.
    pub number: String,
    /// One line.
    pub title: String,
    /// State in words for the public.
    pub state: String,
    /// Tone of the state.
    pub tone: &'static str,
    /// What stands beside the state: 实名保密, 未核验.
    pub marks: Vec<String>,
    /// Stages.
    pub stages: Vec<Stage>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// What happened and what is asked for.
    pub text: String,
    /// Files that came with it.
    pub files: Vec<FileLink>,
    /// The answer.
    pub answer: Option<AnswerView>,
    /// What was promised.
    pub clocks: Vec<ClockView>,
    /// The course.
    pub timeline: Vec<Line>,
    /// What its complainant may do.
    pub acts: Vec<ActView>,
    /// Until when it can be judged.
    pub judge_until: String,
    /// Whether nothing is promised.
    pub anonymous: bool,
    /// What is printed of it.
    pub paper: Paper,
}

impl Progress {
    /// An act by its key.
    pub fn act(&self, key: &str) -> Option<&ActView> {
        self.acts.iter().find(|a| a.act == key)
    }
}

/// A form that was sent and is drawn again: its act, what was typed, what is wrong.
pub type Again<'a> = Option<(&'a str, &'a Filled, &'a [FieldError])>;

/// Puts a case together for its complainant; `may` says which acts this reader has the right to.
pub fn progress(tx: &Tx, appeal: &Appeal, may: &dyn Fn(&str) -> bool, again: Again<'_>) -> Result<Progress> {
    let ctx = tx.ctx();
    let rules = Rules::of(ctx, &appeal.spine)?;
    let pack = rules.pack;
    let (steps, clocks) = (matters::steps(tx, &appeal.id)?, matters::clocks_of(tx, &appeal.id)?);
    let files = attachments::list(tx, &appeal.id, false)?;
    let reply = steps.iter().rfind(|s| s.act == "reply");
    let of_reply = |f: &&Attachment| f.step.is_some() && f.step.as_deref() == reply.map(|r| r.id.as_str());
    let of_any_reply =
        |f: &&Attachment| steps.iter().any(|s| s.act == "reply" && Some(s.id.as_str()) == f.step.as_deref());
    let state = flow(pack).state(&appeal.state);
    let visit = clocks.iter().rfind(|c| waits_for_others(rules.of, &c.limit_key) && c.met_at.is_none());
    let promised = clocks.iter().filter(|c| c.promise && !appeal.anonymous());
    let mut progress = Progress {
        number: appeal.number.clone(),
        title: appeal.title.clone(),
        // Nobody who left no way to be answered is asked to judge an answer.
        state: match state {
            Some(_) if appeal.anonymous() && appeal.state == "answered" => String::from("已办理"),
            Some(state) => state.public_label.clone(),
            None => appeal.state.clone(),
        },
        tone: state.map_or("muted", |s| tone(s.tone)),
        marks: marks(pack, appeal),
        stages: stages(pack, appeal, &steps, ctx.now),
        facts: facts(tx, pack, appeal)?,
        text: appeal.text.clone(),
        files: files.iter().filter(|f| !of_any_reply(f)).map(link).collect(),
        answer: reply.filter(|_| appeal.answered_at.is_some()).map(|reply| AnswerView {
            who: steps.iter().rfind(|s| s.act == "send").unwrap_or(reply).office_name.clone(),
            time: appeal.answered_at.map(minute_text).unwrap_or_default(),
            outcome: pack.label("reply_outcome", &reply.said("outcome")).unwrap_or_default().to_owned(),
            text: reply.said("text"),
            files: files.iter().filter(of_reply).map(link).collect(),
        }),
        clocks: promised.map(|c| clock(ctx, pack, appeal, c)).collect(),
        timeline: timeline(ctx, appeal, &steps),
        acts: acts(ctx, pack, appeal, may, again),
        judge_until: visit.map(|c| due_text(c.due_at, ctx.now)).unwrap_or_default(),
        anonymous: appeal.anonymous(),
        paper: Paper::default(),
    };
    progress.paper = paper::of_progress(rules, appeal, &progress);
    Ok(progress)
}

/// The class that draws a tone; what happens inside the office looks like work in progress.
pub fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Amber => "wait",
        Tone::Blue | Tone::Violet => "doing",
        Tone::Teal => "answer",
        Tone::Green => "done",
        Tone::Grey => "muted",
        Tone::Red => "over",
    }
}

fn marks(pack: &Pack, appeal: &Appeal) -> Vec<String> {
    let disclosure = pack.label("disclosure", &appeal.disclosure).unwrap_or_default().to_owned();
    let unverified = !appeal.verified && !appeal.anonymous() && appeal.closed_at.is_none();
    let unverified = pack.warning("unverified").filter(|_| unverified).map(|w| w.title.clone());
    [Some(disclosure), unverified].into_iter().flatten().filter(|m| !m.is_empty()).collect()
}

/// The stages; a case that left the flow shows those it went through and how it ended.
fn stages(pack: &Pack, appeal: &Appeal, steps: &[Step], today: i64) -> Vec<Stage> {
    let flow = flow(pack);
    let stage_of = |state: &str| {
        let stage = flow.state(state).map(|s| s.stage.as_str());
        flow.stages.iter().position(|s| Some(s.key.as_str()) == stage)
    };
    let now = stage_of(&appeal.state).unwrap_or(0);
    let last = flow.stages.len().saturating_sub(1);
    let ended = flow.state(&appeal.state).is_some_and(|s| s.ends);
    let stage = |label: &str, state| Stage { label: label.to_owned(), state };
    if appeal.anonymous() && (!ended || now >= last) {
        return of_lead(flow, now, ended);
    }
    if ended && now < last {
        let reached = steps.iter().filter_map(|s| stage_of(&s.state_before)).max().unwrap_or(0);
        let end = flow.state(&appeal.state).map_or("", |s| s.public_label.as_str());
        let through = flow.stages.iter().take(reached).map(|s| stage(&s.label, "done"));
        return through.chain([stage(end, "done")]).collect();
    }
    let overdue = appeal.answer_due_at.is_some_and(|due| due < today) && appeal.answered_at.is_none();
    let late = overdue && !appeal.anonymous();
    let state_of = |nth: usize| match nth {
        _ if ended || nth < now => "done",
        _ if nth == now && late => "late",
        _ if nth == now => "now",
        _ => "todo",
    };
    flow.stages.iter().enumerate().map(|(nth, s)| stage(&s.label, state_of(nth))).collect()
}

/// A lead without a name is neither answered nor judged: it is handled, and then it is done.
fn of_lead(flow: &Definition, now: usize, ended: bool) -> Vec<Stage> {
    let answer = flow.stages.iter().position(|s| s.key == "answer").unwrap_or(flow.stages.len());
    let now = now.min(answer);
    let state = |nth: usize| match nth {
        _ if ended || nth < now => "done",
        _ if nth == now => "now",
        _ => "todo",
    };
    let labels = flow.stages.iter().take(answer).map(|s| s.label.as_str()).chain(["办结"]);
    labels.enumerate().map(|(nth, label)| Stage { label: label.to_owned(), state: state(nth) }).collect()
}

fn facts(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Vec<Fact>> {
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value, ..Fact::default() };
    let names = Names::of(tx, appeal)?;
    let person = view::complainant(tx.ctx(), pack, appeal, &names);
    let contact = [person.name.as_str(), person.phone.as_str()].join(" ");
    // Whoever holds the keys is the complainant and need not be told what was asked for.
    let kept_back = appeal.confidential() && !person.note.is_empty();
    let contact = match (kept_back, person.note.is_empty()) {
        (true, _) => String::from("实名保密，只有受理人员和承办的经办人能看到"),
        (false, true) => contact,
        (false, false) => person.note,
    };
    let judged = |list: &str, key: &Option<String>| {
        let label = key.as_deref().and_then(|key| pack.label(list, key));
        label.unwrap_or_default().to_owned()
    };
    let mut facts = vec![
        fact("诉求类型", appeal.kind.clone()),
        fact("提交时间", minute_text(appeal.began_at)),
        fact("承办单位", names.unit),
        fact("正在转往", names.next_unit),
        Fact { below: person.organisation_code, ..fact("代表", person.organisation) },
        fact("联系人", contact.trim().to_owned()),
        fact("反映的单位或者协会", view::about(tx, appeal)?),
        fact("是否解决", judged("solved", &appeal.solved)),
        fact("是否满意", judged("satisfied", &appeal.satisfied)),
    ];
    facts.retain(|f| !f.value.is_empty());
    // The grid has two columns: an odd last fact takes the row.
    let odd = facts.len() % 2 == 1;
    facts.iter_mut().last().filter(|_| odd).into_iter().for_each(|f| f.wide = true);
    Ok(facts)
}

fn link(file: &Attachment) -> FileLink {
    FileLink {
        id: file.id.to_string(),
        name: file.name.clone(),
        size: file.size_words(),
        digest: file.digest.clone(),
    }
}

/// A limit as its complainant may read it.
pub fn clock(ctx: &Ctx, pack: &Pack, appeal: &Appeal, clock: &RunningLimit) -> ClockView {
    let limit = flow(pack).limit(&clock.limit_key);
    let title = limit.map_or_else(|| clock.limit_key.clone(), |l| l.title.clone());
    let of_kind =
        policy::of(pack).kind(&appeal.kind).filter(|_| clock.limit_key == ANSWER).map(|k| &k.source);
    let source = of_kind.or(limit.map(|l| &l.source));
    let explained = clocks::explain(ctx, clock);
    let left = left(ctx, Some(clock.due_at), clocks::measure(ctx, clock));
    let (standing, tone) = match clocks::standing(flow(pack), clock) {
        Standing::Stopped { at, act, .. } => (format!("{} 随{act}停止计时", minute_text(at)), "none"),
        Standing::Met { at, late: false } => (format!("{} 已完成", minute_text(at)), "none"),
        Standing::Met { at, late: true } => (format!("{} 完成，已超过时限", minute_text(at)), "over"),
        Standing::Running => (left.words, left.tone),
    };
    ClockView {
        title,
        rule: clocks::spoken(&clock.rule),
        due: due_text(clock.due_at, ctx.now),
        due_at: clock.due_at,
        what: match clock.limit_key.as_str() {
            "accept" => "告知是否受理",
            ANSWER => "答复",
            _ => "完成",
        },
        standing,
        tone,
        percent: left.percent,
        days: explained.as_ref().filter(|_| clock.met_at.is_none()).map(days::marks).unwrap_or_default(),
        sentence: explained.map_or_else(|| clocks::sentence(ctx, clock), |explained| explained.sentence),
        basis: source.map(|source| source.basis.clone()).unwrap_or_default(),
    }
}

/// Steps that have a sentence for the public; names of officials stay inside.
fn timeline(ctx: &Ctx, appeal: &Appeal, steps: &[Step]) -> Vec<Line> {
    let spoken_to = spoken_to(ctx, appeal);
    let mut watch = Stopwatch::default();
    let mut lines = Vec::new();
    for step in steps {
        let Some(title) = &step.public_text else { continue };
        let text = match step.act.as_str() {
            "accept" => step.said("note"),
            "decline" => step.said("text"),
            "judge" => step.said("comment"),
            _ => String::new(),
        };
        lines.push(Line {
            // Who gave no name is promised no day and asked for nothing, whatever the sentence of the flow says.
            title: match step.act.as_str() {
                "submit" if appeal.anonymous() => String::from("您提交了线索"),
                "send" if appeal.anonymous() => String::from("线索已办理"),
                _ => title.replace("您", spoken_to),
            },
            time: minute_text(step.at),
            who: step.office_name.clone(),
            took: watch.took(ctx, step),
            text,
        });
    }
    lines
}

/// How the sentences of the flow, which speak to the complainant, name them to this reader: a colleague reads of the body
/// they both belong to.
fn spoken_to(ctx: &Ctx, appeal: &Appeal) -> &'static str {
    let me = ctx.user().map(|u| u.as_str());
    if me.is_none() || appeal.owner_user.as_deref() == me {
        return "您";
    }
    let posts = ctx.posts();
    let speaks_for = |kind: OfficeKind, body: &Option<String>| {
        posts.iter().any(|post| post.kind == kind && body.as_deref() == Some(post.office.as_str()))
    };
    match appeal {
        a if speaks_for(OfficeKind::Association, &a.owner_association) => "本协会",
        a if speaks_for(OfficeKind::Company, &a.owner_company) => "本企业",
        _ => "诉求人",
    }
}

/// What the complainant may do, and what is missing where not now; nothing once a case has ended.
fn acts(
    ctx: &Ctx,
    pack: &Pack,
    appeal: &Appeal,
    may: &dyn Fn(&str) -> bool,
    again: Again<'_>,
) -> Vec<ActView> {
    if flow(pack).state(&appeal.state).is_none_or(|s| s.ends) {
        return Vec::new();
    }
    let mine = ["judge", "withdraw"].into_iter().filter_map(|key| flow(pack).act(key));
    mine.filter(|act| may(&act.name) && !(appeal.anonymous() && act.key == "judge"))
        .map(|act| {
            let unmet = unmet(ctx, pack, act, appeal);
            let form = act.form.as_deref().and_then(|key| pack.form(key)).filter(|_| unmet.is_empty());
            let (empty, none) = (Filled::default(), [].as_slice());
            let (filled, errors) = match again {
                Some((key, filled, errors)) if key == act.key => (filled, errors),
                _ => (&empty, none),
            };
            let form = form.map(|form| FormView::new(form, pack, filled, errors));
            ActView { act: act.key.clone(), label: act.label.clone(), form, unmet }
        })
        .collect()
}

/// Why an act is not available now, in words that say nothing of the office's inside.
fn unmet(ctx: &Ctx, pack: &Pack, act: &Act, appeal: &Appeal) -> String {
    if !act.leaves(&appeal.state) {
        return match act.key.as_str() {
            "judge" => String::from("答复发出后才能评价"),
            _ => {
                let state = flow(pack).state(&appeal.state).map_or("", |s| s.public_label.as_str());
                format!("现在是“{state}”，不能{}", act.label)
            }
        };
    }
    guards::unmet(ctx, Rules { pack, of: flow(pack) }, act, appeal).join("；")
}

/// Whether a reader reaches a case by a right.
pub fn reaches(ctx: &Ctx, act: &str, appeal: &Appeal) -> bool {
    let value = |column: &str| appeal.spine.key(column);
    ctx.may(act).is_some_and(|right| right.scope(&KEYS).admits(&value))
}
