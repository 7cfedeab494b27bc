//! Every statement about accounts, posts, sessions and tokens.

pub(super) mod accounts;
pub(super) mod posts;
pub(super) mod sessions;
pub(super) mod tokens;
pub(super) mod tries;

use huitong_kernel::list::ListDef;

/// The lists of this capability, so that a test can prepare every statement they make.
pub const LISTS: &[&ListDef] = &[&accounts::LIST];
