//! What language needs, pure: no database, no network, usable alone.

pub mod dispatch;
pub mod duplicates;
pub mod mask;
pub mod normalize;
pub mod topics;
