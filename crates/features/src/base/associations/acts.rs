//! The verbs on associations: check → decide → store → record.

use huitong_codes::{Phone, Uscc, industry, mask, text};
use huitong_kernel::ctx::User;
use huitong_kernel::error::FieldError;
use huitong_kernel::journal::Record;
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};
use jiff::civil::Date;
use serde_json::json;

use super::model::{Association, AssociationId, NAME, Person, Status};
use super::store;

/// What is said of an association when it is put on file (建档).
#[derive(Debug, Clone, Default)]
pub struct NewAssociation {
    /// Unified social credit code, as typed.
    pub uscc: String,
    /// Full name.
    pub name: String,
    /// How it is managed (key of the pack's association types).
    pub management_type: String,
    /// Whether it has been deregistered since.
    pub deregistered: bool,
    /// Day of its registration.
    pub founded_on: Option<Date>,
    /// Last day of the present council's term.
    pub term_ends_on: Option<Date>,
    /// Industries it speaks for (codes of GB/T 4754-2017).
    pub industries: Vec<String>,
    /// Members, as last reported.
    pub member_count: Option<i64>,
    /// 业务范围, as in the charter.
    pub scope: String,
    /// Office address.
    pub address: Option<String>,
    /// Office telephone, as typed.
    pub phone: Option<String>,
}

/// Puts an association on file (`association.record`); a code that is taken or no association's is refused.
pub fn record(tx: &Tx, new: &NewAssociation) -> Result<Association> {
    let right = tx.ctx().right("association.record")?;
    let association = checked(tx, new)?;
    store::insert(tx, &association)?;
    let a = &association;
    tx.record(Record::new("association.record", a.id.as_str()).in_post(right.first_post()).change(
        json!({}),
        json!({
            "uscc": a.uscc.as_str(), "name": a.name, "management_type": a.management_type,
            "status": a.status.key(), "founded_on": a.founded_on.map(|d| d.to_string()),
            "term_ends_on": a.term_ends_on.map(|d| d.to_string()), "industries": a.industries,
            "member_count": a.member_count, "scope": a.scope,
        }),
    ))?;
    Ok(association)
}

/// Collects everything that is wrong, so that a form or a row is corrected once.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn say(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    fn take<T, E: ToString>(&mut self, field: &str, found: std::result::Result<T, E>) -> Option<T> {
        found.map_err(|e| self.say(field, e.to_string())).ok()
    }
}

fn checked(tx: &Tx, new: &NewAssociation) -> Result<Association> {
    let mut wrong = Wrong::default();
    let name = text::name(&new.name);
    let name = name.as_str();
    if text::signs(name) == 0 {
        wrong.say("name", "请填写协会名称");
    } else if name.chars().count() > NAME {
        wrong.say("name", format!("协会名称不超过 {NAME} 个字，现有 {} 个字", name.chars().count()));
    }
    let uscc = wrong.take("uscc", Uscc::parse(&new.uscc));
    if let Some(uscc) = uscc {
        if !uscc.is_association() {
            let message = format!("{uscc} 属于“{}”；行业协会商会的代码以 51（社会团体）开头", uscc.meaning());
            wrong.say("uscc", message);
        } else if let Some(known) = store::by_uscc(tx, &uscc)? {
            wrong.say("uscc", format!("{uscc} 已建档，名称为“{}”，请核对是否重复", known.name));
        }
    }
    let types = &tx.ctx().pack()?.association_types;
    if !types.iter().any(|t| t.key == new.management_type) {
        let known: Vec<&str> = types.iter().map(|t| t.name.as_str()).collect();
        wrong.say("management_type", format!("请选择管理类型：{}", known.join("、")));
    }
    let industries = new
        .industries
        .iter()
        .filter_map(|code| wrong.take("industries", industry::parse(code)).map(|i| i.code.to_owned()));
    let industries = industries.collect();
    let typed = new.phone.as_deref().map(str::trim).filter(|p| !p.is_empty());
    let phone = typed.and_then(|p| wrong.take("phone", Phone::parse(p))).map(|p| p.as_str().to_owned());
    if new.member_count.is_some_and(|n| n < 0) {
        wrong.say("member_count", "会员数不能小于 0");
    }
    if let (Some(founded), Some(ends)) = (new.founded_on, new.term_ends_on)
        && ends < founded
    {
        wrong.say("term_ends_on", "任期届满日早于成立日期，请核对");
    }
    let (Some(uscc), true) = (uscc, wrong.0.is_empty()) else { return Err(Error::fields(wrong.0)) };
    Ok(Association {
        id: tx.ctx().id(),
        uscc,
        name: name.to_owned(),
        management_type: new.management_type.clone(),
        status: if new.deregistered { Status::Deregistered } else { Status::Active },
        founded_on: new.founded_on,
        term_ends_on: new.term_ends_on,
        industries,
        member_count: new.member_count,
        scope: new.scope.trim().to_owned(),
        address: new.address.as_deref().map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned),
        phone,
        version: 1,
    })
}

/// What is said of a person who takes an office in an association.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The association.
    pub association: AssociationId,
    /// Name.
    pub name: String,
    /// Office: 会长, 秘书长, 联络员.
    pub title: String,
    /// Telephone, as typed.
    pub phone: Option<String>,
    /// The account, where the person has one.
    pub user: Option<Id<User>>,
    /// First day.
    pub from_on: Date,
    /// Last day, where it has one.
    pub until_on: Option<Date>,
}

/// Enters who holds an office in an association (`association.add_person`); the journal keeps the name masked.
pub fn add_person(tx: &Tx, new: &NewPerson) -> Result<Person> {
    let right = tx.ctx().right("association.add_person")?;
    store::find(tx, &new.association)?.or_missing()?;
    let mut wrong = Wrong::default();
    let (name, title) = (text::name(&new.name), text::name(&new.title));
    let (name, title) = (name.as_str(), title.as_str());
    if text::signs(name) == 0 {
        wrong.say("name", "请填写姓名");
    } else if mask::is_masked(name) {
        wrong.say("name", "遮挡后的姓名不能保存，请填写完整姓名");
    }
    if title.is_empty() {
        wrong.say("title", "请填写职务");
    }
    let typed = new.phone.as_deref().map(str::trim).filter(|p| !p.is_empty());
    let phone = typed.and_then(|p| wrong.take("phone", Phone::parse(p))).map(|p| p.as_str().to_owned());
    if new.until_on.is_some_and(|until| until < new.from_on) {
        wrong.say("until_on", "任职结束日早于开始日，请核对");
    }
    if !wrong.0.is_empty() {
        return Err(Error::fields(wrong.0));
    }
    let person = Person {
        id: tx.ctx().id(),
        association: new.association.clone(),
        name: name.to_owned(),
        title: title.to_owned(),
        phone,
        user: new.user.clone(),
        from_on: new.from_on,
        until_on: new.until_on,
    };
    store::insert_person(tx, &person)?;
    tx.record(
        Record::new("association.add_person", person.association.as_str())
            .in_post(right.first_post())
            .fact("title", person.title.clone())
            .fact("name", mask::name(&person.name))
            .fact("from_on", person.from_on.to_string())
            .fact("until_on", person.until_on.map(|d| d.to_string())),
    )?;
    Ok(person)
}
