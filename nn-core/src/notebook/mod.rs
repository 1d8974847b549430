//! What a cell shows: tables, and the figures that belong to things.

mod charts;
