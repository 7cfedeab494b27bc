//! Which texts belong together: those that repeat or quote each other, name the same order, or carry the same key.

use std::collections::HashMap;

use super::Example;
use super::features::KeyMap;
use crate::normalize::{is_word, normalize};

/// Length of the passages that are compared, in signs.
const PASSAGE: usize = 8;
/// A passage in more texts than these is a form of words and ties nothing together.
const COMMON: usize = 40;

struct Union(Vec<u32>);

impl Union {
    fn root(&mut self, mut at: u32) -> u32 {
        while self.0[at as usize] != at {
            self.0[at as usize] = self.0[self.0[at as usize] as usize];
            at = self.0[at as usize];
        }
        at
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        // The earlier text names the group, so that the numbers do not depend on the order of joining.
        self.0[a.max(b) as usize] = a.min(b);
    }
}

/// The group of each example, named by its first member. Texts of one group must never stand on both sides of a measurement.
pub fn groups(examples: &[Example]) -> Vec<u32> {
    let mut union = Union((0..examples.len() as u32).collect());
    let mut firsts: HashMap<String, u32> = HashMap::new();
    let mut passages: Vec<Vec<u64>> = Vec::with_capacity(examples.len());
    for (i, example) in examples.iter().enumerate() {
        let text = normalize(&example.text);
        let words: String = text.chars().filter(|c| is_word(*c)).collect();
        let keys = example.group.iter().map(|key| format!("key {key}"));
        for name in keys.chain(orders(&text)).chain([format!("text {words}")]) {
            let first = *firsts.entry(name).or_insert(i as u32);
            union.join(first, i as u32);
        }
        passages.push(shingles(&words));
    }
    join_overlaps(&mut union, &passages);
    (0..examples.len() as u32).map(|i| union.root(i)).collect()
}

/// Numbers of orders that a text quotes.
fn orders(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|code| code.len() >= 10 && code.bytes().filter(u8::is_ascii_digit).count() >= 6)
        .map(|code| format!("order {code}"))
}

fn shingles(words: &str) -> Vec<u64> {
    let signs: Vec<char> = words.chars().take(2000).collect();
    let mut found: Vec<u64> = signs
        .windows(PASSAGE)
        .map(|window| {
            window.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, c| {
                (hash ^ u64::from(*c as u32)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
            })
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn join_overlaps(union: &mut Union, passages: &[Vec<u64>]) {
    let mut holders: KeyMap<Vec<u32>> = KeyMap::default();
    for (i, own) in passages.iter().enumerate() {
        for passage in own {
            holders.entry(*passage).or_default().push(i as u32);
        }
    }
    for (i, own) in passages.iter().enumerate() {
        let mut shared: HashMap<u32, usize> = HashMap::new();
        for others in own.iter().filter_map(|p| holders.get(p)).filter(|others| others.len() <= COMMON) {
            for other in others.iter().filter(|other| (**other as usize) < i) {
                *shared.entry(*other).or_default() += 1;
            }
        }
        for (other, count) in shared {
            let shorter = own.len().min(passages[other as usize].len());
            if count * 2 >= shorter.max(2) {
                union.join(other, i as u32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_repetitions_and_keys_tie_texts_together() {
        let text = "青年路105号福利大厦对面的工地夜里十二点还在施工，吵得睡不着";
        let mut all: Vec<Example> = [
            text,
            "路灯坏了三天",
            "再次来电：青年路105号福利大厦对面的工地夜里十二点还在施工，至今没有人管",
            "工单号HK20180512343c93的答复不满意",
            "关于HK20180512343c93，补充照片",
            "路灯坏了三天！",
            "公交车半小时不来一班",
            "小区停水",
        ]
        .iter()
        .map(|text| Example::new(*text, "a"))
        .collect();
        all[6].group = Some(String::from("case 1"));
        all[7].group = Some(String::from("case 1"));
        assert_eq!(groups(&all), [0, 1, 0, 3, 3, 1, 6, 6]);
    }
}
