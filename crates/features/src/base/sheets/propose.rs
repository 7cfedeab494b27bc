//! Which column of a file is what: a proposal from the names in its heading, for a person to look at.

use std::collections::BTreeMap;

use huitong_codes::text::same;

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
    /// Names of columns that nothing is known of; they are left out.
    pub unknown: Vec<String>,
    /// Names of columns that could be there and are not.
    pub absent: Vec<String>,
    /// What has to be put right in the file before it can be read, as sentences.
    pub findings: Vec<String>,
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
            None if column.required => proposal.findings.push(format!("缺少“{}”一列", column.label)),
            None => proposal.absent.push(column.label.clone()),
        }
    }
    proposal
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
        let Proposal { columns, unknown, absent, findings } = propose(&heading, &wanted());
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
    fn a_heading_without_names_proposes_nothing() {
        let proposal = propose(&[String::new(), String::from("*")], &wanted());
        assert!(proposal.columns.is_empty() && proposal.unknown == ["*"]);
        assert_eq!((proposal.absent.len(), proposal.findings.len()), (2, 3));
    }
}
