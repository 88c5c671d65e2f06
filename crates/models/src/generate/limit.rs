//! The memory that the groups of a process leave to it: a container, a service or a session may have less than the machine, and whoever takes more is killed.
//! Read from the files in which Linux tells of control groups, of both versions. It must not know what the memory is for.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// One version of control groups.
struct Version {
    /// Where its groups are, below the root of the file system.
    mounts: &'static [&'static str],
    /// Files with a limit.
    limits: &'static [&'static str],
    /// The file that says how much is used.
    used: &'static str,
    /// Lines of `memory.stat` with what is used and can be dropped: pages of files, a mapped model among them.
    dropped: &'static [&'static str],
}

const FIRST: Version = Version {
    mounts: &["sys/fs/cgroup/memory"],
    limits: &["memory.limit_in_bytes"],
    used: "memory.usage_in_bytes",
    dropped: &["total_active_file", "total_inactive_file"],
};

const SECOND: Version = Version {
    mounts: &["sys/fs/cgroup", "sys/fs/cgroup/unified"],
    // Beyond `high` nothing is killed, but everything stands still.
    limits: &["memory.max", "memory.high"],
    used: "memory.current",
    dropped: &["active_file", "inactive_file", "slab_reclaimable"],
};

/// Bytes that this process can still have within its groups and all groups around them, under the root of a file system; `None` without a limit.
pub(super) fn left(root: &Path) -> Option<u64> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
    groups.lines().filter_map(|line| within(root, line)).min()
}

/// The same within the groups of one line: `0::/user.slice/…` or `4:memory:/docker/…`.
fn within(root: &Path, line: &str) -> Option<u64> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, group) = (parts.next()?, parts.next()?);
    let version = if controllers.is_empty() {
        SECOND
    } else if controllers.split(',').any(|controller| controller == "memory") {
        FIRST
    } else {
        return None;
    };
    // Inside a container the path may be that of the machine; what is not there of it says nothing, and its root is the container's own group.
    let group: PathBuf = Path::new(group).components().filter(|part| matches!(part, Component::Normal(_))).collect();
    let folders = version.mounts.iter().flat_map(|mount| group.ancestors().map(move |group| root.join(mount).join(group)));
    folders.filter_map(|folder| of_group(&folder, &version)).min()
}

/// What one group leaves.
fn of_group(folder: &Path, version: &Version) -> Option<u64> {
    // One without a limit says `max`, or in the first version more than any machine has.
    let limit = version.limits.iter().filter_map(|file| number(&folder.join(file))).min()?;
    let used = number(&folder.join(version.used))?;
    let stat = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
    let counted = stat.lines().filter_map(|line| line.split_once(' ')).filter(|(name, _)| version.dropped.contains(name));
    let dropped: u64 = counted.filter_map(|(_, bytes)| bytes.trim().parse::<u64>().ok()).sum();
    Some(limit.saturating_sub(used.saturating_sub(dropped)))
}

fn number(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;

    /// What is left in a file system with these files.
    fn left_with(files: &[(&str, &str)]) -> Option<u64> {
        let root = tempfile::tempdir().expect("a folder");
        for (file, text) in files {
            let file = root.path().join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        left(root.path())
    }

    #[test]
    fn the_tightest_of_all_groups_around_counts() {
        let slice = [
            ("proc/self/cgroup", "0::/user.slice/app.scope\n"),
            ("sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("sys/fs/cgroup/user.slice/memory.max", "4000000000\n"),
            ("sys/fs/cgroup/user.slice/memory.high", "max\n"),
            ("sys/fs/cgroup/user.slice/memory.current", "3000000000\n"),
            ("sys/fs/cgroup/user.slice/app.scope/memory.max", "2000000000\n"),
            ("sys/fs/cgroup/user.slice/app.scope/memory.current", "500000000\n"),
        ];
        assert_eq!(left_with(&slice), Some(GB), "others have most of what the group around has");
        let high = [&slice[..], &[("sys/fs/cgroup/user.slice/app.scope/memory.high", "600000000\n")]].concat();
        assert_eq!(left_with(&high), Some(100_000_000));
    }

    #[test]
    fn what_can_be_dropped_is_not_used() {
        let group = [
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/memory.max", "2000000000\n"),
            ("sys/fs/cgroup/memory.current", "1800000000\n"),
            ("sys/fs/cgroup/memory.stat", "anon 700000000\nfile 1100000000\nactive_file 600000000\ninactive_file 400000000\nslab_reclaimable 1\n"),
        ];
        assert_eq!(left_with(&group), Some(1_200_000_001));
        let full = [("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/memory.max", "1000\n"), ("sys/fs/cgroup/memory.current", "2000\n")];
        assert_eq!(left_with(&full), Some(0), "a limit may have been lowered");
    }

    #[test]
    fn groups_of_the_first_version_are_read_also_where_a_container_does_not_see_its_own_path() {
        let limits = ("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000000\n");
        let used = ("sys/fs/cgroup/memory/memory.usage_in_bytes", "900000000\n");
        let stat =
            ("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\nactive_file 1\ntotal_inactive_file 300000000\ntotal_active_file 100000000\n");
        for group in ["9:cpu:/x\n4:memory:/docker/0123\n0::/\n", "4:hugetlb,memory:/\n"] {
            assert_eq!(left_with(&[("proc/self/cgroup", group), limits, used, stat]), Some(500_000_000), "{group}");
        }
        assert_eq!(left_with(&[("proc/self/cgroup", "9:cpu:/x\n"), limits, used]), None, "they are not this process's");
    }

    #[test]
    fn without_a_limit_nothing_is_said() {
        let unlimited = [("proc/self/cgroup", "0::/a\n"), ("sys/fs/cgroup/a/memory.max", "max\n"), ("sys/fs/cgroup/a/memory.current", "5\n")];
        assert_eq!(left_with(&unlimited), None);
        assert_eq!(left_with(&[]), None, "a system without groups");
        assert_eq!(left_with(&[("proc/self/cgroup", "nonsense\n0::\n\n::\n:")]), None);
        assert_eq!(left_with(&[("proc/self/cgroup", "0::/../../a\n")]), None, "a group outside what a container sees");
    }
}
