//! The public pages of the register: finding an association, its card with who answers for it, and suggestions of names.

use std::collections::BTreeSet;

use askama::Template;
use huitong_codes::search::Terms;
use huitong_kernel::clock::civil_date;
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::http::page::{Fact, Pager, Shell, Tab};
use huitong_kernel::http::{Call, GET, Rate, Reply, Route, asset, page};
use huitong_kernel::pack::{Closed as _, FileTab};
use huitong_kernel::{OrMissing, Result};
use serde_json::json;

use super::file::{FileBlock, FileBlocks};
use super::model::{Association, AssociationId, Status};
use super::store;
use crate::base::duty::{self, AppealAnswer, Held};
use crate::base::units;

/// The routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        page(GET, "/orgs", "association.view", list)
            .public()
            .rate(Rate::Search)
            .summary("按名称或代码找协会"),
        asset("/orgs/suggest", "association.view", suggest)
            .public()
            .rate(Rate::Search)
            .summary("按输入的文字提示协会名称"),
        page(GET, "/orgs/{id}", "association.view", card)
            .public()
            .summary("一家协会：基本信息、责任单位和看得到的各栏档案"),
    ]
}

/// Associations on one page of the list.
const PAGE: i64 = 20;
/// Names that are suggested at most.
const SUGGESTIONS: i64 = 10;

/// An association in a list.
pub struct Found {
    /// Where its row leads.
    pub href: String,
    /// Name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// How it is managed.
    pub how: String,
    /// Its industries.
    pub industries: String,
    /// Whether it is no more.
    pub ended: bool,
}

/// A page of associations, to be drawn by `found.html`.
pub struct Listing {
    /// Its rows.
    pub found: Vec<Found>,
    /// The pages beside it.
    pub pager: Pager,
}

impl Listing {
    /// The associations whose names or codes hold these words, each leading to where `href` says; `path` is the page it stands on.
    pub fn read(c: &Call, words: &str, path: &str, href: impl Fn(&Association) -> String) -> Result<Listing> {
        let terms = Terms::of(words);
        let asked: i64 = c.query("page").and_then(|p| p.parse().ok()).unwrap_or(1);
        let (total, number, rows) = c.read(|tx| {
            let total = store::count(tx, &terms)?;
            let number = asked.clamp(1, ((total + PAGE - 1) / PAGE).max(1));
            Ok((total, number, store::search(tx, &terms, PAGE, (number - 1) * PAGE)?))
        })?;
        let found = rows.iter().map(|a| Found {
            href: href(a),
            name: a.name.clone(),
            uscc: a.uscc.to_string(),
            how: management(c, a),
            industries: a.industry_names().join("、"),
            ended: a.status != Status::Active,
        });
        let page = |n: i64| format!("{path}{}", c.queries().with("page", &n.to_string()));
        Ok(Listing { found: found.collect(), pager: Pager::new(total, number, PAGE, "家", page) })
    }
}

/// What both frames of the list show.
struct ListView {
    q: String,
    listing: Listing,
}

#[derive(Template)]
#[template(path = "base/associations/pages/list.html")]
struct PublicList {
    shell: Shell,
    view: ListView,
}

#[derive(Template)]
#[template(path = "base/associations/pages/list_desk.html")]
struct DeskList {
    shell: Shell,
    view: ListView,
}

fn list(c: &Call) -> Result<Reply> {
    let q = c.query("q").unwrap_or_default().to_owned();
    let listing = Listing::read(c, &q, "/orgs", |a| format!("/orgs/{}", a.id))?;
    let mut shell = c.shell("找协会")?;
    shell.lead = String::from("按名称或者统一社会信用代码查找，看由谁答复");
    let view = ListView { q, listing };
    match c.ctx.user() {
        Some(_) => c.page(&DeskList { shell, view }),
        None => c.page(&PublicList { shell, view }),
    }
}

/// How an association is managed, in the words of the pack in force.
fn management(c: &Call, association: &Association) -> String {
    let pack = c.ctx.pack().ok();
    let how = pack.and_then(|pack| pack.association_type(&association.management_type));
    how.map_or_else(|| association.management_type.clone(), |t| t.name.clone())
}

/// What both frames of the card show.
struct CardView {
    id: String,
    active: bool,
    /// Whether this reader brings appeals in; staff register those of others.
    may_submit: bool,
    facts: Vec<Fact>,
    held: Vec<Held>,
    /// Who answers its appeals.
    appeals: AppealAnswer,
    today: String,
    /// The tabs of its file; none where there is nothing but the card.
    tabs: Vec<Tab>,
    /// What stands under the tab that is open; the card where none is.
    blocks: Vec<FileBlock>,
}

#[derive(Template)]
#[template(path = "base/associations/pages/card.html")]
struct PublicCard {
    shell: Shell,
    view: CardView,
}

