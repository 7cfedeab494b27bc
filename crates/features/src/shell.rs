//! The frame of every page: who is signed in, where one can go, what waits.

use huitong_kernel::ctx::{Actor, OfficeKind, Post};
use huitong_kernel::http::Call;
use huitong_kernel::http::page::{Link, NavItem, Shell, UserBox};
use huitong_kernel::{Id, Result, Tx};

use crate::base::notices;
use crate::base::places::{Place, Side, navigation};
use crate::base::units::{self, Unit};

/// Completes the frame for whoever asks.
pub fn shell(c: &Call) -> Result<Shell> {
    let mut shell = Shell::plain(c);
    let pack = c.ctx.pack()?;
    shell.site = format!("{}行业协会商会综合服务平台", pack.city.name);
    shell.public_nav = items(c, &navigation(&c.ctx.policy, Side::Public), &[]);
    let Actor::Person { name, posts, .. } = &c.ctx.actor else {
        shell.workspace.clone_from(&shell.site);
        shell.foot_links =
            vec![Link { href: String::from("/login"), label: String::from("工作人员和协会登录") }];
        return Ok(shell);
    };
    let inside = posts.iter().any(|p| p.kind == OfficeKind::Unit);
    let places = navigation(&c.ctx.policy, if inside { Side::Inside } else { Side::Outside });
    let (waiting, unread) = c.read(|tx| {
        let unread = c.ctx.user().map_or(Ok(0), |user| notices::unread_to_a_hundred(tx, user))?;
        let counted = |place: &&Place| place.count.filter(|_| open_to(c, place));
        let waiting = places.iter().map(|place| counted(&place).map_or(Ok(0), |count| count(tx, place)));
        Ok((waiting.collect::<Result<Vec<i64>>>()?, unread))
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
    shell.nav = items(c, &places, &waiting);
    if let Some(post) = posts.iter().find(|post| post.kind == OfficeKind::Association) {
        own(&mut shell.nav, &format!("/orgs/{}", post.office), c.path());
    }
    if c.ctx.may("notice.view").is_some() {
        shell.notices_href = String::from("/notices");
        shell.notices = unread;
    }
    Ok(shell)
}

/// Puts the file of one's own association before the search for associations, for who may search.
fn own(nav: &mut Vec<NavItem>, href: &str, here: &str) {
    let Some(place) = nav.iter().position(|item| item.href == "/orgs") else { return };
    let current = here == href;
    nav[place].current &= !current;
    let (label, short) = (String::from("本协会"), String::from("本协会"));
    nav.insert(
        place,
        NavItem { href: href.to_owned(), label, short, current, count: None, ..nav[place].clone() },
    );
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

/// Whether a place is for this reader.
fn open_to(c: &Call, place: &Place) -> bool {
    let right = c.ctx.may(&place.act);
    let as_public = c.ctx.posts().is_empty() || !place.by_post;
    right.is_some_and(|right| as_public || right.through.iter().any(|t| t.post.is_some()))
}

/// The places that this reader sees, with what waits in each.
fn items(c: &Call, places: &[Place], waiting: &[i64]) -> Vec<NavItem> {
    let here = |href: &str| c.path() == href || c.path().starts_with(&format!("{href}/"));
    let current = places.iter().filter(|p| here(&p.href)).max_by_key(|p| p.href.len()).map(|p| &p.href);
    let mut line = false;
    let mut items = Vec::new();
    let waiting = waiting.iter().copied().chain(std::iter::repeat(0));
    for (place, waiting) in places.iter().zip(waiting).filter(|(place, _)| open_to(c, place)) {
        items.push(NavItem {
            href: place.href.to_string(),
            label: place.label.to_string(),
            short: place.short.to_string(),
            icon: place.icon.to_string(),
            current: current == Some(&place.href),
            count: Some(waiting).filter(|n| *n > 0),
            red: false,
            line_before: place.administration && !line,
        });
        line |= place.administration;
    }
    items
}
