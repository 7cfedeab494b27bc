//! The binary `huitong`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Many threads each make and drop small texts: an allocator made for that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    huitong_app::main(std::env::args_os())
}
