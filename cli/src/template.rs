//! Templates, and the variables they know.

use std::{
    borrow::Cow,
    time::{SystemTime, UNIX_EPOCH},
};

use minijinja::{Environment, ErrorKind, UndefinedBehavior, context, syntax::SyntaxConfig};
use socketio_emitter::Date;
use uuid::Uuid;

use crate::failure::Failure;

/// The variables there are.
pub(crate) const VARIABLES: [&str; 5] = ["now", "unix_ms", "count", "uuid", "hostname"];

/// What starts a variable, a statement or a comment.
const MARKS: [&str; 3] = ["{{", "{%", "{#"];

/// A text as it was typed: a template, or just the text.
#[derive(Debug)]
pub(crate) enum Text {
    Plain(String),
    /// The name of a template, which says where it was typed.
    Template(String),
}

/// The templates of one command.
pub(crate) struct Templates {
    environment: Option<Environment<'static>>,
    hostname: String,
}

/// What the variables stand for in one message.
pub(crate) struct Variables {
    unix_ms: i64,
    count: u64,
    uuid: Uuid,
}

impl Variables {
    /// The values for the message with this running number, made now.
    pub(crate) fn now(count: u64) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { unix_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX), count, uuid: Uuid::new_v4() }
    }
}

impl Templates {
    /// With `on`, texts are templates; else they are what they are.
    pub(crate) fn new(on: bool) -> Result<Self, Failure> {
        if !on {
            return Ok(Self { environment: None, hostname: String::new() });
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .build()
            .map_err(|error| Failure::failed(error.to_string()))?;
        environment.set_syntax(syntax);
        let hostname = hostname::get().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { environment: Some(environment), hostname })
    }

    /// Reads a text that was typed at `place`.
    ///
    /// # Errors
    /// For a template that is broken or asks for a variable that there is not.
    pub(crate) fn read(&mut self, place: String, text: String) -> Result<Text, Failure> {
        let Some(environment) = &mut self.environment else { return Ok(Text::Plain(text)) };
        if !MARKS.iter().any(|mark| text.contains(mark)) {
            return Ok(Text::Plain(text));
        }
        environment.add_template_owned(place.clone(), text).map_err(|error| broken(&place, &error))?;
        let template = environment.get_template(&place).map_err(|error| broken(&place, &error))?;
        let known = |name: &str| VARIABLES.contains(&name) || environment.globals().any(|(global, _)| global == name);
        let mut unknown: Vec<_> =
            template.undeclared_variables(false).into_iter().filter(|name| !known(name)).collect();
        unknown.sort();
        match unknown.first() {
            Some(name) => Err(Failure::usage(format!("{place}: no variable is called {name:?}; {}", variables()))),
            None => Ok(Text::Template(place)),
        }
    }

    /// The text for one message.
    ///
    /// # Errors
    /// For a template that fails as it is rendered.
    pub(crate) fn render<'t>(&self, text: &'t Text, variables: &Variables) -> Result<Cow<'t, str>, Failure> {
        match (text, &self.environment) {
            (Text::Plain(text), _) => Ok(text.into()),
            (Text::Template(place), None) => Ok(place.into()),
            (Text::Template(place), Some(environment)) => {
                let Variables { unix_ms, count, uuid } = *variables;
                let context = context! {
                    now => Date::from_unix_ms(unix_ms).to_string(),
                    unix_ms => unix_ms,
                    count => count,
                    uuid => uuid.to_string(),
                    hostname => self.hostname.as_str(),
                };
                let rendered = environment.get_template(place).and_then(|template| template.render(context));
                rendered.map(Cow::Owned).map_err(|error| broken(place, &error))
            }
        }
    }
}

fn variables() -> String {
    format!("the variables are {}", VARIABLES.join(", "))
}

fn broken(place: &str, error: &minijinja::Error) -> Failure {
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    let hint = if error.kind() == ErrorKind::UndefinedError { format!("; {}", variables()) } else { String::new() };
    Failure::usage(format!("{place}: the template does not work: {}{detail}{hint}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str) -> Result<String, Failure> {
        let mut templates = Templates::new(true)?;
        let text = templates.read("ARG 1".to_owned(), template.to_owned())?;
        let variables = Variables { unix_ms: 1_577_836_800_500, count: 7, uuid: Uuid::nil() };
        templates.render(&text, &variables).map(Cow::into_owned)
    }

    #[test]
    fn every_variable_there_is_has_a_value() {
        for name in VARIABLES {
            assert!(rendered(&format!("{{{{ {name} }}}}")).is_ok_and(|text| !text.is_empty()), "{name}");
        }
        let all = rendered("{{ now }} {{ unix_ms }} {{ count }} {{ uuid }}").unwrap();
        assert_eq!(all, "2020-01-01T00:00:00.500Z 1577836800500 7 00000000-0000-0000-0000-000000000000");
    }

    #[test]
    fn a_template_is_more_than_its_variables() {
        assert_eq!(rendered("{% for n in range(3) %}{{ n }}{% endfor %}\n").unwrap(), "012\n");
        assert_eq!(rendered("{{ {'n': count}|tojson }}").unwrap(), r#"{"n": 7}"#);
        assert_eq!(rendered("<b>&{{ '<' }}").unwrap(), "<b>&<");
        assert!(rendered("{{ count.x.y }}").is_err());
    }
}
