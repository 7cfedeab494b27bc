//! Which texts hold a pair of signs, newest first: lists in one pool, so that a million short ones cost little.

use super::rarity::{SLOTS, slot};

/// Texts in one link of a list; with the number of the next link it fills half a line of the cache.
const LINK: usize = 7;
/// Marks an empty place in a link.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Link {
    items: [u32; LINK],
    /// The number of the next link, counted from 1; 0 at the end, so that untouched lists cost no memory.
    next: u32,
}

/// Lists of texts by key.
#[derive(Debug)]
pub(crate) struct Postings {
    heads: Vec<u32>,
    links: Vec<Link>,
}

impl Postings {
    pub fn new() -> Postings {
        Postings { heads: vec![0; SLOTS], links: Vec::new() }
    }

    /// Adds a text to the list of a key.
    pub fn add(&mut self, key: u32, item: u32) {
        let head = &mut self.heads[slot(key)];
        if let Some(link) = (*head as usize).checked_sub(1).and_then(|at| self.links.get_mut(at))
            && let Some(empty) = link.items.iter_mut().find(|held| **held == NONE)
        {
            *empty = item;
            return;
        }
        let mut items = [NONE; LINK];
        items[0] = item;
        self.links.push(Link { items, next: *head });
        *head = self.links.len() as u32;
    }

    /// The texts of a key from `oldest` on, about the newest first.
    pub fn of(&self, key: u32, oldest: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = self.heads[slot(key)];
        let links = std::iter::from_fn(move || {
            let link = self.links.get((at as usize).checked_sub(1)?)?;
            // Links are filled in the order of inserting: none behind one that begins with an old text holds a new one.
            at = if link.items[0] < oldest { 0 } else { link.next };
            Some(link)
        });
        links.flat_map(|link| link.items.into_iter().take_while(|item| *item != NONE))
    }

    /// Memory in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(self.heads.as_slice()) + size_of_val(self.links.as_slice())
    }
}
