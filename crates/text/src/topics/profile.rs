//! What the texts of a topic have in common, to count who else tells it.

use std::collections::HashMap;

use crate::duplicates::pairs::{Mixed, Set};
use crate::duplicates::told::{Told, WHERE};

/// In this share of its texts, and in two, a pair of signs must stand to belong to the topic.
const SHARE: f32 = 0.3;
/// A text tells the topic from this part of what its own texts usually hold of the profile.
const PART: f32 = 0.8;
/// And from this part of the whole profile, or long texts would tell every topic.
const OF_ALL: f32 = 0.2;
/// Two profiles are one topic from this part on.
const ALIKE: f32 = 0.45;
/// Less than this says nothing, whatever the texts of the topic hold.
const LEAST: f32 = 5.0;

/// Pairs of signs of a topic by how much they say.
struct Profile {
    weights: HashMap<u32, f32, Mixed>,
    /// The sum from which on a text tells the topic.
    least: f32,
}

impl Profile {
    /// The profile of these texts of a set.
    fn of(set: &Set, cluster: &[usize]) -> Profile {
        let mut counts: HashMap<u32, usize, Mixed> = HashMap::default();
        for i in cluster {
            for key in &set.told[*i].keys {
                *counts.entry(key & !WHERE).or_default() += 1;
            }
        }
        let most = cluster.len() as f32;
        let weights: HashMap<u32, f32, Mixed> = counts
            .into_iter()
            .filter(|(_, count)| *count >= 2 && *count as f32 >= SHARE * most)
            .map(|(key, count)| (key, set.rarity.weight(key) * count as f32 / most))
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        let mut profile = Profile { weights, least: 0.0 };
        let mut sums: Vec<f32> = cluster.iter().map(|i| profile.sum(&set.told[*i])).collect();
        sums.sort_by(f32::total_cmp);
        let all: f32 = profile.weights.values().sum();
        profile.least = (sums[sums.len() / 5] * PART).max(all * OF_ALL).max(LEAST);
        profile
    }

    /// Which part of the smaller of two profiles is in the other.
    fn alike(&self, other: &Profile) -> f32 {
        let total = |profile: &Profile| profile.weights.values().sum::<f32>();
        let both =
            self.weights.iter().filter_map(|(key, own)| other.weights.get(key).map(|their| own.min(*their)));
        both.sum::<f32>() / total(self).min(total(other)).max(1e-6)
    }

    fn sum(&self, told: &Told) -> f32 {
        let mut sum = 0.0;
        for key in &told.keys {
            sum += self.weights.get(&(key & !WHERE)).copied().unwrap_or(0.0);
        }
        sum
    }
}

/// The topics of a week, to be asked which of them a text tells.
pub(crate) struct Profiles {
    all: Vec<Profile>,
    /// Which profiles hold a pair, and its weight there.
    holders: HashMap<u32, Vec<(usize, f32)>, Mixed>,
}

impl Profiles {
    /// Of these clusters; those that say the same in two ways become one topic.
    pub fn of(set: &Set, clusters: Vec<Vec<usize>>) -> Profiles {
        let all = merged(set, clusters);
        let mut holders: HashMap<u32, Vec<(usize, f32)>, Mixed> = HashMap::default();
        for (i, profile) in all.iter().enumerate() {
            for (key, weight) in &profile.weights {
                holders.entry(*key).or_default().push((i, *weight));
            }
        }
        Profiles { all, holders }
    }

    /// How many topics there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// The topic that a text fits best, if one.
    pub fn best(&self, told: &Told) -> Option<usize> {
        let mut sums: Vec<f32> = vec![0.0; self.all.len()];
        for key in &told.keys {
            for (i, weight) in self.holders.get(&(key & !WHERE)).into_iter().flatten() {
                sums[*i] += weight;
            }
        }
        let fits = sums.iter().zip(&self.all).map(|(sum, profile)| sum / profile.least).enumerate();
        let best = fits.filter(|(_, fit)| *fit >= 1.0).max_by(|x, y| x.1.total_cmp(&y.1).then(y.0.cmp(&x.0)));
        best.map(|(i, _)| i)
    }
}

/// Profiles of these clusters, those put together that are alike.
fn merged(set: &Set, mut clusters: Vec<Vec<usize>>) -> Vec<Profile> {
    let mut profiles: Vec<Profile> = clusters.iter().map(|cluster| Profile::of(set, cluster)).collect();
    let mut at = 0;
    while at < profiles.len() {
        match (0..at).find(|earlier| profiles[*earlier].alike(&profiles[at]) >= ALIKE) {
            Some(earlier) => {
                let more = clusters.remove(at);
                clusters[earlier].extend(more);
                profiles.remove(at);
                profiles[earlier] = Profile::of(set, &clusters[earlier]);
            }
            None => at += 1,
        }
    }
    profiles
}
