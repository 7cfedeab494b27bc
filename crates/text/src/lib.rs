//! What language needs, pure: no database, no network, usable alone.

pub mod mask;
pub mod normalize;
