//! What was taken out can be brought in and changes nothing, whatever a register holds.

use huitong_features::base::matters::{self, Input};
use huitong_features::base::registers::{File, addresses};
use huitong_features::base::sheets::Format;
use huitong_kernel::clock::Random;
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::Kind;
use huitong_kernel::http::Pairs;
use huitong_kernel::pack::{Control, Definition, Field, Pack};
use huitong_testkit::db_test;

use crate::{BRANCHES, Town};

/// Something that a field can say, or nothing.
fn answer(town: &Town, pack: &Pack, field: &Field, dice: &Random, nth: usize) -> Option<String> {
    let bounds = &field.bounds;
    let pick = |all: &[String]| all.get(usize::try_from(dice.below(all.len() as u64)).unwrap()).cloned();
    let odd = ["=1+1", "-甲", "甲、乙", "“引号”,逗号", "'单引号", "０１２", "第一行"];
    let text = |long: usize| {
        let mut text = format!("{}{nth}号", odd[usize::try_from(dice.below(odd.len() as u64)).unwrap()]);
        while text.chars().filter(|c| c.is_alphanumeric()).count() < bounds.min.unwrap_or(1) {
            text.push('字');
        }
        text.chars().take(bounds.max.unwrap_or(long)).collect::<String>()
    };
    let names = |sql: &str| -> Vec<String> {
        let rows = town.app.read(|tx| tx.query(sql, &[]));
        rows.iter().map(|row| row.get("id").unwrap()).collect()
    };
    let choices = || -> Vec<String> {
        let list = field.options.as_deref().map(|list| pack.choices(list)).unwrap_or_default();
        list.iter().map(|choice| choice.key.clone()).collect()
    };
    let number = || {
        let least = bounds.at_least.unwrap_or(0);
        let most = bounds.at_most.unwrap_or(least + 1_000);
        (least + i64::try_from(dice.below(u64::try_from(most - least + 1).unwrap())).unwrap()).to_string()
    };
    Some(match field.control {
        Control::Text | Control::Address => text(60),
        Control::TextArea => format!("{}\n第二行", text(60)),
        Control::Select | Control::Radio => pick(&choices())?,
        Control::Many => choices().join("、"),
        Control::Check => String::from("1"),
        Control::Integer | Control::Score | Control::Money => number(),
        Control::Decimal | Control::Percent => format!("{}.5", number()),
        Control::Date => format!("2024-0{}-1{}", 1 + dice.below(9), dice.below(9)),
        Control::Instant => String::from("2025-03-14 09:30"),
        Control::Association if field.several => names("SELECT id FROM associations ORDER BY id").join("、"),
        Control::Association => pick(&names("SELECT id FROM associations"))?,
        Control::Unit => pick(&names("SELECT id FROM units"))?,
        Control::Entry => {
            let of = field.register.clone()?;
            pick(&names(&format!("SELECT id FROM entries WHERE procedure = '{of}' AND state = 'current'")))?
        }
        Control::Phone => String::from("13800000000"),
        Control::DocNo => String::from("成委社〔2025〕5号"),
        Control::Url => String::from("https://example.cn/a"),
        Control::Email => String::from("a@example.cn"),
        _ => return None,
    })
}

/// Enters something, unless it contradicts what stands or itself.
fn entered(town: &Town, pack: &Pack, of: &Definition, dice: &Random, nth: usize) -> bool {
    let file = File::of(pack, of).unwrap();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for field in of.form_of(file.act).unwrap().fields.iter() {
        if !field.visible(&pairs.iter().cloned().collect()) {
            continue;
        }
        if field.control == Control::Period {
            pairs.push((
                format!("{}.from", field.key),
                format!("20{:02}-01-0{}", 10 + nth, 1 + dice.below(8)),
            ));
            pairs.push((format!("{}.until", field.key), format!("20{:02}-12-31", 10 + nth)));
            continue;
        }
        if let Some(said) =
            answer(town, pack, field, dice, nth).filter(|_| field.required || dice.below(3) > 0)
        {
            pairs.push((field.key.clone(), said));
        }
    }
    let input: Vec<(&str, &str)> = pairs.iter().map(|(key, said)| (key.as_str(), said.as_str())).collect();
    let city = &town.app.city;
    let done = city.db.write(&city.ctx(Actor::CommandLine), |tx| {
        matters::begin(tx, &of.key, &file.act.key, &Input::of(&input))
    });
    let refused = done.as_ref().err().is_some_and(|error| error.kind() != Kind::Invalid);
    assert!(!refused, "{input:?}");
    done.is_ok()
}

db_test! {
    fn what_was_taken_out_changes_nothing_when_it_is_brought_in(db) {
        let town = Town::new(db);
        let pack = town.app.city.pack();
        let dice = Random::seeded(7);
        town.lines("party-orgs", &BRANCHES);
        // Those that others name come first.
        let mut all = addresses(&pack);
        all.retain(|(_, of)| of.stands_alone());
        all.sort_by_key(|(_, of)| of.fields.iter().filter(|field| field.register.is_some()).count());
        for (address, of) in &all {
            let mut came = 0;
            for nth in 0..80 {
                came += usize::from(came < 8 && entered(&town, &pack, of, &dice, nth));
            }
            assert_eq!(came, 8, "{address}");
            for (format, ending) in [(Format::Csv, "csv"), (Format::Xlsx, "xlsx")] {
                let path = town.path(&format!("out.{ending}"));
                std::fs::write(&path, town.export(address, format, &Pairs::default())).unwrap();
                let before = town.told(address);
                let came = town.import(address, &path);
                let [accepted, changed, gone, rejected, unchanged] = came.counts();
                assert_eq!([accepted, changed, gone, rejected], [0; 4], "{address}: {}\n{before}", came.report);
                assert!(unchanged >= 8);
                assert_eq!(town.told(address), before);
            }
        }
    }
}
