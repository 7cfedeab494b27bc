//! Who may do what, and how far: the matrix of the pack in force.

use askama::Template;
use huitong_kernel::Result;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Name, Reply};
use huitong_kernel::rights::{Reach, Role};

use crate::base::places::{self, Under};

#[derive(Template)]
#[template(path = "base/admin/pages/permissions.html")]
struct PermissionsPage {
    shell: Shell,
    /// Whether the keys by which the pack names acts and roles are shown.
    keys: bool,
    legend: Vec<(&'static str, &'static str)>,
    groups: Vec<Group>,
    roles: Vec<RoleRow>,
}

/// The acts on one kind of thing.
struct Group {
    title: Name,
    id: Name,
    acts: Vec<ActRow>,
}

struct ActRow {
    act: String,
    label: String,
    cells: Vec<Cell>,
}

/// What one role may do of one act; no words where it may not.
struct Cell {
    role: String,
    reach: String,
}

struct RoleRow {
    title: String,
    key: String,
    office: &'static str,
    explain: String,
    standing: &'static str,
    tone: &'static str,
    basis: String,
}

pub fn show(c: &Call) -> Result<Reply> {
    let roles = c.ctx.roles();
    let granted = roles.all().iter().flat_map(|role| role.grants.iter().map(|grant| grant.act.as_str()));
    let mut known: Vec<&str> = Vec::new();
    for act in granted {
        if !known.contains(&act) {
            known.push(act);
        }
    }
    let cell = |role: &Role, act: &str| {
        let reaches: Vec<&str> = role.reaches(act).into_iter().map(short).collect();
        Cell { role: role.title.clone(), reach: reaches.join("、") }
    };
    let row = |act: &&str| ActRow {
        act: (*act).to_owned(),
        label: roles.act_label(act).to_owned(),
        cells: roles.all().iter().map(|role| cell(role, act)).collect(),
    };
    let headings = places::headings(&c.ctx.policy);
    let stands = |under: &Under, act: &str| under.kinds.iter().any(|known| known == kind(act));
    let (named, others): (Vec<&str>, Vec<&str>) =
        known.into_iter().partition(|act| headings.iter().any(|under| stands(under, act)));
    let mut groups: Vec<Group> = headings
        .into_iter()
        .map(|under| {
            let acts = named.iter().filter(|act| stands(&under, act)).map(row).collect();
            Group { title: under.heading.title, id: under.heading.id, acts }
        })
        .collect();
    groups
        .push(Group { title: "其他".into(), id: "others".into(), acts: others.iter().map(row).collect() });
    groups.retain(|group| !group.acts.is_empty());
    let reaches = [Reach::Public, Reach::Own, Reach::Assigned, Reach::Unit, Reach::Linked, Reach::City];
    let mut shell = c.shell("权限表")?;
    shell.lead = format!("按现行政策规则库 {}", roles.version());
    c.page(&PermissionsPage {
        shell,
        keys: c.query("keys").is_some(),
        legend: reaches.map(|reach| (short(reach), meaning(reach))).to_vec(),
        groups,
        roles: roles.all().iter().map(RoleRow::new).collect(),
    })
}

/// How far, in the two or three characters that a cell has room for.
fn short(reach: Reach) -> &'static str {
    match reach {
        Reach::Public => "公开",
        Reach::Own => "本人",
        Reach::Assigned => "分办",
        Reach::Unit => "本单位",
        Reach::Linked => "对应协会",
        Reach::City => "全市",
    }
}

/// What the short word stands for.
fn meaning(reach: Reach) -> &'static str {
    if reach == Reach::City { "全市所有的" } else { reach.label() }
}

/// The word before the dot of an act.
fn kind(act: &str) -> &str {
    act.split('.').next().unwrap_or(act)
}

impl RoleRow {
    fn new(role: &Role) -> RoleRow {
        use huitong_kernel::pack::Office;
        RoleRow {
            title: role.title.clone(),
            key: role.key.clone(),
            office: match role.office {
                Office::None => "不登录",
                Office::Association => "在协会任职",
                Office::Company => "在企业任职",
                Office::Unit => "在单位任职",
                Office::City => "面向全市，在单位任职",
            },
            explain: role.explain.clone(),
            standing: role.source.standing(),
            tone: if role.source.kind.needs_confirmation() { "grey" } else { "green" },
            basis: role.source.basis.clone(),
        }
    }
}
