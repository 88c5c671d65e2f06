//! Files of a static model, whole and damaged: what cannot be used is an error with a way out each time, and never a panic.

use proptest::prelude::*;
use serde_json::json;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::model::{Embedder, Fingerprint, ModelSpec, Role, TokenVectors};
use sidenote_models::{StaticFiles, StaticModel, bundled_files};

const WIDTH: usize = 8;
const VOCABULARY: &str = "▁tea\t-1.5\n茶\t-2\nr\t-3.25\n7\t-4\n";
const TEXT: &str = "Tea 茶 7 ▁r";

/// Name of a number type, shape and bytes.
type Tensor = (&'static str, Vec<usize>, Vec<u8>);

fn codes() -> Tensor {
    ("I8", vec![4, WIDTH], (0..4 * WIDTH).map(|at| (at * 37 % 251) as u8).collect())
}

fn scales(values: [f32; 4]) -> Tensor {
    ("F32", vec![4], values.iter().flat_map(|x| x.to_le_bytes()).collect())
}

/// A safetensors file.
fn table(codes: &Tensor, scales: &Tensor) -> Vec<u8> {
    let end = codes.2.len();
    let header = json!({
        "codes": {"dtype": codes.0, "shape": codes.1, "data_offsets": [0, end]},
        "scales": {"dtype": scales.0, "shape": scales.1, "data_offsets": [end, end + scales.2.len()]},
    });
    let header = header.to_string().into_bytes();
    [&(header.len() as u64).to_le_bytes(), header.as_slice(), &codes.2, &scales.2].concat()
}

fn whole() -> Vec<u8> {
    table(&codes(), &scales([0.5, 0.25, 1.0, 0.01]))
}

fn model(table: Vec<u8>, vocabulary: &str) -> StaticModel {
    model_of_width(WIDTH, table, vocabulary)
}

fn model_of_width(dimensions: usize, table: Vec<u8>, vocabulary: &str) -> StaticModel {
    let spec = ModelSpec { name: "small".to_owned(), dimensions, fingerprint: Fingerprint("0".repeat(16)) };
    StaticModel::new(spec, StaticFiles { table: table.into(), vocabulary: vocabulary.to_owned().into() })
}

fn embed(model: &StaticModel) -> Result<Vec<f32>, Error> {
    model.embed(&[TEXT], Role::Query, &CancelToken::new()).map(|mut vectors| vectors.remove(0))
}

/// Each use of the model is the same error, with a code, a hint and these words.
fn refused(what: &str, model: &StaticModel, told: &str) {
    for _ in 0..2 {
        for error in [embed(model).unwrap_err(), model.tokens("tea").unwrap_err()] {
            assert_eq!(error.code, ErrorCode::ModelUnavailable, "{what}: {error}");
            assert!(error.message.contains(told) && error.message.contains("small"), "{what}: {}", error.message);
            assert!(!error.hint.is_empty(), "{what}");
        }
        assert_eq!((model.weight(0), model.cosine(0, 0)), (0.0, 0.0), "{what}");
    }
}

#[test]
fn a_small_model_is_read_as_described() {
    let model = model(whole(), VOCABULARY);
    assert_eq!(model.tokens("tea 茶 7").unwrap(), [0, 1, 3]);
    let vector = embed(&model).unwrap();
    assert_eq!(vector.len(), WIDTH);
    assert!((vector.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-4);
    assert!((model.cosine(2, 2) - 1.0).abs() < 1e-5 && model.weight(2) > model.weight(3));
}

#[test]
fn a_damaged_table_is_an_error_each_time() {
    let good = scales([1.0; 4]);
    let bytes = whole();
    let mut lying = bytes.clone();
    lying[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut renamed = bytes.clone();
    let name = bytes.windows(5).position(|five| five == b"codes").unwrap();
    renamed[name] = b'k';
    let halves: Tensor = ("F16", vec![4], vec![0; 8]);
    let doubles: Tensor = ("F64", vec![4], vec![0; 32]);
    let broken = [
        ("nothing", Vec::new(), "no safetensors"),
        ("a text", b"this is not a table of numbers".to_vec(), "no safetensors"),
        ("a header of any length", lying, "no safetensors"),
        ("half a table", bytes[..bytes.len() / 2].to_vec(), "no safetensors"),
        ("without its last byte", bytes[..bytes.len() - 1].to_vec(), "no safetensors"),
        ("with a byte more", [bytes.as_slice(), &[0]].concat(), "no safetensors"),
        ("other names", renamed, "no `codes`"),
        ("codes in a line", table(&("I8", vec![4 * WIDTH], codes().2), &good), "`codes` is no table"),
        ("codes without a sign", table(&("U8", codes().1, codes().2), &good), "`codes` has the type U8"),
        ("codes for more pieces", table(&("I8", vec![8, WIDTH / 2], codes().2), &good), "8 × 4"),
        ("too few scales", table(&codes(), &("F32", vec![3], vec![0; 12])), "[3]"),
        ("too many scales", table(&codes(), &("F32", vec![5], vec![0; 20])), "[5]"),
        ("scales as a table", table(&codes(), &("F32", vec![4, 1], vec![0; 16])), "[4, 1]"),
        ("short scales", table(&codes(), &halves), "`scales` has the type F16"),
        ("long scales", table(&codes(), &doubles), "`scales` has the type F64"),
        ("a scale that is no number", table(&codes(), &scales([1.0, f32::NAN, 1.0, 1.0])), "length NaN"),
        ("a scale without end", table(&codes(), &scales([1.0, 1.0, f32::INFINITY, 1.0])), "length inf"),
        ("a scale below zero", table(&codes(), &scales([1.0, 1.0, 1.0, -1.0])), "length -"),
        ("a scale past all sums", table(&codes(), &scales([1e30, 1.0, 1.0, 1.0])), "has the length"),
    ];
    for (what, table, told) in broken {
        refused(what, &model(table, VOCABULARY), told);
    }
}

#[test]
fn a_model_of_another_size_is_refused() {
    for width in [0, 1, WIDTH - 1, WIDTH + 1, 1 << 40] {
        refused("other width", &model_of_width(width, whole(), VOCABULARY), &format!("4 × {WIDTH}"));
    }
    let files = bundled_files();
    let spec = ModelSpec { name: "small".to_owned(), dimensions: 384, fingerprint: Fingerprint("0".repeat(16)) };
    refused("the bundled one", &StaticModel::new(spec, files), "64000 × 256");
}

#[test]
fn a_damaged_vocabulary_is_an_error_each_time() {
    let lines: Vec<&str> = VOCABULARY.lines().collect();
    let broken = [
        ("nothing", String::new(), "0 pieces for 4 vectors"),
        ("a line fewer", lines[..3].join("\n"), "3 pieces for 4 vectors"),
        ("a line more", [VOCABULARY, "x\t-5\n"].concat(), "5 pieces for 4 vectors"),
        ("no number", VOCABULARY.replace("-3.25", "rare"), "the line `r\trare`"),
        ("no tab", VOCABULARY.replace("r\t-3.25", "r -3.25"), "the line `r -3.25`"),
        ("an empty number", VOCABULARY.replace("-3.25", ""), "the line `r\t`"),
        ("an empty line", VOCABULARY.replace("r\t-3.25", ""), "the line ``"),
        ("a column more", VOCABULARY.replace("-3.25", "-3.25\t1"), "the line `r\t-3.25\t1`"),
        ("a page in one line", "很长".repeat(10_000), "很长`"),
    ];
    for (what, vocabulary, told) in broken {
        let model = model(whole(), &vocabulary);
        refused(what, &model, told);
        assert!(embed(&model).unwrap_err().message.len() < 400, "{what}: a message is no page");
    }
}

proptest! {
    #[test]
    fn any_damage_gives_an_error_or_numbers_and_no_panic(
        at in any::<prop::sample::Index>(),
        byte: u8,
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut table = whole();
        let at = at.index(table.len());
        table[at] = byte;
        if let Some(cut) = cut {
            table.truncate(cut.index(table.len()));
        }
        let model = model(table, VOCABULARY);
        match embed(&model) {
            Ok(vector) => {
                prop_assert_eq!(vector.len(), WIDTH);
                prop_assert!(vector.iter().all(|x| x.is_finite()), "{:?}", vector);
                for id in 0..5 {
                    prop_assert!(model.weight(id).is_finite() && (-1.0..=1.0).contains(&model.cosine(id, 1)));
                }
            }
            Err(error) => prop_assert_eq!(error.code, ErrorCode::ModelUnavailable),
        }
    }

    #[test]
    fn any_vocabulary_gives_an_error_or_numbers_and_no_panic(
        lines in prop::collection::vec(("[▁a-c茶7]{0,3}", prop::sample::select(vec!["-1", "-9e30", "NaN", "inf", "-inf", "2"])), 4)
    ) {
        let vocabulary: String = lines.iter().map(|(piece, score)| format!("{piece}\t{score}\n")).collect();
        let vector = embed(&model(whole(), &vocabulary)).unwrap();
        prop_assert!(vector.iter().all(|x| x.is_finite()), "{:?}", vector);
    }
}
