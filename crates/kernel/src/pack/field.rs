//! Fields: what is asked, of which type, within which bounds, and what may become of the answer.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value as Json;

use super::closed::Closed;
use super::conditions;
use super::day::RelativeDay;
use super::desk::Ref;
use super::lists::{self, List};
use super::markings;
use super::stands_for::StandsFor;
use super::table::Tab;
use crate::condition::{self, Condition, FactDef, FactType, Frame, Value};

/// A field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// As it is sent and stored.
    pub key: String,
    /// What it is called where it is read.
    pub label: String,
    /// What is asked where it is filled in; the label where the two are the same.
    pub ask: String,
    /// Sentence under the label; may be empty.
    pub hint: String,
    /// Its type: how it is filled in, checked, stored and read aloud.
    pub control: Control,
    /// Whether it must be filled in when it is shown.
    pub required: bool,
    /// The field whose answer is filled in beforehand while this one has none, to be kept or changed.
    pub from: Option<String>,
    /// Bounds of the answer.
    pub bounds: Bounds,
    /// Key of the list of choices.
    pub options: Option<String>,
    /// When it is shown; over fields above it.
    pub visible_if: Option<Condition>,
    /// Whether people write freely here: the warning stands there and markings are looked for.
    pub free_text: bool,
    /// The spine column that carries its answer.
    pub stands_for: Option<StandsFor>,
    /// Whether lists filter and queues ask by it.
    pub indexed: bool,
    /// Whether it names or describes a person: masked, never journalled, in no sentence.
    pub personal: bool,
    /// Whether the journal keeps its answer; nothing is kept that is not asked for.
    pub journal: bool,
    /// 工作秘密: on the staff's side only, marked 内部, in no message, title or suggestion.
    pub work_secret: bool,
    /// Whether its answer belongs to the step alone and does not stay with the matter.
    pub step_only: bool,
    /// Several people or things instead of one.
    pub several: bool,
    /// What a number counts (`人`).
    pub unit: String,
    /// Key of the register whose entries it names.
    pub register: Option<String>,
    /// Posts whose holders can be chosen; all where empty.
    pub only: Vec<String>,
    /// Columns of a table, key and heading.
    pub columns: Vec<(String, String)>,
    /// The day from which it is no longer asked.
    pub retired: Option<Date>,
}

/// What an answer must keep to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Least number of characters.
    pub min: Option<usize>,
    /// Greatest number of characters.
    pub max: Option<usize>,
    /// Least number.
    pub at_least: Option<i64>,
    /// Greatest number.
    pub at_most: Option<i64>,
    /// Not before this day.
    pub not_before: Option<RelativeDay>,
    /// Not after this day.
    pub not_after: Option<RelativeDay>,
    /// Not before the day that another field says; of a row within, also one of its entry.
    pub not_before_of: Option<String>,
    /// Not after such a day.
    pub not_after_of: Option<String>,
    /// Only a working day.
    pub working: bool,
    /// Least number of entries.
    pub least: Option<usize>,
    /// Greatest number of entries.
    pub most: Option<usize>,
    /// Greatest number of entries while something holds of the fields above.
    pub most_if: Option<(usize, Condition)>,
}

/// The closed list of types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Control {
    /// One line.
    #[default]
    Text,
    /// Several lines.
    TextArea,
    /// Drop-down.
    Select,
    /// Radio buttons.
    Radio,
    /// Several of a list.
    Many,
    /// Tick box.
    Check,
    /// A whole number.
    Integer,
    /// A number with places, kept as it is written.
    Decimal,
    /// Money, kept in 分.
    Money,
    /// A percentage.
    Percent,
    /// A score.
    Score,
    /// Telephone number.
    Phone,
    /// Date.
    Date,
    /// Date and time of day.
    Instant,
    /// From a day to a day; the last one counts.
    Period,
    /// Attachments.
    Files,
    /// Search for an association.
    Association,
    /// Search for an association or a unit.
    AssociationOrUnit,
    /// A company's USCC.
    Company,
    /// Choose a unit.
    Unit,
    /// Choose a person of one's own unit.
    Handler,
    /// Somebody who holds a post in the association.
    Officeholder,
    /// Another matter by its number.
    Matter,
    /// An entry of a register.
    Entry,
    /// Rows of a few columns.
    Table,
    /// A document number.
    DocNo,
    /// An address on the web.
    Url,
    /// An e-mail address.
    Email,
    /// A resident identity number; always personal.
    IdNumber,
    /// An industry by its code.
    Industry,
    /// A division by its code.
    Division,
    /// A postal address.
    Address,
}

