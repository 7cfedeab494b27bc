//! A procedure as a whole: every state is reached, left and worked on; every act is somebody's; nothing says too much.

use std::collections::BTreeSet;

use super::{Act, Definition, Telling};
use crate::condition::{Comparator, Condition};
use crate::pack::closed::Closed as _;
use crate::pack::desk::{Desk, Ref};
use crate::pack::field::{Control, Field};
use crate::pack::finding::At;
use crate::pack::roles::{Office, Role};
use crate::pack::sentences;
use crate::pack::stands_for::StandsFor;
use crate::pack::table::Tab;

/// Lines that one file of a procedure may have: what needs more is two procedures, or code of its own.
pub(super) const MOST_LINES: usize = 250;
/// Checks and effects of the code that one definition may name.
const MOST_HOOKS: usize = 3;

/// The flow as a whole: every state can be reached and left, nothing leaves an end.
pub(super) fn sound(head: &Tab<'_>, procedure: &Definition) {
    let desk = head.desk;
    super::tab::filed(head, procedure);
    for state in &procedure.states {
        let at = desk.place(Ref::STATE, &state.key);
        let moves = || procedure.acts.iter().flat_map(Act::all_moves);
        let starts = procedure.acts.iter().any(|act| act.start.as_ref() == Some(&state.key));
        let reached = starts || moves().any(|(from, to)| *to == state.key && from != to);
        let left = moves().any(|(from, to)| *from == state.key && from != to);
        if !reached {
            let message = format!("状态“{}”到不了", state.label);
            desk.say(&at, message, "请在某个步骤的 moves 里写到它，或者删去这个状态");
        }
        match (state.ends, left) {
            (false, false) => {
                let message = format!("状态“{}”没有出路", state.label);
                desk.say(&at, message, "请补一个离开它的步骤，或者写 ends = true");
            }
            (true, true) => {
                let message = format!("状态“{}”写明办理结束，却还有步骤离开它", state.label);
                desk.say(&at, message, "请删去 ends = true，或者删去那个步骤");
            }
            _ => {}
        }
        for key in &state.primary {
            if procedure.act(key).is_some_and(|act| !act.leaves(&state.key)) {
                let message = format!("“{key}”在状态“{}”下不能做，不能作主按钮", state.label);
                desk.say(&at, message, "请从 primary 里删去，或者在这个步骤的 moves 里加上这个状态");
            }
        }
    }
    if procedure.coded {
        return;
    }
    if procedure.lines > MOST_LINES {
        let message = format!("文件有 {} 行", procedure.lines);
        desk.say(&head.at("key"), message, "一件事项的定义不超过 250 行；请拆成两件，或者由程序单做");
    }
    let hooks = hooks(procedure);
    if hooks > MOST_HOOKS {
        let message = format!("用了 {hooks} 个程序里的检查和动作");
        desk.say(&head.at("key"), message, "一件事项最多用 3 个；更多的由程序单做");
    }
    named(head, procedure);
    asked(head, procedure);
    ordered(head, procedure, &[]);
    discreet(head, procedure);
}

/// Placeholders that name somebody of the office.
const PEOPLE: [&str; 2] = ["actor", "handler"];
/// Words of programs that stand beside those of a definition: a field or an act with such a key would hide them.
const FIELDS_OF_OURS: [&str; 21] = [
    "id",
    "procedure",
    "number",
    "version",
    "pack",
    "state",
    "state_label",
    "name",
    "summary",
    "owner",
    "outcome",
    "began_at",
    "due_at",
    "closed_at",
    "updated_at",
    "acts",
    "register",
    "parent",
    "from_on",
    "timeline",
    "clocks",
];
const ACTS_OF_OURS: [&str; 9] =
    ["view", "new", "acts", "history", "export", "import", "versions", "remind", "suggest"];

