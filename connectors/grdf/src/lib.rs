//! GRDF gas files dropped into a folder.
