//! Tests of the pack.
mod vocabulary;
