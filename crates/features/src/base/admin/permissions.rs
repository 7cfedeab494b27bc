//! Who may do what, and how far: the matrix of the pack in force.

use std::collections::BTreeMap;

use askama::Template;
use huitong_kernel::Result;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Reply};

#[derive(Template)]
#[template(path = "base/admin/pages/permissions.html")]
struct PermissionsPage {
    shell: Shell,
    groups: Vec<Group>,
    roles: Vec<RoleRow>,
}

/// The acts on one kind of thing.
struct Group {
    title: &'static str,
    id: String,
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
    let mut acts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for act in roles.all().iter().flat_map(|role| role.grants.iter().map(|grant| grant.act.as_str())) {
        let group = acts.entry(act.split('.').next().unwrap_or(act)).or_default();
        if !group.contains(&act) {
            group.push(act);
        }
    }
    let cell = |role: &huitong_kernel::rights::Role, act: &str| {
        let reaches: Vec<&str> = role.reaches(act).into_iter().map(huitong_kernel::rights::Reach::label).collect();
        Cell { role: role.title.clone(), reach: reaches.join("；") }
    };
    let row = |act: &&str| ActRow {
        act: (*act).to_owned(),
        label: roles.act_label(act).to_owned(),
        cells: roles.all().iter().map(|role| cell(role, act)).collect(),
    };
    let group = |(key, acts): (&&str, &Vec<&str>)| Group {
        title: title(key),
        id: format!("acts-{key}"),
        acts: acts.iter().map(row).collect(),
    };
    let mut shell = c.shell("权限表")?;
    shell.lead = format!("按现行政策包 {}", roles.version());
    c.page(&PermissionsPage {
        shell,
        groups: acts.iter().map(group).collect(),
        roles: roles.all().iter().map(RoleRow::new).collect(),
    })
}

impl RoleRow {
    fn new(role: &huitong_kernel::rights::Role) -> RoleRow {
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
            tone: if role.source.kind.needs_confirmation() { "amber" } else { "green" },
            basis: role.source.basis.clone(),
        }
    }
}

/// What the acts of a group are about.
fn title(key: &str) -> &'static str {
    match key {
        "appeal" => "诉求",
        "queue" | "desk" => "工作台与队列",
        "association" | "responsibility" | "link" => "协会与责任关系",
        "attachment" => "附件",
        "journal" | "access" | "metrics" => "操作日志与查询",
        "pack" => "政策包",
        "notice" => "消息",
        "unit" => "单位",
        "user" | "post" | "token" | "account" | "session" | "invitation" => "账户与任职",
        "permission" => "权限",
        _ => "其他",
    }
}
