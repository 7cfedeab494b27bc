//! Every figure of docs/dispatch.md, measured anew: `cargo run --release -p huitong-bench-dispatch [-- PART…] [--seeds N] [--json]`,
//! where a part is one of `folds`, `fifth`, `topics`, `speed`; without one, all.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod errors;
mod figures;
mod folds;
mod material;

use std::error::Error;
use std::time::Instant;

use figures::{HEAD, Outcome, line, quality};
use folds::{folds, split};
use huitong_text::dispatch::{Allowed, Example, Lexicon, Model, Options, Quality, evaluate, train};

type Measured<T> = Result<T, Box<dyn Error>>;

/// What was asked for.
struct Wish {
    parts: Vec<String>,
    seeds: u64,
    for_programs: bool,
}

impl Wish {
    fn read() -> Measured<Wish> {
        let mut wish = Wish { parts: Vec::new(), seeds: 1, for_programs: false };
        let mut said = std::env::args().skip(1);
        while let Some(word) = said.next() {
            match word.as_str() {
                "--json" => wish.for_programs = true,
                "--seeds" => wish.seeds = said.next().ok_or("--seeds wants a number")?.parse()?,
                part @ ("folds" | "fifth" | "topics" | "speed") => wish.parts.push(part.to_owned()),
                other => return Err(format!("{other} is none of folds, fifth, topics, speed").into()),
            }
        }
        Ok(wish)
    }

    fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|p| p == part)
    }

    fn figures(&self, name: &str, quality: &Quality) {
        println!("{}", line(name, quality, self.for_programs));
    }

    fn words(&self, words: &str) {
        if !self.for_programs {
            println!("{words}");
        }
    }
}

fn main() -> Measured<()> {
    let wish = Wish::read()?;
    let folder = material::folder();
    if !folder.join("appeals").is_dir() {
        println!("skipped: {} is not there (HUITONG_TEST_DATA says where else)", folder.display());
        return Ok(());
    }
    let (orders, lexicon) = (material::orders(&folder)?, material::lexicon(&folder)?);
    wish.words(HEAD);
    if wish.wants("folds") {
        in_folds(&wish, &orders, &lexicon)?;
    }
    if wish.wants("topics") {
        topics(&wish, &folder)?;
    }
    if wish.wants("fifth") {
        a_fifth(&wish, &orders, &lexicon)?;
    }
    if wish.wants("speed") {
        speed(&wish, &orders, &lexicon)?;
    }
    Ok(())
}

/// What models say of each fifth that were learned from the other four.
fn held_out(examples: &[Example], lexicon: &Lexicon, seed: u64) -> Measured<Vec<Outcome>> {
    let part_of = folds(examples, 5, seed);
    let mut all = Vec::with_capacity(examples.len());
    for part in 0..5 {
        let (learned, held) = split(examples, &part_of, part);
        let model = train(&learned, lexicon, &Options::default())?;
        all.extend(outcomes(&model, held));
    }
    Ok(all)
}

fn outcomes(model: &Model, held: Vec<Example>) -> Vec<Outcome> {
    let texts: Vec<String> = held.iter().map(|e| e.text.clone()).collect();
    let said = model.predict_all(&texts, &Allowed::All);
    let both = held.into_iter().zip(said);
    both.map(|(e, said)| Outcome { truth: e.label, length: e.text.chars().count(), said }).collect()
}

fn in_folds(wish: &Wish, orders: &[Example], lexicon: &Lexicon) -> Measured<()> {
    let mut described = Vec::new();
    for seed in 0..wish.seeds {
        let with = held_out(orders, lexicon, seed)?;
        wish.figures(&format!("Haikou, five folds, cut {seed}"), &quality(&with));
        if seed == 0 {
            described = errors::described(&with);
        }
        let without = quality(&held_out(orders, &Lexicon::new(), seed)?);
        wish.figures(&format!("… without the lexicon, cut {seed}"), &without);
    }
    let alone = train(&[], lexicon, &Options::default())?;
    wish.figures("… the lexicon alone", &quality(&outcomes(&alone, orders.to_vec())));
    wish.words(&format!("\n{}\n", described.join("\n")));
    wish.words(HEAD);
    Ok(())
}

fn topics(wish: &Wish, folder: &std::path::Path) -> Measured<()> {
    let (letters, cut) = material::letters(folder)?;
    for seed in 0..wish.seeds {
        let part_of = folds(&letters, 5, seed);
        let (mut of_words, mut of_texts) = (Vec::new(), Vec::new());
        for part in 0..5 {
            let (learned, _) = split(&letters, &part_of, part);
            let model = train(&learned, &Lexicon::new(), &Options::default())?;
            let (_, words) = split(&letters[..cut], &part_of[..cut], part);
            let (_, texts) = split(&letters[cut..], &part_of[cut..], part);
            of_words.extend(outcomes(&model, words));
            of_texts.extend(outcomes(&model, texts));
        }
        wish.figures(&format!("泰迪杯, seven topics, words cut apart, cut {seed}"), &quality(&of_words));
        wish.figures(&format!("… as written, cut {seed}"), &quality(&of_texts));
    }
    Ok(())
}

fn a_fifth(wish: &Wish, orders: &[Example], lexicon: &Lexicon) -> Measured<()> {
    let (learned, held) = split(orders, &folds(orders, 5, 2026), 0);
    let begun = Instant::now();
    let model = train(&learned, lexicon, &Options::default())?;
    let seconds = begun.elapsed().as_secs_f64();
    wish.figures("Haikou, one fifth, by `evaluate`", &evaluate(&model, &held).quality);
    wish.figures("… what the model itself expects", &model.quality());
    let bytes = model.to_bytes().len() as f64 / 1e6;
    wish.words(&format!(
        "\nLearned {} cases in {seconds:.1} s; the model is {bytes:.1} MB as a file.",
        learned.len()
    ));
    Ok(())
}

/// How many texts are classified to see that a city's archive is no obstacle.
const MANY: usize = 1_000_000;
const BATCH: usize = 50_000;

fn speed(wish: &Wish, orders: &[Example], lexicon: &Lexicon) -> Measured<()> {
    let first: Vec<Example> = orders.iter().take(5000).cloned().collect();
    let begun = Instant::now();
    let model = train(&first, lexicon, &Options::default())?;
    wish.words(&format!("\n{} cases: learned in {:.1} s.", first.len(), begun.elapsed().as_secs_f64()));
    let begun = Instant::now();
    let proposals: usize = orders.iter().map(|e| model.predict(&e.text, &Allowed::All).proposals.len()).sum();
    let each = begun.elapsed().as_secs_f64() * 1e6 / orders.len() as f64;
    wish.words(&format!("One text after another: {each:.0} µs a text, {proposals} proposals."));
    let begun = Instant::now();
    let mut auto = 0;
    for from in (0..MANY).step_by(BATCH) {
        // A number in front makes each text another one.
        let text = |i: usize| format!("{i}号，{}", orders[i % orders.len()].text);
        let texts: Vec<String> = (from..(from + BATCH).min(MANY)).map(text).collect();
        auto += model.predict_all(&texts, &Allowed::All).iter().filter(|said| said.auto).count();
    }
    let seconds = begun.elapsed().as_secs_f64();
    wish.words(&format!("{MANY} texts on all cores: {seconds:.0} s; {auto} of them auto."));
    Ok(())
}
