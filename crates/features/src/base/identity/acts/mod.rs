//! The verbs on accounts, posts, tokens and sessions: check → decide → store → record.

mod invitations;
mod posts;
mod sessions;
mod tokens;
mod tries;
mod users;

pub use invitations::{accept_invitation, invitation_office, invite_first};
pub(crate) use posts::office_kind;
pub use posts::{EXPIRY_JOB, NewPost, end, expire, grant, office_renamed};
pub use sessions::{
    Attempt, Opened, bearer, end_session, session, sessions_of, sign_in, sign_out, sweep, touch,
};
pub use tokens::{create_token, own_tokens, revoke_own_token, revoke_token, tokens_of};
pub use tries::{Origin, unlock};
pub use users::{NewUser, add, change_own_password, disable, enable, set_password, unchanged, wrong_names};

use huitong_kernel::rights::{Reach, Right};
use huitong_kernel::{Ctx, Error, Result};

/// Accounts belong to the whole city: a right that reaches less than that does not open one.
pub(super) fn city_right<'a>(ctx: &'a Ctx, act: &str) -> Result<Right<'a>> {
    let right = ctx.right(act)?;
    let whole = right.through.iter().any(|t| t.reach == Reach::City);
    if whole { Ok(right) } else { Err(Error::denied("管理账户和任职需要全市范围的权限")) }
}

/// A secret of 256 bits as 64 letters. It comes from the machine even in a demo city, whose own randomness repeats.
fn secret() -> String {
    huitong_kernel::digest::hex(&huitong_kernel::clock::Random::system().bytes32())
}

/// What is stored of a secret.
fn digest(secret: &str) -> String {
    huitong_kernel::digest::sm3_hex(secret.as_bytes())
}
