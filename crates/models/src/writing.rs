//! How the person wants answers to be written: the table `[writing]` of `settings.toml`. Read only: the person writes it. It must not know what the settings do,
//! but for the threads, which have to be told before anything runs.

use std::path::Path;

use sidenote_engine::answer::writing::Settings;
use sidenote_engine::error::Result;

use toml_edit::Item;

use crate::settings_file::{self, unusable};

const TABLE: &str = "writing";
const THREADS: &str = "threads";
const MOST_THREADS: i64 = 1024;

/// Reads the table; what is not in it is as it comes with the program.
///
/// # Errors
/// `InvalidInput` if the file is no TOML, or if something in the table is no setting or no value of it, `Io`.
pub fn read(file: &Path) -> Result<Settings> {
    let document = settings_file::read(file)?;
    let mut settings = Settings::default();
    let Some(item) = document.get(TABLE) else { return Ok(settings) };
    let table = item.as_table_like().ok_or_else(|| unusable(file, &format!("`{TABLE}` is no table")))?;
    for (key, item) in table.iter() {
        let number = |least: f64, most: f64| {
            let number = item.as_float().or_else(|| item.as_integer().map(|n| n as f64));
            number
                .filter(|n| (least..=most).contains(n))
                .ok_or_else(|| unusable(file, &format!("`{TABLE}.{key}` is no number from {least} to {most}")))
        };
        let whole =
            || item.as_integer().and_then(|n| u64::try_from(n).ok()).ok_or_else(|| unusable(file, &format!("`{TABLE}.{key}` is no whole number")));
        let sampling = &mut settings.sampling;
        match key {
            // Taken when the program begins (`settle_threads`).
            THREADS => drop(count(item).ok_or_else(|| unusable(file, &format!("`{TABLE}.{key}` is no number from 1 to {MOST_THREADS}")))?),
            "patience_s" => settings.patience_s = number(0.0, 86_400.0)?,
            "existing_passages" => {
                settings.existing_passages = item.as_bool().ok_or_else(|| unusable(file, &format!("`{TABLE}.{key}` is not true or false")))?
            }
            "temperature" => sampling.temperature = number(0.0, 10.0)? as f32,
            "top_k" => sampling.top_k = usize::try_from(whole()?).unwrap_or(usize::MAX),
            "top_p" => sampling.top_p = number(0.0, 1.0)? as f32,
            "min_p" => sampling.min_p = number(0.0, 1.0)? as f32,
            "repetition_penalty" => sampling.repetition_penalty = number(0.1, 10.0)? as f32,
            "seed" => sampling.seed = whole()?,
            _ => return Err(unusable(file, &format!("there is no setting `{TABLE}.{key}`"))),
        }
    }
    Ok(settings)
}

fn count(item: &Item) -> Option<i64> {
    item.as_integer().filter(|threads| (1..=MOST_THREADS).contains(threads))
}

/// The threads that generators compute with, where the person says; what is no such number is told by [`read`].
fn threads(file: &Path) -> Option<i64> {
    count(settings_file::read(file).ok()?.get(TABLE)?.get(THREADS)?)
}

/// Sees to it that generators compute with as many threads as the person says: candle looks into its variable before its first product. One that is set
/// already stays.
///
/// # Safety
/// No other thread may run yet.
#[expect(unsafe_code, reason = "candle has no other way to be told, and a variable is set")]
pub unsafe fn settle_threads(file: &Path) {
    const VARIABLE: &str = "CANDLE_NUM_THREADS";
    if let Some(threads) = threads(file).filter(|_| std::env::var_os(VARIABLE).is_none()) {
        // SAFETY: no other thread runs, as the caller says.
        unsafe { std::env::set_var(VARIABLE, threads.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Settings> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, text).expect("a file");
        read(&file)
    }

    #[test]
    fn what_the_person_wrote_is_taken_and_the_rest_is_as_it_comes() {
        assert_eq!(of("").expect("nothing is set"), Settings::default());
        let settings = of("[writing]\npatience_s = 5\ntemperature = 0.7\ntop_k = 40\nseed = 9\nexisting_passages = false\n").expect("settings");
        assert_eq!((settings.patience_s, settings.existing_passages), (5.0, false));
        assert_eq!((settings.sampling.temperature, settings.sampling.top_k, settings.sampling.seed, settings.sampling.top_p), (0.7, 40, 9, 1.0));
        let sampling = of("[writing]\ntop_p = 0.9\nmin_p = 0.05\nrepetition_penalty = 1.1\n").expect("settings").sampling;
        assert_eq!((sampling.top_p, sampling.min_p, sampling.repetition_penalty, sampling.temperature), (0.9, 0.05, 1.1, 0.0));
    }

    #[test]
    fn threads_are_those_that_the_person_says_and_else_nobodys() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        assert_eq!(threads(&file), None, "there is no file");
        for (text, said) in [("[writing]\nthreads = 3", Some(3)), ("[writing]\nthreads = 0", None), ("[writing]\nseed = 1", None), ("[writ", None)] {
            std::fs::write(&file, text).expect("a file");
            assert_eq!(threads(&file), said, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, named) in [
            ("writing = 3", "`writing` is no table"),
            ("[writing]\ntemperature = -1", "`writing.temperature` is no number from 0 to 10"),
            ("[writing]\npatience_s = nan", "`writing.patience_s` is no number"),
            ("[writing]\ntop_k = 0.5", "`writing.top_k` is no whole number"),
            ("[writing]\nexisting_passages = 1", "`writing.existing_passages` is not true or false"),
            ("[writing]\nthreads = 0", "`writing.threads` is no number from 1 to 1024"),
            ("[writing]\ntemprature = 1", "there is no setting `writing.temprature`"),
        ] {
            let error = of(text).expect_err(text);
            assert!(error.message.contains(named), "{text}: {error:?}");
        }
    }
}
