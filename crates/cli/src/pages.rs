//! Huge pages of memory: for runs with many users only.
//!
//! The memory of many users lies in few huge pages, and the processor then finds it with fewer steps: at 2,000 users a
//! request costs a quarter less. With few users they gain nothing, and hold twice the memory, more or less of it
//! as the system gathers pages and splits them. docs/design/0002-many-users.md has the figures.

/// From how many users on huge pages are worth their memory.
const MANY: u64 = 256;

/// Begins without huge pages.
pub fn small() {
    set(true);
}

/// Lets the system use huge pages from now on when there will be many users.
pub fn for_users(users: u64) {
    if users >= MANY {
        set(false);
    }
}

/// Elsewhere than on Linux, and where the system refuses, pages stay as they are: it is a matter of cost only.
fn set(disabled: bool) {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_thp_disable(disabled);
    #[cfg(not(target_os = "linux"))]
    let _ = disabled;
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn many_users_get_huge_pages() {
        let check = |users: u64, disabled: bool| {
            small();
            for_users(users);
            assert_eq!(nix::sys::prctl::get_thp_disable(), Ok(disabled), "{users} users");
        };
        check(1, true);
        check(MANY - 1, true);
        check(MANY, false);
        set(false);
    }
}
