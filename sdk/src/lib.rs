//! Write a watteau connector: a trait, a macro and types over the plugin contract.
