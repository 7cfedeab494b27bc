//! 培育赋能: what serves associations and their members.

pub mod appeals;
