//! What layouts and macros take: one [`Shell`] for the frame of a page, small plain structs for its parts.

pub use crate::error::FieldError;
use crate::http::call::Call;

/// The frame of a page; `web/layout/*.html` read it as `shell`.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// Text of `<title>` without the product's name.
    pub title: String,
    /// The one H1 (layouts draw it; a page may override block `heading`).
    pub heading: String,
    /// One sentence beside the H1; may be empty.
    pub lead: String,
    /// Whether the page shows an error summary: the title then begins with 错误：.
    pub has_errors: bool,
    /// Name of the product as the city file has it.
    pub product: String,
    /// One character drawn in the white square: 会.
    pub mark: String,
    /// 锦宁市.
    pub city: String,
    /// 部门工作台 on the desk; the platform's full name on the public side.
    pub workspace: String,
    /// The unit that runs the platform (foot: 主办).
    pub host: String,
    /// None without login.
    pub user: Option<UserBox>,
    /// Where the role switch posts `role`; shown when `roles` has two or more.
    pub role_action: String,
    /// Posts the person can act in.
    pub roles: Vec<RoleChoice>,
    /// At most 9 items; on a phone the first 4 (or all 5) stand in the bottom bar, the rest behind 更多.
    pub nav: Vec<NavItem>,
    /// Name of the public side, and where everybody goes there, signed in or not.
    pub site: String,
    /// Its navigation.
    pub public_nav: Vec<NavItem>,
    /// Link of 消息 in the top bar; empty = not shown.
    pub notices_href: String,
    /// Unread notices; 0 = no badge.
    pub notices: i64,
    /// Token of the page's forms.
    pub csrf: String,
    /// Set in a demo city only.
    pub demo: Option<DemoBanner>,
    /// Address of the style sheet.
    pub css_href: String,
    /// Addresses of the scripts, in order.
    pub js_hrefs: Vec<String>,
    /// Whether the sprite has icons; gaps are closed where it has none.
    pub icons: bool,
    /// One sentence after an act.
    pub flash: Option<String>,
    /// Foot of public pages.
    pub foot_links: Vec<Link>,
    /// When the page was drawn: what is printed of it holds until then.
    pub at: String,
}

impl Shell {
    /// What every frame has, whoever looks at it: city, product, files, token, sentence of the last act.
    pub fn plain(c: &Call) -> Shell {
        let Ok(pack) = c.ctx.pack() else { return Shell::default() };
        let city = &pack.city;
        let mark = city.product.chars().find(|c| *c == '会').or(city.product.chars().next());
        Shell {
            product: city.product.clone(),
            mark: mark.map(String::from).unwrap_or_default(),
            city: city.name.clone(),
            host: pack.unit(&city.host_unit).map(|unit| unit.name.clone()).unwrap_or_default(),
            csrf: c.csrf(),
            demo: city.demo.then(|| DemoBanner { clock: crate::clock::minute_text(c.ctx.now) }),
            css_href: c.site.assets.css.clone(),
            js_hrefs: c.site.assets.scripts.clone(),
            icons: c.site.assets.icons,
            flash: c.flash(),
            at: crate::clock::minute_text(c.ctx.now),
            ..Shell::default()
        }
    }
}

/// Who is signed in, top right.
#[derive(Clone, Debug, Default)]
pub struct UserBox {
    /// Name of the person.
    pub name: String,
    /// Short name of the office.
    pub unit: String,
    /// Title of the role.
    pub role: String,
    /// First character of the name.
    pub initial: String,
}

/// One post of the role switch.
#[derive(Clone, Debug, Default)]
pub struct RoleChoice {
    /// What is posted as `role`.
    pub value: String,
    /// As read.
    pub label: String,
    /// Whether it is the one acted in now.
    pub current: bool,
}

/// One item of the navigation.
#[derive(Clone, Debug, Default)]
pub struct NavItem {
    /// Address.
    pub href: String,
    /// As read.
    pub label: String,
    /// At most four characters for the phone's bottom bar.
    pub short: String,
    /// A name of `web/icons.txt`.
    pub icon: String,
    /// Whether the page belongs to it.
    pub current: bool,
    /// Only what I must do; None = no pill.
    pub count: Option<i64>,
    /// Pages of party building.
    pub red: bool,
    /// A thin line begins a new group.
    pub line_before: bool,
}

/// The banner of a demo city.
#[derive(Clone, Debug, Default)]
pub struct DemoBanner {
    /// 2025-03-14 09:30.
    pub clock: String,
}

/// A link with its words.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// Address.
    pub href: String,
    /// As read.
    pub label: String,
}

