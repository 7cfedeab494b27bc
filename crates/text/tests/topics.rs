//! What rises in an invented city.

use std::sync::LazyLock;

use huitong_text::topics::{Note, Options, Topic, topics};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;

/// Neighbours of one estate tell of a plant.
const PLANT: [&str; 6] = [
    "投诉云栖新城旁边的水泥搅拌站噪音扰民。我是云栖新城2栋的业主，搅拌站夜里两点还在装车。",
    "云栖新城附近水泥搅拌站灰尘太大。水泥搅拌站的灰尘飘进家里，窗户不敢开。",
    "请查处云栖新城旁的水泥搅拌站。水泥搅拌站噪音很大，联系人陈先生13812345678。",
    "云栖新城小区边上建水泥搅拌站合法吗？水泥搅拌站离幼儿园只有五十米。",
    "水泥搅拌站扰民何时休。云栖新城的居民被水泥搅拌站吵得睡不着。",
    "云栖新城水泥搅拌站偷偷开工。举报水泥搅拌站夜间生产，灰尘满天。",
];
/// Told every week.
const LAMP: [&str; 3] = [
    "松涛路的路灯不亮。松涛路路灯坏了一排，晚上看不见路。",
    "松涛路路灯又坏了，走夜路害怕，请修路灯。",
    "反映松涛路路灯整条街不亮的情况，路灯一直没修。",
];
const PLACES: [&str; 10] = ["石桥", "柳林", "望江", "东湖", "锦绣", "平安", "青竹", "凤鸣", "双井", "南塘"];
const MATTERS: [&str; 12] = [
    "村自来水浑浊，水里有泥沙，烧开也不敢喝",
    "路退休医保怎么转到外省，要哪些手续",
    "菜市场门口有人占道卖水果",
    "中学周末违规补课，每科收费两百元",
    "小区电梯停了，老人下不了楼",
    "街出租车拒载，上车不打表",
    "驾校报名一年没有安排考试，要求退费",
    "公园健身器材生锈，孩子划破了手",
    "大厦外墙瓷砖掉下来，砸到一辆汽车",
    "路窨井盖不见了，骑车的人摔倒",
    "花园物业擅自涨停车费，没有公示",
    "村有人焚烧秸秆，浓烟呛人",
];

fn note(text: &str, at: i64) -> Note<'_> {
    Note { text, at, unit: None }
}

/// Nine weeks in which the lamps are dark and other things happen, and the last of which has a plant.
fn city() -> Vec<Note<'static>> {
    static OTHERS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let told = |i: usize| format!("{}{}", PLACES[i * 7 % 10], MATTERS[i * 5 % 12]);
        (0..1080).map(told).collect()
    });
    let mut notes = Vec::new();
    for week in 0..9 {
        let at = week * 7 * DAY;
        notes.extend(LAMP.iter().enumerate().map(|(i, text)| note(text, at + (i as i64 + 1) * DAY)));
        let others = OTHERS[week as usize * 120..].iter().take(120).enumerate();
        notes.extend(others.map(|(i, text)| note(text, at + (i as i64 % 6 + 1) * DAY)));
    }
    notes.push(note(PLANT[0], 50 * DAY));
    notes.extend(PLANT[1..].iter().enumerate().map(|(i, text)| Note {
        text,
        at: (58 + i as i64) * DAY,
        unit: Some(if i == 0 { "生态环境局" } else { "城管局" }),
    }));
    notes
}

