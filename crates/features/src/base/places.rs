//! Where things stand for people: places to go to, and headings under which rights are read. Each capability hands in its
//! own; the frame of a page, the desk and the permissions page draw what they are handed.

use std::borrow::Cow;

use huitong_kernel::http::Name;
use huitong_kernel::pack::Pack;
use huitong_kernel::policy::Policy;
use huitong_kernel::{Result, Tx};

/// Whose navigation a place stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Staff of units.
    Inside,
    /// Associations and companies.
    Outside,
    /// Whoever comes without an account.
    Public,
}

/// How much of a place waits for a reader.
pub type Count = fn(&Tx, &Place) -> Result<i64>;

/// The places and headings that the definitions of a pack bring.
#[derive(Debug, Clone, Copy)]
pub struct Defined {
    /// Places.
    pub places: fn(&Pack) -> Vec<Place>,
    /// Headings.
    pub headings: fn(&Pack) -> Vec<Under>,
}

/// A place to go to. It stands where it is given an order, the lowest first, and is shown to whoever may do its act.
#[derive(Debug, Clone)]
pub struct Place {
    /// Address.
    pub href: Name,
    /// As read.
    pub label: Name,
    /// At most four characters for the phone's bottom bar.
    pub short: Name,
    /// A name of `web/icons.txt`.
    pub icon: Name,
    /// The act that opens it.
    pub act: Name,
    /// What it is for, where the desk lists it among the things one can do; with its order there.
    pub entrance: Option<(u16, Name)>,
    /// Whether a line sets it and what follows apart from the daily work.
    pub administration: bool,
    /// Whether only a post counts that was given the act: what the public may do is no business of all others, for whom
    /// the page would open with nothing filled in.
    pub by_post: bool,
    /// How much of it waits for the reader, as a pill.
    pub count: Option<Count>,
    orders: [Option<u16>; 3],
}

/// A place with an address, what it is called, what it is called on the phone, its icon and the act that opens it.
pub fn place(
    href: impl Into<Name>,
    label: impl Into<Name>,
    short: impl Into<Name>,
    icon: impl Into<Name>,
    act: impl Into<Name>,
) -> Place {
    Place {
        href: href.into(),
        label: label.into(),
        short: short.into(),
        icon: icon.into(),
        act: act.into(),
        entrance: None,
        administration: false,
        by_post: false,
        count: None,
        orders: [None; 3],
    }
}

impl Place {
    /// Stands in a side's navigation.
    #[must_use]
    pub fn at(mut self, side: Side, order: u16) -> Place {
        self.orders[side as usize] = Some(order);
        self
    }

    /// Stands among the things one can do, with what it is for.
    #[must_use]
    pub fn entrance(mut self, order: u16, about: impl Into<Name>) -> Place {
        self.entrance = Some((order, about.into()));
        self
    }

    /// Belongs to the administration.
    #[must_use]
    pub fn administration(mut self) -> Place {
        self.administration = true;
        self
    }

    /// Only a post counts that was given the act.
    #[must_use]
    pub fn by_post(mut self) -> Place {
        self.by_post = true;
        self
    }

    /// Shows how much waits.
    #[must_use]
    pub fn counted(mut self, count: Count) -> Place {
        self.count = Some(count);
        self
    }
}

/// The places of a side, in their order.
pub fn navigation(policy: &Policy, side: Side) -> Vec<Place> {
    in_order(policy, |place| place.orders[side as usize])
}

/// The places that the desk lists among the things one can do, in their order.
pub fn entrances(policy: &Policy) -> Vec<Place> {
    in_order(policy, |place| place.entrance.as_ref().map(|(order, _)| *order))
}

/// The place that an address of this site belongs to; only a place that is known is ever named by an address.
pub fn of_address(policy: &Policy, address: &str) -> Option<Place> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let within = |place: &Place| {
        path.strip_prefix(&*place.href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    all(policy).filter(within).max_by_key(|place| place.href.len())
}

fn all(policy: &Policy) -> impl Iterator<Item = Place> {
    let defined = brought(policy).flat_map(|(brings, pack)| (brings.places)(pack));
    policy.house.all::<Place>().cloned().chain(defined)
}

fn in_order(policy: &Policy, order: impl Fn(&Place) -> Option<u16>) -> Vec<Place> {
    let mut places: Vec<_> =
        all(policy).filter_map(|place| order(&place).map(|order| (order, place))).collect();
    places.sort_by_key(|(order, _)| *order);
    places.into_iter().map(|(_, place)| place).collect()
}

/// What brings places and headings, with the pack in force that it reads them from.
fn brought(policy: &Policy) -> impl Iterator<Item = (&Defined, &Pack)> {
    let pack = policy.pack.as_deref();
    policy.house.all::<Defined>().filter_map(move |brings| Some((brings, pack?)))
}

/// A heading of the permissions page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The lowest first.
    pub order: u16,
    /// Its anchor.
    pub id: Name,
    /// As read.
    pub title: Name,
}

