//! Text as search sees it.

use proptest::prelude::*;
use sidenote_engine::text::{bigrams, estimate_tokens, normalise, normalise_mapped, numbers, searchable, sentences, words};
use unicode_normalization::UnicodeNormalization;

fn word_set(text: &str) -> Vec<String> {
    words(&normalise(text)).into_iter().map(|t| t.text).collect()
}

#[track_caller]
fn has(text: &str, terms: &[&str]) {
    let found = word_set(text);
    for term in terms {
        assert!(found.iter().any(|t| t == term), "`{term}` not in {found:?}");
    }
}

#[test]
fn mixed_runs_are_found_whole_and_in_parts() {
    has("KV缓存占多少显存", &["kv", "缓存", "显存"]);
    has("用LoRA微调7B模型", &["lora", "微调", "7b", "7", "b"]);
    has("top-k 与 top-p", &["top-k", "k", "top-p", "p"]);
    has("C++ 和 C# 的 int8 量化", &["c++", "c", "c#", "int8", "int", "8"]);
    has("共 1,024 个，约 12,345,678 次", &["1024", "12345678"]);
    has("a[1,2] 与 (3,1024)", &["1", "2", "3", "1024"]);
    has("在 node_modules 里，版本 3.5 的 GPT-4", &["node_modules", "3.5", "gpt-4", "gpt", "4"]);
}

#[test]
fn names_written_in_one_are_searched_by_their_parts_too() {
    let parts = |text: &str| searchable(text).split_once('\n').unwrap().1.trim_end().to_owned();
    assert_eq!(parts("FlashAttention 与 RMSNorm"), "flash attention rms norm");
    assert_eq!(parts("TextFoolerHotFlip"), "text fooler hot flip textfooler foolerhot hotflip");
    assert_eq!(parts("LoRA, OpenAI, ReLU, GPUs, iPhone, BERT, plain Words"), "", "what has short parts is one name");
}

#[test]
fn full_width_and_traditional_are_the_same_words() {
    assert_eq!(word_set("ＫＶ緩存與注意力機制"), word_set("KV缓存与注意力机制"));
    assert_eq!(word_set("量化壓縮後的大語言模型"), word_set("量化压缩后的大语言模型"));
}

#[test]
fn english_words_meet_in_their_stems() {
    assert_eq!(word_set("quantizing models"), word_set("quantize model"));
    has("fine-tuning", &["fine-tuning", "fine", "tune"]);
}

#[test]
fn two_character_words_are_found_by_bigrams_wherever_the_dictionary_cuts() {
    let grams: Vec<String> = bigrams(&normalise("大语言模型")).into_iter().map(|t| t.text).collect();
    assert_eq!(grams, ["大语", "语言", "言模", "模型"]);
    assert_eq!(bigrams(&normalise("a 猫 b")).len(), 1, "a single character stands for itself");
}

#[test]
fn sentences_end_where_readers_end_them() {
    let split = |t: &str| sentences(t).into_iter().map(|s| t[s].to_owned()).collect::<Vec<_>>();
    assert_eq!(split("第一句。第二句！“第三句？”完"), ["第一句。", "第二句！", "“第三句？”", "完"]);
    assert_eq!(split("See e.g. Fig. 3 for v1.2. Then go."), ["See e.g. Fig. 3 for v1.2.", "Then go."]);
    assert_eq!(split("1. 先做这个\n2. 再做那个"), ["1. 先做这个", "2. 再做那个"]);
}

#[test]
fn numbers_are_compared_by_value_not_by_separator() {
    assert_eq!(numbers("共 1,024 个，占 3.5%"), ["1024", "3.5"]);
    assert_eq!(numbers("没有"), Vec::<String>::new());
}

proptest! {
    #[test]
    fn every_term_stands_where_it_says(text in "[\\PC\\n]{0,80}") {
        let normalised = normalise(&text);
        for term in words(&normalised).into_iter().chain(bigrams(&normalised)) {
            prop_assert!(normalised.is_char_boundary(term.span.start) && normalised.is_char_boundary(term.span.end));
            prop_assert!(term.span.start < term.span.end);
        }
    }

    #[test]
    fn normalisation_is_nfkc_then_lower_case_then_simplified(text in "([\\PC\\n]|[a-zA-Zａ-ｚＡ-Ｚ０-９，。！？（）一-龥\u{300}-\u{36f}\u{1100}-\u{11ff}ｱ-ﾟ가-힣Å]){0,60}") {
        let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
        prop_assert_eq!(normalise(&text), fast2s::convert(&folded));
    }

    #[test]
    fn mapped_normalisation_leads_back_into_the_original(text in "[\\PC\\n]{0,80}") {
        let (normalised, origin) = normalise_mapped(&text);
        prop_assert_eq!(origin.len(), normalised.len() + 1);
        prop_assert!(origin.windows(2).all(|w| w[0] <= w[1]), "never backwards");
        prop_assert!(origin.iter().all(|&at| text.is_char_boundary(at)));
    }

    #[test]
    fn sentences_are_in_order_trimmed_and_lose_no_letter(text in "[a-z一-三。！？.!?；;\\n \"”]{0,120}") {
        let spans = sentences(&text);
        let mut end = 0;
        for span in &spans {
            prop_assert!(span.start >= end && span.start < span.end);
            prop_assert_eq!(text[span.clone()].trim(), &text[span.clone()]);
            end = span.end;
        }
        let kept: String = spans.iter().map(|s| &text[s.clone()]).collect::<String>().split_whitespace().collect();
        prop_assert_eq!(kept, text.split_whitespace().collect::<String>());
    }

    #[test]
    fn the_token_estimate_grows_with_the_text(a in "\\PC{0,60}", b in "\\PC{0,60}") {
        let both = estimate_tokens(&format!("{a}{b}"));
        prop_assert!(both >= estimate_tokens(&a) && both <= estimate_tokens(&a) + estimate_tokens(&b));
    }
}
