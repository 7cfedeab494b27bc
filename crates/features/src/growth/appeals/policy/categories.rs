//! What appeals are about (12×5) and the 派单目录: which function answers for which category.

use huitong_kernel::pack::reader::{Desk, Ref, Shelf, sheet};
use huitong_kernel::pack::{At, City, ItemKind, Source, did_you_mean};

use super::CATEGORY;

/// A category; two levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// `01` or `01-1`.
    pub code: String,
    /// Code of the category above; none at the first level.
    pub parent: Option<String>,
    /// Its name.
    pub title: String,
    /// Where this comes from.
    pub source: Source,
}

/// Who answers for a category.
#[derive(Clone, Debug, PartialEq)]
pub struct DispatchRule {
    /// `01` (all below it) or `01-1`.
    pub category: String,
    /// Who is proposed first.
    pub target: Target,
    /// Who is shown second.
    pub also: Option<Target>,
    /// Why.
    pub why: String,
    /// Where this comes from.
    pub source: Source,
}

/// Whom the 派单目录 names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The unit that performs this function in the city.
    Function(String),
    /// The association's sponsor (duty DB-08) if it has one, else its industry department (duty DI-04).
    Relation,
}

/// The word for [`Target::Relation`] in the sheet.
pub const RELATION: &str = "按责任关系";

impl Target {
    /// The word people read.
    pub fn label(&self) -> &str {
        match self {
            Target::Function(name) => name,
            Target::Relation => RELATION,
        }
    }
}

/// Reads the categories.
pub(super) fn categories(desk: &Desk, shelf: &Shelf) -> Vec<Category> {
    let Some(file) = shelf.take(desk, "categories.csv") else { return Vec::new() };
    let mut categories: Vec<Category> = Vec::new();
    for row in sheet::rows(desk, file, &["代码", "名称", "依据", "来源"]) {
        let (code, title, source) = (row.text("代码"), row.text("名称"), row.source());
        desk.define(CATEGORY, &code, &row.at("代码"));
        let parent = code.split_once('-').map(|(parent, _)| parent.to_owned());
        if !code.is_empty() && !well_formed(&code) {
            let message = format!("“{code}”不是分类代码");
            desk.say(&row.at("代码"), message, "一级写成两位数字 01，二级写成 01-1");
        }
        if let Some(parent) = &parent {
            desk.refer(CATEGORY, parent, &row.at("代码"));
        }
        let above = parent.as_ref().and_then(|code| categories.iter().find(|c| c.code == *code));
        let summary =
            above.map_or_else(|| "一级分类".to_owned(), |above| format!("{} / {title}", above.title));
        desk.item(ItemKind::policy("诉求分类"), &code, &title, &source, summary, &row.at("代码"));
        categories.push(Category { code, parent, title, source });
    }
    categories
}

fn well_formed(code: &str) -> bool {
    let (first, second) = code.split_once('-').unwrap_or((code, "1"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    first.len() == 2 && digits(first) && digits(second)
}

/// Reads the 派单目录; every category must be reached by a rule.
pub(super) fn dispatch(desk: &Desk, shelf: &Shelf, categories: &[Category]) -> Vec<DispatchRule> {
    let Some(file) = shelf.take(desk, "dispatch.csv") else { return Vec::new() };
    let mut rules: Vec<DispatchRule> = Vec::new();
    for row in sheet::rows(desk, file, &["分类", "主办", "协办", "理由", "依据", "来源"]) {
        let category = row.refer("分类", CATEGORY);
        if rules.iter().any(|rule| rule.category == category) {
            desk.say(&row.at("分类"), format!("分类“{category}”写了两行"), "请合成一行");
        }
        let target = target(&row, "主办").unwrap_or(Target::Relation);
        let also = row.maybe("协办").and_then(|_| self::target(&row, "协办"));
        if also.as_ref() == Some(&target) {
            desk.say(&row.at("协办"), "协办和主办是同一个", "请删去协办");
        }
        let (why, source) = (row.text("理由"), row.source());
        let title = categories.iter().find(|c| c.code == category).map_or("", |c| c.title.as_str());
        let summary = match &also {
            Some(also) => format!("主办：{}；协办：{}。{why}", target.label(), also.label()),
            None => format!("主办：{}。{why}", target.label()),
        };
        desk.item(ItemKind::policy("派单目录"), &category, title, &source, summary, &row.at("分类"));
        rules.push(DispatchRule { category, target, also, why, source });
    }
    for category in categories.iter().filter(|category| rule_for(&rules, &category.code).is_none()) {
        let message = format!("分类“{} {}”没有派单去向", category.code, category.title);
        desk.say(&file.at(1, &category.code), message, "请补一行，主办写职能名称，或者写“按责任关系”");
    }
    rules
}

fn target(row: &sheet::Row<'_>, column: &'static str) -> Option<Target> {
    let word = row.text(column);
    if word == RELATION {
        return Some(Target::Relation);
    }
    if did_you_mean(&word, [RELATION]).contains("是否为") {
        let message = format!("“{word}”不是职能，也不是“{RELATION}”");
        row.desk().say(&row.at(column), message, did_you_mean(&word, [RELATION]));
        return None;
    }
    row.desk().refer(Ref::FUNCTION, &word, &row.at(column));
    (!word.is_empty()).then_some(Target::Function(word))
}

/// The rule of a category: its own, else that of the category above.
pub(super) fn rule_for<'r>(rules: &'r [DispatchRule], code: &str) -> Option<&'r DispatchRule> {
    let own = rules.iter().find(|rule| rule.category == code);
    own.or_else(|| {
        let (parent, _) = code.split_once('-')?;
        rules.iter().find(|rule| rule.category == parent)
    })
}

/// Says which functions of the 派单目录 nobody performs in this city.
pub(super) fn performed(desk: &Desk, dispatch: &[DispatchRule], city: &City) {
    let wanted = dispatch.iter().flat_map(|rule| [Some(&rule.target), rule.also.as_ref()]).flatten();
    let mut missing: Vec<&str> = wanted
        .filter_map(|target| match target {
            Target::Function(name) => Some(name.as_str()),
            Target::Relation => None,
        })
        .filter(|name| !city.units.iter().any(|unit| unit.functions.iter().any(|known| known == name)))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    for name in missing {
        let at = At { file: "city/units.csv".to_owned(), line: 1, key: "职能".to_owned() };
        let remedy = "请在履行它的单位那一行的“职能”栏写上";
        desk.say(&at, format!("派单目录用到的职能“{name}”没有单位履行"), remedy);
    }
}
