//! Identity: accounts, the posts people hold in units with dates, passwords, sessions and tokens.

mod acts;
mod cli;
mod directory;
mod model;
mod notices;
pub(in crate::base) mod pages;
mod passwords;
mod rules;
mod store;
mod subject;

use std::borrow::Cow;

use huitong_kernel::capability::{Capability, Run, Work};

use crate::base::journal::Kind;
use crate::base::notices::Teller;
use crate::base::places::{self, under};

pub(crate) use acts::office_kind;
pub use acts::{
    Attempt, EXPIRY_JOB, NewPost, NewUser, Opened, Origin, accept_invitation, add, bearer,
    change_own_password, create_token, disable, enable, end, end_session, expire, grant, invitation_office,
    invite_first, office_renamed, own_tokens, revoke_own_token, revoke_token, session, sessions_of,
    set_password, sign_in, sign_out, sweep, tokens_of, touch, unchanged, unlock, wrong_names,
};
pub use cli::{NewFromCommandLine, add_from_command_line, resolve_office};
pub use directory::{
    account, by_login, by_name, company_name, list, name_of, names, people_in_role, people_with_role, post,
    posts_of, users_of_unit,
};
pub use model::{Account, HeldPost, Holder, Office, PostId, Session, SessionId, Token, TokenId, UserId};
pub use passwords::{Hashed, hash};
pub use store::LISTS;

/// Acts of this capability, with their Chinese names; the last two are the system's own and never granted.
pub const ACTS: &[(&str, &str)] = &[
    ("session.sign_in", "登录"),
    ("session.sign_out", "退出登录"),
    ("invitation.accept", "用一次性链接开通首位管理员"),
    ("account.manage", "管理本人账户"),
    ("user.list", "查看账户"),
    ("user.add", "开通账户"),
    ("user.disable", "停用账户"),
    ("user.enable", "恢复账户"),
    ("user.password", "设置密码"),
    ("user.unlock", "解除登录暂停"),
    ("post.grant", "授予任职"),
    ("post.end", "结束任职"),
    ("token.create", "签发接口令牌"),
    ("token.revoke", "收回接口令牌"),
    ("session.lock", "暂停登录"),
    ("post.expired", "任职到期"),
];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability {
        routes: pages::routes(),
        jobs: vec![Work { kind: EXPIRY_JOB, run: Run::Act(expire) }],
        ..Capability::named("identity", ACTS)
    }
    .hands(Kind::new(subject::UserSubject))
    .hands(Kind::new(subject::PostSubject))
    .hands(Teller { subject_kind: Cow::Borrowed("post"), recipients: notices::recipients })
    .hands(Kind::new(subject::AccessSubject { kind: "session", label: "登录" }))
    .hands(Kind::new(subject::AccessSubject { kind: "token", label: "接口令牌" }))
    .hands(under(places::ACCOUNTS, &["user", "post", "token", "account", "session", "invitation"]))
}
