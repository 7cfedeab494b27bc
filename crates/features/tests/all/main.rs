//! The house as a whole, through its door: who gets what, how a case lives, what bad input meets, where the red lines are.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what went wrong by failing")]

mod ahead;
mod answers;
mod apart;
mod bad_input;
mod calls;
mod cases;
mod cast;
mod clocks;
mod companies;
mod defined;
mod desk;
mod doings;
mod generated;
mod grants;
mod hooks;
mod importing;
mod late;
mod life;
mod markings;
mod matrix;
mod matters;
mod often;
mod pages;
mod paper;
mod past;
mod posts;
mod random;
mod reach;
mod red_lines;
mod schema;
mod speaking;
mod table;
mod together;
mod town;
mod unnamed;