/// Keys stand in addresses, statements and programs: small letters, and none that the house needs itself.
pub(super) fn named(head: &Tab<'_>, procedure: &Definition) {
    let plain = |key: &str| {
        key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let say = |at: &At, key: &str, taken: bool| {
        if !plain(key) {
            head.desk.say(
                at,
                format!("“{key}”不能作代码"),
                "用小写英文字母、数字和下划线，字母开头，例如 held_on",
            );
        } else if taken {
            head.desk.say(at, format!("代码“{key}”系统已经在用"), "请换一个代码");
        }
    };
    say(&head.at("key"), procedure.key.rsplit('.').next().unwrap_or_default(), false);
    for field in &procedure.fields {
        say(&written(head, field), &field.key, FIELDS_OF_OURS.contains(&field.key.as_str()));
    }
    for one in procedure.register.iter().flat_map(|register| &register.derived) {
        let facts = head.table("facts").inspect(|facts| facts.know_all());
        let at = facts.map_or_else(|| head.at("facts"), |facts| facts.at(&one.key));
        let taken = procedure.facts.iter().filter(|fact| fact.key == one.key).count() > 1;
        let field = procedure.field(&one.key).is_some();
        say(&at, &one.key, FIELDS_OF_OURS.contains(&one.key.as_str()) || (taken && !field));
    }
    for act in &procedure.acts {
        let at = head.desk.place(Ref::STEP, &act.key);
        say(&at, &act.key, ACTS_OF_OURS.contains(&act.key.as_str()));
    }
    let keys = procedure.states.iter().map(|state| (Ref::STATE, &state.key));
    let keys = keys.chain(procedure.queues.iter().map(|queue| (Ref::QUEUE, &queue.key)));
    for (kind, key) in keys.chain(procedure.limits.iter().map(|limit| (Ref::LIMIT, &limit.key))) {
        say(&head.desk.place(kind, key), key, kind == Ref::QUEUE && key == "all");
    }
}

/// Days that are held to another day: one of the same form, or one of `beside`.
pub(super) fn ordered(head: &Tab<'_>, of: &Definition, beside: &[&str]) {
    let is_day = |key: &str| {
        beside.contains(&key) || of.field(key).is_some_and(|field| field.control == Control::Date)
    };
    for field in &of.fields {
        for other in [&field.bounds.not_before_of, &field.bounds.not_after_of].into_iter().flatten() {
            if !is_day(other) {
                let days = of.fields.iter().filter(|field| field.control == Control::Date);
                let days = days.map(|field| field.key.as_str()).chain(beside.iter().copied());
                let near = crate::pack::did_you_mean(other, days);
                head.desk.say(
                    &written(head, field),
                    format!("没有日期“{other}”，“{}”不能和它比", field.label),
                    near,
                );
            }
        }
    }
}

/// Where a field is written.
pub(super) fn written(head: &Tab<'_>, field: &Field) -> At {
    let Some(fields) = head.table("fields") else { return head.at("fields") };
    fields.know_all();
    fields.at(&field.key)
}

/// What is asked is asked somewhere, stands for one thing, and conditions ask of it only what can be answered.
pub(super) fn asked(head: &Tab<'_>, procedure: &Definition) {
    let desk = head.desk;
    let place = |field: &Field| written(head, field);
    for (nth, field) in procedure.fields.iter().enumerate() {
        let asked = procedure.forms.iter().any(|form| form.field(&field.key).is_some());
        let beside = procedure.is_register() && field.step_only;
        if !asked && !beside && field.retired.is_none() {
            let message = format!("没有哪一步填写“{}”", field.label);
            desk.say(&place(field), message, "请写进某一步的 form，或者写 retired = \"停用日期\"");
        }
        let stands = field.stands_for;
        let other =
            procedure.fields.iter().take(nth).find(|other| stands.is_some() && other.stands_for == stands);
        if let Some(other) = other {
            let message = format!("“{}”和“{}”当作同一项", other.label, field.label);
            desk.say(&place(field), message, "请只在其中一个写 stands_for");
        }
    }
    for field in &procedure.fields {
        let aloud = |control: Control| {
            control.writes()
                || matches!(control, Control::Officeholder | Control::Phone | Control::Email | Control::Table)
        };
        if field.journal && field.is_open() && aloud(field.control) {
            let message = format!("“{}”是文字，不能进日志", field.label);
            desk.say(&place(field), message, "日志只记选项、数字、日期、文号和单位，请删去 journal = true");
        }
        let masked = matches!(
            field.control,
            Control::Text
                | Control::TextArea
                | Control::Phone
                | Control::IdNumber
                | Control::Email
                | Control::Address
        );
        if field.personal && !masked {
            let message = format!("“{}”类型的填写项不能写 personal", field.control.word());
            desk.say(&place(field), message, "个人信息用单行文本、电话、邮箱、证件号码、地址填写，才能隐去");
        }
        let found = matches!(
            field.control,
            Control::Check
                | Control::Instant
                | Control::Money
                | Control::Period
                | Control::Decimal
                | Control::Percent
        );
        if field.indexed && found {
            let message = format!("“{}”类型的填写项不能用来筛选", field.control.word());
            desk.say(&place(field), message, "请删去 indexed = true；要筛选的用单选、整数、日期");
        }
        let later = procedure.acts.iter().filter(|act| act.start.is_none());
        let asked_later =
            |act: &Act| procedure.form_of(act).is_some_and(|form| form.field(&field.key).is_some());
        let fixed = !procedure.is_register() && field.stands_for == Some(StandsFor::Association);
        if fixed && field.several {
            let message = format!("“{}”只能填一家协会", field.label);
            desk.say(&place(field), message, "一件事项说一家协会；要说几家的，请删去 stands_for");
        }
        if fixed && later.clone().any(asked_later) {
            let message = format!("“{}”只能在新建的一步填写", field.label);
            desk.say(&place(field), message, "协会定下以后不能换，请从后面的步骤里删去");
        }
    }
    for act in &procedure.acts {
        let at = desk.place(Ref::STEP, &act.key);
        if act.start.is_some() && (!act.guards.is_empty() || act.most.is_some() || act.repeat.is_some()) {
            let message = format!("“{}”是新建的一步，不能写 guards、most、repeat", act.label);
            desk.say(&at, message, "同一件只能有一件的写 [rules.once]；谁能提出写在 [may]");
        }
        let asks = procedure.form_of(act).is_some_and(|form| form.fields.iter().any(|field| field.required));
        if act.after_limit.is_some() && (asks || !act.outcomes.is_empty() || !act.guards.is_empty()) {
            let message = format!("“{}”由系统自动办，不能有必填项、结果和前提", act.label);
            desk.say(&at, message, "请删去 form、outcomes、guards，或者删去 after_limit");
        }
    }
    let gives = |act: &&Act| act.all_effects().any(|effect| matches!(effect, super::Effect::Give(_)));
    let handled =
        procedure.fields.iter().any(|field| field.control == Control::Unit && field.stands_for.is_some());
    let handled = handled || procedure.is_register();
    for act in procedure.acts.iter().filter(|act| act.start.is_some() && !handled && !gives(act)) {
        let message = format!("“{}”没有写由哪个单位承办", act.label);
        desk.say(
            &desk.place(Ref::STEP, &act.key),
            message,
            "请补上 does = [{ give = \"本单位\" }]，或者写责任关系的代码",
        );
    }
    for field in &procedure.fields {
        let Some(from) = field.from.as_deref().and_then(|key| procedure.field(key)) else { continue };
        if (from.control, &from.options) != (field.control, &field.options) || !from.is_open() {
            let message = format!("“{}”不能先写上“{}”填的内容", field.label, from.label);
            desk.say(
                &desk.place(Ref::FIELD, &field.key),
                message,
                "两项的类型、可选项要一样，也不能是个人信息、工作秘密；请改 from",
            );
        }
    }
    for act in &procedure.acts {
        let form = procedure.form_of(act);
        let known = |key: &str| procedure.field(key).is_some();
        let lacking = |needs: &&super::Needs| {
            known(&needs.field) && form.is_none_or(|form| form.field(&needs.field).is_none())
        };
        for needs in act.outcomes.iter().flat_map(|outcome| &outcome.needs).filter(lacking) {
            let label = procedure.field(&needs.field).map_or(needs.field.as_str(), |field| &field.label);
            let message = format!("“{}”要填“{label}”，表单里却没有", act.label);
            desk.say(&desk.place(Ref::STEP, &act.key), message, "请写进这一步的 form");
        }
    }
    for (at, condition) in conditions(desk, procedure) {
        for test in condition.tests() {
            let field = procedure.field(&test.fact.key).filter(|field| field.holds_several());
            if let Some(field) = field.filter(|_| !matches!(test.comparator, Comparator::Known)) {
                let message = format!("“{}”可以填几项，条件只能问填没填", field.label);
                desk.say(&at, message, format!("写成 {{ fact = \"{}\", known = true }}", field.key));
            }
        }
    }
}

/// Every condition of a procedure, with where it stands.
fn conditions<'p>(desk: &Desk, procedure: &'p Definition) -> Vec<(At, &'p Condition)> {
    let mut all = Vec::new();
    for act in &procedure.acts {
        let whens = act.guards.iter().filter_map(|guard| match &guard.check {
            super::Check::When(when) => Some(when),
            _ => None,
        });
        all.extend(whens.map(|when| (desk.place(Ref::STEP, &act.key), when)));
    }
    for state in &procedure.states {
        all.extend(state.labels.iter().map(|label| (desk.place(Ref::STATE, &state.key), &label.when)));
    }
    for queue in &procedure.queues {
        all.push((desk.place(Ref::QUEUE, &queue.key), &queue.when));
    }
    for limit in &procedure.limits {
        all.extend(limit.clauses.iter().map(|clause| (desk.place(Ref::LIMIT, &limit.key), &clause.when)));
    }
    all
}

