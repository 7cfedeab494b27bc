//! Which column of a file is what: a proposal from the names in its heading, for a person to look at.

use std::collections::BTreeMap;

use huitong_codes::text::{is_han, same};

/// How many signs two names have in common at the least, and what share of both names those are in percent, where one may be
/// taken for the other.
const ALIKE: (usize, usize) = (2, 40);

/// A column that is looked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its key.
    pub key: String,
    /// Its name.
    pub label: String,
    /// Other names it goes by.
    pub also: Vec<String>,
    /// Whether there must be one.
    pub required: bool,
}

/// What a heading speaks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// The place of each key that was found.
    pub columns: BTreeMap<String, usize>,
    /// The place of each key that no column is called by and one looks like: somebody has to look at it.
    pub guesses: BTreeMap<String, usize>,
    /// Names of columns that nothing is known of; they are left out.
    pub unknown: Vec<String>,
    /// Names of columns that could be there and are not.
    pub absent: Vec<String>,
    /// Key and name of each column that must be there and is not.
    pub missing: Vec<(String, String)>,
    /// What has to be put right in the heading before it can be read, as sentences.
    pub findings: Vec<String>,
}

impl Proposal {
    /// What has to be put right before the file can be read, where guesses are believed or not.
    pub fn wrong(&self, guessing: bool) -> Vec<String> {
        let missing = self.missing.iter().filter(|(key, _)| !(guessing && self.guesses.contains_key(key)));
        let labels: Vec<&str> = missing.map(|(_, label)| label.as_str()).collect();
        let missing = match labels[..] {
            [] => None,
            [one] => Some(format!("缺少“{one}”一列")),
            _ => Some(format!("缺少 {} 列：“{}”", labels.len(), labels.join("”“"))),
        };
        self.findings.iter().cloned().chain(missing).collect()
    }
}

/// Holds a heading to what is looked for. A name is known by the label or the key before it is known by another name; width,
/// case, blanks and a mark that the column must be filled in do not matter.
pub fn propose(heading: &[String], wanted: &[Wanted]) -> Proposal {
    let mut proposal = Proposal::default();
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, name) in heading.iter().enumerate().filter(|(_, name)| !name.trim().is_empty()) {
        match fitting(&folded(name), wanted)[..] {
            [] => proposal.unknown.push(name.clone()),
            [one] => found.entry(one).or_default().push(place),
            [one, other, ..] => {
                let [one, other] = [one, other].map(|nth| &wanted[nth].label);
                proposal
                    .findings
                    .push(format!("“{name}”一列可以是“{one}”，也可以是“{other}”；请改成其中一个名称"));
            }
        }
    }
    for (nth, column) in wanted.iter().enumerate() {
        match found.get(&nth).map(Vec::as_slice) {
            Some([place]) => {
                proposal.columns.insert(column.key.clone(), *place);
            }
            Some(places) => {
                let names: Vec<&str> = places.iter().map(|place| heading[*place].as_str()).collect();
                let names = names.join("”“");
                proposal.findings.push(format!("“{names}”都可以是“{}”一列；请只留一列", column.label));
            }
            None if column.required => proposal.missing.push((column.key.clone(), column.label.clone())),
            None => proposal.absent.push(column.label.clone()),
        }
    }
    let open: Vec<&Wanted> =
        (0..).zip(wanted).filter(|(nth, _)| !found.contains_key(nth)).map(|(_, one)| one).collect();
    proposal.guesses = guesses(heading, &proposal.unknown, &open);
    proposal
}

