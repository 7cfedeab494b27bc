//! What other capabilities ask: who holds a role where, and what somebody is called.

use std::collections::BTreeMap;

use huitong_codes::text;
use huitong_kernel::list::{Asked, Listed};
use huitong_kernel::{Result, Tx};

use super::acts::city_right;
use super::model::{Account, HeldPost, Holder, PostId, UserId};
use super::store::{accounts, posts};

/// Active people who hold a role in an office today.
pub fn people_in_role(tx: &Tx, office: &str, role: &str) -> Result<Vec<Holder>> {
    posts::holders(tx, office, role, tx.ctx().today())
}

/// Active people who hold a role anywhere in the city today: whom a notice to all of intake goes to.
pub fn people_with_role(tx: &Tx, role: &str) -> Result<Vec<Holder>> {
    posts::holders_anywhere(tx, role, tx.ctx().today())
}

/// Active people of a unit who hold one of the roles today, role by role, each once.
pub fn users_of_unit(tx: &Tx, unit: &str, roles: &[&str]) -> Result<Vec<Holder>> {
    let mut found: Vec<Holder> = Vec::new();
    for role in roles {
        for holder in people_in_role(tx, unit, role)? {
            if !found.iter().any(|known| known.user == holder.user) {
                found.push(holder);
            }
        }
    }
    Ok(found)
}

/// What the company of a code is called, where somebody holds or held a post in it.
pub fn company_name(tx: &Tx, code: &str) -> Result<Option<String>> {
    posts::company_name(tx, code)
}

/// Names by account id; an id that is unknown has none.
pub fn names(tx: &Tx, ids: &[UserId]) -> Result<BTreeMap<String, String>> {
    accounts::names(tx, ids)
}

/// Name of one account; the id itself where there is none.
pub fn name_of(tx: &Tx, id: &UserId) -> Result<String> {
    accounts::name(tx, id)
}

/// An account by its id.
pub fn account(tx: &Tx, id: &UserId) -> Result<Option<Account>> {
    accounts::find(tx, id)
}

/// An account by its login as typed.
pub fn by_login(tx: &Tx, login: &str) -> Result<Option<Account>> {
    accounts::by_login(tx, &text::key(login).to_lowercase())
}

/// Accounts whose holder is called so, twenty at most.
pub fn by_name(tx: &Tx, name: &str) -> Result<Vec<Account>> {
    accounts::by_name(tx, &text::name(name))
}

/// One page of the administrator's list of accounts (`user.list`), each with its posts in force today; `role` and
/// `office` narrow it, "" = any.
pub fn list(tx: &Tx, asked: &Asked, role: &str, office: &str) -> Result<Listed<(Account, Vec<HeldPost>)>> {
    city_right(tx.ctx(), "user.list")?;
    let today = tx.ctx().today();
    let page = accounts::list(tx, asked, role, office, today)?;
    let ids: Vec<UserId> = page.items.iter().map(|a| a.id.clone()).collect();
    let mut held = posts::in_force(tx, &ids, today)?;
    let items = page.items.into_iter().map(|account| {
        let (own, others) = held.drain(..).partition(|post: &HeldPost| post.user == account.id);
        held = others;
        (account, own)
    });
    let items = items.collect();
    Ok(Listed { items, total: page.total, next: page.next })
}

/// A post by its id, with the account that holds it.
pub fn post(tx: &Tx, id: &PostId) -> Result<Option<(HeldPost, Account)>> {
    let Some(post) = posts::find(tx, id)? else { return Ok(None) };
    Ok(accounts::find(tx, &post.user)?.map(|account| (post, account)))
}

/// Every post of an account, past ones too, the newest first.
pub fn posts_of(tx: &Tx, user: &UserId) -> Result<Vec<HeldPost>> {
    posts::of_user(tx, user)
}
