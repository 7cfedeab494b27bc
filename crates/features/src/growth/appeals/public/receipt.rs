//! The receipt: what whoever brought a case in takes away and keeps, on the screen and on paper.

use askama::Template;
use huitong_kernel::clock::minute_text;
use huitong_kernel::http::page::{DayMark, Fact, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::pack::Pack;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Id, OrMissing, Result, Tx};

use super::promise::{self, Promised};
use super::view::{self, ClockView};
use crate::base::{associations, matters};
use crate::growth::appeals::model::{Appeal, NAMED};
use crate::growth::appeals::submit::Receipt;
use crate::growth::appeals::{case, store, view as inside};

/// Who is handed the receipt, and in which frame.
pub struct Taker {
    /// Whether the page stands in the frame of those who are signed in.
    pub desk: bool,
    /// Whether intake wrote the case down for a caller.
    pub registered: bool,
    /// Where the case is found by whoever reads the page; "" where number and code open it only.
    pub href: String,
}

/// What stands on it.
struct Done {
    receipt: Receipt,
    taker: Taker,
    anonymous: bool,
    /// Kind, disclosure, who is complained of, when it came in: what one wants to read again later.
    facts: Vec<Fact>,
    /// When it will be accepted or declined, and why then.
    clock: Option<ClockView>,
    /// Where to follow it, to be typed from paper.
    address: String,
    answered: Vec<Promised>,
}

impl Done {
    fn days(&self) -> &[DayMark] {
        self.clock.as_ref().map_or(&[], |clock| clock.days.as_slice())
    }
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/done.html")]
struct DonePage {
    shell: Shell,
    done: Done,
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/done_desk.html")]
struct DoneDesk {
    shell: Shell,
    done: Done,
}

/// Draws the receipt as the answer to the act itself: the tracking code stands in no address and in no cookie.
pub fn draw(c: &Call, receipt: Receipt, taker: Taker) -> Result<Reply> {
    let id = receipt.id.to_string();
    // The receipt was made by this very caller: it may be shown with its clock.
    let (appeal, clocks, facts) = c.read(|tx| {
        let appeal = store::find(tx, &Scope::all(), &id)?.or_missing()?;
        let facts = facts(tx, case::pack_of(&c.ctx, &appeal)?, &appeal)?;
        Ok((appeal, matters::clocks_of(tx, &id)?, facts))
    })?;
    let pack = case::pack_of(&c.ctx, &appeal)?;
    let clock = clocks.iter().find(|clock| clock.promise && !appeal.anonymous());
    let done = Done {
        clock: clock.map(|clock| view::clock(&c.ctx, pack, &appeal, clock)),
        answered: promise::answered_for(&c.ctx, pack, &appeal.complainant_kind, &appeal.kind),
        anonymous: appeal.anonymous(),
        address: format!("{}/track", c.address()),
        receipt,
        taker,
        facts,
    };
    let shell = c.shell("诉求提交回执")?;
    let reply = match done.taker.desk {
        true => c.page(&DoneDesk { shell, done }),
        false => c.page(&DonePage { shell, done }),
    };
    reply?.header("cache-control", "no-store")
}

/// No name of a person and no number: a sheet of paper is left lying about. On whose behalf it was brought in stands on it, where
/// that is open.
fn facts(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Vec<Fact>> {
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value, ..Fact::default() };
    let wide = |label: &str, value: String| Fact { wide: true, ..fact(label, value) };
    let disclosure = pack.label("disclosure", &appeal.disclosure).unwrap_or_default();
    let unverified = pack.warning("unverified").filter(|_| !appeal.verified && !appeal.anonymous());
    let disclosure = match unverified {
        Some(warning) => format!("{disclosure}（{}）", warning.title),
        None => disclosure.to_owned(),
    };
    let mut facts = vec![
        wide("标题", appeal.title.clone()),
        wide("提出单位", on_behalf_of(tx, appeal)?),
        fact("诉求类型", appeal.kind.clone()),
        fact("身份公开方式", disclosure),
        wide("反映对象", inside::about(tx, appeal)?),
        wide("提交时间", minute_text(appeal.began_at)),
        wide("来源编号", appeal.source_number.clone().unwrap_or_default()),
    ];
    facts.retain(|f| !f.value.is_empty());
    Ok(facts)
}

fn on_behalf_of(tx: &Tx, appeal: &Appeal) -> Result<String> {
    match (&appeal.association, &appeal.company_name) {
        _ if appeal.disclosure != NAMED => Ok(String::new()),
        (Some(association), _) => associations::name_of(tx, &Id::stored(association.clone())),
        (None, name) => Ok(name.clone().unwrap_or_default()),
    }
}
