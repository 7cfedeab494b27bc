//! The city folder: the city's own name and words, its units and its divisions; the demo replaces it as a whole.

use std::collections::BTreeMap;

use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::items::ItemKind;
use super::sheet;
use super::source::Source;
use super::table;
use crate::condition::Named;

/// A city.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct City {
    /// 锦宁市.
    pub name: String,
    /// 锦宁.
    pub short_name: String,
    /// The platform's name.
    pub product: String,
    /// One character for the square beside the product's name.
    pub mark: String,
    /// One sentence under the product's name.
    pub slogan: String,
    /// Key of the unit that runs the platform (主办).
    pub host_unit: String,
    /// The party's joint body for new economic and social organisations (“两新”工委).
    pub joint_committee: String,
    /// Division code, six digits.
    pub division_code: String,
    /// Words of the workspaces: public, association, company, department, social_work, registration, administration.
    pub workspaces: Vec<Named>,
    /// Whether all of it is invented; pages then say 演示数据.
    pub demo: bool,
    /// Units.
    pub units: Vec<Unit>,
    /// Districts, towns, streets.
    pub divisions: Vec<Division>,
}

/// A unit of the city.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Key in the pack.
    pub key: String,
    /// Full name.
    pub name: String,
    /// Name on pills and in lists.
    pub short_name: String,
    /// Keys of its unit kinds; a unit may be several things.
    pub kinds: Vec<String>,
    /// Names of the functions it performs.
    pub functions: Vec<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Key of the unit above.
    pub parent: Option<String>,
    /// Where this comes from.
    pub source: Source,
}

/// A division of the city.
#[derive(Clone, Debug, PartialEq)]
pub struct Division {
    /// Code; pseudo codes (`5101G1`) for zones without a national one.
    pub code: String,
    /// Name.
    pub name: String,
    /// 区、县、市、街道、镇、功能区.
    pub kind: String,
    /// Code of the division above.
    pub parent: Option<String>,
    /// Where this comes from.
    pub source: Source,
}

const WORKSPACES: [&str; 7] =
    ["public", "association", "company", "department", "social_work", "registration", "administration"];

/// Reads `city/`; `kinds` maps the names of unit kinds to their keys.
pub(super) fn read(desk: &Desk, shelf: &Shelf, kinds: &BTreeMap<String, String>) -> City {
    let mut city = head(desk, shelf);
    city.units = units(desk, shelf, kinds);
    city.divisions = divisions(desk, shelf);
    city
}

fn head(desk: &Desk, shelf: &Shelf) -> City {
    let Some(file) = shelf.take(desk, "city/city.toml") else { return City::default() };
    let Some(document) = table::parse(desk, file) else { return City::default() };
    let tab = table::open(desk, file, &document);
    let source = tab.source();
    let city = City {
        name: tab.text("name"),
        short_name: tab.text("short_name"),
        product: tab.text("product"),
        mark: tab.text("mark"),
        slogan: tab.text("slogan"),
        host_unit: tab.refer("host_unit", Ref::UNIT),
        joint_committee: tab.text("joint_committee"),
        division_code: tab.text("division_code"),
        demo: tab.flag("demo"),
        workspaces: workspaces(&tab),
        ..City::default()
    };
    let code = &city.division_code;
    if !code.is_empty() && (code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit())) {
        desk.say(&tab.at("division_code"), format!("“{code}”不是行政区划代码"), "行政区划代码是 6 位数字");
    }
    let summary = format!("平台名称：{}；行政区划代码 {}", city.product, city.division_code);
    desk.item(ItemKind::setting("城市"), "city", &city.name, &source, summary, &tab.at("name"));
    city
}

fn workspaces(tab: &table::Tab<'_>) -> Vec<Named> {
    let pairs = tab.pairs("workspaces");
    for (key, _, at) in &pairs {
        if !WORKSPACES.contains(&key.as_str()) {
            tab.desk.say(at, format!("没有工作区“{key}”"), super::finding::did_you_mean(key, WORKSPACES));
        }
    }
    for key in WORKSPACES {
        if !pairs.iter().any(|(known, _, _)| known == key) {
            tab.desk.say(
                &tab.at("workspaces"),
                format!("缺少工作区 {key} 的名称"),
                format!("请补上 {key} = \"…\""),
            );
        }
    }
    pairs.into_iter().map(|(key, label, _)| Named { key, label }).collect()
}

fn units(desk: &Desk, shelf: &Shelf, kinds: &BTreeMap<String, String>) -> Vec<Unit> {
    let Some(file) = shelf.take(desk, "city/units.csv") else { return Vec::new() };
    let columns = ["代码", "名称", "简称", "类型", "职能", "电话", "上级", "依据", "来源"];
    let mut performed: BTreeMap<String, String> = BTreeMap::new();
    let mut units = Vec::new();
    for row in sheet::rows(desk, file, &columns) {
        let key = row.text("代码");
        desk.define(Ref::UNIT, &key, &row.at("代码"));
        let (kind_names, functions) = (row.several("类型"), row.several("职能"));
        if kind_names.is_empty() {
            row.text("类型");
        }
        for name in &kind_names {
            desk.refer(Ref::UNIT_KIND, name, &row.at("类型"));
        }
        for function in &functions {
            desk.refer(Ref::FUNCTION, function, &row.at("职能"));
            if let Some(other) = performed.insert(function.clone(), row.text("名称")) {
                let message = format!("职能“{function}”已由“{other}”履行");
                desk.say(&row.at("职能"), message, "一项职能只能有一个单位，请留下一个，或者把职能分开");
            }
        }
        let parent = row.maybe("上级");
        if let Some(parent) = &parent {
            desk.refer(Ref::UNIT, parent, &row.at("上级"));
        }
        let (name, source) = (row.text("名称"), row.source());
        let summary = format!("类型：{}；职能：{}", kind_names.join("、"), none_if_empty(&functions));
        desk.item(ItemKind::policy("单位"), &key, &name, &source, summary, &row.at("代码"));
        let kinds = kind_names.iter().filter_map(|name| kinds.get(name).cloned()).collect();
        let (short_name, phone) = (row.text("简称"), row.maybe("电话"));
        units.push(Unit { key, name, short_name, kinds, functions, phone, parent, source });
    }
    units
}

fn none_if_empty(words: &[String]) -> String {
    if words.is_empty() { "无".to_owned() } else { words.join("、") }
}

fn divisions(desk: &Desk, shelf: &Shelf) -> Vec<Division> {
    let Some(file) = shelf.take(desk, "city/divisions.csv") else { return Vec::new() };
    let rows = sheet::rows(desk, file, &["代码", "名称", "类型", "上级", "依据", "来源"]);
    let divisions = rows.iter().map(|row| {
        let (code, name, kind, source) = (row.text("代码"), row.text("名称"), row.text("类型"), row.source());
        desk.item(ItemKind::policy("行政区划"), &code, &name, &source, kind.clone(), &row.at("代码"));
        Division { code, name, kind, parent: row.maybe("上级"), source }
    });
    divisions.collect()
}
