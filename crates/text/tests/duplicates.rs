//! The same matter told twice, by invented people in an invented city.

use huitong_text::duplicates::{Index, Note, Options, pairs, shared};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;

/// Two neighbours tell of one concrete plant.
const PLANT: [&str; 2] = [
    "云栖新城小区旁边五十米新建了一座水泥搅拌站，日夜轰鸣，灰尘漫天，家里窗户都不敢打开，请尽快处理。",
    "投诉云栖新城旁边的水泥搅拌站：日夜轰鸣、灰尘漫天，窗户都不敢开，孩子咳嗽了半个月，恳请有关部门查处！",
];
/// The same words, another place.
const ELSEWHERE: &str =
    "白鹭花园小区旁边五十米新建了一座水泥搅拌站，日夜轰鸣，灰尘漫天，家里窗户都不敢打开，请尽快处理。";
const OTHERS: [&str; 6] = [
    "石桥镇柳林村的路灯坏了两个月，晚上走路摔跤，请尽快处理。",
    "咨询老年人公交卡在哪里办理，需要带什么证件？",
    "望江路菜市场门口天天有人占道卖水果，早上八点堵得走不动，请尽快处理。",
    "东湖中学高三周末违规补课，每科收费两百元，请教育部门查处。",
    "锦绣苑3栋电梯又停了，老人上不了楼，物业不管，请尽快处理。",
    "请尽快处理，望领导重视，希望有关部门尽快解决，谢谢！",
];

fn index(texts: &[&str]) -> Index {
    let mut index = Index::new(Options::default());
    for text in texts {
        index.insert(Note::new(text));
    }
    index
}

fn told(texts: &[&str]) -> Vec<(usize, usize)> {
    let notes: Vec<Note<'_>> = texts.iter().map(|text| Note::new(text)).collect();
    pairs(&notes, &Options::default()).iter().map(|pair| (pair.a, pair.b)).collect()
}

#[test]
fn the_same_matter_told_by_two_neighbours_is_found() {
    let mut index = index(&OTHERS);
    let first = index.insert(Note::new(PLANT[0]));
    let near = index.near(Note::new(PLANT[1]), 5);
    assert_eq!(near.iter().map(|near| near.item).collect::<Vec<_>>(), [first]);
    let all = [&OTHERS[..], &PLANT[..]].concat();
    assert_eq!(told(&all), [(6, 7)]);
}

#[test]
fn the_same_words_about_another_place_are_another_matter() {
    assert!(index(&[ELSEWHERE]).near(Note::new(PLANT[0]), 5).is_empty());
    assert!(told(&[PLANT[0], ELSEWHERE]).is_empty());
}

#[test]
fn one_place_with_two_troubles_has_two_matters() {
    let lift = "云栖新城小区3栋的电梯停了一个星期，老人下不了楼，物业说没有钱修。";
    assert!(index(&[lift]).near(Note::new(PLANT[0]), 5).is_empty());
}

#[test]
fn forms_of_words_tie_nothing_together() {
    let polite = "请尽快处理，望领导重视，希望有关部门尽快解决，谢谢！";
    assert!(index(&OTHERS[..5]).near(Note::new(polite), 5).is_empty());
    assert!(shared(polite, OTHERS[5]).is_empty());
    let asked = "咨询居住证在哪里办理，需要什么材料";
    assert!(index(&["咨询护照在哪里办理，需要什么材料"]).near(Note::new(asked), 5).is_empty());
}

#[test]
fn an_old_text_is_outside_the_window() {
    let mut index = Index::new(Options::default());
    index.insert(Note { text: PLANT[0], at: Some(0) });
    let found = |at| index.near(Note { text: PLANT[1], at }, 5).len();
    assert_eq!((found(Some(30 * DAY)), found(Some(31 * DAY)), found(None)), (1, 0, 1));
    let notes = [Note { text: PLANT[0], at: Some(400 * DAY) }, Note { text: PLANT[1], at: Some(0) }];
    assert!(pairs(&notes, &Options::default()).is_empty());
    assert_eq!(pairs(&notes, &Options { days: None, ..Options::default() }).len(), 1);
}

#[test]
fn a_forgotten_text_is_in_no_answer() {
    let mut index = index(&PLANT[..1]);
    index.forget(0);
    index.forget(7);
    assert!(index.near(Note::new(PLANT[1]), 5).is_empty());
    assert_eq!((index.len(), index.insert(Note::new(PLANT[0]))), (1, 1));
    assert_eq!(index.near(Note::new(PLANT[1]), 5)[0].item, 1);
}

#[test]
fn the_shared_passages_are_readable_and_hold_no_personal_data() {
    let passages = shared(PLANT[0], PLANT[1]);
    assert!(passages.iter().any(|passage| passage.contains("云栖新城")), "{passages:?}");
    assert!(passages.iter().any(|passage| passage.contains("搅拌站")), "{passages:?}");
    let person = "青竹路菜场二楼的陈先生13812345678身份证510106198802291234说下水道反水三天，老板贺知年不管";
    let passages = shared(person, person).join("|");
    assert!(passages.contains("青竹路菜场二楼") && passages.contains("下水道反水三天"), "{passages}");
    assert!(!passages.contains(['1', '陈', '贺', '〔', '□']), "{passages}");
}

