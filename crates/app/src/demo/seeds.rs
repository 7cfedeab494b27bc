//! What happens in the demo city, as its seed files say it; nothing here knows a database.

use csv::{ReaderBuilder, Trim};
use huitong_kernel::clock::parse_instant;
use huitong_kernel::{Error, Result};
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};

use crate::embedded::DEMO_SEEDS;

/// A line of `associations.csv`.
#[derive(Debug, Deserialize)]
pub struct Association {
    #[serde(rename = "代码")]
    pub key: String,
    #[serde(rename = "名称")]
    pub name: String,
    #[serde(rename = "统一社会信用代码")]
    pub uscc: String,
    #[serde(rename = "管理类型")]
    pub management_type: String,
    #[serde(rename = "状态")]
    pub status: String,
    #[serde(rename = "成立日期", deserialize_with = "some_day")]
    pub founded_on: Option<Date>,
    #[serde(rename = "任期届满", deserialize_with = "some_day")]
    pub term_ends_on: Option<Date>,
    #[serde(rename = "行业代码")]
    pub industries: String,
    #[serde(rename = "会员数")]
    pub member_count: Option<i64>,
    #[serde(rename = "业务范围")]
    pub scope: String,
    #[serde(rename = "住所")]
    pub address: String,
    #[serde(rename = "公开电话")]
    pub phone: String,
}

/// A line of `people.csv`.
#[derive(Debug, Deserialize)]
pub struct Person {
    #[serde(rename = "协会")]
    pub association: String,
    #[serde(rename = "姓名")]
    pub name: String,
    #[serde(rename = "职务")]
    pub title: String,
    #[serde(rename = "手机")]
    pub phone: String,
    #[serde(rename = "起", deserialize_with = "day")]
    pub from: Date,
    #[serde(rename = "止", deserialize_with = "some_day")]
    pub until: Option<Date>,
}

/// A line of `companies.csv`, as far as the appeals need it.
#[derive(Debug, Deserialize)]
pub struct Company {
    #[serde(rename = "代码")]
    pub key: String,
    #[serde(rename = "名称")]
    pub name: String,
    #[serde(rename = "统一社会信用代码")]
    pub uscc: String,
}

/// A line of `links.csv`.
#[derive(Debug, Deserialize)]
pub struct Link {
    #[serde(rename = "协会")]
    pub association: String,
    #[serde(rename = "关系")]
    pub kind: String,
    #[serde(rename = "单位")]
    pub unit: String,
    #[serde(rename = "起", deserialize_with = "day")]
    pub from: Date,
    #[serde(rename = "止", deserialize_with = "some_day")]
    pub until: Option<Date>,
    #[serde(rename = "文号")]
    pub paper: String,
}

/// A line of `staff.csv`: an account with one post.
#[derive(Debug, Deserialize)]
pub struct Staff {
    #[serde(rename = "登录名")]
    pub login: String,
    #[serde(rename = "姓名")]
    pub name: String,
    #[serde(rename = "角色")]
    pub role: String,
    #[serde(rename = "单位")]
    pub unit: String,
    #[serde(rename = "协会")]
    pub association: String,
    #[serde(rename = "企业")]
    pub company: String,
    #[serde(rename = "手机")]
    pub phone: String,
    #[serde(rename = "起", deserialize_with = "some_day")]
    pub from: Option<Date>,
    #[serde(rename = "止", deserialize_with = "some_day")]
    pub until: Option<Date>,
    /// What to try first; where it is said, somebody may sign in.
    #[serde(rename = "试一试")]
    pub first: String,
}

/// An `[[appeals]]`: what was brought in, and every step with its instant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    pub key: String,
    pub state: String,
    pub kind: String,
    pub category: String,
    pub title: String,
    pub text: String,
    pub channel: String,
    pub by: Option<String>,
    pub source: Option<String>,
    pub source_number: Option<String>,
    pub association: Option<String>,
    pub company: Option<String>,
    pub contact_name: Option<String>,
    pub contact_phone: Option<String>,
    pub disclosure: String,
    pub about: Option<About>,
    pub unit: Option<String>,
    #[serde(deserialize_with = "at")]
    pub submitted_at: i64,
    #[serde(default)]
    pub attachments: Vec<File>,
    pub verify: Option<Verify>,
    pub accept: Option<Step>,
    pub decline: Option<Decline>,
    pub classify: Option<Step>,
    pub dispatch: Option<Dispatch>,
    pub sign: Option<Step>,
    pub assign: Option<Assign>,
    #[serde(default)]
    pub contacts: Vec<Contact>,
    #[serde(default)]
    pub notes: Vec<Note>,
    #[serde(default)]
    pub replies: Vec<Reply>,
    pub send: Option<Step>,
    pub judge: Option<Judge>,
    pub withdraw: Option<Withdraw>,
    pub expect_overdue: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct About {
    pub kind: String,
    pub key: String,
}