impl Closed for Control {
    const WHAT: &'static str = "填写项类型";
    const WORDS: &'static [(&'static str, Control)] = &[
        ("单行文本", Control::Text),
        ("多行文本", Control::TextArea),
        ("下拉选择", Control::Select),
        ("单选", Control::Radio),
        ("多选", Control::Many),
        ("勾选", Control::Check),
        ("整数", Control::Integer),
        ("小数", Control::Decimal),
        ("金额", Control::Money),
        ("比例", Control::Percent),
        ("评分", Control::Score),
        ("电话", Control::Phone),
        ("日期", Control::Date),
        ("时刻", Control::Instant),
        ("期间", Control::Period),
        ("附件", Control::Files),
        ("协会", Control::Association),
        ("协会或单位", Control::AssociationOrUnit),
        ("企业代码", Control::Company),
        ("单位", Control::Unit),
        ("本单位人员", Control::Handler),
        ("协会任职人员", Control::Officeholder),
        ("事项", Control::Matter),
        ("台账", Control::Entry),
        ("明细", Control::Table),
        ("文号", Control::DocNo),
        ("网址", Control::Url),
        ("邮箱", Control::Email),
        ("证件号码", Control::IdNumber),
        ("行业", Control::Industry),
        ("区划", Control::Division),
        ("地址", Control::Address),
    ];
}

impl Control {
    /// Whether it is chosen from a list.
    pub fn chooses(self) -> bool {
        matches!(self, Control::Select | Control::Radio | Control::Many)
    }

    /// Whether it is filled by looking something up: words in `key`, what was picked in `key_id`.
    pub fn looks_up(self) -> bool {
        use Control::{Association, AssociationOrUnit, Entry, Handler, Unit};
        matches!(self, Association | AssociationOrUnit | Unit | Handler | Entry)
    }

    /// Whether words of one's own are written, so that their number is bounded.
    pub fn writes(self) -> bool {
        matches!(self, Control::Text | Control::TextArea | Control::Address)
    }

    fn counts(self) -> bool {
        matches!(
            self,
            Control::Integer | Control::Decimal | Control::Money | Control::Percent | Control::Score
        )
    }
}

impl Field {
    /// Whether what is typed may be kept as it stands, so that a stop marking in it is one: texts, and names that no register
    /// has to hold.
    pub fn takes_words(&self) -> bool {
        self.control.writes() || matches!(self.control, Control::AssociationOrUnit | Control::Table)
    }

    /// Whether the field is shown, given what is filled in so far; unknown counts as hidden.
    pub fn visible(&self, values: &BTreeMap<String, String>) -> bool {
        self.shown(&|key| values.get(key).map(String::as_str))
    }

    /// The same over answers that were checked.
    pub fn visible_among(&self, values: &BTreeMap<String, Json>) -> bool {
        self.shown(&|key| values.get(key).and_then(Json::as_str))
    }

    fn shown<'v>(&self, value: &dyn Fn(&str) -> Option<&'v str>) -> bool {
        self.visible_if.as_ref().is_none_or(|condition| holds(condition, value))
    }

    /// How many entries are too many, given what is filled in so far: the most there may be, and in which case.
    pub fn too_many(&self, answers: &BTreeMap<String, Json>) -> Option<(usize, &Condition)> {
        let (most, when) = self.bounds.most_if.as_ref()?;
        let said = answers.get(&self.key).and_then(Json::as_array).map_or(0, Vec::len);
        let holds = || holds(when, &|key| answers.get(key).and_then(Json::as_str));
        (said > *most && holds()).then_some((*most, when))
    }

    /// Whether it may hold more than one answer.
    pub fn holds_several(&self) -> bool {
        self.several || matches!(self.control, Control::Many | Control::Table)
    }

    /// Whether its answer may stand in a message, a title or a feed.
    pub fn is_open(&self) -> bool {
        !self.personal && !self.work_secret
    }
}

/// Whether a condition over fields holds; of what is not filled in nothing does.
fn holds<'v>(condition: &Condition, value: &dyn Fn(&str) -> Option<&'v str>) -> bool {
    let facts = |key: &str| match value(key) {
        None | Some("") => None,
        Some(text) => Some(fact_value(condition, key, text)),
    };
    condition::truth(condition, &facts, &Frame::default()).holds()
}

