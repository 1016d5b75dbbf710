//! What `wasmtime` makes of `sdk/wit/since-v1`.

#![allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::pedantic)] // generated code

pub mod plugin {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/since-v1",
        inline: "
            package watteau:host;
            world plugin-half {
                include watteau:connector/imports@1.0.0;
                export watteau:connector/plugin@1.0.0;
            }",
        world: "watteau:host/plugin-half",
        imports: { "watteau:connector/http.send": async | trappable, default: trappable },
        exports: { default: async },
        with: { "watteau:connector/files.file": crate::since_v1::guest::HostFile },
    });
}

pub mod source {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/since-v1",
        inline: "
            package watteau:host;
            world source-half { export watteau:connector/source@1.0.0; }",
        world: "watteau:host/source-half",
        exports: { default: async },
        with: { "watteau:connector/types": super::plugin::watteau::connector::types },
    });
}

pub mod reader {
    wasmtime::component::bindgen!({
        path: "../../sdk/wit/since-v1",
        inline: "
            package watteau:host;
            world reader-half { export watteau:connector/reader@1.0.0; }",
        world: "watteau:host/reader-half",
        exports: { default: async },
        with: {
            "watteau:connector/types": super::plugin::watteau::connector::types,
            "watteau:connector/files": super::plugin::watteau::connector::files,
        },
    });
}
