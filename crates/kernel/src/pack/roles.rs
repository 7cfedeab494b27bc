//! Roles: what each may do, and how far that reaches.

use super::closed::Closed;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::items::ItemKind;
use super::source::Source;
use super::table;

/// A role.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// `handler`.
    pub key: String,
    /// 经办人.
    pub title: String,
    /// Where its holder sits.
    pub office: Office,
    /// Act and reach; an act may stand twice with different reaches.
    pub grants: Vec<Grant>,
    /// What it is for.
    pub explain: String,
    /// Where this comes from.
    pub source: Source,
}

/// One permission of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// `opinion.receive`.
    pub act: String,
    /// How far.
    pub reach: Reach,
    /// Where it reaches by links: the kinds of links that count; all where empty.
    pub by: Vec<String>,
}

/// Where the holder of a role sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    /// Nowhere: whoever comes without login.
    None,
    /// In an association.
    Association,
    /// In a company.
    Company,
    /// In a unit.
    Unit,
    /// For the whole city.
    City,
}

impl Closed for Office {
    const WHAT: &'static str = "任职类型";
    const WORDS: &'static [(&'static str, Office)] = &[
        ("不登录", Office::None),
        ("协会", Office::Association),
        ("企业", Office::Company),
        ("单位", Office::Unit),
        ("全市", Office::City),
    ];
}

/// How far a permission reaches; closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// What is public, for everybody.
    Public,
    /// What the person, its association or its company brought in.
    Own,
    /// What the person itself is assigned to.
    Assigned,
    /// What the person's unit answers for or is being given.
    Unit,
    /// What is about an association for which the person's unit answers by a link.
    Linked,
    /// Everything in the city; persons of confidential cases stay masked, seeing them is an act of its own.
    City,
}

impl Closed for Reach {
    const WHAT: &'static str = "范围";
    const WORDS: &'static [(&'static str, Reach)] = &[
        ("public", Reach::Public),
        ("own", Reach::Own),
        ("assigned", Reach::Assigned),
        ("unit", Reach::Unit),
        ("linked", Reach::Linked),
        ("city", Reach::City),
    ];
}

impl Reach {
    /// The word of the pack.
    pub fn key(self) -> &'static str {
        self.word()
    }

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Reach::Public => "公开内容",
            Reach::Own => "本人、本协会、本企业的",
            Reach::Assigned => "分办给本人的",
            Reach::Unit => "本单位负责的",
            Reach::Linked => "本单位对应的协会的",
            Reach::City => "全市",
        }
    }
}

impl Role {
    /// The reaches of an act; none where the role may not do it.
    pub fn reaches(&self, act: &str) -> Vec<Reach> {
        self.grants.iter().filter(|grant| grant.act == act).map(|grant| grant.reach).collect()
    }
}

/// Reads the roles.
pub(super) fn read(desk: &Desk, shelf: &Shelf) -> Vec<Role> {
    let Some(file) = shelf.take(desk, "roles.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    tab.entries("roles").into_iter().map(|(key, role)| one(desk, key, &role)).collect()
}

fn one(desk: &Desk, key: String, role: &table::Tab<'_>) -> Role {
    desk.define(Ref::ROLE, &key, &role.at(""));
    let office = role.closed("office").unwrap_or(Office::Unit);
    let (title, explain, source) = (role.text("title"), role.text("explain"), role.source());
    let mut grants = Vec::new();
    if let Some(may) = role.table("may") {
        for (word, reach) in Reach::WORDS {
            for act in may.refer_all(word, Ref::ACT) {
                grants.push(Grant { act, reach: *reach, by: Vec::new() });
            }
        }
    }
    if grants.is_empty() {
        desk.say(&role.at("may"), "这个角色什么也不能做", "请补上 may = { own = [\"…\"] }，或者删去这个角色");
    }
    let summary = format!("任职类型：{}；{} 项权限。{explain}", office.word(), grants.len());
    desk.item(ItemKind::setting("角色"), &key, &title, &source, summary, &role.at(""));
    Role { key, title, office, grants, explain, source }
}
