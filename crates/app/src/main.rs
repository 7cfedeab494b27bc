//! The binary `huitong`.

use std::process::ExitCode;

fn main() -> ExitCode {
    huitong_app::main(std::env::args_os())
}
