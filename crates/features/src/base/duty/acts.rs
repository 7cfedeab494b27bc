//! The verbs on links: check → decide → store → record.

use huitong_kernel::error::FieldError;
use huitong_kernel::journal::Record;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Error, OrMissing, Result, Tx};
use jiff::civil::Date;
use serde_json::json;

use super::model::{Link, LinkId};
use super::{links, relation, rules, store};
use crate::base::associations::{self, AssociationId};
use crate::base::units::{self, UnitId};

/// What is said of a link when it is added.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// The association.
    pub association: AssociationId,
    /// Kind of link (key of the pack).
    pub kind: String,
    /// The unit.
    pub unit: UnitId,
    /// First day.
    pub from_on: Date,
    /// Last day, where it is known.
    pub until_on: Option<Date>,
    /// The paper it rests on.
    pub paper: String,
}

/// Adds a link (`link.add`); a second holder of what an association has once is refused and named.
pub fn add(tx: &Tx, new: &NewLink) -> Result<Link> {
    let right = tx.ctx().right("link.add")?;
    let pack = tx.ctx().pack()?;
    associations::claim(tx, &new.association)?;
    let association = associations::find(tx, &new.association)?.or_missing()?;
    let unit = units::find(tx, &new.unit)?.or_missing()?;
    let Some(kind) = pack.link_kind(&new.kind) else {
        let known: Vec<&str> = pack.link_kinds.iter().map(|k| k.title.as_str()).collect();
        return Err(Error::invalid("kind", format!("请选择责任关系的类型：{}", known.join("、"))));
    };
    by_hand(pack, &kind.key, "新增")?;
    let mut wrong = Vec::new();
    let mut say = |field: &str, message: String| wrong.push(FieldError { field: field.to_owned(), message });
    if new.paper.trim().is_empty() {
        say("paper", String::from("请填写所依据的文件，如“某发〔2024〕3号”"));
    }
    if new.until_on.is_some_and(|until| until < new.from_on) {
        say("until_on", String::from("截止日早于起始日，请核对"));
    }
    let today = tx.ctx().today();
    if !unit.active {
        say("unit", format!("“{}”已停用，不能再确定新的责任关系", unit.name));
    }
    let ongoing = new.until_on.is_none_or(|until| until >= today);
    if ongoing
        && rules::makes_sponsor(kind)
        && !relation::lists(pack).has_sponsor(&association.management_type)
    {
        say("kind", format!("“{}”按现行管理类型不设业务主管单位", association.name));
    }
    let links = store::of_association(tx, &association.id)?;
    if let Some(other) = rules::in_the_way(&links, kind, &unit.id, new.from_on, new.until_on) {
        say("from_on", overlap(tx, &kind.title, other)?);
    }
    if !wrong.is_empty() {
        return Err(Error::fields(wrong));
    }
    let link = Link {
        id: tx.ctx().id(),
        association: association.id,
        kind: kind.key.clone(),
        unit: unit.id,
        from_on: new.from_on,
        until_on: new.until_on,
        paper: new.paper.trim().to_owned(),
        version: 1,
    };
    store::insert(tx, &link)?;
    let after = json!({
        "association": link.association, "kind": link.kind, "unit": link.unit,
        "from_on": link.from_on.to_string(), "until_on": link.until_on.map(|d| d.to_string()),
    });
    let record = Record::new("link.add", link.id.as_str()).in_post(right.first_post());
    tx.record(record.change(json!({}), after).fact("paper", link.paper.clone()))?;
    Ok(link)
}

/// Refuses what is done by hand to a link for which entries of a register stand, and says where it is done.
fn by_hand(pack: &Pack, kind: &str, what: &str) -> Result<()> {
    let Some(of) = links::register_of(pack, kind) else { return Ok(()) };
    let title = pack.link_kind(kind).map_or(kind, |kind| kind.title.as_str());
    Err(Error::invalid("kind", format!("{title}以“{}”为准，请在那里{what}（/{}）", of.title, of.path)))
}

fn overlap(tx: &Tx, title: &str, other: &Link) -> Result<String> {
    let until = other.until_on.map_or_else(|| String::from("起"), |day| format!("至 {day}"));
    Ok(format!(
        "{} {until}已有{title}“{}”（依据：{}），请先结束原有关系，或者改写起止日期",
        other.from_on,
        units::name_of(tx, &other.unit)?,
        other.paper
    ))
}

/// How a link ends.
#[derive(Debug, Clone)]
pub struct EndLink {
    /// The link.
    pub link: LinkId,
    /// Its version as it was shown.
    pub version: i64,
    /// Its last day.
    pub until_on: Date,
    /// The paper by which it ends.
    pub paper: String,
}

/// Ends a link on a day (`link.end`); one that has ended before is refused.
pub fn end(tx: &Tx, end: &EndLink) -> Result<Link> {
    let right = tx.ctx().right("link.end")?;
    let link = store::find(tx, &end.link)?.or_missing()?;
    by_hand(tx.ctx().pack()?, &link.kind, "结束")?;
    let today = tx.ctx().today();
    if let Some(until) = link.until_on.filter(|until| *until < today) {
        return Err(Error::unmet(format!("这一责任关系已于 {until} 结束")));
    }
    if end.paper.trim().is_empty() {
        return Err(Error::invalid("paper", "请填写结束所依据的文件"));
    }
    if end.until_on < link.from_on {
        return Err(Error::invalid("until_on", format!("截止日不能早于起始日 {}", link.from_on)));
    }
    if let Some(until) = link.until_on.filter(|until| *until < end.until_on) {
        let message = format!("原定 {until} 截止，结束不能晚于这一天；需要延长的，请另行确定新的责任关系");
        return Err(Error::invalid("until_on", message));
    }
    if !store::set_end(tx, &link.id, end.version, end.until_on, end.paper.trim())? {
        return Err(Error::conflict(link.version));
    }
    let before = json!({"until_on": link.until_on.map(|d| d.to_string())});
    let record = Record::new("link.end", link.id.as_str())
        .in_post(right.first_post())
        .change(before, json!({"until_on": end.until_on.to_string()}))
        .fact("association", link.association.as_str())
        .fact("paper", end.paper.trim());
    tx.record(record)?;
    Ok(Link { until_on: Some(end.until_on), version: link.version + 1, ..link })
}
