//! Values that go into and come out of both engines, and the row that holds them by name.

use std::cell::Cell;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::id::Id;

/// A value of the portable types: TEXT, BIGINT, BOOLEAN, DOUBLE PRECISION, BYTEA, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// TEXT.
    Text(String),
    /// BIGINT: instants, money in 分, counts.
    Int(i64),
    /// BOOLEAN.
    Bool(bool),
    /// DOUBLE PRECISION.
    Real(f64),
    /// BYTEA.
    Bytes(Vec<u8>),
}

impl From<&str> for Value {
    fn from(v: &str) -> Value {
        Value::Text(v.to_owned())
    }
}
impl From<String> for Value {
    fn from(v: String) -> Value {
        Value::Text(v)
    }
}
impl From<&String> for Value {
    fn from(v: &String) -> Value {
        Value::Text(v.clone())
    }
}
impl From<i64> for Value {
    fn from(v: i64) -> Value {
        Value::Int(v)
    }
}
impl From<bool> for Value {
    fn from(v: bool) -> Value {
        Value::Bool(v)
    }
}
impl From<f64> for Value {
    fn from(v: f64) -> Value {
        Value::Real(v)
    }
}
impl From<Vec<u8>> for Value {
    fn from(v: Vec<u8>) -> Value {
        Value::Bytes(v)
    }
}
impl From<&[u8]> for Value {
    fn from(v: &[u8]) -> Value {
        Value::Bytes(v.to_vec())
    }
}
impl<T> From<&Id<T>> for Value {
    fn from(v: &Id<T>) -> Value {
        Value::Text(v.as_str().to_owned())
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Value {
        v.map_or(Value::Null, Into::into)
    }
}
impl From<&i64> for Value {
    fn from(v: &i64) -> Value {
        Value::Int(*v)
    }
}
impl From<&bool> for Value {
    fn from(v: &bool) -> Value {
        Value::Bool(*v)
    }
}
impl From<&Option<i64>> for Value {
    fn from(v: &Option<i64>) -> Value {
        (*v).into()
    }
}
impl From<&jiff::civil::Date> for Value {
    fn from(v: &jiff::civil::Date) -> Value {
        (*v).into()
    }
}
impl From<&Option<String>> for Value {
    fn from(v: &Option<String>) -> Value {
        v.as_deref().into()
    }
}
impl<T> From<&Option<Id<T>>> for Value {
    fn from(v: &Option<Id<T>>) -> Value {
        v.as_ref().into()
    }
}
impl From<jiff::civil::Date> for Value {
    fn from(v: jiff::civil::Date) -> Value {
        Value::Text(v.to_string())
    }
}

/// The arguments of a statement, in the order of `$1, $2, …`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*][..] };
}

/// A type that can be read out of a column.
pub trait Column: Sized {
    /// Reads the value; `None` where the column holds something else.
    fn read(value: &Value) -> Option<Self>;

    /// Takes the value out of the column, where a copy of it would cost.
    fn take(value: &mut Value) -> Option<Self> {
        Self::read(value)
    }
}

impl Column for String {
    fn take(value: &mut Value) -> Option<Self> {
        if let Value::Text(v) = value { Some(std::mem::take(v)) } else { None }
    }
    fn read(value: &Value) -> Option<Self> {
        if let Value::Text(v) = value { Some(v.clone()) } else { None }
    }
}
impl Column for i64 {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Int(v) = value { Some(*v) } else { None }
    }
}
impl Column for bool {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(v) => Some(*v),
            // The embedded engine keeps truth as 0 and 1.
            Value::Int(v @ 0..=1) => Some(*v == 1),
            _ => None,
        }
    }
}
impl Column for f64 {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Real(v) = value { Some(*v) } else { None }
    }
}
impl Column for Vec<u8> {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Bytes(v) = value { Some(v.clone()) } else { None }
    }
}
impl<T> Column for Id<T> {
    fn take(value: &mut Value) -> Option<Self> {
        String::take(value).map(Id::stored)
    }
    fn read(value: &Value) -> Option<Self> {
        String::read(value).map(Id::stored)
    }
}
impl Column for jiff::civil::Date {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Text(v) = value { v.parse().ok() } else { None }
    }
}
impl<T: Column> Column for Option<T> {
    fn take(value: &mut Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::take(value).map(Some) }
    }
    fn read(value: &Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::read(value).map(Some) }
    }
}

/// One row of an answer.
#[derive(Debug, Clone)]
pub struct Row {
    pub(super) names: Arc<[String]>,
    pub(super) values: Vec<Value>,
    /// Where the last column asked for stands: most are asked for in their order.
    last: Cell<usize>,
}

impl Row {
    pub(super) fn new(names: Arc<[String]>, values: Vec<Value>) -> Row {
        Row { names, values, last: Cell::new(usize::MAX) }
    }

    fn place(&self, name: &str) -> Option<usize> {
        let next = self.last.get().wrapping_add(1);
        let place = match self.names.get(next) {
            Some(n) if n == name => Some(next),
            _ => self.names.iter().position(|n| n == name),
        };
        self.last.set(place.unwrap_or(usize::MAX));
        place
    }

    /// The value of a named column; a wrong name or type is our own mistake and says which.
    #[track_caller]
    pub fn get<T: Column>(&self, name: &str) -> Result<T> {
        let Some(value) = self.place(name).and_then(|p| self.values.get(p)) else {
            return Err(self.missing(name));
        };
        T::read(value).ok_or_else(|| other_than::<T>(name, value))
    }

    /// Takes the value of a named column out of the row; each column can be taken once.
    #[track_caller]
    pub fn take<T: Column>(&mut self, name: &str) -> Result<T> {
        let place = self.place(name);
        let Some(value) = place.and_then(|p| self.values.get_mut(p)) else {
            return Err(self.missing(name));
        };
        T::take(value).ok_or_else(|| other_than::<T>(name, value))
    }

    #[track_caller]
    fn missing(&self, name: &str) -> Error {
        Error::internal(format!("no column {name} in {:?}", self.names))
    }

    /// Names and values side by side, for tests and for showing rows as they are.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }
}

#[track_caller]
fn other_than<T>(name: &str, value: &Value) -> Error {
    Error::internal(format!("column {name} holds {value:?}, not {}", std::any::type_name::<T>()))
}
