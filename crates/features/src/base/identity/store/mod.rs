//! Every statement about accounts, posts, sessions and tokens.

pub(super) mod accounts;
pub(super) mod posts;
pub(super) mod sessions;
pub(super) mod tokens;