/// A tick box is a flag, everything else text.
fn fact_value(condition: &Condition, key: &str, text: &str) -> Value {
    let flag = condition.tests().iter().any(|test| test.fact.key == key && test.fact.kind == FactType::Flag);
    if flag { Value::Flag(["true", "on", "1", "是"].contains(&text)) } else { Value::Text(text.to_owned()) }
}

/// Reads one field; `facts` are those of the fields above it.
pub(super) fn read(tab: &Tab<'_>, key: String, facts: &[FactDef]) -> Field {
    let (control, register) = control(tab);
    let options = tab.maybe_refer("options", Ref::LIST);
    if control.chooses() && options.is_none() {
        tab.desk.say(&tab.at("options"), "没有写可选项", "请补上 options = \"清单的代码\"");
    } else if !control.chooses() && options.is_some() {
        let message = format!("“{}”不能有可选项", control.word());
        tab.desk.say(&tab.at("options"), message, "请把类型改成“单选”“多选”或“下拉选择”，或者删去 options");
    }
    let label = tab.text("label");
    markings::red_lines(tab, &label, &key);
    let field = Field {
        ask: tab.maybe("ask").unwrap_or_else(|| label.clone()),
        hint: tab.maybe("hint").unwrap_or_default(),
        required: tab.flag("required"),
        from: tab.maybe_refer("from", Ref::FIELD),
        bounds: bounds(tab, control, facts),
        visible_if: tab.table("visible_if").and_then(|inner| conditions::condition(&inner, facts)),
        free_text: tab.flag("free_text") || control == Control::TextArea,
        stands_for: tab.maybe_closed("stands_for"),
        indexed: tab.flag("indexed"),
        personal: tab.flag("personal") || control == Control::IdNumber,
        journal: tab.flag("journal"),
        work_secret: tab.flag("work_secret"),
        step_only: tab.flag("step_only"),
        several: tab.flag("several"),
        unit: tab.maybe("unit").unwrap_or_default(),
        register,
        only: tab.texts("only"),
        columns: tab.pairs("columns").into_iter().map(|(key, heading, _)| (key, heading)).collect(),
        retired: retired(tab),
        control,
        options,
        label,
        key,
    };
    sound(tab, &field);
    field
}

/// The type; `台账：party_org` is that of an entry of a register.
fn control(tab: &Tab<'_>) -> (Control, Option<String>) {
    let written = tab.quiet_text("type").unwrap_or_default();
    let Some(register) = written.strip_prefix("台账：") else {
        let control = tab.closed("type").unwrap_or(Control::Text);
        if control == Control::Entry {
            tab.desk.say(&tab.at("type"), "没有写是哪一本台账", "写成 type = \"台账：party_org\"");
        }
        return (control, None);
    };
    tab.set_aside("type");
    tab.desk.refer(Ref::REGISTER, register.trim(), &tab.at("type"));
    (Control::Entry, Some(register.trim().to_owned()))
}

fn retired(tab: &Tab<'_>) -> Option<Date> {
    let text = tab.maybe("retired")?;
    let day = text.parse().ok();
    if day.is_none() {
        tab.desk.say(&tab.at("retired"), format!("“{text}”不是日期"), "写成 \"2026-12-31\"");
    }
    day
}

fn bounds(tab: &Tab<'_>, control: Control, facts: &[FactDef]) -> Bounds {
    let (min, max) = (tab.number("min"), tab.number("max"));
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        tab.desk.say(&tab.at("min"), "最少字数大于最多字数", "请把 min 改小，或者把 max 改大");
    }
    if control.writes() && max.is_none() {
        tab.desk.say(&tab.at(""), "没有写最多字数", "请补上 max = 200（字）");
    }
    let number = |key| tab.number(key).and_then(|n| i64::try_from(n).ok());
    let (not_before, not_before_of) = day(tab, "not_before", control);
    let (not_after, not_after_of) = day(tab, "not_after", control);
    let most_if = tab.table("most_if").and_then(|inner| {
        let (most, when) = (inner.number("most"), inner.table("when"));
        if most.is_none() || when.is_none() {
            inner.desk.say(
                &inner.at(""),
                "most_if 要写最多几个、什么情况",
                "写成 most_if = { most = 1, when = { … } }",
            );
        }
        most.zip(when.and_then(|when| conditions::condition(&when, facts)))
    });
    let bounds = Bounds {
        min,
        max,
        at_least: number("at_least"),
        at_most: number("at_most"),
        not_before,
        not_after,
        not_before_of,
        not_after_of,
        working: tab.flag("working"),
        least: tab.number("least"),
        most: tab.number("most"),
        most_if,
    };
    let refuse = |key: &str, asked: bool, fits: bool| {
        if asked && !fits {
            let message = format!("“{}”不能用 {key}", control.word());
            tab.desk.say(&tab.at(key), message, "请删去这一项，或者换一种类型");
        }
    };
    let dated = matches!(control, Control::Date | Control::Instant | Control::Period);
    refuse("at_least", bounds.at_least.is_some(), control.counts());
    refuse("at_most", bounds.at_most.is_some(), control.counts());
    refuse("not_before", bounds.not_before.is_some(), dated);
    refuse("not_after", bounds.not_after.is_some(), dated);
    refuse("working", bounds.working, control == Control::Date);
    bounds
}

