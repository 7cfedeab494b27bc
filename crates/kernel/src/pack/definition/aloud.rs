//! A definition read aloud: every sentence that it means, so that an official can read what was written without knowing how.

use std::fmt::Write as _;

use super::{Act, Check, Definition, Effect, Receiver, Register, Telling};
use crate::condition::Condition;
use crate::condition::words::sentence;
use crate::pack::field::{Control, Field};
use crate::pack::limits::ClauseValue;
use crate::pack::lists::Promise;
use crate::pack::{Closed, Pack, sentences};

/// Everything that a procedure says, section by section.
pub fn aloud(pack: &Pack, of: &Definition) -> String {
    let mut out = Aloud { pack, of, text: String::new() };
    out.line(&format!("{}（{}）", of.title, of.key));
    if !of.source.basis.is_empty() {
        out.line(&format!("依据：{}。", of.source.basis));
    }
    match &of.register {
        Some(register) => out.holds(register),
        None => out.states(),
    }
    out.acts();
    out.limits();
    out.rights();
    out.seen();
    out.queues();
    out.file();
    out.text
}

struct Aloud<'p> {
    pack: &'p Pack,
    of: &'p Definition,
    text: String,
}

impl Aloud<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn head(&mut self, text: &str) {
        self.line(&format!("\n{text}"));
    }

    fn states(&mut self) {
        self.head("一、状态");
        for state in &self.of.states {
            let mut text = format!("{}：对方看到“{}”", state.label, state.public_label);
            if state.ends {
                text.push_str("；办理到此结束");
            } else if !state.waiting.is_empty() {
                let _ = write!(text, "；{}", state.waiting);
            }
            for label in &state.labels {
                let _ = write!(text, "；{}的，叫“{}”", sentence(&label.when), label.label);
            }
            self.line(&format!("{text}。"));
        }
    }

    /// What a register holds beside its fields: rows within, what is known from them, what there may be only once.
    fn holds(&mut self, register: &Register) {
        self.head("一、有什么");
        let own = self.of.fields.iter().filter(|field| !field.step_only && field.retired.is_none());
        let own: Vec<String> = own.map(|field| self.field(field)).collect();
        self.line(&format!("每一条：{}。", own.join("；")));
        for child in register.within.iter().filter_map(|key| self.pack.definition(key)) {
            let own = child.fields.iter().filter(|field| !field.step_only && field.retired.is_none());
            let own: Vec<String> = own.map(|field| self.field(field)).collect();
            self.line(&format!("{}：{}。", child.title, own.join("；")));
        }
        for one in &register.derived {
            let label = self.of.facts.iter().find(|fact| fact.key == one.key).map_or("", |fact| &fact.label);
            let child = self.pack.definition(&format!("{}.{}", self.of.key, one.of));
            let title = child.map_or(one.of.as_str(), |child| &child.title);
            let field =
                one.field.as_deref().and_then(|key| child?.field(key)).map_or("", |field| &field.label);
            let year = if one.this_year { "今年的" } else { "" };
            let when = match one.when == Condition::always() {
                true => String::new(),
                false => format!("，只算{}的", sentence(&one.when)),
            };
            let field = if field.is_empty() { String::new() } else { format!("的{field}") };
            self.line(&format!("{label}：{year}{title}{field}，取{}{when}。", one.take.word()));
        }
        if let Some(once) = &self.of.once {
            self.line(&format!("{}。", once.what.trim_end_matches('。')));
        }
        if let Some(alone) = &self.of.alone {
            self.line(&format!(
                "{}的，一家协会只有这一条：{}。",
                sentence(&alone.when),
                alone.what.trim_end_matches('。')
            ));
        }
        for one in &register.reminders {
            let queue = self.of.queue(&one.queue).map_or("", |queue| &queue.title);
            let said = self.spoken(&one.notice);
            self.line(&format!(
                "{}提醒{}“{queue}”里的：{said}（各单位开启以后才发）",
                one.every.said(),
                one.who.join("、")
            ));
        }
    }

    fn label(&self, state: &str) -> String {
        self.of.state(state).map_or_else(|| state.to_owned(), |state| state.label.clone())
    }

    fn acts(&mut self) {
        self.head("二、步骤");
        for act in &self.of.acts {
            self.act(act);
        }
    }

    fn act(&mut self, act: &Act) {
        let moves = |moves: &[(String, String)]| -> String {
            let all: Vec<String> = moves
                .iter()
                .map(|(from, to)| match from == to {
                    true => format!("“{}”不变", self.label(from)),
                    false => format!("“{}”变为“{}”", self.label(from), self.label(to)),
                })
                .collect();
            all.join("，")
        };
        let mut text = act.label.clone();
        let kept = act.keeping.as_ref().map(|keeping| keeping.said().to_owned());
        text.push_str(&match (&act.start, &act.after_limit) {
            _ if kept.is_some() => format!("：{}", kept.unwrap_or_default()),
            (Some(state), _) => format!("：新的一件，状态为“{}”", self.label(state)),
            (None, Some(limit)) => {
                format!("：{}到期时自动办理，{}", self.limit_title(limit), moves(&act.moves))
            }
            (None, None) => format!("：{}", moves(&act.moves)),
        });
        for (nth, outcome) in act.outcomes.iter().enumerate() {
            let part = if nth == 0 { "" } else { "；" };
            let _ = write!(text, "{part}选“{}”的，{}", outcome.label, moves(&outcome.moves));
            let needs: Vec<String> =
                outcome.needs.iter().map(|needs| self.field_label(act, &needs.field)).collect();
            if !needs.is_empty() {
                let _ = write!(text, "，要填{}", needs.join("、"));
            }
        }
        self.line(&format!("{text}。"));
        if let Some(form) = self.of.form_of(act) {
            let fields: Vec<String> = form.fields.iter().map(|field| self.field(field)).collect();
            if !fields.is_empty() {
                self.line(&format!("  填写：{}。", fields.join("；")));
            }
        }
        for guard in &act.guards {
            let what = match &guard.check {
                Check::When(when) => sentence(when),
                Check::NotSameAs(other) => {
                    format!(
                        "由办理“{}”以外的人办",
                        self.of.act(other).map_or(other.as_str(), |act| &act.label)
                    )
                }
                Check::Named(_) => String::from("程序核对"),
            };
            self.line(&format!("  前提：{what}；不满足时说“{}”。", guard.unmet));
        }
        let does: Vec<String> = act.all_effects().filter_map(|effect| self.effect(effect)).collect();
        if !does.is_empty() {
            self.line(&format!("  同时：{}。", does.join("；")));
        }
        if let Some(most) = act.most {
            self.line(&format!("  一件最多办 {most} 次。"));
        }
        self.line(&format!("  办理记录：{}。", self.spoken(&act.sentence)));
        match &act.public_sentence {
            Some(text) => self.line(&format!("  对方看到：{}。", self.spoken(text))),
            None if act.keeping.is_some() => {}
            None => self.line("  对方看不到这一步。"),
        }
        for notify in &act.notify {
            let who = self.pack.role(&notify.who).map_or(notify.who.as_str(), |role| &role.title);
            let say = match &notify.say {
                Telling::Sentence(text) => text.clone(),
                Telling::Notice(key) => {
                    self.of.notice(key).map(|notice| notice.title.clone()).unwrap_or_default()
                }
            };
            self.line(&format!("  通知{who}：{}。", self.spoken(&say)));
        }
    }

    /// A sentence with a word in brackets for whatever is filled in.
    fn spoken(&self, text: &str) -> String {
        let label = |name: &str| {
            let field = self.of.field(name).map(|field| field.label.as_str());
            let form =
                || self.of.forms.iter().find_map(|form| form.field(name)).map(|field| field.label.as_str());
            let known =
                || self.of.placeholders.iter().find(|(key, _)| key == name).map(|(_, label)| label.as_str());
            let fact = || self.of.facts.iter().find(|fact| fact.key == name).map(|fact| fact.label.as_str());
            field.or_else(known).or_else(form).or_else(fact).unwrap_or(name).to_owned()
        };
        let names: Vec<(String, String)> = sentences::names(text)
            .map(|name| (format!("{{{name}}}"), format!("【{}】", label(name))))
            .collect();
        names.into_iter().fold(text.to_owned(), |text, (name, word)| text.replace(&name, &word))
    }

    fn field_label(&self, act: &Act, key: &str) -> String {
        let form = self.of.form_of(act).and_then(|form| form.field(key));
        form.or_else(|| self.of.field(key)).map_or_else(|| key.to_owned(), |field| field.label.clone())
    }

    fn field(&self, field: &Field) -> String {
        let mut text = format!("{}（{}", field.label, field.control.word());
        if field.required {
            text.push_str("，必填");
        }
        for (at, words) in [(&field.bounds.not_before, "不早于"), (&field.bounds.not_after, "不晚于")] {
            if let Some(day) = at {
                let _ = write!(text, "，{words}{}", day.said());
            }
        }
        for (other, words) in
            [(&field.bounds.not_before_of, "不早于"), (&field.bounds.not_after_of, "不晚于")]
        {
            if let Some(other) = other {
                let label = self.of.field(other).map(|field| field.label.as_str());
                let _ = write!(
                    text,
                    "，{words}{}",
                    label.unwrap_or(if other == "from_on" { "起始日" } else { "截止日" })
                );
            }
        }
        if let Some((most, when)) = &field.bounds.most_if {
            let _ = write!(text, "，{}时至多 {most} 项", sentence(when));
        }
        if field.bounds.working {
            text.push_str("，选工作日");
        }
        if let Some(from) = field.from.as_deref().and_then(|key| self.of.field(key)) {
            let _ = write!(text, "，先写上“{}”填的内容", from.label);
        }
        for (count, words) in [(field.bounds.least, "至少"), (field.bounds.most, "至多")] {
            if let Some(count) = count {
                let _ = write!(text, "，{words} {count} 项");
            }
        }
        if let Some(min) = field.bounds.min.filter(|_| field.control.writes()) {
            let _ = write!(text, "，至少 {min} 字");
        }
        if field.control.writes()
            && let Some(max) = field.bounds.max
        {
            let _ = write!(text, "，最多 {max} 字");
        }
        if field.personal {
            text.push_str("，个人信息");
        }
        if field.work_secret {
            text.push_str("，内部");
        }
        if field.journal {
            text.push_str("，进日志");
        }
        if let Some(when) = &field.visible_if {
            let _ = write!(text, "，{}时填写", sentence(when));
        }
        if field.control == Control::Table {
            let columns: Vec<&str> = field.columns.iter().map(|(_, heading)| heading.as_str()).collect();
            let _ = write!(text, "，每行：{}", columns.join("、"));
        }
        text.push('）');
        text
    }

    fn effect(&self, effect: &Effect) -> Option<String> {
        let label =
            |key: &str| self.of.field(key).map_or_else(|| key.to_owned(), |field| field.label.clone());
        Some(match effect {
            Effect::Give(Receiver::OwnUnit) => String::from("由办理人的单位承办"),
            Effect::Give(Receiver::Field(field)) => format!("交给“{}”填写的单位", label(field)),
            Effect::Give(Receiver::Link(kind)) => {
                let title = self.pack.link_kind_named(kind).map_or(kind.as_str(), |kind| &kind.title);
                format!("交给这家协会的{title}")
            }
            Effect::Receive => String::from("由接到的单位承办"),
            Effect::Take(roles) => {
                let all: Vec<&str> = roles
                    .iter()
                    .map(|key| self.pack.role(key).map_or(key.as_str(), |role| &role.title))
                    .collect();
                format!("办理人是{}的，由其经办", all.join("、"))
            }
            Effect::Assign(field) => format!("由“{}”填写的人经办", label(field)),
            Effect::Clear(field) => format!("清空“{}”", label(field)),
            Effect::Named(_) | Effect::Stamp(_) | Effect::StampOnce(_) | Effect::By(_) | Effect::Mark(..) => {
                return None;
            }
        })
    }

    fn limit_title(&self, key: &str) -> String {
        self.of.limit(key).map_or_else(|| key.to_owned(), |limit| limit.title.clone())
    }

    fn limits(&mut self) {
        if self.of.limits.is_empty() {
            return;
        }
        self.head("三、时限");
        for limit in &self.of.limits {
            let names = |acts: &[String]| {
                let all: Vec<String> = acts.iter().map(|act| self.act_label(act)).collect();
                all.join("、")
            };
            let mut text =
                format!("{}：自{}起，到{}止", limit.title, names(&limit.starts), names(&limit.ends));
            if !limit.stops.is_empty() {
                let _ = write!(text, "；{}时停止", names(&limit.stops));
            }
            for clause in &limit.clauses {
                let long = match &clause.value {
                    ClauseValue::Fixed(limit) => limit.text.clone(),
                    ClauseValue::OfChoice { words, .. } => words.clone(),
                    ClauseValue::Until(field) => {
                        let label = self.of.field(field).map_or(field.as_str(), |field| &field.label);
                        format!("到“{label}”那一天")
                    }
                };
                let when = sentence(&clause.when);
                let promise = if clause.promise == Promise::Public { "对外承诺" } else { "内部掌握" };
                let _ = match when.is_empty() || limit.clauses.len() == 1 {
                    true => write!(text, "；{long}，{promise}"),
                    false => write!(text, "；{when}的，{long}，{promise}"),
                };
            }
            let standing = limit.source.standing();
            self.line(&format!("{text}（{standing}）。"));
        }
    }

    fn act_label(&self, name: &str) -> String {
        let (key, outcome) = name.split_once('.').map_or((name, None), |(act, outcome)| (act, Some(outcome)));
        let Some(act) = self.of.act(key) else { return name.to_owned() };
        match outcome.and_then(|outcome| act.outcome(outcome)) {
            Some(outcome) => format!("{}（{}）", act.label, outcome.label),
            None => act.label.clone(),
        }
    }

    fn rights(&mut self) {
        self.head("四、谁能看、谁能办");
        let view = self.of.view();
        let acts = std::iter::once((view.as_str(), "查看"))
            .chain(self.of.acts.iter().map(|act| (act.name.as_str(), act.label.as_str())));
        for (name, label) in acts.collect::<Vec<_>>() {
            let mut all = Vec::new();
            for role in &self.pack.roles {
                let grants = role.grants.iter().filter(|grant| grant.act == name);
                all.extend(grants.map(|grant| {
                    let by: Vec<&str> = grant
                        .by
                        .iter()
                        .map(|key| self.pack.link_kind_named(key).map_or(key.as_str(), |kind| &kind.title))
                        .collect();
                    let by = if by.is_empty() { String::new() } else { format!("：{}", by.join("、")) };
                    format!("{}（{}{by}）", role.title, grant.reach.label())
                }));
            }
            if !all.is_empty() {
                self.line(&format!("{label}：{}。", all.join("、")));
            }
        }
    }

    fn seen(&mut self) {
        let Some(sees) = &self.of.sees else { return };
        let from =
            sees.from.as_deref().map(|state| format!("自“{}”起", self.label(state))).unwrap_or_default();
        let hidden: Vec<&str> = self
            .of
            .fields
            .iter()
            .filter(|field| self.of.hides(field))
            .map(|field| field.label.as_str())
            .collect();
        let hidden =
            if hidden.is_empty() { String::new() } else { format!("，看不到{}", hidden.join("、")) };
        let text = format!("协会{from}能看到{hidden}。");
        self.line(&text);
    }

    fn queues(&mut self) {
        if self.of.queues.is_empty() {
            return;
        }
        self.head("五、队列");
        for queue in &self.of.queues {
            let roles: Vec<&str> = queue
                .roles
                .iter()
                .map(|key| self.pack.role(key).map_or(key.as_str(), |role| &role.title))
                .collect();
            self.line(&format!("{}：{}。给{}。", queue.title, sentence(&queue.when), roles.join("、")));
        }
    }

    fn file(&mut self) {
        let link = self.of.register.as_ref().and_then(|register| register.link.as_ref());
        let Some(tab) = self.of.file_tab() else { return };
        self.head("六、协会档案");
        self.line(&format!("放在“{}”一栏，看得到的人才看到。", tab.word()));
        if let Some(link) = link {
            let paper = link.paper.as_deref().and_then(|key| self.of.field(key));
            let paper = paper.map_or(&self.of.title, |field| &field.label);
            self.line(&format!("有效期内就是责任关系“{}”，依据“{paper}”。", link.kind));
        }
    }
}