/// One choice of a select, of radio chips or of check boxes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// As sent.
    pub value: String,
    /// As read.
    pub label: String,
    /// What it means; may be empty.
    pub hint: String,
    /// Whether it is chosen.
    pub checked: bool,
}

impl Choice {
    /// The choice of none of these: chosen where none of them is.
    pub fn nothing(others: &[Choice]) -> Choice {
        let checked = !others.iter().any(|other| other.checked);
        Choice { label: String::from("不填"), checked, ..Choice::default() }
    }
}

/// One row of facts.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The fact.
    pub value: String,
    /// A second line in small, a code or where the fact comes from; may be empty.
    pub below: String,
    /// The rule it came by (依据); may be empty.
    pub basis: String,
    /// Where it leads; may be empty.
    pub href: String,
    /// Whether it takes the whole row.
    pub wide: bool,
}

/// One tab with its count.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    /// Address.
    pub href: String,
    /// As read.
    pub label: String,
    /// Rows behind it; None = not shown.
    pub count: Option<i64>,
    /// Whether it is open.
    pub current: bool,
    /// Paints a count above 0 red (已超期).
    pub red: bool,
}

/// One stage of a case.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// As read.
    pub label: String,
    /// done, now, late or todo.
    pub state: &'static str,
}

/// One changed value.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What it is.
    pub field: String,
    /// "" means there was none.
    pub before: String,
    /// "" means there is none.
    pub after: String,
}

/// One day of a deadline's arithmetic.
#[derive(Clone, Debug, Default)]
pub struct DayMark {
    /// 3月 on the first day shown and on each 1st, else "".
    pub month: String,
    /// Day of the month.
    pub day: String,
    /// 一…日.
    pub week: &'static str,
    /// start, count, skip, due or work.
    pub kind: &'static str,
    /// 不计, 第1日, 周末, 清明节, 调休上班·第3日, 到期.
    pub why: String,
}

/// The foot of a list.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// Rows in all.
    pub total: i64,
    /// First row shown.
    pub first: i64,
    /// Last row shown.
    pub last: i64,
    /// 条, 件, 家.
    pub unit: &'static str,
    /// What is counted beside the rows, after a comma.
    pub beside: String,
    /// Address of the page before.
    pub prev: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
    /// Pages to go to.
    pub links: Vec<PageLink>,
}

/// One page number, or the gap between two.
#[derive(Clone, Debug, Default)]
pub struct PageLink {
    /// The number.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Whether it is the one shown.
    pub current: bool,
    /// Whether numbers are left out here.
    pub gap: bool,
}

impl Pager {
    /// Page `page` (from 1) of `total` rows, `size` a page; `href` writes the address of a page number.
    pub fn new(total: i64, page: i64, size: i64, unit: &'static str, href: impl Fn(i64) -> String) -> Pager {
        let size = size.max(1);
        let pages = ((total + size - 1) / size).max(1);
        let page = page.clamp(1, pages);
        let near = [1, pages].into_iter().chain(page - 2..=page + 2).filter(|n| (1..=pages).contains(n));
        let mut links = Vec::new();
        let mut before = 0;
        for n in near.collect::<std::collections::BTreeSet<i64>>() {
            if n > before + 1 {
                links.push(PageLink { gap: true, ..PageLink::default() });
            }
            links.push(PageLink { label: n.to_string(), href: href(n), current: n == page, gap: false });
            before = n;
        }
        Pager {
            beside: String::new(),
            total,
            unit,
            links,
            first: if total == 0 { 0 } else { (page - 1) * size + 1 },
            last: (page * size).min(total),
            prev: (page > 1).then(|| href(page - 1)),
            next: (page < pages).then(|| href(page + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pager: &Pager) -> String {
        let label = |l: &PageLink| if l.gap { "…".to_owned() } else { l.label.clone() };
        pager.links.iter().map(label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_long_list_shows_the_pages_around() {
        let pager = Pager::new(995, 9, 20, "件", |n| format!("?page={n}"));
        assert_eq!(labels(&pager), "1 … 7 8 9 10 11 … 50");
        assert_eq!((pager.first, pager.last), (161, 180));
        assert_eq!(pager.next.as_deref(), Some("?page=10"));
    }

    #[test]
    fn an_empty_list_has_one_page() {
        let pager = Pager::new(0, 7, 20, "件", |n| n.to_string());
        assert_eq!((labels(&pager).as_str(), pager.first, pager.last), ("1", 0, 0));
        assert!(pager.prev.is_none() && pager.next.is_none());
    }
}
