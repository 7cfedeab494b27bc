//! Where a text says that something is: names of sites, roads, villages, towns and districts, and numbers of houses.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use super::told::{GAP, Token, Told, WHERE, pair};

/// A text that names more places tells of many; the first ones stand for it.
const MOST: usize = 8;

/// What kind of place a name is; names of one kind can contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 小区, 学校, 广场, 公司, 市场 …
    Site,
    /// 路, 街, 大道, 巷, and lines of buses.
    Road,
    /// 村, 社区.
    Village,
    /// 镇, 乡, 街道.
    Town,
    /// 区, 县.
    District,
    /// 3栋, 12号, 2单元.
    House,
    /// What stands at the side of the place: 对面, 门口, 附近. Such names agree but do not contradict.
    Mark,
    /// An office that is named as the one to act or as the place of a counter; it says neither what nor where.
    Office,
    /// Another number that tells things of one sort apart: a form, a line, a code.
    Code,
}

impl Kind {
    /// Whether a place of this kind has a name of its own.
    pub fn is_name(self) -> bool {
        matches!(self, Kind::Site | Kind::Road | Kind::Village | Kind::Town)
    }
}

/// A named place, by the keys of the pairs of signs that make up its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub kind: Kind,
    /// The pair in the middle of the name: its last two signs before the ending.
    pub name: u32,
    /// The pair one sign earlier, and the pair that joins the name to its ending; 0 where there is none.
    pub around: [u32; 2],
}

const ENDINGS: [(Kind, &str); 8] = [
    (
        Kind::Site,
        "小区 花园 家园 公园 广场 大厦 公寓 学校 小学 中学 学院 大学 幼儿园 医院 市场 公司 新城 之城 新村 商城 雅苑 新苑 国际 中心 \
         机场 码头 车站 公馆 南门 北门 东门 西门 苑 府 城 园 庭 郡 湾",
    ),
    (Kind::Road, "大道 大桥 路 街 巷"),
    (Kind::Village, "社区 村"),
    (Kind::Town, "街道 镇 乡"),
    (Kind::District, "区 县"),
    (Kind::Mark, "酒店 宾馆 超市 对面 门口 门前 旁边 附近 路口 路段 交叉口 交界处 楼下 后面 前面 里面 旁"),
    (Kind::Office, "局 派出所 大队 支队 法院 银行 街道办 居委会 村委会 办事处 委员会"),
    (Kind::House, "栋 幢 号 单元 号楼 座 期"),
];

/// Signs before an ending that make a general word of it and no name: 道路, 农村, 进城.
const GENERAL: &str = "的了在是这那该本我们各全到进出和与或及条段边旁新老旧大小每某一二三两半几个座所家间道马公铁线修走上下过让里内外前后农乡县住民商店辖地市社校医法政务有无没开建去来等往从于位对向靠近由被把将给让使处多很就才又再也不未已堵挡拦占证挥为跑快沿临入";

/// Words that many names of sites carry before their ending; what stands before them is the name: 枫庭 of 枫庭小微企业园.
const CARRIED: &str = "企业 产业 科技 工业 创业 创新 服务 批发 农贸 物流 贸易 小微 软件 制造 智能 商务 商业 生态 文化 体育 建材 家具 汽车 教育 培训 技术 信息 \
                       网络 电子 机械 食品 餐饮 投资 实业 集团 有限 责任 股份 发展 管理 建筑 工程 装饰 广告 传媒 健康 医疗 高新 综合 活动 运动 购物";
/// So many of them one name carries at most.
const CARRIES: usize = 3;

/// The places that a text names, and where in it the names stand.
#[derive(Default)]
pub(crate) struct Named {
    /// In the order of the text, each once.
    pub places: Vec<Place>,
    /// The tokens of the names, and of what kind each is.
    pub zones: Vec<(Kind, Range<usize>)>,
}

/// Finds the places that a text names.
pub(crate) fn places(tokens: &[Token]) -> Named {
    let mut named = Named::default();
    let endings = endings();
    let mut at = 0;
    while at < tokens.len() {
        let Some((kind, length)) = ending(tokens, at, endings) else {
            if let Some(code) = code(tokens, at) {
                named.add(code, at..at + 1);
            }
            at += 1;
            continue;
        };
        if let Some((place, zone)) = place(tokens, at, kind) {
            named.add(place, zone.start..zone.end + length - 1);
        }
        at += length;
    }
    named.close();
    named
}

impl Named {
    /// What stands between two names that almost touch belongs to where and not to what: 南街2号北门旁三楼.
    fn close(&mut self) {
        for at in 1..self.zones.len() {
            let next = self.zones[at].1.start;
            let zone = &mut self.zones[at - 1].1;
            if next > zone.end && next - zone.end <= 3 {
                zone.end = next + 1;
            }
        }
    }

    fn add(&mut self, place: Place, zone: Range<usize>) {
        self.zones.push((place.kind, zone));
        if self.places.len() < MOST && place.kind != Kind::Office && !self.places.contains(&place) {
            self.places.push(place);
        }
    }
}

