//! 行政区划 (GB/T 2260): the country down to counties, Chengdu down to streets and towns, retired and local codes.

use std::sync::LazyLock;

use crate::error::empty;
use crate::{CodeError, text};

/// How far down a division stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 省级.
    Province,
    /// 地级.
    City,
    /// 县级.
    County,
    /// 街道、镇、乡.
    Town,
}

/// Whether a code may be used today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// In force.
    Current,
    /// Withdrawn in `year` (where known), replaced by `successor` (where there is exactly one).
    Retired {
        /// Last year of use.
        year: Option<u16>,
        /// The code that took its place; may itself be retired.
        successor: Option<&'static str>,
    },
    /// A city's own code without a national one; reports to others use the national parent.
    Local,
}

/// One division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// `510000`, `510100`, `510104` (6 digits), `510104017` (9 digits) or a local code such as `5101G1`.
    pub code: &'static str,
    /// The official name.
    pub name: &'static str,
    /// Its level; local codes stand beside counties.
    pub level: Level,
    /// Whether it may be used today.
    pub status: Status,
}

static CURRENT: LazyLock<Vec<Division>> = LazyLock::new(|| {
    let rows = lines(include_str!("../data/divisions.txt"));
    rows.map(|(code, name)| Division { code, name, level: level_of(code), status: Status::Current }).collect()
});

static RETIRED: LazyLock<Vec<Division>> = LazyLock::new(|| {
    let rows = lines(include_str!("../data/divisions_retired.txt"));
    rows.filter_map(|(code, rest)| {
        let mut parts = rest.split(' ');
        let name = parts.next()?;
        let year = parts.next()?.parse().ok();
        let successor = parts.next().filter(|s| *s != "-");
        Some(Division { code, name, level: level_of(code), status: Status::Retired { year, successor } })
    })
    .collect()
});

struct LocalRegion {
    division: Division,
    towns: Vec<&'static str>,
}

static LOCAL: LazyLock<Vec<LocalRegion>> = LazyLock::new(|| {
    let rows = lines(include_str!("../data/divisions_local.txt"));
    rows.map(|(code, rest)| {
        let mut parts = rest.split(' ');
        let name = parts.next().unwrap_or_default();
        let division = Division { code, name, level: Level::County, status: Status::Local };
        LocalRegion { division, towns: parts.collect() }
    })
    .collect()
});

fn lines(data: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    data.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(' '))
}

fn level_of(code: &str) -> Level {
    match code.len() {
        6 if code.ends_with("0000") => Level::Province,
        6 if code.ends_with("00") => Level::City,
        6 => Level::County,
        _ => Level::Town,
    }
}

/// Brings the usual ways of writing a division code to one: `51` → `510000`, `510104000000` → `510104`, `510104017000` → `510104017`.
pub fn normalise(input: &str) -> String {
    let code = text::code(input);
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return code;
    }
    match code.len() {
        2 | 4 => format!("{code:0<6}"),
        9 | 12 if code[6..].bytes().all(|b| b == b'0') => code[..6].to_owned(),
        12 if code.ends_with("000") => code[..9].to_owned(),
        _ => code,
    }
}

/// Finds a division, current, local or retired (in this order), by any usual way of writing its code.
pub fn find(input: &str) -> Option<Division> {
    let code = normalise(input);
    let current = CURRENT.binary_search_by(|d| d.code.cmp(&code)).ok().map(|i| CURRENT[i]);
    current
        .or_else(|| LOCAL.iter().map(|l| l.division).find(|d| d.code == code))
        .or_else(|| RETIRED.iter().copied().find(|d| d.code == code))
}

/// Reads a code that may be used today; refuses unknown and retired ones and names the successor.
pub fn parse(input: &str) -> Result<Division, CodeError> {
    let code = normalise(input);
    if code.is_empty() {
        return Err(empty("行政区划代码"));
    }
    let division = find(&code).ok_or_else(|| CodeError::new(unknown(&code)))?;
    let Status::Retired { year, .. } = division.status else { return Ok(division) };
    let when = year.map_or_else(String::new, |y| format!("于{y}年"));
    let advice = division.current().map_or_else(
        || "没有唯一的承接区划，请按现址填写".to_owned(),
        |now| format!("请改用 {}（{}）", now.code, now.name),
    );
    Err(CodeError::new(format!("行政区划代码 {code}（{}）已{when}撤销，{advice}", division.name)))
}

