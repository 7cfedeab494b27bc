//! Who is told what: the pack's flow names recipients and sentences for each act; the capability knows the people.

use std::collections::BTreeMap;

use huitong_kernel::Id;
use huitong_kernel::ctx::User;
use huitong_kernel::error::Result;
use huitong_kernel::pack::{FlowAct, Notice, fill};

use super::model::Addressed;

/// The notices that an act of a flow sends: `people` finds those behind a recipient word of the pack, `values` fills the
/// sentence's placeholders; who stands behind two words is told once for each sentence.
pub fn of_act(
    act: &FlowAct,
    notices: &[Notice],
    values: &BTreeMap<&str, String>,
    link: &str,
    people: &dyn Fn(&str) -> Result<Vec<Id<User>>>,
) -> Result<Vec<Addressed>> {
    let mut told: Vec<Addressed> = Vec::new();
    for rule in &act.notify {
        let Some(notice) = notices.iter().find(|n| n.key == rule.notice) else { continue };
        for user in people(&rule.who)? {
            if !told.iter().any(|t| t.user == user && t.kind == notice.key) {
                let title = fill(&notice.title, &|name| values.get(name).map(String::as_str));
                told.push(Addressed { user, kind: notice.key.clone(), title, link: link.to_owned() });
            }
        }
    }
    Ok(told)
}

/// Whether a link stays inside this site; another is not followed.
pub fn is_local(link: &str) -> bool {
    link.starts_with('/') && !link.starts_with("//") && !link.contains(['\\', '\r', '\n'])
}
