//! Giving roles in offices, with dates, and ending them.

use huitong_kernel::clock::instant;
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::journal::Record;
use huitong_kernel::pack;
use huitong_kernel::rights::PUBLIC;
use huitong_kernel::{Error, OrMissing, Result, Tx};
use jiff::civil::Date;
use serde_json::json;

use super::super::model::{HeldPost, Office, PostId, UserId};
use super::super::rules;
use super::super::store::{accounts, posts};
use super::{city_right, users::refuse_without_administrator};

/// What is said of a post when it is given.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// Role key of the pack.
    pub role: String,
    /// Where.
    pub office: Office,
    /// First day; today where none is given.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// The paper it rests on.
    pub paper: Option<String>,
}

impl NewPost {
    /// A post from today on, without an end.
    pub fn open(role: &str, office: Office) -> NewPost {
        NewPost { role: role.to_owned(), office, from: None, until: None, paper: None }
    }
}

/// Gives somebody a role in an office (`post.grant`).
pub fn grant(tx: &Tx, user: &UserId, new: &NewPost) -> Result<HeldPost> {
    let right = city_right(tx.ctx(), "post.grant")?;
    if tx.ctx().user() == Some(user) {
        return Err(Error::unmet("不能给自己授予任职，请由另一位系统管理员办理"));
    }
    let account = accounts::find(tx, user)?.or_missing()?;
    if !account.is_active() {
        return Err(Error::unmet("该账户已停用，请先恢复再授予任职"));
    }
    enter(tx, user, new, |record| record.in_post(right.first_post()))
}

/// Checks and stores a post; `record` says by which right.
pub(super) fn enter(
    tx: &Tx,
    user: &UserId,
    new: &NewPost,
    record: impl Fn(Record) -> Record,
) -> Result<HeldPost> {
    check_role(tx, new)?;
    // Whether it overlaps is decided on all posts of the person.
    let version = accounts::changed(tx, user)?;
    let from = new.from.unwrap_or_else(|| tx.ctx().today());
    if new.until.is_some_and(|last| last < from) {
        return Err(Error::invalid("until", "截止日期不能早于起始日期"));
    }
    let mut beside = posts::of_user(tx, user)?;
    beside.retain(|held| {
        let apart =
            held.until.is_some_and(|last| last < from) || new.until.is_some_and(|last| last < held.from);
        held.ended_at.is_none() && !apart
    });
    let same = |held: &HeldPost| {
        held.role == new.role && held.office.kind == new.office.kind && held.office.id == new.office.id
    };
    if beside.iter().any(same) {
        return Err(Error::invalid("role", "该账户在这个单位已有同一角色的任职，日期有重叠"));
    }
    if beside.iter().any(|held| rules::watches(&held.role, &new.role)) {
        return Err(Error::invalid("role", "系统管理员和审计员不能由同一人担任"));
    }
    let post = HeldPost {
        id: tx.ctx().id(),
        user: user.clone(),
        role: new.role.clone(),
        office: new.office.clone(),
        from,
        until: new.until,
        ended_at: None,
        paper: new.paper.as_deref().map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned),
    };
    posts::insert(tx, &post)?;
    wake_at_end(tx, &post)?;
    let mut entry = Record::new("post.grant", post.id.as_str())
        .change(json!({"version": version - 1}), described(&post, version))
        .fact("user", user.as_str())
        .guarded("");
    if let Some(paper) = &post.paper {
        entry = entry.fact("paper", paper.as_str());
    }
    tx.record(record(entry))?;
    Ok(post)
}

fn check_role(tx: &Tx, new: &NewPost) -> Result<()> {
    let known = tx.ctx().roles().get(&new.role).filter(|role| role.key != PUBLIC);
    let Some(role) = known else {
        return Err(Error::invalid("role", "请选择角色"));
    };
    if new.office.id.is_empty() {
        return Err(Error::invalid("office", "请选择任职单位"));
    }
    let wanted = office_kind(role);
    if wanted != Some(new.office.kind) {
        let body = match wanted {
            Some(OfficeKind::Association) => "协会",
            Some(OfficeKind::Company) => "企业",
            _ => "单位",
        };
        return Err(Error::invalid("office", format!("角色“{}”须在{body}任职", role.title)));
    }
    Ok(())
}

