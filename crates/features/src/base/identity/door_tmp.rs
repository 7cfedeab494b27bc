//! Temporary.
pub struct SessionInfo { pub id: String, pub csrf: String }
pub struct SignedIn { pub actor: huitong_kernel::ctx::Actor, pub session: SessionInfo, pub touch: bool }
