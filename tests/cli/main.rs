//! The `sidenote` command as a person uses it: the real binary, small libraries, whole outputs.