/// The kind of body in which a role is held; whoever acts for the whole city sits in a unit. None for the public.
pub(crate) fn office_kind(role: &pack::Role) -> Option<OfficeKind> {
    match role.office {
        pack::Office::None => None,
        pack::Office::Association => Some(OfficeKind::Association),
        pack::Office::Company => Some(OfficeKind::Company),
        pack::Office::Unit | pack::Office::City => Some(OfficeKind::Unit),
    }
}

/// What the journal keeps of a post; `version` is that of the account it belongs to.
fn described(post: &HeldPost, version: i64) -> serde_json::Value {
    json!({
        "version": version,
        "role": post.role,
        "office": post.office.id,
        "office_name": post.office.name,
        "from": post.from.to_string(),
        "until": post.until.map(|d| d.to_string()),
        "ended": post.ended_at.map(|_| true),
    })
}

/// Ends a post (`post.end`): after its `last` day, or at once where none is given.
pub fn end(tx: &Tx, id: &PostId, last: Option<Date>, reason: &str) -> Result<HeldPost> {
    let right = city_right(tx.ctx(), "post.end")?;
    let mut post = posts::find(tx, id)?.or_missing()?;
    let today = tx.ctx().today();
    if post.ended_at.is_some() || post.until.is_some_and(|until| until < today) {
        return Err(Error::unmet("这项任职已经结束"));
    }
    let version = accounts::changed(tx, &post.user)?;
    let before = described(&post, version - 1);
    match last {
        Some(day) if day < today || day < post.from => {
            return Err(Error::invalid("last", "截止日不能早于今天和任职起始日；要立即结束，请不填日期"));
        }
        Some(day) => post.until = Some(day),
        None => post.ended_at = Some(tx.ctx().now),
    }
    if post.role == rules::ADMINISTRATOR && last.is_none() {
        refuse_without_administrator(tx, &post.user)?;
    }
    posts::set_end(tx, id, post.until, post.ended_at)?;
    if last.is_some() {
        wake_at_end(tx, &post)?;
    }
    tx.record(
        Record::new("post.end", id.as_str())
            .in_post(right.first_post())
            .change(before, described(&post, version))
            .fact("at_once", last.is_none())
            .fact("user", post.user.as_str())
            .fact("reason", reason.trim()),
    )?;
    Ok(post)
}

/// Kind of the job that records the end of a post whose last day has passed.
pub const EXPIRY_JOB: &str = "post.expired";

/// Rights end at midnight without an act; the job only leaves the record.
fn wake_at_end(tx: &Tx, post: &HeldPost) -> Result<()> {
    let Some(last) = post.until else { return Ok(()) };
    let Ok(next) = last.tomorrow() else { return Ok(()) };
    let body = json!({"post": post.id, "until": last.to_string()}).to_string();
    let unique = format!("{EXPIRY_JOB} {} {last}", post.id);
    tx.enqueue(EXPIRY_JOB, &body, instant(next.to_datetime(jiff::civil::Time::midnight())), Some(&unique))
}

/// The job itself (`post.expired`): records that a post ended with its last day. A post whose end was moved meanwhile
/// has a job of its own for the new day.
pub fn expire(tx: &Tx, body: &str) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Body {
        post: PostId,
        until: String,
    }
    let body: Body = serde_json::from_str(body)?;
    let Some(post) = posts::find(tx, &body.post)? else { return Ok(()) };
    let still = post.ended_at.is_none()
        && post.until.is_some_and(|u| u.to_string() == body.until && u < tx.ctx().today());
    if still {
        tx.record(
            Record::new("post.expired", post.id.as_str())
                .change(json!({"in_force": true}), json!({"in_force": false}))
                .fact("user", post.user.as_str())
                .fact("role", post.role.as_str())
                .fact("office", post.office.id.as_str())
                .fact("until", body.until),
        )?;
    }
    Ok(())
}

/// Carries an office's new name to the posts in it; called by the act that renamed the unit or association, in its own
/// transaction and under its record.
pub fn office_renamed(tx: &Tx, kind: OfficeKind, office: &str, name: &str) -> Result<u64> {
    posts::rename_office(tx, kind, office, name)
}
