//! Properties of the codes over generated inputs.

#![expect(clippy::unwrap_used, reason = "a generator that fails is a failing test")]

use huitong_codes::check::{Kind, check};
use huitong_codes::{DocNo, Money, OrgCode, Phone, Uscc};
use jiff::civil::date;
use proptest::prelude::*;

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

prop_compose! {
    fn uscc()(head in "(1[1239]|5[1239]|9[123])", region in "[1-6][0-9]{5}", body in "[0-9A-HJ-NP-RTUWXY]{9}") -> String {
        Uscc::complete(&format!("{head}{region}{body}")).unwrap().to_string()
    }
}

proptest! {
    #[test]
    fn any_single_changed_character_of_a_social_credit_code_is_caught(code in uscc(), at in 0usize..18, other in 0usize..31) {
        let with = ALPHABET.as_bytes()[other] as char;
        let mut changed: Vec<char> = code.chars().collect();
        prop_assume!(changed[at] != with);
        changed[at] = with;
        let checked = check(Kind::Uscc, &changed.iter().collect::<String>(), date(2025, 3, 14));
        prop_assert!(!checked.valid);
        prop_assert!(checked.reason.is_some_and(|r| r.contains('第') || r.contains("校验")));
    }

    #[test]
    fn exchanged_neighbours_are_caught(code in uscc(), at in 0usize..17) {
        let mut changed: Vec<char> = code.chars().collect();
        changed.swap(at, at + 1);
        let changed: String = changed.into_iter().collect();
        prop_assume!(changed != code);
        prop_assert!(Uscc::parse(&changed).is_err());
    }

    #[test]
    fn a_social_credit_code_round_trips_through_any_way_of_typing(code in uscc()) {
        let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        prop_assert_eq!(Uscc::parse(&wide).unwrap().to_string(), &code[..]);
        prop_assert_eq!(Uscc::parse(&format!(" {} ", code.to_lowercase())).unwrap().to_string(), &code[..]);
    }

    #[test]
    fn an_organisation_code_round_trips(body in "[0-9A-Z]{8}") {
        let check = OrgCode::check_character(body.as_bytes()) as char;
        let code = OrgCode::parse(&format!("{body}-{check}")).unwrap();
        prop_assert_eq!(OrgCode::parse(&code.to_string()).unwrap(), code);
    }

    #[test]
    fn money_round_trips(fen in -1_000_000_000_000_000i64..1_000_000_000_000_000) {
        let money = Money::from_fen(fen);
        prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
        prop_assert_eq!(Money::parse(&money.in_wan()), Ok(money));
    }

    #[test]
    fn mobile_numbers_round_trip_and_masks_are_refused(number in "1[3-9][0-9]{9}") {
        let phone = Phone::parse(&number).unwrap();
        prop_assert_eq!(phone.as_str(), &number);
        prop_assert!(Phone::parse(&phone.masked()).is_err());
    }

    #[test]
    fn document_numbers_round_trip(issuer in "[一-龥]{1,8}", year in 1949u16..2100, number in 1u32..100_000) {
        let number = DocNo { issuer, year, number };
        prop_assert_eq!(DocNo::parse(&number.to_string()), Ok(number));
    }

    #[test]
    fn no_input_breaks_a_checker_and_every_refusal_speaks(input in "\\PC{0,24}|[0-9A-Z*〔〕.,-]{0,20}") {
        for kind in Kind::ALL {
            let checked = check(kind, &input, date(2025, 3, 14));
            prop_assert_eq!(checked.valid, checked.reason.is_none());
            if let Some(again) = &checked.normalised {
                let twice = check(kind, again, date(2025, 3, 14)).normalised;
                prop_assert_eq!(twice.as_ref(), Some(again));
            }
        }
        let _ = (Money::parse(&input), DocNo::parse(&input));
    }
}
