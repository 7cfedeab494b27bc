//! Parts of the pack that only one capability understands: it reads them itself, with the same desk and the same remedies.

use std::any::Any;
use std::sync::Arc;

use super::Pack;
use super::city::City;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::finding::At;
use super::lists::List;

/// What a capability reads on.
pub struct Reading<'a> {
    /// Findings, names, items.
    pub desk: &'a Desk,
    /// The files.
    pub shelf: &'a Shelf,
    /// The city the pack is for.
    pub city: &'a City,
    /// Lists that the pack has written.
    pub lists: &'a [List],
}

/// What a capability made of its files.
#[derive(Clone, Debug)]
pub struct Part {
    value: Arc<dyn Any + Send + Sync>,
    /// Lists that forms may choose from.
    pub(super) lists: Vec<List>,
}

impl Part {
    /// A part and the lists it brings.
    pub fn new(value: impl Any + Send + Sync, lists: Vec<List>) -> Part {
        Part { value: Arc::new(value), lists }
    }
}

/// A capability that reads files of the pack itself.
#[derive(Clone, Copy, Debug)]
pub struct PartReader {
    /// Reads them.
    pub read: fn(&Reading<'_>) -> Part,
}

/// A question that examples may put to a part (`counter = "01"`).
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Its key in an example.
    pub key: &'static str,
    /// What it asks about.
    pub about: Ref,
    /// What comes out, in the words of `then`.
    pub answer: fn(&Pack, &str) -> String,
    /// What must have an example: what the example asks about begins with this key; its title and place.
    pub required: fn(&Pack) -> Vec<(String, String)>,
}

impl Question {
    /// Where a thing is declared.
    pub(super) fn place(&self, desk: &Desk, key: &str) -> At {
        desk.place(self.about, key)
    }
}

impl Pack {
    /// What a capability read of this pack; none where no capability of that kind is in the house.
    pub fn of<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.parts.iter().find_map(|part| part.value.downcast_ref())
    }
}
