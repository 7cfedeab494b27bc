//! Accounts, the posts people hold, their sessions and tokens.

use huitong_kernel::ctx::{OfficeKind, User};
use huitong_kernel::{Id, Named};
use jiff::civil::Date;

/// Id of an account.
pub type UserId = Id<User>;

impl Named for HeldPost {
    const PREFIX: &'static str = "pst";
}

/// Id of a post.
pub type PostId = Id<HeldPost>;

impl Named for Session {
    const PREFIX: &'static str = "ses";
}

/// Id of a session; says nothing of the secret in the cookie.
pub type SessionId = Id<Session>;

impl Named for Token {
    const PREFIX: &'static str = "tok";
}

/// Id of a token; says nothing of its secret.
pub type TokenId = Id<Token>;

/// An account of a person.
#[derive(Debug, Clone)]
pub struct Account {
    /// Id.
    pub id: UserId,
    /// Name to sign in with, in lower case.
    pub login: String,
    /// Name as shown to colleagues.
    pub name: String,
    /// Office telephone.
    pub phone: Option<String>,
    /// Since when it may not sign in any more (city's time, UTC milliseconds).
    pub disabled_at: Option<i64>,
    /// Whether a new password must be chosen first, because somebody else set this one.
    pub must_change: bool,
    /// Whether there is a password at all.
    pub has_password: bool,
    /// Version for concurrent edits.
    pub version: i64,
    /// When it was opened (city's time, UTC milliseconds).
    pub created_at: i64,
}

impl Account {
    /// Whether it may sign in.
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }

    /// In words, for lists.
    pub fn standing(&self) -> &'static str {
        match (self.is_active(), self.has_password) {
            (false, _) => "已停用",
            (true, false) => "未设密码",
            (true, true) => "正常",
        }
    }
}

/// A body in which a post is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// What kind of body.
    pub kind: OfficeKind,
    /// Id of the unit or association; the code (统一社会信用代码) of a company.
    pub id: String,
    /// Its name, as it is shown.
    pub name: String,
}

impl Office {
    /// An office in a unit of the city.
    pub fn unit(unit: &crate::base::units::Unit) -> Office {
        Office { kind: OfficeKind::Unit, id: unit.id.to_string(), name: unit.name.clone() }
    }

    /// An office in an association, by its id.
    pub fn association(id: &str, name: &str) -> Office {
        Office { kind: OfficeKind::Association, id: id.to_owned(), name: name.to_owned() }
    }

    /// An office in a company, by its code.
    pub fn company(code: &str, name: &str) -> Office {
        Office { kind: OfficeKind::Company, id: code.to_owned(), name: name.to_owned() }
    }
}

/// A role that somebody holds in an office for a time.
#[derive(Debug, Clone)]
pub struct HeldPost {
    /// Id.
    pub id: PostId,
    /// Who holds it.
    pub user: UserId,
    /// Role key of the pack.
    pub role: String,
    /// Where.
    pub office: Office,
    /// First day.
    pub from: Date,
    /// Last day; open where there is none.
    pub until: Option<Date>,
    /// When it was ended at once (city's time, UTC milliseconds).
    pub ended_at: Option<i64>,
    /// The paper it rests on.
    pub paper: Option<String>,
}

impl HeldPost {
    /// Whether it gives rights on a day.
    pub fn in_force(&self, day: Date) -> bool {
        self.ended_at.is_none() && self.from <= day && self.until.is_none_or(|last| day <= last)
    }

    /// In words, as of a day.
    pub fn standing(&self, day: Date) -> &'static str {
        if self.ended_at.is_some() {
            "已结束"
        } else if day < self.from {
            "未开始"
        } else if self.until.is_some_and(|last| last < day) {
            "已到期"
        } else {
            "在任"
        }
    }
}

/// A browser that is signed in; all instants are real time (UTC milliseconds).
#[derive(Debug, Clone)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// When it began.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub seen_at: i64,
    /// When it ends however much it is used.
    pub expires_at: i64,
    /// Address it was opened from.
    pub address: String,
}

/// A bearer token of the API; all instants are real time (UTC milliseconds).
#[derive(Debug, Clone)]
pub struct Token {
    /// Id.
    pub id: TokenId,
    /// Whose rights it has.
    pub user: UserId,
    /// When it was made.
    pub created_at: i64,
    /// First instant at which it does not work any more.
    pub expires_at: i64,
    /// When it was taken back.
    pub revoked_at: Option<i64>,
    /// When it was last used, to the hour.
    pub used_at: Option<i64>,
}

impl Token {
    /// In words, at an instant.
    pub fn standing(&self, real: i64) -> &'static str {
        match self.revoked_at {
            Some(_) => "已收回",
            None if self.expires_at <= real => "已到期",
            None => "有效",
        }
    }

    /// Whether it works at an instant.
    pub fn works(&self, real: i64) -> bool {
        self.revoked_at.is_none() && real < self.expires_at
    }
}

/// Somebody who holds a post today, for lists to choose from and for notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Account.
    pub user: UserId,
    /// Name as shown to colleagues.
    pub name: String,
    /// Role key.
    pub role: String,
    /// Id of the office.
    pub office: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_post_counts_from_its_first_to_its_last_day() {
        let mut post = HeldPost {
            id: Id::new(1, 1),
            user: Id::new(1, 2),
            role: "handler".into(),
            office: Office::company("91", "甲"),
            from: date(2025, 3, 10),
            until: Some(date(2025, 3, 14)),
            ended_at: None,
            paper: None,
        };
        let standing = |p: &HeldPost, day| (p.in_force(date(2025, 3, day)), p.standing(date(2025, 3, day)));
        assert_eq!(standing(&post, 9), (false, "未开始"));
        assert_eq!(standing(&post, 10), (true, "在任"));
        assert_eq!(standing(&post, 14), (true, "在任"));
        assert_eq!(standing(&post, 15), (false, "已到期"));
        post.ended_at = Some(5);
        assert_eq!(standing(&post, 12), (false, "已结束"));
    }
}
