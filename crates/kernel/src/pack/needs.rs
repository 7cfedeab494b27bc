//! What the code behind a pack asks for by name: a pack without it would be read, and something would be missing in silence.

use super::Pack;
use super::desk::Desk;
use super::finding::At;
use super::roles::Reach;
use super::vocabulary::Vocabulary;
use crate::rights::PUBLIC;

/// One thing that must be in a pack, by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// What kind of thing.
    pub what: Needed,
    /// Its key; of a field `form.field`.
    pub key: &'static str,
    /// What it is needed for, in Chinese.
    pub why: &'static str,
}

/// Kinds of things that code asks for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// A field of a form.
    Field,
    /// A list of choices.
    List,
    /// A choice of a list: `list.choice`.
    Choice,
    /// A procedure.
    Definition,
    /// A role.
    Role,
    /// A standing notice.
    Warning,
    /// A duty.
    Duty,
    /// A kind of link.
    LinkKind,
    /// A kind of unit.
    UnitKind,
}

impl Need {
    fn file(self) -> &'static str {
        match self.what {
            Needed::Field | Needed::List | Needed::Definition | Needed::Choice => "lists.toml",
            Needed::Role => "roles.toml",
            Needed::Warning => "warnings.toml",
            Needed::Duty => "duties.csv",
            Needed::LinkKind => "link_kinds.toml",
            Needed::UnitKind => "unit_kinds.csv",
        }
    }

    fn is_met(self, pack: &Pack) -> bool {
        match self.what {
            Needed::Field => {
                let path = self.key.split_once('.');
                path.and_then(|(form, field)| pack.form(form)?.field(field)).is_some()
            }
            Needed::List => pack.list(self.key).is_some(),
            Needed::Choice => {
                let path = self.key.split_once('.');
                path.and_then(|(list, choice)| pack.list(list)?.choice(choice)).is_some()
            }
            Needed::Definition => pack.definition(self.key).is_some(),
            Needed::Role => pack.role(self.key).is_some(),
            Needed::Warning => pack.warning(self.key).is_some(),
            Needed::Duty => pack.duty(self.key).is_some(),
            Needed::LinkKind => pack.link_kind(self.key).is_some(),
            Needed::UnitKind => pack.unit_kinds.iter().any(|kind| kind.key == self.key),
        }
    }
}

/// Says what is missing, and what everybody would be granted that nobody without an account may have.
pub(super) fn check(desk: &Desk, pack: &Pack, vocabulary: &Vocabulary) {
    for need in vocabulary.needs.iter().filter(|need| !need.is_met(pack)) {
        let at = At { file: need.file().to_owned(), line: 1, key: need.key.to_owned() };
        let message = format!("缺少“{}”，{}要用到它", need.key, need.why);
        desk.say(&at, message, "请补上；名称、说明可以改，代码不能改");
    }
    let open = pack.roles.iter().filter(|role| role.key == PUBLIC).flat_map(|role| &role.grants);
    for grant in open.filter(|grant| !matches!(grant.reach, Reach::Public | Reach::Own)) {
        let at = At { file: "roles.toml".to_owned(), line: 1, key: format!("roles.{PUBLIC}") };
        let message = format!("不登录的公众不能有范围为“{}”的权限 {}", grant.reach.label(), grant.act);
        desk.say(&at, message, "公众的权限只能写在 public 或者 own 一行");
    }
}
