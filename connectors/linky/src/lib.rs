//! Linky electricity through the Conso API gateway.
