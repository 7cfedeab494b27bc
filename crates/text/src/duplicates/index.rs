//! The live side: past texts as fingerprints, asked at each pause of typing.

use super::compare::Evidence;
use super::places::Place;
use super::postings::Postings;
use super::rarity::Rarity;
use super::told::{Cut, Sieve, Told, whole};
use super::{DAY, Near, Note, Options, in_window};

/// So many pairs of a text are kept to compare it; of longer ones a sample.
const KEPT: usize = 192;
/// So many of its pairs lead to a text, the rarest and the names of its places.
const LEADS: usize = 48;
/// So many entries of lists one question reads.
const READS: usize = 200_000;
/// So many entries of one list.
const READS_OF_ONE: usize = 20_000;
/// So many texts are compared in full for one question.
const COMPARED: usize = 200;

/// Past texts, to be asked which of them tell the matter of a draft. It keeps no text but hashes of pairs of signs, 0.4 to 1 KB a text;
/// show passages with [`shared`](super::shared). At a million texts a question takes a millisecond within a window and some
/// milliseconds without. Asking needs no exclusive access, inserting does.
pub struct Index {
    options: Options,
    rarity: Rarity,
    postings: Postings,
    keys: Vec<u32>,
    places: Vec<Place>,
    items: Vec<Item>,
}

#[derive(Debug, Clone, Copy)]
struct Item {
    at: Option<i64>,
    /// The latest instant of this text and all before it, so that whoever asks for recent ones stops at the first old one.
    latest: i64,
    /// Where its keys and places end; they begin where those of the text before end.
    keys: usize,
    places: usize,
    sieve: Sieve,
    whole: Option<u64>,
    gone: bool,
}

impl Index {
    /// An index without texts.
    pub fn new(options: Options) -> Index {
        Index {
            options,
            rarity: Rarity::new(),
            postings: Postings::new(),
            keys: Vec::new(),
            places: Vec::new(),
            items: Vec::new(),
        }
    }

    /// How many texts were inserted, the forgotten ones among them.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether no text was inserted.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Memory in bytes, without what vectors hold in reserve.
    pub fn bytes(&self) -> usize {
        size_of_val(self.keys.as_slice())
            + size_of_val(self.places.as_slice())
            + size_of_val(self.items.as_slice())
            + self.postings.bytes()
            + self.rarity.bytes()
    }

    /// Adds a text and gives its number: 0, 1, 2 …
    pub fn insert(&mut self, note: Note<'_>) -> u32 {
        let item = self.items.len() as u32;
        let mut told = Told::of(&Cut::of(note.text));
        self.rarity.count(&told.keys);
        let mut leads: Vec<(f32, u32)> =
            told.keys.iter().map(|key| (self.rarity.weight(*key), *key)).collect();
        leads.retain(|(weight, _)| *weight > 0.0);
        leads.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        leads.truncate(LEADS);
        for (_, key) in leads {
            self.postings.add(key, item);
        }
        told.sift(KEPT);
        self.keys.extend_from_slice(&told.keys);
        self.places.extend_from_slice(&told.places);
        let latest = self.items.last().map_or(i64::MIN, |last| last.latest).max(note.at.unwrap_or(i64::MAX));
        self.items.push(Item {
            at: note.at,
            latest,
            keys: self.keys.len(),
            places: self.places.len(),
            sieve: told.sieve,
            whole: whole(note.text),
            gone: false,
        });
        item
    }

    /// Takes a text out of all answers, when its order was withdrawn or its text changed; its number is not given again.
    pub fn forget(&mut self, item: u32) {
        if let Some(item) = self.items.get_mut(item as usize) {
            item.gone = true;
        }
    }

    /// Which texts tell the matter of this one, best first, at most `most`.
    pub fn near(&self, note: Note<'_>, most: usize) -> Vec<Near> {
        let told = Told::of(&Cut::of(note.text));
        let whole = whole(note.text);
        let same = |item: u32| whole.is_some() && self.items[item as usize].whole == whole;
        let similarity = |item: u32| match same(item) {
            true => 1.0,
            false => Evidence::of(&told, &self.told(item), &self.rarity).similarity(),
        };
        let mut near: Vec<Near> = self
            .candidates(&told, note.at)
            .into_iter()
            .map(|item| Near { item, similarity: similarity(item) })
            .filter(|near| near.similarity >= self.options.cut)
            .collect();
        near.sort_by(|x, y| {
            let best = y.similarity.total_cmp(&x.similarity);
            best.then(same(y.item).cmp(&same(x.item))).then(x.item.cmp(&y.item))
        });
        near.truncate(most);
        near
    }

    fn told(&self, item: u32) -> Told {
        let at = item as usize;
        let begin =
            at.checked_sub(1).map_or((0, 0), |before| (self.items[before].keys, self.items[before].places));
        let own = &self.items[at];
        Told {
            keys: self.keys[begin.0..own.keys].to_vec(),
            places: self.places[begin.1..own.places].to_vec(),
            sieve: own.sieve,
        }
    }

    /// The first text that can be in the window: all before it are too old.
    fn oldest(&self, at: Option<i64>) -> u32 {
        let (Some(at), Some(days)) = (at, self.options.days) else { return 0 };
        let from = at.saturating_sub(i64::from(days) * DAY);
        self.items.partition_point(|item| item.latest < from) as u32
    }

    /// The texts in the window that share most with this one.
    fn candidates(&self, told: &Told, at: Option<i64>) -> Vec<u32> {
        let mut ways: Vec<(f32, u32)> =
            told.keys.iter().map(|key| (self.rarity.weight(*key), *key)).collect();
        ways.retain(|(weight, _)| *weight > 0.0);
        ways.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        // In sixteenths, so that the sums of a million texts stay in the cache.
        let mut sums: Vec<u16> = vec![0; self.items.len()];
        let mut met: Vec<u32> = Vec::new();
        let mut left = READS;
        let oldest = self.oldest(at);
        for (weight, key) in ways {
            let worth = (weight * 16.0) as u16;
            for item in self.postings.of(key, oldest).take(READS_OF_ONE.min(left)) {
                let sum = &mut sums[item as usize];
                if *sum == 0 {
                    met.push(item);
                }
                *sum = sum.saturating_add(worth.max(1));
                left -= 1;
            }
        }
        met.retain(|item| {
            let item = &self.items[*item as usize];
            !item.gone && in_window(item.at, at, self.options.days)
        });
        let order = |item: &u32| (std::cmp::Reverse(sums[*item as usize]), *item);
        if met.len() > COMPARED {
            met.select_nth_unstable_by_key(COMPARED, order);
            met.truncate(COMPARED);
        }
        met
    }
}
