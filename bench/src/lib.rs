//! What the benches are made of.

pub mod delay_proxy;
pub mod load;
