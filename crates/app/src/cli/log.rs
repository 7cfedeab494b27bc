//! The log of a server on standard error, and its security log, which may have a file of its own.

use std::fs::{File, OpenOptions};
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Mutex;

use huitong_kernel::security;
use serde::Deserialize as _;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt::{MakeWriter, layer};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Format, Log};
use crate::out::{Failure, why};

/// What is noted where `HUITONG_LOG` says nothing; `info` alone shows every request.
const USUAL: &str = "info,huitong::request=warn";

/// Starts it.
pub fn start(log: &Log) -> Result<(), Failure> {
    let format = match said("HUITONG_LOG_FORMAT").as_str() {
        "" => log.format,
        word => Format::deserialize(IntoDeserializer::<ValueError>::into_deserializer(word))
            .map_err(|_| Failure::Wrong(String::from("环境变量 HUITONG_LOG_FORMAT 只能是 text 或 json")))?,
    };
    let chosen = said("HUITONG_LOG");
    let usual = || EnvFilter::new(USUAL);
    let filter =
        if chosen.is_empty() { usual() } else { EnvFilter::try_new(chosen).unwrap_or_else(|_| usual()) };
    // Who asks for less of the log still wants to know who tried a password.
    let level = if log.security.is_empty() { "info" } else { "off" };
    let filter = match format!("{}={level}", security::TARGET).parse() {
        Ok(line) => filter.add_directive(line),
        Err(_) => filter,
    };
    let apart = match log.security.as_str() {
        "" => None,
        path => Some(Mutex::new(open(Path::new(path))?)),
    };
    let apart = apart.map(|file| {
        lines(format, false, file).with_filter(filter_fn(|line| line.target() == security::TARGET)).boxed()
    });
    let all = lines(format, std::io::stderr().is_terminal(), std::io::stderr).with_filter(filter).boxed();
    let _ =
        tracing_subscriber::registry().with(apart.into_iter().chain([all]).collect::<Vec<_>>()).try_init();
    Ok(())
}

fn said(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn lines<W>(format: Format, colours: bool, to: W) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    match format {
        Format::Text => layer().with_ansi(colours).with_writer(to).boxed(),
        Format::Json => layer().json().flatten_event(true).with_ansi(false).with_writer(to).boxed(),
    }
}

/// The file is only added to, so that whoever keeps logs may cut it; it names addresses, and is for its owner alone.
fn open(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.create(true).append(true).open(path);
    opened.map_err(|e| Failure::Wrong(format!("写不了安全日志 {}：{}", path.display(), why(&e))))
}
