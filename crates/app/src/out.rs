//! Where a command speaks: answers on standard output, words about them on standard error where the answer is JSON.

use std::io::{self, Write};

use huitong_kernel::error::{Error, Kind};
use serde::Serialize;

/// How a command ended without an answer.
#[derive(Debug)]
pub enum Failure {
    /// Wrong use or configuration (exit 2): what is wrong and what to do.
    Wrong(String),
    /// The answer is no (exit 1): why.
    No(String),
    /// Something broke (exit 3).
    Broken(String),
    /// Nobody reads on: there is nothing to say any more.
    Unread,
}

/// What a command ends with: whether the answer is yes.
pub type Outcome = Result<bool, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let fields = error.field_errors();
        match error.kind() {
            // Fields of the act are options of the command.
            Kind::Invalid if !fields.is_empty() => {
                let lines: Vec<String> =
                    fields.iter().map(|f| format!("--{}：{}", f.field, f.message)).collect();
                Failure::Wrong(lines.join("\n"))
            }
            Kind::Invalid | Kind::Malformed | Kind::TooLarge | Kind::Unsupported => {
                Failure::Wrong(error.to_string())
            }
            Kind::Internal | Kind::Busy => Failure::Broken(format!("{error}\n{}", error.log_line())),
            _ => Failure::No(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Unread,
            _ => Failure::Broken(format!("读写出错：{}", why(&error))),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        Failure::Broken(format!("读写 JSON 出错：{error}"))
    }
}

/// What the machine says of a file, in Chinese where people meet it often.
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => String::from("没有这个文件或文件夹"),
        io::ErrorKind::PermissionDenied => String::from("没有读写它的权限"),
        io::ErrorKind::IsADirectory => String::from("这是一个文件夹"),
        io::ErrorKind::NotADirectory => String::from("路径中有一段不是文件夹"),
        io::ErrorKind::AddrInUse => String::from("地址已被占用"),
        io::ErrorKind::AddrNotAvailable => String::from("这台机器没有这个地址"),
        io::ErrorKind::StorageFull => String::from("磁盘已满"),
        _ => error.to_string(),
    }
}

/// The two streams of a command.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    /// Standard output holds JSON only.
    pub json: bool,
}

impl Out {
    /// One JSON object on a line of its own, where JSON was asked for.
    pub fn object(self, value: &impl Serialize) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let mut line = serde_json::to_string(value)?;
        line.push('\n');
        Ok(write(io::stdout().lock(), &line)?)
    }

    /// A line for people: the answer itself, or beside JSON its commentary.
    pub fn say(self, words: &str) -> Result<(), Failure> {
        if self.json {
            note(words);
            return Ok(());
        }
        Ok(write(io::stdout().lock(), &format!("{words}\n"))?)
    }
}

/// A line on standard error; that nobody reads it is no failure.
pub fn note(words: &str) {
    let _ = write(io::stderr().lock(), &format!("{words}\n"));
}

/// Text on standard output as it is: help.
pub fn print(text: &str) -> Result<(), Failure> {
    Ok(write(io::stdout().lock(), text)?)
}

/// A file on standard output as it is.
pub fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stream = io::stdout().lock();
    stream.write_all(bytes)?;
    Ok(stream.flush()?)
}

fn write(mut stream: impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
