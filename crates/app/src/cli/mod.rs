//! The command line: what there is to call, in Chinese, with exits that programs can rely on (0 done, 1 no, 2 wrong use, 3 broken).

mod codes;
mod deadline;
mod demo;
mod dispatch;
mod duplicates;
mod export;
mod import;
mod invite;
mod journal;
mod log;
mod pack;
mod serve;
mod texts;
mod token;
mod topics;
mod upgrade;
mod user;
mod version;
mod words;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::out::{Failure, Outcome, note, print};

/// 会通：行业协会商会诉求办理和责任关系平台
#[derive(Debug, Parser)]
#[command(
    name = "huitong",
    after_help = "示例：\n  huitong demo --listen 127.0.0.1:8080\n  huitong serve --help"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 运行平台；文件夹为空时先建立城市，并给出开通首位管理员的一次性链接
    #[command(after_help = serve::EXAMPLE)]
    Serve(serve::Args),
    /// 运行演示城市；文件夹为空时先建立，每个角色给出可用账户
    #[command(after_help = demo::EXAMPLE)]
    Demo(demo::Args),
    /// 管理账户
    #[command(subcommand, after_help = user::EXAMPLE)]
    User(user::Command),
    /// 签发接口令牌
    #[command(subcommand, after_help = token::EXAMPLE)]
    Token(token::Command),
    /// 导入其他平台的诉求、台账，撤销一批导入
    #[command(subcommand, after_help = import::EXAMPLE)]
    Import(import::Command),
    /// 导出台账
    #[command(after_help = export::EXAMPLE)]
    Export(export::Args),
    /// 检查政策包
    #[command(subcommand, after_help = pack::EXAMPLE)]
    Pack(pack::Command),
    /// 核验操作日志
    #[command(subcommand, after_help = journal::EXAMPLE)]
    Journal(journal::Command),
    /// 解释办理时限
    #[command(subcommand, after_help = deadline::EXAMPLE)]
    Deadline(deadline::Command),
    /// 核对国家标准代码
    #[command(subcommand, after_help = codes::EXAMPLE)]
    Codes(codes::Command),
    /// 派单模型：学习、衡量、给出建议
    #[command(subcommand, after_help = dispatch::EXAMPLE)]
    Dispatch(dispatch::Command),
    /// 找出说同一件事的诉求
    #[command(after_help = duplicates::EXAMPLE)]
    Duplicates(duplicates::Args),
    /// 找出正在上升的话题
    #[command(after_help = topics::EXAMPLE)]
    Topics(topics::Args),
    /// 给出开通首位系统管理员的一次性链接
    #[command(after_help = invite::EXAMPLE)]
    Invite(invite::Args),
    /// 升级数据结构；先说要做什么
    #[command(after_help = upgrade::EXAMPLE)]
    Upgrade(upgrade::Args),
    /// 显示程序、政策包和数据结构的版本
    #[command(after_help = version::EXAMPLE)]
    Version(version::Args),
}

impl Command {
    fn run(self) -> Outcome {
        match self {
            Command::Serve(args) => args.run(),
            Command::Demo(args) => args.run(),
            Command::User(command) => command.run(),
            Command::Token(command) => command.run(),
            Command::Import(command) => command.run(),
            Command::Export(args) => args.run(),
            Command::Pack(command) => command.run(),
            Command::Journal(command) => command.run(),
            Command::Deadline(command) => command.run(),
            Command::Codes(command) => command.run(),
            Command::Dispatch(command) => command.run(),
            Command::Duplicates(args) => args.run(),
            Command::Topics(args) => args.run(),
            Command::Invite(args) => args.run(),
            Command::Upgrade(args) => args.run(),
            Command::Version(args) => args.run(),
        }
    }
}

/// Runs one command line and answers with its exit.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    // A panic is a mistake of ours; whoever calls us still gets an exit that says so.
    let run = AssertUnwindSafe(|| run(args));
    let outcome = catch_unwind(run)
        .unwrap_or_else(|_| Err(Failure::Broken(String::from("程序内部出错，命令没有完成"))));
    ExitCode::from(exit(outcome))
}

fn run(args: impl IntoIterator<Item = OsString>) -> Outcome {
    let args: Vec<OsString> = args.into_iter().collect();
    let command = words::in_chinese(Cli::command());
    let parsed = command.clone().try_get_matches_from(&args).and_then(|found| Cli::from_arg_matches(&found));
    match parsed {
        Ok(cli) => cli.command.run(),
        Err(error) if words::is_help(&error) => print(&words::help(&error)).map(|()| true),
        Err(error) => Err(Failure::Wrong(words::complaint(&error))),
    }
}

fn exit(outcome: Outcome) -> u8 {
    let (code, words) = match outcome {
        Ok(true) | Err(Failure::Unread) => return 0,
        Ok(false) => return 1,
        Err(Failure::No(words)) => (1, words),
        Err(Failure::Wrong(words)) => (2, words),
        Err(Failure::Broken(words)) => (3, words),
    };
    note(&words);
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        words::in_chinese(Cli::command()).debug_assert();
    }
}