/// How many checks and effects of the code a definition names, each counted once however often it is used.
fn hooks(procedure: &Definition) -> usize {
    let checks = procedure.acts.iter().flat_map(|act| &act.guards).filter_map(|guard| match &guard.check {
        super::Check::Named(name) => Some(name.as_str()),
        _ => None,
    });
    let effects = procedure.acts.iter().flat_map(Act::all_effects).filter_map(|effect| match effect {
        super::Effect::Named(name) => Some(name.as_str()),
        _ => None,
    });
    checks.collect::<BTreeSet<&str>>().len() + effects.collect::<BTreeSet<&str>>().len()
}

/// Names, messages and public sentences say nothing of what is personal or a work secret.
pub(super) fn discreet(head: &Tab<'_>, procedure: &Definition) {
    let desk = head.desk;
    let all = || procedure.fields.iter();
    let refuse = |at: &At, text: &str, where_: &str, hidden: &dyn Fn(&Field) -> bool| {
        for field in all().filter(|field| hidden(field)) {
            if sentences::names(text).any(|name| name == field.key) {
                let message = format!("{where_}里不能有“{}”", field.label);
                desk.say(at, message, "个人信息和工作秘密不进名称、消息和对外的话，请换一个占位词");
            }
        }
    };
    let closed = |field: &Field| !field.is_open();
    let at = head.at("sentences");
    let unseen = |field: &Field| closed(field) || procedure.hides(field);
    refuse(&at, &procedure.sentences.name, "名称", &unseen);
    let summaries = procedure.sentences.summaries.iter().map(|(_, summary)| summary);
    for summary in summaries.chain([&procedure.sentences.summary]) {
        refuse(&at, summary, "一句话情况", &unseen);
    }
    for act in &procedure.acts {
        let at = desk.place(Ref::STEP, &act.key);
        refuse(&at, &act.sentence, "办理记录", &|field| field.personal);
        let outcomes = act.outcomes.iter().map(|outcome| outcome.done.as_str());
        for done in
            outcomes.chain([act.done.as_str()]).chain(act.done_from.iter().map(|(_, text)| text.as_str()))
        {
            refuse(&at, done, "办完的话", &unseen);
        }
        let seen_outside = act.public_sentence.is_some() || act.open_files;
        let papers = procedure.form_of(act).into_iter().flat_map(|form| &form.fields);
        for paper in
            papers.filter(|field| seen_outside && field.control == Control::Files && procedure.hides(field))
        {
            let message = format!("“{}”对方看不到，不能放在对方看得到的步骤里", paper.label);
            desk.say(&at, message, "请把附件放进对方看不到的一步，或者删去 public_sentence、open_files");
        }
        let public = act.public_sentence.as_deref().unwrap_or_default();
        refuse(&at, public, "对外的话", &|field| closed(field) || procedure.hides(field));
        if sentences::names(public).any(|name| PEOPLE.contains(&name)) {
            desk.say(&at, "对外的话里不能有办理人的姓名", "请改用 {unit}（承办单位）");
        }
        for notify in &act.notify {
            let told = match &notify.say {
                Telling::Sentence(text) => text.clone(),
                Telling::Notice(key) => {
                    procedure.notice(key).map(|n| format!("{}{}", n.title, n.text)).unwrap_or_default()
                }
            };
            let open: &dyn Fn(&Field) -> bool =
                &|field| !procedure.work_secret && !procedure.hides(field) && field.is_open();
            refuse(&at, &told, "消息", &|field| !open(field));
        }
    }
    let filtered = procedure.page.filters.iter().filter_map(|key| procedure.field(key));
    for field in filtered.filter(|field| !field.indexed && field.stands_for.is_none()) {
        let message = format!("“{}”没有写 indexed，不能用来筛选", field.label);
        desk.say(&head.at("page"), message, "请在这个填写项里写 indexed = true");
    }
}

