//! The release binary as a process: started, watched, stopped.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Stop;

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub at: SocketAddr,
    /// From its start until it accepted acts.
    pub ready: Duration,
}

/// Runs a command of the binary and gives what it printed.
pub fn run(binary: &Path, place: &[String], args: &[&str]) -> Result<String, Stop> {
    run_saying(binary, place, args, "")
}

/// The same with a line that the command reads.
pub fn run_saying(binary: &Path, place: &[String], args: &[&str], line: &str) -> Result<String, Stop> {
    let mut command = Command::new(binary);
    command.args(args).args(place).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A command that reads nothing may have ended already.
        let _ = writeln!(input, "{line}");
    }
    let out = child.wait_with_output()?;
    if !out.status.success() {
        return Err(format!("{args:?}: {}", String::from_utf8_lossy(&out.stderr)).into());
    }
    Ok(String::from_utf8(out.stdout)?)
}

impl Server {
    /// Starts it on a free port, without limits of rate, and waits until it accepts acts.
    pub fn start(binary: &Path, folder: &Path, place: &[String]) -> Result<Server, Stop> {
        let config = folder.join("load.toml");
        std::fs::write(&config, "[public]\nrate_limit = \"off\"\n")?;
        let at = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let began = Instant::now();
        let child = Command::new(binary)
            .arg("serve")
            .args(["--listen", &at.to_string(), "--config", &config.display().to_string()])
            .args(place)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Server { child, at, ready: Duration::ZERO };
        while !server.well() {
            if began.elapsed() > Duration::from_secs(60) {
                return Err("the server did not come up in a minute".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        server.ready = began.elapsed();
        Ok(server)
    }

    fn well(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.at) else { return false };
        let asked = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
    }

    /// Processor time it has used so far.
    pub fn cpu(&self) -> Duration {
        cpu(&self.child.id().to_string())
    }

    /// Memory it holds, in MB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of a process (`self` for our own).
pub fn cpu(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name of the command stands in brackets and may hold anything; the numbers begin behind it.
    let numbers = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = numbers.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
