//! What is read ahead for a page, and what stays in memory from one page to the next, is shown to nobody who may not read it.

use huitong_features::base::identity::{self, NewPost, Office};
use huitong_testkit::db_test;
use serde_json::json;

use crate::cast::Cast;

db_test! {
    fn whoever_asks_as_others_asked_before_reads_only_what_is_theirs(db) {
        let cast = Cast::new(db);
        let [own, other] = ["仓库门口夜间照明", "河道清淤后的淤泥"].map(|title| cast.submit(&json!({"title": title})));
        cast.walk(&own.id, &["accept", "classify", "dispatch", "sign"]);
        cast.walk(&other.id, &["accept", "classify"]);
        cast.does(&cast.intake, &other.id, "dispatch", &json!({"unit": "transport", "reason": "职责在交通部门"}));
        cast.does(&cast.next_handler, &other.id, "sign", &json!({}));
        let readers = [(&cast.handler, &own, &other), (&cast.next_handler, &other, &own)];
        for turn in 0..6 {
            for (who, mine, theirs) in readers {
                let page = cast.app.get(&format!("/appeals/{}", mine.id)).session(who).send().expect(200).text();
                assert!(page.contains(&mine.number) && !page.contains(&theirs.number), "turn {turn}");
                assert_eq!(cast.app.get(&format!("/appeals/{}", theirs.id)).session(who).send().status, 404);
                let list = cast.app.get("/appeals").session(who).send().expect(200).text();
                assert!(list.contains(&mine.number) && !list.contains(&theirs.number), "turn {turn}");
                let answer = cast.app.get(&format!("/api/v1/appeals/{}", mine.id)).token(who).send().expect(200).json();
                assert_eq!(answer["number"], mine.number.as_str());
            }
        }
    }

    fn who_is_shut_out_or_moved_reads_nothing_more_of_what_was_theirs(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let address = format!("/appeals/{}", told.id);
        let reads = |who| cast.app.get(&address).session(who).send().status;
        for _ in 0..4 {
            assert_eq!((reads(&cast.handler), reads(&cast.colleague)), (200, 200));
        }
        cast.app.act(|tx| identity::disable(tx, &cast.handler.account.id, "离职"));
        assert_ne!(reads(&cast.handler), 200, "the very next page");
        assert_eq!(reads(&cast.colleague), 200);
        let transport = cast.app.unit("transport");
        cast.app.act(|tx| {
            for held in identity::posts_of(tx, &cast.colleague.account.id)? {
                identity::end(tx, &held.id, None, "调任")?;
            }
            identity::grant(tx, &cast.colleague.account.id, &NewPost::open("handler", Office::unit(&transport))).map(drop)
        });
        assert_eq!(reads(&cast.colleague), 404, "another unit's handler now");
    }
}