fn unknown(code: &str) -> String {
    if let Some((i, c)) = code.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        let local = LOCAL.iter().map(|l| l.division.code).collect::<Vec<_>>().join("、");
        return format!(
            "行政区划代码第{}位是“{c}”：国家标准代码只有数字，本市内部代码只有 {local}，请核对",
            i + 1
        );
    }
    match code.len() {
        6 => match find(&code[..4]).or_else(|| find(&code[..2])) {
            Some(above) => format!("{}没有代码为 {code} 的下级区划，请核对", above.full_name()),
            None => format!("行政区划代码 {code} 不存在，前两位不是省级代码，请核对"),
        },
        9 | 12 if code.starts_with("5101") => {
            format!("成都市没有代码为 {code} 的街道（镇），请核对；村（社区）级代码未收录")
        }
        9 | 12 => format!("{code} 是街道（镇）以下代码，只收录成都市，请改填6位的县级代码"),
        n => format!("行政区划代码应为6位（县级及以上）或9位（街道、镇），现有{n}位，请核对"),
    }
}

impl Division {
    /// The division above: a town's county, a county's city, a city's province; a local region's city.
    pub fn parent(&self) -> Option<Self> {
        match self.level {
            Level::Province => None,
            Level::City => find(&self.code[..2]),
            Level::County => find(&self.code[..4]),
            Level::Town => find(&self.code[..6]),
        }
    }

    /// The name with those above: 四川省成都市锦江区; fillers such as 市辖区 are left out.
    pub fn full_name(&self) -> String {
        let filler = |name: &str| matches!(name, "市辖区" | "县") || name.contains("直辖县级");
        let mut names = vec![self.name];
        let mut above = self.parent();
        while let Some(division) = above {
            if !filler(division.name) {
                names.push(division.name);
            }
            above = division.parent();
        }
        names.reverse();
        names.concat()
    }

    /// The code in force today for a retired one, if exactly one took its place; itself if not retired.
    pub fn current(&self) -> Option<Self> {
        let mut division = *self;
        // The longest chain in the table has three links; the bound keeps a wrong table from looping.
        for _ in 0..8 {
            match division.status {
                Status::Retired { successor, .. } => division = find(successor?)?,
                _ => return Some(division),
            }
        }
        None
    }

    /// The divisions directly below that are in force, in the order of their codes; a local region gives its towns.
    pub fn children(&self) -> Vec<Self> {
        if self.status == Status::Local {
            let region = LOCAL.iter().find(|l| l.division.code == self.code);
            return region.map_or_else(Vec::new, |l| l.towns.iter().filter_map(|t| find(t)).collect());
        }
        let (prefix, below) = match self.level {
            Level::Province => (&self.code[..2], Level::City),
            Level::City => (&self.code[..4], Level::County),
            Level::County => (self.code, Level::Town),
            Level::Town => return Vec::new(),
        };
        let start = CURRENT.partition_point(|d| d.code < prefix);
        let under = CURRENT[start..].iter().take_while(|d| d.code.starts_with(prefix));
        under.filter(|d| d.level == below).copied().collect()
    }

    /// The city's own region that a town is counted under, e.g. 高新区 for 桂溪街道.
    pub fn local_region(&self) -> Option<Self> {
        LOCAL.iter().find(|l| l.towns.contains(&self.code)).map(|l| l.division)
    }
}

/// All divisions in force, in the order of their codes.
pub fn all() -> &'static [Division] {
    &CURRENT
}

/// The retired divisions that are known: those of Chengdu and its forerunners since 1980.
pub fn retired() -> &'static [Division] {
    &RETIRED
}

/// The city's own regions without a national code (系统默认/待核实).
pub fn local() -> Vec<Division> {
    LOCAL.iter().map(|l| l.division).collect()
}
