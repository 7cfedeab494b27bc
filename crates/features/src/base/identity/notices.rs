//! What auditors are told at once: that an administrator gave a post that reaches persons.

use huitong_kernel::journal::Kept;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Id, Result, Tx};

use super::model::Holder;
use super::{directory, rules};
use crate::base::notices::{Addressed, Told};

/// The end of the acts that look behind a confidential matter (`appeal.view_identity`).
const LOOKS: &str = ".view_identity";

/// Computes whom an entry on a post is told to. What the command line gives is not told: whoever has the machine opens the
/// accounts of a city with it, and could read the database anyway.
pub fn recipients(tx: &Tx, entry: &Kept, _: &Pack) -> Result<Told> {
    let (by_person, given) = (!entry.role.is_empty(), entry.body["after"]["role"].is_string());
    let found = Id::parse(&entry.subject).map(|id| directory::post(tx, &id)).transpose()?.flatten();
    let Some((post, account)) = found.filter(|_| by_person && given) else {
        return Ok(Told::default());
    };
    let Some(role) =
        tx.ctx().roles().get(&post.role).filter(|role| role.grants.iter().any(|g| g.act.ends_with(LOOKS)))
    else {
        return Ok(Told::default());
    };
    let title = format!("{}被授予{}“{}”，可以查看诉求人的身份", account.name, post.office.name, role.title);
    let told = |auditor: Holder| Addressed {
        user: auditor.user,
        kind: String::from("post_granted"),
        title: title.clone(),
        link: format!("/admin/journal/{}", entry.id),
    };
    let people = directory::people_with_role(tx, rules::AUDITOR)?.into_iter().map(told).collect();
    Ok(Told { people, over: None })
}
