//! How far two texts tell the same matter: what they share, by its rarity, and whether their places agree.

use super::places::{Kind, Place, Presence, presence};
use super::rarity::Rarity;
use super::told::{Told, WHERE};

/// What speaks for and against one matter.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Evidence {
    /// Weight of what both say of the matter, and of what each says of it.
    pub what: [f32; 3],
    /// The same with the names of places.
    pub all: [f32; 3],
    /// Weight of the rarest name of a site, road or village that both give.
    pub here: f32,
    /// 1 where no place contradicts another, less otherwise.
    pub agree: f32,
}

/// Kinds of places in the order in which they are asked.
const KINDS: [Kind; 8] =
    [Kind::Site, Kind::Mark, Kind::Road, Kind::Village, Kind::Town, Kind::District, Kind::House, Kind::Code];
/// Numbers tell short questions apart (a code of an offence); long texts hold many that say nothing.
const SHORT: usize = 60;

impl Evidence {
    /// Holds one text against another; the order makes no difference.
    pub fn of(a: &Told, b: &Told, rarity: &Rarity) -> Evidence {
        // Of a sampled text only some pairs are known; the other is looked at through the same sieve.
        let sieve = a.sieve.min(b.sieve);
        let (mut what, mut place) = ([0.0f32; 3], [0.0f32; 3]);
        let (mut ours, mut theirs) = (a.keys.iter().peekable(), b.keys.iter().peekable());
        loop {
            let (key, parts): (u32, &[usize]) = match (ours.peek(), theirs.peek()) {
                (Some(x), Some(y)) if **x & !WHERE == **y & !WHERE => {
                    let both = **x | **y;
                    ours.next();
                    theirs.next();
                    (both, &[0, 1, 2])
                }
                (Some(x), y) if y.is_none_or(|y| x < y) => {
                    let key = **x;
                    ours.next();
                    (key, &[1])
                }
                (_, Some(y)) => {
                    let key = **y;
                    theirs.next();
                    (key, &[2])
                }
                _ => break,
            };
            let sums = if key & WHERE != 0 {
                &mut place
            } else if sieve.passes(key) {
                &mut what
            } else {
                continue;
            };
            let weight = rarity.weight(key);
            parts.iter().for_each(|part| sums[*part] += weight);
        }
        let what = what.map(|sum| sum / sieve.share());
        let all = [0, 1, 2].map(|part| what[part] + place[part]);
        let (here, agree) = agreement(a, b, rarity);
        Evidence { what, all, here, agree }
    }

    /// Whether two texts speak of one topic, 0 to 1: looser than one matter, and a place in common is not needed.
    pub fn affinity(&self) -> f64 {
        let enough = 1.0 - (-self.what[0] / 15.0).exp();
        let likely = (likeness(self.all) * enough).sqrt() * self.agree;
        f64::from(likely.clamp(0.0, 1.0))
    }

    /// 0 for texts that have nothing in common, near 1 for one text twice.
    pub fn similarity(&self) -> f64 {
        let same_place = 1.0 - (-self.here / 1.5).exp();
        let likely = likely(likeness(self.what), self.what[0], same_place) * self.agree;
        f64::from(likely.clamp(0.0, 1.0))
    }

    /// The highest similarity of two texts of this likeness that share this weight, whatever their places.
    pub fn similar_at_most(likeness: f32, shared: f32) -> f64 {
        f64::from(likely(likeness.min(1.0), shared, 1.0))
    }

    /// The highest affinity of two texts of this likeness.
    pub fn affine_at_most(likeness: f32, _shared: f32) -> f64 {
        f64::from(likeness.min(1.0).sqrt())
    }
}

/// How likely two texts tell one matter that share `both` of what they say, before their places are held against each other.
fn likely(likeness: f32, both: f32, same_place: f32) -> f32 {
    // Without a place in common more must be shared, or all who ask for the same form tell one matter.
    let needed = 140.0 - 127.0 * same_place;
    let enough = 1.0 - (-both / needed).exp();
    // Long letters about one place share much and are little alike all the same.
    let much = 1.0 - (-both / 30.0).exp();
    likeness.powf(0.5 - 0.25 * same_place * much) * enough.sqrt() * (0.65 + 0.35 * same_place)
}

/// A short text may be told whole in a long one: between what both share of all and of the shorter.
fn likeness([both, a, b]: [f32; 3]) -> f32 {
    if both <= 0.0 { 0.0 } else { (2.0 * both / (a + b) * both / a.min(b)).min(1.0).sqrt() }
}

/// The rarest place that both name, and how far their places agree.
fn agreement(a: &Told, b: &Told, rarity: &Rarity) -> (f32, f32) {
    let (mut here, mut narrow, mut wide, mut site) = (0.0f32, 1.0f32, 1.0f32, false);
    let short = a.keys.len().max(b.keys.len()) <= SHORT;
    for kind in KINDS.into_iter().filter(|kind| short || *kind != Kind::Code) {
        let (mut ours, mut theirs) =
            (of_kind(a, kind, rarity).peekable(), of_kind(b, kind, rarity).peekable());
        let contradictable = ours.peek().is_some() && theirs.peek().is_some() && kind != Kind::Mark;
        let (mut named, mut perhaps) = (0.0f32, false);
        for (place, other) in ours.map(|place| (place, b)).chain(theirs.map(|place| (place, a))) {
            match presence(place, other) {
                Presence::Named => named = named.max(rarity.weight(place.name).max(0.01)),
                Presence::Perhaps => perhaps = true,
                Presence::Absent => {}
            }
        }
        if named > 0.0 {
            if matches!(kind, Kind::Site | Kind::Mark | Kind::Road | Kind::Village) {
                here = here.max(named);
                site |= kind == Kind::Site;
            }
        } else if contradictable && !perhaps {
            match kind {
                Kind::Site => narrow *= 0.4,
                Kind::District | Kind::Code => narrow *= 0.5,
                Kind::House => wide *= 0.85,
                _ => wide *= 0.6,
            }
        }
    }
    // Texts of one estate may name other roads that lead there; two estates at one road stay two.
    (here, narrow * if site { wide.sqrt() } else { wide })
}

/// The places of a kind. What many texts name is a word and no name, as in 影响小区; a district is known to be one.
fn of_kind<'a>(told: &'a Told, kind: Kind, rarity: &'a Rarity) -> impl Iterator<Item = &'a Place> {
    let sure = matches!(kind, Kind::District | Kind::House | Kind::Code);
    told.places.iter().filter(move |p| p.kind == kind && (sure || rarity.weight(p.name) > 1.0))
}
