//! Values as they were said, and exact interval arithmetic over them.

mod arithmetic;
pub mod decimal;
pub mod expression;
pub mod fraction;
pub mod interval;
pub mod notation;
pub mod qualifier;
mod relation;

pub use decimal::{Decimal, DecimalError};
pub use expression::{Expression, ExpressionError, Working};
pub use fraction::{Fraction, Rounding};
pub use interval::{Interval, NoValue};
pub(crate) use notation::Form;
pub use notation::{Value, ValueError};
pub use qualifier::Qualifier;
