//! The one-time link by which the first administrator of an empty city opens an account.

use huitong_kernel::clock::machine_now;
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::error::Kind;
use huitong_kernel::{Ctx, Db, Error, Result, Tx};

use super::super::model::{Account, Office};
use super::super::rules;
use super::super::store::{posts, sessions};
use super::{NewPost, NewUser, digest, posts as post_acts, secret, users};

/// Makes the link's secret, in the place of earlier ones; none where the city has, or ever had, an administrator.
/// `office` is the unit in which the post is held.
pub fn invite_first(db: &Db, ctx: &Ctx, office: &Office) -> Result<Option<String>> {
    if office.kind != OfficeKind::Unit {
        return Err(Error::internal("the first administrator sits in a unit"));
    }
    let secret = secret();
    db.keep(ctx, |tx| {
        if posts::ever_held(tx, rules::ADMINISTRATOR)? > 0 {
            return Ok(None);
        }
        sessions::put_invitation(tx, &digest(&secret), office, machine_now() + rules::INVITATION_LIFE)?;
        Ok(Some(secret.clone()))
    })
}

/// The unit of a link that still works; a used, old or wrong one is not found.
pub fn invitation_office(tx: &Tx, secret: &str) -> Result<Office> {
    let office = sessions::invitation(tx, &digest(secret), machine_now())?.ok_or_else(gone)?;
    if posts::ever_held(tx, rules::ADMINISTRATOR)? > 0 {
        return Err(gone());
    }
    Ok(office)
}

fn gone() -> Error {
    Error::new(Kind::Missing, "邀请已失效，请联系管理员重发")
}

/// Opens the first administrator's account (`user.add`, `post.grant`); the link is used up.
pub fn accept_invitation(tx: &Tx, secret: &str, new: &NewUser) -> Result<Account> {
    let office = invitation_office(tx, secret)?;
    if new.password.is_none() {
        return Err(Error::invalid("password", "请填写密码"));
    }
    let by_link = |record: huitong_kernel::journal::Record| record.fact("through", "一次性链接");
    let account = users::enter(tx, new, by_link)?;
    post_acts::enter(tx, &account.id, &NewPost::open(rules::ADMINISTRATOR, office), by_link)?;
    sessions::take_invitation(tx, &digest(secret))?;
    Ok(account)
}
