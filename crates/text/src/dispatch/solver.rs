//! Linear machines with squared hinge, one against the rest, scaled by the log-count ratio of each label; dual coordinate descent
//! over a block of labels at once.

/// How many labels are learned side by side.
pub(crate) const BLOCK: usize = 16;

/// What is learned from: rows of known features, their labels by number, their weights.
pub(crate) struct Problem<'a> {
    pub rows: &'a [Vec<(u32, f32)>],
    pub labels: &'a [u32],
    pub weights: &'a [f32],
    pub features: usize,
    pub classes: usize,
}

pub(crate) struct Settings {
    pub cost: f32,
    pub smoothing: f32,
    pub rounds: usize,
    pub seed: u64,
}

/// Weights of one label block by feature, and the biases.
pub(crate) struct Block {
    pub weights: Vec<[f32; BLOCK]>,
    pub biases: [f32; BLOCK],
}

/// A small generator of numbers, so that the same input gives the same model everywhere.
pub(crate) struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }
}

/// Learns all labels, on as many threads as there are cores.
pub(crate) fn solve(problem: &Problem<'_>, settings: &Settings) -> Vec<Block> {
    let firsts: Vec<usize> = (0..problem.classes).step_by(BLOCK).collect();
    parallel(&firsts, |first| block(problem, settings, *first))
}

/// Maps on all cores; the order stays.
pub(crate) fn parallel<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(all.len().max(1));
    if threads == 1 {
        return all.iter().map(work).collect();
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let worker = || {
            let mut mine = Vec::new();
            loop {
                let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(item) = all.get(i) else { return mine };
                mine.push((i, work(item)));
            }
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        handles.into_iter().flat_map(|h| h.join().unwrap_or_default()).collect()
    });
    done.sort_unstable_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, r)| r).collect()
}

fn squared_ratios(problem: &Problem<'_>, smoothing: f32, first: usize) -> Vec<[f32; BLOCK]> {
    let mut own = vec![[smoothing; BLOCK]; problem.features];
    let mut all = vec![smoothing; problem.features];
    for ((row, label), weight) in problem.rows.iter().zip(problem.labels).zip(problem.weights) {
        let b = (*label as usize).wrapping_sub(first);
        for (feature, value) in row {
            all[*feature as usize] += value * weight;
            if b < BLOCK {
                own[*feature as usize][b] += value * weight;
            }
        }
    }
    let total: f32 = all.iter().sum();
    let mut sums = [0f32; BLOCK];
    own.iter().for_each(|row| row.iter().zip(&mut sums).for_each(|(v, sum)| *sum += v));
    for (row, all) in own.iter_mut().zip(&all) {
        for (value, sum) in row.iter_mut().zip(&sums) {
            let rest = (all - *value + smoothing).max(smoothing);
            let ratio = (*value / sum).ln() - (rest / (total - sum).max(smoothing)).ln();
            *value = ratio * ratio;
        }
    }
    own
}

fn block(problem: &Problem<'_>, settings: &Settings, first: usize) -> Block {
    let ratios = squared_ratios(problem, settings.smoothing, first);
    let mut learned = Block { weights: vec![[0.0; BLOCK]; problem.features], biases: [0.0; BLOCK] };
    let lengths: Vec<[f32; BLOCK]> = problem
        .rows
        .iter()
        .map(|row| {
            let mut sum = [1.0; BLOCK];
            for (feature, value) in row {
                let ratio = &ratios[*feature as usize];
                (0..BLOCK).for_each(|b| sum[b] += value * value * ratio[b]);
            }
            sum
        })
        .collect();
    let mut alphas = vec![[0f32; BLOCK]; problem.rows.len()];
    let mut order: Vec<usize> = (0..problem.rows.len()).collect();
    let mut random = Random(settings.seed);
    for _ in 0..settings.rounds {
        random.shuffle(&mut order);
        for i in &order {
            let row = &problem.rows[*i];
            let mut scores = learned.biases;
            for (feature, value) in row {
                let weights = &learned.weights[*feature as usize];
                (0..BLOCK).for_each(|b| scores[b] += value * weights[b]);
            }
            let slack = 0.5 / (settings.cost * problem.weights[*i]).max(1e-9);
            let mut steps = [0f32; BLOCK];
            let mut any = false;
            for b in 0..BLOCK {
                let sign = if problem.labels[*i] as usize == first + b { 1.0 } else { -1.0 };
                let alpha = alphas[*i][b];
                let gradient = sign * scores[b] - 1.0 + alpha * slack;
                let next = (alpha - gradient / (lengths[*i][b] + slack)).max(0.0);
                alphas[*i][b] = next;
                steps[b] = (next - alpha) * sign;
                any |= (next - alpha).abs() > 1e-6;
            }
            if !any {
                continue;
            }
            (0..BLOCK).for_each(|b| learned.biases[b] += steps[b]);
            for (feature, value) in row {
                let at = *feature as usize;
                let (weights, ratio) = (&mut learned.weights[at], &ratios[at]);
                (0..BLOCK).for_each(|b| weights[b] += value * steps[b] * ratio[b]);
            }
        }
    }
    learned
}
