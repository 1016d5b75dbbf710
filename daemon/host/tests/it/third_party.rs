//! Plugins of others: compiled once by a child, cached, and refused with one sentence.

use crate::support::{HOST, START, WASM, compiler, grant};
use watteau_host::{Compiler, Job, LoadError, manifest_text};

#[tokio::test]
async fn a_component_is_compiled_once_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let compiler = compiler(folder.path());
    let plugin = HOST.load(&WASM, &compiler).await.unwrap();
    assert_eq!(plugin.manifest().name, "misbehave");
    let kept: Vec<_> =
        std::fs::read_dir(&compiler.cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 1, "the bytecode and nothing else: {kept:?}");
    // With a compiler that cannot work, the cache has to serve.
    let broken = Compiler { program: "/nonexistent".into(), ..compiler.clone() };
    let again = HOST.load(&WASM, &broken).await.unwrap();
    let (grant, sink) = grant("put");
    again.start(grant).pull(Job { feed: "power".to_owned(), span: START..START + 1 }).await.unwrap();
    assert_eq!(sink.puts.lock().unwrap().len(), 1);
    // Damaged bytecode is made anew.
    std::fs::write(&kept[0], b"not bytecode").unwrap();
    HOST.load(&WASM, &compiler).await.unwrap();
}

#[tokio::test]
async fn a_compiler_that_fails_is_told_in_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut compiler = compiler(folder.path());
    compiler.program = "/bin/sh".into();
    compiler.args = vec!["-c".into(), "echo it broke >&2; exit 3".into()];
    let error = HOST.load(&WASM, &compiler).await.unwrap_err();
    assert!(matches!(&error, LoadError::Compile(why) if why.contains("it broke")), "{error}");
}

#[test]
fn what_is_no_component_is_refused() {
    let core = b"\0asm\x01\0\0\0";
    assert!(matches!(manifest_text(core), Err(LoadError::NotAComponent(_))));
    for (bytes, another_kind) in [
        (&b"hello"[..], true),
        (b"# A title\n\nAnd a page of text.\n", true),
        (b"", false),
        (b"\0as", false),
        (b"\0asm\x0d\0\x01", false),
        (b"\0asm\x0d\0\x01\0\xff\xff\xff", false),
    ] {
        let error = manifest_text(bytes).unwrap_err();
        assert_eq!(matches!(error, LoadError::NotWebAssembly), another_kind, "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    let empty_component = b"\0asm\x0d\0\x01\0";
    assert!(matches!(manifest_text(empty_component), Err(LoadError::NoManifest)));
}

#[test]
fn bytecode_that_is_none_is_refused_when_it_is_used() {
    let wasm = std::fs::read(&*WASM).unwrap();
    let plugin = HOST.builtin(&manifest_text(&wasm).unwrap(), b"not bytecode").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (grant, _) = grant("noop");
    let error = runtime.block_on(plugin.start(grant).check()).unwrap_err();
    assert!(matches!(error, watteau_host::RunError::Load(LoadError::Bytecode(_))), "{error:?}");
}
