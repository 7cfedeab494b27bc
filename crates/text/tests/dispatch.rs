//! What a dispatch model promises to whoever calls it.
#![expect(clippy::unwrap_used, reason = "a test says what it misses by failing")]

use std::sync::LazyLock;

use huitong_text::dispatch::{
    Allowed, Doubt, Example, Lexicon, Model, ModelError, Options, TrainError, evaluate, train,
};
use proptest::prelude::*;

const MATTERS: [(&str, &[&str]); 4] = [
    ("水务局", &["自来水停水", "水压不足", "水管爆裂漏水", "水质发黄"]),
    ("交通局", &["出租车拒载", "公交车不停站", "网约车绕路", "黑车揽客"]),
    ("教育局", &["小学入学报名", "学校补课收费", "幼儿园学位", "转学手续"]),
    ("城管局", &["占道经营", "夜间施工噪音", "违章搭建", "乱贴小广告"]),
];
const PLACES: [&str; 6] = ["人民路", "解放街", "新华巷", "东风桥", "和平里", "光明村"];
const WORDS: [&str; 5] = ["一直没人管", "请尽快处理", "已经三天了", "影响生活", "希望给个说法"];

/// Invented cases, none like another.
fn cases() -> Vec<Example> {
    let mut all = Vec::new();
    for (i, place) in PLACES.iter().enumerate() {
        for (j, word) in WORDS.iter().enumerate() {
            for (label, matters) in MATTERS {
                let matter = matters[(i + j) % matters.len()];
                all.push(Example::new(format!("{place}{}号{matter}，{word}", i * 7 + j), label));
            }
        }
    }
    all
}

static MODEL: LazyLock<Model> =
    LazyLock::new(|| train(&cases(), &Lexicon::new(), &Options::default()).unwrap());

#[test]
fn a_model_proposes_the_unit_with_the_words_that_speak_for_it() {
    let said = MODEL.predict("中山路口出租车拒载，司机态度差", &Allowed::All);
    assert_eq!(said.proposals[0].label, "交通局");
    assert!(said.proposals[0].terms.iter().any(|t| t.contains("出租车")), "{said:?}");
    assert!((3..=5).contains(&said.proposals.len()));
    assert!(said.proposals.windows(2).all(|w| w[0].confidence >= w[1].confidence));
    assert!(said.proposals.iter().map(|p| p.confidence).sum::<f64>() <= 1.001);
}

#[test]
fn a_word_no_case_holds_is_understood_by_its_matter() {
    assert!(cases().iter().all(|case| !case.text.contains("的士") && !case.text.contains("供水")));
    for (text, unit) in [("中山路口的士司机态度差", "交通局"), ("楼上没水，已经打过供水热线", "水务局")]
    {
        assert_eq!(MODEL.predict(text, &Allowed::All).proposals[0].label, unit, "{text}");
    }
}

/// Cases in which two matters meet, and now the one unit answers, now the other.
fn contested() -> Vec<Example> {
    let mut all = cases();
    for (i, place) in PLACES.iter().enumerate() {
        for (j, word) in WORDS.iter().enumerate() {
            let unit = if (i + j) % 2 == 0 { "教育局" } else { "城管局" };
            let text = format!("{place}{}号幼儿园有人占道经营，{word}", i * 11 + j);
            all.push(Example::new(text, unit));
        }
    }
    all
}

#[test]
fn a_question_names_two_words_of_the_text_and_either_would_decide() {
    let model = train(&contested(), &Lexicon::new(), &Options::default()).unwrap();
    let text = "龙泉街幼儿园有人占道经营，电话13812345678";
    let said = model.predict(text, &Allowed::All);
    let first_two: Vec<&str> = said.proposals.iter().take(2).map(|p| p.label.as_str()).collect();
    assert!(first_two.contains(&"教育局") && first_two.contains(&"城管局") && !said.auto, "{said:?}");
    let question = said.question.unwrap();
    let words = &question.words;
    assert!(words.iter().all(|word| text.contains(word)), "{question:?}");
    let asked = question.ask("甲局", "乙局");
    assert!(
        asked.contains(&format!("“{}”", words[1])) && asked.ends_with("前者宜派甲局，后者宜派乙局。"),
        "{asked}"
    );
    // Without the word for the first, the second is ahead.
    let less = model.predict(&text.replace(&words[0], "，"), &Allowed::All);
    assert_eq!(less.proposals[0].label, first_two[1], "{question:?}");
}

#[test]
fn where_the_answer_is_plain_or_unreadable_nothing_is_asked() {
    for text in ["出租车拒载，公交车不停站，黑车揽客", "", "123456", "小学入学报名"] {
        assert_eq!(MODEL.predict(text, &Allowed::All).question, None, "{text}");
    }
}

#[test]
fn words_of_form_are_not_shown() {
    let text = "市民来电反映：工单编号的问题，出租车拒载，工作人员处理结果，要求尽快核实";
    for proposal in MODEL.predict(text, &Allowed::All).proposals {
        for idle in ["来电", "反映", "工单", "问题", "结果", "要求", "核实"] {
            assert!(proposal.terms.iter().all(|term| !term.contains(idle)), "{proposal:?}");
        }
    }
}

#[test]
fn a_unit_that_cannot_be_responsible_is_never_proposed() {
    let only = |label: &str| label == "教育局" || label == "水务局";
    let said = MODEL.predict("出租车拒载", &Allowed::Only(&only));
    assert_eq!(said.proposals.len(), 2);
    assert!(said.proposals.iter().all(|p| only(&p.label)));
    assert!(said.proposals[0].confidence < 0.5, "the words speak for another: {said:?}");
    let none = |_: &str| false;
    let said = MODEL.predict("出租车拒载", &Allowed::Only(&none));
    assert!(said.proposals.is_empty() && !said.auto);
}

