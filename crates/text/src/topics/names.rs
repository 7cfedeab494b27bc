//! A name for a topic from the words that its texts share: the place and what is the matter.

use std::collections::{HashMap, HashSet};

use crate::duplicates::people::take_out;
use crate::duplicates::places::{Kind, places};
use crate::duplicates::rarity::Rarity;
use crate::duplicates::told::{Cut, GAP, Token, pair};

/// The beginning of a text says what it is about; what stands behind is not read for names.
const BEGINNING: usize = 220;
/// So many texts name a topic.
const TEXTS: usize = 60;
/// Length of phrases in tokens.
const PHRASE: std::ops::RangeInclusive<usize> = 2..=14;
/// One phrase of a name stands in this share of the texts and has this weight.
const MOST_TEXTS: f32 = 0.6;
const CLEAR: f32 = 4.0;
/// A title or the first clause is no longer, in tokens.
const HEAD: usize = 30;
/// More weight makes no phrase better: the rarest word is not the clearest.
const HEAVY: f32 = 9.0;
/// A name holds no longer phrase.
const WORDY: usize = 10;
/// In this share of the texts a phrase stands.
const SHARE: f32 = 0.3;
/// A longer phrase takes the place of a shorter one that stands in not many more texts.
const CLOSED: f32 = 0.7;
/// Signs that begin or end no phrase.
const LOOSE: &str = "的了是在和与及等有不我你他她它们这那请将被把对于为从到就都也还又再很已而但并或者后前之所以要能会可让给向由因并且其该本某个各每该该些么吗呢吧啊个什怎何着过来去上下";
/// What is left of a name before and begins no other: 区凉水路.
const REST: &str = "区县镇市乡省村路街道里处号个片";
/// What is left of a number or a title before the phrase.
const STUCK: &str = "年月日位号记长";
/// The longest name, in signs.
const LONGEST: usize = 18;

/// How a topic is called.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub name: String,
    pub places: Vec<String>,
}

#[derive(Debug, Clone)]
struct Phrase {
    tokens: Vec<u32>,
    words: String,
    texts: usize,
    place: bool,
    town: bool,
    says: f32,
    score: f32,
}

impl Names {
    /// The names of a topic with these texts; `tellers` in all tell it, `rarity` says what is rare in usual weeks, `seen` how many of
    /// all texts hold a pair.
    pub fn of<'a>(
        texts: impl Iterator<Item = &'a str>,
        tellers: usize,
        rarity: &Rarity,
        seen: &Rarity,
    ) -> Names {
        let mut cuts: Vec<Cut> = texts.take(TEXTS).map(Cut::of).collect();
        take_out(&mut cuts, tellers, |key| seen.frequency(key) as usize);
        let mut phrases = phrases(&cuts, rarity, seen);
        phrases.sort_by(|x, y| y.score.total_cmp(&x.score).then(x.words.cmp(&y.words)));
        let mut places: Vec<&Phrase> = phrases.iter().filter(|phrase| phrase.place).collect();
        // A town is named where the road is meant: the closer place goes first unless far fewer name it.
        let weight = |place: &Phrase| if place.town { place.texts } else { place.texts * 2 };
        places.sort_by(|x, y| {
            (weight(y), y.tokens.len()).cmp(&(weight(x), x.tokens.len())).then(x.words.cmp(&y.words))
        });
        let mut named: Vec<&Phrase> = Vec::new();
        for place in places {
            let other = |own: &&Phrase| !overlap(&own.tokens, &place.tokens);
            if named.len() < 5 && named.iter().all(other) {
                named.push(place);
            }
        }
        let mut chosen: Vec<&Phrase> = named.first().copied().into_iter().collect();
        let mut length = chosen.iter().map(|phrase| phrase.words.chars().count()).sum::<usize>();
        for phrase in phrases.iter().filter(|phrase| !phrase.place) {
            let more = phrase.words.chars().count();
            let new = !chosen.iter().any(|own| overlap(&own.tokens, &phrase.tokens));
            if new && chosen.len() < 3 && length + more <= LONGEST {
                length += more;
                chosen.push(phrase);
            }
        }
        // What no phrase holds together is no topic: texts that are only long or polite alike.
        if !chosen
            .iter()
            .any(|phrase| phrase.texts as f32 >= MOST_TEXTS * cuts.len() as f32 && phrase.says >= CLEAR)
        {
            return Names::default();
        }
        let name = chosen.iter().map(|phrase| phrase.words.as_str()).collect::<Vec<_>>().join(" ");
        Names { name, places: named.into_iter().map(|place| place.words.clone()).collect() }
    }
}

/// Whether two phrases share two neighbouring tokens.
fn overlap(a: &[u32], b: &[u32]) -> bool {
    a.windows(2).any(|pair| b.windows(2).any(|other| other == pair))
}

