//! What a person typed, as search terms.

use sidenote_engine::error::ErrorCode;
use sidenote_engine::retrieve::Query;

fn terms(text: &str) -> Vec<String> {
    Query::new(text).unwrap().terms.words.into_iter().map(|(t, _)| t).collect()
}

#[test]
fn question_words_and_politeness_are_left_out() {
    assert_eq!(terms("请问什么是量化？"), ["量化"]);
    assert_eq!(terms("What is the quantization?"), terms("quantization"));
    assert_eq!(terms("麻烦您帮我解释一下LoRA的原理，谢谢"), terms("LoRA的原理"));
    assert_eq!(terms("Hi, could you please tell me what quantization is? Thank you!"), terms("quantization"));
}

#[test]
fn a_verb_of_one_character_is_searched_for_without_what_stands_before_it() {
    assert!(terms("红烧肉要炖多久").contains(&"炖".to_owned()), "{:?}", terms("红烧肉要炖多久"));
    assert!(terms("绿茶能泡几次").contains(&"泡".to_owned()), "{:?}", terms("绿茶能泡几次"));
    assert!(terms("会议在哪里开").contains(&"会议".to_owned()), "words that the dictionary has stay whole");
}

#[test]
fn a_question_of_common_words_only_is_known() {
    for (text, common) in
        [("你是谁？", true), ("怎么办？", true), ("谢谢！", true), ("Who are you?", true), ("谁提出了 LoRA？", false), ("What is IT?", false)]
    {
        assert_eq!(Query::new(text).unwrap().common, common, "{text}");
    }
}

#[test]
fn a_query_of_question_words_only_is_still_searched() {
    assert!(!terms("是什么").is_empty());
}

#[test]
fn blank_and_operator_only_queries_are_clear_errors() {
    for text in ["", "   \n", "+++ && || !!", "？？？", "\u{feff}"] {
        let error = Query::new(text).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput, "{text:?}");
        assert!(!error.hint.is_empty());
    }
}

#[test]
fn one_character_is_a_query() {
    assert_eq!(terms("猫"), ["猫"]);
    assert_eq!(terms("C"), ["c"]);
}

#[test]
fn a_pasted_document_is_cut_and_says_so() {
    let query = Query::new(&"注意力机制 attention ".repeat(5_000)).unwrap();
    assert!(query.shortened);
    assert!(query.terms.words.len() <= 96);
}

#[test]
fn the_language_of_a_question_is_seen_through_its_terms() {
    assert!(Query::new("KV cache 是什么").unwrap().is_cjk());
    assert!(!Query::new("what is a KV cache").unwrap().is_cjk());
}

#[test]
fn an_identifier_is_searched_for_wherever_it_stands_in_a_long_text() {
    let prose: String = (0..220).map(|n| format!("word{} about unrelated matters ", ["alpha", "beta", "gamma"][n % 3])).collect();
    let words: String =
        (0..130).map(|n| format!("somewhatlongword{} ", char::from(b'a' + n % 26).to_string().repeat(usize::from(n / 26) + 1))).collect();
    for long in [format!("{words} E0277"), format!("E0277 {words}"), format!("{prose} RecursionError: E0277")] {
        let terms = terms(&long);
        assert!(terms.contains(&"e0277".to_owned()), "{} terms, the last {:?}", terms.len(), terms.last());
    }
}

#[test]
fn the_language_of_a_question_is_that_of_its_frame() {
    let is_cjk = |text: &str| Query::new(text).unwrap().is_cjk();
    assert!(is_cjk("transformer为啥要layernorm"));
    assert!(!is_cjk("how does quantization relate to the technique of 蒸馏 in practice"));
}