impl Heading {
    /// A heading that stands in the code.
    pub const fn of(order: u16, id: &'static str, title: &'static str) -> Heading {
        Heading { order, id: Cow::Borrowed(id), title: Cow::Borrowed(title) }
    }
}

/// Headings that several capabilities share.
pub const DESK: Heading = Heading::of(20, "desk", "工作台与消息");
/// Who there is, and who answers for it.
pub const ASSOCIATIONS: Heading = Heading::of(30, "associations", "协会与责任关系");
/// Who signs in, and as what.
pub const ACCOUNTS: Heading = Heading::of(40, "accounts", "账户与任职");
/// By which rule, and what was done.
pub const RULES: Heading = Heading::of(50, "records", "权限、日志与政策规则库");
/// What other systems send and ask.
pub const EXCHANGE: Heading = Heading::of(60, "exchange", "数据交换");

/// Under which heading acts are read, by the words before their dot.
#[derive(Debug, Clone)]
pub struct Under {
    /// The heading.
    pub heading: Heading,
    /// The words before the dot of the acts.
    pub kinds: Vec<Name>,
}

/// Acts that begin with these words are read under a heading.
pub fn under(heading: Heading, kinds: &[&'static str]) -> Under {
    Under { heading, kinds: kinds.iter().map(|kind| Cow::Borrowed(*kind)).collect() }
}

/// The headings in their order, each with its words.
pub fn headings(policy: &Policy) -> Vec<Under> {
    let mut headings: Vec<Under> = Vec::new();
    let defined = brought(policy).flat_map(|(brings, pack)| (brings.headings)(pack));
    for handed in policy.house.all::<Under>().cloned().chain(defined) {
        match headings.iter_mut().find(|known| known.heading.id == handed.heading.id) {
            Some(known) => known.kinds.extend(handed.kinds),
            None => headings.push(handed),
        }
    }
    headings.sort_by_key(|under| under.heading.order);
    headings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_places_of_a_side_have_one_order_or_one_address() {
        let policy = Policy { house: crate::house(), ..Policy::default() };
        for side in [Side::Inside, Side::Outside, Side::Public] {
            let places = navigation(&policy, side);
            let orders: BTreeSet<_> = places.iter().map(|place| place.orders[side as usize]).collect();
            let addresses: BTreeSet<_> = places.iter().map(|place| &place.href).collect();
            assert!(places.len() > 3 && orders.len() == places.len() && addresses.len() == places.len());
        }
    }

    #[test]
    fn an_address_belongs_to_the_nearest_place() {
        let policy = Policy { house: crate::house(), ..Policy::default() };
        let label = |address: &str| of_address(&policy, address).map(|place| place.label.into_owned());
        for (address, said) in [
            ("/appeals?queue=to_sign", Some("诉求工单")),
            ("/appeals/apl_1/reply", Some("诉求工单")),
            ("/appeals/register", Some("代录诉求")),
            ("/appealsx", None),
            ("/me?next=/appeals", None),
            ("/", Some("首页")),
        ] {
            assert_eq!(label(address).as_deref(), said, "{address}");
        }
    }

    #[test]
    fn every_place_opens_by_an_act_of_its_address() {
        let house = crate::house();
        for place in house.all::<Place>() {
            let row = house.routes().iter().find(|row| row.path == place.href);
            assert!(row.is_some_and(|row| row.act == place.act), "{} by {}", place.href, place.act);
        }
    }

    #[test]
    fn what_two_capabilities_read_under_one_heading_stands_together() {
        let headings = headings(&Policy { house: crate::house(), ..Policy::default() });
        let said: Vec<_> = headings.iter().map(|one| (&*one.heading.id, one.kinds.join(" "))).collect();
        assert_eq!(said[0], ("appeals", String::from("appeal dispatch_model")));
        assert_eq!(said[1], ("desk", String::from("desk queue notice")));
        assert_eq!(said.last().map(|(id, _)| *id), Some("exchange"));
        let kinds = headings.iter().flat_map(|one| &one.kinds);
        assert_eq!(kinds.clone().count(), kinds.collect::<BTreeSet<_>>().len(), "a word has one heading");
    }
}