type Endings = HashMap<char, Vec<(Kind, Vec<char>)>>;

/// The endings by their first sign, the longest first.
fn endings() -> &'static Endings {
    static BY_SIGN: OnceLock<Endings> = OnceLock::new();
    BY_SIGN.get_or_init(|| {
        let mut by_sign: Endings = Endings::new();
        for (kind, words) in ENDINGS {
            for word in words.split_ascii_whitespace() {
                let signs: Vec<char> = word.chars().collect();
                by_sign.entry(signs[0]).or_default().push((kind, signs));
            }
        }
        by_sign.values_mut().for_each(|words| words.sort_by_key(|(_, word)| std::cmp::Reverse(word.len())));
        by_sign
    })
}

/// Which ending of a name stands here: its kind and length.
fn ending(tokens: &[Token], at: usize, endings: &Endings) -> Option<(Kind, usize)> {
    let words = endings.get(&tokens[at].sign()?)?;
    let stands = |word: &[char]| {
        word.iter().enumerate().all(|(i, c)| tokens.get(at + i).is_some_and(|t| t.key == *c as u32))
    };
    words.iter().find(|(_, word)| stands(word)).map(|(kind, word)| (*kind, word.len()))
}

fn place(tokens: &[Token], at: usize, kind: Kind) -> Option<(Place, Range<usize>)> {
    let before = |n: usize| at.checked_sub(n).map(|i| tokens[i]).filter(|t| t.key != GAP);
    let last = before(1)?;
    let key = |a, b| pair(a, b) & !WHERE;
    let join = key(last, tokens[at]);
    if last.run() || kind == Kind::House {
        // 3栋 and A2区 are whole names; 35路 is a line of buses.
        return last.run().then_some((Place { kind, name: join, around: [0, 0] }, at - 1..at + 1));
    }
    let earlier = before(2)?;
    // 西一街 and 第三市场 are names, 一小区 is none.
    let numbered = last.sign().is_some_and(|c| "一二三四五六七八九十".contains(c))
        && (kind == Kind::Road || earlier.sign() == Some('第'));
    if !numbered && last.sign().is_some_and(|c| GENERAL.contains(c)) {
        return None;
    }
    let shift = if kind == Kind::Site { carried(tokens, at) } else { 0 };
    let before = |n: usize| before(n + shift);
    let (Some(last), Some(earlier)) = (before(1), before(2)) else { return None };
    let third = before(3).filter(|_| !earlier.run());
    let length = match (third, before(4)) {
        (None, _) => 2,
        (Some(_), Some(fourth))
            if matches!(kind, Kind::Site | Kind::Mark | Kind::Office) && !fourth.run() =>
        {
            4
        }
        _ if kind == Kind::District => 2,
        _ => 3,
    };
    let around = [third.map_or(0, |first| key(first, earlier)), join];
    Some((Place { kind, name: key(earlier, last), around }, at - shift - length..at + 1))
}

/// How many signs before an ending only say what kind of site it is, as long as something stands before them.
fn carried(tokens: &[Token], at: usize) -> usize {
    static KNOWN: OnceLock<HashSet<[char; 2]>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let signs = |word: &str| word.chars().collect::<Vec<_>>().try_into().ok();
        CARRIED.split_whitespace().filter_map(signs).collect()
    });
    let word = |end: usize| Some([tokens[end.checked_sub(2)?].sign()?, tokens[end.checked_sub(1)?].sign()?]);
    let is_one = |end: usize| word(end).is_some_and(|word| known.contains(&word));
    let named = |end: usize| word(end).is_some();
    let mut shift = 0;
    while shift < 2 * CARRIES && is_one(at - shift) && named(at - shift - 2) {
        shift += 2;
    }
    shift
}

/// A number of three digits or more that is no date, time, amount or length.
fn code(tokens: &[Token], at: usize) -> Option<Place> {
    let token = tokens[at];
    let long = token.number() && token.to - token.from >= 3;
    let counts = |c: char| "年月日时点分元块万亿平米人户吨公里多余个名天度".contains(c);
    let counted = tokens.get(at + 1).and_then(|t| t.sign()).is_some_and(counts);
    (long && !counted).then_some(Place { kind: Kind::Code, name: token.key & !WHERE, around: [0, 0] })
}

/// Whether a text names a place, as far as its keys tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Named,
    Perhaps,
    Absent,
}

/// Whether a text names a place of another.
pub(crate) fn presence(place: &Place, text: &Told) -> Presence {
    if place.kind == Kind::Code {
        return if text.places.contains(place) { Presence::Named } else { Presence::Absent };
    }
    if !text.has(place.name) {
        return Presence::Absent;
    }
    match place.around {
        [0, 0] => Presence::Named,
        [first, _] if first != 0 && text.has(first) => Presence::Named,
        [0, join] if text.has(join) => Presence::Named,
        _ => Presence::Perhaps,
    }
}
