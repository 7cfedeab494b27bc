//! Texts that speak of one topic, put together as long as they are close on average.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use crate::duplicates::compare::Evidence;
use crate::duplicates::pairs::Set;

/// Two texts with less affinity count as strangers.
const KNOWN: f64 = 0.08;
/// Two groups come together from this affinity on, averaged over all their texts.
const TOGETHER: f64 = 0.17;

/// So many of the closest texts of each are looked at.
const CLOSEST: usize = 80;

#[derive(PartialEq)]
struct Merge {
    affinity: f64,
    a: usize,
    b: usize,
    sizes: (usize, usize),
}

impl Eq for Merge {}

impl Ord for Merge {
    fn cmp(&self, other: &Merge) -> Ordering {
        self.affinity.total_cmp(&other.affinity).then((other.a, other.b).cmp(&(self.a, self.b)))
    }
}

impl PartialOrd for Merge {
    fn partial_cmp(&self, other: &Merge) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Groups of two and more of these texts, the largest first.
pub(crate) fn clusters(set: &Set, among: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: HashMap<usize, Vec<usize>> = among.iter().map(|i| (*i, vec![*i])).collect();
    let mut sums: HashMap<usize, HashMap<usize, f64>> = HashMap::new();
    let mut heap = BinaryHeap::new();
    for (a, b, affinity) in acquaintances(set, among) {
        sums.entry(a).or_default().insert(b, affinity);
        sums.entry(b).or_default().insert(a, affinity);
        heap.push(Merge { affinity, a, b, sizes: (1, 1) });
    }
    while let Some(Merge { affinity, a, b, sizes }) = heap.pop() {
        if affinity < TOGETHER {
            break;
        }
        let size = |group: usize| groups.get(&group).map_or(0, Vec::len);
        // One of the two has been taken up by another or has grown since.
        if (size(a), size(b)) != sizes {
            continue;
        }
        let (Some(taken), Some(own)) = (groups.remove(&b), groups.get_mut(&a)) else { continue };
        own.extend(taken);
        let grown = own.len();
        let others = sums.remove(&b).unwrap_or_default();
        for (other, sum) in others {
            if let Some(theirs) = sums.get_mut(&other) {
                theirs.remove(&b);
                if other != a {
                    *theirs.entry(a).or_default() += sum;
                }
            }
            if other != a {
                *sums.entry(a).or_default().entry(other).or_default() += sum;
            }
        }
        for (other, sum) in sums.get(&a).into_iter().flatten() {
            let size = groups.get(other).map_or(0, Vec::len);
            if size > 0 {
                let affinity = sum / (grown * size) as f64;
                heap.push(Merge { affinity, a, b: *other, sizes: (grown, size) });
            }
        }
    }
    let mut found: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
    found.iter_mut().for_each(|group| group.sort_unstable());
    found.sort_by(|x, y| y.len().cmp(&x.len()).then(x.cmp(y)));
    found
}

/// Who is close to whom.
fn acquaintances(set: &Set, among: &[usize]) -> Vec<(usize, usize, f64)> {
    let mut all: Vec<(usize, usize, f64)> = Vec::new();
    set.each(
        among,
        |_, _| true,
        Evidence::affine_at_most,
        KNOWN,
        CLOSEST,
        |a, b, evidence| {
            let affinity = evidence.affinity();
            if affinity >= KNOWN {
                all.push((a, b, affinity));
            }
        },
    );
    all
}
