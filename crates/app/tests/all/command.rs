//! Calling the binary as a script does.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

/// What a command left behind.
pub struct Ran {
    pub exit: i32,
    pub said: String,
    pub noted: String,
}

impl Ran {
    /// The lines of standard output as JSON objects; anything else fails the test.
    pub fn objects(&self) -> Vec<serde_json::Value> {
        self.said
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }
}

/// The binary, without what the environment may say of a city.
pub fn huitong(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huitong"));
    command.args(args).env_remove("HUITONG_DATA").env_remove("HUITONG_DATABASE").env_remove("RUST_BACKTRACE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub fn run(args: &[&str]) -> Ran {
    run_with(args, "")
}

/// Runs it with something on standard input.
pub fn run_with(args: &[&str], input: &str) -> Ran {
    let mut child = huitong(args).spawn().unwrap();
    // A command that does not read its input may be gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { exit: output.status.code().unwrap_or(-1), said: text(output.stdout), noted: text(output.stderr) }
}

/// A process that does not outlive its test.
pub struct Server(pub Child);

impl Server {
    /// Asks it to stop and answers its exit.
    pub fn stop(mut self) -> i32 {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.0.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
