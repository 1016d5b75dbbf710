//! A component runs where the kernel refuses any executable memory that was not there from the start.

use crate::support::{grant, pull};
use std::{env, process::Command};

/// `prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN)`: what systemd's MemoryDenyWriteExecute asks of newer kernels.
const PR_SET_MDWE: libc::c_int = 65;
const CHILD: &str = "WATTEAU_TEST_WITHOUT_EXECUTABLE_MEMORY";
const REFUSED: i32 = 77;

#[test]
fn a_component_runs_without_executable_memory() {
    if env::var_os(CHILD).is_some() {
        child();
    }
    // The guest is built and compiled in the child: it must not be a race with the tests of this process.
    drop(grant("put"));
    let name = "without_executable_memory::a_component_runs_without_executable_memory";
    let child = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("this test starts again");
    if child.status.code() == Some(REFUSED) {
        eprintln!("skipped: this kernel has no PR_SET_MDWE");
        return;
    }
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
}

fn child() -> ! {
    // Threads of the pool that are needed are started after, and inherit it.
    #[allow(unsafe_code)] // a system call that takes numbers only
    let refused = unsafe { libc::prctl(PR_SET_MDWE, 1_u64, 0_u64, 0_u64, 0_u64) } != 0;
    if refused {
        std::process::exit(REFUSED);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (grant, sink) = grant("put");
    runtime.block_on(pull(grant)).expect("the component runs");
    assert_eq!(sink.puts.lock().unwrap().len(), 1);
    std::process::exit(0);
}
