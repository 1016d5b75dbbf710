//! A disk that is full: reads go on, writes wait and are tried again, and everybody is told why.

use super::support::{Home, settle, wait_for};
use jiff::civil::date;
use serde_json::Value;
use std::{fs, path::PathBuf, process::Command};
use watteau_simulator::{Config, gas_export_xlsx};

/// A small disk of its own, gone when dropped; none where this user may not make one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(folder: PathBuf) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: only root can make a small disk to fill");
        None
    }

    /// Takes all the room there is.
    fn fill(&self) -> PathBuf {
        let ballast = self.0.join("ballast");
        // Fails at the end, which is the point.
        let _ = fs::write(&ballast, vec![1; 4 << 20]);
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// A year of gas; another seed corrects every day of it.
fn year(seed: u64, year: i16) -> Vec<u8> {
    let (from, to) = (date(year, 1, 1), date(year, 12, 31));
    gas_export_xlsx(&Config { seed, ..Config::default() }, "09999999000011", from, to, date(year + 1, 2, 1))
}

#[test]
fn a_full_disk_is_told_and_what_waits_is_taken_when_there_is_room() {
    let home = Home::with_gas("after_import = \"move\"");
    let Some(disk) = SmallDisk::at(home.data()) else { return };
    let daemon = home.start();
    let import = |body: &[u8]| daemon.post("/api/v1/import?filename=gaz.xlsx", body).unwrap();
    assert_eq!(import(&year(1, 2024)).status, 200);
    let ballast = disk.fill();
    let unready = || daemon.try_get("/-/ready").unwrap().status == 503;
    let (seed, refused) = (2..200)
        .map(|seed| (seed, import(&year(seed, 2024))))
        .find(|(_, answer)| answer.status != 200)
        .expect("the disk fills up");
    let refused: Value = serde_json::from_slice(&refused.body).unwrap();
    assert!(
        refused["detail"].as_str().unwrap().contains("the disk that holds the store is full"),
        "{refused}"
    );
    assert!(unready());

    // Reads go on, and say why.
    let days = || {
        let series = daemon.get("/api/v1/series");
        let energy = series.as_array().unwrap().iter().find(|series| series["id"] == "gas.energy").unwrap();
        energy["points"].as_u64().unwrap()
    };
    assert_eq!(days(), 366);
    let status = daemon.wait("/api/v1/status", |status| {
        let notices = status["notices"].as_array().unwrap();
        notices.iter().any(|notice| notice["text"]["en"].as_str().unwrap().contains("The disk is full"))
    });
    assert_eq!(status["ready"], false);
    assert!(status["unready"].as_str().unwrap().contains("full"), "{status}");
    assert!(
        daemon.get("/api/v1/series/gas.energy/points?step=month&from=2024-01-01")["value"][0].is_number()
    );
    // A file in the folder is not at fault: it stays where it is, neither read nor refused.
    let waiting = home.inbox().join("gaz.xlsx");
    fs::write(&waiting, year(seed, 2024)).unwrap();
    settle(&waiting);
    let run = || daemon.post("/api/v1/connectors/gas/run?wait=true", b"").unwrap().status;
    assert_eq!(run(), 200);
    assert!(waiting.exists() && !home.inbox().join("refused").exists());

    fs::remove_file(ballast).unwrap();
    wait_for("the daemon to be ready again", || (!unready()).then_some(()));
    // Somebody asks for the folder to be looked at, rather than wait for the next minute.
    assert_eq!(run(), 200);
    wait_for("the file to be taken", || (!waiting.exists()).then_some(()));
    let imports = daemon.get("/api/v1/imports?limit=1");
    assert_eq!(imports[0]["file"], "gaz.xlsx");
    assert!(imports[0]["corrected"].as_u64().unwrap() > 300, "{imports}");
    daemon.stop();
}