/// Where a definition says its key.
fn head_of(desk: &Desk, procedure: &Definition) -> At {
    desk.place(Ref::PROCEDURE, &procedure.key)
}

/// Once the roles are known: every act is somebody's. As every state has an act that leaves it, somebody can do something in
/// each that does not end.
pub(in crate::pack) fn granted(desk: &Desk, procedures: &[Definition], roles: &[Role]) {
    let has = |act: &str| roles.iter().any(|role| role.grants.iter().any(|grant| grant.act == act));
    for procedure in procedures {
        desk.within(&procedure.key, || {
            for act in procedure
                .acts
                .iter()
                .filter(|act| act.after_limit.is_none() && !act.by_program && !has(&act.name))
            {
                let message = format!("没有人能“{}”", act.label);
                desk.say(
                    &desk.place(Ref::STEP, &act.key),
                    message,
                    format!("请在 [may] 里写 \"{}\" = {{ unit = [\"handler\"] }}", act.name),
                );
            }
            let told =
                procedure.acts.iter().flat_map(|act| act.notify.iter().map(move |notify| (act, notify)));
            for (act, notify) in told {
                let role = roles.iter().find(|role| role.key == notify.who);
                if let Some(role) = role.filter(|role| !matches!(role.office, Office::Unit | Office::City)) {
                    let message = format!("不能通知全部“{}”", role.title);
                    desk.say(&desk.place(Ref::STEP, &act.key), message, "通知有关的那一家，请写“协会”");
                }
            }
            if !procedure.coded && !has(&procedure.view()) {
                let at = At { key: String::from("may"), ..head_of(desk, procedure) };
                desk.say(&at, "没有写谁能看", format!("请在 [may] 里写 \"{}\"", procedure.view()));
            }
        });
    }
}

