//! Bytes a point on real curves, every value exact. Skipped, with a word, where the shared data is absent.

use std::path::PathBuf;

use watteau_store::Point;

use crate::support::{Fixture, HALF_HOUR, ORIGIN, def, point, put};

fn shared() -> PathBuf {
    std::env::var_os("WATTEAU_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from)
}

#[test]
fn a_real_house_takes_less_than_two_bytes_a_point() {
    let path = shared().join("data/household/load_curve.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let values: Vec<f64> =
        text.lines().skip(1).filter_map(|line| line.rsplit(',').next()?.parse().ok()).collect();
    assert!(values.len() > 8000);
    measure("household/load_curve.csv", &values, 2.0);
}

#[test]
fn a_winding_curve_takes_little_more_than_its_noise() {
    // Four years of half-hours with a day, a season and noise of ten bits.
    let values: Vec<f64> = (0..70_000i64)
        .map(|i| {
            let day = (i as f64 / 48.0 * std::f64::consts::TAU).sin() * 6000.0;
            let season = (i as f64 / 17_520.0 * std::f64::consts::TAU).cos() * 15_000.0;
            let noise = (i.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 40 & 0x3ff) as f64;
            (55_000.0 + day + season + noise).round()
        })
        .collect();
    measure("a winding curve", &values, 2.0);
}

fn measure(name: &str, values: &[f64], limit: f64) {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let empty = fixture.store.stats().expect("counts").file_bytes;
    // As a connector brings them: by weeks.
    let points: Vec<Point> = values.iter().enumerate().map(|(i, value)| point(i as i64, *value)).collect();
    for week in points.chunks(336) {
        put(&fixture.store, id, week.to_vec());
    }
    fixture.store.compact().expect("compacts");
    fixture.reopen(true);
    let back = fixture.store.points(id, ORIGIN..ORIGIN + points.len() as i64 * HALF_HOUR).expect("reads");
    assert!(points.iter().map(|p| p.value.to_bits()).eq(back.iter().map(|p| p.value.to_bits())), "{name}");
    let (blocks, bytes) = block_bytes(&fixture);
    let each = bytes as f64 / values.len() as f64;
    let whole = fixture.store.stats().expect("counts").file_bytes;
    eprintln!(
        "{name}: {} points, {each:.3} bytes a point in {blocks} blocks; file {whole} bytes, {empty} when empty",
        values.len()
    );
    assert!(each <= limit, "{name}: {each} bytes a point");
    // A block fits its page: what the file takes for them is a page each.
    assert!((blocks * 4096) as f64 / values.len() as f64 <= limit * 1.3, "{name}: {blocks} blocks");
}

/// Blocks and their bytes, read past the store: it does not offer them.
fn block_bytes(fixture: &Fixture) -> (usize, usize) {
    use redb::{ReadableDatabase, ReadableTable, TableDefinition};
    const BLOCKS: TableDefinition<'_, (u32, i64), &[u8]> = TableDefinition::new("blocks");
    let copy = fixture.path.with_extension("copy");
    std::fs::copy(&fixture.path, &copy).expect("copies");
    let db = redb::Database::open(copy).expect("opens");
    let txn = db.begin_read().expect("reads");
    let sizes: Vec<usize> = txn
        .open_table(BLOCKS)
        .expect("is there")
        .iter()
        .expect("iterates")
        .map(|row| row.expect("reads").1.value().len())
        .collect();
    (sizes.len(), sizes.iter().sum())
}