#[derive(Debug, Deserialize)]
pub struct File {
    pub name: String,
    pub text: String,
}

#[derive(Debug, Deserialize)]
pub struct Step {
    #[serde(deserialize_with = "at")]
    pub at: i64,
    pub by: String,
}

#[derive(Debug, Deserialize)]
pub struct Verify {
    #[serde(flatten)]
    pub step: Step,
    pub method: String,
}

#[derive(Debug, Deserialize)]
pub struct Decline {
    #[serde(flatten)]
    pub step: Step,
    pub reason: String,
    pub text: String,
}

#[derive(Debug, Deserialize)]
pub struct Dispatch {
    #[serde(flatten)]
    pub step: Step,
    pub unit: String,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
pub struct Assign {
    #[serde(flatten)]
    pub step: Step,
    pub to: String,
}

#[derive(Debug, Deserialize)]
pub struct Contact {
    #[serde(flatten)]
    pub step: Step,
    pub reason: String,
    pub result: String,
    pub text: String,
}

#[derive(Debug, Deserialize)]
pub struct Note {
    #[serde(flatten)]
    pub step: Step,
    pub text: String,
}

#[derive(Debug, Deserialize)]
pub struct Reply {
    #[serde(flatten)]
    pub step: Step,
    pub outcome: String,
    pub text: String,
    pub review: Option<Review>,
}

#[derive(Debug, Deserialize)]
pub struct Review {
    #[serde(flatten)]
    pub step: Step,
    pub outcome: String,
    #[serde(default)]
    pub opinion: String,
}

#[derive(Debug, Deserialize)]
pub struct Judge {
    #[serde(deserialize_with = "at")]
    pub at: i64,
    pub solved: String,
    pub satisfied: String,
    #[serde(default)]
    pub comment: String,
}

#[derive(Debug, Deserialize)]
pub struct Withdraw {
    #[serde(deserialize_with = "at")]
    pub at: i64,
    #[serde(default)]
    pub reason: String,
}

fn at<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<i64, D::Error> {
    let text = String::deserialize(from)?;
    parse_instant(&text).ok_or_else(|| serde::de::Error::custom(format!("no instant: {text}")))
}

fn day<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Date, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

fn some_day<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Date>, D::Error> {
    let text = String::deserialize(from)?;
    (!text.is_empty()).then(|| text.parse().map_err(serde::de::Error::custom)).transpose()
}

/// A `[[matters]]` of a procedure of the pack, or the rows of an entry of a register: every step with its instant.
#[derive(Debug)]
pub struct Matter {
    /// Key of the procedure, or path of the register.
    pub procedure: String,
    pub key: String,
    /// The state in which a matter then is; an entry says none.
    pub state: Option<String>,
    pub steps: Vec<MatterStep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterStep {
    #[serde(deserialize_with = "at")]
    pub at: i64,
    pub by: String,
    pub act: String,
    pub form: serde_json::Map<String, serde_json::Value>,
    /// What the columns of a file say beside, each by its heading.
    #[serde(skip)]
    pub cells: Vec<(String, String)>,
}

/// Everything that happens.
pub struct Seeds {
    pub associations: Vec<Association>,
    pub people: Vec<Person>,
    pub companies: Vec<Company>,
    pub links: Vec<Link>,
    pub staff: Vec<Staff>,
    pub appeals: Vec<Appeal>,
    pub matters: Vec<Matter>,
}

impl Seeds {
    /// Reads the seeds that were built in.
    pub fn read() -> Result<Seeds> {
        #[derive(Deserialize)]
        struct Sheet {
            appeals: Vec<Appeal>,
        }
        let mut appeals = Vec::new();
        for (path, text) in DEMO_SEEDS.iter().filter(|(path, _)| path.starts_with("appeals/")) {
            let sheet: Sheet = toml::from_str(text).map_err(|e| Error::internal(format!("{path}: {e}")))?;
            appeals.extend(sheet.appeals);
        }
        Ok(Seeds {
            associations: rows("associations.csv")?,
            people: rows("people.csv")?,
            companies: rows("companies.csv")?,
            links: rows("links.csv")?,
            staff: rows("staff.csv")?,
            appeals,
            matters: matters()?.into_iter().chain(entries()?).collect(),
        })
    }
}

fn matters() -> Result<Vec<Matter>> {
    #[derive(Deserialize)]
    struct Sheet {
        procedure: String,
        matters: Vec<Told>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Told {
        key: String,
        state: String,
        steps: Vec<MatterStep>,
    }
    let mut all = Vec::new();
    for (path, text) in DEMO_SEEDS.iter().filter(|(path, _)| path.starts_with("matters/")) {
        let sheet: Sheet = toml::from_str(text).map_err(|e| Error::internal(format!("{path}: {e}")))?;
        let Sheet { procedure, matters } = sheet;
        let told = matters.into_iter();
        all.extend(told.map(|Told { key, state, steps }| Matter {
            procedure: procedure.clone(),
            key,
            state: Some(state),
            steps,
        }));
    }
    Ok(all)
}

/// Entries of registers from `registers/PATH.csv` and the rows within them from `registers/PATH.WITHIN.csv`: a step in each line.
/// The first columns say of which entry, when and by whom; of an entry also which act. All others are fields by label or key.
fn entries() -> Result<Vec<Matter>> {
    let mut all: Vec<Matter> = Vec::new();
    let files = DEMO_SEEDS.iter().filter_map(|(path, text)| {
        Some((*path, path.strip_prefix("registers/")?.strip_suffix(".csv")?, *text))
    });
    let (within, own): (Vec<_>, Vec<_>) = files.partition(|(_, name, _)| name.contains('.'));
    for (path, name, text) in own.into_iter().chain(within) {
        let wrong = |what: &str| Error::internal(format!("{path}: {what}"));
        let (register, act) = name.split_once('.').map_or((name, None), |(of, act)| (of, Some(act)));
        let mut reader = reader(text);
        let headings = reader.headers().map_err(|e| wrong(&e.to_string()))?.clone();
        for row in reader.records() {
            let row = row.map_err(|e| wrong(&e.to_string()))?;
            let mut cells =
                headings.iter().zip(row.iter()).map(|(head, cell)| (head.to_owned(), cell.to_owned()));
            let mut next = || cells.next().map(|(_, cell)| cell).ok_or_else(|| wrong("too few columns"));
            let (key, at, by) = (next()?, next()?, next()?);
            let act = act.map_or_else(&mut next, |act| Ok(act.to_owned()))?;
            let at = parse_instant(&at).ok_or_else(|| wrong(&format!("no instant: {at}")))?;
            let cells = cells.filter(|(_, cell)| !cell.is_empty()).collect();
            let step = MatterStep { at, by, act, form: serde_json::Map::new(), cells };
            match all.iter_mut().find(|one| one.procedure == register && one.key == key) {
                Some(entry) => entry.steps.push(step),
                None => {
                    all.push(Matter { procedure: register.to_owned(), key, state: None, steps: vec![step] });
                }
            }
        }
    }
    Ok(all)
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().comment(Some(b'#')).trim(Trim::All).from_reader(text.as_bytes())
}

fn rows<T: DeserializeOwned>(name: &str) -> Result<Vec<T>> {
    let found = DEMO_SEEDS.iter().find(|(path, _)| *path == name);
    let (_, text) = found.ok_or_else(|| Error::internal(format!("the seeds lack {name}")))?;
    let rows = reader(text).into_deserialize().collect::<std::result::Result<Vec<T>, _>>();
    rows.map_err(|e| Error::internal(format!("{name}: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_are_what_their_readme_says() {
        let seeds = Seeds::read().unwrap();
        let (told, rows): (Vec<_>, Vec<_>) = seeds.matters.iter().partition(|one| one.state.is_some());
        assert_eq!(
            (seeds.associations.len(), seeds.appeals.len(), told.len(), rows.len()),
            (30, 200, 17, 44)
        );
        let mut roles: Vec<&str> =
            seeds.staff.iter().filter(|s| !s.first.is_empty()).map(|s| s.role.as_str()).collect();
        roles.sort_unstable();
        roles.dedup();
        assert_eq!(roles.len(), 14, "one ready account of each role: {roles:?}");
    }
}
