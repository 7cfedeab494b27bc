//! What only code can check or do for the acts of a definition, a table of cases for each.

use huitong_kernel::args;
use huitong_kernel::journal::Record;
use huitong_testkit::db_test;
use serde_json::{Value as Json, json};

use crate::cast::Cast;

/// Runs a table; its first word is the name under which definitions ask for the hook.
pub fn cases<C>(hook: &str, table: &[C], case: impl Fn(&str, &C)) {
    for (nth, row) in table.iter().enumerate() {
        case(&format!("{hook}, case {nth}"), row);
    }
}

/// Changes a column of a case as no form could.
fn set(cast: &Cast, id: &str, column: &str, value: Option<&str>) {
    cast.app.act(|tx| {
        tx.record(Record::new("appeal.test", id))?;
        tx.exec(&format!("UPDATE appeals SET {column} = $1 WHERE id = $2"), args![value, id])
    });
}

db_test! {
    fn what_lacks_what_a_case_needs_is_not_taken_on(db) {
        let cast = Cast::new(db);
        type Change = (&'static str, Option<&'static str>);
        let table: [(&[Change], bool); 7] = [
            (&[], true),
            (&[("title", Some("  "))], false),
            (&[("text", Some(""))], false),
            (&[("contact_phone", None)], false),
            (&[("contact_phone", None), ("disclosure", Some("anonymous"))], true),
            (&[("contact_phone", None), ("source_number", Some("12345-0001"))], true),
            (&[("contact_name", None)], true),
        ];
        cases("appeal.complete", &table, |name, (changes, complete)| {
            let told = cast.submit(&json!({}));
            for (column, value) in *changes {
                set(&cast, &told.id, column, *value);
            }
            let answer = cast.tries(&cast.intake, &told.id, "accept", &json!({}));
            assert_eq!(answer.status == 200, *complete, "{name}: {}", answer.text());
            assert!(*complete || answer.text().contains("必填内容不完整"), "{name}: {}", answer.text());
        });
    }

    fn whoever_is_complained_of_does_not_handle_the_case(db) {
        let cast = Cast::new(db);
        let [commerce, transport] = ["commerce", "transport"].map(|key| cast.app.unit(key));
        let table: [(Option<&str>, bool); 5] = [
            (None, true),
            (Some(commerce.id.as_str()), false),
            (Some(transport.id.as_str()), true),
            (Some(cast.association.id.as_str()), true),
            (Some(&commerce.name), true),
        ];
        cases("appeal.not_complained_of", &table, |name, (about, may)| {
            let told = cast.submit(&json!({}));
            cast.walk(&told.id, &["accept", "classify", "dispatch"]);
            set(&cast, &told.id, "about", *about);
            let answer = cast.tries(&cast.handler, &told.id, "sign", &json!({}));
            assert_eq!(answer.status == 200, *may, "{name}: {}", answer.text());
        });
    }

    fn what_is_vouched_for_becomes_theirs_unless_it_is_confidential(db) {
        let cast = Cast::new(db);
        let (association, company) = (cast.association.id.to_string(), "91519900MA9002535F");
        let table: [(Json, &str, Json, Json); 5] = [
            (json!({}), "individual", Json::Null, Json::Null),
            (json!({"association": association}), "association", json!(association), Json::Null),
            (json!({"company_code": company}), "company", Json::Null, json!(company)),
            (json!({"association": association, "disclosure": "confidential"}), "association", Json::Null, Json::Null),
            (json!({"company_code": company, "disclosure": "confidential"}), "company", Json::Null, Json::Null),
        ];
        cases("appeal.vouch", &table, |name, (said, kind, owner_association, owner_company)| {
            let told = cast.submit(said);
            cast.does(&cast.intake, &told.id, "verify", &json!({"method": "call_back"}));
            let row = cast.app.read(|tx| {
                let asks = "SELECT complainant_kind, owner_association, owner_company, verified FROM appeals WHERE id = $1";
                Ok(tx.one(asks, args![&told.id])?.unwrap())
            });
            let text = |column| row.get::<Option<String>>(column).unwrap().map_or(Json::Null, Json::from);
            assert!(row.get::<bool>("verified").unwrap(), "{name}");
            assert_eq!(text("complainant_kind"), *kind, "{name}");
            assert_eq!((text("owner_association"), text("owner_company")), (owner_association.clone(), owner_company.clone()), "{name}");
        });
    }

    fn what_the_words_proposed_first_is_noted_once(db) {
        let cast = Cast::new(db);
        // Until the city has learned, the functions of the units are the only words: they speak clearly, or not at all.
        let proposes = "会员企业用工缺口约三百人，请人社部门组织专场招聘会，帮助解决就业和社会保险问题。";
        let table: [(&str, bool); 2] = [(proposes, true), ("一二三四五六七八九十", false)];
        cases("appeal.propose_first", &table, |name, (text, speaks)| {
            let told = cast.submit(&json!({"title": "请求协助", "text": text}));
            let proposed = || cast.app.read(|tx| {
                tx.one("SELECT proposed FROM appeals WHERE id = $1", args![&told.id])?.unwrap().get::<Option<String>>("proposed")
            });
            cast.walk(&told.id, &["accept", "classify"]);
            assert_eq!(proposed(), None, "{name}: not before it is dispatched");
            cast.walk(&told.id, &["dispatch"]);
            let first = proposed();
            assert_eq!(first.is_some(), *speaks, "{name}");
            set(&cast, &told.id, "text", Some("港口航道疏浚和道路客运线路审批，请交通部门研究。"));
            cast.walk(&told.id, &["sign"]);
            cast.does(&cast.handler, &told.id, "dispatch", &json!({"unit": "transport", "reason": "职责在交通部门"}));
            assert_eq!(proposed(), first, "{name}: what was proposed later is not what was proposed first");
        });
    }
}
