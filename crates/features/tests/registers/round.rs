//! What was taken out can be brought in and changes nothing, whatever a register holds.

use huitong_features::base::matters::{self, Case, Input, Plain};
use huitong_features::base::registers::{File, Wanted, addresses};
use huitong_features::base::sheets::Format;
use huitong_kernel::clock::Random;
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::Kind;
use huitong_kernel::http::Pairs;
use huitong_kernel::pack::{Control, Definition, Field, Pack};
use huitong_testkit::app::TestApp;
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
    for field in file.register().form_of(file.act).unwrap().fields.iter() {
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
    let parents = file.parent.map(|parent| {
        let sql = format!(
            "SELECT id FROM entries WHERE procedure = '{}' AND state = 'current' ORDER BY id",
            parent.key
        );
        (parent, town.app.read(|tx| tx.query(&sql, &[])))
    });
    let done = city.db.write(&city.ctx(Actor::CommandLine), |tx| match &parents {
        None => matters::begin(tx, &of.key, &file.act.key, &Input::of(&input)).map(drop),
        Some((parent, rows)) => {
            let id: String = rows[nth % rows.len()].get("id")?;
            Case::<Plain>::open(tx, &parent.key, &id, &file.act.key, &Input::of(&input))?.perform().map(drop)
        }
    });
    let refused =
        done.as_ref().err().is_some_and(|error| ![Kind::Invalid, Kind::Conflict].contains(&error.kind()));
    assert!(!refused, "{input:?}");
    done.is_ok()
}

db_test! {
    fn what_was_taken_out_changes_nothing_when_it_is_brought_in(db) {
        let town = Town::new(db);
        let pack = town.app.city.pack();
        let dice = Random::seeded(7);
        town.lines("party-orgs", &BRANCHES);
        // Those that others name come first, rows within last.
        let mut all = addresses(&pack);
        let named = |of: &Definition| of.fields.iter().filter(|field| field.register.is_some()).count();
        all.sort_by_key(|(_, of)| (!of.stands_alone(), named(of)));
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
                assert!(!before.contains("\n,"), "every row says within which entry it lies: {before}");
                assert_eq!(town.told(address), before);
            }
        }
    }

    fn a_file_of_a_past_day_is_called_by_that_day(db) {
        let town = Town::new(db);
        let pack = town.app.city.pack();
        let file = File::at(&pack, "pairings.activity").unwrap();
        for (asked, name) in [(&[][..], "结对共建-结对活动 2025-03-14.csv"), (&[("as_of", "2024-12-31")], "结对共建-结对活动 2024-12-31.csv")] {
            let pairs = Pairs::of(asked.iter().copied());
            let wanted = Wanted { file: &file, pairs: &pairs, queue: None, format: Format::Csv };
            assert_eq!(wanted.name(&town.app.program()), name);
        }
    }

    fn who_sees_entries_as_the_other_unit_takes_them_out_with_what_lies_within(db) {
        let town = Town::of(TestApp::with(db, &[(
            "registers/party_org.toml",
            "派党建工作指导员的单位\", type = \"单位\", indexed = true",
            "派党建工作指导员的单位\", type = \"单位\", stands_for = \"对方单位\"",
        )]));
        let heading = format!("{},派党建工作指导员的单位", BRANCHES[0]);
        town.lines("party-orgs", &[&heading, &format!("{},commerce", BRANCHES[1]), &format!("{},", BRANCHES[2])]);
        town.lines("party-orgs.term", &["党组织台账,选举日期,届满日期", "甲协会党支部,2024-01-01,2029-01-01"]);
        let leader = town.app.staff("leader", "unit_leader", "commerce");
        let ctx = town.app.person(&leader.account);
        let pack = town.app.city.pack();
        for address in ["party-orgs", "party-orgs.term"] {
            let (file, pairs) = (File::at(&pack, address).unwrap(), Pairs::default());
            let wanted = Wanted { file: &file, pairs: &pairs, queue: None, format: Format::Csv };
            let count = town.app.city.db.read(&ctx, |tx| wanted.write(tx, std::io::sink())).unwrap();
            assert_eq!(count, 1, "{address}");
        }
    }

    fn numbers_of_a_workbook_can_be_summed(db) {
        let town = Town::new(db);
        town.lines("party-orgs", &BRANCHES);
        let book = town.export("party-orgs", Format::Xlsx, &Pairs::default());
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
        let mut read = |name: &str| {
            let mut xml = String::new();
            std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut xml).unwrap();
            xml
        };
        let sheet = read("xl/worksheets/sheet1.xml");
        assert!(sheet.contains("<v>9</v>") && sheet.contains("<v>12</v>"), "{sheet}");
        assert!(read("xl/workbook.xml").contains("党组织台账"));
    }
}
