//! Identity: accounts, the posts people hold in units with dates, passwords, sessions and tokens.

mod acts;
mod directory;
mod model;
mod passwords;
mod rules;
mod store;

pub use acts::{
    Attempt, EXPIRY_JOB, NewPost, NewUser, Opened, accept_invitation, add, bearer, change_own_password,
    create_token, disable, enable, end, end_session, expire, grant, invitation_office, invite_first,
    office_renamed, revoke_token, session, sessions_of, set_password, sign_in, sign_out, sweep, tokens_of,
    touch,
};
pub use directory::{
    account, by_login, name_of, names, people_in_role, people_with_role, posts_of, users_of_unit,
};
pub use model::{Account, HeldPost, Holder, Office, PostId, Session, SessionId, Token, TokenId, UserId};
pub use passwords::{Hashed, hash};
