//! The door from outside: a small route table in a city of its own, asked over HTTP without a socket.

mod api;
mod city;
mod definitions;
mod forms;
mod pages;
mod wire;
