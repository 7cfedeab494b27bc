//! Measures the index with many texts: `million FILE TEXT,COLUMNS TIME_COLUMN [TEXTS [QUESTIONS]]`; each row of the file is told
//! again and again about other places, with other clauses.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use huitong_text::duplicates::{Index, Note, Options};

#[path = "rows/mod.rs"]
#[expect(dead_code, reason = "only the texts of the rows are needed")]
mod rows;

const DAY: i64 = 86_400_000;
/// Texts come in over three years.
const SPAN: i64 = 3 * 365 * DAY;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let rows = rows::read(&mut args)?;
    let texts: usize = args.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let questions: usize = args.next().map_or(Ok(2000), |n| n.parse())?;
    let mut city = City { clauses: rows.iter().map(|row| clauses(&row.text)).collect(), random: Random(7) };
    let mut out = std::io::stdout().lock();
    let before = resident()?;

    let mut index = Index::new(Options::default());
    let (mut busy, mut signs, mut kept) = (Duration::ZERO, 0, Vec::new());
    for i in 0..texts {
        let text = city.tell();
        signs += text.chars().count();
        let at = Some(SPAN / texts as i64 * i as i64);
        let began = Instant::now();
        index.insert(Note { text: &text, at });
        busy += began.elapsed();
        if i + 20_000 > texts && kept.len() < questions / 2 {
            kept.push(text);
        }
    }
    let mib = (resident()? - before) as f64 / 1024.0;
    writeln!(out, "{texts} texts of {} signs on average", signs / texts.max(1))?;
    writeln!(out, "insert: {:.0} texts a second", texts as f64 / busy.as_secs_f64())?;
    writeln!(
        out,
        "memory: {mib:.0} MiB resident, {:.0} bytes a text; fingerprints alone {:.0} MiB",
        mib * 1_048_576.0 / texts as f64,
        index.bytes() as f64 / 1_048_576.0
    )?;

    // Half of the drafts tell what was told in these weeks, half something new; as much as has been typed so far.
    let drafts: Vec<String> = (0..questions)
        .map(|i| {
            let whole = kept.get(i / 2).filter(|_| i % 2 == 0).cloned().unwrap_or_else(|| city.tell());
            let typed = whole.chars().count() * [30, 60, 100][i % 3] / 100;
            whole.chars().take(typed).collect()
        })
        .collect();
    for (name, at) in [("within 30 days", Some(SPAN)), ("at any time", None)] {
        let (mut took, mut found) = (Vec::new(), 0);
        for draft in &drafts {
            let began = Instant::now();
            found += usize::from(!index.near(Note { text: draft, at }, 5).is_empty());
            took.push(began.elapsed());
        }
        took.sort_unstable();
        let at = |share: f64| took[((took.len().max(1) - 1) as f64 * share) as usize];
        let times =
            format!("p50 {:.2?}, p90 {:.2?}, p99 {:.2?}, most {:.2?}", at(0.5), at(0.9), at(0.99), at(1.0));
        writeln!(out, "near, {name}: {times}; {found} of {} drafts have an answer", drafts.len())?;
    }
    Ok(())
}

/// Tells matters of the file about other places.
struct City {
    clauses: Vec<Vec<String>>,
    random: Random,
}

impl City {
    fn tell(&mut self) -> String {
        let row = self.random.below(self.clauses.len());
        let shift = self.random.below(5000) as u32;
        let mut text = String::new();
        for i in 0..self.clauses[row].len() {
            let (row, i) = match self.random.below(10) {
                0 => continue,
                1 => {
                    let other = self.random.below(self.clauses.len());
                    let count = self.clauses[other].len().max(1);
                    (other, self.random.below(count))
                }
                _ => (row, i),
            };
            text.extend(self.clauses[row].get(i).map(|clause| moved(clause, shift)));
        }
        text
    }
}

fn clauses(text: &str) -> Vec<String> {
    text.split_inclusive(['，', '。', '！', '？', '；', ',', '、']).map(str::to_owned).collect()
}

/// The same clause about another place: the two signs before the ending of a name are exchanged.
fn moved(clause: &str, shift: u32) -> String {
    let mut signs: Vec<char> = clause.chars().collect();
    for at in 2..signs.len() {
        if "路街村镇苑园城府湾".contains(signs[at]) || signs[at..].starts_with(&['小', '区']) {
            for sign in &mut signs[at - 2..at] {
                let other = (*sign as u32).wrapping_mul(31).wrapping_add(shift) % 3500;
                *sign = char::from_u32(0x4e00 + other * 5).unwrap_or(*sign);
            }
        }
    }
    signs.into_iter().collect()
}

/// The memory of this process in KiB.
fn resident() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// The same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most.max(1)
    }
}
