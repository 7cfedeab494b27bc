//! The frame of every page: who is signed in, where one can go, what waits.

use huitong_kernel::ctx::{Actor, OfficeKind, Post};
use huitong_kernel::http::Call;
use huitong_kernel::http::page::{Link, NavItem, Shell, UserBox};
use huitong_kernel::{Id, Result, Tx};

use crate::base::notices;
use crate::base::units::{self, Unit};
use crate::growth::appeals;

/// A place in the navigation: address, label, label for the phone, icon, the act that opens it.
struct Place(&'static str, &'static str, &'static str, &'static str, &'static str);

/// Where staff go; a line stands before the first of the administration.
const INSIDE: &[Place] = &[
    Place("/desk", "工作台", "工作台", "home", "desk.view"),
    Place("/appeals", "诉求工单", "诉求", "inbox", "appeal.list"),
    Place("/orgs", "找协会", "协会", "building-community", "association.view"),
    Place("/duty", "责任关系查询", "责任", "sitemap", "responsibility.view"),
    Place("/admin/pack", "政策包", "政策包", "books", "pack.view"),
    Place("/admin/dispatch-models", "派单模型", "模型", "route", "dispatch_model.view"),
    Place("/admin/users", "账户与任职", "账户", "users", "user.list"),
    Place("/admin/units", "单位", "单位", "building", "unit.list"),
    Place("/admin/permissions", "权限表", "权限", "table", "permission.view"),
    Place("/admin/access", "谁能看到", "可见", "eye", "access.explain"),
    Place("/admin/journal", "操作日志", "日志", "history", "journal.view"),
];

/// Where associations and companies go.
const OUTSIDE: &[Place] = &[
    Place("/desk", "工作台", "工作台", "home", "desk.view"),
    Place("/my/appeals", "我的诉求", "诉求", "inbox", "appeal.list"),
    Place("/appeals/new", "提交诉求", "提交", "message-2", "appeal.submit"),
    Place("/orgs", "找协会", "协会", "building-community", "association.view"),
    Place("/duty", "责任关系查询", "责任", "sitemap", "responsibility.view"),
];

/// Where everybody goes without an account.
const PUBLIC: &[Place] = &[
    Place("/", "首页", "首页", "home", "association.view"),
    Place("/orgs", "找协会", "协会", "building-community", "association.view"),
    Place("/appeals/new", "提交诉求", "提交", "message-2", "appeal.submit"),
    Place("/track", "查办理进度", "进度", "search", "appeal.track"),
    Place("/duty", "责任关系查询", "责任", "sitemap", "responsibility.view"),
];

/// Completes the frame for whoever asks.
pub fn shell(c: &Call) -> Result<Shell> {
    let mut shell = Shell::plain(c);
    let pack = c.city.pack();
    shell.site = format!("{}行业协会商会综合服务平台", pack.city.name);
    shell.public_nav = places(c, PUBLIC, 0);
    let Actor::Person { name, posts, .. } = &c.ctx.actor else {
        shell.workspace.clone_from(&shell.site);
        shell.foot_links =
            vec![Link { href: String::from("/login"), label: String::from("工作人员和协会登录") }];
        return Ok(shell);
    };
    let inside = posts.iter().any(|p| p.kind == OfficeKind::Unit);
    let (waiting, unread) = c.read(|tx| {
        let unread = c.ctx.user().map_or(Ok(0), |user| notices::unread_to_a_hundred(tx, user))?;
        Ok((if inside { appeals::waiting(tx)? } else { 0 }, unread))
    })?;
    let post = posts.first();
    let role = post.and_then(|p| c.ctx.roles().get(&p.role)).map(|r| r.title.clone());
    shell.workspace = match post {
        Some(post) => c.read(|tx| workspace(tx, post))?,
        None => shell.site.clone(),
    };
    shell.user = Some(UserBox {
        name: name.clone(),
        unit: post.map(|p| p.office_name.clone()).unwrap_or_default(),
        role: role.unwrap_or_default(),
        initial: name.chars().take(1).collect(),
    });
    shell.nav = places(c, if inside { INSIDE } else { OUTSIDE }, waiting);
    if c.ctx.may("notice.view").is_some() {
        shell.notices_href = String::from("/notices");
        shell.notices = unread;
    }
    Ok(shell)
}

/// The name of the workspace of a post, in the words of the city.
fn workspace(tx: &Tx, post: &Post) -> Result<String> {
    let pack = tx.ctx().pack()?;
    let unit = match Id::<Unit>::parse(&post.office).filter(|_| post.kind == OfficeKind::Unit) {
        Some(id) => units::find(tx, &id)?,
        None => None,
    };
    let key = match (post.kind, unit) {
        (OfficeKind::Association, _) => "association",
        (OfficeKind::Company, _) => "company",
        _ if ADMINISTRATORS.contains(&post.role.as_str()) => "administration",
        (_, Some(unit)) if unit.key == pack.city.host_unit => "social_work",
        (_, Some(unit)) if unit.is("registration_authority") => "registration",
        _ => "department",
    };
    let named = pack.city.workspaces.iter().find(|w| w.key == key);
    Ok(named.map_or_else(|| post.office_name.clone(), |w| w.label.clone()))
}

/// Roles that look after the system and not after cases.
const ADMINISTRATORS: [&str; 3] = ["system_admin", "policy_admin", "auditor"];

/// Whether a place is for this reader. What the public may do is no business of a post that was not given it: the page
/// would open with nothing filled in.
fn open_to(c: &Call, place: &Place) -> bool {
    let right = c.ctx.may(place.4);
    let as_public = c.ctx.posts().is_empty() || place.4 != "appeal.submit";
    right.is_some_and(|right| as_public || right.through.iter().any(|t| t.post.is_some()))
}

fn places(c: &Call, places: &[Place], waiting: i64) -> Vec<NavItem> {
    let open = places.iter().filter(|p| c.path() == p.0 || c.path().starts_with(&format!("{}/", p.0)));
    let current = open.max_by_key(|p| p.0.len()).map(|p| p.0);
    let mut line = false;
    let mut items = Vec::new();
    for Place(href, label, short, icon, _) in places.iter().filter(|p| open_to(c, p)) {
        let administration = href.starts_with("/admin");
        items.push(NavItem {
            href: (*href).to_owned(),
            label: (*label).to_owned(),
            short: (*short).to_owned(),
            icon: (*icon).to_owned(),
            current: current == Some(*href),
            count: Some(waiting).filter(|n| *href == "/appeals" && *n > 0),
            red: false,
            line_before: administration && !line,
        });
        line |= administration;
    }
    items
}