/// A day said from today, or the key of another day.
fn day(tab: &Tab<'_>, key: &'static str, control: Control) -> (Option<RelativeDay>, Option<String>) {
    let Some(words) = tab.maybe(key) else { return (None, None) };
    let day = RelativeDay::parse(&words);
    let other = control == Control::Date && words.starts_with(|c: char| c.is_ascii_lowercase());
    if day.is_none() && !other {
        let message = format!("看不懂日期“{words}”");
        let remedy = "写“今天”“明天”“7 日后”“90 日前”“3 工作日后”，或者另一个日期填写项的代码";
        tab.desk.say(&tab.at(key), message, remedy);
    }
    let other = Some(words).filter(|_| day.is_none() && other);
    (day, other)
}

fn sound(tab: &Tab<'_>, field: &Field) {
    let refuse = |key: &str, what: String, remedy: &str| tab.desk.say(&tab.at(key), what, remedy);
    let label = &field.label;
    if field.journal && field.personal {
        refuse("journal", format!("“{label}”是个人信息，不能进日志"), "请删去 journal = true");
    }
    if field.journal && field.work_secret {
        refuse("journal", format!("“{label}”是工作秘密，不能进日志"), "请删去 journal = true");
    }
    if field.indexed
        && (field.personal || matches!(field.control, Control::TextArea | Control::Table | Control::Files))
    {
        refuse(
            "indexed",
            format!("“{label}”不能用来筛选"),
            "个人信息、长文本、明细、附件不作筛选，请删去 indexed = true",
        );
    }
    if let Some(used) = field.stands_for
        && (!used.takes(field.control) || field.several && used != StandsFor::Association)
    {
        let what = format!("“{}”类型的填写项不能当作“{}”", field.control.word(), used.word());
        refuse("stands_for", what, "请换一种类型，或者删去 stands_for；能填多个的不能当作列");
    }
    if (field.control == Control::Table) == field.columns.is_empty() {
        refuse(
            "columns",
            "“明细”要写 columns，其他类型不写".to_owned(),
            "写成 columns = { what = \"问题\", how = \"要求\" }",
        );
    }
    if field.columns.len() > 6 {
        refuse("columns", format!("明细有 {} 栏", field.columns.len()), "明细最多六栏；更多的请另设填写项");
    }
    let many = matches!(field.control, Control::Many | Control::Table) || field.several;
    let counted =
        field.bounds.least.is_some() || field.bounds.most.is_some() || field.bounds.most_if.is_some();
    if counted && !many {
        refuse("least", "只填一个的不能写 least、most".to_owned(), "请删去，或者写 several = true");
    }
    if field.several
        && !matches!(
            field.control,
            Control::Handler | Control::Officeholder | Control::Unit | Control::Association
        )
    {
        refuse("several", format!("“{}”不能填多个", field.control.word()), "请删去 several = true");
    }
}

/// A field as a fact: for the fields below it, for conditions, for queues.
pub(super) fn as_fact(field: &Field, all: &[List]) -> FactDef {
    let mut fact = FactDef::text(&field.key, &field.label);
    fact.kind = match field.control {
        Control::Check => FactType::Flag,
        Control::Date => FactType::Date,
        Control::Instant => FactType::Instant,
        Control::Integer | Control::Score => FactType::Number(field.unit.clone().into()),
        Control::Money => FactType::Number("分".into()),
        Control::Unit => FactType::Unit,
        Control::Handler => FactType::Person,
        _ => match field.options.as_ref().and_then(|name| all.iter().find(|list| list.key == *name)) {
            Some(list) => FactType::Choice(lists::named(&list.choices)),
            None => FactType::Text,
        },
    };
    fact
}