#[test]
fn the_lexicon_alone_is_a_model_that_decides_nothing() {
    let lexicon: Lexicon =
        MATTERS.iter().flat_map(|(label, words)| words.iter().map(move |w| (*label, *w))).collect();
    let model = train(&[], &lexicon, &Options::default()).unwrap();
    let said = model.predict("家里停水两天，自来水公司不管", &Allowed::All);
    assert_eq!((said.proposals[0].label.as_str(), said.auto, model.quality().n), ("水务局", false, 0));
}

#[test]
fn what_cannot_be_learned_says_why() {
    let train = |all: &[Example]| train(all, &Lexicon::new(), &Options::default()).map(|_| ());
    assert_eq!(train(&[]), Err(TrainError::Nothing));
    assert_eq!(train(&[Example::new("  ", "水务局")]), Err(TrainError::Nothing));
    assert_eq!(train(&[Example::new("停水", "水务局")]), Err(TrainError::OneLabel));
    assert_eq!(train(&[Example::new("停水", "水务局"), Example::new("停电", "供电局")]), Ok(()));
}

#[test]
fn what_it_cannot_read_it_does_not_decide() {
    for text in ["", " \n", "。。。！", "〔电话〕"] {
        let said = MODEL.predict(text, &Allowed::All);
        assert_eq!((said.proposals.len(), said.auto, said.doubt), (0, false, Some(Doubt::Empty)), "{text}");
    }
    for text in ["123456", "水", "My water pipe is broken", "ごみ収集について", "🙂🙂ok", "fuck"]
    {
        let said = MODEL.predict(text, &Allowed::All);
        assert!(!said.auto && said.doubt.is_some(), "{text}: {said:?}");
        assert!(said.proposals.iter().all(|p| p.confidence <= 0.5), "{text}: {said:?}");
    }
    let long = "出租车拒载".repeat(10_000);
    assert_eq!(MODEL.predict(&long, &Allowed::All).proposals[0].label, "交通局");
}

#[test]
fn a_text_cut_into_words_reads_like_one_that_is_not() {
    let said = |text: &str| MODEL.predict(text, &Allowed::All).proposals;
    assert_eq!(said("中山 路口 出租车 拒载"), said("中山路口出租车拒载"));
    assert_ne!(said("中山路口，出租，车拒载"), said("中山路口出租车拒载"));
}

#[test]
fn personal_data_never_stands_among_the_words() {
    let text = "张先生13812345678反映出租车川A12345拒载，身份证11010519491231002X，邮箱a.b@example.com";
    let said = MODEL.predict(text, &Allowed::All);
    let shown: Vec<String> = said
        .proposals
        .into_iter()
        .flat_map(|p| p.terms)
        .chain(said.question.into_iter().flat_map(|q| q.words))
        .collect();
    for secret in ["138", "123", "张", "110105", "example", "电话", "车牌"] {
        assert!(shown.iter().all(|term| !term.contains(secret)), "{secret} in {shown:?}");
    }
}

#[test]
fn the_same_cases_give_the_same_model_and_a_file_gives_it_back() {
    let again = train(&cases(), &Lexicon::new(), &Options::default()).unwrap();
    assert!(again.to_bytes() == MODEL.to_bytes());
    let read = Model::from_bytes(&MODEL.to_bytes()).unwrap();
    assert!(read == *MODEL && read.quality() == MODEL.quality());
    assert_eq!(MODEL.quality().n, 120);
}

#[test]
fn an_unknown_label_counts_as_wrong() {
    let report =
        evaluate(&MODEL, &[Example::new("出租车拒载", "交通局"), Example::new("月球基地漏气", "航天局")]);
    assert_eq!((report.quality.n, report.quality.top1, report.unknown), (2, 0.5, 1));
    let unknown = report.labels.iter().find(|l| l.label == "航天局").unwrap();
    assert_eq!((unknown.n, unknown.recall), (1, 0.0));
}

#[test]
fn files_that_are_no_model_say_what_they_are() {
    let bytes = MODEL.to_bytes();
    assert_eq!(Model::from_bytes(b""), Err(ModelError::NotAModel));
    assert_eq!(Model::from_bytes(b"text,label\n"), Err(ModelError::NotAModel));
    assert_eq!(Model::from_bytes(&bytes[..bytes.len() - 1]), Err(ModelError::CutShort));
    assert_eq!(Model::from_bytes(&bytes[..5]), Err(ModelError::CutShort));
    let mut other = bytes.clone();
    other[8] = 99;
    assert_eq!(Model::from_bytes(&other), Err(ModelError::OtherVersion(99)));
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(Model::from_bytes(&longer), Err(ModelError::Damaged));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_file_is_refused(at in 8usize..100_000, flip in 1u8..) {
        let mut bytes = MODEL.to_bytes();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        prop_assert!(Model::from_bytes(&bytes).is_err());
    }

    #[test]
    fn a_file_cut_short_is_refused(length in 0usize..1_000_000) {
        let bytes = MODEL.to_bytes();
        prop_assert!(Model::from_bytes(&bytes[..length % bytes.len()]).is_err());
    }

    #[test]
    fn any_text_has_an_answer_in_order(text in any::<String>()) {
        let said = MODEL.predict(&text, &Allowed::All);
        prop_assert!(said.proposals.iter().all(|p| (0.0..=1.0).contains(&p.confidence)));
        prop_assert!(!said.auto || said.doubt.is_none());
    }

    #[test]
    fn noise_is_never_automatic(text in "[a-zA-Z0-9 ,.!?%-]{0,80}") {
        prop_assert!(!MODEL.predict(&text, &Allowed::All).auto);
    }
}
