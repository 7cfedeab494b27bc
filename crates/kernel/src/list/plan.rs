//! How a table's rows are reached: what is counted of them, and which indexes hold an order behind columns that are fixed.
//!
//! A queue that asks for one of several states, or for what one of several columns lets a reader reach, is no single range of
//! an index; engines then sort everything that fits, or run along an order through rows that do not. Here it is cut into
//! ranges of one index each, the first rows of each are taken, and those are merged.

use crate::condition::NEVER;
use crate::counters::Tally;
use crate::db::Value;

/// What the list of a table stands on.
#[derive(Debug)]
pub struct Plan {
    /// The counts that are kept of its rows.
    pub tally: &'static Tally,
    /// Its indexes that end in an order, those with the most columns first.
    pub indexes: &'static [Index],
}

/// An index: equal columns, then an order, then the key.
#[derive(Debug)]
pub struct Index {
    /// Columns that a range fixes.
    pub equal: &'static [&'static str],
    /// The column that orders it, never empty.
    pub order: &'static str,
}

/// Ranges at most; what would fall into more is left to the engine.
const RANGES: usize = 24;

/// One part of what a list asks for; all parts must hold.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// A condition with its own `$1, $2, …`.
    Text(String, Vec<Value>),
    /// A column holds one of these.
    OneOf(String, Vec<Value>),
    /// One of these columns holds its value: what a reader reaches.
    Ways(Vec<(&'static str, Value)>),
    /// A column that orders holds an instant before this one.
    Before(String, i64),
    /// A column that orders holds this instant or a later one, but is not empty.
    Since(String, i64),
}

impl Part {
    /// The part in SQL; its arguments are appended to `args`.
    pub(super) fn sql(&self, args: &mut Vec<Value>) -> String {
        let mut place = |value: &Value| {
            args.push(value.clone());
            format!("${}", args.len())
        };
        match self {
            Part::OneOf(column, values) => match values.as_slice() {
                [one] => format!("{column} = {}", place(one)),
                several => {
                    format!("{column} IN ({})", several.iter().map(place).collect::<Vec<_>>().join(", "))
                }
            },
            Part::Ways(ways) if ways.is_empty() => String::from("FALSE"),
            Part::Ways(ways) => {
                let ways: Vec<String> =
                    ways.iter().map(|(column, value)| format!("{column} = {}", place(value))).collect();
                format!("({})", ways.join(" OR "))
            }
            Part::Before(column, at) => format!("{column} < {}", place(&Value::Int(*at))),
            Part::Since(column, at) => {
                let (at, never) = (place(&Value::Int(*at)), place(&Value::Int(NEVER)));
                format!("({column} >= {at} AND {column} < {never})")
            }
            Part::Text(text, own) => {
                let text = super::query::shifted(text, args.len());
                args.extend_from_slice(own);
                text
            }
        }
    }
}

/// A column without the name of its table.
fn bare(column: &str) -> &str {
    column.rsplit('.').next().unwrap_or(column)
}

/// Leaves out what a reader reaches where the other parts let them reach everything that is asked for.
pub(super) fn needed(parts: &[Part]) -> Vec<Part> {
    let fixed = |way: &str| {
        parts.iter().find_map(|part| match part {
            Part::OneOf(column, values) if bare(column) == bare(way) => Some(values),
            _ => None,
        })
    };
    let implied = |ways: &[(&'static str, Value)]| {
        ways.iter().any(|(column, _)| {
            let admitted = |value: &Value| ways.iter().any(|(of, known)| of == column && known == value);
            fixed(column).is_some_and(|values| values.iter().all(admitted))
        })
    };
    let idle = |part: &&Part| matches!(part, Part::Ways(ways) if implied(ways));
    parts.iter().filter(|part| !idle(part)).cloned().collect()
}

/// The ranges of indexes that the parts fall into, each row in one of them; none where there is no gain or no index.
pub(super) fn ranges(plan: &Plan, parts: &[Part], order: &str) -> Option<Vec<Vec<Part>>> {
    if let Some(ranges) = expanded(plan, parts, order) {
        return Some(ranges).filter(|ranges| ranges.len() > 1);
    }
    let place = parts.iter().position(|part| matches!(part, Part::Ways(ways) if ways.len() > 1))?;
    let Part::Ways(ways) = parts.get(place)? else { return None };
    let mut all = Vec::new();
    for (nth, (column, value)) in ways.iter().enumerate() {
        let mut range: Vec<Part> = parts.to_vec();
        range.remove(place);
        range.push(Part::OneOf((*column).to_owned(), vec![value.clone()]));
        // A row that two ways reach is in the first range only.
        range.extend(ways.iter().take(nth).map(|(other, value)| {
            Part::Text(format!("({other} IS NULL OR {other} <> $1)"), vec![value.clone()])
        }));
        all.extend(expanded(plan, &range, order)?);
    }
    Some(all).filter(|all| all.len() <= RANGES)
}

/// One range for each combination of what the columns of the first fitting index may hold.
fn expanded(plan: &Plan, parts: &[Part], order: &str) -> Option<Vec<Vec<Part>>> {
    let fixes = |part: &Part, equal: &str| matches!(part, Part::OneOf(column, _) if bare(column) == equal);
    let index = plan.indexes.iter().find(|index| {
        let all = index.equal.iter().all(|equal| parts.iter().any(|part| fixes(part, equal)));
        all && index.order == bare(order)
    })?;
    let mut ranges: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        match part {
            Part::OneOf(column, values) if index.equal.contains(&bare(column)) => {
                let one = |range: &Vec<Part>, value: &Value| {
                    let mut range = range.clone();
                    range.push(Part::OneOf(column.clone(), vec![value.clone()]));
                    range
                };
                ranges = values
                    .iter()
                    .flat_map(|value| ranges.iter().map(move |range| one(range, value)))
                    .collect();
            }
            other => ranges.iter_mut().for_each(|range| range.push(other.clone())),
        }
    }
    (ranges.len() <= RANGES).then_some(ranges)
}
