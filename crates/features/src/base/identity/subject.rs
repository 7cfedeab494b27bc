//! Accounts and what belongs to them, as the journal names them.

use huitong_kernel::journal::Kept;
use huitong_kernel::{Id, Result, Tx};

use super::directory;
use crate::base::journal::{Described, Seen, Subject, by_role, named};

/// Words for what entries on accounts, posts, sessions and tokens carry.
const FIELDS: &[(&str, &str)] = &[
    ("login", "用户名"),
    ("name", "姓名"),
    ("has_password", "已设密码"),
    ("must_change", "下次登录须改密码"),
    ("active", "可以登录"),
    ("role", "角色"),
    ("office", "任职单位"),
    ("office_name", "任职单位名称"),
    ("from", "自"),
    ("until", "至"),
    ("ended", "已立即结束"),
    ("in_force", "在任"),
    ("at_once", "立即结束"),
    ("paper", "依据文件"),
    ("reason", "原因"),
    ("user", "账户"),
    ("by", "由谁"),
    ("address", "登录地址"),
    ("minutes", "暂停分钟数"),
    ("locked", "解除暂停的地点数"),
    ("sessions_ended", "结束的登录"),
    ("tokens_revoked", "收回的接口令牌"),
    ("from_elsewhere", "从另一处结束"),
    ("revoked", "已收回"),
];

/// Reads the keys in entries on accounts and what belongs to them.
fn meaning(tx: &Tx, field: &str, text: &str) -> Option<String> {
    match (field, text) {
        ("role", role) => Some(tx.ctx().roles().get(role)?.title.clone()),
        ("by", "administrator") => Some(String::from("系统管理员")),
        ("by", "self") => Some(String::from("本人")),
        _ => None,
    }
}

/// Accounts of people.
pub struct UserSubject;

impl Subject for UserSubject {
    fn kind(&self) -> &str {
        "user"
    }

    fn label(&self) -> &str {
        "账户"
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        let page = tx.ctx().may("user.list").map(|_| "/admin/users/");
        named(id, page, |id| Ok(directory::account(tx, id)?.map(|account| account.name)))
    }

    fn find(&self, tx: &Tx, typed: &str) -> Result<Option<String>> {
        Ok(directory::by_login(tx, typed)?.map(|account| account.id.to_string()))
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        FIELDS
    }

    fn meaning(&self, tx: &Tx, _: &Kept, field: &str, text: &str) -> Option<String> {
        meaning(tx, field, text)
    }

    fn seen(&self, tx: &Tx, _: &str) -> Result<Seen> {
        by_role(tx, "user.list")
    }
}

/// Posts that people hold.
pub struct PostSubject;

impl Subject for PostSubject {
    fn kind(&self) -> &str {
        "post"
    }

    fn label(&self) -> &str {
        "任职"
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        let found = Id::parse(id).map(|id| directory::post(tx, &id)).transpose()?.flatten();
        let Some((post, account)) = found else { return Ok(None) };
        let title = tx.ctx().roles().get(&post.role).map_or(post.role.as_str(), |role| &role.title);
        let text = format!("{}（{} · {title}）", account.name, post.office.name);
        let href = tx.ctx().may("user.list").map(|_| format!("/admin/users/{}", account.id));
        Ok(Some(Described { text, href }))
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        FIELDS
    }

    fn meaning(&self, tx: &Tx, _: &Kept, field: &str, text: &str) -> Option<String> {
        meaning(tx, field, text)
    }

    fn seen(&self, tx: &Tx, _: &str) -> Result<Seen> {
        by_role(tx, "user.list")
    }
}

/// What an account is used by: a browser that signed in, a program with its token. Named by whose it is.
pub struct AccessSubject {
    /// As the journal writes it.
    pub kind: &'static str,
    /// In Chinese.
    pub label: &'static str,
}

impl Subject for AccessSubject {
    fn kind(&self) -> &str {
        self.kind
    }

    fn label(&self) -> &str {
        self.label
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        FIELDS
    }
}
