//! `delay-proxy`: the proxy of the library as a program, for trying a running server by hand.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use huitong_bench::delay_proxy::DelayProxy;

const USAGE: &str =
    "use: delay-proxy LISTEN UPSTREAM MILLISECONDS   (delay-proxy 127.0.0.1:6432 127.0.0.1:5432 5)";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [listen, upstream, delay] = words.as_slice() else { return end(USAGE) };
    let Ok(delay) = delay.parse() else { return end(USAGE) };
    match DelayProxy::start_on(listen, upstream, Duration::from_millis(delay)) {
        Ok(proxy) => {
            // Whoever started us may have stopped reading; the proxy works all the same.
            let _said = writeln!(std::io::stdout(), "{}", proxy.address());
            loop {
                std::thread::park();
            }
        }
        Err(error) => end(&error.to_string()),
    }
}

fn end(why: &str) -> ExitCode {
    let _said = writeln!(std::io::stderr(), "delay-proxy: {why}");
    ExitCode::from(2)
}
