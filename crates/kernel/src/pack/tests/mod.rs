//! Tests of the pack: the shipped content is sound, its examples hold, and each way of breaking it is explained.

mod breaking;
mod broken_lists;
mod broken_rules;
mod dues;
mod properties;
mod shipped;
pub(crate) mod vocabulary;
