//! The daemon makes no executable memory: connectors run as bytecode.

use super::support::{Home, settle};
use jiff::civil::date;
use std::{fs, os::unix::process::CommandExt as _};
use watteau_simulator::{Config, gas_export_xlsx};

const PR_SET_MDWE: i32 = 65;
const PR_MDWE_REFUSE_EXEC_GAIN: libc::c_ulong = 1;

/// What `MemoryDenyWriteExecute=` asks of the kernel; false where the kernel does not know it.
fn deny_executable_memory() -> bool {
    #[allow(unsafe_code)] // a plain system call on numbers
    let done = unsafe { libc::prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) };
    done == 0
}

#[test]
fn it_reads_a_file_with_a_connector_under_memory_deny_write_execute() {
    let home = Home::with_gas("");
    let mut command = home.command(&["run"]);
    #[allow(unsafe_code)] // between fork and exec only an async-signal-safe system call is made
    unsafe {
        command.pre_exec(|| {
            if deny_executable_memory() {
                Ok(())
            } else {
                Err(std::io::Error::from_raw_os_error(libc::ENOSYS))
            }
        });
    }
    if let Err(error) = home.command(&["--version"]).output().and_then(|_| {
        let mut probe = home.command(&["--version"]);
        #[allow(unsafe_code)] // as above
        unsafe {
            probe.pre_exec(|| {
                if deny_executable_memory() {
                    Ok(())
                } else {
                    Err(std::io::Error::from_raw_os_error(libc::ENOSYS))
                }
            });
        }
        probe.output()
    }) {
        eprintln!("skipped: this kernel has no MDWE ({error})");
        return;
    }
    let daemon = home.start_with(command);
    let path = home.inbox().join("gaz.xlsx");
    let from = date(2025, 1, 1);
    fs::write(
        &path,
        gas_export_xlsx(&Config::default(), "09999999000011", from, from.last_of_month(), date(2025, 2, 3)),
    )
    .unwrap();
    settle(&path);
    assert_eq!(daemon.imports(1)[0]["new"], 31);

    let maps = fs::read_to_string(format!("/proc/{}/maps", daemon.id())).unwrap();
    let writable_and_executable = maps.lines().filter(|line| line.contains(" rwx")).count();
    let anonymous_executable = maps
        .lines()
        .filter(|line| line.contains("r-xp") && !line.contains('/') && !line.contains("[v"))
        .count();
    assert_eq!((writable_and_executable, anonymous_executable), (0, 0), "{maps}");
    daemon.stop();
}
