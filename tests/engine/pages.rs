//! Where the text of a PDF stands on its pages.

use std::sync::Arc;

use sidenote_engine::error::ErrorCode;
use sidenote_engine::ingest::pdf::{PageBox, Places};
use sidenote_engine::ingest::{Limits, places, read};

use crate::packed::{Font, Shown, assemble, pdf, stream};
use crate::support::{Desk, quietly};

fn of(file: &[u8]) -> Places {
    places(Arc::new(file.to_vec()), &Limits::default()).unwrap()
}

/// The boxes around the first place of some words.
fn boxes(places: &Places, words: &str) -> Vec<PageBox> {
    let at = places.text.find(words).unwrap_or_else(|| panic!("`{words}` is not in `{}`", places.text));
    places.boxes(at..at + words.len())
}

#[track_caller]
fn near(box_: PageBox, page: u32, left: f32, right: f32, base: f32) {
    assert_eq!(box_.page, page);
    let (own_right, top, bottom) = (box_.left + box_.width, box_.top, box_.top + box_.height);
    assert!((box_.left - left).abs() < 1.5 && (own_right - right).abs() < 1.5, "{box_:?} is not from {left} to {right}");
    assert!(top < base && bottom > base && box_.height < 30.0, "{box_:?} does not hold the base line {base}");
}

fn chinese() -> Vec<u8> {
    let page = |text| (Font::Mapped, vec![Shown(60.0, 700.0, 18.0, "量化是什么"), Shown(80.0, 660.0, 10.0, text)]);
    pdf(&[page("把权重用更少的位数表示。"), page("按通道取缩放系数，误差更小。")], "")
}

#[test]
fn a_passage_lies_in_a_box_where_its_characters_are_drawn() {
    // Ten points a character; the page is 800 high.
    let places = of(&chinese());
    assert_eq!(places.sizes, [(600.0, 800.0); 2]);
    let found = boxes(&places, "更少的位数");
    assert_eq!(found.len(), 1);
    near(found[0], 1, 80.0 + 40.0, 80.0 + 90.0, 140.0);
    let second = boxes(&places, "缩放系数");
    near(second[0], 2, 80.0 + 40.0, 80.0 + 80.0, 140.0);
}

#[test]
fn the_text_of_the_places_is_the_text_that_is_indexed() {
    for file in [chinese(), pdf(&[broken()], "")] {
        assert_eq!(of(&file).text, read("a.pdf", &file, &Limits::default()).unwrap().text);
    }
}

/// A word that is broken over two lines, with a running title above.
fn broken() -> (Font, Vec<Shown<'static>>) {
    let lines = vec![
        Shown(60.0, 660.0, 10.0, "Attention lets every token look at every other one, and state-of-the-art mod-"),
        Shown(60.0, 646.0, 10.0, "els use many heads, each of which has its own queries and its own set of keys"),
        Shown(60.0, 632.0, 10.0, "and values."),
    ];
    (Font::Latin, lines)
}

#[test]
fn a_passage_over_lines_has_a_box_in_each_and_none_in_its_neighbours() {
    let places = of(&pdf(&[broken()], ""));
    assert_eq!(boxes(&places, "models use many heads").len(), 2, "the word is broken");
    let one = boxes(&places, "els use many heads");
    assert_eq!(one.len(), 1, "the hyphen is not part of it: {one:?}");
    near(one[0], 1, 60.0, one[0].left + one[0].width, 800.0 - 646.0);
    assert_eq!(
        boxes(&places, "one, and state-of-the-art models use many heads, each of which has its own queries and its own set of keys and values.")
            .len(),
        3
    );
    assert!(places.boxes(3..3).is_empty() && places.boxes(1 << 30..1 << 31).is_empty());
}

#[test]
fn characters_that_are_spaced_out_keep_their_own_places() {
    // Every character is shown by itself with a gap, as in titles.
    let content: String = "低秩适配方法"
        .chars()
        .enumerate()
        .map(|(i, c)| format!("BT /F2 10 Tf 1 0 0 1 {} 700 Tm <{:04X}> Tj ET\n", 100 + 20 * i, u32::from(c)))
        .collect();
    let places = of(&with_content(&content, ""));
    assert!(places.text.contains("低秩适配方法"), "{}", places.text);
    near(boxes(&places, "适配")[0], 1, 140.0, 170.0, 100.0);
}

#[test]
fn a_page_that_is_turned_or_cropped_is_measured_as_it_is_shown() {
    let content = "BT /F2 10 Tf 1 0 0 1 100 700 Tm <91CF53165C314F4E4F4D6570> Tj ET\n";
    let places = of(&with_content(content, "/CropBox [50 100 550 750]"));
    assert_eq!(places.sizes, [(500.0, 650.0)]);
    near(boxes(&places, "量化")[0], 1, 50.0, 70.0, 50.0);
}

/// A page of the test PDF's Chinese font with this content, and more in its dictionary.
fn with_content(content: &str, more: &str) -> Vec<u8> {
    let file = String::from_utf8(pdf(&[(Font::Mapped, vec![Shown(0.0, 0.0, 1.0, "")])], "")).unwrap();
    let mut objects: Vec<String> = file.split(" 0 obj\n").skip(1).map(|rest| rest.split("\nendobj").next().unwrap().to_owned()).collect();
    objects[8] = stream(content);
    objects[9] = objects[9].replace("/MediaBox", &format!("{more} /MediaBox"));
    assemble(&objects, "")
}

#[test]
fn the_pages_of_a_note_are_those_of_the_file_that_was_indexed() {
    let desk = Desk::new();
    desk.write("量化.pdf", chinese());
    desk.write("a.md", "# 别的\n\n文。\n");
    desk.sync();
    let snapshot = quietly(|run| desk.engine.snapshot(run)).unwrap();
    let id = |path: &str| snapshot.all_notes().unwrap().into_iter().find(|n| n.path == path).unwrap().id;
    let paper = snapshot.paper(id("量化.pdf")).unwrap();
    assert_eq!(paper.sizes.len(), 2);
    let hit = quietly(|run| snapshot.search(&sidenote_engine::engine::Question { text: "缩放系数".into(), limit: 1, ..Default::default() }, run))
        .unwrap()
        .hits
        .remove(0);
    let marked = paper.boxes(hit.start..hit.end);
    assert!(marked.iter().any(|b| b.page == hit.page.unwrap()), "{marked:?} of {hit:?}");
    assert_eq!(snapshot.paper(id("a.md")).err().unwrap().code, ErrorCode::InvalidInput);
    desk.write("量化.pdf", pdf(&[broken()], ""));
    let changed = snapshot.paper(id("量化.pdf")).err().unwrap();
    assert!(changed.code == ErrorCode::NotFound && changed.message.contains("changed"), "{changed:?}");
}
