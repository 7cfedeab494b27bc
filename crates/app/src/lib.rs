//! The one binary `huitong`: its command line, the server, the worker and the demo city.

mod cli;
mod config;
pub mod demo;
mod embedded;
pub mod house;
mod marker;
mod out;
pub mod place;
pub mod server;
pub mod worker;

pub use cli::main;
pub use config::documented as documented_config;
