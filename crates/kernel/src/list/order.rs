//! Orders, and the condition that says "after this row" in one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use crate::db::Value;
use crate::error::{Error, Result};

/// What a column holds, as far as going on after a row must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// TEXT.
    Text,
    /// BIGINT.
    Number,
    /// BOOLEAN.
    Flag,
}

/// One step of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBy {
    /// Column as it stands in SQL.
    pub column: String,
    /// Downwards.
    pub descending: bool,
    /// Whether it may be empty; empty ones come last.
    pub nullable: bool,
    /// What it holds.
    pub kind: ColumnKind,
}

impl OrderBy {
    /// Upwards by a column that is never empty.
    pub fn new(column: &str, kind: ColumnKind) -> OrderBy {
        OrderBy { column: column.to_owned(), descending: false, nullable: false, kind }
    }

    /// Downwards.
    #[must_use]
    pub fn down(mut self, descending: bool) -> OrderBy {
        self.descending = descending;
        self
    }

    /// The column may be empty.
    #[must_use]
    pub fn nullable(mut self) -> OrderBy {
        self.nullable = true;
        self
    }
}

/// The steps of an order with the key behind them, which follows the last step's direction.
#[derive(Debug, Clone)]
pub(super) struct Order(Vec<OrderBy>);

impl Order {
    pub(super) fn new(mut steps: Vec<OrderBy>, key: &str) -> Order {
        let descending = steps.last().is_some_and(|step| step.descending);
        steps.push(OrderBy { column: key.to_owned(), descending, nullable: false, kind: ColumnKind::Text });
        Order(steps)
    }

    /// The column of an order that has one step beside the key.
    pub(super) fn single(&self) -> Option<&str> {
        match self.0.as_slice() {
            [step, _] if !step.nullable => Some(&step.column),
            _ => None,
        }
    }

    /// The column of such an order where it may be empty.
    pub(super) fn single_that_may_lack(&self) -> Option<&str> {
        match self.0.as_slice() {
            [step, _] if step.nullable => Some(&step.column),
            _ => None,
        }
    }

    /// Whether it ends downwards.
    pub(super) fn descends(&self) -> bool {
        self.0.last().is_some_and(|step| step.descending)
    }

    pub(super) fn clause(&self) -> String {
        let step = |s: &OrderBy| {
            let way = if s.descending { " DESC" } else { "" };
            // The engines disagree where empty ones belong; where there are none, nothing is said and an index serves.
            format!("{}{way}{}", s.column, if s.nullable { " NULLS LAST" } else { "" })
        };
        self.0.iter().map(step).collect::<Vec<_>>().join(", ")
    }

    /// The same where nothing is empty: along an index from either end.
    pub(super) fn clause_of_known(&self) -> String {
        self.clause().replace(" NULLS LAST", "")
    }

    /// The columns again under names of our own, so that the last row says where to go on.
    pub(super) fn columns(&self) -> String {
        self.0.iter().enumerate().map(|(n, s)| format!(", {} AS after_{n}", s.column)).collect()
    }

    pub(super) fn cursor(&self, row: &crate::db::Row) -> String {
        let values: Vec<Json> = (0..self.0.len())
            .map(|n| {
                let name = format!("after_{n}");
                let value = row.columns().find(|(column, _)| *column == name).map(|(_, value)| value);
                match value {
                    Some(Value::Text(text)) => Json::from(text.as_str()),
                    Some(Value::Int(number)) => Json::from(*number),
                    Some(Value::Bool(truth)) => Json::from(i64::from(*truth)),
                    _ => Json::Null,
                }
            })
            .collect();
        URL_SAFE_NO_PAD.encode(Json::from(values).to_string())
    }

    /// Reads a cursor; whoever writes one by hand must still fit the columns.
    pub(super) fn values(&self, cursor: &str) -> Result<Vec<Value>> {
        let wrong = || Error::invalid("next", "续读标记无效或已过时，请从第一页重新查询");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
        let Ok(Json::Array(values)) = serde_json::from_slice(&bytes) else { return Err(wrong()) };
        if values.len() != self.0.len() {
            return Err(wrong());
        }
        let read = |(value, step): (&Json, &OrderBy)| match (value, step.kind) {
            (Json::Null, _) if step.nullable => Ok(Value::Null),
            (Json::String(text), ColumnKind::Text) if !text.contains('\0') => Ok(Value::Text(text.clone())),
            (Json::Number(number), ColumnKind::Number) => number.as_i64().map(Value::Int).ok_or_else(wrong),
            (Json::Number(number), ColumnKind::Flag) => Ok(Value::Bool(number.as_i64() == Some(1))),
            _ => Err(wrong()),
        };
        values.iter().zip(&self.0).map(read).collect()
    }

    /// Fitting values, for tests that prepare statements.
    pub(super) fn sample(&self) -> Vec<Value> {
        let value = |step: &OrderBy| match step.kind {
            ColumnKind::Text => Value::Text("a".into()),
            ColumnKind::Number => Value::Int(1),
            ColumnKind::Flag => Value::Bool(true),
        };
        self.0.iter().map(value).collect()
    }

    /// "After the row with these values"; arguments are appended to `args`.
    pub(super) fn after(&self, values: &[Value], args: &mut Vec<Value>) -> String {
        let one_way = self.0.iter().all(|s| s.descending == self.0[0].descending && !s.nullable);
        if one_way {
            let columns: Vec<&str> = self.0.iter().map(|s| s.column.as_str()).collect();
            let places: Vec<String> = values.iter().map(|v| place(v, args)).collect();
            let than = if self.0[0].descending { "<" } else { ">" };
            return format!("({}) {than} ({})", columns.join(", "), places.join(", "));
        }
        let mut ways = Vec::new();
        for (n, (step, value)) in self.0.iter().zip(values).enumerate() {
            if *value == Value::Null {
                // Empty ones are last: nothing comes after them in this step.
                continue;
            }
            let mut parts: Vec<String> =
                self.0[..n].iter().zip(values).map(|(s, v)| equal(s, v, args)).collect();
            let than = if step.descending { "<" } else { ">" };
            let beyond = format!("{} {than} {}", step.column, place(value, args));
            parts.push(if step.nullable { format!("({beyond} OR {} IS NULL)", step.column) } else { beyond });
            ways.push(format!("({})", parts.join(" AND ")));
        }
        format!("({})", ways.join(" OR "))
    }
}

fn equal(step: &OrderBy, value: &Value, args: &mut Vec<Value>) -> String {
    match value {
        Value::Null => format!("{} IS NULL", step.column),
        value => format!("{} = {}", step.column, place(value, args)),
    }
}

fn place(value: &Value, args: &mut Vec<Value>) -> String {
    args.push(value.clone());
    format!("${}", args.len())
}
