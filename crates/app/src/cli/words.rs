//! Help and complaints of the command-line reader, said in Chinese.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}\n";

/// The same command with Chinese frame, all the way down.
pub fn in_chinese(command: Command) -> Command {
    let heading = |arg: Arg| {
        let heading = if arg.is_positional() { "参数" } else { "选项" };
        let arg = arg.help_heading(heading);
        // What has a default, an environment variable or a list of choices says so in its own Chinese words.
        if arg.get_action().takes_values() {
            arg.hide_default_value(true).hide_possible_values(true).hide_env(true)
        } else {
            arg
        }
    };
    command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .arg(Arg::new("help").short('h').long("help").help("显示这份说明").action(ArgAction::Help))
        .mut_args(heading)
        .mut_subcommands(in_chinese)
}

/// Whether the reader was asked for help rather than called wrongly.
pub fn is_help(error: &Error) -> bool {
    error.kind() == ErrorKind::DisplayHelp
}

/// The help that was asked for.
pub fn help(error: &Error) -> String {
    frame(&error.render().to_string())
}

/// The words of the reader's own that stand in every usage line.
fn frame(text: &str) -> String {
    let words = [
        ("[OPTIONS]", "[选项]"),
        ("Usage: ", "用法："),
        ("命令:\n", "命令：\n"),
        ("参数:\n", "参数：\n"),
        ("选项:\n", "选项：\n"),
    ];
    words.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
}

/// What is wrong with a call, and what to do.
pub fn complaint(error: &Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return format!("{}\n请选择一个命令。", help(error).trim_end());
    }
    let mut words = sentence(error);
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        words.push('\n');
        words.push_str(frame(&usage.to_string()).trim());
    }
    words.push_str("\n用 --help 查看说明和示例。");
    words
}

fn sentence(error: &Error) -> String {
    let said = |kind| error.get(kind).map(listed).unwrap_or_default();
    let arg = said(ContextKind::InvalidArg);
    let value = said(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 后面要写一个值{}", choices(error)),
        ErrorKind::InvalidValue => format!("{arg} 不能是“{value}”{}", choices(error)),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|e| format!("：{e}")).unwrap_or_default();
            format!("{arg} 的值“{value}”不对{why}")
        }
        ErrorKind::UnknownArgument => {
            format!("没有“{arg}”这个选项或参数{}", meant(error, ContextKind::SuggestedArg))
        }
        ErrorKind::InvalidSubcommand => {
            let name = said(ContextKind::InvalidSubcommand);
            format!("没有“{name}”这个命令{}", meant(error, ContextKind::SuggestedSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("缺少：{arg}"),
        ErrorKind::ArgumentConflict => {
            let other = said(ContextKind::PriorArg);
            if other == arg {
                format!("{arg} 只能写一次")
            } else {
                format!("{arg} 和 {other} 不能同时写")
            }
        }
        ErrorKind::MissingSubcommand => String::from("请选择一个命令"),
        ErrorKind::TooManyValues => format!("{arg} 后面多了“{value}”"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{arg} 后面的值个数不对"),
        ErrorKind::NoEquals => format!("{arg} 要用等号写值，如 {arg}=值"),
        ErrorKind::InvalidUtf8 => String::from("命令里有不是 UTF-8 的文字"),
        _ => String::from("命令写得不对"),
    }
}

fn listed(value: &ContextValue) -> String {
    match value {
        ContextValue::String(one) => one.clone(),
        ContextValue::Strings(many) => many.join("、"),
        other => other.to_string(),
    }
}

fn choices(error: &Error) -> String {
    let known = error.get(ContextKind::ValidValue).map(listed).unwrap_or_default();
    let meant = meant(error, ContextKind::SuggestedValue);
    if known.is_empty() { meant } else { format!("{meant}；可用：{known}") }
}

fn meant(error: &Error, kind: ContextKind) -> String {
    let near = error.get(kind).map(listed).unwrap_or_default();
    if near.is_empty() { near } else { format!("，是否为“{near}”？") }
}