/// Two definitions do not share an address, and none takes one of the house's.
pub(in crate::pack) fn together(desk: &Desk, procedures: &[Definition], house: &[String]) {
    for (nth, procedure) in procedures.iter().enumerate().filter(|(_, p)| !p.coded && !p.path.is_empty()) {
        let at = desk.within(&procedure.key, || desk.place(Ref::ADDRESS, &procedure.path));
        let other = procedures.iter().take(nth).find(|other| other.path == procedure.path);
        if let Some(other) = other {
            let message = format!("地址“{}”和“{}”重复", procedure.path, other.title);
            desk.say(&at, message, "请换一个 path");
        }
        if house.contains(&procedure.path) {
            desk.say(&at, format!("地址“{}”系统已经在用", procedure.path), "请换一个 path");
        }
    }
}

/// A definition is alive: it has stories, and every act with a condition is seen in a story or an example.
pub(in crate::pack) fn alive(
    desk: &Desk,
    procedure: &Definition,
    seen: &dyn Fn(&str) -> bool,
    stories: usize,
) {
    if !procedure.stands_alone() {
        return;
    }
    if stories == 0 && procedure.beginnings().next().is_some() {
        let at = head_of(desk, procedure);
        let remedy = format!("请在 examples/ 里写 [[stories]]，of = \"{}\"，从头到尾走一遍", procedure.key);
        desk.say(&at, format!("“{}”没有故事", procedure.title), remedy);
    }
    for act in procedure.acts.iter().filter(|act| !act.guards.is_empty() && !seen(&act.key)) {
        let at = desk.within(&procedure.key, || desk.place(Ref::STEP, &act.key));
        desk.say(
            &at,
            format!("“{}”有前提，没有示例也没有故事", act.label),
            "请在故事里走到这一步，或者补一个 [[examples]]",
        );
    }
}
