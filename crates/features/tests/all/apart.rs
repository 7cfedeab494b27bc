//! What the table of addresses does not say: searching, looking behind the mask, signing out.

use crate::grants::Asker;
use crate::matrix::Matrix;

/// Looking behind the mask: intake and the assigned handler, of those whom the case does not complain of, each time recorded.
pub fn look_behind_the_mask(matrix: &Matrix) -> Vec<String> {
    let town = &matrix.town;
    let mut wrong = Vec::new();
    let looks = || {
        let sql = "SELECT COUNT(*) FROM journal WHERE act = 'appeal.view_identity'";
        town.app.read(|tx| tx.number(sql, huitong_kernel::args![]))
    };
    for actor in &town.actors {
        for case in &town.cases {
            let before = looks();
            let mut ask = town.app.post(&format!("/appeals/{}/identity", case.id));
            ask = match &actor.person {
                Some(person) => ask.session(person),
                None => ask,
            };
            let answer = ask.form(&[("reason", "verify")]).send();
            let (sees, kept_out) = (matrix.grants.sees(actor, &case.keys), actor.office() == case.keys.about);
            let reaches = matrix.grants.reaches(actor, "appeal.view_identity", &case.keys);
            let expected = match &actor.person {
                None => 401,
                Some(_) if !matrix.grants.may(actor, "appeal.view_identity") => 403,
                Some(_) if !sees => 404,
                Some(_) if !reaches || kept_out || case.keys.disclosure == "anonymous" => 403,
                Some(_) => 200,
            };
            let shown = answer.text().contains(&case.marks.phone);
            let recorded = looks() - before;
            let good = expected == 200;
            if answer.status != expected || shown != good || recorded != i64::from(good) {
                let (who, status) = (&actor.name, answer.status);
                wrong.push(format!(
                    "{who} looks at {}: {status} for {expected}, shown {shown}, recorded {recorded}",
                    case.name
                ));
            }
        }
    }
    wrong
}

/// Words that are searched for tell nothing of cases that are hidden: not by a row, not by a total.
pub fn search(matrix: &Matrix) -> Vec<String> {
    let mut wrong = Vec::new();
    for actor in matrix.town.actors.iter().filter(|a| matrix.grants.may(*a, "appeal.list")) {
        for case in &matrix.town.cases {
            let person = actor.person.as_ref().unwrap();
            for filter in [format!("q={}", case.marks.title), format!("number={}", case.number)] {
                let found =
                    matrix.town.app.get(&format!("/api/v1/appeals?{filter}")).token(person).send().json();
                let expected = i64::from(matrix.grants.reaches(actor, "appeal.list", &case.keys));
                let items = found["items"].as_array().unwrap().len();
                if found["total"] != expected || i64::try_from(items).unwrap() != expected {
                    wrong.push(format!("{} searches {filter}: {found}", actor.name));
                }
            }
        }
    }
    wrong
}

/// Signing out ends the session; nobody else can be signed out.
pub fn sign_out(matrix: &Matrix) -> Vec<String> {
    let mut wrong = Vec::new();
    for actor in &matrix.town.actors {
        let Some(person) = &actor.person else {
            let status = matrix.town.app.post("/logout").form(&[]).send().status;
            if status != 401 {
                wrong.push(format!("the public signs out: {status}"));
            }
            continue;
        };
        let out = matrix.town.app.post("/logout").session(person).form(&[]).send().status;
        let after = matrix.town.app.get("/me").session(person).send().status;
        if (out, after) != (303, 303) {
            wrong.push(format!("{} signs out: {out}, afterwards {after}", actor.name));
        }
    }
    wrong
}
