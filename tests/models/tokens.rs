//! Text → pieces, for any text: nothing is lost that is known, nothing is invented, and no text is too strange.

use std::sync::LazyLock;

use proptest::prelude::*;
use sidenote_engine::text::normalise;
use sidenote_models::bundled_files;
use sidenote_models::tokens::{Tokenizer, WORD_MARK, runs};

use crate::static_model::REFERENCE;

static TOKENIZER: LazyLock<Tokenizer> = LazyLock::new(|| {
    let files = bundled_files();
    let pieces: Vec<(&str, f32)> =
        files.vocabulary.lines().map(|line| line.split_once('\t').unwrap()).map(|(p, s)| (p, s.parse().unwrap())).collect();
    Tokenizer::new(pieces.into_iter())
});

/// Characters that are pieces of their own.
static KNOWN: LazyLock<Vec<char>> = LazyLock::new(|| {
    let one = |piece: &str| Some(piece.chars().next().unwrap()).filter(|c| piece.len() == c.len_utf8());
    REFERENCE.pieces.iter().filter_map(|(piece, _)| one(piece)).collect()
});

/// The text of pieces, without the marks of words.
fn decode(ids: &[u32]) -> String {
    ids.iter().map(|&id| REFERENCE.pieces[id as usize].0.trim_start_matches(WORD_MARK)).collect()
}

/// Known characters, with something between some of them.
fn known_text(longest: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        9 => any::<prop::sample::Index>().prop_map(|at| *at.get(KNOWN.as_slice())),
        3 => prop::sample::select(('a'..='z').collect::<Vec<_>>()),
        1 => prop::sample::select(vec![' ', '\n', ',', '。', '-', '(']),
    ];
    prop::collection::vec(character, 0..longest).prop_map(|characters| characters.into_iter().collect())
}

#[test]
fn all_letters_and_digits_and_thousands_of_characters_are_known() {
    assert!(('a'..='z').chain('0'..='9').all(|c| KNOWN.contains(&c)));
    assert!(KNOWN.len() > 3_000, "{}", KNOWN.len());
}

#[test]
fn a_run_of_any_length_is_read_to_its_end() {
    for unit in ["很长的一行", "longword", "31415"] {
        for count in [1, 50, 51, 52, 255, 256, 257, 1_000] {
            let text = unit.repeat(count);
            assert_eq!(decode(&TOKENIZER.encode(&text, usize::MAX)), text);
        }
    }
}

#[test]
fn a_character_that_is_no_piece_is_left_out_and_its_neighbours_stay() {
    assert_eq!(decode(&TOKENIZER.encode("注意ᚠ力 aᚠb 㐀", usize::MAX)), "注意力ab");
    assert!(TOKENIZER.encode("㐀", usize::MAX).is_empty() && Tokenizer::new([].into_iter()).encode("text", 9).is_empty());
}

proptest! {
    #[test]
    fn any_text_gives_known_ids_up_to_the_limit(text: String, limit in 0_usize..40) {
        for text in [normalise(&text), text] {
            let all = TOKENIZER.encode(&text, usize::MAX);
            prop_assert!(all.iter().all(|&id| (id as usize) < REFERENCE.pieces.len()));
            prop_assert_eq!(&TOKENIZER.encode(&text, limit), &all[..limit.min(all.len())]);
        }
    }

    #[test]
    fn the_pieces_of_known_characters_give_each_run_back(text in known_text(700)) {
        let mut whole = Vec::new();
        for (_, run) in runs(&text) {
            let ids = TOKENIZER.encode(run, usize::MAX);
            prop_assert_eq!(decode(&ids), run);
            whole.extend(ids);
        }
        prop_assert_eq!(TOKENIZER.encode(&text, usize::MAX), whole, "a run is segmented by itself");
    }

    #[test]
    fn no_other_pieces_are_more_probable(text in prop_oneof![known_text(60), "[a-z一-九ᚠ-ᚦ0-9 ]{0,60}"]) {
        let ids = TOKENIZER.encode(&text, usize::MAX);
        let marks = runs(&text).filter(|(_, run)| !run.starts_with(|c: char| c.is_numeric() || sidenote_engine::text::is_cjk(c))).count();
        let read: usize = ids.iter().map(|&id| REFERENCE.pieces[id as usize].0.chars().count()).sum();
        let there: usize = runs(&text).map(|(_, run)| run.chars().count()).sum::<usize>() + marks;
        let (score, best) = (REFERENCE.score(&ids, there - read), REFERENCE.best_score(&text));
        prop_assert!((score - best).abs() < 0.01, "{} instead of {}", score, best);
    }
}
