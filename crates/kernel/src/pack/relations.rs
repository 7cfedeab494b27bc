//! Who there is and how they stand to each other: unit kinds, functions, links, management types, duties.

use std::collections::BTreeMap;

use super::closed::Closed;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::items::ItemKind;
use super::sheet;
use super::source::Source;
use super::table;

/// What a unit can be in this city's governance of associations.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitKind {
    /// `industry_department`.
    pub key: String,
    /// 行业管理部门.
    pub name: String,
    /// What it does.
    pub explain: String,
    /// Where this comes from.
    pub source: Source,
}

/// A function (市场监管) that a unit of each city performs; lists name functions, never units.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name is its key.
    pub name: String,
    /// What belongs to it.
    pub explain: String,
    /// Where this comes from.
    pub source: Source,
}

/// A kind of time-bounded link between an association and a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkKind {
    /// `industry_department_main`.
    pub key: String,
    /// 主要行业管理部门.
    pub title: String,
    /// How many an association has at one time.
    pub per_association: Cardinality,
    /// Key of the unit kind whose duties the linked unit carries.
    pub party: Option<String>,
    /// What the queue of gaps calls its absence (待明确行业管理部门).
    pub gap: Option<String>,
    /// What it means.
    pub explain: String,
    /// Where this comes from.
    pub source: Source,
}

/// How many links of one kind an association has at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// One, always; its absence is a gap.
    ExactlyOne,
    /// One or none.
    AtMostOne,
    /// Any number.
    Many,
}

impl Closed for Cardinality {
    const WHAT: &'static str = "数量";
    const WORDS: &'static [(&'static str, Cardinality)] = &[
        ("恰好一个", Cardinality::ExactlyOne),
        ("至多一个", Cardinality::AtMostOne),
        ("可以多个", Cardinality::Many),
    ];
}

/// How an association is managed (已脱钩, 直接登记 …).
#[derive(Clone, Debug, PartialEq)]
pub struct AssociationType {
    /// `decoupled`.
    pub key: String,
    /// 已脱钩.
    pub name: String,
    /// Whether it has a sponsor (业务主管单位).
    pub has_sponsor: bool,
    /// How the yearly inspection goes.
    pub inspection: String,
    /// Who reviews its leaders.
    pub review: String,
    /// Who guides its liquidation.
    pub liquidation: String,
    /// Where this comes from.
    pub source: Source,
}

/// One duty of the four-party duty list.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    /// `DI-04`.
    pub code: String,
    /// Key of the unit kind that carries it.
    pub party: String,
    /// 成立、培育、管理、退出.
    pub stage: String,
    /// What is to be done.
    pub title: String,
    /// The paper that comes out of it.
    pub output: String,
    /// How often.
    pub frequency: String,
    /// Where this comes from.
    pub source: Source,
}

struct Stage;
impl Stage {
    const ALL: [&'static str; 4] = ["成立", "培育", "管理", "退出"];
}

#[derive(Clone, Copy, PartialEq)]
struct YesNo(bool);
impl Closed for YesNo {
    const WHAT: &'static str = "是或否";
    const WORDS: &'static [(&'static str, YesNo)] = &[("有", YesNo(true)), ("无", YesNo(false))];
}

/// Reads unit kinds; also gives name → key, because sheets refer to the names.
pub(super) fn unit_kinds(desk: &Desk, shelf: &Shelf) -> (Vec<UnitKind>, BTreeMap<String, String>) {
    let Some(file) = shelf.take(desk, "unit_kinds.csv") else { return Default::default() };
    let mut kinds = Vec::new();
    let mut keys = BTreeMap::new();
    for row in sheet::rows(desk, file, &["代码", "名称", "说明", "依据", "来源"]) {
        let (key, name, explain, source) =
            (row.text("代码"), row.text("名称"), row.text("说明"), row.source());
        desk.define(Ref::UNIT_KIND, &name, &row.at("名称"));
        if keys.values().any(|known| *known == key) {
            desk.say(&row.at("代码"), format!("代码“{key}”重复"), "请改名，或者删去其中一行");
        }
        keys.insert(name.clone(), key.clone());
        desk.item(ItemKind::setting("单位类型"), &key, &name, &source, explain.clone(), &row.at("代码"));
        kinds.push(UnitKind { key, name, explain, source });
    }
    (kinds, keys)
}