/// What columns that go by no known name may be, the likest first: each is one thing at most, and where two are as like as each
/// other nothing is guessed.
fn guesses(heading: &[String], unknown: &[String], open: &[&Wanted]) -> BTreeMap<String, usize> {
    let places = (0..heading.len()).filter(|place| unknown.contains(&heading[*place]));
    let mut pairs: Vec<(usize, usize, &str)> = places
        .flat_map(|place| {
            open.iter().map(move |column| (likeness(&heading[place], column), place, column.key.as_str()))
        })
        .filter(|(like, ..)| *like > 0)
        .collect();
    pairs.sort_by_key(|(like, ..)| std::cmp::Reverse(*like));
    let mut guesses = BTreeMap::new();
    while let Some((like, place, key)) = pairs.first().copied() {
        let ties = |same: &dyn Fn(&(usize, usize, &str)) -> bool| {
            pairs.iter().filter(|one| one.0 == like && same(one)).count() > 1
        };
        let (of_key, of_place) = (ties(&|one| one.2 == key), ties(&|one| one.1 == place));
        let alone = !of_key && !of_place;
        if alone {
            guesses.insert(key.to_owned(), place);
        }
        pairs.retain(|one| !(one.2 == key && (alone || of_key) || one.1 == place && (alone || of_place)));
    }
    guesses
}

/// How like a name is to one of those that a column goes by, in percent; 0 where that says nothing.
fn likeness(name: &str, column: &Wanted) -> usize {
    let name: Vec<char> = folded(name).chars().collect();
    let known = std::iter::once(&column.label).chain(&column.also);
    let like = |known: &String| {
        let known: Vec<char> = folded(known).chars().collect();
        let common = in_common(&name, &known);
        let share = 200 * common / (name.len() + known.len()).max(1);
        if common < ALIKE.0 || share < ALIKE.1 { 0 } else { share }
    };
    known.map(like).max().unwrap_or_default()
}

/// How many Chinese signs two names have in common in the same order: those of others say too little.
fn in_common(one: &[char], other: &[char]) -> usize {
    let mut last = vec![0; other.len() + 1];
    for a in one {
        let mut row = vec![0];
        for (nth, b) in other.iter().enumerate() {
            row.push(if a == b && is_han(*a) { last[nth] + 1 } else { row[nth].max(last[nth + 1]) });
        }
        last = row;
    }
    last[other.len()]
}

/// The places of what goes by a name; where some are called that, those that are only called so besides do not count.
fn fitting(name: &str, wanted: &[Wanted]) -> Vec<usize> {
    let those = |fits: &dyn Fn(&Wanted) -> bool| -> Vec<usize> {
        wanted.iter().enumerate().filter(|(_, column)| fits(column)).map(|(nth, _)| nth).collect()
    };
    let called = those(&|column| [&column.label, &column.key].iter().any(|own| folded(own) == name));
    if called.is_empty() {
        those(&|column| column.also.iter().any(|other| folded(other) == name))
    } else {
        called
    }
}

