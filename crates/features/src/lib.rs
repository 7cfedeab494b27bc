//! One folder a capability, grouped as the policy is; this file is the list of them.

pub mod base;
pub mod growth;
pub mod migrations;
