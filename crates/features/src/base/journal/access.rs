//! Who can see a row, worked out from the roles of the pack in force and the posts held today.

use huitong_kernel::pack::Role;
use huitong_kernel::rights::{Granted, Reach, SubjectKeys};
use huitong_kernel::{Id, Result, Tx};

use super::subjects::{Explanation, Seen, office_name, office_word};
use crate::base::duty;
use crate::base::identity::{self, Holder};

/// Explains by which roles and reaches an act (`appeal.view`) is open on a subject whose key columns hold `value`;
/// `kept_out` names those whom a rule of the subject excludes whatever their role.
pub fn by_roles<'v>(
    tx: &Tx,
    act: &str,
    keys: &SubjectKeys,
    value: &dyn Fn(&str) -> Option<&'v str>,
    kept_out: &dyn Fn(&Holder) -> bool,
) -> Result<Vec<Explanation>> {
    let mut lines = Vec::new();
    for role in tx.ctx().roles().all() {
        for Granted { reach, by } in tx.ctx().roles().grants(&role.key, act) {
            let (rule, holders) = match reach {
                Reach::Public => (String::from("公开内容，不登录也能看"), Vec::new()),
                Reach::City => {
                    (format!("“{}”可以看全市的记录", role.title), identity::people_with_role(tx, &role.key)?)
                }
                Reach::Unit => of_units(tx, &role.key, &role.title, keys, value)?,
                Reach::Linked => of_links(tx, role, by, keys, value)?,
                Reach::Assigned => of_assignee(tx, &role.key, &role.title, keys, value)?,
                Reach::Own => of_owner(tx, &role.key, &role.title, keys, value)?,
            };
            lines.push(Explanation {
                role: role.title.clone(),
                office: office_word(role.office).to_owned(),
                reach: reach.label().to_owned(),
                rule,
                people: holders.iter().filter(|h| !kept_out(h)).map(|h| h.name.clone()).collect(),
                everybody: *reach == Reach::Public,
            });
        }
    }
    Ok(lines)
}

/// The same for an act whose reach no row narrows: the role alone decides.
pub fn by_role(tx: &Tx, act: &str) -> Result<Seen> {
    by_roles(tx, act, &SubjectKeys::default(), &|_| None, &|_| false).map(Seen::By)
}

type Found = (String, Vec<Holder>);

fn of_units<'v>(
    tx: &Tx,
    role: &str,
    title: &str,
    keys: &SubjectKeys,
    value: &dyn Fn(&str) -> Option<&'v str>,
) -> Result<Found> {
    let mut units: Vec<&str> = keys.units.iter().filter_map(|column| value(column)).collect();
    units.sort();
    units.dedup();
    let (mut names, mut holders) = (Vec::new(), Vec::new());
    for unit in &units {
        names.push(office_name(tx, unit)?);
        holders.extend(identity::people_in_role(tx, unit, role)?);
    }
    let rule = match names.as_slice() {
        [] => String::from("现在没有承办或者正要承办的单位"),
        names => format!("由{}承办或者正派往那里，其“{title}”可以看", names.join("、")),
    };
    Ok((rule, holders))
}

/// Units that answer for the association of a subject, by a link of the kinds that the right names.
fn of_links<'v>(
    tx: &Tx,
    role: &Role,
    by: &[String],
    keys: &SubjectKeys,
    value: &dyn Fn(&str) -> Option<&'v str>,
) -> Result<Found> {
    let Some(association) = keys.association.and_then(value) else {
        return Ok((String::from("没有对应的协会"), Vec::new()));
    };
    let mut holders: Vec<Holder> = Vec::new();
    for unit in duty::answering(tx, &Id::stored(association.to_owned()), by)? {
        // A unit may answer for it in more than one way.
        let found = identity::people_in_role(tx, unit.as_str(), &role.key)?;
        for one in found {
            if !holders.iter().any(|known| known.user == one.user) {
                holders.push(one);
            }
        }
    }
    Ok((format!("单位与这家协会有责任关系，其“{}”可以看", role.title), holders))
}

fn of_assignee<'v>(
    tx: &Tx,
    role: &str,
    title: &str,
    keys: &SubjectKeys,
    value: &dyn Fn(&str) -> Option<&'v str>,
) -> Result<Found> {
    let Some(user) = keys.assignee.and_then(value) else {
        return Ok((String::from("还没有分给具体的人"), Vec::new()));
    };
    let all = identity::people_with_role(tx, role)?;
    let holders = all.into_iter().filter(|h| h.user.as_str() == user).collect();
    Ok((format!("分给本人的，“{title}”可以看"), holders))
}

fn of_owner<'v>(
    tx: &Tx,
    role: &str,
    title: &str,
    keys: &SubjectKeys,
    value: &dyn Fn(&str) -> Option<&'v str>,
) -> Result<Found> {
    let offices = [keys.owner_association, keys.owner_company].into_iter().flatten().filter_map(value);
    let mut holders = Vec::new();
    for office in offices {
        holders.extend(identity::people_in_role(tx, office, role)?);
    }
    if let Some(user) = keys.owner_user.and_then(value)
        && let Some(id) = Id::parse(user)
        && !holders.iter().any(|h: &Holder| h.user == id)
    {
        let (name, office) = (identity::name_of(tx, &id)?, String::new());
        let held = identity::people_with_role(tx, role)?.iter().any(|h| h.user == id);
        holders.extend(held.then(|| Holder { user: id, name, role: role.to_owned(), office }));
    }
    Ok((format!("由本人、本协会、本企业提出的，或者送达本协会的，“{title}”可以看"), holders))
}