/// A name in the form in which names are compared, without the mark that a column must or may be filled in.
fn folded(name: &str) -> String {
    const MARKS: [&str; 3] = ["必填", "选填", "可不填"];
    let mut name = same(name);
    loop {
        let bare = name.trim_matches(['*', ':']);
        let bare = MARKS
            .iter()
            .find_map(|mark| {
                let inside = bare.strip_suffix([')', ']', '】'])?.strip_suffix(mark)?;
                inside.strip_suffix(['(', '[', '【'])
            })
            .unwrap_or(bare);
        if bare.len() == name.len() {
            return name;
        }
        name = bare.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Vec<Wanted> {
        let one = |key: &str, label: &str, also: &[&str], required| Wanted {
            key: key.into(),
            label: label.into(),
            also: also.iter().map(|name| (*name).to_owned()).collect(),
            required,
        };
        vec![
            one("name", "名称", &["协会名称", "单位"], true),
            one("code", "统一社会信用代码", &["信用代码", "代码"], true),
            one("unit", "单位", &["主管单位"], false),
            one("from", "起始日期", &["开始日期", "日期"], true),
            one("to", "截止日期", &["日期"], false),
        ]
    }

    /// `key=place` of each column, then unknown, absent and findings.
    fn told(heading: &str) -> String {
        let heading: Vec<String> = heading.split(',').map(str::to_owned).collect();
        let proposal = propose(&heading, &wanted());
        let findings = proposal.wrong(false);
        let Proposal { columns, unknown, absent, .. } = proposal;
        let columns: Vec<String> = columns.iter().map(|(key, place)| format!("{key}={place}")).collect();
        [columns, unknown, absent, findings].map(|list| list.join(" ")).join("|")
    }

    #[test]
    fn columns_are_known_by_their_names() {
        for (heading, wanted) in [
            ("名称,统一社会信用代码,单位,起始日期,截止日期", "code=1 from=3 name=0 to=4 unit=2|||"),
            ("name,CODE,unit,from,to", "code=1 from=3 name=0 to=4 unit=2|||"),
            (
                "* 名 称,信用代码（必填）,主管单位【选填】,开始日期*,截止日期：",
                "code=1 from=3 name=0 to=4 unit=2|||",
            ),
            ("协会名称（必填）*,代码,,起始日期", "code=1 from=3 name=0||单位 截止日期|"),
            ("名称,代码,备注,起始日期,序号", "code=1 from=3 name=0|备注 序号|单位 截止日期|"),
            ("名称,代码", "code=1 name=0||单位 截止日期|缺少“起始日期”一列"),
            (
                "名称,协会名称,代码,起始日期",
                "code=2 from=3||单位 截止日期|“名称”“协会名称”都可以是“名称”一列；请只留一列",
            ),
            (
                "名称,代码,日期",
                "code=1 name=0||单位 截止日期|“日期”一列可以是“起始日期”，也可以是“截止日期”；请改成其中一个名称 缺少“起始日期”一列",
            ),
        ] {
            assert_eq!(told(heading), wanted, "{heading}");
        }
    }

    #[test]
    fn what_a_column_looks_like_is_guessed_and_never_two_for_one() {
        let one = |key: &str, label: &str, also: &[&str]| Wanted {
            key: key.into(),
            label: label.into(),
            also: also.iter().map(|name| (*name).to_owned()).collect(),
            required: key == "org" || key == "form",
        };
        let wanted = [
            one("org", "党组织名称", &["党组织"]),
            one("form", "建立形式", &[]),
            one("associations", "覆盖的协会", &["覆盖协会"]),
            one("from", "成立和撤销（起）", &["成立日期"]),
            one("until", "成立和撤销（止）", &["撤销日期"]),
            one("members", "党员人数", &[]),
        ];
        for (heading, guessed) in [
            ("支部名称,组建方式,协会名称,成立时间,党员数", "associations=2 form=1 from=3 members=4 org=0"),
            // What goes by its name is no guess, and nothing else is guessed for it.
            ("党组织名称,支部名称,党员数", "members=2"),
            ("党员人数一,党员人数二", ""),
            ("日期,序号,备注,name", ""),
        ] {
            let heading: Vec<String> = heading.split(',').map(str::to_owned).collect();
            let proposal = propose(&heading, &wanted);
            let told: Vec<String> =
                proposal.guesses.iter().map(|(key, place)| format!("{key}={place}")).collect();
            assert_eq!(told.join(" "), guessed, "{heading:?}");
            assert!(
                proposal.columns.values().all(|place| !proposal.guesses.values().any(|other| other == place))
            );
        }
        let proposal = propose(&[String::from("序号")], &wanted);
        assert_eq!(proposal.wrong(true), ["缺少 2 列：“党组织名称”“建立形式”"]);
        let proposal = propose(&[String::from("支部名称")], &wanted);
        assert_eq!(proposal.wrong(true), ["缺少“建立形式”一列"]);
    }

    #[test]
    fn a_heading_without_names_proposes_nothing() {
        let proposal = propose(&[String::new(), String::from("*")], &wanted());
        assert!(proposal.columns.is_empty() && proposal.unknown == ["*"]);
        assert_eq!((proposal.absent.len(), proposal.missing.len(), proposal.wrong(true).len()), (2, 3, 1));
    }
}
