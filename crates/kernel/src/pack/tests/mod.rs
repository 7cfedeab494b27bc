//! Tests of the reader on a small pack of its own: it reads, its examples hold, and each way of breaking it is explained.

mod broken_lists;
mod broken_procedures;
mod broken_registers;
mod broken_rules;
mod properties;
mod published;
pub(crate) mod small;
mod whole;
