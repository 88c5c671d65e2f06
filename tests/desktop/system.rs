//! The window among the desktop's own things: its dialogs, files dragged from elsewhere, keys that work everywhere, the tray.

use std::path::Path;

use serde_json::json;

use crate::display::{ALT, CONTROL, Display, RETURN};
use crate::driver::Window;
use crate::window::{BOX, ENTER, answered, index, new_note, open, open_with, taken_in};

const NOTE: &str = "# 山雀观测\n\n山雀观测站设在**栖霞岭**北坡，海拔六百二十米。冬天没有人值守。\n";

fn view(window: &Window, number: usize) {
    window.script(&format!("document.querySelectorAll('.sidebar nav button')[{number}].click()"));
}

/// The folder's own note answers, once it is in the list of libraries.
fn is_asked(window: &Window, folder: &Path) {
    view(window, 3);
    let name = folder.file_name().unwrap().to_str().unwrap();
    let row = format!(
        "return [...document.querySelectorAll('.libraries .about')].some((row) => row.textContent.includes({}) && row.querySelector('.counts'))",
        json!(name)
    );
    window.until("the library with what was read of it", &row);
    taken_in(window, folder);
    view(window, 0);
    window.type_into(BOX, &format!("山雀观测站设在哪里？{ENTER}"));
    answered(window);
    assert!(window.script("return document.querySelector('.turn').innerText").as_str().unwrap().contains("栖霞岭"), "the folder's own note answers");
}

#[test]
fn a_folder_picked_in_the_desktops_own_dialog_is_added_and_asked() {
    let data = tempfile::tempdir().unwrap();
    // The dialog completes no hidden names.
    let folder = tempfile::Builder::new().prefix("notes").tempdir().unwrap();
    std::fs::write(folder.path().join("山雀.md"), NOTE).unwrap();
    index(data.path(), None);
    let window = open(data.path());
    view(&window, 3);
    let hands = window.hands();
    let before = hands.windows();
    window.click(".libraries header button");
    let dialog = hands.another(&before);
    hands.focus(dialog);
    hands.type_text(folder.path().to_str().unwrap());
    hands.close_by(dialog, RETURN);
    is_asked(&window, folder.path());
    window.close();
}

#[test]
fn a_folder_dropped_on_the_window_is_offered_added_and_asked() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // A name that has to be written otherwise in the list that is dragged.
    let folder = elsewhere.path().join("山雀 100%");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("山雀.md"), NOTE).unwrap();
    index(data.path(), None);
    let window = open(data.path());
    let told = |window: &Window, what: &str| {
        drop(window.until(what, &format!("return document.querySelector('.hint')?.innerText.includes({})", json!(what))))
    };
    window.hands().drop_file(&folder, || told(&window, "松开即可添加这个文件夹"));
    assert!(window.script("return document.querySelector('.hint')").is_null(), "what is dropped is dragged no more");
    window.until("the offer", "return document.querySelector('dialog[open]')?.innerText.includes('山雀 100%')");
    window.click("dialog .actions button:last-child");
    is_asked(&window, &folder);
    window.hands().drop_file(&folder.join("山雀.md"), || told(&window, "不能添加单个文件"));
    window.until("that it is no folder", "return document.body.innerText.includes('山雀.md') && /文件夹|folder/.test(document.querySelector('[role=alert], .toasts')?.innerText ?? '')");
    window.close();
}

#[test]
fn an_image_dropped_on_the_text_of_a_note_is_put_into_it_and_shown() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let image = elsewhere.path().join("图 1.PNG");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/icons/32x32.png"), &image).unwrap();
    let window = open(data.path());
    window.hands().drop_file(&image, || drop(window.until("what it needs", "return document.querySelector('.hint')?.innerText.includes('图片')")));
    window.until("that a note has to be open", "return document.body.innerText.includes('请先打开那篇笔记')");

    new_note(&window, "山雀");
    window.type_into(".cm-content", "脚环的照片：");
    window
        .hands()
        .drop_file(&image, || drop(window.until("what becomes of it", "return document.querySelector('.hint')?.innerText.includes('放进笔记')")));
    shown(&window, data.path(), &std::fs::read(&image).unwrap());
    window.close();
}

/// Waits until an image is in the text of the note, beside its file, and seen by whoever reads it.
fn shown(window: &Window, data: &Path, image: &[u8]) {
    window.until("the note on disk", "return document.querySelector('.cm-content').innerText.includes('![](attachments/') && document.querySelector('[data-state]')?.dataset.state === 'saved'");
    let text = std::fs::read_to_string(data.join("notes/山雀.md")).unwrap();
    let path = text.split_once("![](").unwrap().1.split_once(')').unwrap().0.to_owned();
    assert!(text.contains("脚环的照片："), "{text}");
    assert_eq!(std::fs::read(data.join("notes").join(path)).unwrap(), image);
    window.script("document.querySelector('.pane header button[aria-label=\"在旁边阅读\"]').click()");
    window.until("the image itself", "return document.querySelector('.reader img')?.naturalWidth === 32");
}

#[test]
fn a_picture_of_the_screen_is_pasted_into_a_note_and_shown() {
    let data = tempfile::tempdir().unwrap();
    let window = open(data.path());
    new_note(&window, "山雀");
    window.type_into(".cm-content", "脚环的照片：");
    let picture = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/icons/32x32.png")).unwrap();
    let _held = window.hands().hold_image(picture.clone());
    let hands = window.hands();
    hands.focus(hands.windows()[0]);
    hands.press(&[CONTROL, u32::from('v')]);
    shown(&window, data.path(), &picture);
    window.close();
}

#[test]
fn the_hotkey_opens_a_quick_note_and_one_that_another_program_has_is_said() {
    let settings = "[window]\nlanguage = \"zh\"\nhotkey = \"Ctrl+Alt+J\"\n";
    let data = tempfile::tempdir().unwrap();
    let window = open_with(data.path(), settings);
    let hands = window.hands();
    hands.press(&[CONTROL, ALT, u32::from('j')]);
    window.until("a quick note", "return document.querySelector('dialog[open] textarea') !== null");
    window.close();

    let display = Display::open();
    let other = display.hands();
    other.take_key(u32::from('j'));
    let window = Window::open_on(display, data.path(), "zh_CN", &[]);
    window.until("that the keys are taken", "return document.body.innerText.includes('Ctrl+Alt+J')");
    window.type_into(BOX, &format!("LoRA 的原理是什么？{ENTER}"));
    answered(&window);
    window.close();
}
