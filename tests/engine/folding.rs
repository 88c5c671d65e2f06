//! Near-duplicates are folded; passages whose numbers differ are not.

use proptest::prelude::*;
use sidenote_engine::retrieve::fold::{Shape, repeats};

const TEXT: &str = "投机解码用小模型先猜若干个词元，再由大模型一次并行验证，猜对的部分直接接受，猜错的位置由大模型重新生成，输出分布不变。";

#[test]
fn a_reformatted_copy_is_the_same_passage() {
    let copy = TEXT.replace('，', ", ").replace("投机解码", "**投机解码**");
    assert!(Shape::new(TEXT).same_as(&Shape::new(&copy)));
}

#[test]
fn a_changed_number_is_another_passage() {
    let a = format!("{TEXT}加速约 2 倍。");
    let b = format!("{TEXT}加速约 3 倍。");
    assert!(Shape::new(&a).similarity(&Shape::new(&b)) > 0.8);
    assert!(!Shape::new(&a).same_as(&Shape::new(&b)));
}

#[test]
fn the_first_of_a_group_is_kept() {
    let shapes: Vec<Shape> = [TEXT, "另一件事：检索增强生成。", TEXT, TEXT].iter().map(|t| Shape::new(t)).collect();
    assert_eq!(repeats(&shapes), [None, None, Some(0), Some(0)]);
}

proptest! {
    #[test]
    fn similarity_is_the_exact_jaccard_where_sizes_allow_it(a in "[一-三a-c]{0,40}", b in "[一-三a-c]{0,40}") {
        let (x, y) = (Shape::new(&a), Shape::new(&b));
        prop_assert!((x.similarity(&y) - y.similarity(&x)).abs() < 1e-12);
        prop_assert!((x.similarity(&x) - 1.0).abs() < 1e-12);
        prop_assert!((0.0..=1.0).contains(&x.similarity(&y)));
    }
}
