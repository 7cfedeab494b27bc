//! From scores to confidences that mean what they say: a temperature, then a monotone curve, both learned on held-out cases.

/// How scores become confidences.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibration {
    /// What scores are multiplied by before they become shares.
    pub sharpness: f32,
    /// Share of the first and how often that was right, ascending.
    pub curve: Vec<(f32, f32)>,
    /// The share of the first above which the answer is `auto`; above 1 for never.
    pub cut: f32,
}

impl Calibration {
    /// What holds when nothing could be held out: shares as they are, never `auto`.
    pub fn unmeasured(sharpness: f32) -> Calibration {
        Calibration { sharpness, curve: Vec::new(), cut: 2.0 }
    }

    /// Learns from held-out scores by label and the right label's number.
    pub fn learn(scores: &[Vec<f32>], truths: &[u32], precision: f64) -> Calibration {
        let sharpness = sharpest(scores, truths);
        let mut firsts: Vec<(f32, bool)> = scores
            .iter()
            .zip(truths)
            .filter_map(|(scores, truth)| {
                let shares = shares(scores, sharpness);
                let (first, share) = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
                Some((*share, first == *truth as usize))
            })
            .collect();
        firsts.sort_by(|a, b| a.0.total_cmp(&b.0));
        Calibration { sharpness, curve: monotone(&firsts), cut: cut(&firsts, precision) }
    }

    /// The confidence of a first proposal by its share.
    pub fn confidence(&self, share: f32) -> f32 {
        let after = self.curve.partition_point(|(x, _)| *x < share);
        match (after.checked_sub(1).map(|i| self.curve[i]), self.curve.get(after).copied()) {
            (None, None) => share,
            (Some((_, y)), None) | (None, Some((_, y))) => y,
            (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (share - x0) / (x1 - x0).max(1e-6),
        }
    }
}

/// Scores as shares of one.
pub(crate) fn shares(scores: &[f32], sharpness: f32) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares: Vec<f32> = scores.iter().map(|s| ((s - most) * sharpness).exp()).collect();
    let sum: f32 = shares.iter().sum::<f32>().max(1e-30);
    shares.iter_mut().for_each(|s| *s /= sum);
    shares
}

/// The sharpness under which the right labels are least surprising.
fn sharpest(scores: &[Vec<f32>], truths: &[u32]) -> f32 {
    let surprise = |sharpness: f32| -> f64 {
        let each = scores
            .iter()
            .zip(truths)
            .map(|(s, t)| -f64::from(shares(s, sharpness)[*t as usize].max(1e-9).ln()));
        each.sum()
    };
    let (mut low, mut high) = (-2.5f32, 4.0f32);
    for _ in 0..18 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if surprise(a.exp()) < surprise(b.exp()) { high = b } else { low = a }
    }
    ((low + high) / 2.0).exp()
}

/// Pools neighbours until the share of right ones never falls.
fn monotone(firsts: &[(f32, bool)]) -> Vec<(f32, f32)> {
    let least = (firsts.len() / 40).max(5);
    // Number, sum of shares, number of right ones.
    let mut pools: Vec<(f32, f32, f32)> = Vec::new();
    for part in firsts.chunks(least) {
        let sum: f32 = part.iter().map(|(share, _)| share).sum();
        let right = part.iter().filter(|(_, right)| *right).count() as f32;
        pools.push((part.len() as f32, sum, right));
        while let [.., a, b] = pools.as_slice() {
            if a.2 / a.0 < b.2 / b.0 {
                break;
            }
            let both = (a.0 + b.0, a.1 + b.1, a.2 + b.2);
            pools.truncate(pools.len() - 2);
            pools.push(both);
        }
    }
    // One imagined case on each side keeps confidences away from 0 and 1.
    pools.iter().map(|(n, sum, right)| (sum / n, (right + 0.5) / (n + 1.0))).collect()
}

/// The lowest share above which held-out cases were right often enough.
fn cut(firsts: &[(f32, bool)], precision: f64) -> f32 {
    let (mut n, mut right, mut cut) = (0f64, 0f64, 2.0);
    for (share, hit) in firsts.iter().rev() {
        n += 1.0;
        right += f64::from(u8::from(*hit));
        if n >= 20.0 && right / n >= precision {
            cut = *share;
        }
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_never_falls_and_the_cut_keeps_its_precision() {
        let firsts: Vec<(f32, bool)> = (0..1000).map(|i| (i as f32 / 1000.0, i % 10 < i / 100)).collect();
        let curve = monotone(&firsts);
        assert!(curve.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1), "{curve:?}");
        let cut = cut(&firsts, 0.85);
        let above: Vec<bool> = firsts.iter().filter(|(s, _)| *s >= cut).map(|(_, r)| *r).collect();
        assert!(above.iter().filter(|r| **r).count() as f64 / above.len() as f64 >= 0.85);
        assert!(above.len() > 50);
    }

    #[test]
    fn without_held_out_cases_nothing_is_automatic() {
        let unmeasured = Calibration::unmeasured(1.0);
        assert!(unmeasured.cut > 1.0);
        assert!((unmeasured.confidence(0.4) - 0.4).abs() < 1e-6);
    }
}