#[test]
fn the_order_of_inserting_makes_no_difference() {
    let all = [&OTHERS[..], &PLANT[..]].concat();
    let mut turned = all.clone();
    turned.reverse();
    let answer = |texts: &[&str]| {
        let near = index(texts).near(Note::new(PLANT[1]), 9);
        near.iter().map(|near| (texts[near.item as usize].to_owned(), near.similarity)).collect::<Vec<_>>()
    };
    assert_eq!(answer(&all), answer(&turned));
    assert_eq!(told(&turned), [(0, 1)]);
}

#[test]
fn odd_texts_are_answered_without_fuss() {
    let long = "云栖新城搅拌站又在冒灰。".repeat(4200);
    let odd =
        ["", "灯", "。。。", "4711 0815", "7", "Die Laterne in der Hauptstraße ist kaputt", "😀😀😀", &long];
    let index = index(&odd);
    for text in odd {
        for near in index.near(Note::new(text), 99) {
            assert!((0.0..=1.0).contains(&near.similarity), "{text:.20}");
        }
        shared(text, &long);
    }
    assert!(index.near(Note::new(""), 9).is_empty() && index.near(Note::new("灯"), 9).is_empty());
    pairs(&odd.map(Note::new), &Options::default());
}

#[test]
fn a_short_question_that_many_ask_is_no_matter_told_twice() {
    let asked = [
        "居住证办理需要什么材料",
        "居住证办理需要什么材料？",
        "违章代码7788什么意思",
        "违章代码8877什么意思",
    ];
    assert!(told(&asked).is_empty());
}

#[test]
fn one_text_told_twice_stands_first_and_every_pair_says_why() {
    let short = "路灯坏了";
    let polite = OTHERS[5];
    for told in
        [PLANT[0], ELSEWHERE, OTHERS[0], OTHERS[1], "电梯停了，找陈先生13812345678", short, polite, "灯"]
    {
        let again = told.replace('，', ",　").to_lowercase();
        let texts = [&PLANT[1..], &OTHERS[2..5], &[told, &again]].concat();
        let notes: Vec<Note<'_>> = texts.iter().map(|text| Note::new(text)).collect();
        let found = pairs(&notes, &Options::default());
        assert_eq!((found[0].b, found[0].similarity), (texts.len() - 1, 1.0), "{told}");
        assert!(found.iter().all(|pair| !pair.shared.is_empty()), "{told}: {found:?}");
        assert!(!found[0].shared.join("").contains('1'), "{:?}", found[0].shared);
    }
    // What is asked at each pause of typing knows it, too.
    let index = index(&[PLANT[1], PLANT[0]]);
    let near = index.near(Note::new(&PLANT[0].replace('，', ",")), 5);
    assert_eq!((near[0].item, near[0].similarity), (1, 1.0));
    assert!(pairs(&[Note::new("。。。"), Note::new("。。。")], &Options::default()).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_breaks_anything(a in any::<String>(), b in "[路村小区0-9a云栖新城搅拌站灰尘，。 〔〕]{0,300}") {
        let mut index = Index::new(Options { cut: 0.0, ..Options::default() });
        index.insert(Note::new(&a));
        index.insert(Note::new(&b));
        for near in index.near(Note::new(&b), 9) {
            prop_assert!((0.0..=1.0).contains(&near.similarity));
        }
        shared(&a, &b);
    }

    #[test]
    fn likeness_is_mutual(a in "[路村小区0-9a云栖新城搅拌站灰尘，]{5,300}", b in "[路村小区0-9a云栖新城搅拌站灰尘，]{5,300}") {
        let options = Options { cut: 0.0, ..Options::default() };
        prop_assert_eq!(pairs(&[Note::new(&a), Note::new(&a)], &options)[0].similarity, 1.0);
        let one = pairs(&[Note::new(&a), Note::new(&b)], &options);
        prop_assert!(one.iter().all(|pair| !pair.shared.is_empty()));
        let other = pairs(&[Note::new(&b), Note::new(&a)], &options);
        prop_assert_eq!(one.len(), other.len());
        for (one, other) in one.iter().zip(&other) {
            prop_assert!((one.similarity - other.similarity).abs() < 1e-5);
        }
    }

    #[test]
    fn a_long_text_told_again_within_the_window_is_always_found(
        signs in prop::collection::vec(0x4e00u32..0x9000, 150..900), days in 0i64..=30, between in 0usize..20,
    ) {
        let text: String = signs.iter().filter_map(|c| char::from_u32(*c)).collect();
        let mut index = Index::new(Options::default());
        let first = index.insert(Note { text: &text, at: Some(0) });
        for other in OTHERS.iter().cycle().take(between) {
            index.insert(Note { text: other, at: Some(DAY) });
        }
        let near = index.near(Note { text: &text, at: Some(days * DAY) }, 3);
        prop_assert_eq!(near.first().map(|near| near.item), Some(first));
        prop_assert!(near[0].similarity > 0.5);
    }
}
