//! A disk that can be filled.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// Set in a process that has been given the right to mount: where it has none all the same, it does not look for it again.
const GIVEN: &str = "SIDENOTE_TEST_MAY_MOUNT";

/// A small disk in memory, unmounted at the end.
pub(crate) struct SmallDisk(tempfile::TempDir);

/// Runs a test that needs a small disk, and is the whole of what its function does. Only the system's administrator may mount one; for anybody else the test
/// is run again as a process of its own, in which they are (a user namespace, see `unshare(1)`).
pub(crate) fn on_small_disk<F: FnOnce(&SmallDisk)>(test: F) {
    if let Some(disk) = SmallDisk::mount() {
        return test(&disk);
    }
    assert!(std::env::var_os(GIVEN).is_none(), "no disk can be mounted here, even by an administrator: is there a `mount` with tmpfs?");
    let unshare = |command: &[&OsStr]| Command::new("unshare").args(["--user", "--map-root-user", "--mount"]).args(command).env(GIVEN, "1").output();
    if !unshare(&[OsStr::new("true")]).is_ok_and(|out| out.status.success()) {
        // Some containers allow neither; a test cannot change that, and says so.
        #[expect(clippy::print_stderr, reason = "who runs the tests should know what was not tested")]
        {
            eprintln!("not tested: a small disk needs the system's administrator or user namespaces (Debian: kernel.unprivileged_userns_clone)");
        }
        return;
    }
    // `desktop::trouble::name_of_the_test::{{closure}}`
    let whole = std::any::type_name::<F>();
    let name = whole.split_once("::").and_then(|(_, rest)| rest.strip_suffix("::{{closure}}")).unwrap();
    let program = std::env::current_exe().unwrap();
    let ran = unshare(&[program.as_os_str(), OsStr::new("--exact"), OsStr::new(name), OsStr::new("--nocapture")]).unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
}

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|out| out.status.success()).then(|| Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves no byte free.
    pub(crate) fn fill(&self) {
        let mut filler = File::create(self.path().join("filler")).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
        }
    }

    pub(crate) fn free(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What still has a file open there loses it when it ends.
        drop(Command::new("umount").arg("--lazy").arg(self.path()).status());
    }
}
