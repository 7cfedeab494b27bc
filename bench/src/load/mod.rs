//! A city with a million appeals, a server on it, and many callers that ask it the same thing.

pub mod asked;
pub mod callers;
pub mod cases;
pub mod fill;
pub mod people;
pub mod server;

/// What stops a bench, in words.
pub type Stop = Box<dyn std::error::Error + Send + Sync>;
