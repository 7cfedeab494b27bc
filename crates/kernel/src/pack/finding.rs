//! Findings: everything wrong with a pack, each with the place and the remedy, in Chinese.

use serde::Serialize;

/// One thing wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// File inside the pack folder.
    pub file: String,
    /// Line, first = 1; 0 where the whole file or folder is meant.
    pub line: usize,
    /// The key (TOML path) or column and row it is about; may be empty.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub suggestion: String,
}

/// A place in the pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// File inside the pack folder.
    pub file: String,
    /// Line, first = 1.
    pub line: usize,
    /// Key path or column.
    pub key: String,
}

impl At {
    /// A finding at this place.
    pub fn finding(&self, message: impl Into<String>, suggestion: impl Into<String>) -> Finding {
        Finding {
            file: self.file.clone(),
            line: self.line,
            key: self.key.clone(),
            message: message.into(),
            suggestion: suggestion.into(),
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.key.is_empty() {
            write!(f, "{}：", self.key)?;
        }
        write!(f, "{}。{}", self.message, self.suggestion)
    }
}

/// `是否为“…”？` with the nearest known word, else the list of what there is.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let near = known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(far, candidate)| {
            let long = candidate.chars().count().max(word.chars().count());
            *far < long && *far <= (long / 2).max(1)
        })
        .min();
    match near {
        Some((_, candidate)) => format!("是否为“{candidate}”？"),
        None if known.is_empty() => "这里目前没有可用的值".to_owned(),
        None => {
            let shown = known.iter().take(12).copied().collect::<Vec<_>>().join("、");
            let more = if known.len() > 12 { format!(" 等 {} 项", known.len()) } else { String::new() };
            format!("可用的有：{shown}{more}")
        }
    }
}

/// Edit distance in characters; a swap of two neighbours counts once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, distance};

    #[test]
    fn distance_counts_edits() {
        for (a, b, far) in
            [("", "", 0), ("sign", "sing", 1), ("表杨", "表扬", 1), ("accept", "except", 2), ("", "ab", 2)]
        {
            assert_eq!(distance(a, b), far, "{a} {b}");
        }
    }

    #[test]
    fn names_the_nearest_or_lists_all() {
        assert_eq!(did_you_mean("titel", ["title", "text"]), "是否为“title”？");
        assert_eq!(did_you_mean("zzzzzz", ["title", "text"]), "可用的有：title、text");
    }
}