fn weekly(notes: &[Note<'_>]) -> Vec<Topic> {
    topics(notes, &Options { until: Some(63 * DAY), ..Options::default() })
}

#[test]
fn a_rising_topic_is_told_with_its_figures() {
    let notes = city();
    let found = weekly(&notes);
    assert_eq!(found.len(), 1, "{found:#?}");
    let topic = &found[0];
    assert_eq!((topic.size, topic.members.len(), topic.earlier.len()), (5, 5, 1));
    assert_eq!((topic.first, topic.last), (50 * DAY, 62 * DAY));
    assert!((topic.usual - 1.0 / 8.0).abs() < 1e-9, "{}", topic.usual);
    assert!((topic.trend - 6.0 / 1.125).abs() < 1e-9, "{}", topic.trend);
    assert!(topic.members.iter().all(|i| PLANT.contains(&notes[*i].text)));
    assert_eq!(topic.units, [(String::from("城管局"), 4), (String::from("生态环境局"), 1)]);
}

#[test]
fn the_name_says_where_and_what() {
    let found = weekly(&city());
    assert!(found[0].name.contains("云栖新城") && found[0].name.contains("搅拌站"), "{}", found[0].name);
    assert!(found[0].places.iter().any(|place| place.contains("云栖新城")), "{:?}", found[0].places);
}

#[test]
fn what_is_told_every_week_does_not_rise() {
    let found = weekly(&city());
    assert!(found.iter().all(|topic| !topic.name.contains("路灯")), "{found:#?}");
    let all = topics(&city(), &Options { until: Some(63 * DAY), rise: 0.0, ..Options::default() });
    let lamps = all.iter().find(|topic| topic.name.contains("路灯")).expect("the lamps");
    assert_eq!((lamps.size, lamps.usual, lamps.trend), (3, 3.0, 1.0));
}

#[test]
fn what_half_of_the_city_tells_in_one_week_is_found() {
    let places = ["青竹路", "南塘村", "双井巷", "凤鸣街", "望江路"];
    let storm: Vec<String> = (0..120)
        .map(|i| format!("{}昨夜冰雹砸坏屋顶，冰雹有鸡蛋大，请求救灾，第{i}户", places[i % 5]))
        .collect();
    let mut notes = city();
    notes.extend(storm.iter().map(|text| note(text, 62 * DAY)));
    let found = weekly(&notes);
    assert!(found[0].size >= 100 && found[0].name.contains("冰雹"), "{found:#?}");
}

#[test]
fn a_long_span_tells_what_was_hot_in_it() {
    let found = topics(&city(), &Options { days: 70, ..Options::default() });
    let lamps = found.iter().find(|topic| topic.name.contains("路灯")).expect("the lamps");
    assert_eq!((lamps.size, lamps.usual), (27, 0.0));
    assert!(found.iter().any(|topic| topic.size == 6 && topic.name.contains("搅拌站")), "{found:#?}");
}

#[test]
fn a_name_never_holds_personal_data() {
    let texts: Vec<String> = (0..6)
        .map(|i| {
            format!("实名举报欧阳修远欠薪。胡书记您好，镇东服装厂欧阳修远拖欠工资，老板贺知年13812345678，陈先生等{i}人，贺知年跑路")
        })
        .collect();
    let mut notes = city();
    notes.extend(texts.iter().map(|text| note(text, 60 * DAY)));
    let found = weekly(&notes);
    let topic = found.iter().find(|topic| topic.size == 6).expect("the wages");
    for secret in ["欧阳", "修远", "贺知", "知年", "陈", "胡", "1381", "〔"] {
        assert!(!topic.name.contains(secret), "{}", topic.name);
        assert!(!topic.places.join("").contains(secret), "{:?}", topic.places);
    }
}

#[test]
fn a_name_is_made_of_whole_words() {
    // What six people say in the same words, with a stroke between words, and how each of them begins and ends.
    let said = [
        "餐饮|协会|强制|企业|入会|收取|会费|拒不|退还",
        "要求|锦绣苑|小区|成立|业委会",
        "下水道|堵塞|污水|倒灌|一楼|住户",
        "美容|行业|协会|评比|达标|表彰|收取|巨额|培训费|拒不|退还",
        "会费|标准|没有|公示",
        "物流|园区|大型|货车|夜间|违规|进入|居民区|道路|行驶|噪音|扰民|通宵|达旦",
    ];
    let around = [
        ("我觉得", "，太过分了"),
        ("", "，盼查"),
        ("昨天看到", ""),
        ("反映", "！"),
        ("听说", "啊"),
        ("", "。怎么回事"),
    ];
    for said in said {
        let words: Vec<&str> = said.split('|').collect();
        let texts: Vec<String> =
            around.iter().map(|(before, behind)| format!("{before}{}{behind}", words.concat())).collect();
        let mut notes = city();
        notes.extend(texts.iter().map(|text| note(text, 60 * DAY)));
        let found = weekly(&notes);
        let topic = found.iter().find(|topic| topic.members.len() == 6).expect(said);
        for phrase in topic.name.split(' ') {
            let whole = (0..words.len())
                .any(|from| (from + 1..=words.len()).any(|to| words[from..to].concat() == phrase));
            assert!(whole, "{phrase} of {said}");
        }
    }
}

#[test]
fn the_order_of_the_input_makes_no_difference() {
    let notes = city();
    let turned: Vec<Note<'_>> = notes.iter().rev().copied().collect();
    let told = |found: Vec<Topic>| {
        found.into_iter().map(|topic| (topic.name, topic.size, topic.usual)).collect::<Vec<_>>()
    };
    assert_eq!(told(weekly(&notes)), told(weekly(&turned)));
}

#[test]
fn little_and_odd_input_is_answered_without_fuss() {
    assert!(topics(&[], &Options::default()).is_empty());
    assert!(topics(&[note("路灯坏了", 5)], &Options::default()).is_empty());
    let long = "云栖新城搅拌站又在冒灰。".repeat(4200);
    let odd = ["", "灯", "4711 0815", "Die Laterne ist kaputt", "😀", &long].map(|text| note(text, i64::MAX));
    let strange =
        Options { until: Some(i64::MIN), days: u32::MAX, weeks: u32::MAX, least: 0, rise: -1.0, most: 9 };
    assert!(topics(&odd, &strange).is_empty());
    topics(&odd, &Options { least: 0, rise: 0.0, ..Options::default() });
    topics(&odd, &Options { until: None, ..strange });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_breaks_anything(
        texts in prop::collection::vec(("[路村小区王先生0-9a云栖新城搅拌站灰尘，。 〔〕]{0,80}|.{0,30}", any::<i64>()), 0..12),
        least in 0usize..4, days in any::<u32>(), weeks in any::<u32>(),
    ) {
        let notes: Vec<Note<'_>> = texts.iter().map(|(text, at)| note(text, *at)).collect();
        for topic in topics(&notes, &Options { least, days, weeks, rise: 0.0, ..Options::default() }) {
            prop_assert_eq!(topic.size, topic.members.len());
            prop_assert!(topic.first <= topic.last && topic.usual >= 0.0 && topic.trend > 0.0);
            prop_assert!(!topic.name.is_empty());
        }
    }
}
