//! The binary as others meet it: its commands, the server, the demo city, the work after acts, the generated documents.

mod command;
mod demo;
mod generated;
mod lines;
mod serving;
mod vectors;
mod worker;
