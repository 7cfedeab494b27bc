//! Where the wrong first proposals are, and what the clerk is asked.

use std::collections::BTreeMap;

use crate::figures::Outcome;

/// Bodies that answer for an area, whatever the matter: who of them and a department takes a case is a matter of policy.
fn of_an_area(unit: &str) -> bool {
    let named = ["人民政府", "街道办事处", "经济开发区", "指挥部", "市政府", "市政务中心"];
    unit == "政府服务中心" || named.iter().any(|name| unit.contains(name))
}

fn percent(part: usize, of: usize) -> f64 {
    part as f64 * 100.0 / of.max(1) as f64
}

/// What share of the errors is of which kind, the most frequent confusions, and how the questions fare.
pub fn described(all: &[Outcome]) -> Vec<String> {
    let wrong: Vec<&Outcome> = all.iter().filter(|o| !o.among(1)).collect();
    let area = |o: &&&Outcome| of_an_area(&o.truth) || o.first().is_some_and(of_an_area);
    let among = wrong.iter().filter(|o| o.among(3)).count();
    let mut lengths = [(0, 0); 3];
    for outcome in all {
        let length = match outcome.length {
            ..=20 => 0,
            21..=100 => 1,
            _ => 2,
        };
        lengths[length].0 += 1;
        lengths[length].1 += usize::from(outcome.among(1));
    }
    let mut rare = BTreeMap::new();
    all.iter().for_each(|o| *rare.entry(o.truth.as_str()).or_insert(0) += 1);
    let of_rare: Vec<&Outcome> = all.iter().filter(|o| rare[o.truth.as_str()] < 10).collect();
    let mut lines = vec![
        format!(
            "{} errors: {:.1} % with an area body on either side; in {:.1} % the right unit is second or third.",
            wrong.len(),
            percent(wrong.iter().filter(area).count(), wrong.len()),
            percent(among, wrong.len())
        ),
        format!(
            "Right by length of text: up to 20 signs {:.1} % of {}, up to 100 {:.1} % of {}, longer {:.1} % of {}.",
            percent(lengths[0].1, lengths[0].0),
            lengths[0].0,
            percent(lengths[1].1, lengths[1].0),
            lengths[1].0,
            percent(lengths[2].1, lengths[2].0),
            lengths[2].0
        ),
        format!(
            "Units with fewer than ten cases: {} cases, first right {:.1} %, among three {:.1} %.",
            of_rare.len(),
            percent(of_rare.iter().filter(|o| o.among(1)).count(), of_rare.len()),
            percent(of_rare.iter().filter(|o| o.among(3)).count(), of_rare.len())
        ),
    ];
    let mut pairs: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for outcome in &wrong {
        *pairs.entry((&outcome.truth, outcome.first().unwrap_or("nothing"))).or_default() += 1;
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for ((truth, said), n) in pairs.into_iter().take(10) {
        lines.push(format!("- {truth}, proposed {said}: {n} ({:.1} % of errors)", percent(n, wrong.len())));
    }
    let asked: Vec<&Outcome> = all.iter().filter(|o| o.said.question.is_some()).collect();
    lines.push(format!(
        "Asked in {} cases ({:.1} %): the first is right in {:.1} % of them, one of the two in {:.1} %.",
        asked.len(),
        percent(asked.len(), all.len()),
        percent(asked.iter().filter(|o| o.among(1)).count(), asked.len()),
        percent(asked.iter().filter(|o| o.among(2)).count(), asked.len())
    ));
    lines
}