/// Phrases that stand in many of the texts.
fn phrases(cuts: &[Cut], rarity: &Rarity, seen: &Rarity) -> Vec<Phrase> {
    // How many texts hold it, the last of them, and where in it.
    let mut counts: HashMap<Vec<u32>, (usize, usize, usize)> = HashMap::new();
    let mut headed: HashMap<Vec<u32>, usize> = HashMap::new();
    for (i, cut) in cuts.iter().enumerate() {
        let head = cut.tokens.iter().take(HEAD).position(|token| token.key == GAP).unwrap_or(HEAD);
        for at in 0..cut.tokens.len().min(BEGINNING) {
            for length in PHRASE {
                let Some(tokens) = cut.tokens.get(at..at + length) else { break };
                if tokens.iter().any(|token| token.key == GAP) {
                    break;
                }
                let keys: Vec<u32> = tokens.iter().map(|token| token.key).collect();
                if at + length <= head {
                    *headed.entry(Vec::clone(&keys)).or_default() += 1;
                }
                let entry = counts.entry(keys).or_insert((0, usize::MAX, at));
                if entry.1 != i {
                    *entry = (entry.0 + 1, i, at);
                }
            }
        }
    }
    let least = ((cuts.len() as f32 * SHARE).ceil() as usize).max(2);
    counts.retain(|_, (texts, ..)| *texts >= least);
    let mut open: HashSet<Vec<u32>> = HashSet::new();
    for (keys, (texts, ..)) in &counts {
        for part in [&keys[1..], &keys[..keys.len() - 1]] {
            let shorter = counts.get(part).map_or(0, |(texts, ..)| *texts);
            if *texts as f32 >= CLOSED * shorter as f32 {
                open.insert(part.to_vec());
            }
        }
    }
    let zones: Vec<_> = cuts.iter().map(|cut| places(&cut.tokens).zones).collect();
    let mut found: Vec<Phrase> = Vec::new();
    for (keys, (texts, i, at)) in counts {
        if open.contains(&keys) {
            continue;
        }
        let end = at + keys.len();
        // A company's name is longer than the zone before its ending; what is left of it says little: 投资有限公司.
        let company = cuts[i].tokens[end - 1].key == '司' as u32;
        let place = !company
            && zones[i].iter().any(|(kind, zone)| kind.is_name() && zone.end == end && zone.start + 1 < end);
        let town = ends_town(&zones[i], end);
        // A name begins where its zone begins: 留下一个凉水路 is no road.
        let begin = if place { begin_of(&zones[i], at, end) } else { at };
        let mut tokens = trimmed(&cuts[i].tokens[begin..end], place, seen);
        let stuck = if place { REST } else { STUCK };
        while tokens
            .first()
            .and_then(|token| token.sign())
            .is_some_and(|c| LOOSE.contains(c) || stuck.contains(c))
        {
            tokens = &tokens[1..];
        }
        tokens = if place { tokens } else { &tokens[..tokens.len().min(WORDY)] };
        while tokens.last().and_then(|token| token.sign()).is_some_and(|c| LOOSE.contains(c)) {
            tokens = &tokens[..tokens.len() - 1];
        }
        if tokens.len() < 2 || tokens.len() > WORDY {
            continue;
        }
        let says: f32 = tokens.windows(2).map(|two| rarity.weight(pair(two[0], two[1]))).sum();
        if says < 2.0 {
            continue;
        }
        let words: String =
            cuts[i].signs[tokens[0].from as usize..tokens[tokens.len() - 1].to as usize].iter().collect();
        // What stands in the title or the first clause says best what the matter is.
        let first = headed.get(&keys).copied().unwrap_or(0).min(texts) as f32 / texts as f32;
        let score = texts as f32 / cuts.len() as f32 * says.min(HEAVY) * (1.0 + first);
        let tokens = tokens.iter().map(|token| token.key).collect();
        match found.iter_mut().find(|other| other.words == words) {
            Some(other) if other.texts >= texts => {}
            Some(other) => *other = Phrase { tokens, words, texts, place, town, says, score },
            None => found.push(Phrase { tokens, words, texts, place, town, says, score }),
        }
    }
    found
}

/// The phrase without signs at its ends that stuck to it by chance: they stand before or behind the next one much more rarely than
/// that one stands with its neighbour.
fn trimmed<'a>(tokens: &'a [Token], place: bool, seen: &Rarity) -> &'a [Token] {
    let seldom = |a: &[Token], b: &[Token]| {
        let (outer, inner) = (pair(a[0], a[1]), pair(b[0], b[1]));
        seen.frequency(outer) * 5 < seen.frequency(inner) && seen.weight(inner) > 0.7
    };
    let (mut from, mut to) = (0, tokens.len());
    if place {
        // A name may stand behind a whole word: 据悉星河路.
        for at in 0..tokens.len().saturating_sub(3) {
            if seldom(&tokens[at..], &tokens[at + 1..]) {
                from = at + 1;
            }
        }
        return &tokens[from..];
    }
    while to - from > 2 && seldom(&tokens[from..], &tokens[from + 1..]) {
        from += 1;
    }
    while to - from > 2 && seldom(&tokens[to - 2..], &tokens[to - 3..]) {
        to -= 1;
    }
    &tokens[from..to]
}

/// Whether the name that ends here is one of a town.
fn ends_town(zones: &[(Kind, std::ops::Range<usize>)], end: usize) -> bool {
    zones.iter().any(|(kind, zone)| *kind == Kind::Town && zone.end == end)
}

/// Where the name that ends at `end` begins: names that touch are one, as 云街道新城.
fn begin_of(zones: &[(Kind, std::ops::Range<usize>)], at: usize, end: usize) -> usize {
    let mut begin = end;
    for (_, zone) in zones.iter().rev().filter(|(_, zone)| zone.end <= end) {
        if zone.end < begin {
            break;
        }
        begin = begin.min(zone.start);
    }
    begin.max(at)
}
