//! What `wit-bindgen` makes of `wit/since-v1`, once for the whole SDK.
//!
//! The two worlds of the contract both export `plugin`, and each adds one interface. They are generated here
//! as their three halves, which share types and imports; the export macros put two halves together, and
//! the component's type is their union: exactly one world of the contract. The rest of the SDK gives these
//! types their names; connectors have no reason to come here.

#![allow(missing_docs, unreachable_pub, unused_qualifications, clippy::pedantic)] // generated code
#![allow(unsafe_code)] // the component model's calls cross a C interface; generated, and inert off wasm

/// The half that every connector exports; its types are everybody's.
pub mod plugin {
    wit_bindgen::generate!({
        path: "wit/since-v1",
        inline: "
            package watteau:guest;
            world plugin-half {
                include watteau:connector/imports@1.0.0;
                export watteau:connector/plugin@1.0.0;
            }",
        pub_export_macro: true,
        export_macro_name: "export_plugin_half",
        default_bindings_module: "::watteau_sdk::bindings::plugin",
        runtime_path: "::watteau_sdk::rt",
        additional_derives: [PartialEq],
        generate_unused_types: true,
        generate_all,
    });
}

/// The half of connectors that ask a source.
pub mod source {
    wit_bindgen::generate!({
        path: "wit/since-v1",
        inline: "
            package watteau:guest;
            world source-half { export watteau:connector/source@1.0.0; }",
        pub_export_macro: true,
        export_macro_name: "export_source_half",
        default_bindings_module: "::watteau_sdk::bindings::source",
        runtime_path: "::watteau_sdk::rt",
        additional_derives: [PartialEq],
        generate_all,
        with: { "watteau:connector/types@1.0.0": super::plugin::watteau::connector::types },
    });
}

/// The half of connectors that read files.
pub mod reader {
    wit_bindgen::generate!({
        path: "wit/since-v1",
        inline: "
            package watteau:guest;
            world reader-half { export watteau:connector/reader@1.0.0; }",
        pub_export_macro: true,
        export_macro_name: "export_reader_half",
        default_bindings_module: "::watteau_sdk::bindings::reader",
        runtime_path: "::watteau_sdk::rt",
        additional_derives: [PartialEq],
        generate_all,
        with: {
            "watteau:connector/types@1.0.0": super::plugin::watteau::connector::types,
            "watteau:connector/files@1.0.0": super::plugin::watteau::connector::files,
        },
    });
}
