//! Telling valgrind of stacks, so that it does not take a switch between them for wild memory access.
//!
//! Only with the feature `valgrind`, which no build of the program has. The requests are those of valgrind's
//! manual, "Client Request mechanism"; outside valgrind they do nothing.

/// `VG_USERREQ__STACK_REGISTER`: from the lowest to the highest address.
#[cfg(target_arch = "x86_64")]
const STACK_REGISTER: usize = 0x1501;

/// Says that the bytes from `low` up to `high` are a stack.
#[cfg(target_arch = "x86_64")]
pub(crate) fn register(low: usize, high: usize) {
    let request: [usize; 6] = [STACK_REGISTER, low, high - 1, 0, 0, 0];
    // SAFETY: the rotations add up to a whole turn and the exchange is with itself, so that nothing changes
    // but `rdx`, which is declared; valgrind reads the request through `rax`.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") request.as_ptr(),
            inout("rdx") 0_usize => _,
            options(nostack),
        );
    }
}

/// There is a request for this processor, too, but nobody has needed it yet.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn register(_low: usize, _high: usize) {}
