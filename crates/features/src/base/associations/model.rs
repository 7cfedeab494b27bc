//! An association or chamber as the register knows it, and who holds which office in it.

use huitong_codes::{Uscc, industry};
use huitong_kernel::ctx::User;
use huitong_kernel::{Id, Named};
use jiff::civil::Date;

impl Named for Association {
    const PREFIX: &'static str = "asc";
}

/// Id of an association.
pub type AssociationId = Id<Association>;

/// Whether it exists; nothing else about an association's standing is kept here, and nothing adverse ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Exists.
    Active,
    /// Struck from the registration authority's register at its own wish.
    Deregistered,
}

impl Status {
    /// The word it is stored by.
    pub fn key(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Deregistered => "deregistered",
        }
    }

    /// The word on pages.
    pub fn label(self) -> &'static str {
        match self {
            Status::Active => "存续",
            Status::Deregistered => "已注销",
        }
    }

    /// Reads the stored word.
    pub fn parse(key: &str) -> Option<Status> {
        [Status::Active, Status::Deregistered].into_iter().find(|s| s.key() == key)
    }
}

/// An industry association or chamber of commerce.
#[derive(Debug, Clone)]
pub struct Association {
    /// Id.
    pub id: AssociationId,
    /// Unified social credit code; its first two characters are 51.
    pub uscc: Uscc,
    /// Full name.
    pub name: String,
    /// How it is managed (key of the pack's association types).
    pub management_type: String,
    /// Whether it exists.
    pub status: Status,
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
    /// Office telephone.
    pub phone: Option<String>,
    /// Version for concurrent edits.
    pub version: i64,
}

impl Association {
    /// Its industries in words; a code the standard does not list stands as it is.
    pub fn industry_names(&self) -> Vec<&str> {
        self.industries.iter().map(|code| industry::find(code).map_or(code.as_str(), |i| i.name)).collect()
    }
}

/// An office held in an association.
pub struct Office;
impl Named for Office {
    const PREFIX: &'static str = "apn";
}

/// Who holds an office in an association; the post only, no file on the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id of the entry.
    pub id: Id<Office>,
    /// The association.
    pub association: AssociationId,
    /// Name.
    pub name: String,
    /// Office: 会长, 秘书长, 联络员.
    pub title: String,
    /// Telephone.
    pub phone: Option<String>,
    /// The account, where the person has one.
    pub user: Option<Id<User>>,
    /// First day.
    pub from_on: Date,
    /// Last day, where it has one.
    pub until_on: Option<Date>,
}

/// Longest name of an association, in characters.
pub const NAME: usize = 100;

/// The text that searches look into: name and code.
pub fn search_text(name: &str, uscc: &str) -> String {
    huitong_codes::search::stored(&[name, uscc])
}
