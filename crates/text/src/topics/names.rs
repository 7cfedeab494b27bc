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
const PHRASE: std::ops::RangeInclusive<usize> = 2..=18;
/// One phrase of a name stands in this share of the texts and has this weight.
const MOST_TEXTS: f32 = 0.6;
const CLEAR: f32 = 4.0;
/// A title or the first clause is no longer, in tokens.
const HEAD: usize = 30;
/// More weight makes no phrase better: the rarest word is not the clearest.
const HEAVY: f32 = 9.0;
/// What is said without a break for longer than a phrase is cut at its loosest seam, and no earlier than here.
const SEAM: std::ops::RangeInclusive<usize> = 4..=10;
/// In this share of the texts a phrase stands.
const SHARE: f32 = 0.3;
/// A longer phrase takes the place of a shorter one that stands in not many more texts.
const CLOSED: f32 = 0.7;
/// Signs that begin or end no phrase.
const LOOSE: &str = "的了是在和与及等有不我你他她它们这那请将被把对于为从到就都也还又再很已而但并或者后前之所以要能会可让给向由因并且其该本某个各每该该些么吗呢吧啊个什怎何着过来去上下";
/// Words that begin or end with one of these signs all the same, and are not to be cut: their two signs.
const WHOLE: &str = "会费 会员 会议 会所 会计 会场 会展 协会 商会 学会 委会 事会 管会 社会 工会 大会 \
    开会 年会 机会 入会 退会 年费 年检 年审 年报 月租 日照 号码 号牌 位置 记录 记者 \
    长期 长途 长江 下水 下岗 下班 下陷 下沉 下车 下课 下雨 下架 下调 上学 上课 上班 \
    上访 上涨 上车 上市 上调 上门 地下 楼下 桥下 楼上 网上 线上 线下 路上 不锈 不法 \
    不符 不合 不让 不通 不亮 不准 不足 不退 不予 不给 不发 有毒 有线 有限 有害 有偿 \
    国有 私有 公有 没有 拥有 能源 能耗 智能 功能 节能 性能 可燃 对讲 对面 针对 校对 \
    等候 等待 平等 在建 在线 在职 存在 后勤 后厨 后门 售后 前台 前门 门前 到期 迟到 \
    就业 就医 就诊 就学 就餐 都市 过期 过路 过道 过户 过桥 过敏 通过 超过 路过 要价 \
    需要 和平 和谐 为民 行为 将军 向阳 方向 让路 让座 转让 出让 给水 给排 给付 供给 \
    由来 自由 着火 着装 未来 去向 失去 再生 从业 参与 以内 以上 被褥 被困 把手 还款 \
    还建 归还 并网 合并 各类 目的 住所 场所 诊所 出所 厕所 什邡 本科 本金 个体 个税 \
    所得 因病 其他";
/// Those of them that end a clause and belong to no word before.
const PARTICLES: &str = "的了是吗呢吧啊么";
/// Those of them that a clause seldom begins with as a word by themselves.
const FIRM: &str = "和与及等有不前后之所以要能会可让给向由其个各什怎何过来去上下";
/// What is left of a name before and begins no other: 区凉水路.
const REST: &str = "区县镇市乡省村路街道里处号个片";
/// What is left of a number or a title before the phrase.
const STUCK: &str = "年月日位号记长";
/// The longest name, in signs.
const LONGEST: usize = 24;

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
        // What goes on for longer than a phrase is told from its beginning.
        let inside = |at: usize| cuts[i].tokens.get(at).is_some_and(|token| token.key != GAP);
        let endless = !place && keys.len() == *PHRASE.end();
        if endless && at > 0 && inside(at - 1) {
            continue;
        }
        let mut tokens = trimmed(&cuts[i].tokens[begin..end], place, seen);
        if endless && inside(end) {
            tokens = &tokens[..seam(tokens, seen)];
        }
        let tokens = match place {
            true => stripped(tokens, REST, None, None),
            false => {
                let opens = (begin == 0 || !inside(begin - 1)).then(|| cuts[i].tokens[begin].from);
                let behind = cuts[i].tokens.get(end);
                let closed = !inside(end) || behind.is_some_and(|token| is(token, PARTICLES));
                let closes = closed.then(|| cuts[i].tokens[end - 1].to);
                stripped(tokens, STUCK, opens, closes)
            }
        };
        if tokens.len() < 2 {
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

/// A phrase without loose signs at its ends and what is `stuck` before it. Where the clause `opens` or `closes` with the phrase, a
/// sign that mostly belongs to a word stays.
fn stripped<'a>(
    mut tokens: &'a [Token],
    stuck: &str,
    opens: Option<u32>,
    closes: Option<u32>,
) -> &'a [Token] {
    while let [first, rest @ ..] = tokens
        && (is(first, LOOSE) || is(first, stuck))
        && !(is(first, FIRM) && opens == Some(first.from))
        && !rest.first().is_some_and(|next| is_word(*first, *next))
    {
        tokens = rest;
    }
    while let [rest @ .., last] = tokens
        && is(last, LOOSE)
        && (is(last, PARTICLES) || closes != Some(last.to))
        && !rest.last().is_some_and(|before| is_word(*before, *last))
    {
        tokens = rest;
    }
    tokens
}

/// Whether a token is one of these signs.
fn is(token: &Token, of: &str) -> bool {
    token.sign().is_some_and(|c| of.contains(c))
}

/// Whether two signs are a word that is not to be cut.
fn is_word(a: Token, b: Token) -> bool {
    let (Some(a), Some(b)) = (a.sign(), b.sign()) else { return false };
    WHOLE.split_whitespace().any(|word| word.chars().eq([a, b]))
}

/// Where to cut what goes on without a break: behind or before a sign that ends no word, else where the two signs stand together
/// most rarely.
fn seam(tokens: &[Token], seen: &Rarity) -> usize {
    let at_seam = |at: &usize| {
        let (before, behind) = (tokens[*at - 1], tokens[*at]);
        (is(&before, LOOSE) || is(&behind, LOOSE)) && !is_word(before, behind)
    };
    let cuts = || SEAM.filter(|at| *at < tokens.len());
    let rarest = || cuts().rev().min_by_key(|at| seen.frequency(pair(tokens[*at - 1], tokens[*at])));
    cuts().rev().find(at_seam).or_else(rarest).unwrap_or(tokens.len())
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
