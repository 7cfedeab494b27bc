//! Cutting cases into parts that no matter straddles.

use std::collections::BTreeMap;

use huitong_text::dispatch::{Example, groups};

/// Which of `parts` each case is in; cases of one group are in one part. Another seed cuts differently.
pub fn folds(examples: &[Example], parts: usize, seed: u64) -> Vec<usize> {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    groups(examples).into_iter().enumerate().for_each(|(i, group)| members.entry(group).or_default().push(i));
    let mut order: Vec<(u64, Vec<usize>)> =
        members.into_iter().map(|(group, all)| (mixed(u64::from(group) ^ (seed << 32)), all)).collect();
    order.sort_unstable();
    let mut sizes = vec![0; parts];
    let mut part_of = vec![0; examples.len()];
    for (_, group) in order {
        let part = (0..parts).min_by_key(|part| sizes[*part]).unwrap_or_default();
        sizes[part] += group.len();
        group.into_iter().for_each(|i| part_of[i] = part);
    }
    part_of
}

fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The cases outside a part, and those inside.
pub fn split(examples: &[Example], part_of: &[usize], part: usize) -> (Vec<Example>, Vec<Example>) {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for (example, own) in examples.iter().zip(part_of) {
        if *own == part { &mut inside } else { &mut outside }.push(example.clone());
    }
    (outside, inside)
}
