//! What holds for every run: shares stay between 0 and 1, intervals hold what does not vary, comparisons turn around.

use proptest::prelude::*;
use sidenote_engine::eval::bootstrap::{Bootstrap, Random};
use sidenote_engine::eval::run::{Cited, Found, Row, Run};
use sidenote_engine::eval::set::GoldQuestion;
use sidenote_engine::eval::summary::Scored;

const BOOTSTRAP: Bootstrap = Bootstrap { resamples: 60, seed: 3 };

fn question(id: usize, answerable: bool, gold: usize) -> GoldQuestion {
    GoldQuestion {
        id: id.to_string(),
        answerable,
        gold_docs: (0..gold).map(|g| format!("{g}.md")).collect(),
        gold_answers: vec!["needle".to_owned(), "针".to_owned()],
        ..GoldQuestion::default()
    }
}

fn row() -> impl Strategy<Value = Row> {
    let text = prop_oneof![Just(None), Just(Some("the needle".to_owned())), Just(Some("大海捞针".to_owned())), "[a-z ]{0,30}".prop_map(Some)];
    let found = (0usize..6, text).prop_map(|(doc, text)| Found { doc: format!("{doc}.md"), text, score: None });
    let answer = prop_oneof![Just(None), Just(Some("a needle [1]".to_owned())), Just(Some("not found".to_owned()))];
    let cited = prop_oneof![(-2i64..20).prop_map(Cited::Result), (0usize..6).prop_map(|d| Cited::Note(format!("{d}.md")))];
    let cited = prop::option::of(prop::collection::vec(cited, 0..5));
    (prop::collection::vec(found, 0..14), answer, any::<Option<bool>>(), prop::option::of(0.0f64..1.0), cited)
        .prop_map(|(results, answer, abstained, confidence, citations)| Row { results, answer, abstained, confidence, citations, ..Row::default() })
}

fn case() -> impl Strategy<Value = (Vec<GoldQuestion>, Run)> {
    prop::collection::vec((any::<bool>(), 1usize..4, prop::option::of(row())), 0..12).prop_map(|cases| {
        let questions = cases.iter().enumerate().map(|(id, (answerable, gold, _))| question(id, *answerable, *gold)).collect();
        let rows = cases.into_iter().enumerate().filter_map(|(id, (_, _, row))| row.map(|row| Row { id: id.to_string(), ..row }));
        (questions, Run::new(rows))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn shares_and_their_intervals_stay_between_0_and_1((questions, run) in case()) {
        for figure in Scored::new(&questions, &run).figures(&BOOTSTRAP) {
            let numbers = figure.value.into_iter().chain(figure.interval.into_iter().flat_map(|i| [i.low, i.high]));
            for number in numbers {
                prop_assert!(number.is_finite() && number >= 0.0 && (number <= 1.0 || figure.metric.is_length()), "{figure:?}");
            }
            prop_assert!(figure.interval.is_none_or(|i| i.low <= i.high));
            prop_assert!(figure.value.is_none() || figure.questions > 0, "{figure:?}");
        }
    }

    #[test]
    fn finding_more_is_never_worse((questions, run) in case()) {
        use sidenote_engine::eval::metric::Metric::{Pass1, Pass10, Pass3, Pass5, Recall1, Recall10, Recall5};
        let figures = Scored::new(&questions, &run).figures(&BOOTSTRAP);
        for pair in [[Recall1, Recall5], [Recall5, Recall10], [Pass1, Pass3], [Pass3, Pass5], [Pass5, Pass10]] {
            let [few, many] = pair.map(|m| figures[m.index()].value);
            prop_assert!(few <= many, "{pair:?}: {few:?} {many:?}");
        }
    }

    #[test]
    fn what_does_not_vary_has_no_width(count in 1usize..30, hit in any::<bool>()) {
        let questions: Vec<GoldQuestion> = (0..count).map(|id| question(id, true, 1)).collect();
        let doc = if hit { "0.md" } else { "9.md" };
        let row = |id: usize| Row { id: id.to_string(), results: vec![Found { doc: doc.into(), text: Some("needle".into()), score: None }], ..Row::default() };
        for figure in Scored::new(&questions, &Run::new((0..count).map(row))).figures(&BOOTSTRAP) {
            if let (Some(value), Some(interval)) = (figure.value, figure.interval) {
                prop_assert!(interval.low <= value && value <= interval.high);
                prop_assert_eq!((interval.low, interval.high), (value, value));
            }
        }
    }

    #[test]
    fn a_comparison_turns_around((questions, run) in case(), (_, other) in case()) {
        let (a, b) = (Scored::new(&questions, &run), Scored::new(&questions, &other));
        for (there, back) in a.differences(&b, &BOOTSTRAP).iter().zip(b.differences(&a, &BOOTSTRAP)) {
            prop_assert_eq!(there.value.map(|v| -v), back.value);
            if let (Some(i), Some(j)) = (there.interval, back.interval) {
                prop_assert!((i.low + j.high).abs() < 1e-9 && (i.high + j.low).abs() < 1e-9);
            }
        }
        for same in a.differences(&a, &BOOTSTRAP) {
            prop_assert!(same.value.is_none_or(|v| v == 0.0) && same.interval.is_none_or(|i| i.low == 0.0 && i.high == 0.0));
        }
    }

    #[test]
    fn a_shuffle_loses_nothing(mut list in prop::collection::vec(any::<u8>(), 0..40), seed in any::<u64>()) {
        let mut sorted = list.clone();
        Random::new(seed).shuffle(&mut list);
        list.sort_unstable();
        sorted.sort_unstable();
        prop_assert_eq!(list, sorted);
    }
}
