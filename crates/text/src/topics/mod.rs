//! What rises this week against the usual week: matters that many tell at once, with a name that a person understands.

mod clusters;
mod names;
mod profile;

use crate::duplicates::pairs::Set;
use crate::duplicates::rarity::Rarity;
use clusters::clusters;
use names::Names;
use profile::Profiles;

const DAY: i64 = 86_400_000;

/// A text, when it was told, and to which unit it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// What the person wrote, with title or without; masked here before anything is made of it. Only the first 4000 signs are read.
    pub text: &'a str,
    /// UTC milliseconds.
    pub at: i64,
    /// The unit that answers for it, by whatever name the caller uses.
    pub unit: Option<&'a str>,
}

/// Which weeks are held against each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// The end of the week, UTC milliseconds, inclusive; `None` for the time of the last text.
    pub until: Option<i64>,
    /// How long a week is, in days; with a whole year the answer is what was hot in it.
    pub days: u32,
    /// How many weeks before it make the usual week; those before the first text are left out.
    pub weeks: u32,
    /// How many texts of the week make a topic.
    pub least: usize,
    /// From which trend on a topic rises.
    pub rise: f64,
    /// How many topics are told.
    pub most: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { until: None, days: 7, weeks: 8, least: 3, rise: 1.5, most: 20 }
    }
}

/// A matter that many tell in the week.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Place and matter in the texts' own words; never personal data.
    pub name: String,
    /// How many texts of the week tell it.
    pub size: usize,
    /// How many told it in a week before, on average.
    pub usual: f64,
    /// (size + 1) ÷ (usual + 1): 1 is as usual, 3 is three times as many.
    pub trend: f64,
    /// The places that many of the texts name, the most frequent first.
    pub places: Vec<String>,
    /// The first time it was told in the week or in the weeks before, UTC milliseconds.
    pub first: i64,
    /// The last time, UTC milliseconds.
    pub last: i64,
    /// Places in the input of the texts of the week, in order of time.
    pub members: Vec<usize>,
    /// Places in the input of the texts of the weeks before, in order of time.
    pub earlier: Vec<usize>,
    /// The units that the texts of the week went to and how many, the most frequent first.
    pub units: Vec<(String, usize)>,
}

/// The topics that rise in the week, the strongest first.
pub fn topics(notes: &[Note<'_>], options: &Options) -> Vec<Topic> {
    let Some(until) = options.until.or_else(|| notes.iter().map(|note| note.at).max()) else {
        return Vec::new();
    };
    let week = i64::from(options.days.max(1)) * DAY;
    let begin = until.saturating_sub(week);
    let before = begin.saturating_sub(week.saturating_mul(i64::from(options.weeks)));
    let mut order: Vec<usize> =
        (0..notes.len()).filter(|i| notes[*i].at > before && notes[*i].at <= until).collect();
    order.sort_by_key(|i| (notes[*i].at, *i));
    let start = order.partition_point(|i| notes[*i].at <= begin);
    // Weeks in which nobody could tell anything are no usual weeks.
    let known = order.first().map_or(0, |i| begin.saturating_sub(notes[*i].at).max(0));
    let weeks = (known as f64 / week as f64).ceil();

    // What a whole city tells this week is rare by the weeks before.
    let set = Set::of(order.iter().map(|i| notes[*i].text), start);
    let this_week: Vec<usize> = (start..order.len()).collect();
    let mut told = clusters(&set, &this_week);
    told.retain(|cluster| cluster.len() >= options.least.max(2));
    let profiles = Profiles::of(&set, told);
    // The week and the weeks before are counted by one yardstick.
    let mut tellers: Vec<Vec<usize>> = vec![Vec::new(); profiles.len()];
    for i in 0..order.len() {
        if let Some(topic) = profiles.best(&set.told[i]) {
            tellers[topic].push(i);
        }
    }
    let mut found: Vec<(f64, Topic)> = Vec::new();
    for tellers in tellers {
        let (earlier, members) = tellers.split_at(tellers.partition_point(|i| *i < start));
        let (size, usual) = (members.len(), earlier.len() as f64 / weeks.max(1.0));
        let trend = (size as f64 + 1.0) / (usual + 1.0);
        if size < options.least.max(1) || trend < options.rise {
            continue;
        }
        let at = |i: Option<&usize>| i.map_or(until, |i| notes[order[*i]].at);
        let topic = Topic {
            name: String::new(),
            size,
            usual,
            trend,
            places: Vec::new(),
            first: at(tellers.first()),
            last: at(tellers.last()),
            members: members.iter().map(|i| order[*i]).collect(),
            earlier: earlier.iter().map(|i| order[*i]).collect(),
            units: units(members.iter().filter_map(|i| notes[order[*i]].unit)),
        };
        found.push(((size as f64 - usual) / (usual + 1.0).sqrt(), topic));
    }
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.members.cmp(&y.1.members)));
    let mut counts = Rarity::new();
    set.told.iter().for_each(|told| counts.count(&told.keys));
    let named = found.into_iter().map(|(_, mut topic)| {
        let names = Names::of(
            topic.members.iter().map(|i| notes[*i].text),
            topic.size + topic.earlier.len(),
            &set.rarity,
            &counts,
        );
        (topic.name, topic.places) = (names.name, names.places);
        topic
    });
    named.filter(|topic| !topic.name.is_empty()).take(options.most).collect()
}

fn units<'a>(all: impl Iterator<Item = &'a str>) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for unit in all {
        match counts.iter_mut().find(|(name, _)| name == unit) {
            Some((_, count)) => *count += 1,
            None => counts.push((unit.to_owned(), 1)),
        }
    }
    counts.sort_by(|x, y| y.1.cmp(&x.1).then(x.0.cmp(&y.0)));
    counts
}
