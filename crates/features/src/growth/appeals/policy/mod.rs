//! What only appeals read of the pack: kinds with their answer limits, categories, the 派单目录, the 职能词典, reply templates.

mod categories;
mod lexicon;
mod templates;

pub use categories::{Category, DispatchRule, RELATION, Target};
pub use lexicon::DutyWords;
pub use templates::ReplyTemplate;

use huitong_kernel::pack::reader::{Ref, Tab, limit, table};
use huitong_kernel::pack::{
    Choice, ItemKind, LimitText, List, Pack, Part, PartReader, Question, Reading, Source,
};

use self::categories::rule_for;

/// Kinds of appeals: their names are fixed.
const KINDS: [&str; 6] = ["咨询", "求助", "意见建议", "投诉", "举报", "表扬"];
/// The list of kinds that forms choose from.
pub const KIND_LIST: &str = "kinds";
/// The list of categories that forms choose from: the second level, with the first before it.
pub const CATEGORY_LIST: &str = "categories";
/// Every category, for conditions.
pub const ALL_CATEGORIES: &str = "all_categories";
/// The list of reply templates.
pub const TEMPLATE_LIST: &str = "templates";
/// The length of an answer, by the kind of the appeal.
pub const ANSWER: &str = "answer";

const CATEGORY: Ref = Ref::new("诉求分类", "在 categories.csv 里登记");
const KIND: Ref = Ref::new("诉求类型", "在 appeals/kinds.toml 里登记");
const TEMPLATE: Ref = Ref::new("答复模板", "在 appeals/templates.toml 里登记");

/// A kind of appeal (咨询 …) with the limit of its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AppealKind {
    /// Its name is its key.
    pub key: String,
    /// What belongs to it.
    pub explain: String,
    /// From acceptance to the answer.
    pub answer: LimitText,
    /// Where this comes from.
    pub source: Source,
}

/// What appeals know of a pack.
#[derive(Debug, Clone, Default)]
pub struct AppealPolicy {
    /// Kinds of appeals.
    pub kinds: Vec<AppealKind>,
    /// Both levels.
    pub categories: Vec<Category>,
    /// The 派单目录.
    pub dispatch: Vec<DispatchRule>,
    /// The 职能词典.
    pub lexicon: Vec<DutyWords>,
    /// Templates of replies.
    pub templates: Vec<ReplyTemplate>,
}

/// Reads it.
pub const READER: PartReader = PartReader { read };

/// The examples that may ask it: `dispatch = "01-1"`.
pub const DISPATCH: Question = Question {
    key: "dispatch",
    about: CATEGORY,
    answer: |pack, code| match of(pack).dispatch_rule(code) {
        Some(rule) => rule.target.label().to_owned(),
        None => String::from("无去向"),
    },
    required: |pack| {
        let top = of(pack).categories.iter().filter(|category| category.parent.is_none());
        top.map(|category| (category.code.clone(), category.title.clone())).collect()
    },
};

/// What appeals know of this pack; nothing where it was read by a house without them.
pub fn of(pack: &Pack) -> &AppealPolicy {
    static NOTHING: AppealPolicy = AppealPolicy {
        kinds: Vec::new(),
        categories: Vec::new(),
        dispatch: Vec::new(),
        lexicon: Vec::new(),
        templates: Vec::new(),
    };
    pack.of().unwrap_or(&NOTHING)
}

impl AppealPolicy {
    /// The kind of appeal with this name.
    pub fn kind(&self, name: &str) -> Option<&AppealKind> {
        self.kinds.iter().find(|kind| kind.key == name)
    }

    /// The category with this code.
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    /// `融资金融 / 续贷抽贷`.
    pub fn category_path(&self, code: &str) -> Option<String> {
        let category = self.category(code)?;
        let above = category.parent.as_deref().and_then(|parent| self.category(parent));
        Some(
            above.map_or_else(
                || category.title.clone(),
                |above| format!("{} / {}", above.title, category.title),
            ),
        )
    }

    /// The rule of a category: its own, else that of the category above.
    pub fn dispatch_rule(&self, category: &str) -> Option<&DispatchRule> {
        rule_for(&self.dispatch, category)
    }
}

fn read(reading: &Reading<'_>) -> Part {
    let (desk, shelf) = (reading.desk, reading.shelf);
    let categories = categories::categories(desk, shelf);
    let dispatch = categories::dispatch(desk, shelf, &categories);
    categories::performed(desk, &dispatch, reading.city);
    let templates = templates::read(desk, shelf, reading.lists);
    let (kinds, lexicon) = (kinds(reading), lexicon::read(desk, shelf));
    let policy = AppealPolicy { kinds, categories, dispatch, lexicon, templates };
    let lists = lists(&policy);
    Part::new(policy, lists)
}

fn lists(policy: &AppealPolicy) -> Vec<List> {
    let made = |key: &str, title: &str, choices| List::made(key, title, choices, Source::default());
    let leaves = policy.categories.iter().filter(|category| category.parent.is_some());
    let leaves = leaves.map(|c| Choice::new(&c.code, &policy.category_path(&c.code).unwrap_or_default()));
    let kinds = policy.kinds.iter().map(|kind| Choice {
        explain: kind.explain.clone(),
        limits: vec![(ANSWER.to_owned(), kind.answer.clone())],
        ..Choice::new(&kind.key, &kind.key)
    });
    let all = policy.categories.iter().map(|c| Choice::new(&c.code, &c.title));
    let templates =
        policy.templates.iter().map(|t| Choice { preset: t.text.clone(), ..Choice::new(&t.key, &t.title) });
    vec![
        made(KIND_LIST, "诉求类型", kinds.collect()),
        made(CATEGORY_LIST, "诉求分类", leaves.collect()),
        made(ALL_CATEGORIES, "诉求分类", all.collect()),
        List { told: false, ..made(TEMPLATE_LIST, "答复模板", templates.collect()) },
    ]
}

/// Reads `appeals/kinds.toml`: each kind with the limit of its answer.
fn kinds(reading: &Reading<'_>) -> Vec<AppealKind> {
    let desk = reading.desk;
    let Some(file) = reading.shelf.take(desk, "appeals/kinds.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    let kinds: Vec<AppealKind> = tab.tables("kinds").iter().filter_map(kind).collect();
    for key in KINDS {
        if !desk.names(KIND).iter().any(|known| known == key) {
            let remedy = "请补上 [[kinds]]，六种类型都要有答复时限";
            desk.say(&file.at(1, "kinds"), format!("缺少诉求类型“{key}”"), remedy);
        }
    }
    kinds
}

fn kind(tab: &Tab<'_>) -> Option<AppealKind> {
    let (key, desk) = (tab.text("name"), tab.desk);
    desk.define(KIND, &key, &tab.at("name"));
    if !key.is_empty() && !KINDS.contains(&key.as_str()) {
        let near = huitong_kernel::pack::did_you_mean(&key, KINDS);
        desk.say(&tab.at("name"), format!("没有诉求类型“{key}”"), format!("类型的名称是固定的。{near}"));
    }
    let (explain, source) = (tab.text("explain"), tab.source());
    let answer = limit(tab, "answer")?;
    let summary = format!("{explain}答复时限 {}，自受理起算。", answer.text);
    desk.item(ItemKind::policy("诉求类型"), &key, &key, &source, summary, &tab.at("name"));
    Some(AppealKind { key, explain, answer, source })
}
