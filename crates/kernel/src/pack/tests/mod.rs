//! Tests of the pack: the shipped content is sound, its examples hold, and each way of breaking it is explained.

mod shipped;
mod vocabulary;
