use serde::de::{DeserializeSeed, Deserializer};

use super::{
    Args, Numbers, RuleViolation,
    packer::Packer,
    transcoder::{Transcoder, ValueList},
    value_seed::{EscapeMode, ValueSeed},
};
use crate::{
    base::Code,
    message::{input::InputForm, msgpack},
};

/// What arguments are read from.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum ArgsForm {
    /// A list of arguments.
    List,
    /// A single argument.
    Single,
}

impl InputForm for ArgsForm {
    type Value = Args;

    fn read<'de, D: Deserializer<'de>>(
        self,
        source: D,
        numbers: Numbers,
        violation: &mut Option<RuleViolation>,
    ) -> Result<(Args, bool), D::Error> {
        ArgsSeed::new(self, numbers, violation).deserialize(source)
    }
}

/// Reads arguments. If this fails because a rule is broken, the rule is in `violation`.
pub(crate) struct ArgsSeed<'v> {
    form: ArgsForm,
    numbers: Numbers,
    violation: &'v mut Option<RuleViolation>,
}

impl<'v> ArgsSeed<'v> {
    pub(crate) fn new(form: ArgsForm, numbers: Numbers, violation: &'v mut Option<RuleViolation>) -> Self {
        Self { form, numbers, violation }
    }
}

impl<'de> DeserializeSeed<'de> for ArgsSeed<'_> {
    /// The arguments, and whether a number in them may have been rounded.
    type Value = (Args, bool);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let mut transcoder = Transcoder::new(self.numbers);
        let escapes = EscapeMode::Interpret;
        let result = match self.form {
            ArgsForm::Single => {
                ValueSeed { transcoder: &mut transcoder, escapes }.deserialize(deserializer).map(|()| 1)
            }
            ArgsForm::List => deserializer.deserialize_seq(ValueList { transcoder: &mut transcoder, escapes }),
        };
        let Transcoder { packer, violation } = transcoder;
        *self.violation = violation;
        let len = result?;
        let may_be_rounded = packer.may_be_rounded;
        match Args::from_packer(packer, len) {
            Ok(args) => Ok((args, may_be_rounded)),
            Err(violation) => Err(violation.record::<D::Error>(self.violation)),
        }
    }
}

/// Appends arguments in their JSON form to the packer: one by one, or as an array. Returns the number of values.
pub(super) fn pack_args(packer: &mut Packer, json: &str, spread: bool) -> Result<usize, RuleViolation> {
    let mut violation = None;
    let seed = ArgsSeed::new(ArgsForm::List, Numbers::Lossy, &mut violation);
    let result = seed.deserialize(&mut serde_json::Deserializer::from_str(json));
    let (args, _) =
        result.map_err(|error| violation.unwrap_or_else(|| RuleViolation::new(Code::Json, error.to_string())))?;
    if !spread {
        msgpack::array(&mut packer.out, args.len());
    }
    packer.out.extend_from_slice(args.as_msgpack());
    packer.traits |= args.traits;
    Ok(if spread { args.len() } else { 1 })
}
