//! The security log: one line for each event that whoever guards the city wants to see, with the same few fields.

use crate::ctx::Ctx;
use crate::digest::sm3_hex;

/// Where its lines go: a target of the log of its own, so that they can be kept apart.
pub const TARGET: &str = "huitong::security";

/// Writes one line. `subject` is what it is about; a login stands there as the beginning of its digest, which tells the same
/// one apart from others: what a stranger types as his login may be a password.
pub fn note(ctx: &Ctx, event: &str, subject: &str, login: &str) {
    let login = match login {
        "" => String::from("-"),
        login => sm3_hex(login.as_bytes()).chars().take(16).collect(),
    };
    let address = ctx.address.map_or_else(|| String::from("-"), |address| address.to_string());
    let (actor, request) = (ctx.principal(), ctx.request.as_str());
    tracing::info!(target: TARGET, event, subject, login, actor, address, request);
}
