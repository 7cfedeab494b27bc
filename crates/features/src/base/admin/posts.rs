//! Giving posts with dates and ending them.

use askama::Template;
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::page::{Choice, Fact, Shell};
use huitong_kernel::http::{Call, Filled, Reply};
use huitong_kernel::rights::PUBLIC;
use huitong_kernel::{Error, OrMissing, Result, Tx};
use jiff::civil::Date;

use super::accounts::{AskPage, again, since, unchanged, user_id};
use crate::base::identity::pages::{Errors, PostRow};
use crate::base::identity::{self, HeldPost, NewPost, PostId, office_kind, resolve_office};
use crate::base::journal::Since;
use crate::base::units;

/// The roles of the pack to choose from.
pub(super) fn role_choices(c: &Call, chosen: &str) -> Vec<Choice> {
    let roles = c.ctx.roles().all().iter().filter(|role| role.key != PUBLIC);
    let choice = |role: &huitong_kernel::rights::Role| Choice {
        value: role.key.clone(),
        label: role.title.clone(),
        checked: role.key == chosen,
        ..Choice::default()
    };
    roles.map(choice).collect()
}

/// The units to choose from.
pub(super) fn unit_choices(tx: &Tx, chosen: &str) -> Result<Vec<Choice>> {
    let choice = |unit: units::Unit| Choice {
        checked: unit.id.as_str() == chosen,
        value: unit.id.to_string(),
        label: unit.name,
        ..Choice::default()
    };
    Ok(units::all(tx)?.into_iter().filter(|unit| unit.active).map(choice).collect())
}

/// The fields of a post, with what was typed.
pub(super) struct PostFields {
    pub(super) roles: Vec<Choice>,
    pub(super) units: Vec<Choice>,
    pub(super) body: String,
    pub(super) body_name: String,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) paper: String,
}

impl PostFields {
    pub(super) fn new(c: &Call, tx: &Tx, filled: &Filled) -> Result<PostFields> {
        let typed = |name: &str| filled.get(name).to_owned();
        let from = typed("from");
        Ok(PostFields {
            roles: role_choices(c, filled.get("role")),
            units: unit_choices(tx, filled.get("unit"))?,
            body: typed("body"),
            body_name: typed("body_name"),
            from: if from.is_empty() { c.ctx.today().to_string() } else { from },
            until: typed("until"),
            paper: typed("paper"),
        })
    }

    /// The post that was typed; where it is held depends on the role.
    pub(super) fn read(tx: &Tx, filled: &Filled) -> Result<NewPost> {
        let role = filled.get("role");
        let Some(kind) = tx.ctx().roles().get(role).and_then(office_kind) else {
            return Err(Error::invalid("role", "请选择角色"));
        };
        let (field, words) = match kind {
            OfficeKind::Unit => ("unit", filled.get("unit")),
            OfficeKind::Association | OfficeKind::Company => ("body", filled.get("body")),
        };
        if words.trim().is_empty() {
            let message = match kind {
                OfficeKind::Unit => "请选择任职单位",
                OfficeKind::Association => "请填写协会的名称或统一社会信用代码",
                OfficeKind::Company => "请填写企业的统一社会信用代码",
            };
            return Err(Error::invalid(field, message));
        }
        let office = resolve_office(tx, role, words, filled.get("body_name"))
            .map_err(|error| renamed(error, field))?;
        let paper = Some(filled.get("paper").to_owned());
        let (from, until) = (day(filled, "from")?, day(filled, "until")?);
        Ok(NewPost { role: role.to_owned(), office, from, until, paper })
    }
}

/// Puts the message of a field under the name that this form gives it.
fn renamed(error: Error, field: &str) -> Error {
    match error.field_errors() {
        [one] if one.field == "unit" => Error::invalid(field, one.message.clone()),
        _ => error,
    }
}

/// A date that may be left empty.
fn day(filled: &Filled, field: &str) -> Result<Option<Date>> {
    let text = filled.get(field).trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::invalid(field, "请填写 2025-03-14 这样的日期"))
}

#[derive(Template)]
#[template(path = "base/admin/pages/post_new.html")]
struct NewPage<'a> {
    shell: Shell,
    errors: Errors<'a>,
    token: String,
    href: String,
    version: i64,
    since: Option<Since>,
    post: PostFields,
}

pub fn new(c: &Call) -> Result<Reply> {
    draw_new(c, &Filled::default(), &[], false)
}

fn draw_new(c: &Call, filled: &Filled, errors: &[FieldError], late: bool) -> Result<Reply> {
    let id = user_id(c)?;
    let (account, post, since) = c.read(|tx| {
        let since = if late { Some(since(c, tx, &id)?) } else { None };
        Ok((identity::account(tx, &id)?.or_missing()?, PostFields::new(c, tx, filled)?, since))
    })?;
    let mut shell = c.shell("授予任职")?;
    shell.lead = format!("{}（{}）", account.name, account.login);
    shell.has_errors = !errors.is_empty();
    let href = format!("/admin/users/{id}");
    let version = account.version;
    c.page(&NewPage { shell, errors: Errors(errors), token: c.submit_token(), href, version, since, post })
}

pub fn grant(c: &Call) -> Result<Reply> {
    let id = user_id(c)?;
    let done = c.filled().and_then(|form| {
        c.write(|tx| {
            unchanged(c, tx, &id)?;
            let post = PostFields::read(tx, form)?;
            identity::grant(tx, &id, &post).map(drop)
        })
    });
    match done {
        Ok(()) => c.see_saying(&format!("/admin/users/{id}"), "任职已授予。"),
        Err(error) => again(c, error, |errors, late| draw_new(c, c.filled()?, errors, late)),
    }
}

pub fn ask_end(c: &Call) -> Result<Reply> {
    draw_end(c, &[], false)
}

fn draw_end(c: &Call, errors: &[FieldError], late: bool) -> Result<Reply> {
    let id: PostId = c.id::<HeldPost>("id")?;
    let (post, account, since) = c.read(|tx| {
        let (post, account) = identity::post(tx, &id)?.or_missing()?;
        let since = if late { Some(since(c, tx, &account.id)?) } else { None };
        Ok((post, account, since))
    })?;
    let row = PostRow::new(c, &post);
    let fact = |label: &str, value: String| Fact { label: label.into(), value, ..Fact::default() };
    let facts = vec![
        fact("姓名", account.name),
        fact("角色", row.role),
        fact("任职单位", row.office),
        fact("任期", format!("{} 至 {}", row.from, row.until)),
    ];
    let explain = "结束后这项任职不再给权限；在办的诉求请先分办给其他经办人。";
    let page = AskPage::new(c, "结束任职", format!("/admin/users/{}", account.id), errors)?;
    let version = account.version;
    c.page(&AskPage { facts, explain, asks_last: true, asks_reason: true, version, since, ..page })
}

pub fn end(c: &Call) -> Result<Reply> {
    let id: PostId = c.id::<HeldPost>("id")?;
    let done = c.filled().and_then(|form| {
        let (last, reason) = (day(form, "last")?, form.get("reason"));
        c.write(|tx| {
            let (_, account) = identity::post(tx, &id)?.or_missing()?;
            unchanged(c, tx, &account.id)?;
            Ok(identity::end(tx, &id, last, reason)?.user)
        })
    });
    match done {
        Ok(user) => c.see_saying(&format!("/admin/users/{user}"), "任职的结束已记录。"),
        Err(error) => again(c, error, |errors, late| draw_end(c, errors, late)),
    }
}