/// Reads functions.
pub(super) fn functions(desk: &Desk, shelf: &Shelf) -> Vec<Function> {
    let Some(file) = shelf.take(desk, "functions.csv") else { return Vec::new() };
    let rows = sheet::rows(desk, file, &["名称", "说明", "依据", "来源"]);
    let functions = rows.iter().map(|row| {
        let (name, explain, source) = (row.text("名称"), row.text("说明"), row.source());
        desk.define(Ref::FUNCTION, &name, &row.at("名称"));
        desk.item(ItemKind::setting("职能"), &name, &name, &source, explain.clone(), &row.at("名称"));
        Function { name, explain, source }
    });
    functions.collect()
}

/// Reads the kinds of links.
pub(super) fn link_kinds(desk: &Desk, shelf: &Shelf, kinds: &BTreeMap<String, String>) -> Vec<LinkKind> {
    let Some(file) = shelf.take(desk, "link_kinds.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    let entries = tab.entries("links");
    let links = entries.into_iter().map(|(key, link)| {
        desk.define(Ref::LINK_KIND, &key, &link.at(""));
        // Definitions of procedures name it by its title, as people do.
        desk.define_all(Ref::LINK_KIND, link.quiet_text("title").as_deref());
        let per_association = link.closed("per_association").unwrap_or(Cardinality::Many);
        let party = link.maybe_refer("party", Ref::UNIT_KIND).and_then(|name| kinds.get(&name).cloned());
        let (title, explain, gap, source) =
            (link.text("title"), link.text("explain"), link.maybe("gap"), link.source());
        if per_association == Cardinality::ExactlyOne && gap.is_none() {
            desk.say(&link.at(""), "应当恰好有一个，却没有写缺少时的说法", "请补上 gap = \"待明确…\"");
        }
        let summary = format!("每家协会{}。{explain}", per_association.word());
        desk.item(ItemKind::policy("责任关系"), &key, &title, &source, summary, &link.at(""));
        LinkKind { key, title, per_association, party, gap, explain, source }
    });
    links.collect()
}

/// Reads how associations are managed.
pub(super) fn association_types(desk: &Desk, shelf: &Shelf) -> Vec<AssociationType> {
    let Some(file) = shelf.take(desk, "association_types.csv") else { return Vec::new() };
    let columns = ["代码", "名称", "业务主管单位", "年检路径", "负责人审核", "清算指导", "依据", "来源"];
    let rows = sheet::rows(desk, file, &columns);
    let types = rows.iter().map(|row| {
        let kind = AssociationType {
            key: row.text("代码"),
            name: row.text("名称"),
            has_sponsor: row.closed::<YesNo>("业务主管单位").is_some_and(|yes| yes.0),
            inspection: row.text("年检路径"),
            review: row.text("负责人审核"),
            liquidation: row.text("清算指导"),
            source: row.source(),
        };
        let summary =
            format!("年检：{}；负责人审核：{}；清算：{}", kind.inspection, kind.review, kind.liquidation);
        desk.item(
            ItemKind::policy("管理类型"),
            &kind.key,
            &kind.name,
            &kind.source,
            summary,
            &row.at("代码"),
        );
        kind
    });
    types.collect()
}

/// Reads the four-party duty list.
pub(super) fn duties(desk: &Desk, shelf: &Shelf, kinds: &BTreeMap<String, String>) -> Vec<Duty> {
    let Some(file) = shelf.take(desk, "duties.csv") else { return Vec::new() };
    let columns = ["代码", "责任方", "环节", "责任事项", "工作成果", "频次", "依据", "来源"];
    let mut duties = Vec::new();
    for row in sheet::rows(desk, file, &columns) {
        let (code, party, stage) = (row.text("代码"), row.refer("责任方", Ref::UNIT_KIND), row.text("环节"));
        desk.define(Ref::DUTY, &code, &row.at("代码"));
        if !stage.is_empty() && !stage.split('、').all(|part| Stage::ALL.contains(&part)) {
            let suggestion = super::finding::did_you_mean(&stage, Stage::ALL);
            desk.say(&row.at("环节"), format!("“{stage}”不是可用的环节"), suggestion);
        }
        let (title, output, frequency) = (row.text("责任事项"), row.text("工作成果"), row.text("频次"));
        let source = row.source();
        let summary = format!("{party}；{stage}环节；成果：{output}；频次：{frequency}");
        desk.item(ItemKind::policy("责任事项"), &code, &title, &source, summary, &row.at("代码"));
        let party = kinds.get(&party).cloned().unwrap_or_default();
        duties.push(Duty { code, party, stage, title, output, frequency, source });
    }
    duties
}
