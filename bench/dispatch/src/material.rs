//! The real cases, read where they lie; nothing of them is kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::path::{Path, PathBuf};

use huitong_text::dispatch::{Example, Lexicon};

/// Where the test material lies: `HUITONG_TEST_DATA`, else beside the checkout.
pub fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    std::env::var_os("HUITONG_TEST_DATA").map_or(beside, PathBuf::from)
}

/// The named columns of a table, a row for each of its rows.
fn columns<const N: usize>(file: &Path, names: [&str; N]) -> Result<Vec<[String; N]>, Box<dyn Error>> {
    let mut table = csv::Reader::from_path(file)?;
    let heads = table.headers()?.clone();
    let place = |name: &str| {
        let found = heads.iter().position(|head| head.trim_start_matches('\u{feff}') == name);
        found.ok_or_else(|| format!("{}: no column {name}", file.display()))
    };
    let mut places = [0; N];
    for (at, name) in places.iter_mut().zip(names) {
        *at = place(name)?;
    }
    let mut rows = Vec::new();
    for record in table.records() {
        let record = record?;
        rows.push(places.map(|at| record.get(at).unwrap_or_default().to_owned()));
    }
    Ok(rows)
}

/// Closed orders of Haikou's hotline: the text without the operator's hint, and the unit under its one name.
pub fn orders(folder: &Path) -> Result<Vec<Example>, Box<dyn Error>> {
    let file = folder.join("appeals/haikou12345_train.csv");
    let rows = columns(&file, ["诉求正文(去派单提示)", "规范处置单位"])?;
    Ok(rows.into_iter().map(|[text, label]| Example::new(text, label)).collect())
}

/// Words of what Haikou's units do.
pub fn lexicon(folder: &Path) -> Result<Lexicon, Box<dyn Error>> {
    let rows = columns(&folder.join("facts/duty_lexicon_haikou.csv"), ["规范处置单位", "职能词"])?;
    Ok(rows.into_iter().map(|[label, phrase]| (label, phrase)).collect())
}

/// The letters of 泰迪杯 2020 with their seven topics, first as words cut apart, then as they were written; the number of the former.
/// The latter are among the former: both forms of a letter carry one key.
pub fn letters(folder: &Path) -> Result<(Vec<Example>, usize), Box<dyn Error>> {
    let tokens = folder.join("appeals/taidi2020_labelled_tokens_train.csv");
    let texts = folder.join("appeals/taidi2020_labelled_text_train.csv");
    let mut all: Vec<Example> = columns(&tokens, ["分词文本(已去停用词)", "一级分类"])?
        .into_iter()
        .map(|[words, topic]| Example::new(words, topic))
        .collect();
    let cut = all.len();
    for [title, text, topic] in columns(&texts, ["留言主题", "留言详情", "一级分类"])? {
        all.push(Example::new(format!("{title}\n{text}"), topic));
    }
    tie(&mut all, cut);
    Ok((all, cut))
}

/// A word in more letters than these finds nobody.
const COMMON: usize = 300;

/// Ties each letter to the one whose words it holds almost all.
fn tie(all: &mut [Example], cut: usize) {
    let words: Vec<BTreeSet<String>> = all[..cut]
        .iter()
        .map(|e| e.text.split_whitespace().filter(|w| w.chars().count() > 1).map(str::to_owned).collect())
        .collect();
    let mut holders: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, word) in words.iter().enumerate().flat_map(|(i, own)| own.iter().map(move |w| (i, w))) {
        holders.entry(word).or_default().push(i);
    }
    holders.retain(|_, found| found.len() <= COMMON);
    let mut keys = Vec::new();
    for (i, letter) in all.iter().enumerate().skip(cut) {
        let text: Vec<char> = letter.text.chars().filter(|c| !c.is_whitespace()).collect();
        let whole: String = text.iter().collect();
        let runs = (2..=4).flat_map(|n| text.windows(n).map(|run| run.iter().collect::<String>()));
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for run in runs.collect::<BTreeSet<String>>() {
            for holder in holders.get(run.as_str()).into_iter().flatten() {
                *shared.entry(*holder).or_default() += 1;
            }
        }
        let mut likely: Vec<(usize, usize)> = shared.into_iter().map(|(holder, n)| (n, holder)).collect();
        likely.sort_unstable_by(|a, b| b.cmp(a));
        for (_, holder) in likely.into_iter().take(5) {
            let held = words[holder].iter().filter(|w| whole.contains(w.as_str())).count();
            if held * 100 >= words[holder].len() * 85 {
                keys.push((i, holder));
            }
        }
    }
    for (i, holder) in keys {
        // Whoever was tied first names both.
        let key = all[holder].group.clone().or_else(|| all[i].group.clone());
        let key = key.unwrap_or_else(|| format!("letter {holder}"));
        all[holder].group = Some(key.clone());
        all[i].group.get_or_insert(key);
    }
}