#[derive(Template)]
#[template(path = "base/associations/pages/card_desk.html")]
struct DeskCard {
    shell: Shell,
    view: CardView,
}

fn card(c: &Call) -> Result<Reply> {
    let id: AssociationId = c.id("id")?;
    let today = civil_date(c.ctx.now);
    let (association, held, appeals, blocks) = c.read(|tx| {
        let association = store::find(tx, &id)?.or_missing()?;
        let blocks: Result<Vec<Vec<FileBlock>>> =
            c.ctx.policy.house.all::<FileBlocks>().map(|brings| (brings.0)(tx, &id)).collect();
        let (held, appeals) = (duty::held(tx, &id, today)?, duty::answers_appeal(tx, &id, today)?);
        Ok((association, held, appeals, blocks?.into_iter().flatten().collect::<Vec<_>>()))
    })?;
    let there: BTreeSet<FileTab> = blocks.iter().map(|block| block.tab).collect();
    // Who follows a link to a tab in which there is nothing for them is shown the card.
    let open = there.iter().copied().find(|tab| c.query("tab") == Some(tab.key()));
    let shell = c.shell(&association.name)?;
    let inside = c.ctx.posts().iter().any(|post| post.kind == OfficeKind::Unit);
    let view = CardView {
        id: association.id.to_string(),
        active: association.status == Status::Active,
        may_submit: !inside && may_submit(c),
        facts: facts(c, &association),
        held,
        appeals,
        today: today.to_string(),
        tabs: tabs(&association, &there, open),
        blocks: blocks.into_iter().filter(|block| Some(block.tab) == open).collect(),
    };
    match c.ctx.user() {
        Some(_) => c.page(&DeskCard { shell, view }),
        None => c.page(&PublicCard { shell, view }),
    }
}

/// The card, and what this reader sees beside it.
fn tabs(association: &Association, there: &BTreeSet<FileTab>, open: Option<FileTab>) -> Vec<Tab> {
    let href = format!("/orgs/{}", association.id);
    let card =
        Tab { label: String::from("概况"), current: open.is_none(), href: href.clone(), ..Tab::default() };
    let others = there.iter().map(|tab| Tab {
        href: format!("{href}?tab={}", tab.key()),
        label: tab.word().to_owned(),
        current: open == Some(*tab),
        ..Tab::default()
    });
    if there.is_empty() { Vec::new() } else { std::iter::once(card).chain(others).collect() }
}

/// Whether this reader hands appeals in: the public, and whoever's post was given the right.
fn may_submit(c: &Call) -> bool {
    let public = c.ctx.posts().is_empty();
    c.ctx.may("appeal.submit").is_some_and(|right| public || right.through.iter().any(|t| t.post.is_some()))
}

/// What the public card says; nothing adverse, so an office term that has run out is not shown.
fn facts(c: &Call, a: &Association) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value, ..Fact::default() };
    let day = |day: Option<jiff::civil::Date>| day.map(|d| d.to_string()).unwrap_or_default();
    let mut facts = vec![
        fact("统一社会信用代码", a.uscc.to_string()),
        fact("状态", a.status.label().to_owned()),
        fact("管理类型", management(c, a)),
        fact("成立日期", day(a.founded_on)),
        fact("本届任期至", day(a.term_ends_on.filter(|d| *d >= civil_date(c.ctx.now)))),
        fact("会员数", a.member_count.map(|n| format!("{n} 家")).unwrap_or_default()),
        fact("办公电话", a.phone.clone().unwrap_or_default()),
        fact("所属行业", a.industry_names().join("、")),
        Fact { wide: true, ..fact("住所", a.address.clone().unwrap_or_default()) },
        Fact { wide: true, ..fact("业务范围", a.scope.clone()) },
    ];
    facts.retain(|f| !f.value.is_empty());
    facts
}

/// Answers `{"items":[{"value","label","sub"}]}`: associations, with `with=units` units too.
fn suggest(c: &Call) -> Result<Reply> {
    let terms = Terms::of(c.query("q").unwrap_or_default());
    let with_units = c.query("with") == Some("units");
    if terms.is_empty() {
        return Reply::json(&json!({"items": []}));
    }
    let items = c.read(|tx| {
        let found = store::search(tx, &terms, SUGGESTIONS, 0)?;
        let mut items: Vec<_> =
            found.iter().map(|a| json!({"value": a.id, "label": a.name, "sub": a.uscc.as_str()})).collect();
        if with_units {
            let all = units::all(tx)?;
            let fit = all.iter().filter(|u| u.active && terms.fit(&[&u.name, &u.short_name]));
            items.extend(fit.map(|u| json!({"value": u.id, "label": u.name, "sub": "单位"})));
        }
        items.truncate(usize::try_from(SUGGESTIONS).unwrap_or(0));
        Ok(items)
    })?;
    Reply::json(&json!({"items": items}))
}
